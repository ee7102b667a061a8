"""DeepStream: the messages of its message converter (Gst-nvmsgconv), of both layouts, as tracks.

The minimal layout is a message a frame, `objects` a list of text: `id|left|top|right|bottom|label`, and after a `#`
what classifiers found. The full layout is a message a thing, `object.bbox` its corners. Ids are numbers of 64 bits,
also past 63; 2⁶⁴ − 1 means *not tracked*. Of what classifiers found nothing is taken but the confidence: what somebody
wears, and what stands on a licence plate, is not asked here.

Source: NVIDIA DeepStream SDK, "Gst-nvmsgconv" and "Message schema"; `UNTRACKED_OBJECT_ID` in nvdsmeta.h.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.boxfile import Row
from watchword.interop.messages import Box, Message, Refusal, corners, ident, label, mapping, number, score, text
from watchword.interop.stamps import iso, show
from watchword.interop.ticks import Feed, Table, Ticks, scale, size
from watchword.interop.writer import Writer
from watchword.tracks import UNTRACKED, Id, Tracks

SIDES = ("left", "top", "right", "bottom")
CORNERS = ("topleftx", "toplefty", "bottomrightx", "bottomrighty")
NO_CLASS = frozenset(
    {
        "id",
        "speed",
        "direction",
        "orientation",
        "bbox",
        "bbox3d",
        "location",
        "coordinate",
        "pose",
        "type",
        "confidence",
    }
    | {"detection", "obj_prob", "maskoffset", "tracker", "embedding", "gaze", "signature", "info", "lineCrossing"}
)
"""Fields of an `object` that do not name its class."""


def is_message(message: object) -> bool:
    """Whether a message is of one of the two layouts, by the fields it has."""
    return isinstance(message, Mapping) and (
        ("objects" in message and ("sensorId" in message or "@timestamp" in message))
        or ("object" in message and ("sensor" in message or "@timestamp" in message))
    )


class DeepStream(Feed[Any]):
    """A stream of messages as looks, a camera a sensor. `feed`, `flush`, `refused`: see `watchword.interop.ticks.Feed`.

    The full layout has no message for a frame without things, so such a frame is no look.

    Args:
        frame: Width and height of the frames that boxes are in (the stream muxer's), needed for `to`.
        to: Width and height of the frame that zones are drawn for, where that is another.
        tracked: False for a pipeline without a tracker: looks are then `Detections`, for `Watch.detected`.

    Raises:
        DataError: A size is none.
    """

    def __init__(
        self,
        frame: tuple[float, float] | None = None,
        *,
        to: tuple[float, float] | None = None,
        tracked: bool = True,
    ) -> None:
        super().__init__(Ticks(tracked=tracked))
        self._by = scale(size("frame", frame), size("to", to))

    def take(self, message: object) -> list[Any]:
        """The looks that a message completes.

        Raises:
            Refusal: It cannot be used.
        """
        told = mapping("the message", message)
        if not is_message(told):
            raise Refusal("no message of DeepStream", f"it has {', '.join(map(str, list(told)[:6])) or 'no fields'}")
        time = _time(told.get("@timestamp"))
        if "objects" in told:
            camera, objects = _name("sensorId", told.get("sensorId")), told["objects"]
            if objects is not None and not isinstance(objects, list):
                raise Refusal("field of the wrong type", "objects is no list")
            done = self._ticks.begin(camera, time)
            for entry in objects or ():
                self._see(camera, time, _minimal, entry)
            return done
        camera = _name("sensor.id", mapping("sensor", told.get("sensor")).get("id"))
        thing = mapping("object", told["object"])
        done = self._ticks.begin(camera, time)
        self._see(camera, time, _full, thing)
        return done

    def _see(self, camera: str, time: int, read: Any, entry: object) -> None:
        try:
            name, (left, top, right, bottom), kind, confidence = read(entry)
            if name not in UNTRACKED and self._ticks.has(camera, name):
                raise Refusal("id repeated in a frame", f"{name} of `{camera}`")
        except Refusal as refusal:
            self.refuse(refusal)
            return
        x, y = self._by
        self._ticks.see(Row(time, camera, name, (left * x, top * y, right * x, bottom * y), kind, confidence))
        if name in UNTRACKED:
            self.untracked += 1
        else:
            self.tracked += 1


def _minimal(entry: object) -> tuple[Id, Box, str, float]:
    fields = [field.strip() for field in text("an object", entry).split("|")]
    if len(fields) < 6:
        raise Refusal("object with too few fields", f"{len(fields)} of id|left|top|right|bottom|label")
    sides = [number(what, value) for what, value in zip(SIDES, fields[1:5], strict=True)]
    said = fields[-1] if "#" in fields[6:-1] else None
    return _id(fields[0]), corners(*sides), label(fields[5]), score(said)


def _full(thing: Message) -> tuple[Id, Box, str, float]:
    bbox = mapping("object.bbox", thing.get("bbox"))
    sides = [number(f"bbox.{what}", bbox.get(what)) for what in CORNERS]
    kinds = [(kind, of) for kind, of in thing.items() if kind not in NO_CLASS and isinstance(of, Mapping)]
    kind, of = kinds[0] if kinds else (thing.get("type"), {})
    return _id(thing.get("id")), corners(*sides), label(kind), score(of.get("confidence", thing.get("confidence")))


def _id(value: object) -> Id:
    name = ident("id", value)
    if isinstance(name, int) and name < 0 and name not in UNTRACKED:
        raise Refusal("negative id", str(name))
    return name


def _name(what: str, value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(what, value)


def _time(value: object) -> int:
    if value is None:
        raise Refusal("field missing", "@timestamp is not there")
    try:
        return iso(value)
    except ValueError as error:
        raise Refusal("time not understood", str(error)) from None


class DeepStreamWriter(Writer):
    """Writes ticks as messages of the minimal layout, JSON lines, a line a camera's look.

    Scores below 1 stand after a `#`. Rows that are only expected are left out; the layout has no place for them.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.

    Raises:
        DataError: The file cannot be opened.
    """

    def __init__(self, target: str | Path | TextIO) -> None:
        super().__init__(target)
        self._frame = 0

    def write(self, table: Table) -> None:
        """Write a tick.

        Raises:
            DataError: An id or a label has a `|` in it, or the time is before the year 1.
        """
        for k, camera in enumerate(table.cameras):
            rows = table.rows_of(k)
            self._file.write(
                json.dumps(
                    {
                        "version": "4.0",
                        "id": str(self._frame),
                        "@timestamp": show(int(table.times[k])),
                        "sensorId": camera,
                        "objects": [
                            _entry(table, row)
                            for row in range(*rows.indices(len(table)))
                            if isinstance(table, Detections) or table.seen[row]
                        ],
                    },
                    ensure_ascii=False,
                )
                + "\n"
            )
        self._frame += 1


def _entry(table: Table, row: int) -> str:
    name = table.ids[row : row + 1].tolist()[0] if isinstance(table, Tracks) else 2**64 - 1
    for what, value in (("id", str(name)), ("label", table.label(row))):
        if "|" in value:
            raise DataError(f"the {what} `{value}` has a | in it", fix="this layout parts its fields by it; rename it")
    sides = "|".join(repr(value) for value in table.boxes[row].tolist())
    said = float(table.scores[row])
    return f"{name}|{sides}|{table.label(row)}" + ("" if said == 1 else f"|#|{said!r}")
