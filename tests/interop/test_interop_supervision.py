"""supervision's Detections: there and back, and a host that uses its tracker."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.supervision import from_supervision, to_supervision
from watchword.tracks import Tracks

sv = pytest.importorskip("supervision", reason="supervision is not installed: pip install 'watchword[supervision]'")

ROW = st.tuples(
    st.floats(0, 900),
    st.floats(0, 500),
    st.floats(1, 200),
    st.floats(1, 200),
    st.sampled_from(["car", "person"]),
    st.floats(0, 1),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(ROW, max_size=8), st.integers(0, 2**64 - 20), st.booleans())
def test_there_and_back(rows, first, tracked):
    boxes = [(x, y, x + w, y + h) for x, y, w, h, *_ in rows]
    labels, scores = [r[4] for r in rows], [r[5] for r in rows]
    columns = {"speed": [float(k) for k in range(len(rows))]}
    one: Tracks | Detections
    if tracked:
        ids, seen = [first + k for k in range(len(rows))], [r[6] for r in rows]
        one = Tracks.of("hall", 5, ids, boxes, labels, scores, seen, **columns)
    else:
        one = Detections.of("hall", 5, boxes, labels, scores, **columns)
    made = to_supervision(one)
    assert isinstance(made, sv.Detections)
    back = from_supervision(made, "hall", 5, columns=["speed"])
    assert type(back) is type(one)
    assert back.boxes.tolist() == one.boxes.tolist()
    assert back.scores.tolist() == one.scores.tolist()
    assert [back.label(k) for k in range(len(back))] == [one.label(k) for k in range(len(one))]
    assert back.extra["speed"].tolist() == one.extra["speed"].tolist()
    if isinstance(one, Tracks) and isinstance(back, Tracks):
        assert (back.ids.tolist(), back.seen.tolist()) == (one.ids.tolist(), one.seen.tolist())


def test_names_by_class_id_and_what_nobody_names():
    given_ = sv.Detections(xyxy=np.array([[0, 0, 10, 20.0]]), class_id=np.array([3]))
    assert from_supervision(given_, "hall", 0, names={3: "Traffic light"}).label(0) == "traffic_light"
    assert from_supervision(given_, "hall", 0, names=["a", "b", "c", "d"]).label(0) == "d"
    with pytest.raises(DataError, match="class 3 has no name"):
        from_supervision(given_, "hall", 0, names=["a"])
    with pytest.raises(DataError, match="what the classes are called"):
        from_supervision(given_, "hall", 0)


def test_impossible_boxes_and_untracked_rows_are_left_out_and_counted():
    given_ = sv.Detections(
        xyxy=np.array([[0, 0, 10, 20], [5, 5, 5, 9], [0, 0, 10, 20]], float),
        class_id=np.zeros(3, int),
        tracker_id=np.array([1, 2, -1]),
    )
    tracks = from_supervision(given_, "hall", 0, names=["person"])
    assert isinstance(tracks, Tracks)
    assert tracks.ids.tolist() == [1]
    assert dict(tracks.dropped) == {"box without area": 1, "not tracked": 1}


def test_masks_and_other_data_are_not_taken_over():
    given_ = sv.Detections(
        xyxy=np.array([[0, 0, 10, 20.0]]),
        class_id=np.array([0]),
        mask=np.ones((1, 30, 30), bool),
        data={"class_name": np.array(["person"]), "age": np.array([40]), "text": np.array(["x"])},
    )
    assert not from_supervision(given_, "hall", 0).extra
    with pytest.raises(DataError, match="who somebody is"):
        from_supervision(given_, "hall", 0, columns=["age"])
    with pytest.raises(DataError, match="no column of numbers"):
        from_supervision(given_, "hall", 0, columns=["text"])
    with pytest.raises(DataError, match="it has: class_name, age, text"):
        from_supervision(given_, "hall", 0, columns=["speed"])


def test_nothing_seen_is_an_empty_look():
    assert len(from_supervision(sv.Detections.empty(), "hall", 0)) == 0
    assert isinstance(from_supervision(sv.Detections.empty(), "hall", 0, tracked=True), Tracks)
    assert len(to_supervision(Tracks.of("hall", 0))) == 0
    some = sv.Detections(xyxy=np.array([[0, 0, 10, 20.0]]), class_id=np.array([0]))
    with pytest.raises(DataError, match="no tracker ids"):
        from_supervision(some, "hall", 0, names=["person"], tracked=True)


def test_what_cannot_be_converted_says_so():
    with pytest.raises(DataError, match="is text"):
        to_supervision(Tracks.of("hall", 0, ["a"], [(0, 0, 1, 1)]))
    with pytest.raises(DataError, match="2 cameras"):
        to_supervision(Tracks.join([Tracks.of("a", 0), Tracks.of("b", 0)]))
    with pytest.raises(DataError, match="no Detections of supervision"):
        from_supervision([1, 2], "hall", 0)


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(DataError, match=r"watchword\[supervision\]"):
        to_supervision(Tracks.of("hall", 0))
