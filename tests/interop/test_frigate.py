"""Frigate's events: two kinds of box, what is held, what ends, what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword import Watch
from watchword.errors import DataError
from watchword.interop.eventfile import read_frigate
from watchword.interop.frigate import Frigate, FrigateWriter, box
from watchword.interop.messages import Refusal
from watchword.scene import Scene
from watchword.tracks import End, Tracks

CASES = Path(__file__).parents[3] / "shared" / "cases"
SECOND = 1_000_000_000
HALL = {"type": "Polygon", "coordinates": [[[100, 100], [1100, 100], [1100, 700], [100, 700]]]}
SCENE = Scene.loads(json.dumps({"frame": [1280, 720], "zones": {"hall": HALL}}))


def after(time: float, **other: Any) -> dict[str, Any]:
    base = {"id": "1.0-aaa", "camera": "front", "frame_time": time, "label": "person", "box": [320, 180, 480, 540]}
    return {**base, "end_time": None, **other}


def event(kind: str, time: float, **other: Any) -> dict[str, Any]:
    return {"type": kind, "before": None, "after": after(time, **other)}


def looks(feed: Frigate, *messages: Any) -> list[Tracks]:
    return [table for message in messages for table in feed.feed(message)] + feed.flush()


def told(tables: list[Tracks]) -> list[tuple[float, list[Any]]]:
    return [(int(t.times[0]) / SECOND, t.ids.tolist()) for t in tables]


def test_the_two_kinds_of_box_of_the_case_are_one_and_the_late_message_is_refused():
    path = CASES / "19-frigate-two-kinds-of-box.json"
    if not path.exists():
        pytest.skip("the cases are not beside the project")
    case = json.loads(path.read_text("utf-8"))
    feed = Frigate(tuple(case["frame"]))
    tables = looks(feed, *case["messages"])
    expect = case["expect"]
    assert tables[0].boxes.tolist() == [expect["first_message_box"]]
    assert [at for at, ids in told(tables) if ids] == [100, 101, 103]
    assert [e for t in tables for e in t.ended] == [End("front", "100.0-aaaaaa", 103 * SECOND)]
    assert feed.refused == {"after its end": 1}
    assert looks(Frigate(tuple(case["frame"])), case["api_event"])[0].boxes.tolist() == [expect["api_event_box"]]


def test_the_same_id_on_another_camera_is_another_thing():
    feed = Frigate()
    tables = looks(feed, event("new", 1), event("end", 2, end_time=2), event("new", 3, camera="back"))
    assert [(t.cameras[0], t.ids.tolist()) for t in tables if len(t)][-1] == ("back", ["1.0-aaa"])
    assert not feed.refused


def test_boxes_are_recognised_message_by_message():
    frame = (1280, 720)
    assert box([0.25, 0.25, 0.125, 0.5], frame) == (320, 180, 480, 540)
    assert box([320, 180, 480, 540], frame) == (320, 180, 480, 540)
    assert box([320.5, 180, 480, 540]) == (320.5, 180, 480, 540)
    assert box([0, 0, 1, 1], frame) == (0, 0, 1, 1), "whole numbers on the topic are pixels"
    assert box([0, 0, 1, 1], frame, of_api=True) == (0, 0, 1280, 720)
    assert box([0.5, 0, 30, 40], frame) == (0.5, 0, 30, 40)


@given(
    st.tuples(*[st.floats(0, 0.9)] * 2, *[st.floats(0.01, 0.1)] * 2),
    st.sampled_from([(1280, 720), (640, 360), (1920, 1080), (2560, 1920)]),
)
def test_fractions_and_pixels_of_one_place_are_the_same(fractions, frame):
    w, h = frame
    left, top, wide, high = fractions
    pixels = [left * w, top * h, (left + wide) * w, (top + high) * h]
    assert box(list(fractions), frame) == pytest.approx(box(pixels), abs=1e-9)


def test_fractions_without_a_known_size_are_an_error_that_says_what_to_give():
    with pytest.raises(DataError, match=r"frame=\(1280, 720\)"):
        Frigate().feed(event("new", 1, box=[0.1, 0.1, 0.2, 0.2]))


def test_a_size_by_camera_and_zones_drawn_for_another():
    feed = Frigate({"front": (640, 360)}, to=(1280, 720))
    assert looks(feed, event("new", 1, box=[0.25, 0.25, 0.125, 0.5]))[0].boxes.tolist() == [[320, 180, 480, 540]]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"box": [480, 180, 320, 540]}, "box without area"),
        ({"box": [320, 180, 320, 540]}, "box without area"),
        ({"box": [320, 180, 480, float("nan")]}, "number not finite"),
        ({"box": [320, 180, float("inf"), 540]}, "number not finite"),
        ({"box": [320, 180, 1e12, 540]}, "box beyond any picture"),
        ({"box": [320, 180, 10**400, 540]}, "field of the wrong type"),
        ({"box": [0.9, 0.9, 0.9, 0.9]}, "box beyond any picture"),
        ({"box": [320, 180, 480]}, "field of the wrong type"),
        ({"box": "320,180,480,540"}, "field of the wrong type"),
        ({"box": ["a", 180, 480, 540]}, "field of the wrong type"),
        ({"box": [True, 180, 480, 540]}, "field of the wrong type"),
        ({"box": None}, "field missing"),
        ({"camera": None}, "field missing"),
        ({"camera": 7}, "field of the wrong type"),
        ({"id": None}, "field missing"),
        ({"id": 2**64}, "id over 64 bits"),
        ({"id": ["a"]}, "field of the wrong type"),
        ({"label": ""}, "field missing"),
        ({"label": "…"}, "field of the wrong type"),
        ({"frame_time": None}, "field missing"),
        ({"frame_time": "noon"}, "time not understood"),
        ({"frame_time": float("nan")}, "time not understood"),
        ({"frame_time": -5.0}, "time not understood"),
        ({"frame_time": 1.7e18}, "time not understood"),
        ({"false_positive": True}, "false positive"),
    ],
    ids=repr,
)
def test_what_cannot_be_used_is_refused_and_counted_and_the_stream_goes_on(changed, reason):
    feed = Frigate((1280, 720))
    other = event("new", 1.0, id="other")
    bad = event("update", 2.0, **changed)
    tables = looks(feed, other, bad, event("update", 3.0, id="other"))
    assert feed.refused == {reason: 1}
    assert feed.refusal.startswith(reason)
    assert told(tables) == [(1, ["other"]), (3, ["other"])]


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "7", "null", '"text"', "NaN", "[" * 100_000, b"\xff\xfe", '{"a": 1}', {"type": "new"},
     {"type": "moved", "after": after(1)}, {"type": 3, "after": after(1)}, {"type": "new", "after": []},
     {"type": "new", "after": None}, {"topic": "frigate/events", "payload": "{"}, {"payload": 3}],
    ids=lambda m: repr(m)[:30],
)  # fmt: skip
def test_what_is_no_event_is_refused(message):
    feed = Frigate((1280, 720))
    assert looks(feed, message) == []
    assert sum(feed.refused.values()) == 1


TEXT = st.text("a7.-é", max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from([*after(1), "data", "start_time", "score", "stationary", "false_positive"])


@settings(max_examples=200)
@given(st.sampled_from(["new", "update", "end"]), st.dictionaries(FIELDS, JSON, max_size=3), st.booleans())
def test_no_field_of_any_value_breaks_a_feed(kind, changed, of_api):
    feed = Frigate((1280, 720))
    message: Any = {**after(5), "start_time": 5, **changed} if of_api else event(kind, 5, **changed)
    tables = looks(feed, event("new", 1, id="first"), message, event("end", 9, id="first", end_time=9))
    assert any(t.ids.tolist() == ["first"] for t in tables)
    assert all(t.boxes.size == 0 or (t.boxes[:, 2:] > t.boxes[:, :2]).all() for t in tables)


def test_what_nobody_speaks_of_is_held_until_its_end():
    feed = Frigate()
    tables = looks(
        feed, event("new", 1), event("new", 2, id="b"), event("update", 60, id="b"), event("end", 61, end_time=61.5)
    )
    first = "1.0-aaa"
    assert told(tables)[:4] == [(1, [first]), (2, ["b", first]), (60, ["b", first]), (61, [first, "b"])]
    assert told(tables)[4] == (61.5, ["b"])
    assert tables[4].ended == (End("front", first, round(61.5 * SECOND)),)


def test_an_end_that_never_comes_is_not_waited_for_and_one_that_is_told_is():
    feed = Frigate((100, 100))
    api = {
        "id": "b",
        "camera": "front",
        "label": "car",
        "start_time": 2,
        "end_time": 900,
        "data": {"box": [0, 0, 1, 1]},
    }
    tables = looks(feed, event("new", 1), api, event("new", 140, id="c"), event("new", 400, id="d"))
    assert told(tables)[2:4] == [(140, ["c", "1.0-aaa", "b"]), (400, ["d", "b"])]


def test_held_for_so_many_seconds_where_that_is_said():
    feed = Frigate(hold=5)
    tables = looks(feed, event("new", 1), event("new", 5, id="b"), event("update", 7, id="b"))
    assert told(tables) == [(1, ["1.0-aaa"]), (5, ["b", "1.0-aaa"]), (7, ["b"])]


def test_things_of_one_frame_are_one_look():
    tables = looks(Frigate(), event("new", 1), event("new", 1, id="b"), event("update", 1, id="b", box=[1, 2, 3, 4]))
    assert told(tables) == [(1, ["1.0-aaa", "b"])]
    assert tables[0].boxes[1].tolist() == [1, 2, 3, 4], "told twice in a frame, the second counts"


def test_a_late_message_is_refused_and_a_late_end_still_ends():
    feed = Frigate()
    tables = looks(feed, event("new", 1), event("new", 5, id="b"), event("update", 4), event("end", 3, end_time=4.5))
    assert feed.refused == {"late": 1}
    assert [e for t in tables for e in t.ended] == [End("front", "1.0-aaa", round(4.5 * SECOND))]


def test_a_clock_set_back_does_not_silence_a_camera():
    feed = Frigate()
    messages = [event("new", 3600)] + [event("new", t, id=f"x{t}") for t in range(1, 30)]
    tables = looks(feed, *messages)
    assert feed.refused["late"] <= 11
    assert told(tables)[-1][0] == 29


def test_an_end_that_cannot_be_is_not_believed():
    feed = Frigate()
    tables = looks(feed, event("new", 1), event("end", 2, end_time=9e9), event("new", 3, id="b"))
    assert told(tables)[-1] == (3, ["b"])
    assert [e.time for t in tables for e in t.ended] == [2 * SECOND]
    assert feed.refused == {"end_time far after the last sight": 1}


def test_time_goes_on_while_frigate_has_nothing_to_tell():
    feed, fired = Frigate((1280, 720), delay=0.5), []
    watch = Watch("person in zone hall for 3s", scene=SCENE)
    for table in feed.feed(event("new", 100.0)):
        fired += watch.observe(table)
    for tenth in range(1001, 1060):
        for table in feed.look(tenth * SECOND // 10):
            fired += watch.observe(table)
    assert [(a.state, a.time) for a in fired] == [("pending", 100 * SECOND), ("firing", 103 * SECOND)]


def test_the_stationary_column_and_the_score_come_along():
    (table,) = looks(Frigate(), event("new", 1, stationary=True, score=0.7))
    assert (table.extra["stationary"].tolist(), table.scores.tolist()) == ([1.0], [0.7])


def test_files_of_lines_topics_lists_and_wrapped_payloads(tmp_path: Path):
    messages = [event("new", 1.5), event("end", 2.5, end_time=2.5)]
    lines = [json.dumps(m) for m in messages]
    api = [{"id": i, "camera": "front", "label": "car", "start_time": float(i), "end_time": i + 0.5,
            "data": {"box": [0.1, 0.1, 0.2, 0.2], "score": 0.5}} for i in (3, 2, 1)]  # fmt: skip
    texts = {
        "plain": "\n".join(lines),
        "topic": "\n".join(f"frigate/events {line}" for line in lines),
        "wrapped": "\n".join(json.dumps({"topic": "frigate/events", "payload": line}) for line in lines),
        "list": json.dumps(messages),
        "laid out": "\n".join(json.dumps(m, indent=2) for m in messages),
    }
    for kind, text in texts.items():
        path = tmp_path / f"{kind}.jsonl"
        path.write_text(text, "utf-8")
        read = read_frigate(path)
        assert next(iter(read.ticks())).ids.tolist() == ["1.0-aaa"], kind
        assert (read.start, read.cameras, read.tracked) == (round(1.5 * SECOND), ("front",), True), kind
    path = tmp_path / "api.json"
    path.write_text(json.dumps(api, indent=1), "utf-8")
    assert told(list(read_frigate(path, (1000, 1000)).ticks()))[:3] == [(1, [1]), (2, [2]), (3, [3])], "by their start"


def test_a_file_says_which_lines_it_refused_and_why(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_text(
        "\n".join([json.dumps(event("new", 1)), "{", json.dumps(event("new", 2, box=[5, 5, 5, 9]))]), "utf-8"
    )
    read = read_frigate(path)
    assert [r.line for r in read.refused] == [2, 3]
    assert "no JSON" in read.refused[0].reason
    assert "lines 2, 3" in read.notes[0]
    path.write_text(f'"after": 3}}\n{json.dumps(event("new", 1))}\n', "utf-8")
    assert [r.line for r in read_frigate(path).refused] == [1], "cut off at its beginning"
    path.write_text("{}\n{}\n", "utf-8")
    with pytest.raises(DataError, match=r"events\.jsonl:1: none of its rows can be used"):
        read_frigate(path)


@settings(max_examples=40)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(st.integers(0, 900), st.integers(0, 600))),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_written_is_read_again(frames):
    file = io.StringIO()
    tables = []
    with FrigateWriter(file, memory=0.5) as writer:
        for second, things in enumerate(frames):
            boxes = [(x, y, x + 40, y + 90) for x, y in things.values()]
            tables.append(Tracks.of("front", (100 + second) * SECOND, list(things), boxes, "person"))
            writer.write(tables[-1])
    feed = Frigate()
    back = looks(feed, *file.getvalue().splitlines())
    assert set(feed.refused) <= {"after its end"}, "an id that comes again after its end is not taken"
    first = next((t for t in tables if len(t)), None)
    if first is not None:
        found = next(t for t in back if len(t))
        assert sorted(found.ids.tolist()) == sorted(first.ids.tolist())
        assert sorted(found.boxes.tolist()) == sorted(first.boxes.tolist())


def test_settings_that_make_no_sense_are_refused():
    for wrong in ({"frame": (0, 720)}, {"frame": 5}, {"hold": -1}, {"delay": float("nan")}, {"to": ("a", "b")}):
        with pytest.raises(DataError):
            Frigate(**wrong)  # type: ignore[arg-type]
    with pytest.raises(Refusal):
        box({"left": 1})
