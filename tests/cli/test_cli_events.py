"""Recorded events and metadata on the command line: read by what stands in them, refused in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from calls import Call
from watchword.interop.deepstream import DeepStreamWriter
from watchword.interop.frigate import FrigateWriter
from watchword.interop.onvif import OnvifWriter
from watchword.tracks import Tracks

SECOND = 1_000_000_000
NOON = 1_767_614_400 * SECOND
RULE = ("--rules", "person in zone hall for 3s", "--scene", "station.json")


def record(kind: str, folder: Path) -> Path:
    """A person who stands in the hall for six seconds, as another system's file of an ending that says nothing."""
    path = folder / ("walk.xml" if kind == "onvif" else "walk.json")
    made: dict[str, Any] = {
        "frigate": lambda: FrigateWriter(path),
        "deepstream": lambda: DeepStreamWriter(path),
        "onvif": lambda: OnvifWriter(path, (960, 540)),
    }
    with made[kind]() as writer:
        for k in range(31):
            box = (300 + k, 250, 360 + k, 400)
            writer.write(Tracks.of("walk", NOON + k * SECOND // 5, [7], [box], "person", [0.9]))
    return path


@pytest.mark.parametrize("kind", ["frigate", "deepstream", "onvif"])
def test_recorded_events_are_read_and_their_times_are_dates(cli: Call, hall: Path, folder: Path, kind: str) -> None:
    said = cli("run", record(kind, folder), *RULE, "--json")
    assert (said.code, said.err) == (0, "")
    (alert,) = said.fired
    assert (alert["time"], alert["timestamp"], alert["camera"]) == (3.0, "2026-01-05T12:00:03.000Z", "walk")
    assert alert["things"][0]["id"] == 7


def test_a_question_why_not_reads_them_too(cli: Call, hall: Path, folder: Path) -> None:
    said = cli("why-not", record("onvif", folder), *RULE, "--thing", "7", "--at", "2s")
    assert (said.code, said.err) == (0, "")
    assert "person #7" in said.out


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{"foo": 1, "bar": 2}', "a layout that is not known; it begins with `foo`, `bar`"),
        ("a.json", "[]", "a layout that is not known"),
        ("a.json", "[1, 2]", "a layout that is not known"),
        ("a.json", '{"objects": ', "a.json:1: is no JSON"),
        ("a.json", "", "the file is empty"),
        ("a.json", '{"@timestamp": 3, "sensorId": "a", "objects": []}', "none of its rows can be used"),
        ("a.jsonl", '{"type": "new", "after": {}}\n' * 3, "a.jsonl:1: none of its rows can be used"),
        ("a.xml", "<svg/>", "a.xml:1:1: is no ONVIF metadata stream: its root is `svg`"),
        ("a.xml", "<a><b></a>", "a.xml:1:1: is no ONVIF"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        (
            "a.xml",
            '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"/>',
            "holds no message that is a look",
        ),
        ("a.ndjson", '{"type": "new", "after": ' + "[" * 5000, "is JSON nested too deeply"),
    ],
)
def test_what_is_not_known_is_refused_in_plain_words(
    cli: Call, hall: Path, folder: Path, name: str, text: str, said: str
) -> None:
    (folder / name).write_text(text, "utf-8")
    found = cli("run", name, *RULE)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("error: ")
    assert said in found.err
    assert "\n  help: " in found.err


def test_a_start_and_a_size_that_are_missing_or_too_much_are_told(cli: Call, hall: Path, folder: Path) -> None:
    path = record("onvif", folder)
    assert "give the camera's scene" in cli("run", path, "--rules", "person moving for 1s").err
    assert "leave out --start" in cli("run", path, *RULE, "--start", "2026-01-05T12:00:00Z").err


def test_a_list_of_the_http_api_needs_the_size_of_the_frame(cli: Call, hall: Path, folder: Path) -> None:
    event = {"id": "1.0-a", "camera": "hall", "label": "person", "start_time": 1767614400.5, "end_time": 1767614410.0}
    path = folder / "events.json"
    path.write_text(json.dumps([{**event, "data": {"box": [0.3, 0.4, 0.1, 0.3]}}], indent=2), "utf-8")
    assert cli("run", path, *RULE, "--json").code == 0
    told = cli("run", path, "--rules", "person moving for 1s").err
    assert "events.json:1: a box is in fractions" in told
