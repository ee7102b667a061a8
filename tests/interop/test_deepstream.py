"""DeepStream's messages, minimal and full: ids of 64 bits, what is not tracked, what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword import Watch
from watchword.detections import Detections
from watchword.interop.deepstream import DeepStream, DeepStreamWriter
from watchword.interop.eventfile import read_deepstream
from watchword.interop.stamps import iso, show
from watchword.scene import Scene
from watchword.tracks import Tracks

CASES = Path(__file__).parents[3] / "shared" / "cases"
SECOND = 1_000_000_000
NOON = iso("2026-01-05T12:00:00Z")
FREE = 2**64 - 1


def minimal(*objects: Any, at: str = "2026-01-05T12:00:00.000Z", sensor: Any = "hall") -> dict[str, Any]:
    return {"version": "4.0", "id": "7", "@timestamp": at, "sensorId": sensor, "objects": list(objects)}


def full(name: Any = "5", at: str = "2026-01-05T12:00:00.000Z", **other: Any) -> dict[str, Any]:
    bbox = {"topleftx": 10, "toplefty": 20, "bottomrightx": 110, "bottomrighty": 220}
    thing = {"id": name, "speed": 0.0, "person": {"age": 45, "gender": "male", "confidence": 0.8}, "bbox": bbox}
    return {
        "messageid": "x",
        "mdsversion": "1.0",
        "@timestamp": at,
        "sensor": {"id": "hall", "type": "Camera"},
        "object": {**thing, **other},
        "event": {"id": "y", "type": "moving"},
    }


def looks(feed: DeepStream, *messages: Any) -> list[Any]:
    return [table for message in messages for table in feed.feed(message)] + feed.flush()


def test_a_minimal_message_is_a_look():
    (table,) = looks(DeepStream(), minimal("3|10|20|110|220|Person", "4|5.5|6|7|8|Traffic light|#|a|b|0.25"))
    assert (table.cameras, table.times.tolist()) == (("hall",), [NOON])
    assert table.boxes.tolist() == [[10, 20, 110, 220], [5.5, 6, 7, 8]]
    assert [table.label(k) for k in range(2)] == ["person", "traffic_light"]
    assert (table.ids.tolist(), table.scores.tolist()) == ([3, 4], [1.0, 0.25])


def test_a_minimal_message_without_objects_looked_and_saw_nothing():
    assert [len(t) for t in looks(DeepStream(), minimal(), minimal(at="2026-01-05T12:00:01Z"))] == [0, 0]


def test_full_messages_of_one_frame_are_one_look_and_say_nothing_of_who_somebody_is():
    feed = DeepStream()
    (table,) = looks(feed, full("5"), full("6", vehicle={"type": "sedan", "license": "XX1234"}, person=None))
    assert table.ids.tolist() == [5, 6]
    assert [table.label(k) for k in range(2)] == ["person", "vehicle"]
    assert table.scores.tolist() == [0.8, 1.0]
    assert not table.extra
    assert "XX1234" not in repr(table)


def test_a_confidence_below_nought_says_nothing():
    assert looks(DeepStream(), full(person={"confidence": -0.1}))[0].scores.tolist() == [1.0]


def test_ids_past_63_bits_of_the_case_are_two_things_and_what_is_not_tracked_is_counted():
    path = CASES / "07-ids-past-63-bits.json"
    if not path.exists():
        pytest.skip("the cases are not beside the project")
    case = json.loads(path.read_text("utf-8"))
    frames: dict[float, list[str]] = {}
    for second, name, label, *box in case["rows"]:
        frames.setdefault(second, []).append("|".join(map(str, (name, *box, label))))
    scene = Scene.loads(
        json.dumps(
            {"frame": case["frame"], "zones": {"hall": {"type": "Polygon", "coordinates": [case["zones"]["hall"]]}}}
        )
    )
    feed, dropped = DeepStream(), []
    watch = Watch(case["rules"], scene=scene, on_notice=dropped.append)
    messages = [minimal(*objects, at=show(NOON + round(s * SECOND))) for s, objects in frames.items()]
    alerts = [a for table in looks(feed, *map(json.dumps, messages)) for a in watch.observe(table)]
    fired = [a for a in alerts if a.state == "firing"]
    assert [a.time - NOON for a in fired] == [3 * SECOND] * 2
    assert {a.things[0].id for a in fired} == {9223372036854775809, 9223372036854775810}
    assert feed.untracked == sum(name == FREE for _, name, *_ in case["rows"])
    assert {n.kind for n in dropped} == {"dropped"}
    assert not feed.refused


def test_a_pipeline_without_a_tracker_gives_detections():
    feed = DeepStream(tracked=False)
    (table,) = looks(feed, minimal(f"{FREE}|1|2|3|4|car", f"{FREE}|5|6|7|8|car"))
    assert isinstance(table, Detections)
    assert len(table) == 2


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("3|10|20|110|person", "object with too few fields"),
        ("3|110|20|10|220|person", "box without area"),
        ("3|10|20|10|220|person", "box without area"),
        ("3|nan|20|110|220|person", "number not finite"),
        ("3|inf|20|110|220|person", "number not finite"),
        ("3|1e300|20|1e301|220|person", "box beyond any picture"),
        ("3|left|20|110|220|person", "field of the wrong type"),
        ("3||20|110|220|person", "field missing"),
        ("3|10|20|110|220|", "field missing"),
        ("|10|20|110|220|person", "field missing"),
        ("-7|10|20|110|220|person", "negative id"),
        ("36893488147419103232|10|20|110|220|person", "id over 64 bits"),
        ("1|10|20|110|220|person", "id repeated in a frame"),
        (7, "field of the wrong type"),
        (None, "field missing"),
        ({"id": 3}, "field of the wrong type"),
    ],
    ids=repr,
)
def test_an_object_that_cannot_be_used_is_refused_and_the_others_are_kept(entry, reason):
    feed = DeepStream()
    (table,) = looks(feed, minimal("1|1|2|3|4|person", entry, "2|5|6|7|8|person"))
    assert table.ids.tolist() == [1, 2]
    assert feed.refused == {reason: 1}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (minimal(at="2026-01-05T12:00:00.000"), "time not understood"),  # no zone
        (minimal(at="noon"), "time not understood"),
        (minimal(at="2026-02-30T12:00:00Z"), "time not understood"),
        (minimal(at="2026-01-05T12:00:00+19:00"), "time not understood"),
        (minimal(at=1767614400), "time not understood"),  # type: ignore[arg-type]
        (minimal(at=None), "field missing"),  # type: ignore[arg-type]
        (minimal(sensor=None), "field missing"),
        (minimal(sensor=["a"]), "field of the wrong type"),
        ({**minimal(), "objects": "1|2"}, "field of the wrong type"),
        ({**full(), "object": 7}, "field of the wrong type"),
        ({**full(), "sensor": None}, "field missing"),
        ({"a": 1}, "no message of DeepStream"),
        ([], "field of the wrong type"),
        ("{", "no JSON"),
    ],
    ids=lambda m: repr(m)[:40],
)
def test_a_message_that_cannot_be_used_is_refused(message, reason):
    feed = DeepStream()
    assert looks(feed, message) == []
    assert feed.refused == {reason: 1}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"bbox": None}, "field missing"),
        ({"bbox": {"topleftx": 1, "toplefty": 2, "bottomrightx": 3}}, "field missing"),
        ({"bbox": {"topleftx": 9, "toplefty": 2, "bottomrightx": 3, "bottomrighty": 4}}, "box without area"),
        ({"person": None}, "field missing"),
    ],
    ids=repr,
)
def test_a_full_message_that_cannot_be_used_is_refused_but_was_a_look(changed, reason):
    feed = DeepStream()
    assert [len(t) for t in looks(feed, full(**changed))] == [0]
    assert feed.refused == {reason: 1}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("2026-01-05T12:00:00.25+01:00", "2026-01-05T11:00:00.25Z"),
        ("2026-01-05T00:30:00-0330", "2026-01-05T04:00:00Z"),
        ("2026-01-05T24:00:00Z", "2026-01-06T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2026-01-05t12:00:00,123456789012z", "2026-01-05T12:00:00.123456789Z"),
    ],
)
def test_times_are_one_whatever_their_zone(text, other):
    assert iso(text) == iso(other)


@given(st.integers(-(10**18), 2 * 10**18))
def test_a_time_written_is_read_to_the_nanosecond(ns):
    assert iso(show(ns)) == ns


def test_a_late_frame_is_refused():
    feed = DeepStream()
    tables = looks(feed, *(minimal(at=f"2026-01-05T12:00:0{s}Z") for s in (1, 3, 2, 4)))
    assert [(int(t.times[0]) - NOON) / SECOND for t in tables] == [1, 3, 4]
    assert feed.refused == {"late": 1}


def test_boxes_for_zones_drawn_for_another_size():
    feed = DeepStream((1920, 1080), to=(960, 540))
    assert looks(feed, minimal("3|10|20|110|220|car"))[0].boxes.tolist() == [[5, 10, 55, 110]]


SIDE = st.floats(0, 5000, allow_subnormal=False)
LONG = st.floats(0.5, 500)
ROWS = st.lists(
    st.tuples(SIDE, SIDE, LONG, LONG, st.sampled_from(["car", "person", "dog"]), st.floats(0, 1)),
    max_size=6,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(ROWS, min_size=1, max_size=5), st.booleans(), st.integers(0, 2**64 - 20))
def test_what_is_written_is_read_again_to_the_last_digit(frames, tracked, first):
    file, tables = io.StringIO(), []
    with DeepStreamWriter(file) as writer:
        for k, rows in enumerate(frames):
            boxes = [(x, y, x + w, y + h) for x, y, w, h, *_ in rows]
            labels, scores = [r[4] for r in rows], [r[5] for r in rows]
            ids = [first + n for n in range(len(rows))]
            time = NOON + k * 40_000_001
            table: Any = (
                Tracks.of("hall", time, ids, boxes, labels, scores)
                if tracked
                else Detections.of("hall", time, boxes, labels, scores)
            )
            tables.append(table)
            writer.write(table)
    feed = DeepStream(tracked=tracked)
    back = looks(feed, *file.getvalue().splitlines())
    assert not feed.refused
    for one, other in zip(tables, back, strict=True):
        assert one.boxes.tolist() == other.boxes.tolist()
        assert one.times.tolist() == other.times.tolist()
        assert one.scores.tolist() == other.scores.tolist()
        assert [one.label(k) for k in range(len(one))] == [other.label(k) for k in range(len(other))]
        if tracked:
            assert one.ids.tolist() == other.ids.tolist()


def test_a_file_without_ids_holds_detections_and_one_with_some_holds_tracks(tmp_path: Path):
    path = tmp_path / "messages.jsonl"
    path.write_text(
        "\n".join(json.dumps(minimal(f"{FREE}|1|2|3|4|car", at=f"2026-01-05T12:00:0{s}Z")) for s in range(3))
    )
    read = read_deepstream(path)
    assert (read.tracked, read.frame_count, read.duration) == (False, 3, 2 * SECOND)
    assert [len(t) for t in read.ticks()] == [1, 1, 1]
    path.write_text(json.dumps(minimal(f"{FREE}|1|2|3|4|car", "1|1|2|3|4|car")))
    read = read_deepstream(path)
    assert read.tracked
    assert read.notes == ("1 box not tracked beside tracked ones, left out",)
