"""norfair's detections and tracked things: there and back, through its own tracker."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.norfair import from_norfair, to_norfair
from watchword.tracks import Tracks

norfair = pytest.importorskip(
    "norfair", reason="norfair is not installed: it asks for NumPy 1.26, and is tested where that is"
)
SECOND = 1_000_000_000


def table(k: int) -> Detections:
    boxes = [(100 + 5 * k, 200, 140 + 5 * k, 300), (600 - 5 * k, 200, 660 - 5 * k, 260)]
    return Detections.of("hall", k * SECOND // 10, boxes, ["person", "car"], [0.9, 0.5])


def test_detections_there_and_back():
    made = to_norfair(table(0))
    assert [type(one).__name__ for one in made] == ["Detection"] * 2
    back = from_norfair(made, "hall", 0)
    assert isinstance(back, Detections)
    assert back.boxes.tolist() == table(0).boxes.tolist()
    assert back.scores.tolist() == [0.9, 0.5]
    assert [back.label(k) for k in range(2)] == ["person", "car"]


def test_its_tracker_gives_tracks_and_what_is_only_expected_is_not_seen():
    tracker = norfair.Tracker("iou", 0.9, hit_counter_max=10, initialization_delay=2)
    ids = set()
    for k in range(12):
        detections = to_norfair(table(k))
        tracks = from_norfair(tracker.update(detections), "hall", k, given=detections)
        assert isinstance(tracks, Tracks)
        assert tracks.seen.all()
        ids |= set(tracks.ids.tolist())
        for row in range(len(tracks)):
            left = table(k).boxes[["person", "car"].index(tracks.label(row)), 0]
            assert abs(tracks.boxes[row, 0] - left) < 12
    assert len(ids) == 2
    gone = from_norfair(tracker.update([]), "hall", 12, given=[])
    assert isinstance(gone, Tracks)
    assert (len(gone), gone.seen.any()) == (2, False)
    with pytest.raises(DataError, match="given=detections"):
        from_norfair(tracker.update([]), "hall", 13)


def test_nothing_seen_is_an_empty_look():
    assert isinstance(from_norfair([], "hall", 0), Tracks)
    assert to_norfair(Tracks.of("hall", 0)) == []


def test_corners_may_be_any_two_opposite_ones_and_a_label_may_be_given():
    back = from_norfair([norfair.Detection(np.array([[30, 10], [20, 40]]))], "hall", 0, label="bag")
    assert (back.boxes.tolist(), back.label(0), back.scores.tolist()) == ([[20, 10, 30, 40]], "bag", [1.0])


def test_what_cannot_be_converted_says_so():
    with pytest.raises(DataError, match="two corners"):
        from_norfair([norfair.Detection(np.array([[30, 10]]), label="bag")], "hall", 0)
    with pytest.raises(DataError, match="no label"):
        from_norfair([norfair.Detection(np.array([[30, 10], [20, 40]]))], "hall", 0)
    with pytest.raises(DataError, match="nothing of norfair"):
        from_norfair([3], "hall", 0)
    with pytest.raises(DataError, match="2 cameras"):
        to_norfair(Tracks.join([Tracks.of("a", 0), Tracks.of("b", 0)]))


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "norfair", None)
    with pytest.raises(DataError, match=r"watchword\[norfair\]"):
        to_norfair(table(0))
