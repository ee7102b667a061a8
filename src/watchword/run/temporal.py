"""Steps of time: `for` inside a condition, and `grace`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import FALSE, Clocks, Times, Values, widen
from watchword.run.passes import Pass
from watchword.run.steps import Nodes


class _Timed:
    """A step with a state by thing or camera, each of whose nodes stands on one other."""

    columns: Collection[str] = ()

    def __init__(self, scope: str, out: Nodes, child: Nodes) -> None:
        self.scope, self._out, self._child = scope, out, child
        self._row: dict[int, list[int]] = {int(c): [] for c in child.tolist()}
        for k, c in enumerate(child.tolist()):
            self._row[c].append(k)

    def _dates(self, at: Pass) -> list[tuple[int, int, int]]:
        """Row, column and date of what of its children began before this look."""
        return [
            (k, col, date) for child, col, date in at.dated(self.scope, "state", self._row) for k in self._row[child]
        ]

    def carry(self, at: Pass) -> None:
        """It has dated its nodes itself."""


class Hold(_Timed):
    """`for` inside a condition: true once its state has held without a break that long, dated when it had."""

    def __init__(self, scope: str, out: Nodes, child: Nodes, durations: Times, policies: list[int]) -> None:
        super().__init__(scope, out, child)
        self._durations = durations[:, None]
        self.clocks = Clocks(policies)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(things if self.scope == "thing" else cameras)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Clear the clocks of these things."""
        if self.scope == "thing":
            self.clocks.forget(slots)

    def forget_camera(self, camera: int) -> None:
        """Clear the clocks of a camera."""
        if self.scope == "camera":
            self.clocks.forget(np.array([camera], np.intp))

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
        known = at.scopes[self.scope].value[self._out][:, slots]
        for k, col in zip(*np.nonzero((value > 0) & (known <= 0) & (due < now)), strict=True):
            at.dates[self.scope, "state", int(self._out[k]), int(col)] = int(due[k, col])
        held[self._out] = value
        if held is not fresh:
            fresh[self._out] = np.where(fresh[self._child] == 0, 0, value)


class Settle(_Timed):
    """`grace`: a change counts when a look that long after it sees it still so, and is then dated when it began.

    What was never known is taken for false, so that a flicker right at the start is not seen either. Not knowing is not
    delayed: it arms and ends nothing.
    """

    def __init__(self, scope: str, out: Nodes, child: Nodes, durations: Sequence[int]) -> None:
        super().__init__(scope, out, child)
        self._durations = np.array(durations, np.int64)[:, None]
        self._settled = np.zeros((len(out), 0), np.int8)
        self._other = np.zeros((len(out), 0), np.int64)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        size = things if self.scope == "thing" else cameras
        self._settled = widen(self._settled, size, FALSE)
        self._other = widen(self._other, size, NEVER)

    def _clear(self, slots: NDArray[np.intp]) -> None:
        self._settled[:, slots] = FALSE
        self._other[:, slots] = NEVER

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these things."""
        if self.scope == "thing":
            self._clear(slots)

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        if self.scope == "camera":
            self._clear(np.array([camera], np.intp))

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        grid = at.grids[self.scope]
        slots, now, _, _ = at.clock(self.scope)
        held: Values = grid.held.state[self._child]
        fresh: Values = grid.fresh.state[self._child]
        settled, other = self._settled[:, slots], self._other[:, slots]
        differs = (held != 0) & (held != settled)
        begun = np.where(differs, np.where(other == NEVER, now, other), NEVER)
        for k, col, date in self._dates(at):
            if differs[k, col] and other[k, col] == NEVER:
                begun[k, col] = date
        # While it is not known the change is still waited for: it may go on afterwards.
        begun = np.where(held == 0, other, begun)
        counts = differs & (fresh == held) & (now - np.where(begun == NEVER, now, begun) >= self._durations)
        counts &= not at.blind
        settled = np.where(counts, held, settled)
        self._settled[:, slots] = settled
        self._other[:, slots] = np.where(counts, NEVER, begun)
        for k, col in zip(*np.nonzero(counts & (begun < now)), strict=True):
            at.dates[self.scope, "state", int(self._out[k]), int(col)] = int(begun[k, col])
        grid.held.state[self._out] = np.where(held == 0, 0, settled)
        if not grid.whole:
            grid.fresh.state[self._out] = np.where(fresh == 0, 0, settled)
