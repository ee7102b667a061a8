"""A frame cut into overlapping tiles, so that small things are large enough for a model to see."""

from __future__ import annotations

import numpy as np

from watchword.boxes import Bools, Boxes

Tile = tuple[int, int, int, int]
OVERLAP = 0.2
"""Share of a tile that it has in common with the next: what stands on an edge is whole in one of them."""
EDGE = 3.0
"""Px from a tile's edge at which a box may be cut off by it."""


def cut(size: tuple[int, int], across: int, down: int) -> list[Tile]:
    """The whole frame, and tiles of equal size that cover it: left, top, right, bottom, px."""
    found = [(0, 0, *size)]
    if across * down < 2:
        return found
    steps = []
    for length, count in zip(size, (across, down), strict=True):
        each = length / (1 + (count - 1) * (1 - OVERLAP))
        starts = [round(k * each * (1 - OVERLAP)) for k in range(count)]
        steps.append([(start, min(length, round(start + each))) for start in starts])
    return found + [(left, top, right, bottom) for top, bottom in steps[1] for left, right in steps[0]]


def cuts(boxes: Boxes, tile: Tile, size: tuple[int, int]) -> Bools:
    """Which boxes, in px of the frame, end at an edge of the tile that is no edge of the frame: bool (n,)."""
    left, top, right, bottom = tile
    return np.asarray(
        ((left > 0) & (boxes[:, 0] < left + EDGE))
        | ((top > 0) & (boxes[:, 1] < top + EDGE))
        | ((right < size[0]) & (boxes[:, 2] > right - EDGE))
        | ((bottom < size[1]) & (boxes[:, 3] > bottom - EDGE))
    )
