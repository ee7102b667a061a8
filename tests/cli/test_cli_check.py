"""`watchword check`: every mistake at once, and what the exit code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls import Call

THREE = """language 1
rule a: persn in zone hall > 5s
rule b: bag unatended > 60s
rule c { each person p when p crosses line gate inwards }
rule d: person in zone tracks for 2s
"""


def test_a_clean_file_is_fine(cli: Call) -> None:
    said = cli("check", "station.watch", "--scene", "station.json")
    assert (said.code, said.err) == (0, "")
    assert said.out == "station.watch: 3 rules, no errors\n"


def test_three_mistakes_are_all_told_with_their_places(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text(THREE)
    said = cli("check", "bad.watch", "--scene", "station.json")
    assert said.code == 1
    for place, word in (("bad.watch:2:9", "persn"), ("bad.watch:3:13", "unatended"), ("bad.watch:4:49", "inwards")):
        assert f"--> {place}" in said.out
        assert word in said.out
    assert "did you mean `person`?" in said.out
    assert said.out.rstrip().endswith("3 errors")


def test_of_two_files_each_is_checked(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text(THREE)
    said = cli("check", "bad.watch", "station.watch", "--scene", "station.json")
    assert said.code == 1
    assert "station.watch: 3 rules, no errors" in said.out


def test_a_zone_that_no_scene_has_is_an_error_that_lists_those_there_are(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text("rule a: person in zone hal for 2s\n")
    said = cli("check", "bad.watch", "--scene", "station.json")
    assert said.code == 1
    assert "did you mean `hall`?" in said.out
    assert "hall, tracks, vault, bay" in said.out


def test_a_file_without_a_rule_is_a_warning(cli: Call, folder: Path) -> None:
    (folder / "empty.watch").write_text("# nothing yet\n")
    said = cli("check", "empty.watch")
    assert said.code == 0
    assert "W204" in said.out


@pytest.mark.parametrize("name", ["gone.watch", "latin.watch", "."])
def test_what_cannot_be_read_is_no_finding_but_an_error(cli: Call, folder: Path, name: str) -> None:
    (folder / "latin.watch").write_bytes("# é\n".encode("latin-1"))
    said = cli("check", name)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error: {name}: ")
    assert "help: " in said.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"frame": [960, 540], "zones": {"hall": [[0, 0], [1000, 0], [960, 540]]}}', "x = 1000 in a frame 960×540"),
        ('{"frame": [960, 540], "zones": {"hall": [[0, 0], [9, 9]]}}', "fewer than three"),
        ('{"frame": [960, 540], "zons": {}}', "unknown member 'zons'"),
        ('{"frame": [960, 540], "time_zone": "Paris"}', "there is no time zone 'Paris'"),
        ('{"zones": {}}', "frame is missing"),
        ('{"frame": ', "is not JSON"),
        ("[]", "names were expected"),
        ("", "is not JSON"),
    ],
)
def test_a_scene_that_makes_no_sense_is_told_with_its_file(cli: Call, folder: Path, text: str, says: str) -> None:
    (folder / "scene.json").write_text(text)
    for said in (
        cli("check", "station.watch", "--scene", "scene.json"),
        cli("run", "boxes.csv", "--rules", "person in zone hall", "--scene", "scene.json"),
    ):
        if "boxes.csv" in said.err:  # `run` may look at its input first
            continue
        assert said.code == 2
        assert said.err.startswith("error: scene.json")
        assert says in said.err


def test_piped_findings_are_plain(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text(THREE)
    assert "\x1b" not in cli("check", "bad.watch").out


def test_help_and_version_need_nothing(cli: Call) -> None:
    for args in (["--help"], ["--version"], *([c, "--help"] for c in ("demo", "run", "check", "detect", "track"))):
        said = cli(*args)
        assert (said.code, said.err) == (0, "")
        assert said.out


def test_a_command_that_is_not_there_and_an_option_that_is_missing_are_told(cli: Call) -> None:
    assert "No such command 'rn'" in cli("rn").err
    assert cli("rn").code == 2
    said = cli("run", "film.avi")
    assert said.code == 2
    assert "--rules" in said.err
