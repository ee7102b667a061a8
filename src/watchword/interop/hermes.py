"""HERMES and other experiments of the Jülich archive: rows of `id frame x y z`, of one person after the other.

Lengths are centimetres and 16 frames a second, where a comment at the head does not say otherwise (`# framerate: 25`,
`# id frame x/m y/m z/m`). Source: Forschungszentrum Jülich, pedestrian dynamics data archive; the HERMES experiments of
2009 (J. Zhang, W. Klingsch, A. Schadschneider, A. Seyfried, "Transitions in pedestrian fundamental diagrams of straight
corridors and T-junctions", J. Stat. Mech. 2011).
"""

from __future__ import annotations

import re
from pathlib import Path

from watchword.interop.boxfile import BoxFile, lines, number, whole
from watchword.interop.places import Place, columns, read_rows, tracked
from watchword.scene import Scene

FPS = 16.0


def read(path: str | Path, fps: float | None = None, *, camera: str | None = None) -> tuple[Scene, BoxFile]:
    """Read the paths of an experiment, drawn to scale from above. Frame k is at k / fps seconds.

    Args:
        path: The file.
        fps: Frames a second; where not given what the head says, else 16.
        camera: The camera's name; without it the file's name less its ending.

    Returns:
        A scene of view "overhead" with a calibrated ground, and the tracks (`.ticks()`).

    Raises:
        DataError: No file, no text, or no row that can be used.
    """
    head = "\n".join(text for text in lines(path)[:50] if text.startswith("#")).lower()
    rate = re.search(r"frame ?rate\D{0,10}([\d.]+)", head)
    metre = 1.0 if re.search(r"\bx\s*(/\s*m\b|\[m\]|\(m\)|in m\b)", head) else 0.01
    if fps is None:
        fps = float(rate[1].rstrip(".")) if rate else FPS

    def place(fields: list[str]) -> Place:
        columns(fields, 4)
        x, y = number("x", fields[2]) * metre, number("y", fields[3]) * metre
        return Place(whole("frame", fields[1]), whole("id", fields[0]), x, y)

    rows, refused = read_rows(path, place)
    return tracked(path, rows, refused, fps, camera)
