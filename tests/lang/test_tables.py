"""The shipped tables of the parser are those of the grammar."""

from __future__ import annotations

import lark
import pytest

from watchword.lang import tables
from watchword.lang.parse import grammar


def test_the_shipped_tables_are_of_this_grammar():
    made = tables.shipped(grammar())
    if made is None and f" lark {lark.__version__}" not in tables.kept()["stamp"]:
        pytest.skip("the tables are of another version of lark")
    assert made is not None, "run `python docs/make_language.py`: the grammar has changed"


def test_tables_of_another_grammar_are_not_used():
    assert tables.shipped(grammar() + "\n// changed\n") is None


def test_both_parsers_read_alike():
    text = 'rule a "x" { each bag b in zone hall when b is still or not b is visible for 5s keep 3s }'
    shipped = tables.shipped(grammar())
    if shipped is None:
        pytest.skip("the tables are of another version of lark")
    assert shipped.parse(text) == lark.Lark(grammar(), **tables.OPTIONS).parse(text)
