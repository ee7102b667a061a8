"""One evaluation of a plan: the tables that its steps read and fill.

There are three *scopes*: a column of a table is a camera, a thing, or a pair of two things of one camera. Each has
states (int8) and numbers (float64, the least and the greatest that it may be; NaN where unknown). Both exist twice:
`held`, where a thing that is unseen for a moment still has its last values, and `fresh`, which is only what this look
sees. Conditions hold on the first, deadlines are decided on the second. Where all was seen both are one array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.run.look import Bools, Look, Slots, Times, Values
from watchword.run.scopes import Scope

Floats = NDArray[np.float64]
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

    def views(self) -> tuple[View, ...]:
        """Both, or one where they are the same."""
        return (self.held,) if self.whole else (self.held, self.fresh)

    def unknown(self, numbers: Slots, where: Bools) -> None:
        """Nothing is known of these numbers in some columns, bool (columns,) or (numbers, columns)."""
        for view in self.views():
            for bound in (view.low, view.high):
                bound[numbers] = np.where(where, np.nan, bound[numbers])


class Pairs:
    """Every pair of two rows of one camera, a row with itself too: `one` (p,) and `two` (p,) are rows, by `one`.

    Attributes:
        starts: (rows + 1,), where the pairs of each row start.
    """

    def __init__(self, starts: NDArray[np.int64]) -> None:
        sizes = np.diff(starts)
        each = np.repeat(sizes, sizes)
        self.starts = np.concatenate(([0], np.cumsum(each)))
        self.one = np.repeat(np.arange(len(each)), each)
        self.two = np.arange(len(self.one)) - np.repeat(self.starts[:-1] - np.repeat(starts[:-1], sizes), each)


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
        blind: True where nothing was looked at: values are those of the last look.
        dark: True where the cameras were dark in the meantime; else (blind) only these things were not seen.
        partial: True where the rows are not all things of their cameras.
        dates: When what this pass decided began, where that was before it.
        seconds: Slots of the second things of `using`, by clause: (slots of all things).
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
    blind: bool
    dark: bool
    partial: bool
    dates: dict[Dated, int] = attrs.field(factory=dict)
    seconds: dict[object, Slots] = attrs.field(factory=dict)

    @cached_property
    def pairs(self) -> Pairs:
        """Every pair of rows of one camera."""
        return Pairs(self.starts)

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

    def limit(self, after: Times) -> Times:
        """Gap limits (m, n), ns: of each call (`after`, (m,)) for each row."""
        found: Times = np.maximum(after[:, None], self.cam_interval[self.column])
        return found

    def limits(self, scope: str, after: Times) -> Times:
        """Gap limits (m, columns), ns, for things or cameras."""
        found: Times = self.limit(after) if scope == "thing" else np.maximum(after[:, None], self.cam_interval)
        return found

    def dark_for(self, after: Times) -> Bools:
        """Where the camera was dark for longer than the limit of a call, bool (m, k)."""
        passed = self.cam_now - self.cam_before
        found: Bools = passed > np.maximum(after[:, None], self.cam_interval)
        return found & self.dark

    def clock(self, scope: str) -> tuple[Slots, Times, Times, Bools]:
        """Of things or cameras: slots, times of the look, of the look before, and which are in a hole."""
        if scope == "thing":
            return self.look.slots, self.look.now, self.cam_before[self.column], self.hole
        return self.cams, self.cam_now, self.cam_before, np.full(len(self.cams), self.dark)

    def dated(self, scope: str, kind: str, above: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, int, int]]:
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
        same = self.grids[scope].held.state[node, col] == known.value[node, slot]
        return int(known.changed[node, slot]) if same else int(now[col])
