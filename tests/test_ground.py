"""The ground: worked out from pairs and from heights, its residuals, areas, and where it is only a guess."""

from __future__ import annotations

import json
import math

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.calibration import (
    calibrate,
    homography,
    in_picture,
    meets_horizon,
    on_ground,
    outside,
    person_metres,
    zone_area,
)
from watchword.errors import SceneError
from watchword.ground import Ground
from watchword.scene import Scene, Zone

FRAME = (1280, 720)


@attrs.frozen
class Camera:
    """A level pinhole camera over flat ground: x to the right, z away, metres."""

    tilt: float
    up: float
    focal: float

    def see(self, x: float, z: float, over: float = 0.0) -> tuple[float, float]:
        sin, cos = math.sin(self.tilt), math.cos(self.tilt)
        down = self.up - over
        depth = z * cos + down * sin
        return FRAME[0] / 2 + self.focal * x / depth, FRAME[1] / 2 + self.focal * (down * cos - z * sin) / depth

    def person(self, x: float, z: float, tall: float = 1.7) -> tuple[float, float, float]:
        (foot_x, foot), (_, head) = self.see(x, z), self.see(x, z, tall)
        return foot_x, foot, foot - head


POINTS = [(-2.0, 6.0), (2.0, 6.0), (-3.0, 20.0), (3.0, 20.0), (0.5, 11.0)]
PLACES = [(0.0, 6.0), (-2.0, 8.0), (2.0, 11.0), (-3.0, 15.0), (3.0, 20.0), (0.5, 12.0)]
cameras = st.builds(Camera, st.floats(0.05, 0.5), st.floats(2.5, 9), st.floats(700, 1800))


def pairs(camera: Camera, points=POINTS) -> Ground:
    return Ground(pairs=tuple((camera.see(*p), p) for p in points))


@settings(max_examples=50, deadline=None)
@given(cameras, st.floats(-4, 4), st.floats(6, 20))
def test_metres_from_pairs_are_the_true_ones_and_come_back_as_pixels(camera: Camera, x: float, z: float):
    ground = pairs(camera)
    seen = np.array([camera.see(x, z)])
    metres = on_ground(ground, seen)
    assert np.allclose(metres, [[x, z]], atol=1e-5)
    assert np.allclose(in_picture(ground, metres), seen, atol=1e-4)
    known = calibrate(ground)
    assert known is not None
    assert known.rms < 1e-6
    assert known.residuals.shape == (5,)
    assert known.doubt == 0


def test_a_pair_that_is_wrong_shows_in_the_residuals():
    camera = Camera(0.3, 4, 1100)
    five = pairs(camera).pairs
    wrong = (five[4][0], (0.5, 14.0))
    known = calibrate(Ground(pairs=(*five[:4], wrong)))
    assert known is not None
    assert known.residuals.max() > 0.5
    four = calibrate(Ground(pairs=five[:4]))
    assert four is not None
    assert four.rms < 1e-9, "four fit exactly, whatever they are"


def test_pairs_on_a_line_or_in_another_order_are_refused():
    line = Ground(pairs=tuple(((float(k), float(k)), (float(k), 0.0)) for k in range(5)))
    with pytest.raises(SceneError, match="on one line"):
        homography(line)
    four = pairs(Camera(0.3, 4, 1100)).pairs[:4]
    swapped = [(a, four[k][1]) for k, (a, _) in zip((1, 0, 2, 3), four, strict=True)]
    with pytest.raises(SceneError, match="no camera sees") as caught:
        homography(Ground(pairs=tuple(swapped)))
    assert "beside its own point" in caught.value.fix


def test_above_the_horizon_there_is_no_ground():
    ground = pairs(Camera(0.2, 4, 1000))
    horizon = 360 - 1000 * math.tan(0.2)
    at = np.array([[640.0, horizon - 5], [640.0, horizon + 5], [100.0, 0.0]])
    assert np.isfinite(on_ground(ground, at)).all(axis=1).tolist() == [False, True, False]
    assert np.isnan(on_ground(None, at)).all()
    behind = in_picture(ground, np.array([[0.0, -30.0], [0.0, 10.0]]))
    assert np.isfinite(behind).all(axis=1).tolist() == [False, True]


# ---- heights


@settings(max_examples=60, deadline=None)
@given(cameras)
def test_heights_with_a_known_focal_length_give_true_metres(camera: Camera):
    rows = [camera.person(x, z) for x, z in PLACES]
    ground = Ground(heights=tuple(rows), focal=camera.focal, frame=FRAME)
    if not ground.metric:
        return
    known = calibrate(ground)
    assert known is not None
    assert known.height == pytest.approx(camera.up, rel=0.01)
    assert np.abs(known.residuals).max() < 0.01
    there = on_ground(ground, np.array([camera.see(x, z) for x, z in PLACES]))
    assert np.allclose(there, PLACES, rtol=0.02, atol=0.1)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.15, 0.7), st.floats(3, 8))
