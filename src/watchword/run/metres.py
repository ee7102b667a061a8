"""Metres on the ground for things of many cameras at once: a map a row, so that no loop runs over cameras."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from watchword.geometry import homography
from watchword.run.cameras import Camera

Floats = NDArray[np.float64]


def maps(cameras: Iterable[Camera]) -> Floats | None:
    """The map (9,) from picture to ground of each camera, by its position; NaN without one; None where none has any."""
    found: dict[int, Floats | None] = {}
    rows: list[tuple[int, Floats]] = []
    for camera in cameras:
        ground = camera.scene.ground if camera.scene is not None else None
        if ground is None:
            continue
        if id(ground) not in found:
            found[id(ground)] = homography(ground)
        matrix = found[id(ground)]
        if matrix is not None:
            rows.append((camera.index, matrix))
    return _by_position(rows) if rows else None


def _by_position(rows: list[tuple[int, Floats]]) -> Floats:
    # A camera without a map, beyond the last that has one, would fall off the end: the last row is for all of those.
    table = np.full((2 + max(index for index, _ in rows), 9), np.nan)
    table[[index for index, _ in rows]] = [matrix.ravel() for _, matrix in rows]
    return table


def rows_of(table: Floats, camera: NDArray[np.int32]) -> Floats:
    """The map (n, 9) of each row."""
    return table[np.minimum(camera, len(table) - 1)]


def calibrated(cameras: Iterable[Camera], camera: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which rows are of a calibrated camera, by the position of each row's, bool (n,)."""
    table = maps(cameras)
    if table is None:
        return np.zeros(len(camera), np.bool_)
    found: NDArray[np.bool_] = np.isfinite(rows_of(table, camera)[:, 0])
    return found


def on_ground(maps: Floats, at: Floats) -> Floats:
    """Places (2, …, n) in pixels as metres, by the map (n, 9) of each column; NaN above its horizon."""
    x, y = at
    a, b, c, d, e, f, g, h, i = np.ascontiguousarray(maps.T)
    with np.errstate(invalid="ignore"):
        w = g * x
        w += h * y
        w += i
        w[~(w > 0)] = np.nan
        metres = np.empty_like(at)
        for row, (p, q, r) in zip(metres, ((a, b, c), (d, e, f)), strict=True):
            np.multiply(p, x, out=row)
            row += q * y
            row += r
            row /= w
    return metres
