"""Hours of the day are read by the clock where the camera hangs; where nobody says which that is, it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls import Call
from watchword.scene import Scene

RULES = """zone tracks = polygon (0, 0) (600, 0) (600, 400) (0, 400)
schedule night = 23:00-05:00

rule walks {
  each person p
  when p in zone tracks for 2s
  active night
}
"""
ZONED, UNZONED = '{"frame": [640, 480], "time_zone": "Europe/Paris"}', '{"frame": [640, 480]}'


@pytest.fixture
def night(folder: Path) -> Path:
    """A folder with the rules, two scenes, and somebody on the tracks for ten seconds."""
    (folder / "night.watch").write_text(RULES)
    (folder / "zoned.json").write_text(ZONED)
    (folder / "unzoned.json").write_text(UNZONED)
    rows = "".join(f"{second},person,100,100,40,100\n" for second in range(10))
    (folder / "boxes.csv").write_text("second,label,left,top,width,height\n" + rows)
    return folder


ARGS = ("run", "boxes.csv", "--rules", "night.watch", "--out", "out")


def test_a_scene_without_a_time_zone_is_told_by_check_and_by_run(cli: Call, night: Path):
    said = cli("check", "night.watch", "--scene", "unzoned.json")
    assert said.code == 0
    assert "`night` is read in UTC, London's winter time" in said.out
    assert '"time_zone": "Europe/Paris"' in said.out
    for scene in (["--scene", "unzoned.json"], []):
        run = cli(*ARGS, *scene, "--start", "2026-01-05T23:30:00+01:00")
        assert run.code == 0
        assert "`night` is read in UTC" in run.err
        assert "`walks`: not on duty during this film" in run.err


def test_with_it_nothing_is_told_and_the_start_is_by_the_same_clock(cli: Call, night: Path):
    assert "UTC" not in cli("check", "night.watch", "--scene", "zoned.json").out
    for start in ("2026-01-05T23:30:00+01:00", "2026-01-05T23:30", "2026-07-05 23:30"):
        run = cli(*ARGS, "--scene", "zoned.json", "--start", start)
        assert "1 alert" in run.out
        assert "duty" not in run.err
        assert "UTC" not in run.err


def test_a_film_of_the_day_says_who_was_not_on_duty(cli: Call, night: Path):
    run = cli(*ARGS, "--scene", "zoned.json", "--start", "2026-01-05T12:00")
    assert "0 alerts" in run.out
    assert "`walks`: not on duty during this film" in run.err


def test_what_is_proposed_for_a_start_is_taken(cli: Call, night: Path):
    no_start = cli(*ARGS, "--scene", "unzoned.json")
    assert no_start.code == 2
    assert "--start 2026-01-05T22:00+01:00" in no_start.err
    assert cli(*ARGS, "--scene", "unzoned.json", "--start", "2026-01-05T22:00+01:00").code == 0
    bare = cli(*ARGS, "--scene", "unzoned.json", "--start", "2026-01-05T22:00")
    assert bare.code == 2
    assert "--start 2026-01-05T22:00+01:00" in bare.err


def test_a_test_whose_clock_is_elsewhere_does_not_pass_in_silence(cli: Call, night: Path):
    for clock, code in (("2026-01-05T23:30:00+01:00", 1), ("23:30", 0), ("2026-01-05 23:30", 0)):
        test = f'test "t" {{\n given clock "{clock}"\n given person p at (100, 200) from 0s to 10s\n'
        (night / "t.watch").write_text(RULES + test + " expect walks of p firing at 2s\n}\n")
        said = cli("test", "t.watch")
        assert said.code == code, said.out
        assert ('write `given clock "2026-01-05 23:30"`' in said.out) == bool(code)


def test_a_scene_keeps_what_nobody_said(night: Path):
    assert Scene.load("unzoned.json").time_zone is None
    assert Scene.load("unzoned.json").clock == "UTC"
    for name in ("zoned.json", "unzoned.json"):
        scene = Scene.load(name)
        assert Scene.loads(scene.dumps(), name) == scene
