"""The imagined station of the docs: half a minute in its hall, as small as it can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from watchword import Frame
from watchword.video import FilmWriter

ROOT = Path(__file__).parents[1]
SCENE, RULES = ROOT / "docs" / "station.json", ROOT / "docs" / "station.watch"
FPS, SECONDS, SIZE = 5, 20, (960, 540)


def pictures(seconds: float = SECONDS, fps: float = FPS) -> list[Frame]:
    """A room; somebody walks through it and leaves a case behind."""
    rng = np.random.default_rng(3)
    room = rng.integers(90, 130, (60, 80)).repeat(9, 0).repeat(12, 1)[..., None].repeat(3, 2).astype(np.uint8)
    coat = rng.integers(0, 2, (110, 40)).repeat(2, 0).repeat(2, 1)[..., None] * 40 + np.array((60, 40, 30))
    found = []
    for k in range(round(seconds * fps)):
        second, image = k / fps, room.copy()
        x = round(130 * (second - 2))
        if second >= 6:
            image[420:480, 480:540] = (30, 30, 170)
        if -80 < x < 960:
            place = image[260:480, max(x, 0) : x + 80]
            place[:] = coat[:, : place.shape[1]]
            image[260:300, max(x, 0) : x + 80] = (150, 160, 190)
        found.append(Frame("hall", round(k * 1e9 / fps), image, k))
    return found


def film(path: Path) -> Path:
    """The same as a film."""
    with FilmWriter(path, FPS, SIZE) as out:
        for frame in pictures():
            out.write(frame.image)
    return path
