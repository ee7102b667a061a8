"""A small rendered room for the tests of detectors: texture, noise, figures that walk, things that lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from watchword.video import Frame

SECOND = 1_000_000_000
TALL = 90


@dataclass
class Room:
    """Draws frames of 360 × 270 pixels: `figures` say where somebody's feet are, `things` what lies where."""

    fps: float = 8.0
    seconds: float = 24.0
    camera: str = "room"
    seed: int = 1
    gain: Callable[[float], float] = lambda t: 1.0
    figures: list[Callable[[float], tuple[float, float] | None]] = field(default_factory=list)
    things: list[Callable[[float], tuple[tuple[int, int, int, int], tuple[int, int, int]] | None]] = field(
        default_factory=list
    )

    def frames(self) -> Iterator[Frame]:
        rng = np.random.default_rng(self.seed)
        wall = cv2.GaussianBlur(rng.random((270, 360, 3)).astype(np.float32), (0, 0), 5)
        wall = 90 + 70 * (wall - wall.min()) / np.ptp(wall)
        grain = rng.normal(0, 1.5, (8, 270, 360, 3)).astype(np.float32)
        for i in range(round(self.seconds * self.fps)):
            t = i / self.fps
            image = wall.copy()
            for thing in self.things:
                if (what := thing(t)) is not None:
                    (x0, y0, x1, y1), colour = what
                    image[y0:y1, x0:x1] = colour
            for k, figure in enumerate(self.figures):
                if (at := figure(t)) is not None:
                    _person(image, at, t, k)
            image = image * np.float32(self.gain(t)) + np.roll(grain[i % 8], i // 8, axis=1)
            yield Frame(self.camera, round(t * SECOND), np.clip(image, 0, 255).astype(np.uint8), i)


def _person(image: np.ndarray, at: tuple[float, float], t: float, k: int) -> None:
    x, y = at
    swing = 8 * np.sin(7 * t) if k % 2 == 0 else 8 * np.sin(7 * t + 2)
    coat, legs = ((40, 30, 150), (30, 25, 20)) if k % 2 == 0 else ((140, 60, 20), (20, 30, 45))
    for side in (-1, 1):
        foot = (round(x + side * swing), round(y))
        cv2.line(image, (round(x), round(y - 42)), foot, legs, 9)
    cv2.ellipse(image, (round(x), round(y - 56)), (13, 24), 0, 0, 360, coat, -1)
    cv2.circle(image, (round(x), round(y - TALL + 8)), 8, (120, 150, 190), -1)


def walk(
    start: tuple[float, float], end: tuple[float, float], begin: float, speed: float = 40.0
) -> Callable[[float], tuple[float, float] | None]:
    """Walks from a point to another and is gone then; speed in px/s."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))

    def at(t: float) -> tuple[float, float] | None:
        share = (t - begin) * speed / length
        if not 0 <= share <= 1:
            return None
        return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

    return at


def bag(
    box: tuple[int, int, int, int], begin: float, end: float = 1e9, colour: tuple[int, int, int] = (35, 30, 30)
) -> Callable[[float], tuple[tuple[int, int, int, int], tuple[int, int, int]] | None]:
    """Lies there from `begin` to `end`."""
    return lambda t: (box, colour) if begin <= t < end else None


def bringer(place: tuple[float, float], at: float) -> Callable[[float], tuple[float, float] | None]:
    """Somebody who comes from the left, is at a place at a time, and walks on to the right."""
    speed = 40.0
    begin = at - (place[0] + 30) / speed
    return walk((-30, place[1]), (400, place[1]), begin, speed)
