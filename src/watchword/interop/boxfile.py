"""A file of boxes, read whole: what detectors and trackers wrote down, one row a box, as ticks with their time.

`watchword.interop.mot.read` is the entry; MOTChallenge text and CSV with a header both end here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import REST_SINCE, Detections
from watchword.errors import DataError
from watchword.tracks import Id, Tracks
from watchword.units import SECOND

MAX_FRAME = 10_000_000
"""Frame numbers beyond this are refused: four days at thirty a second, and likely a time or a fault."""


@attrs.frozen
class Refused:
    """A row that was left out: the line it stands in, from 1, and why."""

    line: int
    reason: str


@attrs.frozen
class Row:
    """A box of a file. `time` in nanoseconds; `box` left, top, right, bottom."""

    time: int
    camera: str
    id: Id
    box: tuple[float, float, float, float]
    label: str
    score: float
    seen: bool = True
    extra: tuple[float | int, ...] = ()


def _rows(given: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(sorted(given, key=lambda row: row.time))


@attrs.frozen(eq=False, kw_only=True)
class BoxFile:
    """A file of detections or tracks.

    Attributes:
        name: The file.
        cameras: Whose boxes it holds.
        tracked: Whether its boxes have numbers: `ticks` gives `Tracks`, else `Detections`.
        looks: (time in nanoseconds, camera) of every look, in order; one without rows saw nothing.
        rows: In order of time.
        columns: Names of the further columns of the rows.
        refused: Rows left out.
        notes: What a person should know about how it was read, a sentence each.
    """

    name: str
    cameras: tuple[str, ...]
    tracked: bool
    looks: Sequence[tuple[int, str]]
    rows: tuple[Row, ...] = attrs.field(converter=_rows)
    columns: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frame_count(self) -> int:
        """How many looks of cameras it holds."""
        return len(self.looks)

    @property
    def extent(self) -> tuple[float, float]:
        """Right and bottom of all its boxes; 0 where there are none."""
        return max((row.box[2] for row in self.rows), default=0.0), max((row.box[3] for row in self.rows), default=0.0)

    @property
    def duration(self) -> int:
        """Nanoseconds from its first look to its last."""
        return self.looks[-1][0] - self.looks[0][0] if self.looks else 0

    def ticks(self) -> Iterator[Detections] | Iterator[Tracks]:
        """Its looks in order of time, those of one time in one table."""
        return self._tracks() if self.tracked else self._detections()

    def _tracks(self) -> Iterator[Tracks]:
        for looks in self._grouped():
            yield Tracks.join(
                [
                    Tracks.of(camera, time, ids=[r.id for r in rows], seen=[r.seen for r in rows], **self._shared(rows))
                    for time, camera, rows in looks
                ]
            )

    def _detections(self) -> Iterator[Detections]:
        for looks in self._grouped():
            yield Detections.join([Detections.of(camera, time, **self._shared(rows)) for time, camera, rows in looks])

    def _grouped(self) -> Iterator[list[tuple[int, str, list[Row]]]]:
        at = 0
        group: list[tuple[int, str, list[Row]]] = []
        rows: list[Row] = []
        for time, camera in self.looks:
            if not group or time != group[0][0]:
                if group:
                    yield group
                start = at
                while at < len(self.rows) and self.rows[at].time == time:
                    at += 1
                rows = list(self.rows[start:at])
                group = []
            group.append((time, camera, [row for row in rows if row.camera == camera]))
        if group:
            yield group

    def _shared(self, rows: Sequence[Row]) -> dict[str, Any]:
        extra: dict[str, NDArray[Any]] = {
            name: np.array([row.extra[k] for row in rows], np.int64 if name == REST_SINCE.name else np.float64)
            for k, name in enumerate(self.columns)
        }
        return {
            "boxes": [row.box for row in rows],
            "labels": [row.label for row in rows],
            "scores": [row.score for row in rows],
            **extra,
        }


def lines(path: str | Path) -> list[str]:
    """The lines of a text file.

    Raises:
        DataError: It is not there, cannot be read, is empty, or is no text.
    """
    where = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=where, fix="check the path and its rights") from None
    if not data.strip():
        raise DataError("the file is empty", where=where, fix="check that it was written to its end")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        fix = "give MOTChallenge text (frame,id,left,top,width,height,score) or CSV with a header"
        raise DataError("is no text", where=where, fix=fix)
    return text.splitlines()


def number(what: str, text: str) -> float:
    """A finite number.

    Raises:
        ValueError: With the reason, in words.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"{what} is empty")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what} is `{text[:20]}`, no number") from None
    if not np.isfinite(value):
        raise ValueError(f"{what} is {'not a number' if np.isnan(value) else 'infinite'}")
    return value


def whole(what: str, text: str) -> int:
    """A whole number, however long.

    Raises:
        ValueError: With the reason, in words.
    """
    try:
        return int(text)
    except ValueError:
        value = number(what, text)
    if value != int(value) or abs(value) >= 2**53:
        raise ValueError(f"{what} is {text.strip()}, no whole number")
    return int(value)


def box(left: str, top: str, width: str, height: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom.

    Raises:
        ValueError: With the reason, in words.
    """
    x, y = number("left", left), number("top", top)
    w, h = number("width", width), number("height", height)
    for what, value in (("width", w), ("height", h)):
        if value <= 0:
            raise ValueError(f"{what} is {value:g}")
    if not np.isfinite(x + w) or not np.isfinite(y + h) or x + w <= x or y + h <= y:
        raise ValueError("the box has no area that numbers can hold")
    return x, y, x + w, y + h


def time_of(frame: int, fps: float) -> int:
    """Nanoseconds of a frame counted from 0."""
    return round(frame * SECOND / fps)


def check_rate(where: str, fps: float) -> float:
    """A rate that can be one.

    Raises:
        DataError: It is not over 0, or no number.
    """
    if not 0 < fps < 100_000:
        raise DataError(f"fps is {fps}", where=where, fix="give frames a second, such as 25 or 29.97")
    return float(fps)


def count(n: int, one: str, many: str = "") -> str:
    """`1 row`, `7 rows`."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def refusals(name: str, refused: Sequence[Refused], kept: int) -> list[str]:
    """A note of the rows refused, if there are any.

    Raises:
        DataError: Rows were refused and none is left.
    """
    if not refused:
        return []
    first = refused[0]
    if not kept:
        raise DataError(
            f"none of its rows can be used; the first: {first.reason}",
            where=f"{name}:{first.line}",
            fix="rows are frame,id,left,top,width,height,score, or as a header says",
        )
    listed = ", ".join(str(r.line) for r in refused[:10]) + (" …" if len(refused) > 10 else "")
    lines = "line" if len(refused) == 1 else "lines"
    return [f"{count(len(refused), 'row')} refused, {lines} {listed}: {'; '.join(dict.fromkeys(_reasons(refused)))}"]


def _reasons(refused: Sequence[Refused]) -> list[str]:
    reasons = list(dict.fromkeys(r.reason for r in refused))
    return [*reasons[:5], "…"] if len(reasons) > 5 else reasons
