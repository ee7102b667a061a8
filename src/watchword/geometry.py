"""Measuring in a scene: places of boxes, what a zone holds, who crosses a line, metres on the ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.calibration import homography as homography
from watchword.calibration import on_ground as on_ground
from watchword.detections import NEVER
from watchword.scene import Line, Size, View, Zone
from watchword.tracks import Id, Tracks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def places(boxes: Floats, view: View = "eye", frame: Size | None = None, *, centre: bool = False) -> Floats:
    """Where things are: bottom centres, or centres with an overhead view or where `centre` asks for them.

    A place outside the frame is moved to its edge; a box wholly outside is nowhere (NaN).

    Args:
        boxes: (n, 4), pixels.
        view: How the camera looks.
        frame: Its size; without one nothing is outside.
        centre: Take centres whatever the view.

    Returns:
        (n, 2), pixels.
    """
    at = bx.centres(boxes) if centre or view == "overhead" else bx.bottoms(boxes)
    if frame is None or not len(boxes):
        return at
    w, h = frame
    gone = (boxes[:, 0] >= w) | (boxes[:, 1] >= h) | (boxes[:, 2] <= 0) | (boxes[:, 3] <= 0)
    at = np.clip(at, 0.0, np.array([w, h], np.float64))
    at[gone] = np.nan
    return at


@lru_cache(maxsize=4096)
def polygon(zone: Zone) -> Any:
    """The zone as a prepared shapely polygon, or polygons where it has several parts."""
    parts = [shapely.Polygon(outer, holes) for outer, *holes in zone.polygons]
    shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    shapely.prepare(shape)
    return shape


FEW = 2_000
"""So few questions are asked of the polygons themselves; of more, first their bounds are."""


class Cover:
    """Several zones that are asked at once: one call for all of them, however many."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self.zones = tuple(zones)
        self._at = [k for k, zone in enumerate(zones) if zone.anchor == "bottom"]
        self._others = [k for k, zone in enumerate(zones) if zone.anchor != "bottom"]
        self._polygons = np.array([polygon(zone) for zone in zones], object)
        self._bounds = shapely.bounds(self._polygons)
        paths: dict[tuple[View, Size | None, bool], list[int]] = {}
        for k, zone in enumerate(zones):
            if zone.anchor in ("bottom", "centre"):
                paths.setdefault((zone.view, zone.frame, zone.anchor == "centre"), []).append(k)
        self._paths = {kind: np.array(rows) for kind, rows in paths.items()}
        self._shapes = self._polygons[self._at, None]

    def contains(self, boxes: Floats, at: Floats) -> Bools:
        """Which boxes (n, 4) are in which zone, bool (zones, n); `at` (n, 2) are their places, px."""
        inside = self._holds(at[:, 0], at[:, 1])
        if not self._others:
            return inside
        found = np.empty((len(self.zones), len(boxes)), np.bool_)
        found[self._at] = inside
        for k in self._others:
            found[k] = zone_contains(self.zones[k], boxes, at)
        return found

    def _holds(self, x: Floats, y: Floats) -> Bools:
        """Which places (n,) lie in the zones that ask for the bottom of boxes, bool (those, n)."""
        inside: Bools
        if len(self._at) * len(x) < FEW:
            inside = shapely.intersects_xy(self._shapes, x, y)
            return inside
        left, top, right, bottom = self._bounds[self._at].T[:, :, None]
        inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
        zone, row = np.nonzero(inside)
        inside[zone, row] = shapely.intersects_xy(self._shapes[zone, 0], x[row], y[row])
        return inside

    def passed(self, before: Floats, now: Floats, wanted: Bools) -> Bools:
        """Whether things passed through zones on the way from a box to the next, bool (zones, n).

        Args:
            before: (n, 4), pixels.
            now: (n, 4).
            wanted: bool (zones, n), where it is asked.
        """
        found = np.zeros(wanted.shape, np.bool_)
        for (view, frame, centre), zones in self._paths.items():
            start, end = (places(box, view, frame, centre=centre) for box in (before, now))
            low, high = np.minimum(start, end), np.maximum(start, end)
            left, top, right, bottom = self._bounds[zones].T[:, :, None]
            near = wanted[zones] & (low[:, 0] <= right) & (high[:, 0] >= left)
            near &= (low[:, 1] <= bottom) & (high[:, 1] >= top) & (start != end).any(axis=1)
            zone, row = np.nonzero(near)  # where places are not known nothing is near
            if len(zone):
                paths = shapely.linestrings(np.stack((start[row], end[row]), axis=1))
                found[zones[zone], row] = shapely.intersects(self._polygons[zones[zone]], paths)
        return found


