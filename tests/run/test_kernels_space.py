"""Zones and lines under a grace, against a slow look back over the whole past; what appears and disappears."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import Rig, S, feet, said
from stream import Thing, person, play

from watchword.geometry import Cover, zone_contains
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.run.space import Appears, Crosses, Enters, Exits, InZone, OutsideZone
from watchword.scene import Line, Scene, Zone
from watchword.tracks import Tracks

HALL = Zone("hall", ((0, 0), (1000, 0), (1000, 1000), (0, 1000)))
GATE = Line("gate", (0, 500), (1000, 500), ("far", "near"))
IN, OUT = feet(500, 500), feet(1500, 500)
ZONES = [(InZone, "in zone hall"), (OutsideZone, "outside zone hall"), (Enters, "enters zone hall"),
         (Exits, "exits zone hall")]  # fmt: skip


def settled(sights: list[tuple[float, bool]], grace: float) -> list[tuple[bool, float]]:
    """At each sight, the side that the grace lets be seen, and since when: a change counts once it has lasted."""
    side, since, found = sights[0][1], sights[0][0], []
    for k, (second, _) in enumerate(sights):
        run = k  # the first of the looks, up to this one, that all saw the same
        while run and sights[run - 1][1] == sights[k][1]:
            run -= 1
        if sights[k][1] != side and second - sights[run][0] >= grace:
            side, since = sights[k][1], sights[run][0]
        found.append((side, since))
    return found


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.25, 0.5, 1.0]), st.booleans()), min_size=1, max_size=40),
    st.sampled_from([0, 0.25, 1, 2]),
)
def test_a_change_of_zone_counts_once_it_has_lasted_for_the_grace(steps, grace):
    kernels = [kernel([said(call)] * 2, [0, round(grace * S)]) for kernel, call in ZONES]
    rig = Rig(*kernels, zones=[HALL])
    second, sights, before = 0.0, [], None
    for passed, inside in steps:
        second += passed
        sights.append((second, inside))
        found = rig.look(second, {1: IN if inside else OUT})
        now = settled(sights, grace)[-1]
        sign = 1 if now[0] else -1
        turned = before is not None and now != before
        entered, left = (1 if turned and now[0] else -1), (1 if turned and not now[0] else -1)
        assert [f[1][1] for f in found] == [sign, -sign, entered, left]
        assert [f[1][0] for f in found[:2]] == ([1, -1] if inside else [-1, 1])
        dates = {(1, 1): now[1]} if turned and now[1] < second else {}
        assert rig.dates(0) == rig.dates(1) == dates
        assert rig.dates(2 if now[0] else 3) == dates
        before = now


def crossings(sights: list[tuple[float, float]], grace: float) -> list[tuple[float, float, int]]:
    """(date, decided, way) of crossings of y = 500 by things 100 high: committed beyond 5 px."""
    found: list[tuple[float, float, int]] = []
    side, start = 0, 0
    for k, (second, y) in enumerate(sights):
        now = 0 if abs(y - 500) <= 5 else (1 if y > 500 else -1)
        if side == 0 or now == side:
            side, start = now or side, k
            continue
        # Stays off the old side since it was committed to it: the first that lasts is the change, if it is one.
        off = [(y_ - 500) * side <= 0 for _, y_ in sights[start : k + 1]]
        runs = [i for i in range(len(off)) if off[i] and (i == 0 or not off[i - 1])]
        for i in runs:
            end = next((j for j in range(i, len(off)) if not off[j]), len(off)) - 1
            if sights[start + end][0] - sights[start + i][0] >= grace:
                break
        else:
            continue
        committed = off[-1] and any(
            abs(y_ - 500) > 5 for _, y_ in sights[start + max(r for r in runs if r <= len(off) - 1) : k + 1]
        )
        if committed:
            found.append((sights[start + i][0], second, -side))
            side, start = -side, k
    return found


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.25, 0.5]), st.sampled_from([480, 490, 497, 499, 501, 503, 510, 520])),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([0, 0.5, 1]),
)
def test_a_line_is_crossed_once_and_dated_when_the_change_that_stands_began(steps, grace):
    rig = Rig(Crosses([said("crosses line gate either way")], [round(grace * S)]), lines=[GATE])
    second, sights, told = 0.0, [], []
    for passed, y in steps:
        second += passed
        sights.append((second, float(y)))
        (found,) = rig.look(second, {1: feet(500, y, 40, 100)})
        if found[1] == [1]:
            told.append((rig.dates()[0, 1], second))
    assert told == [(date, decided) for date, decided, _ in crossings(sights, grace)]


def test_the_way_over_a_line():
    calls = [said(f"crosses line gate {way}") for way in ("inward", "outward", "to near", "to far", "either way")]
    rig = Rig(Crosses(calls), lines=[GATE])
    assert rig.look(0, {1: feet(500, 400)})[0][1] == [-1] * 5
    down = rig.look(1, {1: feet(500, 600)})[0][1]
    up = rig.look(2, {1: feet(500, 400)})[0][1]
    assert (down[4], up[4]) == (1, 1)
    assert down[:2] == down[2:4] == [-x for x in up[:2]] == [-x for x in up[2:4]]
    assert sorted(down[:2]) == [-1, 1]


def test_cameras_in_one_tick_have_each_their_own_lines_and_zones():
    def scene(x: float) -> Scene:
        line = Line("gate", (x, 0), (x, 900), ("left", "right"))
        zone = Zone("hall", ((x, 0), (x + 100, 0), (x + 100, 900), (x, 900)))
        return Scene(frame=(2000, 900), lines=[line], zones=[zone])

    rules = "rule gate: person crosses line gate to right\nrule hall: person enters zone hall"
    engine = Engine(RuleSet.loads(rules), {"a": scene(300), "b": scene(700)})
    told = []
    for k in range(10):
        looks = [Tracks.of(name, k * S, [1], [feet(100 * k + 50, 500)]) for name in ("a", "b")]
        told += [(a.camera, a.rule, a.time // S) for a in engine.observe(Tracks.join(looks)) if a.state == "firing"]
    assert sorted(told) == [("a", "gate", 3), ("a", "hall", 3), ("b", "gate", 7), ("b", "hall", 7)]


def test_who_runs_through_between_two_looks_entered_and_left_but_not_under_a_grace():
    rig = Rig(
        Enters([said("enters zone hall")] * 2, [0, S]), Exits([said("exits zone hall")] * 2, [0, S]), zones=[HALL]
    )
    rig.look(0, {1: feet(1200, 500), 2: feet(1200, 500)})
    entered, left = rig.look(1, {1: feet(-200, 500), 2: feet(1200, 700)})
    assert entered == left == {1: [1, -1], 2: [-1, -1]}


def test_a_slot_that_is_used_again_remembers_nothing():
    kernels = [kernel([said(call)], [S]) for kernel, call in [*ZONES, (Crosses, "crosses line gate either way")]]
    rig = Rig(*kernels, zones=[HALL], lines=[GATE])
    for k in range(5):
        rig.look(k, {1: feet(1500 - 200 * k, 400 + 40 * k)})
    for kernel in kernels:
        kernel.forget(np.array([rig.slot(1)]))
    found = rig.look(5, {1: feet(1500, 600)})
    assert [f[1] for f in found] == [[-1], [1], [-1], [-1], [-1]]


def test_a_thing_appears_once():
    rig = Rig(Appears([said("appears")]))
    assert [rig.look(k, boxes)[0] for k, boxes in enumerate([{1: IN}, {1: IN, 2: OUT}, {1: IN}])] == [
        {1: [1]},
        {1: [-1], 2: [1]},
        {1: [-1]},
    ]


def test_what_disappears_is_dated_at_its_end():
    rules = "rule r { each person p when p disappears }"
    gone = person("p", (0, 100, 400), (4, 500, 400), end=4)
    assert [(a.time / S, a.decided / S) for a in play(rules, gone, settle=2) if a.state == "firing"] == [(4, 4)]
    lost = Thing("p", "person", gone.path, 4, told=False)
    (alert,) = [a for a in play(rules, lost, settle=15) if a.state == "firing"]
    assert alert.time / S == pytest.approx(3.9)
    assert alert.decided / S == pytest.approx(14, abs=0.2)


anchors = st.sampled_from(["bottom", "centre", "any", 0.5])
corner = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(corner, anchors), min_size=1, max_size=5), st.lists(corner, max_size=8))
def test_zones_asked_at_once_say_what_each_says_alone(drawn, places):
    zones = [
        Zone(f"z{k}", ((x, y), (x + 20, y), (x + 10, y + 20)), anchor=anchor, frame=(70, 70))
        for k, ((x, y), anchor) in enumerate(drawn)
    ]
    boxes = np.array([feet(x, y, 8, 10) for x, y in places], float).reshape(-1, 4)
    at = np.array(places, float).reshape(-1, 2)
    expected = [zone_contains(zone, boxes, at).tolist() for zone in zones]
    assert Cover(zones).contains(boxes, at).tolist() == expected


def test_a_zone_in_parts_holds_what_is_in_any_of_them():
    parts = (((0, 0), (10, 0), (10, 10)),), (((20, 0), (30, 0), (30, 10)),)
    zone = Zone("z", (), parts=parts)
    at = np.array([[9, 1], [15, 1], [29, 1], [20, 0]], float)
    assert zone_contains(zone, np.zeros((4, 4)), at).tolist() == [True, False, True, True]
