"""Of many boxes of one thing, the one with the highest score; within a class, so that no class drowns another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.boxes import Bools, Boxes, Floats

Numbers = NDArray[np.int64]
MOST = 1500
"""Candidates of one picture that are compared, the best first: 300 things, each found five times."""


def suppress(boxes: Boxes, scores: Floats, classes: Numbers, overlap: float) -> Numbers:
    """Which boxes stay, best first: greedy non-maximum suppression in each class, all classes at once.

    A box goes if one of its class with a higher score stays and they share more than `overlap` of their union; of equal
    scores the earlier row stays.

    Args:
        boxes: float64 (n, 4).
        scores: (n,).
        classes: (n,), numbers.
        overlap: Intersection over union, 0 to 1.

    Returns:
        int64 (k,), rows by falling score.
    """
    order = np.argsort(-scores, kind="stable")[:MOST]
    if len(order) < 2:
        return order
    some, kind = boxes[order], classes[order]
    rivals = np.triu((bx.iou(some, some) > overlap) & (kind[:, None] == kind[None, :]), 1)
    # Greedy is the one answer in which a box stays exactly if none that stays beats it; ranks settle from the top.
    keep = np.ones(len(order), bool)
    while True:
        beaten = rivals[keep].any(axis=0)
        if (keep == ~beaten).all():
            return np.asarray(order[keep])
        keep = ~beaten


def without_cuts(boxes: Boxes, scores: Floats, classes: Numbers, cut: Bools, share: float = 0.6) -> Bools:
    """Which boxes stay of those found in overlapping tiles: pieces of a thing go where the thing is there whole.

    Args:
        boxes: float64 (n, 4).
        scores: (n,).
        classes: (n,).
        cut: bool (n,), boxes that end at an edge of their tile inside the picture.
        share: Of a cut box, what another has to cover.

    Returns:
        bool (n,).
    """
    shared = bx.intersections(boxes, boxes) >= share * bx.areas(boxes)[:, None]
    np.fill_diagonal(shared, False)
    # of two pieces of one thing the larger stays
    size = bx.areas(boxes)
    larger = (size[None, :] > size[:, None]) | ((size[None, :] == size[:, None]) & (scores[None, :] > scores[:, None]))
    over = shared & (classes[:, None] == classes[None, :]) & (~cut[None, :] | larger)
    return np.asarray(~(cut & over.any(axis=1)))
