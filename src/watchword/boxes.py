"""Functions on boxes: arrays of shape (n, 4), float64, columns left, top, right, bottom in pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def sizes(boxes: Boxes) -> tuple[Floats, Floats]:
    """Widths and heights, each of shape (n,)."""
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def areas(boxes: Boxes) -> Floats:
    """Areas in px², shape (n,)."""
    w, h = sizes(boxes)
    return w * h


def bottoms(boxes: Boxes) -> Floats:
    """Bottom centres, shape (n, 2): where a thing that stands on the ground is."""
    at = np.empty((len(boxes), 2))
    np.add(boxes[:, 0], boxes[:, 2], out=at[:, 0])
    at[:, 0] /= 2
    at[:, 1] = boxes[:, 3]
    return at


def centres(boxes: Boxes) -> Floats:
    """Centres, shape (n, 2)."""
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def intersections(a: Boxes, b: Boxes) -> Floats:
    """Shared area of each box of `a` with each of `b`, px², shape (len(a), len(b))."""
    # across and down apart: one array of both is four times slower
    w: Floats = np.minimum(a[:, None, 2], b[:, 2]) - np.maximum(a[:, None, 0], b[:, 0])
    h: Floats = np.minimum(a[:, None, 3], b[:, 3]) - np.maximum(a[:, None, 1], b[:, 1])
    return np.maximum(w, 0.0, out=w) * np.maximum(h, 0.0, out=h)


def iou(a: Boxes, b: Boxes) -> Floats:
    """Intersection over union of each box of `a` with each of `b`, shape (len(a), len(b))."""
    inter = intersections(a, b)
    union = areas(a)[:, None] + areas(b)[None, :] - inter
    return np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)


def faults(boxes: Boxes) -> tuple[Bools, Bools]:
    """Which boxes cannot be used: not finite, and finite but turned inside out or of no area. Each of shape (n,)."""
    infinite: Bools = np.logical_not(np.isfinite(boxes).all(axis=1))
    with np.errstate(invalid="ignore"):
        flat = ~infinite & ~((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    return infinite, flat
