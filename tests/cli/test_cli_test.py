"""`watchword test`: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from calls import Call

GOOD = """
rule loiters: person in zone desk for 5s
zone desk = polygon (100, 100) (900, 100) (900, 900) (100, 900)

test "somebody waits" {
  given person p at (400, 400) from 0s to 9s
  expect loiters of p firing at 5s, resolved at 9s
  expect nothing else
}
"""
BAD = (
    GOOD
    + """
test "somebody waits too long" {
  given person p at (400, 400) from 0s to 9s
  expect loiters of p firing at 7s
}
"""
)


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    (folder / "good.watch").write_text(GOOD)
    (folder / "bad.watch").write_text(BAD)


def test_what_passes_is_a_dot(cli: Call) -> None:
    said = cli("test", "good.watch")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("good.watch  .\n1 passed · ")


def test_what_fails_is_shown_with_its_timeline(cli: Call) -> None:
    said = cli("test", "bad.watch")
    assert said.code == 1
    assert said.out.startswith("bad.watch  .F\n")
    assert "bad.watch:11: somebody waits too long" in said.out
    assert "bad.watch:13:3: expect loiters of p firing at 7s" in said.out
    assert "2s early: loiters of p came: pending 0s → firing 5s → recovering 9s → resolved 9s" in said.out
    assert "it in zone desk  █████████" in said.out
    assert "▲ expected: firing 7s" in said.out
    assert "1 passed, 1 failed" in said.out
    assert "\x1b" not in said.out


def test_quiet_is_silent_where_all_is_well(cli: Call) -> None:
    assert cli("test", "good.watch", "--quiet").out == ""
    said = cli("test", "bad.watch", "--quiet")
    assert said.code == 1
    assert said.out.strip().startswith("bad.watch:11: somebody waits too long")


def test_run_picks_tests_by_their_names(cli: Call) -> None:
    assert cli("test", "bad.watch", "--run", "waits$").code == 0
    assert cli("test", "bad.watch", "--run", "long").code == 1
    said = cli("test", "bad.watch", "--run", "(")
    assert said.code == 2
    assert "--run" in said.err


def test_without_files_every_file_from_here_down_is_tested(cli: Call, folder: Path) -> None:
    (folder / "more" / ".hidden").mkdir(parents=True)
    (folder / "more" / "again.watch").write_text(GOOD)
    (folder / "more" / ".hidden" / "old.watch").write_text(BAD)
    said = cli("test", "--run", "waits$")
    assert said.code == 0
    assert "3 passed" in said.out
    assert f"{Path('more') / 'again.watch'}  ." in said.out
    assert "station.watch  no tests" in said.out


def test_json_is_one_object(cli: Call) -> None:
    said = cli("test", "good.watch", "bad.watch", "--json")
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["schema"], told["passed"], told["failed"], told["errors"]) == (1, 2, 1, [])
    assert [(t["file"], t["name"], t["passed"]) for t in told["tests"]] == [
        ("good.watch", "somebody waits", True),
        ("bad.watch", "somebody waits", True),
        ("bad.watch", "somebody waits too long", False),
    ]
    (fault,) = told["tests"][2]["faults"]
    assert fault["place"] == "bad.watch:13:3"
    assert "█" in fault["picture"]


def test_junit_is_written_for_what_passes_fails_and_cannot_be_read(cli: Call, folder: Path) -> None:
    (folder / "broken.watch").write_text("rule r: persn in zone desk > 5s\n")
    said = cli("test", "good.watch", "bad.watch", "broken.watch", "--junit", "report.xml")
    assert said.code == 2
    assert "did you mean `person`?" in said.err
    top = Xml.parse(folder / "report.xml").getroot()
    assert [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in top] == [
        ("good.watch", "1", "0", "0"),
        ("bad.watch", "2", "1", "0"),
        ("broken.watch", "1", "0", "1"),
    ]


def test_where_there_is_nothing_to_test_or_to_write_to_it_says_so(cli: Call, folder: Path) -> None:
    for args in (("station.watch",), ("good.watch", "--run", "nobody"), ("gone.watch",)):
        said = cli("test", *args)
        assert said.code == 2
        assert said.err
    said = cli("test", "good.watch", "--junit", folder / "gone" / "report.xml")
    assert said.code == 2
    assert "cannot be written" in said.err


def test_a_scene_is_for_tests_that_give_none(cli: Call, folder: Path) -> None:
    test = """
test "on the tracks" {
  given person p at (500, 500) from 0s to 4s
  expect intrusion of p firing at 2s
}
"""
    (folder / "hall.watch").write_text((folder / "station.watch").read_text() + test)
    scene = {"frame": [960, 540], "zones": {"tracks": [[400, 400], [600, 400], [600, 540], [400, 540]]}}
    (folder / "s.json").write_text(json.dumps(scene))
    said = cli("test", "hall.watch")
    assert said.code == 1
    assert "rule intrusion does not run here" in said.out
    said = cli("test", "hall.watch", "--scene", "s.json")
    assert said.code == 0
    assert "without left_bag, gate_in (2): there is no zone `hall`" in said.out