def test_a_usual_focal_length_is_taken_and_lengths_sideways_need_none(tilt: float, up: float):
    camera = Camera(tilt, up, 0.85 * FRAME[0])
    reach = up / math.tan(tilt)  # what the middle of the picture looks at
    places = [(x, z * reach) for x, z in ((0, 0.8), (-1, 0.9), (1, 1.0), (-1.5, 1.1), (1.5, 1.3))]
    rows = [camera.person(x, z) for x, z in places]
    ground = Ground(heights=tuple(rows), frame=FRAME)
    if not ground.metric:
        return
    there = on_ground(ground, np.array(rows)[:, :2])
    wide = there[2, 0] - there[1, 0]
    assert wide == pytest.approx(2.0, rel=0.06)


def test_the_doubt_falls_where_heights_or_a_focal_length_tell():
    level, steep = Camera(0.06, 3, 1100), Camera(0.6, 6, 1100)
    of = {}
    for name, camera, places in (("level", level, PLACES), ("steep", steep, [(x, z / 2 + 3) for x, z in PLACES])):
        ground = Ground(heights=tuple(camera.person(x, z) for x, z in places), frame=FRAME)
        known, told = calibrate(ground), calibrate(attrs.evolve(ground, focal=1100.0))
        assert known is not None
        assert told is not None
        of[name], of[name + " told"] = known.doubt, told.doubt
    assert of["level"] > 0.3
    assert of["steep"] < of["level"]
    assert of["level told"] < 0.2
    assert of["steep told"] < of["steep"]


def test_people_of_known_height_count_as_they_are():
    camera = Camera(0.3, 4, 1088)
    tall = [1.1, 1.3, 1.9, 1.2, 1.95, 1.5]
    rows = [(*camera.person(x, z, t), t) for (x, z), t in zip(PLACES, tall, strict=True)]
    ground = Ground(heights=tuple(rows), frame=FRAME)
    assert ground.tall == tuple(tall)
    assert all(len(row) == 3 for row in ground.heights)
    known = calibrate(ground)
    assert known is not None
    assert known.height == pytest.approx(4, rel=0.02)
    unknown = calibrate(Ground(heights=tuple(row[:3] for row in rows), frame=FRAME))
    assert unknown is not None
    assert unknown.rms > 0.1 > known.rms


def test_one_odd_height_among_many_changes_little():
    camera = Camera(0.3, 4, 1088)
    rows = [camera.person(x, z) for x, z in PLACES * 2]
    x, foot, height = rows[0]
    known = calibrate(Ground(heights=((x, foot, height / 2), *rows[1:]), frame=FRAME))
    assert known is not None
    assert known.height == pytest.approx(4, rel=0.15)
    assert int(np.abs(known.residuals).argmax()) == 0


def test_heights_that_no_level_camera_sees_are_refused():
    rows = tuple((640.0, 250.0 + 80 * k, (320.0, 60.0)[k % 2]) for k in range(6))
    with pytest.raises(SceneError, match="no camera that stands level"):
        calibrate(Ground(heights=rows, frame=FRAME))


@pytest.mark.parametrize(
    ("rows", "frame", "metric"),
    [
        ([(1, 700, 300), (1, 500, 200), (1, 300, 100)], FRAME, True),
        ([(1, 700, 300), (1, 500, 200)], FRAME, False),
        ([(1, 700, 300), (1, 690, 295), (1, 680, 290)], FRAME, False),
        ([(1, 700, 300), (1, 500, 200), (1, 300, 100)], None, False),
    ],
)
def test_metres_are_told_from_three_heights_near_and_far(rows, frame, metric: bool):
    ground = Ground(heights=tuple(rows), frame=frame)
    assert ground.metric is metric
    assert (calibrate(ground) is not None) is metric
    if not metric:
        assert homography(ground) is None
        with pytest.raises(SceneError, match="not calibrated"):
            in_picture(ground, np.zeros((1, 2)))


def test_a_scene_from_overhead_takes_nothing_from_heights():
    ground = Ground(heights=((1, 700, 300), (1, 500, 200), (1, 300, 100)))
    assert Scene(frame=FRAME, ground=ground).ground.metric
    assert not Scene(frame=FRAME, ground=ground, view="overhead").ground.metric


def test_pairs_in_centimetres_show_in_how_tall_people_are():
    camera = Camera(0.1, 4, 1000)
    person = camera.person(0, 10)
    right = attrs.evolve(pairs(camera), heights=(person,))
    assert person_metres(right) == pytest.approx([1.7], rel=0.05)
    wrong = Ground(pairs=tuple((a, (100 * x, 100 * z)) for a, (x, z) in right.pairs), heights=(person,))
    assert person_metres(wrong) == pytest.approx([170], rel=0.05)


# ---- zones


