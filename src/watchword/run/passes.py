"""One evaluation of a plan: the tables that its steps read and fill.

There are three *scopes*: a column of a table is a camera, a thing, or a pair of two things of one camera. Each has
states (int8) and numbers (float64, the least and the greatest that it may be; NaN where unknown). Both exist twice:
`held`, where a thing that is unseen for a moment still has its last values, and `fresh`, which is only what this look
sees. Conditions hold on the first, deadlines are decided on the second. Where all was seen both are one array.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.run.blocks import blocks, joined, padded
from watchword.run.look import Bools, Look, Slots, Times, Values
from watchword.run.scopes import Scope

Floats = NDArray[np.float64]
T = TypeVar("T")
Dated = tuple[str, str, int, int]
"""Scope, "state" or "number", node, column."""


@attrs.define
class View:
    """States and numbers of one scope, either held or fresh: int8 (states, columns), float64 (numbers, columns)."""

    state: Values
    low: Floats
    high: Floats


class Grid:
    """The tables of one scope in one pass."""

    def __init__(self, states: int, numbers: int, columns: int, whole: bool) -> None:
        self.held = self._view(states, numbers, columns)
        self.fresh = self.held if whole else self._view(states, numbers, columns)

    @staticmethod
    def _view(states: int, numbers: int, columns: int) -> View:
        low = np.full((numbers, columns), np.nan)
        return View(np.zeros((states, columns), np.int8), low, low.copy())

    @property
    def whole(self) -> bool:
        """True where all was seen."""
        return self.fresh is self.held

    def split(self) -> None:
        """From here on what this look tells is apart from what is held, though all was seen."""
        if self.whole:
            held = self.held
            self.fresh = View(held.state.copy(), held.low.copy(), held.high.copy())

    def views(self) -> tuple[View, ...]:
        """Both, or one where they are the same."""
        return (self.held,) if self.whole else (self.held, self.fresh)

    def unknown(self, numbers: Slots, where: Bools) -> None:
        """Nothing is known of these numbers in some columns, bool (columns,) or (numbers, columns)."""
        for view in self.views():
            for bound in (view.low, view.high):
                bound[numbers] = np.where(where, np.nan, bound[numbers])


Reach = tuple[bool, float]
"""A distance that pairs are asked for: True on the ground (m), False in the picture (px); and no further than this."""


class Pairs:
    """Pairs of two rows of one camera, a row with itself too: `one` (p,) and `two` (p,) are rows, by `one`.

    Attributes:
        starts: (rows + 1,), where the pairs of each row start.
    """

    def __init__(self, starts: NDArray[np.int64], one: Slots, two: Slots) -> None:
        self.one, self.two = one, two
        self.starts = np.searchsorted(one, np.arange(int(starts[-1]) + 1))

    @classmethod
    def all(cls, starts: NDArray[np.int64]) -> Pairs:
        """Every pair. Rows are sorted by camera, those of camera k from `starts[k]` to `starts[k + 1]`."""
        sizes = np.diff(starts)
        each = np.repeat(sizes, sizes)
        one = np.repeat(np.arange(len(each)), each)
        first = np.cumsum(each) - each - np.repeat(starts[:-1], sizes)
        return cls(starts, one, np.arange(len(one)) - np.repeat(first, each))

    @classmethod
    def near(cls, starts: NDArray[np.int64], far: Sequence[tuple[Floats, float]]) -> Pairs:
        """The pairs no further apart than one of the reaches, by its places (rows, 2); NaN is near everything."""
        sizes = np.diff(starts)
        return cls(starts, *joined([_near(starts[mine], sizes[mine], far) for mine in blocks(sizes, sizes)]))


def _near(
    starts: NDArray[np.int64], sizes: NDArray[np.int64], far: Sequence[tuple[Floats, float]]
) -> tuple[Slots, Slots]:
    """The near pairs of cameras with `sizes` rows from `starts` on."""
    rows, valid = padded(starts, sizes)
    apart: Any = np.True_
    for places, reach in far:
        x, y = places[:, 0][rows], places[:, 1][rows]
        dx, dy = x[:, :, None] - x[:, None, :], y[:, :, None] - y[:, None, :]
        dx *= dx
        dy *= dy
        dx += dy
        apart = apart & (dx > reach * reach * (1 + 1e-9))  # told exactly by who asks
    camera, one, two = np.nonzero(~apart & valid[:, :, None] & valid[:, None, :])
    return rows[camera, one], rows[camera, two]


@attrs.define
class Pass:
    """One evaluation: a look at `look.now`, or, where nobody looked (`dark`), what becomes of the values.

    Attributes:
        look: The rows.
        grids: The tables by scope.
        scopes: The values of the pass before.
        cams: int64 (k,), which cameras, rising.
        starts: int64 (k + 1,), where each camera's rows start; rows are sorted by camera.
        column: int64 (n,), position of each row's camera among `cams`.
        cam_now: int64 (k,), the time of each camera's look.
        cam_before: int64 (k,), the time of the look before, `NEVER` where there was none.
        cam_interval: int64 (k,), three usual frame intervals, ns.
        hole: bool (n,), unseen for longer than the gap limit.
        over: bool (n,), their memory has passed.
        blind: True where nothing was looked at: values are those of the last look.
        dark: True where the cameras were dark in the meantime; else (blind) only these things were not seen.
        partial: True where the rows are not all things of their cameras.
        reach: All that pairs are asked for is within one of these distances; None where it may be further.
        dates: When what this pass decided began, where that was before it.
        seconds: Slots of the second things of `using`, by clause: (slots of all things).
        waiting: Where a grace waits whether what is seen lasts, bool (columns,), by scope and node.
        events: Scope and node of what happens at a moment.
        remembered: Where pairs of which something is remembered have it: places, and the row of each; of a partial pass
            all that one of its rows is part of.
    """

    look: Look
    grids: Mapping[str, Grid]
    scopes: Mapping[str, Scope]
    cams: NDArray[np.int64]
    starts: NDArray[np.int64]
    column: Slots
    cam_now: Times
    cam_before: Times
    cam_interval: Times
    hole: Bools
    over: Bools
    blind: bool
    dark: bool
    partial: bool
    reach: Sequence[Reach] | None
    dates: dict[Dated, int] = attrs.field(factory=dict)
    seconds: dict[object, Slots] = attrs.field(factory=dict)
    waiting: dict[tuple[str, int], Bools] = attrs.field(factory=dict)
    events: Collection[tuple[str, int]] = ()
    remembered: tuple[Slots, Slots] | None = None

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs of rows of one camera that matter."""
        if self.reach is None:
            return Pairs.all(self.starts)
        things, slots = self.look.things, self.look.slots
        nowhere = ~self.near[:, None]
        far = [
            (np.where(nowhere, np.nan, (things.ground if metric else things.at)[slots]), reach)
            for metric, reach in self.reach
        ]
        return Pairs.near(self.starts, far)

    @cached_property
    def near(self) -> Bools:
        """Bool (n,): seen, or unseen for no longer than the usual gap limit."""
        return self.look.held

    @cached_property
    def row_of(self) -> Slots:
        """By slot, its row in this pass; -1 where it has none."""
        found = np.full(self.look.things.size, -1, np.intp)
        found[self.look.slots] = np.arange(len(self.look.slots))
        return found

    def second_rows(self, clauses: Sequence[object]) -> tuple[Slots, Slots]:
        """Of each clause and row the second thing: its slot, or what is there in its place, and its row, else -1."""
        second = np.array([self.seconds[clause] for clause in clauses])[:, self.look.slots]
        return second, np.where(second >= 0, self.row_of[second], -1)

    def limit(self, after: Times) -> Times:
        """Gap limits (m, n), ns: of each call (`after`, (m,)) for each row."""
        found: Times = np.maximum(after[:, None], self.cam_interval[self.column])
        return found

    def limits(self, scope: str, after: Times) -> Times:
        """Gap limits (m, columns), ns."""
        if scope == "camera":
            found: Times = np.maximum(after[:, None], self.cam_interval)
            return found
        return self.limit(after) if scope == "thing" else self.limit(after)[:, self.pairs.one]

    def both(self, scope: str, rows: Bools) -> Bools:
        """What is so of rows, (n,), said of the columns: of pairs where it is so of both."""
        return rows if scope == "thing" else rows[self.pairs.one] & rows[self.pairs.two]

    def dark_for(self, after: Times) -> Bools:
        """Where the camera was dark for longer than the limit of a call, bool (m, k)."""
        passed = self.cam_now - self.cam_before
        found: Bools = passed > np.maximum(after[:, None], self.cam_interval)
        return found & self.dark

    def clock(self, scope: str) -> tuple[Slots, Times, Times, Bools]:
        """Of things, pairs or cameras: slots, times of the look, of the look before, and which are in a hole."""
        if scope == "thing":
            return self.look.slots, self.look.now, self.cam_before[self.column], self.hole
        if scope == "pair":
            assert self.remembered is not None
            places, rows = self.remembered
            hole = np.ones(len(rows), np.bool_) if self.partial else ~self.both("pair", ~self.hole)
            return places, self.look.now[rows], self.cam_before[self.column[rows]], hole
        return self.cams, self.cam_now, self.cam_before, np.full(len(self.cams), self.dark)

    def dated(self, scope: str, kind: str, above: Mapping[int, Sequence[T]]) -> Iterator[tuple[T, int, int]]:
        """What stands on nodes that began before this look, by `above`: each with column and date."""
        if self.dates:
            for (where, what, node, col), date in list(self.dates.items()):
                if where == scope and what == kind:
                    for one in above.get(node, ()):
                        yield one, col, date

    def since(self, scope: str, node: int, col: int) -> int:
        """Since when a state has its value, ns."""
        date = self.dates.get((scope, "state", node, col))
        if date is not None:
            return date
        slots, now, _, _ = self.clock(scope)
        known = self.scopes[scope]
        slot = int(slots[col])
        same = self.grids[scope].held.state[node, col] == known.value[node, slot] and (scope, node) not in self.events
        return int(known.changed[node, slot]) if same else int(now[col])

    def then(self, scope: str, node: int, col: int, time: int) -> int:
        """What a state was at a time before this look, as far as the last changes say: 0 where they do not."""
        if self.since(scope, node, col) <= time:
            return int(self.grids[scope].held.state[node, col])
        known, slot = self.scopes[scope], int(self.clock(scope)[0][col])
        return int(known.value[node, slot]) if known.changed[node, slot] <= time else 0
