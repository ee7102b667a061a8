"""Points and rings in pixels: what makes sense as a polygon, and how it is said where one does not. Pure Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from watchword.errors import SceneError

Point = tuple[float, float]
Ring = tuple[Point, ...]
Size = tuple[int, int]


def show_number(value: float) -> str:
    """A coordinate as people write it: 12, 12.5."""
    return f"{value:.10g}"


def show_point(point: Point) -> str:
    """A point as people write it: (12, 30.5)."""
    return f"({show_number(point[0])}, {show_number(point[1])})"


def points_of(name: str, given: Iterable[Any]) -> list[Point]:
    """Points, as pairs of finite numbers.

    Raises:
        SceneError: One is none; says which.
    """
    points = []
    for number, item in enumerate(given, 1):
        pair = tuple(item) if isinstance(item, Sequence) and not isinstance(item, str) else ()
        if len(pair) != 2 or any(
            isinstance(v, bool) or not isinstance(v, int | float) or not math.isfinite(v) for v in pair
        ):
            raise SceneError(
                f"{name}: point {number} is {item!r}", fix="a point is two finite numbers, x and y in pixels"
            )
        points.append((float(pair[0]), float(pair[1])))
    return points


def ring_of(name: str, given: Iterable[Any]) -> Ring:
    """A ring without its closing point and without doubled points, known to enclose an area and not to cross itself.

    Raises:
        SceneError: It does not; says why.
    """
    points = points_of(name, given)
    if len(points) < 3:
        raise SceneError(f"{name}: {len(points)} points are fewer than three", fix="a zone needs three corners or more")
    ring = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    if ring[0] == ring[-1]:
        ring.pop()
    if len(set(ring)) < 3:
        raise SceneError(
            f"{name}: only {len(set(ring))} different points", fix="a zone needs three different corners or more"
        )
    for i, (a, b) in enumerate(sides(ring)):
        for j, (c, d) in enumerate(sides(ring)):
            if j <= i or j == i + 1 or (i == 0 and j == len(ring) - 1):
                continue
            if (at := meet(a, b, c, d)) is not None:
                raise SceneError(
                    f"{name}: sides {show_point(a)}–{show_point(b)} and {show_point(c)}–{show_point(d)} "
                    f"cross at {show_point(at)}",
                    fix="give the corners in the order in which one walks around the zone",
                )
    if abs(area(ring)) < 1e-9:
        raise SceneError(f"{name}: no area, all points are on one line", fix="move a corner off the line")
    for i, (a, b) in enumerate(sides(ring)):
        c = ring[(i + 2) % len(ring)]
        if abs(cross(a, b, c)) < 1e-12 and (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0:
            raise SceneError(f"{name}: the side to {show_point(b)} runs back over itself", fix="leave that corner out")
    return tuple(ring)


def sides(ring: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The sides of a ring, each from a corner to the next."""
    return [(a, ring[(i + 1) % len(ring)]) for i, a in enumerate(ring)]


def area(ring: Sequence[Point]) -> float:
    """Signed area: over 0 where the corners go clockwise in the picture."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in sides(ring)) / 2


def cross(p: Point, q: Point, r: Point) -> float:
    """Over 0 where r lies to the right of the way from p to q in the picture."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def meet(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """A point that segments ab and cd share, ends included; None where they do not meet."""
    d1, d2, d3, d4 = cross(c, d, a), cross(c, d, b), cross(a, b, c), cross(a, b, d)
    if d1 == d2 == d3 == d4 == 0:
        inside = [p for p, (q, r) in ((a, (c, d)), (b, (c, d)), (c, (a, b)), (d, (a, b))) if _between(p, q, r)]
        return inside[0] if inside else None
    if d1 * d2 > 0 or d3 * d4 > 0:
        return None
    t = d1 / (d1 - d2) if d1 != d2 else 0.0
    return (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))


def _between(p: Point, q: Point, r: Point) -> bool:
    return min(q[0], r[0]) <= p[0] <= max(q[0], r[0]) and min(q[1], r[1]) <= p[1] <= max(q[1], r[1])


def inside_frame(what: str, points: Iterable[Point], frame: Size) -> None:
    """Refuse points outside the frame.

    Raises:
        SceneError: One lies outside; says which, and how far it may go.
    """
    listed = list(points)
    for number, (x, y) in enumerate(listed, 1):
        for axis, value, limit in (("x", x, frame[0]), ("y", y, frame[1])):
            if not 0 <= value <= limit:
                raise SceneError(
                    f"{what}: point {number} has {axis} = {show_number(value)} in a frame {frame[0]}×{frame[1]}",
                    fix=f"{axis} goes from 0 to {limit}; or correct the scene's frame size",
                )
