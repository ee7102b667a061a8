"""Boxes as CSV with a header: what MOTChallenge text has no place for, labels, times, cameras, further columns.

::

    second,camera,id,label,left,top,width,height,score,seen
    0.2,hall,3,person,104,200,50,120,0.91,1
    0.4,hall,,,,,,,,

`second` (or `frame`, with a rate), `left`, `top`, and `width`, `height` (or `right`, `bottom`) have to be there. A row
without a box says that the camera looked and saw nothing; a second without a row is no look at all. Any other column
is a further column of numbers, empty where not known.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import TextIO

import attrs

from watchword.detections import MEMBERS, NEVER, REST_SINCE, Detections, check_column_name
from watchword.errors import DataError
from watchword.interop.boxfile import (
    MAX_FRAME,
    BoxFile,
    Refused,
    Row,
    box,
    check_rate,
    count,
    lines,
    number,
    refusals,
    time_of,
    whole,
)
from watchword.interop.writer import Writer
from watchword.tracks import UNTRACKED, Id, Tracks
from watchword.units import SECOND

KNOWN = (
    "second", "frame", "camera", "id", "label", "left", "top", "width", "height", "right", "bottom", "score", "seen",
)  # fmt: skip
ALIASES = {
    "seconds": "second",
    "track_id": "id",
    "class": "label",
    "conf": "score",
    "confidence": "score",
    **{f"bb_{side}": side for side in ("left", "top", "width", "height")},
    **dict(zip(("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"), strict=True)),
}
"""Names that other programs give these columns."""
PLACES = ("left", "top", "width", "height", "right", "bottom")


def is_header(fields: Sequence[str]) -> bool:
    """Whether a file's first row names its columns: most of them are words, no numbers."""
    words = [re.fullmatch(r"[A-Za-z_]\w*", f.strip()) is not None and not _is_number(f) for f in fields]
    return sum(words) * 2 > len(words)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read(path: str | Path, fps: float | None = None, *, camera: str | None = None, label: str | None = None) -> BoxFile:
    """Read a CSV file with a header. A row that cannot be used is refused and the others are kept.

    Args:
        path: The file.
        fps: Frames a second, for a file that has `frame` and no `second`; its frames count from 1, or from 0 if there
            is a 0, and those between are looks.
        camera: The camera's name, for a file without that column; without it the file's name less its ending.
        label: What boxes are, for rows that do not say; `person` without it.

    Raises:
        DataError: No file, no text, a column that is missing, twice there or not taken, no row that can be used.
    """
    name = str(path)
    text = lines(path)
    named = (field.strip().lower() for field in next(csv.reader(text[:1])))
    head = [ALIASES.get(field, field) for field in named]
    extra = _check_header(name, head)
    timed = "second" in head
    rate = 0.0
    if not timed:
        if fps is None:
            raise DataError("it has frames but no times", where=name, fix="say how many frames a second: fps=25")
        rate = check_rate(name, fps)
    usual = camera or Path(path).stem
    looks: set[tuple[int, str]] = set()  # times, or frames where there are none
    rows: list[Row] = []
    refused: list[Refused] = []
    met: set[tuple[int, str, Id]] = set()
    reader = csv.reader(text)
    next(reader)
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        try:
            if len(fields) != len(head):
                raise ValueError(f"{count(len(fields), 'column')}, the header has {len(head)}")
            cells = dict(zip(head, (field.strip() for field in fields), strict=True))
            when = _second(cells["second"]) if timed else _frame(cells["frame"])
            where = cells.get("camera") or usual
            if any(cells.get(place) for place in PLACES):
                row = _row(cells, when, where, label or "person", extra)
                if (when, where, row.id) in met:
                    raise ValueError(f"id {row.id} is at this time already")
                rows.append(row)
                if row.id not in UNTRACKED:
                    met.add((when, where, row.id))
            looks.add((when, where))
        except ValueError as error:
            refused.append(Refused(reader.line_num, str(error)))
    notes = refusals(name, refused, len(looks))
    if any(a.time > b.time for a, b in pairwise(rows)):
        notes.append("its rows are not in the order of time; they were sorted")
    tracked = any(row.id not in UNTRACKED for row in rows)
    if tracked and (loose := sum(row.id in UNTRACKED for row in rows)):
        notes.append(f"{count(loose, 'row')} without an id beside tracked ones, left out")
    if not timed and looks:
        looks, rows, more = _timed(looks, rows, rate)
        notes += more
    return BoxFile(
        name=name,
        cameras=tuple(dict.fromkeys(where for _, where in sorted(looks))),
        tracked=tracked,
        looks=sorted(looks),
        rows=rows,
        columns=extra,
        refused=tuple(refused),
        notes=tuple(notes),
    )


