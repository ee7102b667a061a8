"""How tall a person is at a place of the picture: told by the scene, or learned from what walks through it.

On flat ground, seen by a camera that stands upright, a person's height in pixels is a linear function of the y of the
feet (Hoiem, Efros, Hebert, *Putting objects in perspective*, IJCV 2008).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from watchword.scene import Scene

Floats = NDArray[np.float64]

ENOUGH = 12
"""Heights that have to be seen before they are believed."""
STRIPS = 16
"""Horizontal strips of the picture that each remember their own heights, so that a busy one does not outvote all."""
KEPT = 40
"""Heights remembered in each strip, the newest."""
LEAST = 0.05
"""No person is smaller than this share of the picture's height."""
STEEPEST = 0.9
"""Height gained by each pixel the feet come nearer: a person's height by the camera's, which hangs higher."""
USUAL = 0.35
"""The slope where nothing is known of it yet: a camera at five metres."""
BELOW = 0.7
"""Weight of a height under the line against one over it: half a person is seen more often than one and a half."""
UPRIGHT = 1.7
"""Metres: a grown person with shoes, in the middle."""


class Perspective:
    """Expected height of a person, in pixels of the frame, by where the feet are.

    Args:
        frame: Width and height of the frames.
        scene: What is known of the camera; its `ground` is used, scaled to the frame.
    """

    def __init__(self, frame: tuple[int, int], scene: Scene | None = None) -> None:
        self._frame = frame
        self._seen = tuple(deque[tuple[float, float]](maxlen=KEPT) for _ in range(STRIPS))
        self._line: tuple[float, float] | None = None
        self._told = False
        self._taught = 0
        ground = scene.ground if scene is not None else None
        if scene is None or ground is None or scene.view == "overhead":
            return
        sy = frame[1] / scene.frame[1]
        points = [(y * sy, h * sy) for _, y, h in ground.heights]
        if len(points) < 2 and len(ground.pairs) >= 4:
            points = _heights_on_ground(ground.pairs, frame, (frame[0] / scene.frame[0], sy))
        if len(points) >= 2 and np.ptp([y for y, _ in points]) > 0.05 * frame[1]:
            y, h = np.array(points).T
            slope, base = np.polyfit(y, h, 1)
            self._line, self._told = (float(slope), float(base)), True
        elif points:
            self._line, self._told = (0.0, float(np.mean([h for _, h in points]))), True

    @property
    def known(self) -> bool:
        """Whether a height can be said at all."""
        return self._line is not None

    def height(self, y: ArrayLike) -> Floats:
        """Expected height (px) of a person whose feet are at y (px). NaN where nothing is known."""
        feet = np.asarray(y, np.float64)
        if self._line is None:
            return np.full(feet.shape, np.nan)
        slope, base = self._line
        return np.clip(slope * feet + base, LEAST * self._frame[1], 1.5 * self._frame[1])

    def guess(self, y: ArrayLike) -> Floats:
        """As `height`, but a guess where nothing is known: the few seen so far, or a third of the picture."""
        if self._line is not None:
            return self.height(y)
        seen = [h for strip in self._seen for _, h in strip]
        typical = float(np.quantile(seen, 0.7)) if len(seen) >= 3 else 0.35 * self._frame[1]
        return np.full(np.asarray(y).shape, typical)

    def teach(self, y: float, height: float) -> None:
        """A single upright person was seen, feet at y (px), so many px tall."""
        if self._told:
            return
        self._seen[min(STRIPS - 1, max(0, int(y / self._frame[1] * STRIPS)))].append((y, height))
        self._taught += 1
        if self._taught >= ENOUGH and (self._taught % 5 == 0 or self._line is None):
            self._fit()

    def _fit(self) -> None:
        """A line through the heights: least squares, ever less weight to what is far from it (Cauchy)."""
        y, h = np.array([pair for strip in self._seen for pair in strip]).T
        tall = self._frame[1]
        middle = float(np.median(y))
        weight = np.ones(len(y))
        slope, base = 0.0, float(np.quantile(h, 0.7))
        for _ in range(8):
            x = (y - middle) / tall
            w = weight.sum()
            xm, hm = (weight * x).sum() / w, (weight * h).sum() / w
            # a slope of its own is believed when feet were seen over a good part of the picture
            doubt = 0.05
            along = (weight * (x - xm) * (h - hm)).sum() + doubt * USUAL * tall
            slope = float(along / ((weight * (x - xm) ** 2).sum() + doubt))
            slope = min(max(0.0, slope), STEEPEST * tall)
            base = float(hm - slope * xm)
            over = h - base - slope * x
            spread = max(0.04 * base, 1.5 * float(np.median(np.abs(over))))
            weight = np.where(over < 0, BELOW, 1.0) / (1 + (over / spread) ** 2)
        self._line = (slope / tall, base - slope / tall * middle)


def _heights_on_ground(
    pairs: tuple[tuple[tuple[float, float], tuple[float, float]], ...],
    frame: tuple[int, int],
    scale: tuple[float, float],
) -> list[tuple[float, float]]:
    """Feet y and height in pixels of people on a calibrated ground: what a step sideways measures, times 1.7 m."""
    image = np.array([p for p, _ in pairs]) * scale
    ground = np.array([g for _, g in pairs])
    h, _ = cv2.findHomography(image, ground, 0)
    if h is None:
        return []
    low, high = image[:, 1].min(), image[:, 1].max()
    x, step, found = image[:, 0].mean(), 0.01 * frame[0], []
    for y in np.linspace(low, high, 9):
        ends = cv2.perspectiveTransform(np.array([[[x - step, y], [x + step, y]]]), h)[0]
        metres = float(np.hypot(*(ends[1] - ends[0])))
        if metres > 1e-6:
            found.append((float(y), 2 * step / metres * UPRIGHT))
    return found
