"""People in a blob that is too big for one: boxes of the expected size, placed greedily.

Each box takes the most of what is still uncovered, wherever in the blob its feet are, so that people beside and behind
one another are told apart. Every pixel then goes to the nearest box, which is drawn tight around its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchword.detect.perspective import Perspective

WIDE = 0.31
"""Width of a person by their height, as they are told apart."""
FULL = 0.19
"""Area of a walking person by the square of their height."""
MOST = 12
"""People looked for in one blob; beyond, `members` counts them."""


def fit(inside: NDArray[np.bool_], left: int, top: int, perspective: Perspective) -> list[list[float]]:
    """Boxes of the expected size that together cover a blob; empty where it is no more than one person.

    Args:
        inside: bool (h, w), the blob within its box.
        left: Where that box is, px.
        top: Where that box is, px.
        perspective: Expected heights.
    """
    rows, cols = inside.shape
    if float(perspective.height(top + rows)) <= 4:
        return []
    # feet may be anywhere in the blob, and a little below where it is cut by something before it
    step = max(1, int(min(rows, cols) // 24))
    first = float(perspective.height(top))
    feet = np.arange(min(rows, max(3, int(0.7 * first))), rows + 1, step)
    if len(feet) == 0 or feet[-1] != rows:
        feet = np.append(feet, rows)
    tall = perspective.height(feet + top)
    half = np.maximum(1, np.rint(WIDE * 0.5 * tall)).astype(int)
    head = np.maximum(0, np.rint(feet - tall)).astype(int)
    middle = np.arange(0, cols, step)
    west = np.clip(middle[None, :] - half[:, None], 0, cols)
    east = np.clip(middle[None, :] + half[:, None], 0, cols)
    size = np.maximum(tall, 1)[:, None] * 2 * half[:, None]
    rest = inside.copy()
    found: list[tuple[float, float, float]] = []
    all_in = _boxsum(_integral(inside), west, head[:, None], east, feet[:, None])
    for _ in range(MOST):
        fresh = _boxsum(_integral(rest), west, head[:, None], east, feet[:, None])
        share = fresh / (FULL * tall * tall)[:, None]
        # a box is good where it takes much that is new and little of it is empty
        empty = (size - all_in) / size
        worth = share - 0.8 * np.maximum(0, empty - 0.45) - 0.25 * (all_in - fresh) / size
        i, j = np.unravel_index(int(np.argmax(worth)), worth.shape)
        if share[i, j] < (0.45 if found else 0.0) or (found and worth[i, j] < 0.35):
            break
        found.append((float(middle[j]), float(feet[i]), float(tall[i])))
        rest[head[i] : feet[i], west[i, j] : east[i, j]] = False
    if len(found) <= 1:
        return []
    ys, xs = np.nonzero(inside)
    away = np.stack(
        [
            ((xs - x) / (WIDE * h)) ** 2 + (np.maximum(0, np.abs(ys - f + h / 2) - h / 2) / (0.5 * h)) ** 2
            for x, f, h in found
        ]
    )
    owner = np.argmin(away, axis=0)
    boxes = []
    for k, (x, f, h) in enumerate(found):
        mine = owner == k
        if mine.sum() < 6:
            continue
        x0, x1 = np.percentile(xs[mine], [2, 98])
        y0, y1 = np.percentile(ys[mine], [1, 99])
        x0, x1 = max(x0, x - 0.3 * h), min(x1 + 1, x + 0.3 * h)
        y0, y1 = max(y0, f - 1.15 * h), min(y1 + 1, f + 0.1 * h)
        if x1 - x0 > 1 and y1 - y0 > 1:
            boxes.append([x0 + left, y0 + top, x1 + left, y1 + top])
    return boxes


def _integral(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    rows, cols = mask.shape
    sums = np.zeros((rows + 1, cols + 1), np.int64)
    np.cumsum(np.cumsum(mask, axis=0), axis=1, out=sums[1:, 1:])
    return sums


def _boxsum(
    sums: NDArray[np.int64],
    left: NDArray[np.int64],
    top: NDArray[np.int64],
    right: NDArray[np.int64],
    bottom: NDArray[np.int64],
) -> NDArray[np.int64]:
    out: NDArray[np.int64] = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return out
