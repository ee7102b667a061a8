"""ETH walking people: `obsmat.txt`, rows of `frame id x z y vx vz vy` in metres and metres a second.

Source: S. Pellegrini, A. Ess, K. Schindler, L. van Gool, "You'll never walk alone: modeling social behavior for
multi-target tracking", ICCV 2009, and the README of its data (BIWI Walking Pedestrians).
"""

from __future__ import annotations

from pathlib import Path

from watchword.interop.boxfile import BoxFile, number, whole
from watchword.interop.places import Place, columns, read_rows, tracked
from watchword.scene import Scene

FPS = 25.0


def read(path: str | Path, fps: float = FPS, *, camera: str | None = None) -> tuple[Scene, BoxFile]:
    """Read an `obsmat.txt`: where people are on the ground, drawn to scale from above.

    Frame k is at k / fps seconds. The velocities in the file are left out: they are worked out from places.

    Args:
        path: The file.
        fps: Frames a second; the files count frames of film at 25, and hold every tenth or so.
        camera: The camera's name; without it the file's name less its ending.

    Returns:
        A scene of view "overhead" with a calibrated ground, and the tracks (`.ticks()`).

    Raises:
        DataError: No file, no text, or no row that can be used.
    """
    rows, refused = read_rows(path, _place)
    return tracked(path, rows, refused, fps, camera)


def _place(fields: list[str]) -> Place:
    columns(fields, 8)
    frame, ident = whole("frame", fields[0]), whole("id", fields[1])
    return Place(frame, ident, number("x", fields[2]), number("y", fields[4]))
