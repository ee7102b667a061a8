"""The example files that ship with the package: each checks clean, is laid out as it stands, and its tests pass."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from watchword.lab.trial import trials
from watchword.lang import nodes as n
from watchword.lang.format import formatted
from watchword.lang.ruleset import RuleSet
from watchword.run.plan import unplanned
from watchword.scene import Scene
from watchword.text import Source

FOLDER = Path(str(files("watchword.examples")))
DECREE = sorted((FOLDER / "decree").glob("*.watch"))
EXAMPLES = [FOLDER / "gaps.watch", *DECREE]
STATION = FOLDER / "station.watch"
TESTED = [path for path in sorted(FOLDER.rglob("*.watch")) if RuleSet.load(path).tests]


def test_every_file_but_what_is_included_has_tests():
    assert {path.stem for path in FOLDER.rglob("*.watch")} - {path.stem for path in TESTED} == {"lobby"}
    assert {*EXAMPLES, STATION} == {*TESTED}


def test_every_situation_of_the_decree_has_its_file():
    first = [path.read_text("utf-8").splitlines()[0] for path in DECREE]
    assert sorted(line.partition(", ")[2][0] for line in first) == list("12345678")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_checks_clean_and_is_laid_out_as_it_stands(path: Path):
    rules, scene = RuleSet.load(path), Scene.load(FOLDER / "decree" / "square.json")
    assert [f.show() for f in (*rules.findings, *rules.resolve({"test": scene}))] == []
    assert rules.tests
    text = path.read_text("utf-8")
    assert formatted(Source(path.name, text)) == text


@pytest.mark.parametrize("path", TESTED, ids=lambda path: path.stem)
def test_all_of_it_runs(path: Path):
    assert [finding.show() for finding in unplanned(RuleSet.load(path))] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", TESTED, ids=lambda path: path.stem)
def test_its_tests_pass(path: Path):
    for trial in trials(RuleSet.load(path)):
        assert trial.passed, trial.show()


def test_those_of_the_station_give_their_own_scenes_and_so_pass_with_any():
    for test in RuleSet.load(STATION).tests:
        assert any(isinstance(line, n.GivenSetting) and line.kind == "scene" for line in test.lines), test.name
