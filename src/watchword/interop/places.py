"""Rows of where people are on the ground, as a scene and a file of boxes: what the research layouts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import gcd
from pathlib import Path

import attrs
import numpy as np

from watchword.errors import DataError
from watchword.interop.boxfile import (
    MAX_FRAME,
    BoxFile,
    Refused,
    Row,
    check_rate,
    count,
    lines,
    refusals,
    time_of,
)
from watchword.interop.floor import floor, squares
from watchword.scene import Scene

MAX_LOOKS = 5_000_000
"""More looks than this are no recording of a day."""


@attrs.frozen
class Place:
    """Who was where, when: a row of a file, its place in metres."""

    frame: int
    id: int
    x: float
    y: float


def read_rows(path: str | Path, parse: Callable[[list[str]], Place]) -> tuple[list[Place], list[Refused]]:
    """The rows of a text of numbers between blanks; comments begin with `#` or `%`. A row no parser takes is refused.

    Raises:
        DataError: It is no text, or no row can be used.
    """
    rows: list[Place] = []
    refused: list[Refused] = []
    met: set[tuple[int, int]] = set()
    for at, text in enumerate(lines(path), 1):
        fields = text.split()
        if not fields or fields[0][0] in "#%":
            continue
        try:
            row = parse(fields)
            if not 0 <= row.frame <= MAX_FRAME:
                raise ValueError(f"frame is {row.frame}, it has to be 0 to {MAX_FRAME}")
            if row.id < 0:
                raise ValueError(f"id is {row.id}, it has to be 0 or more")
            if (row.frame, row.id) in met:
                raise ValueError(f"id {row.id} is in frame {row.frame} already")
            if max(abs(row.x), abs(row.y)) > 1e5:
                raise ValueError("a place a hundred kilometres away")
        except ValueError as error:
            refused.append(Refused(at, str(error)))
            continue
        met.add((row.frame, row.id))
        rows.append(row)
    return rows, refused


def columns(fields: Sequence[str], least: int) -> None:
    """Refuse a row with too few columns.

    Raises:
        ValueError: With the reason, in words.
    """
    if len(fields) < least:
        raise ValueError(f"{count(len(fields), 'column')}, it has to be {least} or more")


def tracked(
    path: str | Path,
    rows: Sequence[Place],
    refused: Sequence[Refused],
    fps: float,
    camera: str | None,
    notes: Iterable[str] = (),
) -> tuple[Scene, BoxFile]:
    """A floor that holds all places, and the looks: every frame that the file's step between frames comes to.

    Raises:
        DataError: No row is left, or the rate is none.
    """
    name, rate = str(path), check_rate(str(path), fps)
    told = [*notes, *refusals(name, refused, len(rows))]
    if not rows:
        raise DataError("holds no places", where=name, fix="check that it was written to its end")
    at = np.array([(row.x, row.y) for row in rows])
    scene = floor(at, Path(path).stem)
    boxes = squares(scene, at).tolist()
    camera = camera or Path(path).stem
    return scene, BoxFile(
        name=name,
        cameras=(camera,),
        tracked=True,
        looks=[(time_of(frame, rate), camera) for frame in frames(row.frame for row in rows)],
        rows=[
            Row(time_of(row.frame, rate), camera, row.id, (box[0], box[1], box[2], box[3]), "person", 1.0)
            for row, box in zip(rows, boxes, strict=True)
        ],
        notes=tuple(told),
        refused=tuple(refused),
    )


def frames(given: Iterable[int]) -> list[int]:
    """From the first to the last of these by their common step: a frame of it without anybody was a look, too."""
    seen = sorted(set(given))
    if len(seen) < 2:
        return seen
    step = gcd(*(b - a for a, b in pairwise(seen)))
    return list(range(seen[0], seen[-1] + 1, step)) if (seen[-1] - seen[0]) // step < MAX_LOOKS else seen
