"""The last values of a plan's nodes, since when, and what they were over the last minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import Slots, Times, Values, widen
from watchword.run.memory import Cut, Leaf, Memory, Move, Rows, Saved, table

NOT_YET = np.int8(-2)
"""No value was written yet."""


@attrs.define
class Log:
    """Changes of values over the last minute, for pictures: (time, nodes, slots, values) a pass."""

    span: int
    entries: list[tuple[int, NDArray[np.intp], NDArray[np.intp], Values]] = attrs.field(factory=list)

    def add(self, time: int, nodes: NDArray[np.intp], slots: NDArray[np.intp], values: Values) -> None:
        """Write changes down; drop what is older than the span."""
        self.entries.append((time, nodes, slots, values))
        while self.entries and self.entries[0][0] < time - self.span:
            self.entries.pop(0)

    def leaf(self, rows: Rows, axis: str) -> Leaf:
        """The changes, for a snapshot."""

        def save(cut: Cut) -> Saved:
            arrays = {"node": [e[1] for e in self.entries], "slot": [e[2] for e in self.entries]}
            found = {name: np.concatenate([np.zeros(0, np.int64), *given]) for name, given in arrays.items()}
            found["slot"] = cut.number(axis, found["slot"])
            found["value"] = np.concatenate([np.zeros(0, np.int8), *(e[3] for e in self.entries)])
            return [[e[0], len(e[1])] for e in self.entries], found

        def load(saved: Saved, move: Move) -> None:
            nodes = np.full(1 + int(saved[1]["node"].max(initial=0)) + int(move.rows[0].max(initial=0)), -1, np.intp)
            nodes[move.rows[0]] = move.rows[1]
            node, slot = nodes[saved[1]["node"]], move.number(axis, saved[1]["slot"])
            start = 0
            for time, many in saved[0]:
                mine = np.arange(start, start + many)
                mine = mine[(node[mine] >= 0) & (slot[mine] >= 0)]
                start += many
                if len(mine):
                    self.entries.append((time, node[mine], slot[mine].astype(np.intp), saved[1]["value"][mine]))
            self.entries.sort(key=lambda entry: entry[0])

        return Leaf("log", rows, save, load, needed=False)


class Scope(Memory):
    """The last values of the nodes of things, or of cameras, and since when they have been so.

    Attributes:
        value: int8 (states, slots), `NOT_YET` where there is none.
        changed: int64 (states, slots), since when, ns.
        low: float64 (numbers, slots), the least that a number may be.
        high: The greatest.
    """

    def __init__(self, states: int, numbers: int, span: int) -> None:
        self.value = np.zeros((states, 0), np.int8)
        self.changed = np.zeros((states, 0), np.int64)
        self.low = np.zeros((numbers, 0))
        self.high = np.zeros((numbers, 0))
        self.log = Log(span) if span else None
        self._last: tuple[Slots, Values] | None = None  # what was noted last, if nothing was forgotten since

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.value = widen(self.value, size, NOT_YET)
        self.changed = widen(self.changed, size, NEVER)
        self.low = widen(self.low, size, np.nan)
        self.high = widen(self.high, size, np.nan)

    def forget(self, slots: Slots) -> None:
        """Begin anew for these slots."""
        self._last = None
        self.value[:, slots] = NOT_YET
        self.changed[:, slots] = NEVER
        self.low[:, slots] = self.high[:, slots] = np.nan

    PASSING = frozenset({"_last"})

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The values, and what they were; `rows` are the states, and after them the numbers."""
        states, numbers = rows[: len(self.value)], rows[len(self.value) :]
        for name in ("value", "changed"):
            yield table(name, getattr(self, name), "row col", states, axis)
        for name in ("low", "high"):
            yield table(name, getattr(self, name), "row col", numbers, axis)
        if self.log is not None:
            yield self.log.leaf(states, axis)

    def note(self, slots: Slots, values: Values, now: Times, dates: Mapping[tuple[int, int], int]) -> None:
        """Write down which values have changed; `dates` says, by node and column, which did so before `now`."""
        # The same columns as the last time, which is nearly always: what was noted then need not be gathered.
        same = self._last is not None and self._last[0] is slots
        was = self._last[1] if same and self._last is not None else self.value.take(slots, axis=1)
        self._last = (slots, values)
        changed = np.flatnonzero(values != was)
        if not len(changed):
            return
        node, col = np.divmod(changed, len(slots))
        slot, value = slots[col], values[node, col]
        self.value[node, slot] = value
        self.changed[node, slot] = now[col]
        for (i, j), date in dates.items():
            if values[i, j] == self.value[i, slots[j]] and self.changed[i, slots[j]] == now[j]:
                self.changed[i, slots[j]] = date
        if self.log is not None:
            self.log.add(int(now.max()), node, slot, value)
