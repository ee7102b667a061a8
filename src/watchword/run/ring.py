"""What a window of time remembers: at most `RING` samples a call and column, however often it is looked.

A window (now − D, now] is asked of m calls, each with a D of its own, over columns (things or cameras). What comes
closer to the last sample than a 254th of D is added to that sample, and a line is drawn within it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import Slots, Times, widen
from watchword.run.memory import Leaf, Memory, Rows, samples

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RING = 256
"""Samples kept of a window, at most."""


class Ring(Memory):
    """Samples of m windows over columns: a span of time and k numbers each, oldest forgotten first.

    It begins small and doubles its depth, up to `RING`, as looks come close together.

    Attributes:
        durations: int64 (m,), ns.
        spacing: int64 (m,), how far samples begin apart at least, ns.
        begin: int64 (m, columns, depth), sample j of a column being at j mod depth.
        end: int64 (m, columns, depth).
        value: float64 (m, columns, depth, k).
        pushed: int64 (m, columns), how many samples there were.
        passed: int64 (m, columns), how many of them are not needed any more.
    """

    def __init__(self, durations: Sequence[int], k: int) -> None:
        m = len(durations)
        self.durations = np.array(durations, np.int64)
        self.spacing = -(-self.durations // (RING - 2))
        self.begin = np.zeros((m, 0, 4), np.int64)
        self.end = np.zeros((m, 0, 4), np.int64)
        self.value = np.zeros((m, 0, 4, k))
        self.pushed = np.zeros((m, 0), np.int64)
        self.passed = np.zeros((m, 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        for name in ("begin", "end", "value", "pushed", "passed"):
            old = getattr(self, name)
            more = np.zeros((old.shape[0], size, *old.shape[2:]), old.dtype)
            more[:, : old.shape[1]] = old
            setattr(self, name, more)

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The samples that are still needed."""
        yield samples("samples", rows, axis, self._rings, lambda: self.pushed, lambda: self.passed, self.deepen)

    def _rings(self) -> dict[str, NDArray[Any]]:
        return {"begin": self.begin, "end": self.end, "value": self.value}

    def deepen(self, depth: int) -> None:
        """Have room for this many samples a column: a power of two, and no less than now."""
        while self.begin.shape[2] < depth:  # sample j is then at j mod depth, whichever half that is
            for name in ("begin", "end", "value"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate((old, old), axis=2))

    def forget(self, cols: Slots) -> None:
        """Drop the samples of these columns."""
        self.pushed[:, cols] = self.passed[:, cols] = 0

    def entries(self, cols: Slots) -> Slots:
        """Numbers of the windows of these columns, (m, n): row × columns + column."""
        m, size = self.pushed.shape
        found: Slots = size * np.arange(m)[:, None] + cols
        return found

    def oldest(self, entry: Slots) -> Slots:
        """Where the oldest sample still needed stands, in `begin` and `end` laid flat."""
        depth = self.begin.shape[2]
        return entry * depth + (self.passed.reshape(-1).take(entry) & (depth - 1))

    def newest(self, entry: Slots) -> Slots:
        """Where the sample pushed last stands."""
        depth = self.begin.shape[2]
        return entry * depth + (self.pushed.reshape(-1).take(entry) - 1 & (depth - 1))

    def some(self, entry: Slots) -> Bools:
        """Whether a window has a sample that is still needed."""
        found: Bools = self.pushed.reshape(-1).take(entry) > self.passed.reshape(-1).take(entry)
        return found

    def values(self) -> Floats:
        """The values laid flat, (all samples, k)."""
        return self.value.reshape(-1, self.value.shape[3])

    def push(self, entry: Slots, begin: Times, end: Times, value: Floats) -> None:
        """A new sample for each of these, (p,) and value (p, k)."""
        pushed = self.pushed.reshape(-1)
        if (pushed.take(entry) - self.passed.reshape(-1).take(entry) >= self.begin.shape[2]).any():
            self.deepen(2 * self.begin.shape[2])
        pushed[entry] += 1
        at = self.newest(entry)
        self.begin.reshape(-1)[at], self.end.reshape(-1)[at], self.values()[at] = begin, end, value


