"""Steps of time: `for` inside a condition, and `grace`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import FALSE, Clocks, Times, Values, widen
from watchword.run.memory import Memory
from watchword.run.passes import Pass
from watchword.run.steps import Keeping, Machine, Nodes, standing_on


class _Timed(Keeping):
    """A step with a state by thing or camera, each of whose nodes stands on one other. It dates its nodes itself."""

    def __init__(self, scope: str, machine: Machine, out: Nodes, child: Nodes) -> None:
        super().__init__(scope, machine)
        self._out, self._child = out, child
        self._rows = standing_on((c, k) for k, c in enumerate(child.tolist()))

    def _dates(self, at: Pass) -> Iterator[tuple[int, int, int]]:
        """Row, column and date of what of its children began before this look."""
        return at.dated(self.scope, "state", self._rows)


class Held(Memory):
    """What a `for` remembers of states by slot: its clock, and its value when last known."""

    STATE = ("value: row col", "clocks: part")

    def __init__(self, policies: list[int]) -> None:
        self.clocks = Clocks(policies)
        self.value = np.zeros((len(policies), 0), np.int8)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(size)
        self.value = widen(self.value, size, FALSE)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these slots."""
        self.clocks.forget(slots)
        self.value[:, slots] = FALSE


class Hold(_Timed):
    """`for` inside a condition: true once its state has held without a break that long, dated when it had."""

    def __init__(self, scope: str, out: Nodes, child: Nodes, durations: Times, policies: list[int]) -> None:
        self._held = Held(policies)
        self.clocks = self._held.clocks
        super().__init__(scope, self._held, out, child)
        self._durations = durations[:, None]

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        grid = at.grids[self.scope]
        slots, now, before, hole = at.clock(self.scope)
        held, fresh = grid.held.state, grid.fresh.state
        body = held[self._child]
        self.clocks.step(slots, body, fresh[self._child], now, before, hole)
        for k, col, date in self._dates(at):
            slot = slots[col]
            if self.clocks.since[k, slot] == now[col]:
                self.clocks.since[k, slot] = date
            elif body[k, col] < 0:  # it ended at its date
                at.dates[self.scope, "state", int(self._out[k]), col] = date
        since = self.clocks.since[:, slots]
        due = np.where(since == NEVER, now + 1, since + self._durations)
        value = np.where(body > 0, np.where(due <= now, 1, -1), body).astype(np.int8)
        last = self._held.value[:, slots]
        if self.scope != "pair":  # what is so of pairs is told by groups, at a look
            for k, col in zip(*np.nonzero((value > 0) & (last <= 0) & (due < now)), strict=True):
                at.dates[self.scope, "state", int(self._out[k]), int(col)] = int(due[k, col])
        self._held.value[:, slots] = np.where(value == 0, last, value)
        held[self._out] = value
        if held is not fresh:
            fresh[self._out] = np.where(fresh[self._child] == 0, 0, value)


class Settled(Memory):
    """What a grace remembers by slot: the value that counts, since when it has been another, and the clock of that."""

    STATE = ("value: row col", "other: row col", "clocks: part")

    def __init__(self, policies: list[int]) -> None:
        m = len(policies)
        self.value = np.zeros((m, 0), np.int8)
        self.other = np.zeros((m, 0), np.int64)
        self.clocks = Clocks(policies)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.value = widen(self.value, size, FALSE)
        self.other = widen(self.other, size, NEVER)
        self.clocks.grow(size)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these slots."""
        self.value[:, slots] = FALSE
        self.other[:, slots] = NEVER
        self.clocks.forget(slots)


class Settle(_Timed):
    """`grace`: a change counts when a look that long after it sees it still so, and is then dated when it began.

    What was never known is taken for false, so that a flicker right at the start is not seen either. Not knowing is not
    delayed: it arms and ends nothing. What became true before a hole in which grace waited begins as its clock has it.
    """

    def __init__(self, scope: str, out: Nodes, child: Nodes, durations: Sequence[int], policies: list[int]) -> None:
        self._known = Settled(policies)
        super().__init__(scope, self._known, out, child)
        self._durations = np.array(durations, np.int64)[:, None]

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        grid, clocks = at.grids[self.scope], self._known.clocks
        slots, now, before, hole = at.clock(self.scope)
        held: Values = grid.held.state[self._child]
        fresh: Values = grid.fresh.state[self._child]
        settled, other = self._known.value[:, slots], self._known.other[:, slots]
        differs = (held != 0) & (held != settled)
        begun = np.where(differs, np.where(other == NEVER, now, other), NEVER)
        waits = np.where(held == 0, 0, np.where(differs, 1, -1)).astype(np.int8)
        clocks.step(slots, waits, np.where(fresh == 0, 0, waits).astype(np.int8), now, before, hole)
        for k, col, date in self._dates(at):
            if differs[k, col] and other[k, col] == NEVER:
                begun[k, col] = date
                if clocks.since[k, slots[col]] == now[col]:
                    clocks.since[k, slots[col]] = date
        # While it is not known the change is still waited for: it may go on afterwards.
        begun = np.where(held == 0, other, begun)
        counts = differs & (fresh == held) & (now - np.where(begun == NEVER, now, begun) >= self._durations)
        counts &= not at.blind
        settled = np.where(counts, held, settled)
        self._known.value[:, slots] = settled
        self._known.other[:, slots] = np.where(counts, NEVER, begun)
        began = np.where(held > 0, clocks.since[:, slots], begun)
        for k, col in zip(*np.nonzero(counts & (began < now)), strict=True):
            at.dates[self.scope, "state", int(self._out[k]), int(col)] = int(began[k, col])
        # A look that sees the other value tells nothing: it may prove to be a change.
        for k, waiting in zip(self._out.tolist(), differs & ~counts, strict=True):
            at.waiting[self.scope, k] = waiting
        grid.held.state[self._out] = np.where(held == 0, 0, settled)
        if not grid.whole:
            grid.fresh.state[self._out] = np.where(fresh == 0, 0, settled)
