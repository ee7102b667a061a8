"""The shipped station holds all that the language has, checks clean with its scene, and is laid out as it stands."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from watchword.lang.allow import allowed
from watchword.lang.explain import explain
from watchword.lang.format import formatted
from watchword.lang.library import told
from watchword.lang.parse import SKIP, keywords
from watchword.lang.ruleset import RuleSet
from watchword.scene import Scene
from watchword.text import Source
from watchword.units import KINDS
from watchword.words import WORDS

FOLDER = Path(str(files("watchword.examples")))
CASES = Path(__file__).parents[3] / "shared" / "cases"


def station() -> RuleSet:
    return RuleSet.load(FOLDER / "station.watch")


def test_it_checks_clean_with_its_scene():
    rules, scene = station(), Scene.load(FOLDER / "station.json")
    assert [f.show() for f in allowed(rules.findings, rules.sources, date(2026, 6, 1))] == []
    assert [f.show() for f in rules.resolve(dict.fromkeys(("concourse_1", "concourse_2", "test"), scene))] == []


@pytest.mark.parametrize("name", ["station.watch", "site/lobby.watch"])
def test_it_is_laid_out_as_it_stands(name: str):
    text = (FOLDER / name).read_text("utf-8")
    assert formatted(Source(name, text)) == text


def test_every_word_and_keyword_stands_in_it():
    text = re.sub(SKIP, "", (FOLDER / "station.watch").read_text("utf-8").replace("message", "message "))
    used = set(re.findall(r"\w+", text))
    assert set(WORDS) - used == set()
    assert set(keywords()) - used == set()
    assert set(told()) - used == set()
    assert {unit for unit in KINDS if unit and not re.search(rf"\d{re.escape(unit)}(?![\w/])", text)} == set()


FRAGMENTS = """
bag unattended > 60s in zone A · person in zone tracks for 2s · person against flow in zone escalator for 1s
vehicle in zone road with speed > 30km/h for 2s · person enters zone vault · person crosses line gate inward
"Unattended bag" (dwell = 60s) { · on camera concourse_1, concourse_2 · active opening_hours
each luggage b in zone concourse when b is unattended for $dwell · grace 3s keep 10s cooldown 5min per b
gap freeze after 2s · except staff_trolley when b in zone staff_bay · severity high · label desk = "lost property"
message "Bag {b.id} alone for {held} in {zone}" · each bag b in zone A when b is unattended for 60s · language 1
include "site/lobby.watch" as site · class luggage = bag, backpack, handbag, suitcase
class vehicle = car, truck, bus, motorcycle · schedule night = 22:00-06:00, 00:00-24:00 on sat, sun
let crush = 3.5/m2 · define alone(x, r) = no person within $r of x for 5s
zone booth = polygon (100, 420) (640, 400) (700, 720) (60, 720) · zone quiet = booth minus kiosk · plus kiosk
overlap concourse · zone ramp = polygon · flowing ( · zones platforms = p1, p2, p3
line gate = (640, 120) to (640, 900) from street to lobby · override occupancy on camera cam07 { keep 60s }
each {fire, smoke} f · in zone platforms · each zone z of platforms · anchor centre · anchor 50%
becomes lying · where (it.speed > 1m/s) · no person within 5m of · p.helmet < 0.5 · unattended(2m, 5s)
using person o = owner of b within 1.5m · signal armed is state · signal badge is event · signal badge at door
then within 10s · then for 30s not · share of ( · over 10min >= 60% · gap reset · gap assume
clear when · unless firing · severity medium, high after 2min · # allow: W207 until · other than p
given person p tall 150px at (100, 300) from 0s, walks to (500, 300) by 10s
walks to (1500, 300) from 12s by 24s, ends 30s
given bag b at (500, 300) from 9s to 120s · given dark from 40s to 45s · given lost b from 50s to 51s
expect left_bag of b pending at 14.8s, firing at 79.9s, resolved at 130s · expect nothing else
given scene · given rate 5/s · given zone · given line · given clock · given signal armed from · labelled truck from
"""


def test_every_fragment_of_the_language_stands_in_it():
    text = " ".join((FOLDER / "station.watch").read_text("utf-8").split())
    fragments = [" ".join(f.split()) for line in FRAGMENTS.strip().splitlines() for f in line.split(" · ")]
    assert [f for f in fragments if f not in text] == []


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
