"""What `explain` and `check --memory` say that a rule remembers is what the engine takes."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.run.footprint import STREAM, footprint
from watchword.scene import Scene
from watchword.tracks import Tracks

SCENE = Scene(frame=(1920, 1080))
HALL = "zone hall = polygon (0, 0) (1900, 0) (1900, 1000) (0, 1000)\n"
TENTH = 100_000_000


def taken(text: str, things: int, looks: int, cameras: int = 1) -> int:
    """Bytes that an engine holds after so many looks at so many things, as Python counts them."""
    rules = RuleSet.loads(HALL + text)
    at = np.random.default_rng(7).uniform(200, 900, (things, 2))
    boxes = np.column_stack((at[:, 0] - 30, at[:, 1] - 90, at[:, 0] + 30, at[:, 1]))
    ids, labels = list(range(things)), ["person"] * things
    tables = [
        Tracks.join([Tracks.of(f"c{c}", k * TENTH, ids, boxes, labels) for c in range(cameras)]) for k in range(looks)
    ]
    Engine(rules, {}, SCENE).observe(tables[0])  # what is imported when first asked for is no part of it
    gc.collect()
    tracemalloc.start()
    engine = Engine(rules, {}, SCENE)
    for table in tables:
        engine.observe(table)
    gc.collect()
    found = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return found


def said(text: str):
    rules = RuleSet.loads(HALL + text)
    return footprint(rules, rules.rules[0])


@pytest.mark.parametrize(
    ("text", "things", "looks"),
    [
        ("rule r: person in zone hall for 60s", 512, 3),
        ("rule r: person unattended for 60s", 256, 3),
        ("rule r { each person p when share of (p in zone hall) over 25.4s >= 60% }", 64, 256),
    ],
    ids=["state", "owner", "window"],
)
def test_a_thing_takes_what_is_said(text: str, things: int, looks: int):
    # Columns are twice as long when they are full: two sizes that fill them tell what one thing takes.
    thing = (taken(text, 2 * things, looks) - taken(text, things, looks)) / things
    assert 0.9 < thing / said(text).thing < 1.1


def test_a_camera_takes_what_is_said():
    text = "rule r { when count of person in zone hall rises by 50% over 25.4s }"
    camera = (taken(text, 0, 256, 6) - taken(text, 0, 256, 2)) / 4
    assert 0.9 < camera / said(text).camera < 1.1


def test_what_a_rule_adds_is_told_apart_from_what_is_always_kept():
    plain, window = (
        said("rule r: person in zone hall"),
        said("rule r { each person p when rate of (p enters zone hall) over 1min > 3/min }"),
    )
    assert plain.always == window.always < plain.thing < window.thing
    assert (plain.windows, window.windows) == (0, 1)


@pytest.mark.parametrize(
    ("condition", "seconds"),
    [
        ("p in zone hall", 0),
        ("p in zone hall for 60s", 60),
        ("p is still for 60s", 61),
        ("(p is still for 5s) and p in zone hall for 60s", 66),
        ("share of (p is still) over 10min >= 60%", 601),
        ("p enters zone hall then within 10s p is still then for 5s not p is visible", 16),
        ("p is unattended(2m, 8s)", 40),
        ("count of person in zone hall rises by 5 over 30s", 30),
    ],
)
def test_how_far_back_a_rule_looks(condition: str, seconds: float):
    assert said(f"rule r {{ each person p when {condition} gap reset }}").horizon == seconds * 10**9


def test_a_rule_of_each_zone_counts_all_its_zones():
    zones = "zones both = hall, b\nzone b = polygon (0, 0) (9, 0) (9, 9)\n"
    each = zones + "rule r {{ {} when count of person in zone {} > 3 for 5s }}"
    two, one = said(each.format("each zone z of both", "z")), said(each.format("", "b"))
    assert two.camera - STREAM > 1.8 * (one.camera - STREAM)
