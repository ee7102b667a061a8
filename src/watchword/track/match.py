"""Which box belongs to which thing: pairs that may match, of all cameras at once, and the best choice among them.

Nearly all pairs are clear: a thing and a box that can only be each other's. Those are settled for all cameras in a few
array operations, and only what is left, small clusters of rivals, goes to an optimal solver.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchword.boxes import Bools, Floats

Index = NDArray[np.intp]
FEW = 40
"""Up to so many things are solved in one table; it is not worth while to part them."""
TABLE = 10_000
"""Up to so many pairs of one camera are all compared; it is not worth while to sort them."""


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
    if len(x) * len(box_x) <= TABLE and camera[0] == camera[-1] and (box_camera == camera[0]).all():
        return (np.abs(box_x - x[:, None]) <= reach[:, None]).nonzero()  # type: ignore[return-value]
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


def choose(thing: Index, box: Index, gain: Floats) -> Bools:
    """The pairs that together gain most, no thing and no box in two of them.

    Args:
        thing: (k,) positions of things, never falling.
        box: (k,) positions of boxes.
        gain: (k,) over 0.

    Returns:
        (k,) True for the pairs taken.
    """
    taken, rest = lone(thing, box)
    if len(rest):
        taken[rest[contest(thing[rest], box[rest], gain[rest])]] = True
    return taken


def lone(thing: Index, box: Index) -> tuple[Bools, Index]:
    """Of pairs (k,), those that are each other's only choice, (k,) bool, and the positions of all others."""
    if not len(thing):
        return np.zeros(0, np.bool_), np.empty(0, np.intp)
    taken: Bools = (np.bincount(thing)[thing] == 1) & (np.bincount(box)[box] == 1)
    return taken, (~taken).nonzero()[0]


def contest(thing: Index, box: Index, gain: Floats) -> Index:
    """The positions of the pairs that together gain most, where none is a lone one; arguments as of `choose`."""
    boxes, things = np.bincount(thing)[thing], np.bincount(box)[box]  # how many each may choose from
    # A thing none of whose boxes has another thing takes its best box; so does a box none of whose things has another.
    rivals = [np.bincount(hub, others > 1)[hub] > 0 for hub, others in ((thing, things), (box, boxes))]
    taken = []
    for hub, contested in zip((thing, box), rivals, strict=True):
        star = (~contested).nonzero()[0]
        if len(star):
            star = star[np.lexsort((-gain[star], hub[star]))]
            first = np.ones(len(star), np.bool_)
            first[1:] = hub[star[1:]] != hub[star[:-1]]
            taken.append(star[first])
    hard = (rivals[0] & rivals[1]).nonzero()[0]
    if len(hard):
        taken.append(hard[_solve(thing[hard], box[hard], gain[hard])])
    return np.concatenate(taken)


def _solve(thing: Index, box: Index, gain: Floats) -> Index:
    """The pairs that gain most, of things (never falling) and boxes that are contested."""
    row = np.cumsum(np.concatenate(([0], thing[1:] != thing[:-1])))
    boxes, column = np.unique(box, return_inverse=True)
    n, m = int(row[-1]) + 1, len(boxes)
    if n <= FEW:
        return _best(row, column, gain, np.arange(len(row)), n, m)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Rivals fall into small clusters that can be solved each for itself.
    graph = coo_array((np.ones(len(row), np.int8), (row, n + column)), shape=(n + m, n + m))
    clusters, cluster = connected_components(graph, directed=False)
    row, rows = _ranks(cluster[:n], clusters, row)
    column, columns = _ranks(cluster[n:], clusters, column)
    of = cluster[:n][np.cumsum(np.concatenate(([0], thing[1:] != thing[:-1])))]
    small = (rows == 2) & (columns == 2)
    found = [_pairs_of_pairs(row, column, gain, of, small)]
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(clusters + 1))
    for k in np.flatnonzero(~small):
        pairs = order[ends[k] : ends[k + 1]]
        found.append(_best(row[pairs], column[pairs], gain[pairs], pairs, rows[k], columns[k]))
    return np.concatenate(found)


def _ranks(cluster: NDArray[np.integer], clusters: int, of: Index) -> tuple[Index, NDArray[np.intp]]:
    """The rank within its cluster of each member that `of` names, and how many members each cluster has."""
    sizes = np.bincount(cluster, minlength=clusters)
    order = np.argsort(cluster, kind="stable")
    rank = np.empty(len(cluster), np.intp)
    rank[order] = np.arange(len(cluster)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank[of], sizes


def _pairs_of_pairs(row: Index, column: Index, gain: Floats, of: Index, small: Bools) -> Index:
    """The best choice in clusters of two things and two boxes, all at once: there are only two."""
    at = np.flatnonzero(small[of])
    table = np.zeros((len(small), 2, 2))
    table[of[at], row[at], column[at]] = gain[at]
    straight = table[:, 0, 0] + table[:, 1, 1] >= table[:, 0, 1] + table[:, 1, 0]
    taken: Index = at[(row[at] == column[at]) == straight[of[at]]]
    return taken


def _best(row: Index, column: Index, gain: Floats, pairs: Index, n: int, m: int) -> Index:
    """The pairs that gain most among n things and m boxes (R. Jonker and A. Volgenant 1987, in SciPy's form)."""
    from scipy.optimize import linear_sum_assignment  # here: a third of a second that many scenes never need

    table = np.zeros((n, m))  # what is no pair gains nothing, which is as good as staying alone
    place = np.full((n, m), -1)
    table[row, column] = gain
    place[row, column] = pairs
    chosen = place[linear_sum_assignment(table, maximize=True)]
    return chosen[chosen >= 0]
