"""Files of boxes: MOTChallenge text and CSV with a header."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.detections import NEVER, Detections
from watchword.errors import DataError
from watchword.interop import mot
from watchword.interop.boxcsv import CsvWriter
from watchword.interop.mot import MotWriter
from watchword.tracks import Tracks
from watchword.units import SECOND

SHARED = Path(__file__).parents[2] / "shared"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there (it is read from ../shared)")
    return path


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, name: str = "boxes.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_frames_have_exact_times_and_missing_ones_are_looks(write):
    file = mot.read(write("2,7,10,20,30,40,0.5,-1,-1,-1\n4,7,11,20,30,40\n"), 30, camera="hall")
    ticks = list(file.ticks())
    assert file.tracked
    assert [int(t.times[0]) for t in ticks] == [0, 33333333, 66666667, 100000000]
    assert [len(t) for t in ticks] == [0, 1, 0, 1]
    assert file.frame_count == 4
    assert file.duration == 100000000
    assert file.notes == ()
    assert isinstance(ticks[1], Tracks)
    assert ticks[1].cameras == ("hall",)
    assert ticks[1].boxes.tolist() == [[10, 20, 40, 60]]
    assert ticks[1].ids.tolist() == [7]
    assert ticks[1].scores.tolist() == [0.5]
    assert ticks[3].scores.tolist() == [1.0]


def test_ids_of_minus_one_make_detections(write):
    file = mot.read(write("1,-1,0,0,5,5,0.5\n1,-1,9,0,5,5,0.5\n"), 25)
    (tick,) = file.ticks()
    assert not file.tracked
    assert isinstance(tick, Detections)
    assert len(tick) == 2


def test_a_file_that_counts_from_zero_is_read_with_a_word():
    file = mot.read(shared("cases/26-mot-from-zero.csv"), 10)
    ticks = list(file.ticks())
    assert len(ticks) == file.frame_count == 100
    assert [int(t.times[0]) for t in ticks] == [k * SECOND // 10 for k in range(100)]
    assert all(len(t) == 1 for t in ticks)
    assert len(file.notes) == 1
    assert "from 0" in file.notes[0]
    assert file.refused == ()


def test_impossible_boxes_are_refused_by_line_and_the_others_kept():
    file = mot.read(shared("cases/06-impossible-boxes.csv"), 10)
    assert [r.line for r in file.refused] == [3, 5, 7, 9, 11, 13, 15]
    assert [r.reason for r in file.refused] == [
        "width is 0",
        "height is 0",
        "height is -40",
        "score is not a number",
        "left is infinite",
        "width is empty",
        "left is not a number",
    ]
    assert [len(t) for t in file.ticks()] == [1] * 12
    assert "7 rows refused, lines 3, 5, 7, 9, 11, 13, 15" in file.notes[0]


@pytest.mark.parametrize(
    ("name", "frames", "rows"),
    [
        ("03-over-the-line-between-two-frames.csv", 5, 15),
        ("04-cut-off-by-the-frame-edge.csv", 30, 120),
        ("05-one-box-two-zones.csv", 30, 60),
        ("12-trembling-box-is-still.csv", 150, 150),
    ],
)
def test_case_files_are_read_whole(name, frames, rows):
    file = mot.read(shared(f"cases/{name}"), 10)
    ticks = list(file.ticks())
    assert (len(ticks), sum(map(len, ticks)), file.notes, file.refused) == (frames, rows, (), ())


def test_rows_out_of_order_are_sorted_and_told(write):
    file = mot.read(write("3,1,0,0,5,5\n1,1,0,0,5,5\n2,1,0,0,5,5\n"), 10)
    assert [t.ids.tolist() for t in file.ticks()] == [[1], [1], [1]]
    assert any("order" in note for note in file.notes)


@pytest.mark.parametrize("mark", [" ", "\t", ";", ", "])
def test_other_marks_between_columns(write, mark):
    (tick,) = mot.read(write(mark.join(["1", "4", "1.5", "2", "3", "4", "0.5"]) + "\n"), 10).ticks()
    assert tick.boxes.tolist() == [[1.5, 2, 4.5, 6]]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,1,0,0,5,5", "frame is `x`, no number"),
        ("1.5,1,0,0,5,5", "frame is 1.5, no whole number"),
        ("-1,1,0,0,5,5", "frame is -1, it has to be 0 to 10000000"),
        ("1764034000,1,0,0,5,5", "frame is 1764034000, it has to be 0 to 10000000"),
        ("1,-2,0,0,5,5", "id is -2"),
        ("1,18446744073709551616,0,0,5,5", "id is 18446744073709551616"),
        ("1,9,0,0,5,5", "id 9 is in frame 1 already"),
        ("1,1,0,0,5", "5 columns, it has to be six or more"),
        ("1,1,1e300,0,1e-300,5", "the box has no area that numbers can hold"),
        ("1,1,0,0,1e999,5", "width is infinite"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(write, row, reason):
    file = mot.read(write(f"1,9,0,0,5,5,1\n{row}\n2,9,0,0,5,5,1\n"), 10)
    (refused,) = file.refused
    assert refused.line == 2
    assert refused.reason.startswith(reason)
    assert [t.ids.tolist() for t in file.ticks()] == [[9], [9]]


def test_ids_keep_64_bits(write):
    big = 2**64 - 2
    (tick,) = mot.read(write(f"1,{big},0,0,5,5\n1,{big - 1},0,0,5,5\n"), 10).ticks()
    assert tick.ids.tolist() == [big, big - 1]


def test_class_numbers_of_mot16(write):
    rows = "1,1,0,0,5,5,1,1,1\n1,2,0,0,5,5,1,3,1\n1,3,0,0,5,5,1,9,1\n"
    file = mot.read(write(rows), 10)
    (tick,) = file.ticks()
    assert [tick.label(k) for k in range(len(tick))] == ["person", "car"]
    assert any("1 row of classes" in note for note in file.notes)
    (named,) = mot.read(write(rows), 10, label="bag").ticks()
    assert [named.label(k) for k in range(len(named))] == ["bag"] * 3


def test_rows_flagged_as_not_to_be_considered_are_left_out(write):
    file = mot.read(write("1,1,0,0,5,5,1,1,1\n1,2,0,0,5,5,0,1,1\n"), 10)
    (tick,) = file.ticks()
    assert tick.ids.tolist() == [1]
    assert len(file.notes) == 1


def test_scores_beyond_one_are_told(write):
    file = mot.read(write("1,-1,0,0,5,5,78.3\n1,-1,9,0,5,5,-0.4\n"), 10)
    (tick,) = file.ticks()
    assert tick.scores.tolist() == [1, 0]
    assert any("scores" in note for note in file.notes)


def test_the_rate_of_a_sequence_folder(write, tmp_path):
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nname=A\nframeRate=25\n")
    (tmp_path / "det").mkdir()
    path = write("1,-1,0,0,5,5\n2,-1,0,0,5,5\n", "det/det.txt")
    file = mot.read(path)
    assert file.duration == SECOND // 25
    assert file.notes == ("25 frames a second, as its seqinfo.ini says",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        (b"\x00\x01\x02RIFF\xff", "is no text"),
        ("1,2,3,4\n", "boxes.txt:1: 4 columns, it has to be six or more"),
        ("1,1,0,0,0,0\n1,2,a b,0,5,5\n", "boxes.txt:1: none of its rows can be used; the first: width is 0"),
        ("hello world this is a text\n", "boxes.txt:1: there is neither a column `second` nor `frame`"),
    ],
)
def test_what_is_no_file_of_boxes_is_refused(write, text, told):
    with pytest.raises(DataError, match="help: ") as caught:
        mot.read(write(text), 10)
    assert told in str(caught.value)


def test_no_file_and_no_rate(write, tmp_path):
    with pytest.raises(DataError, match=r"no\.txt: cannot be read"):
        mot.read(tmp_path / "no.txt", 10)
    with pytest.raises(DataError, match="say how many frames a second"):
        mot.read(write("1,1,0,0,5,5\n"))
    with pytest.raises(DataError, match="fps is 0"):
        mot.read(write("1,1,0,0,5,5\n"), 0)


def test_seconds_with_labels(write):
    file = mot.read(write("second,label,left,top,width,height\n3,,,,,\n5,bag,1,2,3,4\n5,person,0,0,9,9\n"), camera="c")
    ticks = list(file.ticks())
    assert [int(t.times[0]) for t in ticks] == [3 * SECOND, 5 * SECOND]
    assert [len(t) for t in ticks] == [0, 2]
    assert [ticks[1].label(k) for k in range(2)] == ["bag", "person"]
    assert not file.tracked


@pytest.mark.parametrize("number", [3, 5, 7, 9, 10])
def test_a_second_without_a_row_is_no_look(number):
    path = shared(f"data/aboda-1fps/video{number}.csv")
    named = {int(line.split(",")[0]) for line in path.read_text().splitlines()[1:]}
    file = mot.read(path)
    assert [int(t.times[0]) for t in file.ticks()] == [s * SECOND for s in sorted(named)]
    assert file.refused == ()


def test_several_cameras_share_a_tick(write):
    file = mot.read(
        write("second,camera,id,left,top,width,height\n0.1,a,1,0,0,5,5\n0.1,b,1,0,0,5,5\n0.2,b,x7,0,0,5,5\n")
    )
    first, second = file.ticks()
    assert first.cameras == ("a", "b")
    assert first.ids.tolist() == [1, 1]
    assert second.cameras == ("b",)
    assert second.ids.tolist() == ["x7"]
    assert second.times.tolist() == [200_000_000]
    assert file.cameras == ("a", "b")


def test_further_columns_travel_and_who_somebody_is_does_not(write):
    head = "second,id,left,top,width,height,helmet,rest_since,members"
    (tick,) = mot.read(write(f"{head}\n0,1,0,0,5,5,0.25,17,\n0,2,0,0,5,5,,,3\n")).ticks()
    assert tick.extra["helmet"][0] == 0.25
    assert math.isnan(tick.extra["helmet"][1])
    assert tick.extra["rest_since"].tolist() == [17, NEVER]
    assert tick.extra["members"].tolist() == [1, 3]
    with pytest.raises(DataError, match=r"boxes\.txt:1: .*who somebody is"):
        mot.read(write("second,left,top,width,height,face\n0,0,0,5,5,1\n"))


def test_a_row_with_a_word_in_it_is_a_row_and_no_header(write):
    read = mot.read(write("1,a7,600,300,50,120,1\n2,8,600,300,50,120,1\n"), 10)
    assert [r.line for r in read.refused] == [1]
    assert "`a7`" in read.refused[0].reason


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("second,left,left,top,width,height", "two columns are called `left`"),
        ("second,left,top,width", "no column `height` or `bottom`"),
        ("second,left,top,width,height,Näme", "cannot be named"),
        ("frame,left,top,width,height", "say how many frames a second"),
    ],
)
def test_a_header_that_does_not_serve_is_refused(write, head, told):
    with pytest.raises(DataError, match="help: ") as caught:
        mot.read(write(head + "\n1,2,3,4,5,6\n"))
    assert told in str(caught.value)


def test_frames_in_a_file_with_a_header(write):
    file = mot.read(write("frame,left,top,right,bottom\n0,1,2,4,6\n2,1,2,4,6\n2,0,0,-1,5\n"), 10)
    assert [len(t) for t in file.ticks()] == [1, 0, 1]
    assert [t.times.tolist() for t in file.ticks()] == [[0], [100_000_000], [200_000_000]]
    assert [(r.line, r.reason) for r in file.refused] == [(4, "width is -1")]


def test_names_that_others_give_columns(write):
    file = mot.read(write("frame,track_id,bb_left,bb_top,bb_width,bb_height,conf,class\n1,5,1,2,3,4,0.5,car\n"), 10)
    (tick,) = file.ticks()
    assert (tick.ids.tolist(), tick.boxes.tolist(), tick.label(0)) == ([5], [[1, 2, 4, 6]], "car")
    assert tick.scores.tolist() == [0.5]


boxes = st.lists(
    st.tuples(*[st.floats(-2000, 4000).map(lambda v: round(v, 2))] * 2, *[st.integers(1, 900)] * 2), max_size=4
)


@settings(deadline=None)
@given(st.lists(boxes, min_size=1, max_size=5), st.sampled_from([1, 7, 25, 29.97, 30]))
def test_what_is_written_is_read_back(tmp_path_factory, ticks, fps):
    tables = [
        Tracks.of(
            "c",
            round(k * SECOND / fps),
            ids=range(1, len(rows) + 1),
            boxes=[(x, y, x + w, y + h) for x, y, w, h in rows],
            scores=[0.5] * len(rows),
        )
        for k, rows in enumerate(ticks)
    ]
    path = tmp_path_factory.mktemp("mot") / "tracks.txt"
    with MotWriter(path, fps) as writer:
        for table in tables:
            writer.write(table)
    last = max((k for k, rows in enumerate(ticks) if rows), default=-1)
    if last < 0:
        assert path.read_text() == ""
        return
    back = list(mot.read(path, fps, camera="c").ticks())
    assert len(back) == last + 1
    for table, again in zip(tables, back, strict=False):
        assert table.times.tolist() == again.times.tolist()
        assert table.ids.tolist() == again.ids.tolist()
        np.testing.assert_allclose(table.boxes, again.boxes, atol=0.002)


def test_the_writer_counts_looks_or_time():
    def frames(fps):
        out = io.StringIO()
        writer = MotWriter(out, fps)
        for time in (10 * SECOND, 11 * SECOND, 14 * SECOND):
            writer.write(Detections.of("c", time, [[0, 0, 2, 4]]))
        writer.close()
        return [line.split(",")[0] for line in out.getvalue().splitlines()]

    assert frames(None) == ["1", "2", "3"]
    assert frames(1) == ["1", "2", "5"]
    with pytest.raises(DataError, match="frame 1, which is written"):
        frames(0.1)


def test_the_writer_refuses_what_has_no_place_in_the_layout():
    writer = MotWriter(io.StringIO())
    with pytest.raises(DataError, match="text"):
        writer.write(Tracks.of("c", 0, ["a"], [[0, 0, 1, 1]]))
    two = Detections.join([Detections.of("a", 0), Detections.of("b", 0)])
    with pytest.raises(DataError, match="2 cameras"):
        writer.write(two)


def test_csv_keeps_what_mot_cannot(write):
    out = io.StringIO()
    table = Tracks.of(
        "a", 1_500_000_000, [3, 4], [[0, 0, 5, 5], [1, 1, 9, 9]], ["bag", "person"], [0.5, 1], [True, False],
        helmet=[0.5, math.nan], rest_since=[2**60 + 1, NEVER],
    )  # fmt: skip
    writer = CsvWriter(out, ["helmet", "rest_since"])
    writer.write(Tracks.join([table, Tracks.of("b", 1_500_000_000)]))
    writer.write(Tracks.of("b", 1_600_000_001))
    file = mot.read(write(out.getvalue()))
    both, empty = file.ticks()
    assert both.cameras == ("a", "b")
    again = both.at("a")
    assert again.ids.tolist() == [3, 4]
    assert [again.label(k) for k in range(2)] == ["bag", "person"]
    assert again.seen.tolist() == [True, False]
    assert again.extra["rest_since"].tolist() == [2**60 + 1, NEVER]
    assert again.extra["helmet"][0] == 0.5
    assert math.isnan(again.extra["helmet"][1])
    assert (empty.cameras, empty.times.tolist(), len(empty)) == (("b",), [1_600_000_001], 0)
