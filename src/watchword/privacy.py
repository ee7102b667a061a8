"""Pictures that say what is done, not who does it: people pixelated, and what may be somebody.

**The whole box is pixelated, not its upper part.** A box says where a person is, not where the face is: people bend,
sit, lie, are cut off by the frame, or stand close behind each other in one box; and clothes and build tell who somebody
is to anyone who knows them. What a guard needs, that somebody is there, how tall and where, survives.

**At most ten cells along the longer side.** People stop recognising familiar faces below about sixteen blocks across
the face (Harmon and Julesz, Science 180, 1973; Bachmann, European Journal of Cognitive Psychology 3, 1991). Ten cells
along a box keep below that even where the box holds nothing but a face; of a person standing, the head is one or two
cells. Each cell is the mean of its pixels, so that nothing finer is left in the picture. A film of such pictures tells
more than one of them, as cells move over the face: keep pictures, not films, or mask the place.

**What no detector saw may be somebody.** Detectors miss people: half hidden, far off, sitting. So what does not belong
to the place, as it was learned from the frames before, is hidden too, whatever it is (`Standing`). Who wants to be sure
hides all of the picture but what the alert is about (`coarse`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchword.units import SECOND

Image = NDArray[np.uint8]
CELLS = 10
"""At most so many cells along the longer side of a box."""
SMALLEST = 6
"""No cell is smaller, in pixels."""
ACROSS = 64
"""Cells along the longer side of a picture that is hidden as a whole."""
LONG = 240
"""Pixels of the longer side of the small picture by which a place is known."""
APART = 14.0
"""Grey levels from which something does not belong to the place."""
SLOWER = 10
"""How many times slower what differs from a place is learned."""
AROUND = 5
"""Pixels of that picture by which what does not belong is widened, in all."""
BEAT, LEAST, YOUNG, MEMORY = SECOND // 2, SECOND, 10 * SECOND, 60 * SECOND
"""How often a place is learned, how long at least, how long all alike, and for how long it is remembered, ns."""
MARGIN = 0.1
"""Detectors cut off hair and hands: a box is widened by this share of its size to each side, and by two pixels."""


def widened(box: Iterable[float], width: int, height: int) -> tuple[int, int, int, int]:
    """A box with its margin, in whole pixels within the image; of no area where nothing of it lies inside."""
    left, top, right, bottom = (float(v) for v in box)
    if not all(map(math.isfinite, (left, top, right, bottom))) or right <= left or bottom <= top:
        return 0, 0, 0, 0
    x, y = (right - left) * MARGIN + 2, (bottom - top) * MARGIN + 2
    return (
        math.floor(min(max(left - x, 0), width)),
        math.floor(min(max(top - y, 0), height)),
        math.ceil(min(max(right + x, 0), width)),
        math.ceil(min(max(bottom + y, 0), height)),
    )


def pixelate(image: Image, boxes: ArrayLike) -> Image:
    """A copy of the picture in which everything inside these boxes, and a margin around, is a coarse mosaic.

    Args:
        image: uint8 (height, width, 3).
        boxes: (n, 4) left, top, right, bottom in pixels; boxes that are not finite or outside the picture do nothing.
    """
    out = image.copy()
    height, width = image.shape[:2]
    for box in np.asarray(boxes, np.float64).reshape(-1, 4):
        left, top, right, bottom = widened(box, width, height)
        w, h = right - left, bottom - top
        if w < 1 or h < 1:
            continue
        cell = max(SMALLEST, math.ceil(max(w, h) / CELLS))
        cells = (max(1, w // cell), max(1, h // cell))
        region = out[top:bottom, left:right]
        coarse = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
        region[:] = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_NEAREST).reshape(region.shape)
    return out


def coarse(image: Image) -> Image:
    """A copy of the picture in which all is a mosaic that tells the place but nobody in it.

    A face is told apart from sixteen cells on (above); it would have to fill a quarter of the picture.
    """
    height, width = image.shape[:2]
    cell = max(SMALLEST, math.ceil(max(width, height) / ACROSS))
    small = cv2.resize(image, (max(1, width // cell), max(1, height // cell)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8).reshape(
        image.shape
    )


def uncovered(image: Image, clear: Image, boxes: ArrayLike) -> Image:
    """A copy of a mosaic in which these boxes, and two pixels around, are as in the clear picture of the same size."""
    out = image.copy()
    height, width = image.shape[:2]
    for box in np.asarray(boxes, np.float64).reshape(-1, 4):
        if np.isfinite(box).all():
            left, top = (max(0, math.floor(v) - 2) for v in box[:2])
            right, bottom = min(width, math.ceil(box[2]) + 2), min(height, math.ceil(box[3]) + 2)
            out[top:bottom, left:right] = clear[top:bottom, left:right]
    return out


class Standing:
    """What of a view stands still, learned from its frames: all else may be somebody whom no detector saw.

    A small picture of the view is kept as a mean over a minute; what differs from it is learned ten times slower, so
    that it takes somebody who stands still many minutes to become a part of the place.
    """

    def __init__(self) -> None:
        self._mean: NDArray[np.float32] | None = None
        self._began = self._last = 0

    def look(self, time: int, image: Image) -> None:
        """Learn from a frame of this time, ns; twice a second is enough. A clock set back begins anew."""
        passed = time - self._last
        if self._mean is not None and 0 <= passed < BEAT:
            return
        small = _small(image)
        if self._mean is None or self._mean.shape != small.shape or passed < 0:
            self._mean, self._began, self._last = small, time, time
            return
        age = self._last - self._began
        share = np.full(small.shape[:2], passed / (min(age, MEMORY) + passed), np.float32)
        if age > YOUNG:
            share[_differs(small, self._mean)] = passed / (SLOWER * MEMORY + passed)
        self._mean += share[..., None] * (small - self._mean)
        self._last = time

    def others(self, image: Image) -> NDArray[np.bool_]:
        """What does not belong to the place, bool (height, width); all of it where too little is known."""
        height, width = image.shape[:2]
        small = _small(image)
        if self._mean is None or self._mean.shape != small.shape or self._last - self._began < LEAST:
            return np.ones((height, width), np.bool_)
        odd = cv2.dilate(_differs(small, self._mean).astype(np.uint8), np.ones((AROUND, AROUND), np.uint8))
        return np.asarray(cv2.resize(odd, (width, height), interpolation=cv2.INTER_NEAREST) > 0)


def _small(image: Image) -> NDArray[np.float32]:
    """The picture, its longer side `LONG` pixels."""
    height, width = image.shape[:2]
    scale = LONG / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.blur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (3, 3)), np.float32)


def _differs(small: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where a picture is another than the mean, but for how light it is in all; bool (height, width)."""
    light = np.clip(np.median(mean[::4, ::4]) / max(float(np.median(small[::4, ::4])), 1.0), 0.25, 4.0)
    apart: NDArray[np.bool_] = np.abs(small * np.float32(light) - mean).max(axis=2) > APART
    return np.asarray(cv2.morphologyEx(apart.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0)