class Cumulative(Memory):
    """Sums of k amounts over windows. An amount is spread evenly over a span of time, or falls at a moment.

    Attributes:
        sums: float64 (m, columns, k), of all samples that reach into the window.
    """

    STATE = ("ring: part", "sums: row col")

    def __init__(self, durations: Sequence[int], k: int = 1) -> None:
        self.ring = Ring(durations, k)
        self.sums = np.zeros((len(durations), 0, k))

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self.ring.grow(size)
        more = np.zeros((self.sums.shape[0], size, self.sums.shape[2]))
        more[:, : self.sums.shape[1]] = self.sums
        self.sums = more

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self.ring.forget(cols)
        self.sums[:, cols] = 0

    def add(self, cols: Slots, begin: Times, end: Times, *amounts: NDArray[Any]) -> None:
        """Add amounts that came between `begin` and `end`; one time after the other, spans do not overlap.

        Args:
            cols: (n,) which columns.
            begin: int64 (n,) or (m, n), ns.
            end: The same; equal to `begin` where an amount falls at a moment.
            amounts: (m, n) each.
        """
        some = amounts[0] != 0
        for amount in amounts[1:]:
            some = some | (amount != 0)
        row, pos = np.nonzero(some)
        if not len(row):
            return
        begin, end = np.broadcast_to(begin, some.shape)[row, pos], np.broadcast_to(end, some.shape)[row, pos]
        value = np.stack([amount[row, pos] for amount in amounts], axis=1).astype(np.float64)
        ring = self.ring
        entry = row * ring.pushed.shape[1] + cols[pos]
        self._pass(entry, end - ring.durations[row])
        self.sums.reshape(-1, value.shape[1])[entry] += value
        at = ring.newest(entry)
        near = ring.some(entry) & (begin - ring.begin.reshape(-1).take(at) < ring.spacing[row])
        if near.any():
            ring.end.reshape(-1)[at[near]] = end[near]
            ring.values()[at[near]] += value[near]
        if not near.all():
            far = np.flatnonzero(~near)
            ring.push(entry[far], begin[far], end[far], value[far])

    def add_late(self, row: int, col: int, time: int, now: int, *amounts: float) -> None:
        """Add amounts that fell at a moment before what was added last."""
        ring = self.ring
        if time <= now - ring.durations[row]:
            return
        one = np.array([row * ring.pushed.shape[1] + col])
        self._pass(one, now - ring.durations[[row]])
        depth, spacing, value = ring.begin.shape[2], int(ring.spacing[row]), np.array(amounts, np.float64)
        self.sums[row, col] += value
        # Sample j begins after the moment, and j - 1, where there is one, does not.
        oldest, j = int(ring.passed[row, col]), int(ring.pushed[row, col])
        last = j
        while j > oldest and ring.begin[row, col, (j - 1) % depth] > time:
            j -= 1
        if j > oldest and time - ring.begin[row, col, k := (j - 1) % depth] < spacing:
            ring.end[row, col, k] = max(ring.end[row, col, k], time)
            ring.value[row, col, k] += value
        elif j < last and ring.begin[row, col, k := j % depth] - time < spacing:
            ring.begin[row, col, k] = time
            ring.value[row, col, k] += value
        else:
            ring.push(one, np.array([time]), np.array([time]), value[None])
            depth = ring.begin.shape[2]
            order = [last, *range(j, last)]
            for name in ("begin", "end", "value"):
                of = getattr(ring, name)[row, col]
                of[[k % depth for k in range(j, last + 1)]] = of[[k % depth for k in order]]

    def since(self, cols: Slots, now: Times) -> Floats:
        """Sums over (now − D, now], float64 (k, m, n)."""
        ring = self.ring
        all_of = ring.entries(cols)
        edges = now - ring.durations[:, None]
        # What begins after the edge is in the window whole.
        begins = ring.begin.reshape(-1)
        at = np.flatnonzero(ring.some(all_of) & (begins.take(ring.oldest(all_of)) <= edges))
        entry, edge = all_of.reshape(-1)[at], edges.reshape(-1)[at]
        self._pass(entry, edge)
        sums = self.sums.reshape(-1, self.sums.shape[2])
        found: Floats = np.moveaxis(sums[all_of], -1, 0).copy()
        oldest = ring.oldest(entry)
        begin = begins.take(oldest)
        part = np.flatnonzero(ring.some(entry) & (begin < edge))
        if len(part):
            oldest, begin = oldest[part], begin[part]
            gone = (edge[part] - begin) / (ring.end.reshape(-1).take(oldest) - begin)
            found.reshape(len(found), -1)[:, at[part]] -= (ring.values()[oldest] * gone[:, None]).T
        return found

    def _pass(self, entry: Slots, edge: Times) -> None:
        """Let go of samples that lie before the window, whose start is `edge`."""
        ring = self.ring
        ends, passed, pushed = ring.end.reshape(-1), ring.passed.reshape(-1), ring.pushed.reshape(-1)
        sums = self.sums.reshape(-1, self.sums.shape[2])
        while len(entry):
            at = ring.oldest(entry)
            over = np.flatnonzero(ring.some(entry) & (ends.take(at) <= edge))
            if not len(over):
                return
            entry, edge = entry[over], edge[over]
            passed[entry] += 1
            left = sums[entry] - ring.values()[at[over]]
            none = passed.take(entry) == pushed.take(entry)
            sums[entry] = np.where(none[:, None], 0.0, left)


class Watched(Memory):
    """Since when m calls have been looking at columns without a hole."""

    STATE = ("last: row col", "since: row col")

    def __init__(self, durations: Sequence[int]) -> None:
        self.durations = np.array(durations, np.int64)[:, None]
        self.last = np.zeros((len(durations), 0), np.int64)
        self.since = np.zeros((len(durations), 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self.last = widen(self.last, size, NEVER)
        self.since = widen(self.since, size, NEVER)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self.last[:, cols] = NEVER

    def step(self, cols: Slots, now: Times, limit: Times, seen: Bools | None = None) -> Bools:
        """Whether the window has been watched from its start, bool (m, n); `seen` says which are at this look."""
        last = self.last[:, cols]
        first = last == NEVER
        anew = first | (now - np.where(first, now, last) > limit)
        since = np.where(anew, now, self.since[:, cols])
        self.since[:, cols] = since
        self.last[:, cols] = now if seen is None else np.where(seen | first, now, last)
        whole: Bools = now - since >= self.durations
        return whole
