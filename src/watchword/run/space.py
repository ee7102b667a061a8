"""Kernels of where things are: zones, lines, whether they are seen, when they come and go.

Those with a `grace` take it as a second argument, ns for each call: a change of zone or side that does not last so
long is not seen, and one that does is dated when it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from watchword.boxes import sizes
from watchword.crossings import Sides
from watchword.lang import nodes as n
from watchword.run.look import Bools, Look, Slots, Stateless, Times, Values
from watchword.run.membership import Membership
from watchword.run.memory import Leaf, Memory, Rows, table, under

Dates = dict[tuple[int, int], int]
"""When what a look decided happened or began, by call and slot, where that was earlier."""


class InZone(Memory):
    """`in zone`.

    Attributes:
        waits: bool (m, rows), where a grace waits whether what this look sees lasts; None where nowhere.
    """

    PASSING = frozenset({"dates", "waits"})
    grace = True
    sign = 1

    def __init__(self, calls: Sequence[n.Apply], grace: Sequence[int] = ()) -> None:
        self._zones = [call.names[0].text for call in calls]
        self._waiting = np.array([k for k, ns in enumerate(grace) if ns], np.intp)
        self._membership = Membership([self._zones[k] for k in self._waiting], [grace[k] for k in self._waiting])
        self.waits: Bools | None = None
        self.dates: Dates = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._membership.grow(size)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._membership.forget(slots)

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The sides of those with a grace."""
        yield from under("_membership", self._membership.memory([rows[k] for k in self._waiting], axis))

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        values = look.inside_each(self._zones)
        if len(self._waiting):
            side, turned, since = self._membership.step(look)
            at = self._waiting[:, None], look.rows
            other = values[at] != side
            self.waits = None
            if other.any():
                self.waits = np.zeros(values.shape, np.bool_)
                self.waits[at] = other
            values[at] = side
            self.dates = _dates(look, turned, since, self._waiting)
        return values if self.sign > 0 else -values


class OutsideZone(InZone):
    """`outside zone`."""

    sign = -1


def _dates(look: Look, turned: Bools, since: Times, calls: Slots) -> Dates:
    """The dates of what turned among the rows seen, where they are earlier than the look."""
    rows = look.rows
    call, k = np.nonzero(turned & (since < look.now[rows]))
    slots = look.slots[rows[k]]
    return dict(zip(zip(calls[call].tolist(), slots.tolist(), strict=True), since[call, k].tolist(), strict=True))


class Visible(Stateless):
    """`is visible`: known whenever the camera looks."""

    own = True

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.tile(np.where(look.seen, 1, -1).astype(np.int8), (len(self.calls), 1))