def _check_header(name: str, head: Sequence[str]) -> tuple[str, ...]:
    """The names of further columns.

    Raises:
        DataError: A column is missing, twice there, or not taken.
    """
    where = f"{name}:1"
    for column in head:
        if head.count(column) > 1:
            raise DataError(f"two columns are called `{column}`", where=where, fix="give each its own name")
    if "second" not in head and "frame" not in head:
        raise DataError("there is neither a column `second` nor `frame`", where=where, fix="say when each row was seen")
    for one, other in (("left", "left"), ("top", "top"), ("width", "right"), ("height", "bottom")):
        if one not in head and other not in head:
            either = f"`{one}`" if one == other else f"`{one}` or `{other}`"
            raise DataError(f"there is no column {either}", where=where, fix="boxes need left, top, width, height")
    extra = tuple(column for column in head if column not in KNOWN)
    for column in extra:
        try:
            check_column_name(column)
        except DataError as error:
            raise DataError(error.message, where=where, fix=error.fix) from None
    return extra


def _second(text: str) -> int:
    number("second", text)
    try:
        return round(Decimal(text) * SECOND)
    except InvalidOperation:
        raise ValueError(f"second is `{text}`, no number") from None


def _frame(text: str) -> int:
    frame = whole("frame", text)
    if not 0 <= frame <= MAX_FRAME:
        raise ValueError(f"frame is {frame}, it has to be 0 to {MAX_FRAME}")
    return frame


def _row(cells: Mapping[str, str], when: int, where: str, label: str, extra: Sequence[str]) -> Row:
    left, top = number("left", cells["left"]), number("top", cells["top"])
    w = cells["width"] if "width" in cells else str(number("right", cells["right"]) - left)
    h = cells["height"] if "height" in cells else str(number("bottom", cells["bottom"]) - top)
    ident = cells.get("id") or "-1"
    score = cells.get("score")
    return Row(
        time=when,
        camera=where,
        id=_id(ident),
        box=box(cells["left"], cells["top"], w, h),
        label=cells.get("label") or label,
        score=number("score", score) if score else 1.0,
        seen=cells.get("seen", "1").lower() not in ("0", "false", "no"),
        extra=tuple(_value(column, cells[column]) for column in extra),
    )


def _id(text: str) -> Id:
    try:
        ident = int(text)
    except ValueError:
        return text
    if ident not in UNTRACKED and not 0 <= ident < 2**64:
        raise ValueError(f"id is {ident}, it has to be 0 to 2^64 − 1, or -1 for not tracked")
    return ident


def _value(column: str, text: str) -> float | int:
    if column == REST_SINCE.name:
        return whole(column, text) if text else NEVER
    if not text:
        return 1.0 if column == MEMBERS.name else float("nan")
    return number(column, text)


Looks = set[tuple[int, str]]


def _timed(looks: Looks, rows: list[Row], rate: float) -> tuple[Looks, list[Row], list[str]]:
    """Frames as times, every frame up to the last a look of every camera."""
    frames = [frame for frame, _ in looks]
    base = min(1, *frames)
    notes = [] if base else ["it counts frames from 0, not from 1; its frame 0 is at 0 s"]
    cameras = {camera for _, camera in looks}
    times = [time_of(k, rate) for k in range(max(frames) - base + 1)]
    moved = [attrs.evolve(row, time=times[row.time - base]) for row in rows]
    return {(time, camera) for time in times for camera in cameras}, moved, notes


class CsvWriter(Writer):
    """Writes ticks as CSV with a header, a row a box, as they come; a look that saw nothing is a row without a box.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.
        columns: Names of the further columns to write; a table without one leaves it empty.

    Raises:
        DataError: The file cannot be opened.
    """

    def __init__(self, target: str | Path | TextIO, columns: Sequence[str] = ()) -> None:
        super().__init__(target)
        self._columns = tuple(columns)
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(
            ("second", "camera", "id", "label", "left", "top", "width", "height", "score", "seen", *self._columns)
        )

    def write(self, table: Tracks | Detections) -> None:
        """Write a tick."""
        tracks = table if isinstance(table, Tracks) else None
        for k, camera in enumerate(table.cameras):
            second = _show_second(int(table.times[k]))
            rows = table.rows_of(k)
            if rows.start == rows.stop:
                self._writer.writerow((second, camera, *[""] * (8 + len(self._columns))))
            for row in range(rows.start, rows.stop):
                left, top, right, bottom = table.boxes[row].tolist()
                self._writer.writerow(
                    (
                        second,
                        camera,
                        "" if tracks is None else tracks.ids[row],
                        table.label(row),
                        *(f"{value:.3f}" for value in (left, top, right - left, bottom - top)),
                        f"{table.scores[row]:.6g}",
                        1 if tracks is None or tracks.seen[row] else 0,
                        *(_show(table.extra[name][row]) if name in table.extra else "" for name in self._columns),
                    )
                )


def _show_second(time: int) -> str:
    return f"{Decimal(time) / SECOND:f}"


def _show(value: float) -> str:
    if value == NEVER or value != value:
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))
