"""Every broken text has its exact message: a pair of files, `NAME.watch` and `NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchword.lang import check_text
from watchword.lang.findings import show_all
from watchword.text import Source

FILES = sorted((Path(__file__).parent / "broken").glob("*.watch"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_text_is_told_in_these_words(path: Path, request: pytest.FixtureRequest):
    rules = check_text(Source(path.name, path.read_text("utf-8")))
    said = show_all(rules.findings) + "\n"
    golden = path.with_suffix(".txt")
    if request.config.getoption("--update-golden"):
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8")


def test_there_are_many_and_each_has_a_fault():
    assert len(FILES) >= 35
    for path in FILES:
        assert check_text(Source(path.name, path.read_text("utf-8"))).findings, path.name


def test_every_broken_rule_is_reported_and_the_good_ones_still_load():
    path = Path(__file__).parent / "broken" / "three_broken_one_good.watch"
    rules = check_text(Source(path.name, path.read_text("utf-8")))
    assert "c" in [rule.name for rule in rules.rules]
    assert [rules.source.place(f.span.start)[0] for f in rules.findings] == [1, 2, 4, 5]
