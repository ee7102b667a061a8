"""`check` for machines, `fmt`, `fix`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from calls import Call
from watchword.lab.trial import run_tests
from watchword.lang import RuleSet

BAD = "rule a: bag unatended > 60s in zone hall\n"
WARNED = "rule a { when any person in zone hall and any bag or any car for 5s }\n"


def test_check_for_machines_prints_one_object(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text(BAD)
    said = cli("check", "bad.watch", "station.watch", "--scene", "station.json", "--json")
    assert said.code == 1
    assert [f["code"] for f in json.loads(said.out)["findings"]] == ["E102"]
    assert json.loads(cli("check", "bad.watch", "--sarif").out)["version"] == "2.1.0"
    assert cli("check", "bad.watch", "--github").out.startswith("::error file=bad.watch,line=1")


def test_check_says_what_each_rule_remembers(cli: Call, folder: Path) -> None:
    said = cli("check", "station.watch", "--scene", "station.json", "--memory")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == ["left_bag", "intrusion", "gate_in"]
    assert "looks back 2 s" in said.out
    shown = cli("explain", "station.watch", "intrusion", "--more").out
    (size,) = re.findall(r"intrusion .* ([\d,]+) bytes a thing", said.out)
    assert f"horizon: 2 s; at most {size} bytes a thing" in shown


def test_strict_refuses_warnings(cli: Call, folder: Path) -> None:
    (folder / "w.watch").write_text(WARNED)
    assert cli("check", "w.watch", "--scene", "station.json").code == 0
    assert cli("check", "w.watch", "--scene", "station.json", "--strict").code == 1


def test_fmt_writes_checks_or_shows(cli: Call, folder: Path) -> None:
    path = folder / "w.watch"
    path.write_bytes(b"\xef\xbb\xbf" + WARNED.replace("\n", "\r\n").encode())
    shown = cli("fmt", "w.watch", "--diff")
    assert (shown.code, "+  when " in shown.out) == (0, True)
    assert cli("fmt", "w.watch", "--check").code == 1
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert cli("fmt", "w.watch").code == 0
    assert path.read_bytes().startswith(b"rule a {\r\n  when ")
    assert (cli("fmt", "w.watch", "--check").code, cli("fmt", "w.watch").out) == (0, "")


def test_fmt_leaves_a_broken_file_alone(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text("rule a bag\n")
    said = cli("fmt", "bad.watch", "station.watch")
    assert said.code == 1
    assert "bad.watch: left alone" in said.err
    assert (folder / "bad.watch").read_text() == "rule a bag\n"


def test_fix_mends_and_says_what_is_left(cli: Call, folder: Path) -> None:
    (folder / "bad.watch").write_text(BAD + "rule b: bag is in\n")
    shown = cli("fix", "bad.watch", "--diff")
    assert "+rule a: bag unattended > 60s in zone hall" in shown.out
    said = cli("fix", "bad.watch", "--scene", "station.json")
    assert (said.code, said.out) == (1, "bad.watch: 1 mended, 1 error left: watchword check bad.watch\n")
    assert cli("fix", "gone.watch").code == 2


def test_explain_says_one_rule_or_all(cli: Call) -> None:
    said = cli("explain", "station.watch", "intrusion")
    assert said.code == 0
    assert "the person is in zone tracks" in said.out
    assert "left_bag" not in said.out
    assert "left_bag" in cli("explain", "station.watch").out
    wrong = cli("explain", "station.watch", "intrusio")
    assert (wrong.code, "did you mean `intrusion`?" in wrong.err) == (2, True)


def test_words_lists_describes_and_guesses(cli: Call) -> None:
    assert "unattended" in cli("words").out
    assert "where not said" in cli("words", "unattended").out
    assert {"enters", "in"} <= {line.split()[0].rstrip("*") for line in cli("words", "zone").out.splitlines()}
    wrong = cli("words", "unatended")
    assert (wrong.code, "did you mean `unattended`?" in wrong.err) == (2, True)


LET = """let many = 40
let linger = 60s
zone hall = polygon (0, 0) (900, 0) (900, 900) (0, 900)
rule waits: person in zone hall for $linger
test "waits" {
  given person p at (300, 300) from 0s to 20s
  expect waits of p firing at 5s
}
"""


def test_every_command_that_reads_rules_takes_quantities_from_outside(cli: Call, folder: Path) -> None:
    (folder / "r.watch").write_text(LET)
    rows = [f"{second},c,1,person,300,300,60,150" for second in range(20)]
    (folder / "t.csv").write_text("second,camera,id,label,left,top,width,height\n" + "\n".join(rows) + "\n")
    run = ("run", "t.csv", "--rules", "r.watch", "--json")
    assert not cli(*run).fired
    assert [line["time"] for line in cli(*run, "--let", "linger=5s", "--let", "many=3").fired] == [5.0]
    asked = ("why-not", "t.csv", "--rules", "r.watch", "--thing", "1")
    assert "of 60 s" in cli(*asked).out
    assert "it fired at 0:05.0" in cli(*asked, "--let", "linger=5s").out
    assert (cli("test", "r.watch").code, cli("test", "r.watch", "--let", "linger=5s").code) == (1, 0)
    assert "for 5 s" in cli("explain", "r.watch", "--let", "linger=5s").out
    for command in (run, asked, ("test", "r.watch"), ("check", "r.watch"), ("explain", "r.watch")):
        wrong = cli(*command, "--let", "linger=5m")
        assert wrong.code > 0
        assert "`5m` is a length; here a time is needed" in wrong.out + wrong.err
        assert "is not NAME=QUANTITY" in cli(*command, "--let", "many").err
    sentence = cli("run", "t.csv", "--rules", "person in zone hall", "--let", "linger=5s")
    assert "lets: none" in sentence.err


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rule a: person in zone waiting_rom for 3min", "rule a: person in zone waiting_room for 3min"),
        ("rule a: person in zone Waiting_Room for 3min", "rule a: person in zone waiting_room for 3min"),
        ("rule a: person in zone waitingroom for 3min", "rule a: person in zone waiting_room for 3min"),
        ("rule a: bag unattended > 3 minutes", "rule a: bag unattended > 3min"),
        ("rule a “It is full” {\n  when any person for 5s\n}", 'rule a "It is full" {\n  when any person for 5s\n}'),
    ],
)
def test_fix_mends_a_slip_without_a_scene(cli: Call, folder: Path, wrong: str, right: str) -> None:
    zone = "zone waiting_room = polygon (0, 0) (9, 0) (9, 9)\n"
    (folder / "slip.watch").write_text(zone + wrong + "\n", "utf-8")
    said = cli("fix", "slip.watch")
    assert (said.code, said.out) == (0, "slip.watch: 1 mended\n")
    assert (folder / "slip.watch").read_text("utf-8") == zone + right + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "rule a: person near zone platform_1 for 3min",
        "rule a: person near bag for 3min",
        "rule a: person loiters in zone platform_1",
        "rule a: person loitering in zone platform_1 for 3min",
        "rule a: person in zone platform_2 for 3min",
        "rule a: person in zone door_west for 3min",
        "rule a: bag attended for 5s",
        "rule a: person is invisible for 5s",
        "rule a {\n  when any person for 5s\n  message 'it's full'\n}",
    ],
)
def test_fix_takes_no_word_of_another_meaning_and_counts_what_is_left(cli: Call, folder: Path, text: str) -> None:
    zones = "".join(f"zone {name} = polygon (0, 0) (9, 0) (9, 9)\n" for name in ("platform_1", "door_east"))
    (folder / "other.watch").write_text(zones + text + "\n")
    said = cli("fix", "other.watch")
    assert said.code == 1
    assert "0 mended, 1 error left" in said.out
    assert (folder / "other.watch").read_text() == zones + text + "\n"
    told = cli("check", "other.watch").out
    assert re.search(r"\^ .*(write|did you mean|text stands)", told), told


def test_fix_counts_what_only_a_scene_can_tell(cli: Call, folder: Path) -> None:
    zone = "zone up = polygon (0, 0) (9, 0) (9, 9)\n"
    (folder / "flow.watch").write_text(zone + "rule a: person against flow in zone up for 2s\n")
    said = cli("fix", "flow.watch")
    assert (said.code, said.out) == (1, "flow.watch: 0 mended, 1 error left: watchword check flow.watch\n")


@pytest.mark.parametrize("name", ["test", "tests", "given", "expect"])
def test_words_tells_how_a_test_is_written(cli: Call, name: str) -> None:
    said = cli("words", name)
    assert said.code == 0
    block = said.out[said.out.index('  test "') : said.out.index("\n  }\n") + 4]
    zone = "zone z = polygon (0, 0) (1000, 0) (1000, 600) (0, 600)\nrule stays: person in zone z for 15s\n"
    rules = RuleSet.loads(zone + block)
    assert [result.passed for result in run_tests(rules)] == [True]


def test_words_says_where_the_hours_come_from(cli: Call) -> None:
    assert "time_zone" in cli("words", "active").out
    assert "docs/language.md" in cli("words", "keep").err
