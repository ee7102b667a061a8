"""Measures of groups equal what one would work out group by group."""

from __future__ import annotations

import math
from itertools import chain, combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.ground import Ground
from watchword.run import crowd
from watchword.scene import Zone

numbers = st.sampled_from([math.nan, -3.0, -1.0, 0.0, 0.5, 2.0, 7.0, 9.5])


@st.composite
def groups(draw):
    """Sizes of groups, and for each row: least and most of its attribute, and for two calls whether it is a member."""
    sizes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
    rows = sum(sizes)
    least = np.array(draw(st.lists(numbers, min_size=rows, max_size=rows)), np.float64)
    most = least + np.array(draw(st.lists(st.sampled_from([0.0, 0.0, 1.0]), min_size=rows, max_size=rows)), np.float64)
    states = draw(st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=rows, max_size=rows), min_size=2, max_size=2))
    state = np.array(states).reshape(2, rows)
    return np.cumsum([0, *sizes]), least, most, state


NAIVE = {
    "total": sum,
    "average": lambda v: sum(v) / len(v),
    "greatest": max,
    "smallest": min,
}


def choices(rows):
    return chain.from_iterable(combinations(rows, r) for r in range(len(rows) + 1))


@pytest.mark.parametrize("name", sorted(NAIVE))
@given(groups())
@settings(max_examples=60, deadline=None)
def test_bounds_are_over_any_choice_of_the_unsure(name, drawn):
    starts, least, most, state = drawn
    low, high = getattr(crowd, name)(least, most, state > 0, state >= 0, starts)
    for i in range(2):
        for k in range(len(starts) - 1):
            rows = [r for r in range(starts[k], starts[k + 1]) if not math.isnan(least[r])]
            sure = [r for r in rows if state[i, r] > 0]
            members = [r for r in range(starts[k], starts[k + 1]) if state[i, r] >= 0]
            known = not members or set(members) & set(rows) if name == "total" else sure
            if not known:
                assert math.isnan(low[i, k])
                assert math.isnan(high[i, k])
                continue
            every = [[*sure, *some] for some in choices([r for r in rows if state[i, r] == 0])]
            assert low[i, k] == pytest.approx(min(NAIVE[name]([least[r] for r in rows]) for rows in every))
            assert high[i, k] == pytest.approx(max(NAIVE[name]([most[r] for r in rows]) for rows in every))


@st.composite
def crowds(draw):
    sizes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
    rows = sum(sizes)
    vectors = st.tuples(*[st.sampled_from([-4.0, -1.0, 0.0, 2.0, 3.0])] * 2)
    at = draw(st.lists(st.one_of(st.just((math.nan, math.nan)), vectors, vectors), min_size=rows, max_size=rows))
    velocity = draw(st.lists(st.one_of(st.just((math.nan, math.nan)), vectors, vectors), min_size=rows, max_size=rows))
    moving, member = (draw(st.lists(st.booleans(), min_size=rows, max_size=rows)) for _ in range(2))
    shape = (rows, 2)
    return (
        np.cumsum([0, *sizes]),
        np.array(at, np.float64).reshape(shape),
        np.array(velocity, np.float64).reshape(shape),
        np.array(moving, np.bool_),
        np.array([member], np.bool_).reshape(1, rows),
    )


@given(crowds())
@settings(max_examples=150, deadline=None)
def test_shape_of_a_group_equals_its_definition(drawn):
    starts, at, velocity, moving, member = drawn
    spread = crowd.spread(at, member, starts)
    aligned = crowd.alignment(velocity, moving, member, starts)
    apart = crowd.divergence(at, velocity, moving, member, starts)
    for k in range(len(starts) - 1):
        rows = [r for r in range(starts[k], starts[k + 1]) if member[0, r]]
        placed = [r for r in rows if not math.isnan(at[r, 0])]
        ways = {r: velocity[r] / np.hypot(*velocity[r]) for r in rows if moving[r] and np.hypot(*velocity[r]) > 0}
        want = math.nan
        if len(placed) >= 2:
            middle = at[placed].mean(axis=0)
            want = np.mean([np.hypot(*(at[r] - middle)) for r in placed])
        assert spread[0, k] == pytest.approx(want, abs=1e-9, nan_ok=True)
        want = np.hypot(*np.mean(list(ways.values()), axis=0)) if ways else math.nan
        assert aligned[0, k] == pytest.approx(want, abs=1e-9, nan_ok=True)
        if len(placed) >= 2:
            off = {r: at[r] - middle for r in placed if r in ways and np.hypot(*(at[r] - middle)) > 1e-9}
            cosines = [ways[r] @ way / np.hypot(*way) for r, way in off.items()]
        want = np.mean(cosines) if len(placed) >= 2 and cosines else math.nan
        assert apart[0, k] == pytest.approx(want, abs=1e-9, nan_ok=True)


