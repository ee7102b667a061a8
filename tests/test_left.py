from pathlib import Path

import numpy as np
import pytest

from room import SECOND, TALL, Room, bag, bringer, walk
from watchword.boxes import iou
from watchword.detect.left import LeftDetector
from watchword.scene import Ground, Scene
from watchword.track.boxtracker import BoxTracker
from watchword.video import Frame

DATA = Path(__file__).parents[2] / "shared" / "data"
HEIGHTS = Scene(frame=(360, 270), ground=Ground(heights=((100, 150, TALL), (200, 260, TALL))))
BOX = (150, 190, 180, 220)


def run(room, detector=None):
    detector = detector or LeftDetector({room.camera: HEIGHTS})
    return [(frame.time / SECOND, detector.detect([frame])) for frame in room.frames()]


def labels(seen):
    return {d.label(k) for _, d in seen for k in range(len(d))}


def check_left(seen, rest, box=BOX, by=6.0, slack=1.0):
    late = [d for t, d in seen if t > rest + by]
    assert late
    for d in late:
        assert [d.label(k) for k in range(len(d))] == ["left_object"]
        assert iou(d.boxes, np.array([box], float))[0, 0] > 0.6
        assert abs(d.extra["rest_since"][0] / SECOND - rest) < slack
    assert not [t for t, d in seen if t < rest + 2.5 and len(d)]


@pytest.mark.parametrize("fps", [4.0, 12.0])
def test_a_bag_left_by_its_bringer_is_found_with_its_time_and_box(fps):
    check_left(run(Room(fps=fps, figures=[bringer((165, 222), 8)], things=[bag(BOX, 8)])), 8)


def test_a_picture_a_second_is_enough():
    check_left(
        run(Room(fps=1.0, seconds=40, figures=[bringer((165, 222), 12)], things=[bag(BOX, 12)])), 12, slack=2.0, by=7
    )


def test_pictures_that_are_missing_do_not_matter():
    room = Room(fps=1.0, seconds=40, figures=[bringer((165, 222), 12)], things=[bag(BOX, 12)])
    detector = LeftDetector({"room": HEIGHTS})
    kept = [f for f in room.frames() if f.index not in (3, 7, 14, 17, 18, 25)]
    check_left([(f.time / SECOND, detector.detect([f])) for f in kept], 12, slack=2.0, by=9)


def test_a_faint_bag_is_found():
    # 20 grey levels under its surroundings of about 115 to 135
    room = Room(figures=[bringer((165, 222), 8)], things=[bag(BOX, 8, colour=(95, 95, 95))])
    late = [d for t, d in run(room) if t > 14]
    assert all("left_object" in [d.label(k) for k in range(len(d))] for d in late)


def test_a_bag_nobody_brought_is_found_where_it_is_plain_to_see():
    check_left(run(Room(things=[bag(BOX, 8)])), 8)


def test_a_step_of_light_makes_nothing_and_ends_nothing():
    room = Room(
        gain=lambda t: 1.4 if t > 16 else 1.0, seconds=30, figures=[bringer((165, 222), 8)], things=[bag(BOX, 8)]
    )
    seen = run(room)
    check_left(seen, 8)
    assert len({tuple(b) for t, d in seen if t > 15 for b in d.boxes}) == 1


def test_people_who_pass_before_it_change_nothing():
    passing = [walk((-30, 225), (400, 225), begin, 30.0) for begin in (14, 18, 22, 26)]
    seen = run(Room(seconds=40, figures=[bringer((165, 222), 8), *passing], things=[bag(BOX, 8)]))
    check_left(seen, 8)
    assert len({tuple(b) for t, d in seen if t > 14 for b in d.boxes}) == 1


def test_it_is_kept_for_minutes():
    check_left(run(Room(fps=1.5, seconds=260, figures=[bringer((165, 222), 8)], things=[bag(BOX, 8)])), 8)


def test_it_ends_when_it_is_taken():
    taker = walk((400, 222), (-30, 222), 16.5, 40.0)
    seen = run(Room(seconds=30, figures=[bringer((165, 222), 8), taker], things=[bag(BOX, 8, 22.3)]))
    assert all(len(d) == 1 for t, d in seen if 14 < t < 21)
    assert all("left_object" not in [d.label(k) for k in range(len(d))] for t, d in seen if t > 26)


def test_a_person_standing_still_is_not_left():
    path = walk((-30, 220), (180, 220), 4.0)

    def stands(t):
        return path(t) or ((180, 220) if t > 9 else None)

    assert not labels(run(Room(figures=[stands], seconds=30)))


