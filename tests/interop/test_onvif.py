"""ONVIF metadata: coordinates, classes, idle and deleted things, documents in parts, attacks, round trips."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchword.errors import DataError
from watchword.interop.eventfile import read_onvif
from watchword.interop.onvif import Onvif, OnvifWriter, document, frame_text
from watchword.interop.stamps import iso
from watchword.tracks import End, Tracks

SECOND = 1_000_000_000
NOON = iso("2026-01-05T12:00:00Z")
NAMESPACE = "http://www.onvif.org/ver10/schema"
SIZE = (640, 480)
PIXELS = (
    '<tt:Transformation><tt:Translate x="-1" y="1"/><tt:Scale x="0.003125" y="-0.0041666666666"/></tt:Transformation>'
)


def stream(*frames: str, prefix: str = "tt") -> str:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><tt:MetadataStream xmlns:tt="{NAMESPACE}"><tt:VideoAnalytics>'
        f"{''.join(frames)}</tt:VideoAnalytics></tt:MetadataStream>"
    )
    named = text.replace("xmlns:tt", f"xmlns:{prefix}" if prefix else "xmlns")
    return named.replace("tt:", f"{prefix}:" if prefix else "")


def frame(second: float, *inner: str, at: str = "", space: str = PIXELS) -> str:
    return f'<tt:Frame UtcTime="{at or f"2026-01-05T12:00:{second:06.3f}Z"}">{space}{"".join(inner)}</tt:Frame>'


def shape(left: Any = 10, top: Any = 20, right: Any = 110, bottom: Any = 220) -> str:
    box = f'<tt:BoundingBox left="{left}" top="{top}" right="{right}" bottom="{bottom}"/>'
    return f'<tt:Shape>{box}<tt:CenterOfGravity x="1" y="2"/></tt:Shape>'


def old(kind: str, likely: float, name: str = "ClassCandidate") -> str:
    return f"<tt:{name}><tt:Type>{kind}</tt:Type><tt:Likelihood>{likely}</tt:Likelihood></tt:{name}>"


def classes(*inner: str) -> str:
    return f"<tt:Class>{''.join(inner)}</tt:Class>"


def new(kind: str, likely: float) -> str:
    return f'<tt:Type Likelihood="{likely}">{kind}</tt:Type>'


HUMAN = '<tt:Class><tt:Type Likelihood="0.9">Human</tt:Type></tt:Class>'


def thing(name: Any, inside: str = "", kind: str = HUMAN, behaviour: str = "") -> str:
    behaviour = f"<tt:Behaviour><tt:{behaviour}/></tt:Behaviour>" if behaviour else ""
    return (
        f'<tt:Object ObjectId="{name}"><tt:Appearance>{inside or shape()}{kind}</tt:Appearance>{behaviour}</tt:Object>'
    )


def looks(*documents: str | bytes, **settings: Any) -> tuple[Onvif, list[Tracks]]:
    feed = Onvif("gate", SIZE, **settings)
    return feed, [table for text in documents for table in feed.feed(text)] + feed.flush()


def told(tables: list[Tracks]) -> list[tuple[float, list[Any]]]:
    return [((int(t.times[0]) - NOON) / SECOND, t.ids.tolist()) for t in tables]


def test_the_example_of_the_specification():
    space = '<tt:Translate x="-1.0" y="-1.0"/><tt:Scale x="0.003125" y="0.00416667"/>'
    space = f"<tt:Transformation>{space}</tt:Transformation>"
    _, (table,) = looks(stream(frame(0, thing(12, shape(20, 80, 100, 30)), space=space)))
    assert table.boxes[0].tolist() == pytest.approx([20, 400, 100, 450], abs=1e-3), "from the lower left corner, upward"


def test_coordinates_without_a_transformation_are_normalised_and_upward():
    _, (table,) = looks(stream(frame(0, thing(1, shape(-1, 1, 0, 0)), thing(2, shape(0, 0.5, 1, -1)), space="")))
    assert table.boxes.tolist() == [[0, 0, 320, 240], [320, 120, 640, 480]]


def test_an_appearance_has_a_coordinate_system_inside_that_of_the_frame():
    inner = '<tt:Transformation><tt:Translate x="100" y="50"/><tt:Scale x="2" y="2"/></tt:Transformation>'
    _, (table,) = looks(stream(frame(0, thing(1, inner + shape(0, 0, 10, 20)), thing(2))))
    assert table.boxes.tolist() == [
        pytest.approx([100, 50, 120, 90], abs=1e-4),
        pytest.approx([10, 20, 110, 220], abs=1e-4),
    ]


@pytest.mark.parametrize(
    ("kind", "label", "score"),
    [
        (HUMAN, "person", 0.9),
        (classes(new("Vehicle", 0.2), new("Animal", 0.7)), "animal", 0.7),
        (classes("<tt:Type>LicensePlate</tt:Type>"), "license_plate", 1.0),
        (classes(old("Vehical", 0.6), old("Human", 0.3)), "vehicle", 0.6),
        (classes(old("Face", 0.1), new("Head", 0.4)), "head", 0.4),
        (
            classes(old("Other", 0.1), f"<tt:Extension>{old('Shopping cart', 0.8, 'OtherTypes')}</tt:Extension>"),
            "shopping_cart",
            0.8,
        ),
        (classes(new("Vehicle", 0.5)) + f"<tt:VehicleInfo>{new('Bus', 0.9)}</tt:VehicleInfo>", "bus", 0.5),
        ("", "object", 1.0),
        (classes(), "object", 1.0),
        (classes('<tt:Type Likelihood="much">Human</tt:Type>'), "person", 1.0),
    ],
)
def test_classes_of_the_new_and_the_old_form(kind, label, score):
    _, (table,) = looks(stream(frame(0, thing(1, kind=kind))))
    assert (table.label(0), table.scores.tolist()) == (label, [score])


def test_a_class_is_remembered_that_is_not_told_again():
    _, tables = looks(stream(frame(0, thing(1)), frame(1, thing(1, kind=""))))
    assert [t.label(0) for t in tables] == ["person", "person"]


def test_what_is_idle_stands_in_every_look_until_it_is_told_again_or_deleted():
    gone = '<tt:ObjectTree><tt:Delete ObjectId="1"/></tt:ObjectTree>'
    feed, tables = looks(
        stream(frame(0, thing(1, behaviour="Idle")), frame(1), frame(2, thing(2)), frame(3, gone), frame(4))
    )
    assert told(tables) == [(0, [1]), (1, [1]), (2, [2, 1]), (3, []), (4, [])]
    assert tables[3].ended == (End("gate", 1, NOON + 3 * SECOND),)
    _, tables = looks(stream(frame(0, thing(1, behaviour="Idle")), frame(1, thing(1)), frame(2)))
    assert told(tables)[2] == (2, []), "listed again, it is idle no more"
    assert not feed.refused


def test_idle_things_may_be_held_for_a_time_only_and_each_refusal_is_told():
    told_of: list[str] = []
    feed = Onvif("gate", SIZE, hold=2)
    feed.on_refusal = lambda refusal: told_of.append(str(refusal))
    frames = [frame(0, thing(1, behaviour="Idle")), frame(1), frame(2), frame(3), frame(4, thing("x"))]
    assert told(feed.feed(stream(*frames)) + feed.flush()) == [(0, [1]), (1, [1]), (2, [1]), (3, []), (4, [])]
    assert told_of == ["field of the wrong type: ObjectId is 'x'"]
    for wrong in ({"hold": -1}, {"delay": -1}, {"frame": None}, {"frame": (0, 5)}):
        with pytest.raises(DataError):
            Onvif(**{"camera": "gate", "frame": SIZE, **wrong})  # type: ignore[arg-type]


def test_after_an_empty_frame_all_are_empty_and_after_another_nothing_is_known():
    feed = Onvif("gate", SIZE, delay=0)
    assert feed.feed(stream(frame(0, thing(1)))) == []
    assert told(feed.look(NOON + 5 * SECOND)) == [(0, [1])]
    assert told(feed.look(NOON + 6 * SECOND)) == []
    feed.feed(stream(frame(7)))
    assert told(feed.look(NOON + 8 * SECOND)) == [(7, []), (8, [])]


def test_a_renamed_thing_keeps_its_number_and_a_merged_one_is_not_ended():
    rename = '<tt:ObjectTree><tt:Rename><tt:from ObjectId="1"/><tt:to ObjectId="9"/></tt:Rename></tt:ObjectTree>'
    merge = (
        '<tt:ObjectTree><tt:Merge><tt:from ObjectId="9"/><tt:from ObjectId="2"/><tt:to ObjectId="2"/></tt:Merge>'
        "</tt:ObjectTree>"
    )
    feed, tables = looks(
        stream(
            frame(0, thing(1), thing(2)),
            frame(1, thing(9), thing(2), rename),
            frame(2, thing(2), merge),
            frame(3, thing(9)),
        )
    )
    assert told(tables) == [(0, [1, 2]), (1, [1, 2]), (2, [2]), (3, [1])]
    assert not [e for t in tables for e in t.ended]
    assert not feed.refused


def test_what_was_removed_is_a_removed_object_where_it_stood_and_an_end_where_it_has_no_shape():
    bare = '<tt:Object ObjectId="1"><tt:Behaviour><tt:Removed/></tt:Behaviour></tt:Object>'
    _, tables = looks(stream(frame(0, thing(1), thing(7, behaviour="Removed")), frame(1, bare)))
    assert [tables[0].label(k) for k in range(2)] == ["person", "removed_object"]
    assert tables[1].ended == (End("gate", 1, NOON + SECOND),)


def test_frames_of_one_time_are_one_look_and_a_module_may_be_chosen():
    two = frame(0, thing(1)) + frame(0, thing(2)).replace("<tt:Frame ", '<tt:Frame Source="other" ')
    assert told(looks(stream(two))[1]) == [(0, [1, 2])]
    assert told(looks(stream(two), source="other")[1]) == [(0, [2])]


@pytest.mark.parametrize("prefix", ["tt", "ns1", ""])
def test_any_prefix_will_do(prefix):
    assert told(looks(stream(frame(0, thing(1)), prefix=prefix))[1]) == [(0, [1])]


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2026-01-05T12:00:01", 1),
        ("2026-01-05T13:00:01+01:00", 1),
        ("2026-01-05T07:00:01.123456789-05:00", 1.123456789),
    ],
)
def test_times_are_utc_unless_they_bear_a_zone(at, seconds):
    (found,) = told(looks(stream(frame(0, at=at)))[1])
    assert found[0] == pytest.approx(seconds, abs=1e-12)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (thing(2, shape(bottom="nan")), "number not finite"),
        (thing(2, shape(right="INF")), "number not finite"),
        (thing(2, shape(right="wide")), "field of the wrong type"),
        (thing(2, '<tt:Shape><tt:BoundingBox left="1" top="2" right="3"/></tt:Shape>'), "field missing"),
        (thing(2, shape(right=5)), "box without area"),
        (thing(2, shape(right=10)), "box without area"),
        (thing(2, shape(top=220, bottom=20)), "box upside down"),
        (thing(2, shape(right=1e9)), "box beyond any picture"),
        (thing(2, '<tt:Transformation><tt:Scale x="0" y="1"/></tt:Transformation>' + shape()), "box without area"),
        (thing("x"), "field of the wrong type"),
        (thing(""), "field missing"),
        (thing(-4), "negative id"),
        (thing(2**70), "id over 64 bits"),
        (thing(1), "id repeated in a frame"),
        ('<tt:ObjectTree><tt:Delete ObjectId="q"/></tt:ObjectTree>', "field of the wrong type"),
        ('<tt:ObjectTree><tt:Rename><tt:from ObjectId="1"/></tt:Rename></tt:ObjectTree>', "field missing"),
    ],
)
def test_an_object_that_cannot_be_used_is_refused_and_the_others_are_kept(inside, reason):
    feed, tables = looks(stream(frame(0, thing(1), inside, thing(3))))
    assert told(tables) == [(0, [1, 3])]
    assert feed.refused == {reason: 1}


@pytest.mark.parametrize("at", ["noon", "2026-13-05T12:00:00Z", "2026-01-05", "1767614400"])
def test_a_frame_without_a_time_is_refused(at):
    feed, tables = looks(stream(frame(0, thing(1)), frame(1, thing(1), at=at), frame(2, thing(1))))
    assert told(tables) == [(0, [1]), (2, [1])]
    assert feed.refused == {"time not understood": 1}


def test_pixels_without_a_transformation_are_refused_with_the_reason():
    feed, _ = looks(stream(frame(0, thing(1), space="")))
    assert "no transformation" in feed.refusal


@settings(max_examples=30)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.sampled_from(["", "\n", "\0\0", "<!-- a > b -->\n"]))
@example([1, 1, 1, 1, 1, 1, 167, 400], "<!-- a > b -->\n")
@example([181, 400], "<!-- a > b -->\n")
@example([1] * 1500, "<!-- a > b -->\n")
def test_documents_may_come_in_any_pieces(cuts, between):
    whole = between.join(stream(frame(k, thing(1))) for k in range(3)).encode()
    feed, tables, at = Onvif("gate", SIZE), [], 0
    for cut in [*cuts, len(whole)]:
        tables += feed.feed(whole[at : at + cut])
        at += cut
    assert told(tables + feed.flush()) == [(0, [1]), (1, [1]), (2, [1])]
    assert feed.whole


def test_an_empty_stream_may_close_at_once_and_another_follow():
    empty = f'<tt:MetadataStream xmlns:tt="{NAMESPACE}" other="a > b"/>'
    feed = Onvif("gate", SIZE)
    text = (empty + "\n" + empty + stream(frame(0, thing(1)))).encode()
    tables = [table for k in range(0, len(text), 5) for table in feed.feed(text[k : k + 5])]
    assert told(tables + feed.flush()) == [(0, [1])]


def test_what_never_comes_to_a_root_is_refused():
    feed = Onvif("gate", SIZE)
    with pytest.raises(DataError, match="no root"):
        feed.feed(f"<!-- {'x' * 50_000} -->" * 30)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    f'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><tt:MetadataStream xmlns:tt="{NAMESPACE}">&c;</tt:MetadataStream>'
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    f'<tt:MetadataStream xmlns:tt="{NAMESPACE}">&e;</tt:MetadataStream>'
)


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, f'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">{stream()}'])
def test_declarations_of_entities_are_refused(text):
    with pytest.raises(DataError, match="declares a document type"):
        looks(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a/>", "its root is `a` of no namespace"),
        ("<MetadataStream/>", "its root is `MetadataStream` of no namespace"),
        (f'<tt:Frame xmlns:tt="{NAMESPACE}"/>', "its root is `Frame`"),
        ('<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/device/wsdl"/>', "ver10/device/wsdl"),
        ("<tt:MetadataStream/>", "gate:1:1: is no XML: unbound prefix"),
        (stream().replace("</tt:VideoAnalytics>", ""), "mismatched tag"),
        (stream(frame(0, "&nothing;")), "undefined entity"),
        (stream(frame(0, "<tt:Object ObjectId=1/>")), "is no XML"),
        (stream(frame(0, "<b>" * 100 + "</b>" * 100)), "over 60 deep"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding"),
        (b"\xff\xff<a/>", "is no XML"),
    ],
)
def test_what_is_no_metadata_stream_is_an_error_that_says_where(text, said):
    with pytest.raises(DataError, match=r"^gate:\d+:\d+: ") as caught:
        looks(text)
    assert said in str(caught.value)
    assert caught.value.fix


def test_what_came_before_a_mistake_is_not_lost_and_a_new_document_may_follow():
    feed = Onvif("gate", SIZE)
    with pytest.raises(DataError, match="gate:2:"):
        feed.feed(stream(frame(0, thing(1)), frame(1, thing(1))).replace("</tt:VideoAnalytics>", "\n<b></c>"))
    tables = feed.feed(stream(frame(2, thing(1)))) + feed.flush()
    assert told(tables) == [(0, [1]), (1, [1]), (2, [1])]


def test_long_streams_do_not_grow():
    feed, count = Onvif("gate", SIZE), 0
    head, tail = stream("@").split("@")
    feed.feed(head)
    picture = f"<tt:SceneImage>{'QUJD' * 20_000}</tt:SceneImage>"
    for k in range(200):
        at = f"2026-01-05T12:{k // 60:02}:{k % 60:02}Z"
        count += len(feed.feed(frame(0, thing(k), picture, at=at)))
    count += len(feed.feed(tail) + feed.flush())
    assert (count, feed.whole) == (200, True)


ROW = st.tuples(
    st.floats(0, 600), st.floats(0, 400), st.floats(1, 300), st.floats(1, 300), st.floats(0, 1),
    st.sampled_from(["person", "car", "truck", "bus", "motorcycle", "bicycle", "vehicle", "animal", "face",
                     "license_plate", "left_object", "object", "head"]),
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(st.lists(ROW, max_size=5), min_size=1, max_size=4),
    st.integers(0, 2**64 - 10),
    st.sampled_from([(640, 480), (1920, 1080), (2592, 1520), (1, 1)]),
    st.booleans(),
)
def test_what_is_written_is_read_again(frames, first, size, parts):
    tables = []
    for k, rows in enumerate(frames):
        ids, boxes = [first + n for n in range(len(rows))], [(x, y, x + w, y + h) for x, y, w, h, *_ in rows]
        boxes = [tuple(v * size[0] / 2000 for v in b) for b in boxes]
        labels, scores = [r[5] for r in rows], [r[4] for r in rows]
        ended = [End("gate", 3, NOON + k)] if k else []
        tables.append(Tracks.of("gate", NOON + k, ids, boxes, labels, scores, ended=ended if first > 3 else []))
    if parts:
        text = "".join(document(table, size) for table in tables)
    else:
        file = io.StringIO()
        with OnvifWriter(file, size) as writer:
            for table in tables:
                writer.write(table)
        text = file.getvalue()
    feed = Onvif("gate", size)
    back = feed.feed(text) + feed.flush()
    assert not feed.refused
    for one, other in zip(tables, back, strict=True):
        assert one.ids.tolist() == other.ids.tolist()
        assert one.times.tolist() == other.times.tolist()
        assert one.boxes.ravel().tolist() == pytest.approx(other.boxes.ravel().tolist(), abs=1e-8)
        assert one.scores.tolist() == other.scores.tolist()
        assert [one.label(k) for k in range(len(one))] == [other.label(k) for k in range(len(other))]
        assert one.ended == other.ended


def test_text_for_an_id_cannot_be_written_and_several_cameras_need_a_name():
    with pytest.raises(DataError, match="ids are numbers"):
        document(Tracks.of("gate", NOON, ["a"], [(1, 2, 3, 4)]), SIZE)
    both = Tracks.join([Tracks.of("a", NOON, [1], [(1, 2, 3, 4)]), Tracks.of("b", NOON)])
    with pytest.raises(DataError, match="say which"):
        document(both, SIZE)
    assert 'ObjectId="1"' in frame_text(both, SIZE, camera="a")


def test_a_coasting_thing_is_written_without_a_shape_and_is_no_sight():
    text = document(Tracks.of("gate", NOON, [1, 2], [(1, 2, 3, 4)] * 2, seen=[True, False]), SIZE)
    assert text.count("BoundingBox") == 1
    assert told(looks(text)[1]) == [(0, [1])]


def test_files_of_streams_and_of_documents(tmp_path: Path):
    path = tmp_path / "gate.xml"
    path.write_text("\n".join(stream(frame(k, thing(1))) for k in range(3)), "utf-8")
    read = read_onvif(path, SIZE)
    assert (read.cameras, read.frame_count, read.tracked, read.duration) == (("gate",), 3, True, 2 * SECOND)
    assert read.extent == pytest.approx((110, 220), abs=1e-4)
    assert told(list(read.ticks())) == [(0, [1]), (1, [1]), (2, [1])] == told(list(read.ticks()))  # type: ignore[arg-type]
    path.write_text(stream(frame(0, thing(1)), frame(1, thing("x")))[:-40], "utf-8")
    assert any("cut off" in note for note in read_onvif(path, SIZE).notes)
    path.write_text(stream(), "utf-8")
    with pytest.raises(DataError, match="holds no message"):
        read_onvif(path, SIZE)
    with pytest.raises(DataError, match="size is not known"):
        read_onvif(path, None)
