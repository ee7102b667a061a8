"""Kernels of where things are: zones, lines, whether they are seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchword.boxes import sizes
from watchword.detections import NEVER
from watchword.geometry import Sides, path_meets_zone
from watchword.lang import nodes as n
from watchword.run.logic import widen
from watchword.run.look import Look, Slots, Stateless, Values


class InZone(Stateless):
    """`in zone`."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.stack([look.inside(call.names[0].text) for call in self.calls])


class OutsideZone(Stateless):
    """`outside zone`."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return -np.stack([look.inside(call.names[0].text) for call in self.calls])


class Visible(Stateless):
    """`is visible`: known whenever the camera looks."""

    own = True

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.tile(np.where(look.seen, 1, -1).astype(np.int8), (len(self.calls), 1))


class _Passages:
    """What entering and leaving share: the last known side of each zone's border, and the place before."""

    sign: int

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self.calls = calls
        self._last = np.zeros((len(calls), 0), np.int8)
        self._at = np.zeros((0, 2))

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._last = widen(self._last, size, 0)
        at = np.full((size, 2), np.nan)
        at[: len(self._at)] = self._at
        self._at = at

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._last[:, slots] = 0
        self._at[slots] = np.nan

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look at which it happens."""
        rows = look.rows
        slots = look.slots[rows]
        inside = np.stack([look.inside(call.names[0].text)[rows] for call in self.calls])
        last = self._last[:, slots]
        happens = (inside == self.sign) & (last == -self.sign)
        # A path between two near sights that lies across a zone went in and out.
        at, before = look.things.at[slots], self._at[slots]
        near = np.isfinite(before[:, 0]) & np.isfinite(at[:, 0])
        near &= look.now[rows] - look.before[rows] <= look.limit[rows]
        both_out = (inside == -1) & (last == -1) & near
        if both_out.any():
            for i, call in enumerate(self.calls):
                for zone, mine in look.among(*look.atlas.zones(call.names[0].text)):
                    j = np.searchsorted(rows, mine)
                    j = j[both_out[i, j]]
                    if len(j) and zone.anchor in ("bottom", "centre"):
                        happens[i, j] = path_meets_zone(zone, before[j], at[j])
        self._last[:, slots] = inside
        self._at[slots] = at
        values = np.full((len(self.calls), len(look.slots)), -1, np.int8)
        values[:, rows] = np.where(happens, 1, -1)
        return values


class Enters(_Passages):
    """`enters zone`."""

    sign = 1


class Exits(_Passages):
    """`exits zone`."""

    sign = -1


class Crosses:
    """`crosses line`, dated when the old side was left."""

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self.calls = calls
        self._names = sorted({call.names[0].text for call in calls})
        self._sides = {name: Sides() for name in self._names}
        self.dates: dict[tuple[int, int], int] = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        for sides in self._sides.values():
            sides.grow(size)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        for sides in self._sides.values():
            sides.forget(slots)

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look that decides a crossing; its date is in `dates`."""
        values = np.full((len(self.calls), len(look.slots)), -1, np.int8)
        self.dates.clear()
        for name in self._names:
            for line, rows in look.among(*look.atlas.lines(name)):
                slots = look.slots[rows]
                heights = sizes(look.things.box[slots])[1]
                crossed, left = self._sides[name].step(line, slots, look.things.at[slots], heights, look.now[rows])
                for k in np.flatnonzero(crossed).tolist():
                    for i, call in enumerate(self.calls):
                        if call.names[0].text == name and _goes(call.way, crossed[k] > 0, line.sides):
                            values[i, rows[k]] = 1
                            self.dates[i, int(slots[k])] = int(left[k]) if left[k] != NEVER else int(look.now[rows[k]])
        return values


def _goes(way: n.Way | None, inward: bool, sides: tuple[str, str] | None) -> bool:
    """Whether a crossing inward (or else outward) is one this way."""
    if way is None or way.kind == "either":
        return True
    if way.kind == "to":
        assert way.side is not None
        return sides is not None and way.side.text == sides[inward]
    return inward == (way.kind == "inward")
