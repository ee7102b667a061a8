"""The shipped station holds all that the language has, checks clean with its scene, and is laid out as it stands."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from watchword.lang.explain import explain
from watchword.lang.format import formatted
from watchword.lang.parse import SKIP, keywords
from watchword.lang.ruleset import RuleSet
from watchword.scene import Scene
from watchword.text import Source
from watchword.words import WORDS

FOLDER = Path(str(files("watchword.examples")))
CASES = Path(__file__).parents[3] / "shared" / "cases"


def station() -> RuleSet:
    return RuleSet.load(FOLDER / "station.watch")


def test_it_checks_clean_with_its_scene():
    rules, scene = station(), Scene.load(FOLDER / "station.json")
    assert [f.show() for f in rules.findings] == []
    assert [f.show() for f in rules.resolve(dict.fromkeys(("concourse_1", "concourse_2", "test"), scene))] == []


@pytest.mark.parametrize("name", ["station.watch", "site/lobby.watch"])
def test_it_is_laid_out_as_it_stands(name: str):
    text = (FOLDER / name).read_text("utf-8")
    assert formatted(Source(name, text)) == text


def test_every_word_and_keyword_stands_in_it():
    text = re.sub(SKIP, "", (FOLDER / "station.watch").read_text("utf-8").replace("message", "message "))
    used = set(re.findall(r"\w+", text))
    assert set(WORDS) - used == {"width", "aspect", "moving", "total"}  # others of their kind stand there
    assert set(keywords()) - used == {"outward", "either", "way"}


def test_every_rule_of_it_can_be_explained():
    rules = station()
    for rule in rules.rules:
        assert explain(rules, rule).show().startswith(rule.name)


@pytest.mark.skipif(not CASES.is_dir(), reason="the hard cases are not beside the project")
def test_the_hard_cases_check_clean_and_are_laid_out_stably():
    for path in sorted(CASES.glob("*.watch")):
        text = path.read_text("utf-8")
        made = formatted(Source(path.name, text))
        assert formatted(Source(path.name, made)) == made
        assert not [f for f in RuleSet.loads(text, path.name).findings if f.is_error], path.name