def quadrangle(camera: Camera, x1: float, x2: float, z1: float, z2: float) -> Zone:
    return Zone("part", tuple(camera.see(x, z) for x, z in ((x1, z1), (x2, z1), (x2, z2), (x1, z2))))


@settings(max_examples=30, deadline=None)
@given(cameras, st.floats(0.5, 3), st.floats(7, 12), st.floats(1, 7))
def test_an_area_on_the_ground_is_the_true_one(camera: Camera, half: float, near: float, deep: float):
    ground = pairs(camera)
    assert zone_area(quadrangle(camera, -half, half, near, near + deep), ground) == pytest.approx(2 * half * deep)


def test_holes_and_parts_count_in_the_area():
    square = Ground(pairs=tuple(((100.0 * x, 100.0 * y), (x, y)) for x in (0.0, 10.0) for y in (0.0, 10.0)))
    ring, hole = ((0, 0), (400, 0), (400, 400), (0, 400)), ((100, 100), (200, 100), (200, 200), (100, 200))
    holed = Zone("a", ring, holes=(hole,))
    assert zone_area(holed, square) == pytest.approx(15)
    more = tuple((x + 500.0, y) for x, y in ring)
    twice = attrs.evolve(holed, parts=((holed.points, *holed.holes), (more,)))
    assert zone_area(twice, square) == pytest.approx(31)
    assert math.isnan(zone_area(holed, None))
    assert outside(square, twice) == pytest.approx(0, abs=1e-9)


def test_a_zone_beyond_the_pairs_is_a_guess_and_one_at_the_horizon_is_nowhere():
    camera = Camera(0.2, 4, 1000)
    ground = pairs(camera)
    inner, beyond = quadrangle(camera, -1.5, 1.5, 7, 15), quadrangle(camera, 5, 9, 7, 15)
    assert outside(ground, inner) < 1e-9
    assert outside(ground, beyond) > 0.9
    assert 0.2 < outside(ground, quadrangle(camera, 0, 4, 7, 9)) < 0.9
    sky = Zone("sky", ((100, 0), (300, 0), (300, 600), (100, 600)))
    assert meets_horizon(ground, sky)
    assert math.isnan(zone_area(sky, ground))
    assert not meets_horizon(ground, inner)


def test_heights_are_believed_between_the_nearest_and_the_farthest_feet():
    camera = Camera(0.3, 4, 1088)
    ground = Ground(heights=tuple(camera.person(x, z) for x, z in PLACES), frame=FRAME)
    assert outside(ground, quadrangle(camera, -1, 1, 8, 18)) < 1e-9
    assert outside(ground, quadrangle(camera, -1, 1, 40, 60)) > 0.9
    few = Ground(heights=((1, 700, 300),), frame=FRAME)
    assert outside(few, quadrangle(camera, -1, 1, 8, 18)) == 1.0
    assert not meets_horizon(few, quadrangle(camera, -1, 1, 8, 18))


# ---- JSON


def test_a_ground_comes_back_from_json_as_it_was():
    ground = Ground(heights=((640, 700, 310), (220, 410, 140, 1.62), (500, 300, 90)), focal=1100)
    scene = Scene(frame=FRAME, ground=ground)
    text = scene.dumps()
    assert json.loads(text)["ground"]["heights"] == [[640, 700, 310], [220, 410, 140, 1.62], [500, 300, 90]]
    assert Scene.loads(text) == attrs.evolve(scene, name=Scene.loads(text).name)
    assert Scene.loads(text).ground.tall == (1.7, 1.62, 1.7)


@pytest.mark.parametrize(
    ("ground", "says"),
    [
        ({}, "neither pairs nor heights"),
        ({"pairs": [[[0, 0], [1, 1]]] * 3}, "3 point pairs"),
        ({"pairs": [[[0, 0], [1, "a"]]] * 4}, "the ground's point of pair 1"),
        ({"pairs": [[0, 0]] * 4}, "the picture's point of pair 1"),
        ({"pairs": [5]}, "pairs"),
        ({"pairs": {"a": 1}}, "pairs"),
        ({"heights": [[1, 2]]}, "height 1"),
        ({"heights": [[1, 2, 0]]}, "height 1"),
        ({"heights": [[1, 2, 100, 17]]}, "height 1"),
        ({"heights": [[1, 2, True]]}, "height 1"),
        ({"heights": [[1, 2, 100]], "focal": -3}, "focal"),
        ({"heights": [[1, 2, 100]], "focal": "long"}, "focal"),
        ({"height": [[1, 2, 100]]}, "unknown member 'height'"),
        ([1], "ground is"),
    ],
)
def test_a_ground_that_makes_no_sense_is_refused_with_its_place(ground, says: str):
    with pytest.raises(SceneError, match=says) as caught:
        Scene.loads(json.dumps({"frame": [5, 5], "ground": ground}), "hall.json")
    assert caught.value.where == "hall.json"
    assert caught.value.fix
