"""`watchword why` and `why-not`: the story of an alert, and what was missing for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calls import Call

RULES = """
zone hall = polygon (0, 0) (900, 0) (900, 900) (0, 900)
rule waits: person in zone hall for 10s
rule crowd { when count of person in zone hall >= 3 for 2s }
rule near { each person p when p.speed > 50px/s for 1s }
"""


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    """Two people: 1 stands for 6 s and walks off, 2 stands for 20 s; and a bag."""
    rows = ["second,camera,id,label,left,top,width,height"]
    for k in range(100):
        second = k / 5
        x = 200 if second < 6 else 200 + (second - 6) * 200
        rows.append(f"{second},c,1,person,{x},100,60,150")
        rows.append(f"{second},c,2,person,500,100,60,150")
        rows.append(f"{second},c,3,bag,300,300,40,40")
    (folder / "t.csv").write_text("\n".join(rows) + "\n")
    (folder / "r.watch").write_text(RULES)


def test_why_lists_alerts_and_tells_the_story_of_one(cli: Call, folder: Path) -> None:
    cli("run", "t.csv", "--rules", "r.watch", "--out", "out", "--quiet")
    said = cli("why", "out")
    assert said.code == 0
    (fired,) = [line for line in said.out.splitlines() if "waits" in line and "fired" in line]
    assert "person #2" in fired
    key = fired.split()[0]
    told = cli("why", Path("out") / "alerts.jsonl", key)
    assert told.code == 0
    assert told.out.startswith("waits  c  medium  " + key)
    assert "0:00.0  pending" in told.out
    assert "0:10.0  firing  held 10.0 s: 10.0 s seen, 0.0 s gap" in told.out
    assert "true     since  0:00.0  it in zone hall" in told.out
    assert "thing  person #2 at (500, 100) to (560, 250)" in told.out


def test_why_says_what_is_wrong_with_its_input(cli: Call, folder: Path) -> None:
    line = json.dumps({"schema": 1, "id": "ab1"})
    cli("run", "t.csv", "--rules", "r.watch", "--out", "out", "--quiet")
    (folder / "other.jsonl").write_text(line + "\n")
    (folder / "text.jsonl").write_text("{\n")
    for args, words in (
        (("gone.jsonl",), "cannot be read"),
        (("other.jsonl",), "other.jsonl:1: is no transition of an alert"),
        (("text.jsonl", "ab"), "text.jsonl:1: is not JSON"),
        (("out", "zz"), "no alert has an id that begins with 'zz'"),
        (("out", ""), "ids begin with ''"),
    ):
        said = cli("why", *args)
        assert said.code == 2
        assert words in said.err


def test_why_not_of_what_fired_says_so(cli: Call) -> None:
    said = cli("why-not", "t.csv", "--rules", "r.watch", "--rule", "waits", "--thing", "2", "--at", "15s")
    assert said.code == 0
    assert said.out.startswith("waits  person #2  c  at 0:15.0\n")
    assert "it fired at 0:10.0" in said.out


def test_why_not_tells_how_near_it_came(cli: Call) -> None:
    said = cli("why-not", "t.csv", "--rules", "r.watch", "--rule", "waits", "--thing", "1", "--at", "15s")
    assert said.code == 0
    assert any(x.split() == ["false", "since", "0:09.4", "it", "in", "zone", "hall"] for x in said.out.splitlines())
    assert "closest: held 9.2 of 10 s, at 0:09.2" in said.out
    assert "it in zone hall  █████████" in said.out
    said = cli("why-not", "t.csv", "--rules", "r.watch", "--rule", "crowd", "--at", "9s")
    assert "false" in said.out
    assert "(now 2 of 3)" in said.out
    assert "closest: 2 of 3, at 0:00.0  (count of person in zone hall >= 3)" in said.out
    said = cli("why-not", "t.csv", "--rules", "r.watch", "--rule", "near", "--thing", "2", "--at", "9s")
    assert "closest: 0 of 50 px/s" in said.out
    assert "never true: p.speed > 50px/s" in said.out


def test_why_not_says_what_a_thing_is(cli: Call) -> None:
    said = cli("why-not", "t.csv", "--rules", "r.watch", "--rule", "waits", "--thing", "3")
    assert "the rule is about each person, and this is a bag" in said.out


def test_why_not_says_what_is_wrong_with_its_options(cli: Call) -> None:
    ask = ("why-not", "t.csv", "--rules", "r.watch")
    for args, words in (
        ((), "--rule: say which of waits, crowd, near"),
        (("--rule", "wait", "--thing", "1"), "did you mean `waits`?"),
        (("--rule", "waits"), "--thing: rule waits is about each person"),
        (("--rule", "waits", "--thing", "9"), "there were: person #1, person #2, bag #3"),
        (("--rule", "crowd", "--at", "noon"), "is no time"),
        (("--rule", "crowd", "--camera", "d"), "does not apply to camera d"),
    ):
        said = cli(*ask, *args)
        assert said.code == 2, args
        assert words in said.err
