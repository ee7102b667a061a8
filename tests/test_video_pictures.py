"""Folders of pictures as films."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.errors import StateError, VideoError
from watchword.pictures import natural
from watchword.video import SECOND, frames

SHARED = Path(__file__).parents[2] / "shared" / "data"


def put(folder: Path, *names: str, size: tuple[int, int] = (32, 24)) -> Path:
    """Pictures of one grey each: ten times its number, in order."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names, len(list(folder.iterdir()))):
        image = np.full((size[1], size[0], 3), number * 10, np.uint8)
        (folder / name).write_bytes(cv2.imencode(Path(name).suffix, image)[1].tobytes())
    return folder


def test_a_picture_is_at_the_second_in_its_name_and_a_missing_second_is_no_frame(tmp_path: Path) -> None:
    folder = put(tmp_path / "Bahnhof-文", "9.jpg", "0010.jpg", "0012.png", "12.5.jpg", "100.jpg")
    (folder / "readme.txt").write_text("no picture")
    (folder / ".11.jpg").write_bytes(b"hidden")
    read = frames(folder)
    got = list(read)
    assert [f.time / SECOND for f in got] == [9, 10, 12, 12.5, 100]
    assert [round(float(f.image.mean()), -1) for f in got] == [0, 10, 20, 30, 40]
    assert [f.index for f in got] == [0, 1, 2, 3, 4]
    assert (read.name, read.camera, read.size, read.frame_count) == ("Bahnhof-文", "Bahnhof-文", (32, 24), 5)
    assert read.notes == ()
    assert [f.time for f in read] == [f.time for f in got]


def test_start_is_second_zero(tmp_path: Path) -> None:
    read = frames(put(tmp_path / "a", "0042.jpg"), start="2026-01-05T12:00:00Z", camera="hall")
    assert [(f.camera, f.time) for f in read] == [("hall", (1767614400 + 42) * SECOND)]


def test_with_fps_the_number_in_a_name_is_its_place(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", "img_0008.jpg", "img_0009.jpg", "img_0011.jpg")
    read = frames(folder, fps=4)
    assert [f.time for f in read] == [0, SECOND // 4, 3 * SECOND // 4]
    assert read.duration == 1.0
    assert read.fps == 4


def test_names_without_a_number_follow_each_other(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", "a.jpg", "b.jpg", "c.png")
    assert [f.time for f in frames(folder, fps=2)] == [0, SECOND // 2, SECOND]
    folder = put(tmp_path / "b", "1.jpg", "1.png", "3.png")  # a number twice: then no number counts
    assert [f.time for f in frames(folder, fps=2)] == [0, SECOND // 2, SECOND]


@pytest.mark.parametrize("name", ["img_0042.jpg", "a.jpg", "20260105_120000.jpg", "99999999999.jpg", "-1.jpg"])
def test_names_that_tell_no_second_ask_for_fps(tmp_path: Path, name: str) -> None:
    with pytest.raises(VideoError, match="fps") as error:
        frames(put(tmp_path / "a", "0001.jpg", name))
    assert name in str(error.value)


def test_a_picture_that_cannot_be_read_is_counted_and_no_frame(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", *(f"{i}.jpg" for i in range(6)))
    (folder / "0.jpg").write_bytes(b"")
    whole = (folder / "2.jpg").read_bytes()
    (folder / "2.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "4.jpg").write_bytes(b"no picture at all")
    read = frames(folder)
    assert [f.time // SECOND for f in read] == [1, 3, 5]
    assert read.notes == ("pictures that cannot be read: 3, the first is 0.jpg",)
    assert len(list(read)) == 3
    assert read.notes == ("pictures that cannot be read: 3, the first is 0.jpg",)


def test_a_low_rate_skips_pictures_without_reading_them(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", *(f"{i}.jpg" for i in range(9)))
    (folder / "1.jpg").write_bytes(b"no picture")
    read = frames(folder, rate=0.5)
    assert [f.index for f in read] == [0, 2, 4, 6, 8]
    assert read.notes == ()


def test_pictures_of_another_size_are_yielded_as_they_are(tmp_path: Path) -> None:
    folder = put(put(tmp_path / "a", "1.jpg"), "2.jpg", size=(40, 30))
    assert [f.size for f in frames(folder)] == [(32, 24), (40, 30)]


def test_a_folder_without_pictures_says_so(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no pictures"):
        frames(tmp_path)
    put(tmp_path, "1.jpg")
    (tmp_path / "1.jpg").write_bytes(b"no picture")
    with pytest.raises(VideoError, match="none of its 1 pictures"):
        frames(tmp_path)


def test_closing_ends_an_iteration(tmp_path: Path) -> None:
    read = frames(put(tmp_path / "a", "1.jpg", "2.jpg"))
    under_way = iter(read)
    next(under_way)
    read.close()
    assert list(under_way) == []
    with pytest.raises(StateError):
        list(read)


@given(st.lists(st.integers(0, 10**6), min_size=2, unique=True), st.sampled_from(["", "img", "a b "]))
def test_names_sort_as_people_count(numbers: list[int], word: str) -> None:
    assert sorted((f"{word}{n}" for n in numbers), key=natural) == [f"{word}{n}" for n in sorted(numbers)]


@given(st.lists(st.text(max_size=8), min_size=2))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    keys = [natural(name) for name in sorted(names, key=natural)]
    assert all(a <= b for a, b in pairwise(keys))


def test_real_pictures() -> None:
    folder = SHARED / "aboda-1fps" / "video9"
    if not folder.exists():
        pytest.skip(f"{folder.name} is not there")
    read = frames(folder)
    got = list(read)
    assert len(got) == len(list(folder.glob("*.jpg")))
    assert got[0].time == 17 * SECOND
    assert read.fps == 1
