"""Zones and lines that serve alone: who is inside, who crosses, where things are on the ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.crossings import path_meets_line, side
from watchword.errors import SceneError
from watchword.geometry import homography, on_ground, places
from watchword.interop.mot import read
from watchword.scene import Ground, Line, Zone
from watchword.tracks import Tracks

CASES = Path(__file__).parents[2] / "shared" / "cases"
S = 1_000_000_000
SQUARE = ((100, 100), (200, 100), (200, 200), (100, 200))


def case(name: str) -> Path:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    return path


def at(*feet: tuple[float, float], wide: float = 20, tall: float = 40) -> Tracks:
    boxes = [(x - wide / 2, y - tall, x + wide / 2, y) for x, y in feet]
    return Tracks.of("cam", 0, range(len(feet)), boxes)


def test_a_thing_is_where_its_feet_are_and_borders_count():
    zone = Zone("z", SQUARE)
    feet = at((150, 150), (100, 100), (200, 150), (99.9, 150), (150, 230))
    assert zone.contains(feet).tolist() == [True, True, True, False, False]


def test_a_hole_is_outside_its_border_inside():
    zone = Zone("z", SQUARE, (((140, 140), (160, 140), (160, 160), (140, 160)),))
    assert zone.contains(at((150, 150), (140, 150), (130, 150))).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("anchor", "inside"),
    [("bottom", [True, False, False]), ("centre", [False, True, False]), ("any", [True, True, True]),
     (0.5, [False, True, False]), (1, [False, False, False])],
)  # fmt: skip
def test_a_zone_says_which_point_of_the_box_counts(anchor, inside):
    # Boxes 40 high: with feet at 110 a quarter is inside, at 210 three quarters, the third only touches a corner.
    assert Zone("z", SQUARE, anchor=anchor).contains(at((150, 110), (150, 210), (90, 100))).tolist() == inside


def test_overhead_a_thing_is_at_its_centre():
    assert Zone("z", SQUARE, view="overhead").contains(at((150, 215), (150, 110))).tolist() == [True, False]


def test_the_place_of_a_box_that_is_cut_off_is_moved_to_the_edge():
    boxes = np.array([[-60.0, 330, 40, 470], [100, 300, 180, 490], [700, 300, 760, 460], [0, -50, 10, 0]])
    found = places(boxes, "eye", (640, 480))
    assert found[:2].tolist() == [[0, 470], [140, 480]]
    assert np.isnan(found[2:]).all()


DOOR = Line("door", (400, 300), (800, 300), ("yard", "house"))


def walk(counter, *feet, tall=80.0):
    return [int(counter.step(at(f, tall=tall))[0]) for f in feet]


def test_02_only_a_path_that_meets_the_line_itself_counts():
    steps = np.linspace(0, 1, 101)
    for x0, x1, crossings in ((300, 300, 0), (600, 600, 1), (700, 950, 0)):
        counter = DOOR.counter()
        found = walk(counter, *((x0 + (x1 - x0) * t, 200 + 200 * t) for t in steps))
        assert sum(map(abs, found)) == crossings


def test_side_a_is_where_the_cross_product_is_positive():
    # For a line that goes down the picture the street, x < 640, is side A.
    gate = Line("gate", (640, 120), (640, 900), ("street", "lobby"))
    assert side(gate, np.array([[600.0, 500.0]]))[0] > 0
    assert walk(gate.counter(), (600, 500), (680, 500)) == [0, 1]
    assert walk(gate.counter(), (680, 500), (600, 500)) == [0, -1]


def test_a_trembling_thing_crosses_once_and_is_dated_when_it_left():
    counter = DOOR.counter()
    feet = [297, 299, 302, 299, 302, 303, 310]
    tables = [Tracks.of("cam", k * S, [1], [(590, y - 80, 610, y)]) for k, y in enumerate(feet)]
    found = [c for table in tables for c in counter.crossings(table)]
    # 80 px high: committed 4 px beyond. On side yard never: 297 is within the margin, so there is no crossing to count.
    assert found == []
    tables = [Tracks.of("cam", k * S, [1], [(590, y - 80, 610, y)]) for k, y in enumerate([290, *feet])]
    (crossing,) = DOOR.crossings(tables)
    # At 3 s it is off the old side for the first time since it was committed to it, 4 px beyond the line.
    assert (crossing.time, crossing.decided, crossing.id, crossing.line) == (3 * S, 7 * S, 1, "door")


def test_a_line_forgets_on_request():
    counter = DOOR.counter()
    assert walk(counter, (600, 250)) == [0]
    counter.forget("cam")
    assert walk(counter, (600, 350), (600, 250)) == [0, 1 if side(DOOR, np.array([[600.0, 350.0]]))[0] > 0 else -1]


def test_03_a_fast_thing_that_jumps_over_the_line_between_two_frames():
    line = Line("l", (200, 400), (1000, 400), ("far", "near"), (1280, 720))
    found = list(line.crossings(read(case("03-over-the-line-between-two-frames.csv"), 2.0).ticks()))
    assert sorted((c.id, c.time) for c in found) == [(1, 1.5 * S), (3, 1.5 * S)]


def test_04_cut_off_by_the_edge_of_the_frame():
    near = Zone("near", ((0, 300), (640, 300), (640, 480), (0, 480)), frame=(640, 480))
    for table in read(case("04-cut-off-by-the-frame-edge.csv"), 10.0).ticks():
        inside = dict(zip(table.ids.tolist(), near.contains(table).tolist(), strict=True))
        assert inside == {1: True, 2: True, 3: True, 4: False}


def test_05_a_box_over_two_zones_is_in_one():
    west = Zone("west", ((0, 200), (500, 200), (500, 600), (0, 600)), frame=(1280, 720))
    east = Zone("east", ((520, 200), (1000, 200), (1000, 600), (520, 600)), frame=(1280, 720))
    for table in read(case("05-one-box-two-zones.csv"), 10.0).ticks():
        assert table.ids.tolist() == [1, 2]
        assert west.contains(table).tolist() == [False, False]
        assert east.contains(table).tolist() == [True, False]


points = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


@given(points, points, points, points)
def test_a_path_meets_a_line_as_the_exact_sums_say(a, b, p, q):
    if a == b:
        return

    def cross(o, u, v):
        return (u[0] - o[0]) * (v[1] - o[1]) - (u[1] - o[1]) * (v[0] - o[0])

    def within(o, u, v):
        return min(o[0], u[0]) <= v[0] <= max(o[0], u[0]) and min(o[1], u[1]) <= v[1] <= max(o[1], u[1])

    d = (cross(a, b, p), cross(a, b, q), cross(p, q, a), cross(p, q, b))
    touch = [(d[0], a, b, p), (d[1], a, b, q), (d[2], p, q, a), (d[3], p, q, b)]
    expected = (d[0] * d[1] < 0 and d[2] * d[3] < 0) or any(c == 0 and within(o, u, v) for c, o, u, v in touch)
    line = Line("l", a, b)
    assert path_meets_line(line, np.array([p], float), np.array([q], float)).tolist() == [expected]


def test_metres_come_from_the_pairs_and_stop_at_the_horizon():
    truth = np.array([[2.0, 0.1, 5], [0.3, 3.0, 7], [0.001, 0.002, 1]])
    picture = np.array([[0, 0], [100, 0], [100, 80], [0, 80], [50, 30]], float)
    p = np.column_stack((picture, np.ones(5))) @ truth.T
    ground = Ground(tuple((tuple(a), tuple(b)) for a, b in zip(picture, p[:, :2] / p[:, 2:], strict=True)))
    assert np.allclose(homography(ground), truth, atol=1e-6)
    metres = on_ground(ground, np.array([[30.0, 40.0], [-2000.0, -2000.0]]))
    want = truth @ [30, 40, 1]
    assert np.allclose(metres[0], want[:2] / want[2])
    assert np.isnan(metres[1]).all()
    assert np.isnan(on_ground(None, picture)).all()


def test_a_ground_whose_points_lie_on_a_line_is_refused():
    flat = Ground(tuple(((x, 0), (x, 0)) for x in range(5)))
    with pytest.raises(SceneError, match="one line"):
        homography(flat)
