"""The stage: exact, repeatable, drawn where its truth says."""

from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword import sim
from watchword.errors import DataError
from watchword.sim.body import dress
from watchword.sim.lens import Lens
from watchword.sim.light import Gain, Sensor
from watchword.sim.script import Knot, Path, walk

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def stage() -> sim.Stage:
    return sim.left_scene(3)


@given(
    x=st.floats(-8, 8),
    z=st.floats(4, 30),
    height=st.floats(2, 8),
    horizon=st.floats(-60, 60),
)
def test_the_ground_is_found_again_under_its_picture(x: float, z: float, height: float, horizon: float) -> None:
    lens = Lens((640, 360), 500, horizon, height)
    assert lens.ground_at(*lens.project(x, 0, z)) == pytest.approx((x, z), abs=1e-6)


@given(z=st.floats(4, 30))
def test_a_height_is_told_by_the_row_of_the_foot(z: float) -> None:
    lens = Lens((640, 360), 500, 20, 3.5)
    foot, head = lens.project(1, 0, z)[1], lens.project(1, 1.7, z)[1]
    assert foot - head == pytest.approx(1.7 * (foot - lens.horizon) / lens.height)


def test_the_calibration_is_that_of_the_lens(stage: sim.Stage) -> None:
    for picture, ground in stage.ground.pairs:
        assert stage.lens.ground_at(*picture) == pytest.approx(ground, abs=0.01)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(5, 20)), min_size=2, max_size=5), st.floats(0.5, 2))
def test_a_walk_has_the_speed_it_was_given(points: list[tuple[float, float]], speed: float) -> None:
    path = Path(tuple(walk(points, 1.0, speed)))
    length = sum(np.hypot(*np.subtract(a, b)) for a, b in pairwise(points))
    assert path.walked(path.end) == pytest.approx(length)
    assert path.end - path.start >= length / speed - 1e-9
    assert np.hypot(*path.heading(path.end)) == pytest.approx(1)


def test_a_path_needs_rising_times() -> None:
    with pytest.raises(DataError, match="rising times"):
        Path((Knot(1, 0, 5), Knot(1, 1, 5)))


def test_frames_are_the_same_in_any_order(stage: sim.Stage) -> None:
    again = sim.left_scene(3)
    for index in (200, 3, 200, 150):
        assert np.array_equal(stage.frame(index).image, again.frame(index).image)
    assert not np.array_equal(stage.frame(3).image, stage.frame(4).image)  # noise at least
    assert not np.array_equal(stage.frame(3).image, sim.left_scene(4).frame(3).image)


def test_frames_carry_camera_time_and_number(stage: sim.Stage) -> None:
    frame = stage.frame(7)
    assert (frame.camera, frame.index, frame.time) == (stage.camera, 7, round(7 * SECOND / stage.fps))
    assert frame.size == stage.scene.frame
    assert frame.image.dtype == np.uint8
    with pytest.raises(DataError, match="no frame"):
        stage.frame(stage.count)


def test_a_box_is_where_somebody_is_drawn(stage: sim.Stage) -> None:
    """Against the same picture without anybody, all that differs beyond shadows lies in the boxes, and fills them."""
    still = attrs.evolve(stage, sensor=Sensor(noise=0, drift=0))
    empty = attrs.evolve(still, people=(), things=()).frame(0).image.astype(int)
    looked = 0
    for index in range(90, still.count, 23):
        frame = still.frame(index)
        truth = still.truth(frame.time)
        inside = np.zeros(empty.shape[:2], bool)
        changed = np.abs(frame.image - empty).max(axis=2) > 4
        other = _other(frame.image, empty) & changed
        for row, box in enumerate(truth.boxes):
            left, top, right, bottom = np.round(box).astype(int)
            inside[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = True
            if truth.extra["visible"][row] == 1.0:
                part = changed[top:bottom, left:right]
                looked += 1
                rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
                assert rows[0] <= 3
                assert columns[0] <= 3
                assert len(part) - rows[-1] <= 4
                assert part.shape[1] - columns[-1] <= 4
        assert (other & ~inside).mean() < 0.0005
    assert looked > 5


def _other(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Where a pixel is something else, and not the floor in a shadow: brighter, or of another colour."""
    ratio = now / before.clip(1)
    return (ratio.max(axis=2) > 1.06) | (np.ptp(ratio, axis=2) > 0.12)


def test_the_truth_has_every_row_once_and_in_view(stage: sim.Stage) -> None:
    w, h = stage.lens.size
    for truth in list(stage.truths())[::20]:
        assert len(set(truth.ids.tolist())) == len(truth)
        assert set(truth.names) <= {"person", "bag", "vehicle"}
        left, top, right, bottom = truth.boxes.T
        assert ((right > 0) & (bottom > 0) & (left < w) & (top < h)).all()
        assert ((truth.extra["visible"] >= 0) & (truth.extra["visible"] <= 1)).all()


def test_somebody_who_is_partly_hidden_is_said_to_be(stage: sim.Stage) -> None:
    lens, path = stage.lens, Path((Knot(0, 0, 8), Knot(10, 0.1, 8)))
    front = attrs.evolve(path, knots=(Knot(0, 0, 7.5), Knot(10, 0.1, 7.5)))
    look = dress(np.random.default_rng(0))
    two = attrs.evolve(stage, people=(sim.Person(1, look, path), sim.Person(2, look, front)), things=(), lens=lens)
    truth = two.truth(5 * SECOND)
    by_id = dict(zip(truth.ids.tolist(), truth.extra["visible"], strict=True))
    assert by_id[1] < 0.7
    assert by_id[2] > 0.95


def test_a_bag_goes_with_its_owner_until_it_is_set_down(stage: sim.Stage) -> None:
    left = stage.staged[0]
    bag, owner = stage.things[0], next(p for p in stage.people if p.id == left.owner)
    before = left.start / SECOND - 2
    place, ground = stage.place(bag, before), owner.path.place(before)
    assert place is not None
    assert np.hypot(place[0] - ground[0], place[2] - ground[1]) < 0.6
    on_ground = [stage.place(bag, t) for t in (left.start / SECOND + 1, stage.seconds)]
    assert on_ground[0] == on_ground[1]
    assert stage.box_of(bag, stage.seconds - 0.1) is not None


def test_gain_and_trembling_are_the_camera_s(stage: sim.Stage) -> None:
    plain = attrs.evolve(stage, sensor=Sensor(noise=0, drift=0))
    brighter = attrs.evolve(stage, sensor=Sensor(noise=0, drift=0, gains=(Gain(1.0, 0.0, 1.3),)))
    ratio = brighter.frame(40).image.mean() / plain.frame(40).image.mean()
    assert np.array_equal(brighter.frame(0).image, plain.frame(0).image)
    assert ratio == pytest.approx(1.3, abs=0.06)
    shaken = attrs.evolve(stage, sensor=Sensor(noise=0, drift=0, shake=2.0))
    time = plain.time(150)
    moved = shaken.truth(time).boxes - plain.truth(time).boxes
    assert np.allclose(moved, np.tile(shaken.sensor.offset(time / SECOND), 2))
    assert 0 < np.abs(moved).max() <= 2


def test_noise_is_as_strong_as_it_says(stage: sim.Stage) -> None:
    noisy = attrs.evolve(stage, people=(), things=(), sensor=Sensor(noise=3, drift=0))
    clean = attrs.evolve(noisy, sensor=Sensor(noise=0, drift=0))
    difference = noisy.frame(5).image.astype(int) - clean.frame(5).image
    assert difference.std() == pytest.approx(3, rel=0.15)
    assert abs(difference.mean()) < 0.05
