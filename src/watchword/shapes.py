"""Zones and lines as data. Pure Python; `watchword.geometry` measures in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import attrs

from watchword.errors import SceneError
from watchword.polygon import Point, Ring, Size, area, inside_frame, points_of, ring_of, show_number, show_point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchword.crossings import Crossing, LineCounter
    from watchword.tracks import Tracks

View = Literal["eye", "overhead"]
VIEWS = ("eye", "overhead")
ANCHORS = ("bottom", "centre", "any")


def _check_name(what: str, name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[^\W\d]\w*", name):
        raise SceneError(f"a {what} cannot be named {name!r}", fix="use letters, digits and _, a letter first")
    return name


@attrs.frozen
class Zone:
    """A part of the picture, a polygon. Serves alone: `zone.contains(tracks)`.

    Attributes:
        name: Its name in rules.
        points: The corners, in pixels; the last is joined to the first.
        holes: Rings cut out of it.
        anchor: Where a thing is: "bottom" (of its box, centre; with an overhead view its centre), "centre", "any" (its
            box touches the zone), or a share from 0 to 1 of the box that has to be inside.
        flow: The direction people should go, from a point to a point.
        frame: Size of the frame it was drawn for; the place of a box that is cut off is moved to its edge.
        view: "eye" or "overhead".
        parts: Of a zone in several parts (made of other zones): each part's outer ring and its holes. `points` and
            `holes` are then those of the first.

    Raises:
        SceneError: Fewer than three different corners, no area, sides that cross, a point outside `frame`.
    """

    name: str
    points: Ring
    holes: tuple[Ring, ...] = ()
    anchor: str | float = "bottom"
    flow: tuple[Point, Point] | None = None
    frame: Size | None = None
    view: View = "eye"
    parts: tuple[tuple[Ring, ...], ...] = ()

    def __attrs_post_init__(self) -> None:
        what = f"zone {_check_name('zone', self.name)}"
        if self.parts:  # cut from zones that were checked
            object.__setattr__(self, "points", self.parts[0][0])
            object.__setattr__(self, "holes", self.parts[0][1:])
        else:
            if self.frame is not None:
                self._refuse_fractions(what, self.frame)
            object.__setattr__(self, "points", ring_of(what, self.points))
            holes = tuple(ring_of(f"{what}, hole {i}", hole) for i, hole in enumerate(self.holes, 1))
            object.__setattr__(self, "holes", holes)
            if self.frame is not None:
                for ring in self.rings:
                    inside_frame(what, ring, self.frame)
        share = isinstance(self.anchor, int | float) and 0 < self.anchor <= 1
        if not share and self.anchor not in ANCHORS:
            raise SceneError(
                f"{what}: anchor {self.anchor!r}", fix="it is one of bottom, centre, any, or a share such as 0.5"
            )
        if self.flow is not None:
            start, end = points_of(f"{what}, flow", self.flow)
            if start == end:
                raise SceneError(f"{what}: its flow goes nowhere", fix="give two different points")
            object.__setattr__(self, "flow", (start, end))

    def _refuse_fractions(self, what: str, frame: Size) -> None:
        points = points_of(what, self.points)
        if len(points) >= 3 and all(0 <= v <= 1 for p in points for v in p):
            pixels = ", ".join(f"[{show_number(x * frame[0])}, {show_number(y * frame[1])}]" for x, y in points)
            raise SceneError(
                f"{what}: these are fractions of the frame, not pixels",
                fix=f"in a frame of {frame[0]}×{frame[1]} they are [{pixels}]",
            )

    @property
    def polygons(self) -> tuple[tuple[Ring, ...], ...]:
        """Its parts, each an outer ring and its holes; of a zone as drawn there is one."""
        return self.parts or ((self.points, *self.holes),)

    @property
    def rings(self) -> tuple[Ring, ...]:
        """Every ring of it, outer ones and holes: what is drawn."""
        return tuple(ring for part in self.polygons for ring in part)

    @property
    def area(self) -> float:
        """Its area in px², holes not counted."""
        return sum(abs(area(outer)) - sum(abs(area(hole)) for hole in holes) for outer, *holes in self.polygons)

    def contains(self, tracks: Tracks) -> NDArray[Any]:
        """Which rows of a table are inside (borders count), bool (n,). A box wholly outside the frame is nowhere."""
        from watchword.geometry import rows_in_zone

        return rows_in_zone(self, tracks)


@attrs.frozen
class Line:
    """A line from a point to a point, with or without named sides. Serves alone: `line.crossings(…)`.

    Side A (`sides[0]`) is where cross(P2 − P1, q − P1) > 0 in image coordinates; *inward* is from A to B.

    Raises:
        SceneError: The two points are one, or lie outside `frame`, or both sides have one name.
    """

    name: str
    start: Point
    end: Point
    sides: tuple[str, str] | None = None
    frame: Size | None = None
    view: View = "eye"

    def __attrs_post_init__(self) -> None:
        what = f"line {_check_name('line', self.name)}"
        start, end = points_of(what, (self.start, self.end))
        if start == end:
            raise SceneError(f"{what}: both ends are {show_point(start)}", fix="give two different points")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        if self.frame is not None:
            inside_frame(what, (start, end), self.frame)
        if self.sides is not None:
            a, b = (_check_name("side", side) for side in self.sides)
            if a == b:
                raise SceneError(f"{what}: both sides are called {a}", fix="give each side a name of its own")
            object.__setattr__(self, "sides", (a, b))

    def counter(self) -> LineCounter:
        """A counter that takes tables one by one and says, for each row, whether the thing has now crossed."""
        from watchword.crossings import LineCounter

        return LineCounter(self)

    def crossings(self, ticks: Iterable[Tracks]) -> Iterator[Crossing]:
        """Every crossing in a stream of tables, as it is decided."""
        counter = self.counter()
        for tracks in ticks:
            yield from counter.crossings(tracks)
