"""Which box belongs to which thing: pairs that may match, of all cameras at once, and the best choice among them.

Nearly all pairs are clear: a thing and a box that can only be each other's. Those are settled for all cameras in a few
array operations, and only what is left, a few things of a camera, goes to an optimal solver.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from watchword.boxes import Bools, Floats

Index = NDArray[np.intp]


def near(
    x: Floats, camera: NDArray[np.integer], reach: Floats, box_x: Floats, box_camera: NDArray[np.integer]
) -> tuple[Index, Index]:
    """Things and boxes of one camera whose x differ by at most the thing's reach.

    All cameras are laid side by side on one line, far enough apart, and the boxes on it sorted: a thing's boxes are
    then one stretch.

    Args:
        x: (n,) of the things, pixels.
        camera: (n,) of the things, never falling.
        reach: (n,) pixels.
        box_x: (m,) of the boxes, pixels.
        box_camera: (m,).

    Returns:
        Positions of things, never falling, and of boxes, a pair a place.
    """
    if not len(x) or not len(box_x):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    apart = 1.0 + 2.0 * (max(np.abs(x).max(), np.abs(box_x).max()) + reach.max())
    line = box_x + box_camera * apart
    order = np.argsort(line)
    line = line[order]
    at = x + camera * apart
    low = np.searchsorted(line, at - reach)
    count = np.searchsorted(line, at + reach, "right") - low
    ends = np.cumsum(count)
    thing = np.repeat(np.arange(len(x)), count)
    return thing, order[np.arange(ends[-1]) + np.repeat(low + count - ends, count)]


def choose(thing: Index, box: Index, gain: Floats, camera: NDArray[np.integer]) -> Bools:
    """The pairs that together gain most, no thing and no box in two of them.

    Args:
        thing: (k,) positions of things.
        box: (k,) positions of boxes.
        gain: (k,) over 0.
        camera: (k,) of the pair, never falling.

    Returns:
        (k,) True for the pairs taken.
    """
    taken = np.zeros(len(thing), np.bool_)
    if not len(thing):
        return taken
    rivals = np.bincount(thing)[thing] - 1, np.bincount(box)[box] - 1
    # A thing none of whose boxes has another thing takes its best box; so does a box none of whose things has another.
    alone = np.ones(len(thing), np.bool_)
    for hub, rival in ((thing, rivals[1]), (box, rivals[0])):
        contested = np.bincount(hub, rival > 0)[hub] > 0
        alone &= contested
        star = np.flatnonzero(~contested)
        if len(star):
            star = star[np.lexsort((-gain[star], hub[star]))]
            first = np.ones(len(star), np.bool_)
            first[1:] = hub[star[1:]] != hub[star[:-1]]
            taken[star[first]] = True
    rest = np.flatnonzero(alone)
    if len(rest):
        taken[rest[_solve(thing[rest], box[rest], gain[rest], camera[rest])]] = True
    return taken


def _solve(thing: Index, box: Index, gain: Floats, camera: NDArray[np.integer]) -> Index:
    """The pairs that gain most, by an optimal solver a camera (Jonker and Volgenant 1987, in SciPy's form)."""
    starts = np.flatnonzero(np.concatenate(([True], camera[1:] != camera[:-1])))
    found = []
    for low, high in zip(starts, [*starts[1:], len(thing)], strict=True):
        things, row = np.unique(thing[low:high], return_inverse=True)
        boxes, column = np.unique(box[low:high], return_inverse=True)
        # What is no pair gains nothing, which is as good as staying alone.
        table = np.zeros((len(things), len(boxes)))
        place = np.full(table.shape, -1)
        table[row, column] = gain[low:high]
        place[row, column] = np.arange(low, high)
        chosen = place[linear_sum_assignment(table, maximize=True)]
        found.append(chosen[chosen >= 0])
    return np.concatenate(found)