def test_what_lay_there_from_the_start_and_is_taken_is_removed():
    seen = run(Room(seconds=50, figures=[bringer((165, 222), 30)], things=[bag(BOX, 0, 30)]))
    late = [d for t, d in seen if t > 36]
    assert labels(seen) == {"removed_object"}
    assert all(iou(d.boxes, np.array([BOX], float))[0, 0] > 0.5 for d in late)


def test_what_is_put_elsewhere_is_moved():
    other = (240, 190, 270, 220)
    red = (30, 30, 160)
    mover = walk((-30, 222), (400, 222), 21.0, 40.0)
    seen = run(Room(seconds=40, figures=[mover], things=[bag(BOX, 0, 26, colour=red), bag(other, 28, colour=red)]))
    assert "left_object" not in labels(seen)
    assert "moved_object" in labels(seen)


def test_somebody_in_view_from_the_start_leaves_no_ghost():
    path = walk((180, 220), (400, 220), 6.0)

    def leaves(t):
        return path(t) or ((180, 220) if t < 6 else None)

    assert not labels(run(Room(figures=[leaves], seconds=30)))


def test_a_patch_of_light_is_nothing():
    room = Room(seconds=24)
    detector = LeftDetector({"room": HEIGHTS})
    shine = np.ones((270, 360, 1), np.float32)
    shine[180:220, 140:190] = 1.35
    seen = []
    for f in room.frames():
        image = f.image if f.time < 8 * SECOND else np.clip(f.image * shine, 0, 255).astype(np.uint8)
        seen.append((f.time / SECOND, detector.detect([Frame(f.camera, f.time, image)])))
    assert not labels(seen)


def test_two_cameras_in_one_call_are_two_detectors():
    a = Room(figures=[bringer((165, 222), 6)], things=[bag(BOX, 6)], seconds=14, camera="a")
    b = Room(seconds=14, camera="b", seed=4)
    together, one, other = LeftDetector(), LeftDetector(), LeftDetector()
    for fa, fb in zip(a.frames(), b.frames(), strict=True):
        both = together.detect([fa, fb])
        for name, apart in (("a", one.detect([fa])), ("b", other.detect([fb]))):
            assert np.array_equal(both.at(name).boxes, apart.boxes)
            assert np.array_equal(both.at(name).extra["rest_since"], apart.extra["rest_since"])


def test_forgetting_a_camera_begins_anew():
    room = Room(figures=[bringer((165, 222), 6)], things=[bag(BOX, 6)], seconds=14)
    detector = LeftDetector()
    first = [d.boxes for _, d in run(room, detector)]
    assert len(first[-1]) == 1
    detector.forget(room.camera)
    assert all(np.array_equal(a, d.boxes) for a, (_, d) in zip(first, run(room, detector), strict=True))


@pytest.mark.slow
def test_the_bag_beside_the_cabinet():
    path = DATA / "left-bag" / "video4.avi"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    import cv2

    detector, capture, seen = LeftDetector(), cv2.VideoCapture(str(path)), []
    for i in range(1169):
        ok, image = capture.read()
        assert ok
        if i % 3 == 0:
            seen.append((i / 29.97, detector.detect([Frame("yard", round(i / 29.97 * SECOND), image)])))
    assert all(len(d) == 1 for t, d in seen if t > 24)
    last = seen[-1][1]
    assert iou(last.boxes, np.array([[450.0, 365, 505, 415]]))[0, 0] > 0.5
    assert 12 < last.extra["rest_since"][0] / SECOND < 15
    assert labels(seen) == {"left_object"}
    tracker = BoxTracker()
    told = [tracker.track(d) for _, d in seen]
    first = next(k for k, (_, d) in enumerate(seen) if len(d))
    assert [t.ids.tolist() for t in told[first:]] == [[1]] * (len(told) - first)  # one thing to the end, no look missed
    assert all(t.extra["rest_since"][0] < 15 * SECOND and not t.ended for t in told[first:])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "box", "since"), [("video9", (400, 115, 505, 217), 32), ("video10", (139, 172, 267, 248), 41)]
)
def test_the_bag_on_the_table_at_a_picture_a_second(clip, box, since):
    folder = DATA / "aboda-1fps" / clip
    if not folder.exists():
        pytest.skip(f"{folder} is not there")
    import cv2

    detector = LeftDetector()
    times = [int(file.stem) for file in sorted(folder.glob("*.jpg"))]
    images = [cv2.imread(str(folder / f"{t:04}.jpg")) for t in times]
    seen = [(t, detector.detect([Frame("class", t * SECOND, i)])) for t, i in zip(times, images, strict=True)]
    late = [d for t, d in seen if t > since + 12]
    assert all([d.label(k) for k in range(len(d))] == ["left_object"] for d in late)
    assert iou(late[-1].boxes, np.array([box], float))[0, 0] > 0.4
    assert abs(late[-1].extra["rest_since"][0] / SECOND - since) < 4
