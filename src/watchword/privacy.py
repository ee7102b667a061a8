"""Pictures that say what is done, not who does it: people pixelated, private places blacked out.

**The whole box is pixelated, not its upper part.** A box says where a person is, not where the face is: people bend,
sit, lie, are cut off by the frame, or stand close behind each other in one box; and clothes and build tell who somebody
is to anyone who knows them. What a guard needs, that somebody is there, how tall and where, survives.

**At most ten cells along the longer side.** People stop recognising familiar faces below about sixteen blocks across
the face (Harmon and Julesz, Science 180, 1973; Bachmann, European Journal of Cognitive Psychology 3, 1991). Ten cells
along a box keep below that even where the box holds nothing but a face; of a person standing, the head is one or two
cells. Each cell is the mean of its pixels, so that nothing finer is left in the picture. A film of such pictures tells
more than one of them, as cells move over the face: keep pictures, not films, or mask the place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchword.errors import DataError
from watchword.scene import Zone

Image = NDArray[np.uint8]
CELLS = 10
"""At most so many cells along the longer side of a box."""
SMALLEST = 6
"""No cell is smaller, in pixels."""
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


def mask(image: Image, zones: Iterable[Zone]) -> Image:
    """A copy of the picture with these zones black, so that no detector sees what is in them. Holes stay visible.

    Args:
        image: uint8 (height, width, 3).
        zones: Drawn for a frame of the picture's shape; scaled where its size differs. Borders count as inside.

    Raises:
        DataError: A zone was drawn for a frame of another shape.
    """
    out = image.copy()
    height, width = image.shape[:2]
    for zone in zones:
        scale = (1.0, 1.0)
        if zone.frame is not None:
            scale = (width / zone.frame[0], height / zone.frame[1])
            if abs(scale[0] / scale[1] - 1) > 0.02:
                raise DataError(
                    f"zone {zone.name} is drawn for {zone.frame[0]}×{zone.frame[1]}, the picture is {width}×{height}",
                    fix="draw it on a picture of this camera",
                )
        rings = [np.rint(np.array(ring) * scale).astype(np.int32) for ring in (zone.points, *zone.holes)]
        cover = np.zeros((height, width), np.uint8)
        cv2.fillPoly(cover, rings[:1], 1)
        for hole in rings[1:]:
            cv2.fillPoly(cover, [hole], 0)
            cv2.polylines(cover, [hole], isClosed=True, color=1)
        out[cover > 0] = 0
    return out
