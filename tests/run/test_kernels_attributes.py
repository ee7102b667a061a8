"""Quantities of one thing, and how long it was where."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import IT, SCENE_GROUND, Rig, asked, feet

from watchword.lang import nodes as n
from watchword.run.attributes import Area, Aspect, Column, Dwell, Heading, Height, Score, SeenFor, Speed, Width
from watchword.run.look import Ask
from watchword.scene import Scene, Zone

SCENE = Scene(frame=(2000, 2000))
FLAT = attrs.evolve(SCENE, ground=SCENE_GROUND)
BOTH = {"length": "picture length", "speed": "picture speed", "area": "picture area"}


def last(kernel, scene=SCENE, step=(20, 0), looks=9, **given_):
    rig = Rig(kernel, scene=scene)
    for k in range(looks):
        (found,) = rig.look(k * 0.2, {1: feet(500 + k * step[0], 500 + k * step[1], 60, 150)}, **given_)
    return found[1]


@pytest.mark.parametrize(
    ("kernel", "name", "metric", "picture", "metres"),
    [
        (Speed, "speed", "speed", 100, 1.0),
        (Width, "width", "length", 60, 0.6),
        (Height, "height", "length", 150, 1.5),
        (Area, "area", "area", 9000, 0.9),
    ],
)
def test_pixels_metres_and_whichever_there_is(kernel, name, metric, picture, metres):
    asks = [asked(name, BOTH[metric]), asked(name, metric), asked(name, "")]
    assert last(kernel(asks)) == pytest.approx([picture, np.nan, picture], nan_ok=True)
    assert last(kernel(asks), FLAT) == pytest.approx([picture, metres, metres])


def test_metres_are_those_at_the_place_of_the_thing():
    # Twice as many pixels a metre at y = 1000 as at y = 0, as a camera sees a floor.
    from watchword.ground import Ground

    ground = Ground((((400, 0), (-1, 10)), ((600, 0), (1, 10)), ((300, 1000), (-1, 0)), ((700, 1000), (1, 0))))
    rig = Rig(Width([asked("width", "length")]), scene=attrs.evolve(SCENE, ground=ground))
    (found,) = rig.look(0, {1: feet(500, 1000, 100), 2: feet(500, 0.001, 100), 3: feet(900, 1000, 100)})
    assert [found[k][0] for k in (1, 2, 3)] == pytest.approx([0.5, 1.0, 0.5], abs=1e-3)


def test_what_is_nowhere_has_no_size():
    rig = Rig(Width([asked("width")]), Aspect([asked("aspect", "plain number")]), scene=SCENE)
    wide, aspect = rig.look(0, {1: (2100, 10, 2200, 60), 2: (1950, 10, 2050, 60)})
    assert np.isnan([*wide[1], *aspect[1]]).all()
    assert (wide[2], aspect[2]) == ([100], [2])


@pytest.mark.parametrize(("step", "degrees"), [((20, 0), 90), ((0, 20), 180), ((-20, 0), 270), ((0, -20), 0)])
def test_heading_is_clockwise_from_up(step, degrees):
    assert last(Heading([asked("heading", "angle")]), step=step) == pytest.approx([degrees])


def test_what_does_not_move_has_no_heading():
    assert np.isnan(last(Heading([asked("heading", "angle")]), step=(0, 0)))


def test_what_detectors_say():
    assert last(Score([asked("score", "share")]), scores=[0.75]) == [0.75]
    calls = [asked("helmet", "plain number"), asked("vest", "plain number")]
    assert last(Column(calls), helmet=[0.25]) == pytest.approx([0.25, np.nan], nan_ok=True)
    assert last(SeenFor([asked("seen_for", "time")])) == pytest.approx([1.6])


HALL = Zone("hall", ((0, 0), (1000, 0), (1000, 1000), (0, 1000)))
IN_HALL = n.Apply(n.Name("in"), IT, names=(n.Name("hall"),))
DWELL = Ask(n.Of(n.Name("dwell"), n.Group((IT,), (IN_HALL,))), "time")


def naive_dwell(sights: list[tuple[float, bool]], limit: float = 2.0) -> float:
    total, left = 0.0, None
    for k, (second, inside) in enumerate(sights):
        before = sights[k - 1] if k else None
        if inside and left is not None and second - left > 5:
            total = 0.0
        if inside and before is not None and before[1] and second - before[0] <= limit:
            total += second - before[0]
        if inside:
            left = None
        else:
            left = second if left is None else left
            total = 0.0 if second - left > 5 else total
    return total


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.25, 0.5, 0.6]), st.sampled_from("iiiiooo------")), max_size=60))
def test_dwell_adds_what_was_inside_and_forgives_a_short_step_out(looks):
    rig = Rig(Dwell([DWELL]), zones=[HALL])
    rig.look(0, {1: feet(500, 500)})
    second, sights = 0.0, [(0.0, True)]
    for passed, what in looks:
        second += passed
        boxes = {} if what == "-" else {1: feet(500 if what == "i" else 1500, 500)}
        if second - sights[-1][0] > 10:
            break  # it has ended
        (found,) = rig.look(second, boxes)
        if boxes:
            sights.append((second, what == "i"))
            assert found[1] == pytest.approx([naive_dwell(sights)])


def test_dwell_counts_a_hole_in_a_slow_cameras_looks():
    rig = Rig(Dwell([DWELL]), zones=[HALL])
    for second in (0, 1.5, 3, 4.5, 6, 7.5):
        rig.look(second, {1: feet(500, 500)})
    assert rig.look(10.5, {1: feet(500, 500)})[0][1] == [10.5]


def test_dwell_forgets():
    rig = Rig(Dwell([DWELL]), zones=[HALL])
    for second in (0, 0.5, 1):
        rig.look(second, {1: feet(500, 500)})
    rig.kernels[0].forget(np.array([rig.slot(1)]))
    assert rig.look(1.5, {1: feet(500, 500)})[0][1] == [0]
