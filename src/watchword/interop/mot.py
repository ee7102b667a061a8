"""MOTChallenge text: `frame,id,left,top,width,height,score,…`, frames from 1, read and written.

Source: A. Milan et al., "MOT16: a benchmark for multi-object tracking", 2016, section 5 (layout and class numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from itertools import pairwise
from pathlib import Path
from typing import TextIO

import attrs

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop import boxcsv
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
from watchword.tracks import UNTRACKED, Tracks
from watchword.units import SECOND

CLASSES = {1: "person", 2: "person", 3: "car", 4: "bicycle", 5: "motorcycle", 6: "vehicle", 7: "person"}
"""Labels of MOT16's class numbers. 8 to 13 (distractors, occluders, reflections, crowds) are no single things."""
LAST_CLASS = 13


@attrs.frozen
class _Line:
    frame: int
    id: int
    box: tuple[float, float, float, float]
    score: float
    kind: str  # the class column, where there are nine


def read(path: str | Path, fps: float | None = None, *, camera: str | None = None, label: str | None = None) -> BoxFile:
    """Read a file of boxes: MOTChallenge text, or CSV with a header (see `watchword.interop.boxcsv`).

    Frame k is at round((k − 1) · 10⁹ / fps) nanoseconds; a file that counts from 0 is read so, with a note. Every frame
    from the first that could be to the last with a row is a look, with rows or without. A row that cannot be used is
    refused and the others are kept. The id -1 means "not tracked"; a file with no other holds detections.

    Args:
        path: The file. Columns are parted by commas, semicolons or blanks.
        fps: Frames a second. Without it, that of a `seqinfo.ini` beside the file or a folder above.
        camera: The camera's name; without it the file's name less its ending.
        label: What the boxes are. Without it the class numbers tell, where the file has them (nine columns, as MOT16
            ground truth), and else they are persons.

    Raises:
        DataError: No file, no text, another layout, no row that can be used, or no rate.
    """
    name = str(path)
    text = lines(path)
    at = next(k for k, line in enumerate(text) if line.strip() and not line.startswith("#"))
    parts = _splitter(text[at])
    first = parts(text[at])
    if boxcsv.is_header(first):
        return boxcsv.read(path, fps, camera=camera, label=label)
    if len(first) < 6:
        raise DataError(
            f"{count(len(first), 'column')}, it has to be six or more",
            where=f"{name}:{at + 1}",
            fix="rows are frame,id,left,top,width,height,score",
        )
    notes: list[str] = []
    if fps is None:
        fps, note = _sequence_rate(Path(path))
        notes.append(note)
    rate = check_rate(name, fps)
    rows, refused = _rows(text, parts)
    notes += refusals(name, refused, len(rows))
    if any(a.frame > b.frame for a, b in pairwise(rows)):
        notes.append("its rows are not in the order of frames; they were sorted")
    base = 1
    if rows and min(row.frame for row in rows) == 0:
        base = 0
        notes.append("it counts frames from 0, not from 1; its frame 0 is at 0 s")
    frames = max(row.frame for row in rows) - base + 1
    rows, labels, more = _meanings(rows, label)
    times = [time_of(k, rate) for k in range(frames)]
    camera = camera or Path(path).stem
    return BoxFile(
        name=name,
        cameras=(camera,),
        tracked=any(row.id not in UNTRACKED for row in rows),
        looks=[(time, camera) for time in times],
        rows=[
            Row(times[row.frame - base], camera, row.id, row.box, kind, 1.0 if row.score == -1 else row.score)
            for row, kind in zip(rows, labels, strict=True)
        ],
        refused=tuple(refused),
        notes=(*notes, *more),
    )


def _splitter(line: str) -> Callable[[str], list[str]]:
    mark = next((mark for mark in ",;" if mark in line), None)
    return lambda text: text.split(mark)


def _rows(text: Sequence[str], parts: Callable[[str], list[str]]) -> tuple[list[_Line], list[Refused]]:
    rows: list[_Line] = []
    refused: list[Refused] = []
    met: set[tuple[int, int]] = set()
    for at, line in enumerate(text, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in parts(line)]
        try:
            if len(fields) < 6:
                raise ValueError(f"{count(len(fields), 'column')}, it has to be six or more")
            frame, ident = whole("frame", fields[0]), whole("id", fields[1])
            if not 0 <= frame <= MAX_FRAME:
                raise ValueError(f"frame is {frame}, it has to be 0 to {MAX_FRAME}")
            if ident not in UNTRACKED and not 0 <= ident < 2**64:
                raise ValueError(f"id is {ident}, it has to be 0 to 2^64 − 1, or -1 for not tracked")
            if (frame, ident) in met:
                raise ValueError(f"id {ident} is in frame {frame} already")
            score = number("score", fields[6]) if len(fields) > 6 else 1.0
            rows.append(_Line(frame, ident, box(*fields[2:6]), score, fields[7] if len(fields) == 9 else ""))
            if ident not in UNTRACKED:
                met.add((frame, ident))
        except ValueError as error:
            refused.append(Refused(at, str(error)))
    return rows, refused