def zone_contains(zone: Zone, boxes: Floats, at: Floats | None = None) -> Bools:
    """Which boxes are in a zone, by its anchor; borders count as inside. bool (n,).

    Args:
        zone: With the frame and view that it was drawn for.
        boxes: (n, 4), pixels.
        at: (n, 2), the places of the boxes, where they are already known.
    """
    shape = polygon(zone)
    if zone.anchor in ("bottom", "centre"):
        if at is None or zone.anchor == "centre":
            at = places(boxes, zone.view, zone.frame, centre=zone.anchor == "centre")
        inside: Bools = shapely.intersects_xy(shape, at[:, 0], at[:, 1])
        return inside
    rectangles = shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])
    if zone.anchor == "any":
        touching: Bools = shapely.intersects(shape, rectangles)
        return touching
    share: Bools = shapely.area(shapely.intersection(shape, rectangles)) >= float(zone.anchor) * bx.areas(boxes)
    return share


def nearest_in_zone(zone: Zone, at: Floats) -> Floats:
    """The points of a zone, its border included, that are nearest to places (n, 2), px; a place inside is its own."""
    ways = shapely.get_coordinates(shapely.shortest_line(shapely.points(np.nan_to_num(at)), polygon(zone)))
    nearest: Floats = np.where(np.isfinite(at), ways.reshape(-1, 2, 2)[:, 1], np.nan)
    return nearest


def ends(line: Line) -> Floats:
    """The ends of a line as x1, y1, x2, y2, (4,)."""
    return np.array([*line.start, *line.end])


def _off(ends: Floats, at: Floats) -> Floats:
    """Signed distances of places (…, 2) from the endless lines with these ends (…, 4), px."""
    x1, y1, x2, y2 = np.moveaxis(ends, -1, 0)
    dx, dy = x2 - x1, y2 - y1
    cross: Floats = (dx * (at[..., 1] - y1) - dy * (at[..., 0] - x1)) / np.hypot(dx, dy)
    return cross


def side(line: Line, at: Floats) -> Floats:
    """Signed distance of places (n, 2) from the endless line, px; over 0 on side A (the inward way starts there)."""
    return _off(ends(line), at)


def path_meets_line(line: Line, start: Floats, end: Floats) -> Bools:
    """Which straight paths from `start` to `end` (each (n, 2), px) meet the line itself, ends included."""
    return _meets(ends(line), start, end)


def _meets(ends: Floats, start: Floats, end: Floats) -> Bools:
    x1, y1, x2, y2 = np.moveaxis(ends, -1, 0)
    dx, dy = x2 - x1, y2 - y1
    a, b = _off(ends, start), _off(ends, end)
    span = np.where(a != b, a - b, 1.0)
    t = np.where(a != b, a / span, 0.0)
    x = start[:, 0] + t * (end[:, 0] - start[:, 0])
    y = start[:, 1] + t * (end[:, 1] - start[:, 1])
    along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)
    with np.errstate(invalid="ignore"):
        meets = (a * b <= 0) & (along >= -1e-12) & (along <= 1 + 1e-12)
        # A path along the line itself meets it where the two overlap.
        level = (a == 0) & (b == 0)
    if level.any():
        other = ((end[:, 0] - x1) * dx + (end[:, 1] - y1) * dy) / (dx * dx + dy * dy)
        low, high = np.minimum(along, other), np.maximum(along, other)
        meets = np.where(level, (high >= 0) & (low <= 1), meets)
    result: Bools = meets
    return result


