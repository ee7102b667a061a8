"""What is measured of groups, as functions on arrays.

Rows are sorted by group: those of group i are `starts[i]` to `starts[i + 1]`. Who is a member is a table (m, rows), of
m calls; `sure` are members for sure, `maybe` these and those that may be. A measure is bounds (low, high), float64
(m, k) each, over any choice among the unsure, or one number where only the sure count; NaN where it is unknown.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from watchword import calibration
from watchword.geometry import polygon
from watchword.scene import Zone

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Starts = NDArray[np.intp]
Bounds = tuple[Floats, Floats]

POINTS = 2_000
"""As many points stand for the area of a zone, about."""
CELLS = 20_000
"""As many points lie in the rectangle around a zone, at most, about: a thin slanting zone has fewer points inside."""

FEW = 64
"""So many boxes are taken at once: threads take part in larger products, and wait for each other on a busy machine."""

NOWHERE = 1e-9
"""Who is no further from the middle of a group than this, px or m, is in it: there is no way from it to them."""


def over(how: np.ufunc, values: NDArray[Any], starts: Starts, nothing: float) -> Floats:
    """A reduction of (m, rows) by group: (m, k), and `nothing` for a group without rows."""
    some = starts[1:] > starts[:-1]
    if some.all():
        every: Floats = how.reduceat(values, starts[:-1], axis=1)
        return every
    found = np.full((values.shape[0], len(starts) - 1), nothing)
    if some.any():
        found[:, some] = how.reduceat(values[:, : starts[-1]], starts[:-1][some], axis=1)
    return found


def total(least: Floats, most: Floats, sure: Bools, maybe: Bools, starts: Starts) -> Bounds:
    """The sum of an attribute that is between `least` and `most`, (rows,) or (m, rows), over members that have it.

    Of nobody it is 0; unknown where there are members, and of none of them it is known.
    """
    someone = over(np.logical_or, maybe, starts, 0) > 0
    sure, maybe = sure & ~np.isnan(least), maybe & ~np.isnan(least)
    some = ~someone | (over(np.logical_or, maybe, starts, 0) > 0)
    low = over(np.add, np.where(sure | (maybe & (least < 0)), least, 0.0), starts, 0.0)
    high = over(np.add, np.where(sure | (maybe & (most > 0)), most, 0.0), starts, 0.0)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)


def greatest(least: Floats, most: Floats, sure: Bools, maybe: Bools, starts: Starts) -> Bounds:
    """The greatest of an attribute; unknown where no member is sure to have it."""
    low, high = smallest(-most, -least, sure, maybe, starts)
    return -high, -low


def smallest(least: Floats, most: Floats, sure: Bools, maybe: Bools, starts: Starts) -> Bounds:
    """The smallest of an attribute, as `greatest`."""
    sure, maybe = sure & ~np.isnan(least), maybe & ~np.isnan(least)
    high = over(np.minimum, np.where(sure, most, np.inf), starts, np.inf)
    low = over(np.minimum, np.where(maybe, least, np.inf), starts, np.inf)
    some = over(np.logical_or, sure, starts, 0) > 0
    return np.where(some, low, np.nan), np.where(some, high, np.nan)


def average(least: Floats, most: Floats, sure: Bools, maybe: Bools, starts: Starts) -> Bounds:
    """The mean of an attribute, as `greatest`."""
    sure, maybe = sure & ~np.isnan(least), maybe & ~np.isnan(least)
    number = over(np.add, sure.astype(np.float64), starts, 0.0)
    by = np.where(number > 0, number, np.nan)
    low = over(np.add, np.where(sure, least, 0.0), starts, 0.0) / by
    high = low if most is least else over(np.add, np.where(sure, most, 0.0), starts, 0.0) / by
    doubt = maybe & ~sure
    if not doubt.any():
        return low, high
    low, high = low.copy(), high.copy()
    unsure = over(np.logical_or, doubt, starts, 0) > 0
    for i, k in zip(*np.nonzero(unsure & (number > 0)), strict=True):
        rows = np.arange(starts[k], starts[k + 1])[doubt[i, starts[k] : starts[k + 1]]]
        low[i, k] = _drawn(low[i, k], number[i, k], np.broadcast_to(least, sure.shape)[i, rows])
        high[i, k] = -_drawn(-high[i, k], number[i, k], -np.broadcast_to(most, sure.shape)[i, rows])
    return low, high


def _drawn(mean: float, number: float, others: Floats) -> float:
    """The least mean of `number` values of this mean and any choice of others: some of the smallest of them."""
    others = np.sort(others)
    means = (mean * number + np.cumsum(others)) / (number + np.arange(1, len(others) + 1))
    return min(mean, float(means.min()))


def middle(at: Floats, member: Bools, starts: Starts) -> tuple[Floats, Floats]:
    """The mean place of members that have one: (m, k, 2), NaN where there are none; and how many those are, (m, k)."""
    member = member & np.isfinite(at[:, 0])
    number = over(np.add, member.astype(np.float64), starts, 0.0)
    by = np.where(number > 0, number, np.nan)
    sums = [over(np.add, np.where(member, at[:, axis], 0.0), starts, 0.0) for axis in (0, 1)]
    return np.stack([s / by for s in sums], axis=-1), number


def _from_middle(at: Floats, member: Bools, starts: Starts) -> tuple[Floats, Floats]:
    """The way from their group's middle to each row (m, rows, 2), and how many members have a place (m, k)."""
    centre, number = middle(at, member, starts)
    each = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return at - centre[:, each], number


