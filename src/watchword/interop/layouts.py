"""Which layout a file of boxes or places has, and reading it: MOTChallenge, CSV, ETH, HERMES, Edinburgh."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from watchword.interop import edinburgh, eth, hermes, mot
from watchword.interop.boxfile import BoxFile, lines
from watchword.scene import Scene

Layout = Literal["boxes", "eth", "hermes", "edinburgh"]


def layout(path: str | Path) -> Layout:
    """What a file holds, by its first rows: "boxes" is MOTChallenge text or CSV, and what is none of the others.

    Raises:
        DataError: It is not there, or no text.
    """
    text = lines(path)
    head = [line for line in text[:200] if line.strip()]
    if any("TRACK.R" in line for line in head):
        return "edinburgh"
    rows = [line.split() for line in head if line[0] not in "#%"][:50]
    if not rows or any(not _numbers(row) for row in rows):
        return "boxes"
    if all(len(row) == 8 and float(row[3]) == float(row[6]) == 0 for row in rows):
        return "eth"  # two columns of heights that are nought; in boxes they would be tops and scores
    return "hermes" if all(len(row) in (4, 5) for row in rows) else "boxes"


def read(path: str | Path, fps: float | None = None, *, camera: str | None = None) -> tuple[Scene | None, BoxFile]:
    """Read a file in the layout that it has.

    Returns:
        The scene that comes with the layout, None for files of boxes; and the boxes.

    Raises:
        DataError: It cannot be read.
    """
    kind = layout(path)
    if kind == "eth":
        return eth.read(path, fps or eth.FPS, camera=camera)
    if kind == "hermes":
        return hermes.read(path, fps, camera=camera)
    if kind == "edinburgh":
        return edinburgh.read(path, fps or edinburgh.FPS, camera=camera)
    return None, mot.read(path, fps, camera=camera)


def _numbers(fields: list[str]) -> bool:
    try:
        return bool([float(field) for field in fields])
    except ValueError:
        return False
