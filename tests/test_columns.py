"""Detections and tracks: what is kept, what is left out and counted, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from watchword.detections import Column, Detections
from watchword.errors import DataError
from watchword.tracks import End, Tracks

BOX = [0, 0, 10, 20]


def test_a_table_without_rows_says_looked_and_saw_nothing():
    table = Tracks.of("cam", 5)
    assert (len(table), table.cameras, table.times.tolist()) == (0, ("cam",), [5])


def test_boxes_and_scores_that_make_no_sense_are_left_out_and_counted():
    boxes = [BOX, [0, 0, 0, 20], [0, 20, 10, 0], [0, 0, np.inf, 20], [np.nan, 0, 1, 1], BOX]
    table = Detections.of("cam", 0, boxes, "person", [0.5, 0.5, 0.5, 0.5, 0.5, np.nan])
    assert table.boxes.tolist() == [BOX]
    assert table.dropped == {"box not finite": 2, "box without area": 2, "score not finite": 1}


def test_scores_are_brought_into_range():
    assert Detections.of("cam", 0, [BOX, BOX], scores=[-1, 7]).scores.tolist() == [0, 1]


def test_ids_that_mean_not_tracked_and_ids_twice_are_left_out_and_counted():
    ids = [1, -1, 2**64 - 1, -5, 1]
    table = Tracks.of("cam", 0, ids, [BOX] * 5)
    assert table.ids.tolist() == [1]
    assert table.dropped == {"not tracked": 2, "negative id": 1, "id repeated in a frame": 1}


@pytest.mark.parametrize("ids", [[2**63 + 1, 2**63 + 2], [0, 2**63 - 1], ["a", "b"], ["a", 7], [2**64 - 2, 0]])
def test_ids_of_64_bits_and_text_stay_what_they_are(ids):
    table = Tracks.of("cam", 0, ids, [BOX, BOX])
    assert table.ids.tolist() == ids


def test_ids_given_as_numpy_arrays_lose_no_bit():
    ids = np.array([2**63 + 1, 2**63 + 2], np.uint64)
    assert Tracks.of("cam", 0, ids, [BOX, BOX]).ids.tolist() == [2**63 + 1, 2**63 + 2]


@pytest.mark.parametrize("bad", [2**64, -(2**63) - 1, 1.5, None, True, 2.0**60])
def test_other_ids_are_refused(bad):
    with pytest.raises(DataError, match="track id"):
        Tracks.of("cam", 0, [bad], [BOX])


def test_columns_cannot_be_written_to():
    table = Tracks.of("cam", 0, [1], [BOX], helmet=[0.5])
    for column in (table.boxes, table.scores, table.labels, table.times, table.ids, table.seen, table.extra["helmet"]):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0
    with pytest.raises(TypeError):
        table.extra["other"] = table.scores  # type: ignore[index]


@pytest.mark.parametrize("name", ["face", "age", "licence_plate", "person_name", "skin_tone", "gait", "reid"])
def test_a_column_that_would_say_who_somebody_is_is_refused(name):
    with pytest.raises(DataError, match="who somebody is"):
        Column(name)
    with pytest.raises(DataError, match="who somebody is"):
        Detections.of("cam", 0, [BOX], **{name: [1.0]})


def test_a_column_name_is_an_identifier():
    with pytest.raises(DataError, match="cannot be named"):
        Column("Two words")


@pytest.mark.parametrize(
    "given",
    [
        {"labels": ["person"]},
        {"scores": [1.0]},
        {"ids": [1]},
        {"seen": [True]},
        {"helmet": [1.0]},
    ],
)
def test_columns_of_another_length_are_refused(given):
    rest = {"ids": [1, 2], "boxes": [BOX, BOX], **given}
    with pytest.raises(DataError, match="2 boxes but 1"):
        Tracks.of("cam", 0, **rest)


def test_boxes_of_another_shape_are_refused():
    with pytest.raises(DataError, match="shape"):
        Detections.of("cam", 0, [[0, 0, 1]])
    with pytest.raises(DataError, match="no table of numbers"):
        Detections.of("cam", 0, [["a", 0, 1, 1]])
    with pytest.raises(DataError, match="label"):
        Detections.of("cam", 0, [BOX], [3])


def joined() -> Tracks:
    a = Tracks.of("a", 1, [1, 2], [BOX, BOX], ["person", "bag"], helmet=[0.1, 0.2], ended=[End("a", 9, 1)])
    b = Tracks.of("b", 2, ["x"], [[5, 5, 9, 9]], "bag", members=[3])
    return Tracks.join([a, Tracks.of("empty", 7), b])


def test_tables_of_several_cameras_join_and_come_apart_again():
    table = joined()
    assert table.cameras == ("a", "empty", "b")
    assert table.times.tolist() == [1, 7, 2]
    assert [table.label(i) for i in range(3)] == ["person", "bag", "bag"]
    assert table.ids.tolist() == [1, 2, "x"]
    assert table.extra["members"].tolist() == [1, 1, 3]
    assert np.isnan(table.extra["helmet"][2])
    b = table.at("b")
    assert (b.cameras, b.ids.tolist(), b.times.tolist(), b.ended) == (("b",), ["x"], [2], ())
    assert table.at("a").ended == (End("a", 9, 1),)
    assert len(table.at("empty")) == 0


def test_a_camera_twice_or_unknown_is_refused():
    with pytest.raises(DataError, match="two tables"):
        Tracks.join([Tracks.of("a", 1), Tracks.of("a", 2)])
    with pytest.raises(DataError, match="no camera `c`"):
        joined().at("c")
    with pytest.raises(DataError, match="no table"):
        Tracks.join([])


def test_rows_are_taken_by_mask_index_or_slice():
    table = joined()
    for rows in (np.array([False, True, True]), np.array([1, 2]), slice(1, None)):
        some = table.take(rows)
        assert some.ids.tolist() == [2, "x"]
        assert some.cameras == table.cameras


def test_the_constructor_wants_exact_columns():
    good = Tracks.of("cam", 0, [1], [BOX])
    with pytest.raises(DataError, match="column `scores` is float32"):
        type(good)(
            cameras=("cam",),
            times=good.times,
            camera=good.camera,
            boxes=good.boxes,
            labels=good.labels,
            names=good.names,
            scores=good.scores.astype(np.float32),
            ids=good.ids,
            seen=good.seen,
        )
