"""Measuring in a scene: places of boxes, what a zone holds, metres on the ground. Lines are in `crossings`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.calibration import homography as homography
from watchword.calibration import on_ground as on_ground
from watchword.cells import Cells
from watchword.detections import Table
from watchword.scene import Size, View, Zone

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
    low, high = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    if low[0] > 0 and low[1] > 0 and high[0] <= w and high[1] <= h:
        return at  # nothing is outside; NaN does not come here
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


FEW = 500
"""So few questions are asked of the polygons themselves; more are looked up in a grid."""
BEFORE_CELLS = 32
"""That is drawn after so many times, since it takes a millisecond a zone."""


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
        self._shapes = self._polygons[self._at]
        self._cells: Cells | None = None
        self._asked = 0

    def contains(self, boxes: Floats, at: Floats) -> Bools:
        """Which boxes (n, 4) are in which zone, bool (zones, n); `at` (n, 2) are their places, px."""
        inside = self._holds(at)
        if not self._others:
            return inside
        found = np.empty((len(self.zones), len(boxes)), np.bool_)
        found[self._at] = inside
        for k in self._others:
            found[k] = zone_contains(self.zones[k], boxes, at)
        return found

    def _holds(self, at: Floats) -> Bools:
        """Which places (n, 2) lie in the zones that ask for the bottom of boxes, bool (those, n)."""
        if len(self._at) * len(at) >= FEW:
            self._asked += 1
            if self._cells is None and self._asked > BEFORE_CELLS:
                self._cells = Cells(self._shapes)
            if self._cells is not None:
                return self._cells.contains(at)
        inside: Bools = shapely.intersects_xy(self._shapes[:, None], at[:, 0], at[:, 1])
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


def rows_in_cover(cover: Cover, table: Table) -> Bools:
    """Which rows of a table are in which zones of one scene, bool (zones, n)."""
    if not cover.zones:
        return np.zeros((0, len(table)), np.bool_)
    return cover.contains(table.boxes, table_places(table, cover.zones[0].view, cover.zones[0].frame))


def table_places(table: Table, view: View, frame: Size | None, *, centre: bool = False) -> Floats:
    """The places of a table's boxes; of one table they are worked out once."""
    kind = (view, frame, centre)
    at: Floats | None = table.memo.get(kind)
    if at is None:
        at = table.memo[kind] = places(table.boxes, view, frame, centre=centre)
    return at


def rows_in_zone(zone: Zone, table: Table) -> Bools:
    """Which rows of a table are in a zone, bool (n,)."""
    if zone.anchor not in ("bottom", "centre"):
        return zone_contains(zone, table.boxes)
    at = table_places(table, zone.view, zone.frame, centre=zone.anchor == "centre")
    inside: Bools = shapely.intersects_xy(polygon(zone), at[:, 0], at[:, 1])
    return inside


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
