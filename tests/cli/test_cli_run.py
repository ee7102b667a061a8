"""`watchword run`, `detect`, `track`: what is printed, written and shown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest

import station
from calls import Call
from watchword.sim import concourse

COMMAND = Path(sys.executable).parent / "watchword"
DOCUMENTED = re.findall(r"^\| `(\w+)`", (station.ROOT / "docs" / "alerts.md").read_text("utf-8"), re.MULTILINE)


def test_json_is_lines_of_json_and_nothing_else(cli: Call, hall: Path, folder: Path) -> None:
    said = cli("run", hall, "--rules", "station.watch", "--scene", "station.json", "--json")
    assert (said.code, said.err) == (0, "")
    assert [line["rule"] for line in said.fired] == ["gate_in", "left_bag"]
    assert all(line["schema"] == 1 for line in said.lines)
    assert not list(folder.glob("*.alerts"))


def test_quiet_prints_nothing_and_writes_all(cli: Call, hall: Path, folder: Path) -> None:
    said = cli("run", hall, "--rules", "station.watch", "--scene", "station.json", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert {p.name for p in (folder / "hall.avi.alerts").iterdir()} == {"alerts.jsonl", "0001.jpg", "0002.jpg"}
    assert cli("run", "gone.avi", "--rules", "person moving for 1s", "--quiet").err.startswith("error: ")


def test_the_installed_command_piped_is_plain_and_tells_its_alerts(hall: Path, folder: Path) -> None:
    args = [COMMAND, "run", hall, "--rules", "station.watch", "--scene", "station.json"]
    done = subprocess.run(args, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    head, first, second, summary, spent, where = done.stdout.splitlines()
    assert head.startswith("hall.avi  960×540  5 fps  0:20  motion+left → ")
    assert re.match(
        r"  0:0\d\.\d  ● gate_in    person #\d+ crosses line gate inward .*hall\.avi\.alerts/0001\.jpg$", first
    )
    assert re.match(r"  0:1\d\.\d  ● left_bag   Bag \d+ alone for 5\.0 s in hall .*/0002\.jpg$", second)
    assert summary.startswith("2 alerts · 100 frames · ")
    assert spent.startswith("seconds: decode ")
    assert where == "hall.avi.alerts/"


def test_a_reader_that_goes_away_ends_it_without_a_word(tracks: Path, folder: Path) -> None:
    line = f'"{COMMAND}" run "{tracks}" --rules station.watch --scene station.json --json | head -n 1'
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert json.loads(done.stdout)["schema"] == 1
    assert done.stderr == ""


def test_the_lines_have_the_members_that_the_docs_list(cli: Call, tracks: Path, folder: Path) -> None:
    cli("run", tracks, "--rules", "station.watch", "--scene", "station.json", "--quiet", "--out", "out")
    lines = [json.loads(x) for x in (folder / "out" / "alerts.jsonl").read_text("utf-8").splitlines()]
    assert {line["rule"] for line in lines} >= {"gate_in", "left_bag"}
    states = {"pending", "firing", "recovering", "stale", "suppressed", "resolved", "dropped"}
    for line in lines:
        assert set(line) <= {*DOCUMENTED, "title", "source", "lines", "evidence"}
        assert line["state"] in states
        assert line["since"] <= line["time"] <= line["decided"]
        assert re.fullmatch(r"[0-9a-f]{16}", line["id"])
        assert {t["role"] for t in line["things"]} <= {"thing", "owner"}
        assert all(set(t) - {"path"} == {"id", "class", "box", "role"} for t in line["things"])
        assert set(line["evidence"]) == {"observed", "gap", "parts"}
        assert all(set(p) == {"text", "value", "since"} for p in line["evidence"]["parts"])
    assert {line["source"] for line in lines} == {lines[0]["source"]}
    assert lines[0]["timestamp"] is None


def test_a_replay_gives_the_same_lines_and_a_start_gives_them_dates(cli: Call, tracks: Path) -> None:
    args = ("run", tracks, "--rules", "station.watch", "--scene", "station.json", "--json")
    one = cli(*args)
    assert cli(*args).out == one.out
    dated = cli(*args, "--start", "2026-01-05T12:00:00+01:00")
    assert [(x["rule"], x["state"], x["time"]) for x in dated.lines] == [
        (x["rule"], x["state"], x["time"]) for x in one.lines
    ]
    assert all(x["timestamp"].startswith("2026-01-05T11:00:") for x in dated.lines)


def test_the_folder_holds_small_pictures_and_the_film_and_leaves_what_is_not_its_own(
    cli: Call, hall: Path, folder: Path
) -> None:
    out = folder / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "0009.jpg").write_text("of an earlier run")
    said = cli("run", hall, "--rules", "station.watch", "--scene", "station.json", "--out", "out", "--video")
    assert said.code == 0
    assert {p.name for p in out.iterdir()} == {"notes.txt", "alerts.jsonl", "0001.jpg", "0002.jpg", "film.mp4"}
    for name in ("0001.jpg", "0002.jpg"):
        assert 5_000 < (out / name).stat().st_size <= 150_000
        image = cv2.imread(str(out / name))
        assert image is not None
        assert 640 <= image.shape[1] <= 1280
    film = cv2.VideoCapture(str(out / "film.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 100
    film.release()


def test_people_are_pixelated_unless_asked_otherwise(cli: Call, hall: Path, folder: Path) -> None:
    rough = {}
    for name, more in (("blurred", ()), ("sharp", ("--no-blur",))):
        args = ("run", hall, "--rules", "person crosses line gate inward", "--scene", "station.json", "--out", name)
        assert cli(*args, *more).code == 0
        line = json.loads((folder / name / "alerts.jsonl").read_text("utf-8").splitlines()[0])
        left, top, right, bottom = (round(v) for v in line["things"][0]["box"])
        image = cv2.imread(str(folder / name / "0001.jpg"))
        assert image is not None
        scale = image.shape[1] / 960
        inner = image[
            round((top + 60) * scale) : round((bottom - 20) * scale),
            round((left + 15) * scale) : round((right - 15) * scale),
        ]
        rough[name] = float(np.abs(np.diff(inner.astype(float).mean(axis=2), axis=1)).mean())
    assert rough["blurred"] < 0.6 * rough["sharp"]


def test_boxes_go_through_files_from_stage_to_stage(cli: Call, hall: Path, tracks: Path, folder: Path) -> None:
    whole = cli("run", hall, "--rules", "station.watch", "--scene", "station.json", "--json").fired
    assert "boxes · 100 frames" in cli("detect", hall, "-o", "boxes.csv").out
    said = cli("track", "boxes.csv", "-o", "again.csv", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    for path in ("boxes.csv", "again.csv", tracks):
        again = cli("run", path, "--rules", "station.watch", "--scene", "station.json", "--json").fired
        assert [(a["rule"], a["time"]) for a in again] == [
            (a["rule"], pytest.approx(a["time"], abs=0.21)) for a in whole
        ], path


def test_what_a_detector_cannot_see_is_warned_of(cli: Call, hall: Path) -> None:
    said = cli("run", hall, "--rules", "fire in zone bay for 1s", "--scene", "station.json", "--detector", "motion")
    assert said.code == 0
    assert "W203" in said.err
    assert "motion sees: person, vehicle" in said.err


def test_fewer_looks_are_taken_where_asked(cli: Call, hall: Path) -> None:
    said = cli("run", hall, "--rules", "person moving for 1s", "--rate", "2")
    assert "40 frames" in said.out


@pytest.mark.slow
def test_the_demonstration_finds_what_it_staged(cli: Call, folder: Path) -> None:
    said = cli("demo")
    assert said.code == 0, said.out
    assert said.out.count("✓") == 3
    assert "✗" not in said.out
    assert "\x1b" not in said.out
    made = {p.name for p in (folder / "watchword-demo").iterdir()}
    assert made >= {
        "0001.jpg",
        "0002.jpg",
        "0003.jpg",
        "alerts.jsonl",
        "concourse.mp4",
        "film.mp4",
        "demo.watch",
        "scene.json",
    }
    told = [json.loads(x) for x in (folder / "watchword-demo" / "alerts.jsonl").read_text("utf-8").splitlines()]
    fired = sorted(x["rule"] for x in told if x["state"] == "firing" and not x["reason"])
    assert fired == ["intrusion", "left_bag", "wrong_way"]


def test_a_demonstration_that_misses_something_says_so_and_gives_exit_code_1(
    cli: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchword.cli.demo.concourse", lambda seed: attrs.evolve(concourse(seed), seconds=1.0))
    said = cli("demo", "--out", "short")
    assert said.code == 1
    assert said.out.count("MISSED") == 3
    assert cli("demo", "--out", "short", "--quiet").out == ""