def margin(heights: Floats) -> Floats:
    """How far beyond a line a thing has to be to be committed to that side: 2 px or 5 % of its height."""
    far: Floats = np.maximum(2.0, 0.05 * heights)
    return far


@attrs.frozen
class Crossing:
    """A thing has crossed a line.

    Attributes:
        line: The line's name.
        camera: Whose line.
        id: Whose path.
        time: When it was first no longer on the old side, ns.
        decided: When it was known: it was beyond the line by the margin, ns.
        inward: True from side A to side B.
        row: The thing's row in the table that decided it.
    """

    line: str
    camera: str
    id: Id
    time: int
    decided: int
    inward: bool
    row: int


class Sides:
    """Who is on which side of lines, as arrays over slots of things and lines: the state behind `crosses line`.

    A thing is committed to a side once it is beyond the line by the margin. A crossing is a change of committed side
    where the path between meets the line itself. One that trembles on the line is committed to neither and crosses
    once. Its date is the first look since it was committed to the old side at which it was not there any more.

    With a grace the change has to last: a look, the grace or more after it began, sees it off the old side still, and
    no look between saw it back; else it did not begin. `step` may be given the same slots tick by tick, in any order.

    Args:
        lines: How many lines.
        grace: How long a change has to last, ns.
    """

    def __init__(self, lines: int = 1, grace: int = 0) -> None:
        self.grace = grace
        self.committed = np.zeros((0, lines), np.int8)
        self.met = np.zeros((0, lines), np.bool_)
        self.left = np.zeros((0, lines), np.int64)
        self.stands = np.zeros((0, lines), np.bool_)
        self.beyond = np.zeros((0, lines), np.bool_)
        self.last = np.zeros((0, 2))

    def grow(self, slots: int) -> None:
        """Have room for this many slots."""
        shape = (slots - len(self.last), self.committed.shape[1])
        if shape[0] > 0:
            self.committed = np.concatenate((self.committed, np.zeros(shape, np.int8)))
            self.met = np.concatenate((self.met, np.zeros(shape, np.bool_)))
            self.left = np.concatenate((self.left, np.full(shape, NEVER)))
            self.stands = np.concatenate((self.stands, np.zeros(shape, np.bool_)))
            self.beyond = np.concatenate((self.beyond, np.zeros(shape, np.bool_)))
            self.last = np.concatenate((self.last, np.full((shape[0], 2), np.nan)))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these slots."""
        self.committed[slots] = 0
        self.met[slots] = self.stands[slots] = self.beyond[slots] = False
        self.left[slots] = NEVER
        self.last[slots] = np.nan

    def step(
        self, ends: Floats, slots: NDArray[np.intp], at: Floats, heights: Floats, times: NDArray[np.int64]
    ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Move things to their new places.

        Args:
            ends: Of the lines, as `ends` gives them: (lines, 4), or (n, lines, 4) where each thing has its own; NaN for
                a line that it has not.
            slots: (n,) whose places these are, none twice.
            at: (n, 2) pixels; NaN where nowhere.
            heights: (n,) of the boxes, pixels.
            times: (n,) nanoseconds.

        Returns:
            int8 (n, lines): 1 crossed inward, -1 outward, 0 not; and int64 (n, lines) when the old side was left,
            `NEVER` where it was not.
        """
        off = _off(ends, at[:, None])
        crossed, when = np.zeros(off.shape, np.int8), np.full(off.shape, NEVER)
        far = margin(heights)[:, None]
        now = (off > far).astype(np.int8) - (off < -far)
        # What stays on its side, well off the line, has nothing to tell; what is nowhere stays as it was.
        busy = (now != self.committed[slots]) | (now == 0) | self.met[slots] | (self.left[slots] != NEVER)
        row, line = np.nonzero(busy & np.isfinite(off))
        if len(row):
            mine = ends[line] if ends.ndim == 2 else ends[row, line]
            pairs = (slots[row], line)
            crossed[row, line], when[row, line] = self._turn(
                mine, pairs, at[row], off[row, line], now[row, line], times[row]
            )
        here = np.isfinite(at[:, 0])
        self.last[slots[here]] = at[here]
        return crossed, when

    def _turn(
        self,
        ends: Floats,
        pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
        at: Floats,
        distance: Floats,
        now: NDArray[np.int8],
        times: NDArray[np.int64],
    ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The same for pairs of a slot and a line that it is near, or new beyond; by its distance and its side."""
        was, last = self.committed[pairs], self.last[pairs[0]]
        known = np.isfinite(last[:, 0])
        met = self.met[pairs] | (known & _meets(ends, np.where(known[:, None], last, at), at))
        off = (was != 0) & (distance * was <= 0)
        left = self.left[pairs]
        left = np.where(off & (left == NEVER), times, left)
        stands = self.stands[pairs] | (off & (times - np.where(off, left, times) >= self.grace))
        left = np.where(off | stands, left, NEVER)  # back before it stood: it never left
        beyond = off & (self.beyond[pairs] | (now != 0))
        done = off & stands & beyond
        crossed = np.where(done & met, was, 0).astype(np.int8)
        back = (now != 0) & (now == was)
        settled = done | back | (was == 0)
        self.committed[pairs] = np.where(done, -was, np.where(was == 0, now, was))
        self.met[pairs] = met & ~(done | (now != 0) & ~off)
        self.left[pairs] = np.where(settled, NEVER, left)
        self.stands[pairs] = stands & ~settled
        self.beyond[pairs] = beyond & ~settled
        return crossed, np.where(done, left, NEVER)


class LineCounter:
    """Counts crossings of one line over tables given one by one; remembers each id of each camera until forgotten."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._sides = Sides()
        self._slots: dict[tuple[str, Id], int] = {}
        self._free: list[int] = []

    def step(self, tracks: Tracks) -> NDArray[np.int8]:
        """For each row: 1 has now crossed inward (A to B), -1 outward, 0 not; int8 (n,). Coasting rows do not cross."""
        return self._step(tracks)[0]

    def _step(self, tracks: Tracks) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        keys = [(tracks.cameras[c], i) for c, i in zip(tracks.camera.tolist(), tracks.ids.tolist(), strict=True)]
        slots = np.array([self._slot(k) for k in keys], np.intp)
        crossed, left = np.zeros(len(slots), np.int8), np.zeros(len(slots), np.int64)
        rows = np.flatnonzero(tracks.seen)
        boxes = tracks.boxes[rows]
        at = places(boxes, self.line.view, self.line.frame)
        times = tracks.times[tracks.camera[rows]]
        line = ends(self.line)[None]
        now, when = self._sides.step(line, slots[rows], at, bx.sizes(boxes)[1], times)
        crossed[rows], left[rows] = now[:, 0], when[:, 0]
        return crossed, left

    def _slot(self, key: tuple[str, Id]) -> int:
        if key not in self._slots:
            self._slots[key] = self._free.pop() if self._free else len(self._slots)
            self._sides.grow(len(self._slots) + len(self._free))
        return self._slots[key]

    def crossings(self, tracks: Tracks) -> Iterator[Crossing]:
        """The crossings that this table decides."""
        crossed, left = self._step(tracks)
        for row in np.flatnonzero(crossed).tolist():
            k = int(tracks.camera[row])
            yield Crossing(
                self.line.name,
                tracks.cameras[k],
                tracks.ids[row : row + 1].tolist()[0],
                int(left[row]),
                int(tracks.times[k]),
                bool(crossed[row] > 0),
                row,
            )

    def forget(self, camera: str, ids: Iterable[Id] | None = None) -> None:
        """Drop these ids of a camera, or all that is remembered of it; their slots are used again."""
        gone = [k for k in self._slots if k[0] == camera] if ids is None else [(camera, i) for i in ids]
        freed = [self._slots.pop(k) for k in gone if k in self._slots]
        self._sides.forget(np.array(freed, np.intp))
        self._free += freed