def test_a_crowd_that_walks_one_way_and_one_that_runs_apart():
    at = np.array([(0, 0), (2, 0), (0, 2), (2, 2)], np.float64)
    starts, member, moving = np.array([0, 4]), np.ones((1, 4), np.bool_), np.ones(4, np.bool_)
    east, out = np.tile([[30.0, 0.0]], (4, 1)), (at - 1) * 50
    assert crowd.alignment(east, moving, member, starts)[0, 0] == pytest.approx(1)
    assert crowd.alignment(out, moving, member, starts)[0, 0] == pytest.approx(0, abs=1e-12)
    assert crowd.divergence(at, east, moving, member, starts)[0, 0] == pytest.approx(0, abs=1e-12)
    assert crowd.divergence(at, out, moving, member, starts)[0, 0] == pytest.approx(1)
    assert crowd.divergence(at, -out, moving, member, starts)[0, 0] == pytest.approx(-1)
    assert crowd.spread(at, member, starts)[0, 0] == pytest.approx(math.sqrt(2))


def test_area_on_the_ground():
    ground = Ground(pairs=tuple(((x, y), (x / 100, y / 50)) for x in (0.0, 1000.0) for y in (0.0, 500.0)))
    ring = ((100.0, 100.0), (300.0, 100.0), (300.0, 300.0), (100.0, 300.0))
    hole = ((150.0, 150.0), (250.0, 150.0), (250.0, 200.0), (150.0, 200.0))
    assert crowd.zone_area(Zone("z", ring), ground) == pytest.approx(2 * 4)
    assert crowd.zone_area(Zone("z", ring, (hole,)), ground) == pytest.approx(8 - 1)
    far = tuple((x + 500.0, y) for x, y in ring)
    assert crowd.zone_area(Zone("z", ring, parts=((ring, hole), (far,))), ground) == pytest.approx(7 + 8)
    assert math.isnan(crowd.zone_area(Zone("z", ring), None))


def test_area_of_a_zone_over_the_horizon_is_unknown():
    far = Ground(pairs=(((0, 700), (0, 0)), ((1000, 700), (10, 0)), ((400, 300), (0, 40)), ((600, 300), (10, 40))))
    assert crowd.zone_area(Zone("z", ((100, 600), (900, 600), (600, 400), (400, 400))), far) > 0
    assert math.isnan(crowd.zone_area(Zone("z", ((100, 600), (900, 600), (600, 10), (400, 10))), far))


SHAPES = [
    Zone("square", ((100, 100), (500, 100), (500, 500), (100, 500))),
    Zone("slant", ((0, 0), (20, 0), (800, 700), (780, 700))),
    Zone("ring", ((0, 0), (600, 0), (600, 600), (0, 600)), (((200, 200), (400, 200), (400, 400), (200, 400)),)),
]


@given(
    st.sampled_from(SHAPES),
    st.lists(
        st.lists(st.tuples(*[st.integers(-50, 700)] * 2, *[st.integers(0, 400)] * 2), max_size=5),
        min_size=1,
        max_size=3,
    ),
)
@settings(max_examples=60, deadline=None)
def test_occupied_share_is_near_the_area_of_the_boxes_together(zone, cameras):
    boxes = np.array([(x, y, x + w, y + h) for camera in cameras for x, y, w, h in camera], np.float64).reshape(-1, 4)
    starts = np.cumsum([0, *map(len, cameras)])
    share = crowd.occupied(zone, boxes, starts)
    shape = shapely.Polygon(zone.points, zone.holes)
    for k, camera in enumerate(cameras):
        union = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in camera])
        tolerance = 0.03 if zone.name != "slant" else 0.06
        assert share[k] == pytest.approx(shapely.intersection(union, shape).area / shape.area, abs=tolerance)


def test_a_zone_wholly_covered_is_one_and_an_empty_one_nought():
    thread = Zone("thread", ((0, 0), (1000, 1000), (1000, 1000.001)))
    for zone in (*SHAPES, thread):
        box = np.array([[0.0, 0.0, 2000.0, 2000.0]])
        assert crowd.occupied(zone, box, np.array([0, 1, 1])).tolist() == [1, 0]
        assert crowd.occupied(zone, box + 5000, np.array([0, 1])).tolist() == [0]
