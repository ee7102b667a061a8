"""Bad input of every kind: an exit code, one plain message that names the file, never a traceback."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from calls import Call, Said
from test_video import rewritten
from watchword.video import FilmWriter

RULE = "person in zone hall for 1s"


def refused(said: Said, name: str) -> None:
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.startswith("error: "), said.err
    assert name in said.err
    assert "\n  help: " in said.err


def short(path: Path, size: tuple[int, int] = (320, 240), count: int = 20) -> Path:
    """A film of noise."""
    rng = np.random.default_rng(1)
    with FilmWriter(path, 10, size) as out:
        for _ in range(count):
            out.write(rng.integers(0, 255, (size[1], size[0], 3)).astype(np.uint8))
    return path


def no_film(kind: str, folder: Path) -> Path:
    """Something at a path that is no film."""
    path = folder / f"{kind}.mp4"
    if kind == "gone":
        return path
    if kind in ("empty folder", "folder of text"):
        path = folder / kind
        path.mkdir()
        if kind != "empty folder":
            (path / "a.txt").write_text("a")
        return path
    if kind == "folder of broken pictures":
        path = folder / kind
        path.mkdir()
        (path / "0001.jpg").write_bytes(b"\xff\xd8\xff")
        return path
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", "b")
    elif kind == "cut":
        whole = short(folder / "whole.mp4").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    else:
        data = {
            "empty": b"",
            "text": b"hello\n" * 99,
            "zeros": bytes(9999),
            "noise": np.random.default_rng(0).bytes(9999),
            "picture": cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes(),
        }
        path.write_bytes(data[kind])
    return path


KINDS = (
    "gone", "empty", "text", "zeros", "noise", "picture", "zip", "cut",
    "empty folder", "folder of text", "folder of broken pictures",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_film_is_refused_by_each_command(cli: Call, folder: Path, kind: str) -> None:
    path = no_film(kind, folder)
    refused(cli("run", path, "--rules", "person moving for 1s"), path.name)
    refused(cli("detect", path, "-o", "boxes.txt"), path.name)
    refused(cli("track", path, "-o", "tracks.txt"), path.name)
    assert not list(folder.glob("*.alerts"))
    assert not (folder / "boxes.txt").exists()


def test_a_film_that_was_cut_off_is_read_as_far_as_it_goes_and_that_is_said(cli: Call, folder: Path) -> None:
    whole = short(folder / "whole.avi", count=60).read_bytes()
    (folder / "cut.avi").write_bytes(whole[: len(whole) // 2])
    said = cli("run", "cut.avi", "--rules", "person moving for 1s")
    assert said.code == 0
    assert "the file is damaged or cut off" in said.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("\0\0", "is no text"),
        ("1,2,3\n", "six or more"),
        ("a,b\n1,2\n", "boxes.csv"),
        ("1,1,nan,0,10,20,1\n", "none of its rows can be used"),
    ],
)
def test_a_file_of_boxes_that_holds_none_is_refused(cli: Call, folder: Path, text: str, says: str) -> None:
    (folder / "boxes.csv").write_text(text)
    said = cli("run", "boxes.csv", "--rules", RULE, "--scene", "station.json", "--fps", "5")
    refused(said, "boxes.csv")
    assert says in said.err
    refused(cli("track", "boxes.csv", "-o", "out.txt", "--fps", "5"), "boxes.csv")


def test_bad_rows_are_told_and_the_others_are_used(cli: Call, folder: Path) -> None:
    good = [f"{frame},7,300,250,60,150,0.9" for frame in range(1, 21)]
    bad = [
        "3,8,nan,0,10,20,1",
        "3,8,1,1,-5,20,1",
        "4,-5,300,250,60,150,1",
        "5,7,310,250,60,150,1",
        "6,9,inf,1,2,3,1",
        "x",
    ]
    rows = [*good, *bad]
    np.random.default_rng(5).shuffle(rows)
    (folder / "tracks.txt").write_text("\n".join(rows) + "\n")
    said = cli("run", "tracks.txt", "--rules", RULE, "--scene", "station.json", "--fps", "5", "--out", "out")
    assert said.code == 0
    assert "rows refused" in said.err
    assert "not in the order of frames" in said.err
    assert "-1 for not tracked" in said.err
    assert "1 alert · 20 frames" in said.out
    told = cli("run", "tracks.txt", "--rules", RULE, "--scene", "station.json", "--fps", "5", "--json").fired
    assert [(a["time"], a["things"][0]["id"]) for a in told] == [(1.0, 7)]


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf"])
def test_a_rate_is_over_zero(cli: Call, hall: Path, folder: Path, value: str) -> None:
    (folder / "boxes.txt").write_text("1,-1,0,0,10,20,1\n")
    for path in (hall, "boxes.txt"):
        assert cli("run", path, "--rules", "person moving for 1s", "--fps", value).code == 2
    assert cli("run", hall, "--rules", "person moving for 1s", "--rate", value).code == 2


def test_boxes_without_times_ask_for_a_rate(cli: Call, folder: Path) -> None:
    (folder / "boxes.txt").write_text("1,-1,0,0,10,20,1\n")
    said = cli("track", "boxes.txt", "-o", "tracks.txt")
    refused(said, "boxes.txt")
    assert "frames a second" in said.err


@pytest.mark.parametrize("start", ["yesterday", "2026-01-05T12:00:00"])
def test_a_start_is_a_time_with_its_zone(cli: Call, hall: Path, start: str) -> None:
    refused(cli("run", hall, "--rules", "person moving for 1s", "--start", start), start)


def test_an_unknown_detector_or_tracker_is_told_with_those_there_are(cli: Call, hall: Path) -> None:
    said = cli("run", hall, "--rules", "person moving for 1s", "--detector", "motoin")
    refused(said, "motoin")
    assert "`motion`" in said.err
    refused(cli("run", hall, "--rules", "person moving for 1s", "--tracker", "sort"), "sort")
    refused(cli("detect", hall, "-o", "x.txt", "--detector", "motion+motion"), "twice")


def test_a_folder_that_cannot_be_written_to_is_told(cli: Call, hall: Path, folder: Path) -> None:
    (folder / "file").write_text("in the way")
    for out in ("file", "file/alerts"):
        refused(cli("run", hall, "--rules", "person moving for 1s", "--out", out), out)
        refused(cli("demo", "--out", out), out)
    for command in ("detect", "track"):
        refused(cli(command, hall, "-o", "file/boxes.txt"), "file/boxes.txt")


def test_rules_that_do_not_hold_are_told_before_anything_is_looked_at(cli: Call, hall: Path, folder: Path) -> None:
    (folder / "bad.watch").write_text("rule a: persn in zone hall\nrule b: bag unatended > 60s\n")
    for rules in ("bad.watch", "persn in zone hall"):
        said = cli("run", hall, "--rules", rules, "--scene", "station.json")
        assert said.code == 2
        assert said.out == ""
        assert "E101" in said.err
    said = cli("run", hall, "--rules", "person in zone hal for 1s", "--scene", "station.json")
    assert (said.code, said.out) == (2, "")
    assert "did you mean `hall`?" in said.err
    assert cli("run", hall, "--rules", "gone.watch").code == 2
    assert not list(folder.glob("*.alerts"))


def test_a_scene_of_another_shape_is_refused_with_both_sizes(cli: Call, folder: Path) -> None:
    short(folder / "square.avi", (400, 400))
    said = cli("run", "square.avi", "--rules", RULE, "--scene", "station.json")
    refused(said, "station.json")
    assert "960×540" in said.err
    assert "400×400" in said.err


def test_frames_of_another_size_and_the_scenes_shape_are_scaled_and_that_is_said(cli: Call, folder: Path) -> None:
    short(folder / "small.avi", (480, 270))
    said = cli("run", "small.avi", "--rules", RULE, "--scene", "station.json")
    assert said.code == 0
    assert "scaled to the scene's 960×540" in said.err


@pytest.fixture
def changed(folder: Path) -> Callable[[bytes, Callable[[bytes], bytes]], str]:
    """Makes an MP4 with the body of one kind of box changed."""

    def make(kind: bytes, change: Callable[[bytes], bytes]) -> str:
        data = short(folder / "whole.mp4", (540, 960)).read_bytes()
        (folder / "changed.mp4").write_bytes(rewritten(data, lambda k, body: change(body) if k == kind else body))
        return "changed.mp4"

    return make


def test_a_film_that_its_file_turns_is_judged_upright(
    cli: Call, changed: Callable[[bytes, Callable[[bytes], bytes]], str]
) -> None:
    one = 1 << 16
    matrix = struct.pack(">9i", 0, one, 0, -one, 0, 0, 960 * one, 0, 1 << 30)
    path = changed(b"tkhd", lambda body: body[:40] + matrix + body[76:])
    said = cli("run", path, "--rules", RULE, "--scene", "station.json")  # 540×960 turned by a quarter fits 960×540
    assert said.code == 0
    assert "turned upright by 90°" in said.err
    assert "960×540" in said.out


def test_frames_whose_times_repeat_are_left_out_and_counted(
    cli: Call, changed: Callable[[bytes, Callable[[bytes], bytes]], str]
) -> None:
    path = changed(b"stts", lambda body: struct.pack(">6I", 0, 2, 10, struct.unpack(">4I", body[:16])[3], 10, 0))
    said = cli("run", path, "--rules", "person moving for 1s")
    assert said.code == 0
    assert said.err.count("repeats the time of the last; it is left out") == 3
    assert "changed: 9 such notices in all (repeated)" in said.err


def test_a_film_without_time_stamps_is_placed_by_its_rate_and_that_is_said(cli: Call, folder: Path) -> None:
    rng = np.random.default_rng(2)
    parts = [cv2.imencode(".jpg", rng.integers(0, 255, (120, 160, 3)).astype(np.uint8))[1].tobytes() for _ in range(30)]
    (folder / "raw.mjpg").write_bytes(b"".join(parts))
    said = cli("run", "raw.mjpg", "--rules", "person moving for 1s", "--rate", "1000")
    assert said.code == 0, said.err
    assert "30 frames" in said.out


def test_tracks_are_no_input_for_tracking_nor_boxes_for_detecting(cli: Call, folder: Path) -> None:
    (folder / "tracks.txt").write_text("1,4,0,0,10,20,1\n")
    refused(cli("track", "tracks.txt", "-o", "out.txt", "--fps", "5"), "tracks.txt")
    refused(cli("detect", "tracks.txt", "-o", "out.txt", "--fps", "5"), "tracks.txt")