class _Passages(Memory):
    """What entering and leaving share: the last known side of each zone's border, and the box before.

    A path between two near sights that lies across a zone went in and out, unless a grace asks for longer stays.
    """

    STATE = ("_membership: part", "_box: col")
    PASSING = frozenset({"dates"})
    grace = True
    sign: int

    def __init__(self, calls: Sequence[n.Apply], grace: Sequence[int] = ()) -> None:
        self._zones = tuple(call.names[0].text for call in calls)
        graces = list(grace) or [0] * len(calls)
        self._membership = Membership(self._zones, graces)
        self._through = np.array([ns == 0 for ns in graces])[:, None]
        self._box = np.zeros((0, 4))
        self.dates: Dates = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._membership.grow(size)
        box = np.full((size, 4), np.nan)
        box[: len(self._box)] = self._box
        self._box = box

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._membership.forget(slots)
        self._box[slots] = np.nan

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look that decides it."""
        rows = look.rows
        slots = look.slots[rows]
        side, turned, since = self._membership.step(look)
        happens = turned & (side == self.sign)
        self.dates = _dates(look, happens, since, np.arange(len(self._zones)))
        near = look.now[rows] - look.before[rows] <= look.limit[rows]
        near &= np.isfinite(self._box[slots, 0])
        out = (side < 0) & ~turned & near & self._through
        if out.any():
            for cover, mine in look.among(*look.atlas.covers(self._zones)):
                j = slice(None) if len(mine) == len(rows) else np.searchsorted(rows, mine)
                slots_j = slots[j]
                happens[:, j] |= cover.passed(self._box[slots_j], look.things.box[slots_j], out[:, j])
        self._box[slots] = look.things.box[slots]
        values = np.full((len(self._zones), len(look.slots)), -1, np.int8)
        values[:, rows] = np.where(happens, 1, -1)
        return values


class Enters(_Passages):
    """`enters zone`."""

    sign = 1


class Exits(_Passages):
    """`exits zone`."""

    sign = -1


class Crosses(Memory):
    """`crosses line`, dated when the old side was left."""

    PASSING = frozenset({"dates"})
    grace = True

    def __init__(self, calls: Sequence[n.Apply], grace: Sequence[int] = ()) -> None:
        graces = list(grace) or [0] * len(calls)
        self._calls = list(calls)
        self._groups: list[tuple[tuple[str, ...], Sides, list[tuple[int, int]]]] = []
        """For each grace: the lines, the state, and which call is about which of the lines."""
        for ns in sorted(set(graces)):
            mine = [(k, call.names[0].text) for k, call in enumerate(calls) if graces[k] == ns]
            names = tuple(dict.fromkeys(name for _, name in mine))
            self._groups.append((names, Sides(len(names), ns), [(k, names.index(name)) for k, name in mine]))
        self.dates: Dates = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        for _, sides, _ in self._groups:
            sides.grow(size)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        for _, sides, _ in self._groups:
            sides.forget(slots)

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The sides, by call, and where things were last; of each grace."""
        for _, sides, calls in self._groups:
            mine, lines = [rows[call] for call, _ in calls], [line for _, line in calls]
            for name in ("committed", "met", "left", "stands", "beyond", "open"):
                array = getattr(sides, name)
                yield table(f"{name} {sides.grace}", array, "col row", mine, axis, lines)
            yield table(f"last {sides.grace}", sides.last, "col", None, axis)

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look that decides a crossing; its date is in `dates`."""
        values = np.full((len(self._calls), len(look.slots)), -1, np.int8)
        self.dates = {}
        rows = look.rows
        slots, now, camera = look.slots[rows], look.now[rows], look.camera[rows]
        heights, at = sizes(look.things.box[slots])[1], look.things.at[slots]
        for names, sides, calls in self._groups:
            ends = look.atlas.ends(names)
            crossed, left = sides.step(
                ends[camera] if len(look.cams) > 1 else ends[look.cams[0]], slots, at, heights, now
            )
            for k, line in zip(*(found.tolist() for found in np.nonzero(crossed)), strict=True):
                named = look.atlas.places[int(camera[k])].lines[names[line]].sides
                for call, of in calls:
                    if of == line and _goes(self._calls[call].way, bool(crossed[k, line] > 0), named):
                        values[call, rows[k]] = 1
                        self.dates[call, int(slots[k])] = int(left[k, line])
        return values


def _goes(way: n.Way | None, inward: bool, sides: tuple[str, str] | None) -> bool:
    """Whether a crossing inward (or else outward) is one this way."""
    if way is None or way.kind == "either":
        return True
    if way.kind == "to":
        assert way.side is not None
        return sides is not None and way.side.text == sides[inward]
    return inward == (way.kind == "inward")


class Appears(Stateless):
    """`appears`: the first sight."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        first = look.seen & (look.things.sights[look.slots] == 1)
        return np.tile(np.where(first, 1, -1).astype(np.int8), (len(self.calls), 1))


class Disappears(Stateless):
    """`disappears`: it has ended; dated at its end."""

    own = True

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        super().__init__(calls)
        self.dates: Dates = {}

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look in which the end is decided."""
        slots = look.slots[look.ended]
        ends = dict(zip(slots.tolist(), look.things.end[slots].tolist(), strict=True))
        self.dates = {(k, slot): end for k in range(len(self.calls)) for slot, end in ends.items()}
        return np.tile(np.where(look.ended, 1, -1).astype(np.int8), (len(self.calls), 1))
