"""The Edinburgh Informatics Forum: a day of people crossing a hall, seen from straight above.

The file is MATLAB-like text: `TRACK.R1=[[x y t];[x y t];…];` for each person, x and y the centre in pixels of a picture
of 640×480, t the frame. Source: B. Majecka, "Statistical models of pedestrian behaviour in the Forum", MSc thesis,
University of Edinburgh 2009; about nine frames a second, 24.7 mm a pixel.
"""

from __future__ import annotations

import re
from pathlib import Path

from watchword.errors import DataError
from watchword.ground import Ground
from watchword.interop.boxfile import MAX_FRAME, BoxFile, Refused, Row, check_rate, lines, refusals, time_of
from watchword.interop.floor import PERSON
from watchword.interop.places import frames
from watchword.scene import Scene

FPS = 9.0
METRE = 0.0247
"""Metres a pixel."""
FRAME = (640, 480)
TRACK = re.compile(r"TRACK\.R(\d+)\s*=\s*\[(.*?)\]\s*;?\s*$")
POINT = re.compile(r"\[\s*(-?[\d.]+)[\s,]+(-?[\d.]+)[\s,]+(\d+)\s*\]")


def read(path: str | Path, fps: float = FPS, *, camera: str | None = None) -> tuple[Scene, BoxFile]:
    """Read a day of tracks. Frame k is at k / fps seconds; every frame from the first to the last is a look.

    Args:
        path: The file.
        fps: Frames a second.
        camera: The camera's name; without it the file's name less its ending.

    Returns:
        A scene of view "overhead" with a calibrated ground, and the tracks (`.ticks()`).

    Raises:
        DataError: No file, no text, or no track that can be used.
    """
    name, rate = str(path), check_rate(str(path), fps)
    camera = camera or Path(path).stem
    rows: list[tuple[int, int, float, float]] = []
    refused: list[Refused] = []
    met: set[tuple[int, int]] = set()
    for at, text in enumerate(lines(path), 1):
        if "TRACK" not in text:
            continue
        track = TRACK.search(text.strip())
        if track is None:
            refused.append(Refused(at, "a track that is cut off"))
            continue
        ident, points = int(track[1]), POINT.findall(track[2] + "]")
        if not points:
            refused.append(Refused(at, "a track without points"))
        for x, y, t in points:
            frame = int(t)
            if frame > MAX_FRAME or (frame, ident) in met:
                why = "one track twice in a frame" if frame <= MAX_FRAME else f"a frame beyond {MAX_FRAME}"
                refused.append(Refused(at, why))
                continue
            met.add((frame, ident))
            rows.append((frame, ident, float(x), float(y)))
    if not rows and not refused:
        raise DataError("holds no tracks", where=name, fix="rows are TRACK.R1=[[x y t];[x y t];…];")
    notes = refusals(name, refused, len(rows))
    w, h = FRAME
    pairs = tuple(((float(x), float(y)), (x * METRE, (h - y) * METRE)) for x in (0, w) for y in (0, h))
    half = PERSON / METRE / 2
    return Scene(frame=FRAME, view="overhead", ground=Ground(pairs=pairs), name=Path(path).stem), BoxFile(
        name=name,
        cameras=(camera,),
        tracked=True,
        looks=[(time_of(frame, rate), camera) for frame in frames(row[0] for row in rows)],
        rows=[
            Row(time_of(frame, rate), camera, ident, (x - half, y - half, x + half, y + half), "person", 1.0)
            for frame, ident, x, y in rows
        ],
        notes=tuple(notes),
        refused=tuple(refused),
    )