def _meanings(rows: list[_Line], label: str | None) -> tuple[list[_Line], list[str], list[str]]:
    """The rows that are things, their labels, and notes."""
    notes = []
    scores = {row.score for row in rows}
    tracked = any(row.id not in UNTRACKED for row in rows)
    if scores == {0.0, 1.0} and tracked:
        considered = [row for row in rows if row.score]
        notes.append(f"{count(len(rows) - len(considered), 'row')} left out: flagged as not to be considered")
        rows = considered
    elif any(score > 1 or (score < 0 and score != -1) for score in scores):
        notes.append("some scores are not from 0 to 1; they were cut to that")
    if tracked and (loose := sum(row.id in UNTRACKED for row in rows)):
        notes.append(f"{count(loose, 'row')} not tracked (id -1) beside tracked ones, left out")
    if label is not None or not all(re.fullmatch(r"\d+", row.kind) for row in rows):
        return rows, [label or "person"] * len(rows), notes
    if not all(1 <= int(row.kind) <= LAST_CLASS for row in rows):
        return rows, ["person"] * len(rows), notes
    things = [row for row in rows if int(row.kind) in CLASSES]
    if len(things) < len(rows):
        notes.append(f"{count(len(rows) - len(things), 'row')} of classes left out that are no single things")
    return things, [CLASSES[int(row.kind)] for row in things], notes


def _sequence_rate(path: Path) -> tuple[float, str]:
    """The rate in the `seqinfo.ini` of a sequence's folder, and a note of it.

    Raises:
        DataError: There is none.
    """
    for folder in (path.parent, path.parent.parent):
        told = ConfigParser()
        try:
            if told.read(folder / "seqinfo.ini", "utf-8"):
                rate = told.getfloat("Sequence", "frameRate")
                return rate, f"{rate:g} frames a second, as its seqinfo.ini says"
        except (ConfigError, ValueError, OSError):
            continue
    raise DataError("it has frames but no times", where=str(path), fix="say how many frames a second: fps=25")


class MotWriter(Writer):
    """Writes ticks of one camera as MOTChallenge text, a row a box, as they come.

    Rows are `frame,id,left,top,width,height,score,-1,-1,-1`; detections have the id -1. Labels, and whether a row was
    seen, have no place in this layout; `watchword.interop.boxcsv.CsvWriter` keeps them.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.
        fps: Frames a second: a look's frame is then told from its time since the first look. Without it each look is
            the next frame.

    Raises:
        DataError: The file cannot be opened.
    """

    def __init__(self, target: str | Path | TextIO, fps: float | None = None) -> None:
        super().__init__(target)
        self._fps = None if fps is None else check_rate("fps", fps)
        self._start: int | None = None
        self._frame = 0

    def write(self, table: Tracks | Detections) -> None:
        """Write a tick.

        Raises:
            DataError: More than one camera, an id that is text, or a second look within one frame.
        """
        if len(table.cameras) != 1:
            raise DataError(f"{len(table.cameras)} cameras in one tick", fix="write table.at(camera), a file a camera")
        time = int(table.times[0])
        if self._start is None:
            self._start = time
        frame = self._frame + 1
        if self._fps is not None:
            frame = round((time - self._start) * self._fps / SECOND) + 1
            if frame <= self._frame:
                raise DataError(
                    f"the look at {time} ns falls on frame {frame}, which is written", fix="give a higher fps, or none"
                )
        self._frame = frame
        ids = table.ids.tolist() if isinstance(table, Tracks) else [-1] * len(table)
        for ident, (left, top, right, bottom), score in zip(
            ids, table.boxes.tolist(), table.scores.tolist(), strict=True
        ):
            if not isinstance(ident, int):
                raise DataError(f"the id `{ident}` is text", fix="MOTChallenge ids are numbers; write CSV instead")
            self._file.write(
                f"{frame},{ident},{left:.3f},{top:.3f},{right - left:.3f},{bottom - top:.3f},{score:.6g},-1,-1,-1\n"
            )
