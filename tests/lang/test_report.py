"""Findings for machines, comments that allow a warning, and fixes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from watchword.lang import check_text
from watchword.lang.allow import allowed
from watchword.lang.mend import mended
from watchword.lang.report import github, report, sarif
from watchword.text import Source

TODAY = date(2026, 6, 1)
TWICE = "rule a {\n  when any person\n  keep 5s\n  keep 6s\n}\nrule b: person unatended > 5s\n"
WARNED = "rule a {{\n  when any person and any bag or any car for 5s{}\n}}\n"


def codes(text: str, today: date = TODAY) -> list[str]:
    rules = check_text(Source("x", text))
    return [f.code for f in allowed(rules.findings, rules.sources, today)]


def test_json_says_where_and_what_in_plain_values():
    made = json.loads(json.dumps(report(check_text(Source("a.watch", TWICE)).findings)))
    first, second = made["findings"]
    assert (made["errors"], made["warnings"]) == (2, 0)
    assert (first["code"], first["line"], first["column"], first["end_column"]) == ("E203", 4, 3, 10)
    assert (first["other"]["line"], first["other"]["message"]) == (3, "first given here")
    assert (second["fix"]["text"], second["hint"]) == ("unattended", "did you mean `unattended`?")
    assert TWICE[second["fix"]["start"] : second["fix"]["end"]] == "unatended"


def test_sarif_has_what_its_schema_asks_for():
    made = sarif(check_text(Source("dir x/a.watch", TWICE)).findings, "1.0")
    (run,) = made["runs"]
    assert made["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "watchword"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "dir%20x/a.watch"
        assert all(v >= 1 for v in place["region"].values())
    first, second = run["results"]
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert second["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "unattended"


def test_annotations_are_one_line_each_and_escaped():
    lines = github(check_text(Source("a,b.watch", TWICE)).findings)
    assert lines[0].startswith("::error file=a%2Cb.watch,line=4,endLine=4,col=3,endColumn=10,title=E203::")
    assert all("\n" not in line for line in lines)


def test_strict_makes_warnings_errors():
    found = check_text(Source("x", WARNED.format(""))).findings
    assert github(found)[0].startswith("::warning ")
    assert github(found, strict=True)[0].startswith("::error ")
    assert sarif(found, "1", strict=True)["runs"][0]["results"][0]["level"] == "error"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (WARNED.format(""), ["W201", "W208"][:1]),
        (WARNED.format("  # allow: W201"), []),
        (WARNED.format("  # allow: W201 until 2026-06-01"), []),
        (WARNED.format("  # allow: W201 until 2026-05-31"), ["W201", "W211"]),
        (WARNED.format("  # allow: W205"), ["W201", "W210"]),
        (WARNED.format("  # allow: W201, W205"), ["W210"]),
        (WARNED.format("  # allow: W201 until soon"), ["W201", "W210"]),
        (WARNED.format("  # allow: W999"), ["W201", "W210"]),
        (WARNED.format("  # allow: W203"), ["W201"]),
        (WARNED.format("\n  # allow: W201"), ["W201", "W210"]),
        (WARNED.format("").replace("  when", "  # allow: W201\n  when"), []),
        ("# allow: W202\nzone z = polygon (0, 0) (9, 0) (9, 9)\nrule a: person is still for 5s\n", []),
        ("rule a: persn is still for 5s  # allow: E101\n", ["E101", "W210"]),
    ],
)
def test_a_comment_allows_a_warning_of_its_clause_until_its_day(text: str, left: list[str]):
    assert sorted(codes(text)) == sorted(left)


FIXED = """rule a: person unattended > 60s
rule b {
  each person p
  when p is still for 5min
}
"""


def test_what_is_plainly_meant_is_mended():
    text = FIXED.replace("unattended", "unatended").replace("5min", "5 min").replace("person p", "persn p")
    made, count = mended(Source("x", text), lambda source: check_text(source).findings)
    assert made == FIXED
    assert count == 3


def test_what_is_not_plain_is_left_alone():
    assert mended(Source("x", TWICE[:50]), lambda s: check_text(s).findings) == (TWICE[:50], 0)
