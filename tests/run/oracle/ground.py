"""Points, zones and lines, one at a time."""

from __future__ import annotations

from math import atan2, degrees, dist, hypot

Point = tuple[float, float]


def cross(a: Point, b: Point, q: Point) -> float:
    return (b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0])


def side(a: Point, b: Point, q: Point) -> float:
    """How far a point is from a line, with the sign of its side."""
    return cross(a, b, q) / dist(a, b)


def on(a: Point, b: Point, q: Point) -> bool:
    return (
        cross(a, b, q) == 0
        and min(a[0], b[0]) <= q[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= q[1] <= max(a[1], b[1])
    )


def meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two stretches have a point in common, ends included."""
    if on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b):
        return True
    return cross(a, b, c) * cross(a, b, d) < 0 and cross(c, d, a) * cross(c, d, b) < 0


def edges(ring: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    return list(zip(ring, (*ring[1:], ring[0]), strict=True))


def inside(ring: tuple[Point, ...], q: Point) -> bool:
    """Borders count as inside."""
    odd = False
    for a, b in edges(ring):
        if on(a, b, q):
            return True
        if (a[1] > q[1]) != (b[1] > q[1]) and q[0] < a[0] + (q[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1]):
            odd = not odd
    return odd


def through(ring: tuple[Point, ...], p: Point, q: Point) -> bool:
    """Whether a straight path meets a zone."""
    return inside(ring, p) or inside(ring, q) or any(meet(a, b, p, q) for a, b in edges(ring))


def nearest(ring: tuple[Point, ...], q: Point) -> Point:
    found = []
    for a, b in edges(ring):
        length = dist(a, b) ** 2
        t = ((q[0] - a[0]) * (b[0] - a[0]) + (q[1] - a[1]) * (b[1] - a[1])) / length
        t = min(1.0, max(0.0, t))
        found.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return min(found, key=lambda p: dist(p, q))


def heading(v: Point) -> float:
    """Degrees clockwise from up in the picture."""
    return degrees(atan2(v[0], -v[1])) % 360


def between(v: Point, w: Point) -> float:
    """The angle between two ways, degrees."""
    turn = abs(heading(v) - heading(w)) % 360
    return min(turn, 360 - turn)


def length(v: Point) -> float:
    return hypot(*v)
