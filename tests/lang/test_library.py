"""The crowd words that ship with Watchword: each is told, checks, and gives way to a file's own."""

from __future__ import annotations

from importlib.resources import files

import pytest

from watchword.lang import nodes as n
from watchword.lang.format import formatted
from watchword.lang.library import conditions, told
from watchword.lang.refs import walk
from watchword.lang.ruleset import RuleSet, check_text
from watchword.text import Source

WORDS = {"surges", "disperses", "converges", "stampedes", "counterflows", "loiters", "queues", "tailgates"}


def test_they_are_all_there_and_each_is_told():
    assert set(conditions()) == set(told()) == WORDS
    for one in told().values():
        assert one.prose.endswith(".")
        assert one.example.startswith("rule ")
        assert f"{one.name}(" in one.example


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_example_checks_clean_and_becomes_plain_conditions(name: str):
    rules = RuleSet.loads(told()[name].example)
    assert rules.findings == ()
    assert rules.sources == (rules.source,)
    (rule,) = rules.rules
    assert not [part for part in walk(rule.when) if isinstance(part, n.Call)]


def test_the_library_is_laid_out_as_it_stands():
    text = files("watchword.lang").joinpath("library.watch").read_text("utf-8")
    assert formatted(Source("library.watch", text)).split() == text.split()


def test_a_files_own_condition_takes_the_place_of_the_librarys():
    text = "define loiters(x) = x is still\nrule a {\n  each person p\n  when loiters(p) for 5s\n}\n"
    (rule,) = RuleSet.loads(text).rules
    assert isinstance(rule.when, n.For)
    assert isinstance(rule.when.body, n.Apply)


def test_what_is_wrong_with_a_call_is_told_where_it_is_called():
    text = "rule a {\n  when surges(person, zone hall, 50%, 30m) for 2s\n}\n"
    (finding,) = check_text(Source("a.watch", text)).findings
    assert (finding.code, finding.where) == ("E202", "a.watch:2:39")
    assert finding.other is not None
    assert finding.other.source.name == "library.watch"


def test_a_line_is_an_argument_by_its_kind_or_by_its_name():
    rules = [
        RuleSet.loads(f"rule a {{\n  each person p\n  when tailgates(p, person, {line}, 3s)\n}}\n").rules[0].when
        for line in ("line gate", "gate")
    ]
    assert rules[0] == rules[1]
    wrong = "rule a {\n  each person p\n  when tailgates(p, person, zone gate, 3s)\n}\n"
    assert [f.code for f in check_text(Source("a", wrong)).findings] == ["E215"]


def test_numbers_under_zero_are_read_and_shown():
    text = "let inward = -0.5\nrule a {\n  when divergence of person in zone hall between -1 and $inward for 2s\n}\n"
    assert formatted(Source("a", text)) == text
    assert RuleSet.loads(text).findings == ()
