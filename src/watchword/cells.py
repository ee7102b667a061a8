"""What holds a place, by a grid over the picture: looked up where no border is near, asked exactly where one is.

A cell that no border of a shape comes near is inside it or outside as a whole, so that one look into a table answers
for all shapes. Places in the other cells, a few in a hundred, are asked of the shapes themselves: the answer is the
same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

CELLS = 8192
"""About so many cells a grid has: 16 px wide in a picture of 1920 × 1080."""
OUTSIDE, INSIDE, BORDER = 0, 1, 2


class Cells:
    """A grid over several shapes.

    Args:
        shapes: (m,) polygons or multipolygons of shapely, prepared, none empty.
    """

    def __init__(self, shapes: NDArray[Any]) -> None:
        self._shapes = shapes
        bounds = shapely.bounds(shapes)
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        self._side = max(float(np.sqrt(np.prod(high - low) / CELLS)), float((high - low).max()) / CELLS)
        self._low = low - self._side  # an empty cell all around, for what is outside
        self._last = np.floor((high - self._low) / self._side) + 1
        self._wide = int(self._last[0]) + 1
        table = np.zeros((len(shapes), int(self._last[1]) + 1, self._wide), np.uint8)
        for shape, cells in zip(shapes, table, strict=True):
            self._draw(shape, cells)
        self._table = table.reshape(len(shapes), -1)

    def _draw(self, shape: Any, cells: NDArray[np.uint8]) -> None:
        """Fill in the cells of a shape."""
        step = self._side / 8
        points = shapely.get_coordinates(shapely.segmentize(shapely.boundary(shape), step))
        for reach in ((-step, -step), (-step, step), (step, -step), (step, step)):
            x, y = self._cell(points + reach).T
            cells[y, x] = BORDER
        left, top, right, bottom = shapely.bounds(shape)
        (x0, y0), (x1, y1) = self._cell(np.array([[left, top], [right, bottom]]))
        y, x = np.mgrid[y0 : y1 + 1, x0 : x1 + 1]
        inside = shapely.intersects_xy(
            shape, self._low[0] + (x + 0.5) * self._side, self._low[1] + (y + 0.5) * self._side
        )
        part = cells[y0 : y1 + 1, x0 : x1 + 1]
        part[(part != BORDER) & inside] = INSIDE

    def _cell(self, at: NDArray[np.float64]) -> NDArray[np.intp]:
        """Column and row of the cells of places (n, 2); the last of both where a place is not known."""
        cell = (at - self._low) / self._side
        np.fmin(cell, self._last, out=cell)
        np.fmax(cell, 0.0, out=cell)
        whole: NDArray[np.intp] = cell.astype(np.intp)
        return whole

    def contains(self, at: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which shapes hold which places (n, 2), borders included; bool (m, n). A place of NaN is in none."""
        cell = self._cell(at)
        found: NDArray[np.uint8] = self._table.take(cell[:, 1] * self._wide + cell[:, 0], axis=1)
        near = np.flatnonzero(found == BORDER)  # of the flat array, which is much quicker
        if len(near):
            which, row = np.divmod(near, len(at))
            found.ravel()[near] = shapely.intersects_xy(self._shapes[which], at[row, 0], at[row, 1])
        return found.view(np.bool_)
