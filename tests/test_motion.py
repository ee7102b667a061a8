from pathlib import Path

import numpy as np
import pytest

from room import SECOND, TALL, Room, bag, walk
from watchword.boxes import iou
from watchword.detect.motion import MotionDetector
from watchword.detect.perspective import Perspective
from watchword.detections import Detections
from watchword.scene import Ground, Scene
from watchword.video import Frame

DATA = Path(__file__).parents[2] / "shared" / "data"
HEIGHTS = Scene(frame=(360, 270), ground=Ground(heights=((100, 150, TALL), (200, 260, TALL))))


def run(room, detector=None):
    detector = detector or MotionDetector({room.camera: HEIGHTS})
    return [(frame.time / SECOND, detector.detect([frame])) for frame in room.frames()]


def truth(figure, t):
    x, y = figure(t)
    return np.array([[x - 14, y - TALL, x + 14, y + 3]])


def test_a_walker_is_one_person_with_feet_where_they_are():
    figure = walk((-30, 220), (400, 220), 4.0)
    seen = [(t, d) for t, d in run(Room(figures=[figure], seconds=14)) if figure(t) and 30 < figure(t)[0] < 330]
    good = [len(d) == 1 and iou(d.boxes, truth(figure, t))[0, 0] > 0.6 for t, d in seen]
    assert len(seen) > 50
    assert np.mean(good) > 0.95
    assert {d.label(0) for _, d in seen if len(d)} == {"person"}


def test_an_empty_room_is_empty():
    assert all(len(d) == 0 for _, d in run(Room(seconds=8)))


def test_two_who_walk_side_by_side_are_two():
    a, b = walk((-40, 215), (400, 215), 4.0), walk((-12, 222), (428, 222), 4.0)
    seen = [(t, d) for t, d in run(Room(figures=[a, b], seconds=14)) if a(t) and b(t) and 40 < a(t)[0] < 280]
    assert np.mean([len(d) == 2 for _, d in seen]) > 0.8


def test_a_step_of_light_makes_nobody():
    room = Room(gain=lambda t: 1.5 if t > 6 else 1.0, seconds=12)
    assert all(len(d) == 0 for _, d in run(room))


def test_a_thing_that_appears_is_nobody_and_a_walker_beside_it_is():
    figure = walk((-30, 220), (200, 220), 10.0, 30.0)
    seen = run(Room(things=[bag((250, 140, 290, 220), 6.0)], figures=[figure], seconds=17))
    assert all(len(d) == 0 for t, d in seen if 6.5 < t < 10)
    assert np.mean([len(d) == 1 for t, d in seen if 12 < t < 16]) > 0.9


def test_a_person_who_stands_still_stays_a_person():
    path = walk((-30, 220), (180, 220), 4.0)

    def figure(t):
        return path(t) or ((180, 220) if t > 9 else None)

    seen = run(Room(figures=[figure], seconds=30))
    assert np.mean([len(d) == 1 for t, d in seen if t > 10]) > 0.95


def test_two_cameras_in_one_call_are_two_detectors():
    a = Room(figures=[walk((-30, 220), (400, 220), 3.0)], seconds=8, camera="a")
    b = Room(figures=[walk((400, 200), (-30, 200), 2.0)], seconds=8, camera="b", seed=5)
    together, one, other = MotionDetector(), MotionDetector(), MotionDetector()
    for fa, fb in zip(a.frames(), b.frames(), strict=True):
        both = together.detect([fa, fb])
        assert both.cameras == ("a", "b")
        for name, apart in (("a", one.detect([fa])), ("b", other.detect([fb]))):
            assert np.array_equal(both.at(name).boxes, apart.boxes)


def test_forgetting_a_camera_begins_anew():
    room = Room(figures=[walk((-30, 220), (400, 220), 3.0)], seconds=8)
    detector = MotionDetector()
    first = [d.boxes for _, d in run(room, detector)]
    detector.forget(room.camera)
    assert all(np.array_equal(a, d.boxes) for a, (_, d) in zip(first, run(room, detector), strict=True))


def test_another_frame_size_begins_anew():
    detector = MotionDetector()
    detector.detect([Frame("c", 0, np.zeros((90, 120, 3), np.uint8))])
    assert len(detector.detect([Frame("c", SECOND, np.full((180, 240, 3), 200, np.uint8))])) == 0


def test_no_frames_are_refused_and_the_columns_are_as_declared():
    detector = MotionDetector()
    found = detector.detect([Frame("c", 0, np.zeros((90, 120, 3), np.uint8))])
    assert isinstance(found, Detections)
    assert set(found.extra) == {c.name for c in detector.columns} == {"members"}


class TestPerspective:
    def test_heights_told_are_taken(self):
        scene = Scene(frame=(720, 540), ground=Ground(heights=((100, 200, 60), (300, 500, 180))))
        half = Perspective((360, 270), scene)
        assert half.height([100, 250]) == pytest.approx([30, 90])

    def test_a_calibrated_ground_tells_heights(self):
        # a camera 5 m up that looks level: a person of 1.7 m is 1.7 / 5 of the way from their feet to the horizon
        f, up, horizon = 500.0, 5.0, 100.0
        ground = [(x, z) for x in (-3.0, 3.0) for z in (8.0, 20.0)]
        pairs = tuple(((320 + f * x / z, horizon + f * up / z), (x, z)) for x, z in ground)
        heights = Perspective((640, 480), Scene(frame=(640, 480), ground=Ground(pairs=pairs)))
        assert heights.height([225.0, 400.0]) == pytest.approx([1.7 / 5 * 125, 1.7 / 5 * 300], rel=0.02)

    def test_heights_seen_are_learned_through_halves_and_pairs(self):
        rng = np.random.default_rng(3)
        learned = Perspective((640, 480))
        for _ in range(300):
            y = rng.uniform(150, 450)
            kind = rng.choice([1.0, 0.5, 1.6], p=[0.7, 0.2, 0.1])
            learned.teach(y, (0.3 * y + 10) * kind * rng.normal(1, 0.05))
        assert learned.height([200, 400]) == pytest.approx([70, 130], rel=0.1)

    def test_nothing_is_known_before_enough_was_seen(self):
        new = Perspective((640, 480))
        assert not new.known
        assert np.isnan(new.height(100.0))


@pytest.mark.slow
def test_people_of_a_campus_road():
    film = DATA / "pets09-s2l1" / "view1.avi"
    if not film.exists():
        pytest.skip(f"{film} is not there")
    import cv2
    from scipy.optimize import linear_sum_assignment

    rows = np.loadtxt(film.with_name("gt.txt"), delimiter=",")
    detector, capture, hits, real, said = MotionDetector(), cv2.VideoCapture(str(film)), 0, 0, 0
    for number in range(1, 500):
        ok, image = capture.read()
        assert ok
        found = detector.detect([Frame("road", number * SECOND // 7, image)])
        boxes = found.boxes[[found.label(k) == "person" for k in range(len(found))]]
        want = rows[rows[:, 0] == number][:, 2:6]
        want = np.column_stack((want[:, :2], want[:, :2] + want[:, 2:]))
        match = iou(want, boxes)
        i, j = linear_sum_assignment(-match)
        hits, real, said = hits + int((match[i, j] >= 0.5).sum()), real + len(want), said + len(boxes)
    assert hits / real > 0.75
    assert hits / said > 0.75