def spread(at: Floats, member: Bools, starts: Starts) -> Floats:
    """Mean distance of members from their middle; places (rows, 2). Unknown of fewer than two."""
    off, number = _from_middle(at, member, starts)
    far = np.hypot(off[..., 0], off[..., 1])
    far = over(np.add, np.where(member & ~np.isnan(far), far, 0.0), starts, 0.0)
    return far / np.where(number >= 2, number, np.nan)


def _ways(velocity: Floats, moving: Bools) -> tuple[Floats, Bools]:
    """Directions as unit vectors (rows, 2), and which rows have one."""
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    goes = moving & (speed > 0)
    return velocity / np.where(goes, speed, np.nan)[:, None], goes


def alignment(velocity: Floats, moving: Bools, member: Bools, starts: Starts) -> Floats:
    """Length of the mean direction of the members that move: 0 every way, 1 one way; unknown where none moves.

    It is the polarisation of a flock (Vicsek et al., Physical Review Letters 75, 1995).

    Args:
        velocity: (rows, 2); NaN where unknown.
        moving: bool (rows,).
        member: bool (m, rows).
        starts: (k + 1,).
    """
    way, goes = _ways(velocity, moving)
    mean, _ = middle(way, member & goes, starts)
    return np.hypot(mean[..., 0], mean[..., 1])


def divergence(at: Floats, velocity: Floats, moving: Bools, member: Bools, starts: Starts) -> Floats:
    """Mean cosine between the way of members that move and the way from the group's middle to them.

    1 where all go straight apart, -1 where they come together. Unknown of fewer than two members, or where none that
    is off the middle moves. Arguments as of `alignment`, places (rows, 2) in the unit of the velocities.
    """
    way, goes = _ways(velocity, moving)
    off, number = _from_middle(at, member, starts)
    far = np.hypot(off[..., 0], off[..., 1])
    cosine = (off * way).sum(axis=-1) / np.where(far > NOWHERE, far, np.nan)
    some = member & goes & ~np.isnan(cosine)
    moves = over(np.add, some.astype(np.float64), starts, 0.0)
    mean = over(np.add, np.where(some, cosine, 0.0), starts, 0.0) / np.where(moves > 0, moves, np.nan)
    return np.where(number >= 2, mean, np.nan)


zone_area = lru_cache(maxsize=4096)(calibration.zone_area)
"""A zone's area on the ground, m², worked out once: see `watchword.calibration.zone_area`."""


@attrs.frozen(eq=False)
class _Grid:
    """Points that stand for a zone: their columns and rows, px; which are inside, bool (rows, columns); how many."""

    at: tuple[Floats, Floats]
    inside: Bools
    points: int


@lru_cache(maxsize=1024)
def _grid(zone: Zone) -> _Grid:
    x1, y1, x2, y2 = polygon(zone).bounds
    size = np.array([x2 - x1, y2 - y1])
    step = np.sqrt(max(zone.area / POINTS, size.prod() / CELLS))
    number = np.maximum(1, np.round(size / step)).astype(int)
    step = size / number
    start = np.array([x1, y1]) + step / 2
    x, y = (start[axis] + step[axis] * np.arange(number[axis]) for axis in (0, 1))
    inside: Bools = shapely.intersects_xy(polygon(zone), *np.meshgrid(x, y))
    if not inside.any():  # thinner than the points lie apart
        ((x0, y0),) = shapely.get_coordinates(polygon(zone).point_on_surface())
        return _Grid((np.array([x0]), np.array([y0])), np.ones((1, 1), np.bool_), 1)
    return _Grid((x, y), inside, int(inside.sum()))


def occupied(zone: Zone, boxes: Floats, starts: Starts) -> Floats:
    """Share of a zone's area that boxes cover together, float64 (k,), to about one in a hundred.

    It is counted on a fixed grid of about `POINTS` points.

    Args:
        zone: The zone, the same for all k groups.
        boxes: (rows, 4), px.
        starts: (k + 1,), where each group's boxes start.
    """
    grid = _grid(zone)
    # A box covers the points whose column and whose row it covers.
    cols, rows = (
        ((boxes[:, axis, None] <= at) & (boxes[:, axis + 2, None] >= at)).astype(np.float32)
        for axis, at in enumerate(grid.at)
    )
    covered = []
    for i, j in pairwise(starts.tolist()):
        by = np.zeros(grid.inside.shape, np.float32)
        for k in range(i, j, FEW):
            by += rows[k : min(j, k + FEW)].T @ cols[k : min(j, k + FEW)]
        covered.append(np.count_nonzero(by * grid.inside))
    return np.array(covered) / grid.points
