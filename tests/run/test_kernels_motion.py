"""How things move: velocities and stillness against sums done one by one, against the flow, toward a direction."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import SCENE_GROUND, Rig, S, feet, said

from watchword.run.motion import Against, Moves, Moving, Still, Window
from watchword.scene import Scene, Zone

SCENE = Scene(frame=(2000, 2000))
STEP = st.tuples(st.sampled_from([0.1, 0.2, 0.5, 1.5]), st.integers(-6, 6), st.integers(-6, 6))


def naive(times: list[float], places: list[tuple[float, float]], r: float, was: int) -> tuple[int, np.ndarray]:
    """Section 4 of the language, word by word: still (1, -1, 0) and velocity of the last of these looks."""
    nothing = np.full(2, np.nan)
    if len(times) < 3 or times[-1] - times[0] < 1:
        return 0, nothing
    since = min(times[-1] - 1, times[-3])
    k = [i for i, t in enumerate(times) if t >= since - 1e-9]
    t, p = np.array(times)[k], np.array(places, float)[k]
    velocity = np.array([np.polyfit(t - t.mean(), p[:, axis], 1)[0] for axis in (0, 1)])
    speed, median = np.hypot(*velocity), np.median(p, axis=0)
    if (np.hypot(*(p - median).T) <= r).all() and speed < r:
        return 1, velocity
    if np.hypot(*(p[-1] - p[0])) > 2 * r or speed > 2 * r:
        return -1, velocity
    return was, velocity


@pytest.mark.parametrize("ground", [None, SCENE_GROUND])
@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=40), st.integers(0, 3))
def test_motion_is_what_the_sums_say(ground, steps, still_for):
    rig = Rig(Still([said("is still")]), Moving([said("is moving")]), scene=attrs.evolve(SCENE, ground=ground))
    x, y, second, was = 500.0, 500.0, 0.0, 0
    times, places = [], []
    for k, (passed, dx, dy) in enumerate(steps):
        if k % 4 >= still_for:
            x, y = x + dx, y + dy
        second = round(second + passed, 3)
        times.append(second)
        places.append((x, y))
        still, moving = rig.look(second, {1: feet(x, y, 40, 30)})
        r = 20.0 if ground else 0.15 * 50
        value, velocity = naive(times, places, r, was)
        near = any(abs(np.hypot(*velocity) - edge) < 1e-6 for edge in (r, 2 * r))
        if not near:  # on an edge the last digit decides
            assert still[1] == [value]
            assert moving[1] == [-value]
        was = still[1][0]
        slot = rig.slot(1)
        assert rig.things.velocity[slot] == pytest.approx(velocity, abs=1e-6, nan_ok=True)
        metres = velocity / 100 if ground else np.full(2, np.nan)
        assert rig.things.ground_velocity[slot] == pytest.approx(metres, abs=1e-6, nan_ok=True)


def test_a_window_holds_the_last_second_or_the_last_three_looks():
    rig = Rig()
    for k in range(40):
        rig.look(k * 0.04, {1: feet(k, 100)})
    slots, now = np.array([rig.slot(1)]), np.array([round(39 * 0.04 * S)])
    window = Window.of(rig.things, slots, now)
    assert window.count.tolist() == [26]
    assert window.at[0, :26, 0].tolist() == list(range(39, 13, -1))
    rig.look(9, {1: feet(50, 100)})
    window = Window.of(rig.things, slots, np.array([9 * S]))
    assert window.at[0, : window.count[0], 0].tolist() == [50, 39, 38]


def walked(kernel, way: tuple[float, float], **given_) -> list[int]:
    """What a kernel says of somebody who walks 20 px a look from (500, 500) with 0.2 s between."""
    rig = Rig(kernel, **given_)
    return [
        rig.look(k * 0.2, {1: feet(500 + 20 * k * way[0], 500 + 20 * k * way[1])})[0].get(1, [9])[0] for k in range(9)
    ]


FLOW = Zone("z", ((0, 0), (2000, 0), (2000, 2000), (0, 2000)), flow=((0, 0), (10, 0)))


@pytest.mark.parametrize(
    ("way", "expected"),
    [((-1, 0), 1), ((-1, 1.7), 1), ((-1, 1.8), -1), ((0, 1), -1), ((1, 0), -1), ((0, 0), -1)],
)
def test_against_is_more_than_120_degrees_off_the_flow(way, expected):
    assert walked(Against([said("against flow in zone z")]), way, zones=[FLOW])[-1] == expected


def test_against_is_unknown_until_there_is_a_velocity_and_false_outside():
    call = said("against flow in zone z")
    assert walked(Against([call]), (-1, 0), zones=[FLOW])[:7] == [0, 0, 0, 0, 0, 1, 1]
    small = attrs.evolve(FLOW, points=((0, 0), (10, 0), (10, 10)))
    assert walked(Against([call]), (-1, 0), zones=[small]) == [-1] * 9


@pytest.mark.parametrize(
    ("toward", "way", "expected"),
    [
        ("90deg", (1, 0), 1),
        ("90deg", (1, 0.99), 1),
        ("90deg", (1, 1.01), -1),
        ("0deg", (0, -1), 1),
        ("0deg", (0, 1), -1),
        ("north", (1, 0), 1),  # north lies to the right here
        ("southwest", (-1, -1), 1),
        ("90deg", (0, 0), -1),
    ],
)
def test_toward_is_within_45_degrees(toward, way, expected):
    scene = attrs.evolve(SCENE, north=90.0)
    assert walked(Moves([said(f"moves toward {toward}")]), way, scene=scene)[-1] == expected


def test_toward_a_compass_word_is_unknown_where_north_is():
    assert walked(Moves([said("moves toward north")]), (1, 0), scene=SCENE)[-1] == 0
    assert walked(Moves([said("moves toward north")]), (0, 0), scene=SCENE)[-1] == -1


def test_toward_a_zone_is_the_way_to_its_nearest_point_and_false_inside():
    right = Zone("z", ((800, 0), (900, 0), (900, 2000), (800, 2000)))
    call = said("moves toward zone z")
    assert walked(Moves([call]), (1, 0), zones=[right])[-1] == 1
    assert walked(Moves([call]), (0, 1), zones=[right])[-1] == -1
    assert walked(Moves([call]), (1, 0), zones=[FLOW])[-1] == -1
