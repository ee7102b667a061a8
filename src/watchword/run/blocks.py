"""Tables of many cameras at once: those with about as many rows together, so that little of a table is padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from watchword.run.logic import Slots

MOST = 1 << 20
"""About so many cells are worked out at once."""


def blocks(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Iterator[Slots]:
    """Positions of cameras whose tables, `rows` (k,) by `columns` (k,), go into one; those with nothing in none."""
    size = rows * columns
    if len(size) == 1 and size[0] > 0:  # one camera, as most hosts ask
        yield np.zeros(1, np.intp)
        return
    kind = np.ceil(np.log2(np.maximum(size, 1)))
    for k in np.unique(kind[size > 0]).tolist():
        mine = np.flatnonzero((kind == k) & (size > 0))
        step = max(1, MOST // int(rows[mine].max() * columns[mine].max()))
        yield from np.split(mine, range(step, len(mine), step))


def padded(start: Slots, many: Slots) -> tuple[Slots, NDArray[np.bool_]]:
    """Positions from each start on, (k, most), and which of them there are; the others repeat the start."""
    column = np.arange(int(many.max()))
    here = column < many[:, None]
    return np.where(here, start[:, None] + column, start[:, None]), here


def joined(found: list[tuple[Slots, Slots]]) -> tuple[Slots, Slots]:
    """Pairs of positions of several blocks, by the first; within one of them they are so already."""
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    if len(found) == 1:
        return found[0]
    one, two = (np.concatenate(side) for side in zip(*found, strict=True))
    order = np.argsort(one, kind="stable")
    return one[order], two[order]
