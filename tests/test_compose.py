import subprocess
import sys

import numpy as np
import pytest

from room import SECOND, TALL, Room, bag, bringer
from watchword import detect
from watchword.detect.base import Detector
from watchword.detect.compose import Composed
from watchword.detections import MEMBERS, NEVER, REST_SINCE, Column, Detections
from watchword.errors import DetectorError
from watchword.scene import Ground, Scene
from watchword.video import Frame

FRAME = Frame("c", 5, np.zeros((100, 100, 3), np.uint8))


class Says:
    """Says the same of every frame."""

    def __init__(self, boxes, labels, columns=(), blind=False, name="says", scores=None, **extra):
        self.boxes, self.given, self.columns, self.blind, self.name = boxes, labels, columns, blind, name
        self.labels, self.extra, self.scores, self.closed, self.forgotten = tuple(labels), extra, scores, False, []

    def detect(self, frames):
        return Detections.join(
            [Detections.of(f.camera, f.time, self.boxes, self.given, self.scores, **self.extra) for f in frames]
        )

    def forget(self, camera):
        self.forgotten.append(camera)

    def close(self):
        self.closed = True


def left(box, **more):
    return Says([box], ["left_object"], (REST_SINCE,), True, rest_since=[3], **more)


def motion(*boxes, members=1):
    return Says(list(boxes), ["person"] * len(boxes), (MEMBERS,), True, members=[members] * len(boxes))


def rows(found):
    return sorted(
        (found.label(k), tuple(found.boxes[k]), *(float(v[k]) for v in found.extra.values())) for k in range(len(found))
    )


def test_a_blob_over_a_settled_thing_is_that_thing():
    found = Composed([motion((10, 10, 32, 30)), left((10, 10, 30, 30))]).detect([FRAME])
    assert [found.label(k) for k in range(len(found))] == ["left_object"]
    assert found.extra["rest_since"].tolist() == [3]


def test_a_sliver_of_a_settled_thing_is_that_thing():
    found = Composed([motion((10, 24, 30, 31)), left((10, 10, 30, 30))]).detect([FRAME])
    assert [found.label(k) for k in range(len(found))] == ["left_object"]


def test_a_person_before_a_bag_stays():
    found = Composed([motion((5, 0, 35, 70)), left((10, 40, 30, 60))]).detect([FRAME])
    assert sorted(found.label(k) for k in range(len(found))) == ["left_object", "person"]
    assert found.extra["rest_since"].tolist() == [NEVER, 3]


def test_a_model_names_what_a_blind_one_found():
    model = Says([(11, 10, 31, 30)], ["suitcase"], scores=[0.6])
    found = Composed([left((10, 10, 30, 30)), model]).detect([FRAME])
    assert rows(found) == [("suitcase", (11, 10, 31, 30), 3.0)]
    assert found.scores.tolist() == [0.6]


def test_of_two_models_the_surer_stays_and_other_labels_do_too():
    a, b = Says([(0, 0, 20, 50)], ["person"], scores=[0.5]), Says([(1, 0, 20, 50)], ["person"], scores=[0.9])
    found = Composed([a, b, Says([(0, 0, 20, 50)], ["dog"])]).detect([FRAME])
    assert sorted((found.label(k), found.scores[k]) for k in range(len(found))) == [("dog", 1.0), ("person", 0.9)]


def test_cameras_keep_their_order_and_times():
    frames = [Frame("b", 7, FRAME.image), Frame("a", 9, FRAME.image)]
    found = Composed([motion((5, 0, 35, 70)), left((10, 40, 30, 60))]).detect(frames)
    assert found.cameras == ("b", "a")
    assert found.times.tolist() == [7, 9]
    assert found.camera.tolist() == [0, 0, 1, 1]


def test_one_detector_seeing_nothing_changes_nothing():
    nothing = Says([], [], (REST_SINCE,), True, rest_since=[])
    found = Composed([motion((5, 0, 35, 70), members=2), nothing]).detect([FRAME])
    assert found.extra["members"].tolist() == [2]
    assert found.extra["rest_since"].tolist() == [NEVER]


def test_names_labels_and_columns_are_those_of_all():
    both = Composed([motion((5, 0, 35, 70)), left((10, 40, 30, 60), name="left")])
    assert both.name == "says+left"
    assert both.labels == ("person", "left_object")
    assert {c.name for c in both.columns} == {"members", "rest_since"}


def test_columns_that_contradict_are_refused():
    with pytest.raises(DetectorError, match="`heat`"):
        Composed([Says([], [], (Column("heat", "deg"),)), Says([], [], (Column("heat", "%"),))])
    with pytest.raises(DetectorError):
        Composed([])


def test_forget_and_close_reach_all():
    a, b = motion(), left((0, 0, 9, 9))
    both = Composed([a, b])
    both.forget("c")
    both.close()
    assert (a.forgotten, b.forgotten, a.closed, b.closed) == (["c"], ["c"], True, True)


def test_the_default_reports_a_left_bag_once():
    scene = Scene(frame=(360, 270), ground=Ground(heights=((100, 150, TALL), (200, 260, TALL))))
    both = detect.load("motion+left", {"room": scene})
    assert isinstance(both, Detector)
    assert both.name == "motion+left"
    room = Room(figures=[bringer((165, 222), 8)], things=[bag((150, 190, 180, 220), 8)])
    late = [d for f in room.frames() if f.time > 16 * SECOND for d in [both.detect([f])]]
    assert late == [] or all(len(d) <= 1 for d in late)
    both.forget("room")
    seen = [(f.time / SECOND, both.detect([f])) for f in room.frames()]
    assert all([d.label(k) for k in range(len(d))] == ["left_object"] for t, d in seen if t > 16)
    both.close()


def test_composed_detectors_look_once_and_see_what_each_sees_alone():
    room = Room(figures=[bringer((165, 222), 6)], things=[bag((150, 190, 180, 220), 6)], seconds=12)
    both = detect.load()
    motion, left = detect.load("motion"), detect.load("left")
    for f in room.frames():
        found, moving, lying = both.detect([f]), motion.detect([f]), left.detect([f])
        assert len(found) <= len(moving) + len(lying)
        assert {tuple(b) for b in found.boxes} <= {tuple(b) for b in (*moving.boxes, *lying.boxes)}
        assert {tuple(b) for b in lying.boxes} <= {tuple(b) for b in found.boxes}


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(DetectorError, match="there is no detector `moton`") as error:
        detect.load("moton+left")
    assert "`motion`" in error.value.fix


def test_a_name_twice_is_refused():
    with pytest.raises(DetectorError, match="twice"):
        detect.load("left+left")


def test_cv2_is_not_imported_before_it_is_needed():
    code = "import sys, watchword.detect as d; d.load; print('cv2' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
