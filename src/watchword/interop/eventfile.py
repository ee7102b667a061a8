"""Recorded messages and metadata: files of Frigate, DeepStream and ONVIF, read as they would come, look by look."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import attrs

from watchword.errors import DataError
from watchword.interop.boxfile import Refused, count, refusals
from watchword.interop.deepstream import DeepStream
from watchword.interop.frigate import Frigate, is_event
from watchword.interop.messages import Refusal, records
from watchword.interop.onvif import Onvif
from watchword.interop.ticks import Feed, Table

Size = tuple[float, float]
BLOCK = 1 << 16
Looks = Iterator[tuple[int, list[Any]]]
"""Of each message its line, and the looks that it completes."""


@attrs.frozen(eq=False, kw_only=True)
class EventFile:
    """A file of messages. It is read again for each pass over it: its tables are made as they are asked for.

    Attributes:
        name: The file.
        cameras: Whose looks it holds.
        tracked: Whether things have ids: `ticks` gives `Tracks`, else `Detections`.
        frame_count: How many looks of cameras it holds.
        start: The time of the first, ns since 1970.
        end: The time of the last.
        extent: Right and bottom of all boxes.
        columns: Names of the further columns of its tables.
        notes: What a person should know about how it was read.
        refused: Messages, and things in them, left out: the line and why.
    """

    name: str
    cameras: tuple[str, ...]
    tracked: bool
    frame_count: int
    start: int
    end: int
    extent: Size
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    refused: tuple[Refused, ...]
    _again: Callable[[], Iterator[Table]]

    @property
    def duration(self) -> int:
        """Nanoseconds from its first look to its last."""
        return self.end - self.start

    def ticks(self) -> Iterator[Table]:
        """Its looks, a table each, in the order in which they are complete: of each camera in order of time."""
        return self._again()


def read_frigate(path: str | Path, frame: Size | None = None) -> EventFile:
    """A file of Frigate's events: messages of its topic, one a line, or the list that its HTTP API gives.

    Args:
        path: The file.
        frame: Width and height that Frigate detects in, needed where boxes are in fractions.

    Raises:
        DataError: It cannot be read, or no message can be used.
    """
    return _read(path, lambda _: Frigate(frame), _messages)


def read_deepstream(path: str | Path) -> EventFile:
    """A file of DeepStream's messages of either layout, one a line.

    Raises:
        DataError: It cannot be read, or no message can be used.
    """
    return _read(path, lambda tracked: DeepStream(tracked=tracked), _messages)


def read_onvif(path: str | Path, frame: Size | None, camera: str | None = None) -> EventFile:
    """A file of ONVIF metadata: a stream, or documents one after the other.

    Args:
        path: The file.
        frame: Width and height of the picture; boxes are in fractions of it.
        camera: The camera's name; without it the file's name less its ending.

    Raises:
        DataError: It cannot be read, it is no ONVIF metadata, no frame can be used, or `frame` is not said.
    """
    if frame is None:
        raise DataError(
            "its boxes are in fractions of the picture, whose size is not known",
            where=str(path),
            fix="give the camera's scene, or frame=(1280, 720)",
        )
    return _read(path, lambda _: Onvif(camera or Path(path).stem, frame, name=str(path)), _pieces)


def _read(path: str | Path, make: Callable[[bool], Any], walk: Callable[[str | Path, Any], Looks]) -> EventFile:
    """Go over a file once, to know what it holds.

    Raises:
        DataError: No look comes of it.
    """
    feed, name = make(True), str(path)
    refused: list[Refused] = []
    at = [0]
    feed.on_refusal = lambda refusal: refused.append(Refused(at[0], str(refusal)))
    cameras: dict[str, None] = {}
    columns: dict[str, None] = {}
    times: list[int] = []
    looks, right, bottom = 0, 0.0, 0.0
    for line, tables in walk(path, feed):
        at[0] = line
        for table in tables:
            looks += 1
            cameras.update(dict.fromkeys(table.cameras))
            columns.update(dict.fromkeys(table.extra))
            time = int(table.times[0])
            times = [min(times[0], time), max(times[1], time)] if times else [time, time]
            if len(table):
                right, bottom = (
                    max(a, float(b)) for a, b in zip((right, bottom), table.boxes[:, 2:].max(0), strict=True)
                )
    notes = refusals(name, refused, looks)
    if not times:
        raise DataError("holds no message that is a look", where=name, fix="check that it was written to its end")
    if isinstance(feed, Onvif) and not feed.whole:
        notes.append("it ends within a document; it may be cut off")
    tracked = feed.tracked > 0 or not feed.untracked
    if tracked and feed.untracked:
        notes.append(f"{count(feed.untracked, 'box', 'boxes')} not tracked beside tracked ones, left out")
    return EventFile(
        name=name,
        cameras=tuple(cameras),
        tracked=tracked,
        frame_count=looks,
        start=times[0],
        end=times[1],
        extent=(right, bottom),
        columns=tuple(columns),
        notes=tuple(notes),
        refused=tuple(refused),
        again=lambda: (table for _, tables in walk(path, make(tracked)) for table in tables),
    )


def _messages(path: str | Path, feed: Feed[Any]) -> Looks:
    """A file of JSON, message by message. The HTTP API's list of events begins with the last; they are sorted."""
    values = records(path)
    first = next(values)
    values = chain([first], values)
    if is_event(first[1]) and isinstance(first[1], Mapping) and "type" not in first[1] and "payload" not in first[1]:
        values = iter(sorted(values, key=lambda pair: _start(pair[1])))
    for line, value in values:
        yield line, []  # what is refused stands in this line
        try:
            if isinstance(value, Refusal):
                raise value
            yield line, feed.take(value)
        except Refusal as refusal:
            feed.refuse(refusal)
        except DataError as error:
            raise DataError(error.message, where=f"{path}:{line}", fix=error.fix) from None
    yield 0, feed.flush()


def _start(event: object) -> float:
    start = event.get("start_time") if isinstance(event, Mapping) else None
    return float(start) if isinstance(start, int | float) and math.isfinite(start) else math.inf


def _pieces(path: str | Path, feed: Onvif) -> Looks:
    try:
        with Path(path).open("rb") as file:
            while piece := file.read(BLOCK):
                yield 0, feed.feed(piece)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from None
    yield 0, feed.flush()
