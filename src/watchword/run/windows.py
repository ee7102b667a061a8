"""Quantities over a window of time: shares, rates, flows, how many different ones, rises and drops.

Each class works out m calls, each with a window (now − D, now] of its own, over columns (things or cameras), and is
stepped once a look. Its state is plain arrays, calls first, then columns.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import Slots, Times, Values, widen
from watchword.run.memory import Cut, Leaf, Memory, Move, Rows, Saved
from watchword.run.ring import Bools, Cumulative, Floats, Ring, Watched
from watchword.units import SECOND

ENDED = 10_000
"""Things that have ended and still count as different ones: this many a call and camera, at most."""
LEAST = 5.0
"""A change in % is measured by the value before, or by this where that is less."""
OPEN = np.iinfo(np.int64).max
WAYS = ("in", "out", "net")
NO_DATES: Mapping[tuple[int, int], int] = MappingProxyType({})


class Share(Memory):
    """`share of (s) over W`: time that a state was true by time that it was known."""

    STATE = ("sums: part", "_value: row col", "_first: row col", "_last: row col")

    def __init__(self, durations: Sequence[int]) -> None:
        self.sums = Cumulative(durations, 2)
        self._durations = np.array(durations, np.int64)[:, None]
        self._value = np.zeros((len(durations), 0), np.int8)
        self._first = np.zeros((len(durations), 0), np.int64)
        self._last = np.zeros((len(durations), 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self.sums.grow(size)
        self._value = widen(self._value, size, 0)
        self._first = widen(self._first, size, NEVER)
        self._last = widen(self._last, size, NEVER)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self.sums.forget(cols)
        self._value[:, cols] = 0
        self._first[:, cols] = self._last[:, cols] = NEVER

    def step(self, cols: Slots, values: Values, now: Times, limit: Times) -> Floats:
        """Go on to new values, each of which counts until the next look but no further than the gap limit.

        Args:
            cols: (n,) which columns.
            values: int8 (m, n), as held.
            now: int64 (n,), ns.
            limit: int64 (m, n), gap limits, ns.

        Returns:
            float64 (m, n), 0 to 1; NaN until the window has passed since the first look and half of it was observed.
        """
        last, first = self._last[:, cols], self._first[:, cols]
        new = last == NEVER
        if new.any():
            last, first = np.where(new, now, last), np.where(new, now, first)
            self._first[:, cols] = first
        until = np.minimum(now, last + limit)
        was, span = self._value[:, cols], until - last
        self.sums.add(cols, last, until, np.where(was > 0, span, 0), np.where(was != 0, span, 0))
        self._value[:, cols] = values
        self._last[:, cols] = now
        true, known = self.sums.since(cols, now)
        enough = (now - first >= self._durations) & (2 * known >= self._durations)
        share: Floats = np.where(enough, true / np.maximum(known, 1.0), np.nan)
        return share


class _Tally(Memory):
    """What is counted in windows of which it is known whether they were wholly watched; `k` sums a call."""

    STATE = ("sums: part", "watched: part")

    def __init__(self, durations: Sequence[int], k: int) -> None:
        self.sums = Cumulative(durations, k)
        self.watched = Watched(durations)

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self.sums.grow(size)
        self.watched.grow(size)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self.sums.forget(cols)
        self.watched.forget(cols)


class Rate(_Tally):
    """`rate of (E) over D`: events in (now − D, now], by D."""

    def __init__(self, durations: Sequence[int]) -> None:
        super().__init__(durations, 1)

    def step(
        self,
        cols: Slots,
        happened: NDArray[Any],
        now: Times,
        limit: Times,
        dates: Mapping[tuple[int, int], int] = NO_DATES,
        seen: Bools | None = None,
    ) -> tuple[Floats, Floats]:
        """Count what is told at this look, each event at its own time.

        Args:
            cols: (n,) which columns.
            happened: (m, n), how many events.
            now: int64 (n,), ns.
            limit: int64 (m, n), gap limits, ns.
            dates: When it happened where that is earlier than now, by (which of the m, position in `cols`), ns.
            seen: bool (n,), which columns were watched at this look; all where not given.

        Returns:
            Bounds, float64 (m, n) each, per second; no upper one where part of the window was not watched.
        """
        whole = self.watched.step(cols, now, limit, seen)
        late = [(*at, time, float(happened[at])) for at, time in dates.items() if happened[at]]
        if late:
            happened = happened.copy()
            happened[tuple(np.array([at[:2] for at in late]).T)] = 0
        self.sums.add(cols, now, now, happened)
        for node, pos, time, number in late:
            self.sums.add_late(node, int(cols[pos]), time, int(now[pos]), number)
        rate = self.sums.since(cols, now)[0] / (self.watched.durations / SECOND)
        return rate, np.where(whole, rate, np.inf)


class Flow(_Tally):
    """`flow of G across line L over W`: crossings of a way, or inward less outward.

    Args:
        durations: ns.
        ways: Of each call "in", "out" or "net".
    """

    def __init__(self, durations: Sequence[int], ways: Sequence[str]) -> None:
        super().__init__(durations, 2)
        self._way = np.array([WAYS.index(way) for way in ways], np.int8)[:, None]

    def step(
        self,
        cols: Slots,
        inward: NDArray[Any],
        outward: NDArray[Any],
        now: Times,
        limit: Times,
        late: Iterable[tuple[int, int, int, float, float]] = (),
    ) -> tuple[Floats, Floats]:
        """Count crossings that are told at this look.

        Args:
            cols: (n,) which columns.
            inward: (m, n), how many at this moment.
            outward: (m, n).
            now: int64 (n,), ns.
            limit: int64 (m, n), gap limits, ns.
            late: Further crossings that were earlier: (which of the m, position in `cols`, ns, inward, outward).

        Returns:
            Bounds, float64 (m, n) each; where part of the window was not watched a way has no upper one, and the net
            flow is NaN.
        """
        whole = self.watched.step(cols, now, limit)
        self.sums.add(cols, now, now, inward, outward)
        for node, pos, time, *numbers in late:
            self.sums.add_late(node, int(cols[pos]), time, int(now[pos]), *numbers)
        ins, outs = self.sums.since(cols, now)
        net = self._way == 2
        flow = np.where(net, ins - outs, np.where(self._way == 0, ins, outs))
        return np.where(net & ~whole, np.nan, flow), np.where(whole, flow, np.where(net, np.nan, np.inf))


class Distinct(Memory):
    """`distinct G over W`: different things that were members at a look in (now − W, now].

    A thing that has ended still counts by its last time as a member. Of those the latest `ENDED` are kept a call and
    camera; beyond that the count is a lower bound.
    """

    STATE = (
        "watched: part camera",
        "_member: row thing",
        "_camera: thing of camera",
        "_count: row camera",
        "_oldest: row camera",
        "_lost: row camera",
    )

    def __init__(self, durations: Sequence[int]) -> None:
        m = len(durations)
        self.watched = Watched(durations)
        self._durations = np.array(durations, np.int64)[:, None]
        self._member = np.zeros((m, 0), np.int64)
        self._camera = np.zeros(0, np.int64)
        self._ended: dict[tuple[int, int], array[int]] = {}
        self._count = np.zeros((m, 0), np.int64)
        self._oldest = np.zeros((m, 0), np.int64)
        self._lost = np.zeros((m, 0), np.int64)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many things and cameras."""
        self.watched.grow(cameras)
        self._member = widen(self._member, things, NEVER)
        self._camera = np.concatenate((self._camera, np.full(things - len(self._camera), -1)))
        self._count = widen(self._count, cameras, 0)
        self._oldest = widen(self._oldest, cameras, OPEN)
        self._lost = widen(self._lost, cameras, NEVER)

    def forget(self, cols: Slots) -> None:
        """These cameras begin anew."""
        self.watched.forget(cols)
        self._count[:, cols] = 0
        self._oldest[:, cols], self._lost[:, cols] = OPEN, NEVER
        gone = set(cols.tolist())
        self._ended = {key: times for key, times in self._ended.items() if key[1] not in gone}

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """Who was a member when, and the times of those that have ended."""
        yield from super().memory(rows, axis)
        yield Leaf("_ended", rows, self._save_ended, self._load_ended)

    def _save_ended(self, cut: Cut) -> Saved:
        places = {int(camera): k for k, camera in enumerate(cut.columns["camera"])}
        return [[row, places[camera], list(times)] for (row, camera), times in self._ended.items()], {}

    def _load_ended(self, saved: Saved, move: Move) -> None:
        rows, cameras = (dict(zip(*pair, strict=True)) for pair in _pairs(move))
        for row, camera, times in saved[0]:
            if row in rows and camera in cameras:
                self._ended[rows[row], cameras[camera]] = array("q", times)

    def forget_things(self, slots: Slots) -> None:
        """These things, (n,), have ended: their slots are free, their last times still count."""
        for node, k in zip(*np.nonzero(self._member[:, slots] != NEVER), strict=True):
            camera = int(self._camera[slots[k]])
            if self.watched.last[node, camera] == NEVER:
                continue  # the camera has begun anew since
            times = self._ended.setdefault((int(node), camera), array("q"))
            insort(times, int(self._member[node, slots[k]]))
            if len(times) > ENDED:
                self._lost[node, camera] = max(int(self._lost[node, camera]), times.pop(0))
            self._count[node, camera], self._oldest[node, camera] = len(times), times[0]
        self._member[:, slots] = NEVER

    def step(
        self, slots: Slots, starts: Slots, cols: Slots, members: Bools, now: Times, limit: Times
    ) -> tuple[Floats, Floats]:
        """Write down who is a member at this look.

        Args:
            slots: (n,) the things of these cameras, sorted by camera.
            starts: (k + 1,) where each camera's things start.
            cols: (k,) which cameras.
            members: bool (m, n).
            now: int64 (k,), ns.
            limit: int64 (m, k), gap limits, ns.

        Returns:
            Bounds, float64 (m, k) each; no upper one where part of the window was not watched.
        """
        whole = self.watched.step(cols, now, limit)
        edge = now - self._durations
        each = np.repeat(np.arange(len(cols)), np.diff(starts))
        last = np.where(members, now[each], self._member[:, slots])
        self._member[:, slots] = last
        self._camera[slots] = cols[each]
        total = np.zeros((len(edge), len(slots) + 1), np.int64)
        np.cumsum(last > edge[:, each], axis=1, out=total[:, 1:])
        for node, k in zip(*np.nonzero(self._oldest[:, cols] <= edge), strict=True):
            self._prune(int(node), int(cols[k]), int(edge[node, k]))
        count = (total[:, starts[1:]] - total[:, starts[:-1]] + self._count[:, cols]).astype(np.float64)
        return count, np.where(whole & (self._lost[:, cols] <= edge), count, np.inf)

    def _prune(self, node: int, camera: int, edge: int) -> None:
        times = self._ended[node, camera]
        del times[: bisect_right(times, edge)]
        self._count[node, camera] = len(times)
        self._oldest[node, camera] = times[0] if times else OPEN
        if not times:
            del self._ended[node, camera]


def _pairs(move: Move) -> tuple[tuple[list[int], list[int]], tuple[list[int], list[int]]]:
    """Rows and cameras, each as what they were and what they are."""
    old, new = move.rows
    return (old.tolist(), new.tolist()), (move.old["camera"].tolist(), move.new["camera"].tolist())


class Changes(Memory):
    """`Q rises by X over D`, `Q drops by X over D`: now against the value at the last look at or before now − D.

    Args:
        durations: ns.
        by: How much: in the quantity's own unit, or a share where `percent`.
        percent: By the value before, or by `LEAST` where that is less; one for all calls, or one each.
        up: True for a rise; the same.
    """

    STATE = ("ring: part", "_last: row col")

    def __init__(
        self, durations: Sequence[int], by: Sequence[float], percent: bool | Sequence[bool], up: bool | Sequence[bool]
    ) -> None:
        m = len(durations)
        self.ring = Ring(durations, 2)
        self._by = np.array(by, np.float64)[:, None]
        self._percent = np.broadcast_to(np.array(percent, np.bool_), m)[:, None].copy()
        self._up = np.broadcast_to(np.array(up, np.bool_), m)[:, None].copy()
        self._last = np.zeros((m, 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self.ring.grow(size)
        self._last = widen(self._last, size, NEVER)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self.ring.forget(cols)
        self._last[:, cols] = NEVER

    def step(self, cols: Slots, low: Floats, high: Floats, now: Times, limit: Times) -> Values:
        """Go on to new values.

        Args:
            cols: (n,) which columns.
            low: float64 (m, n), at least; NaN where unknown.
            high: float64 (m, n), at most; NaN where unknown.
            now: int64 (n,), ns.
            limit: int64 (m, n), gap limits, ns.

        Returns:
            int8 (m, n); unknown until D has passed, and where now − D lies in a hole.
        """
        ring, was = self.ring, self._last[:, cols].ravel()
        entry = ring.entries(cols).reshape(-1)
        row, pos = (a.ravel() for a in np.indices(low.shape))
        time = now[pos]
        edge = time - ring.durations[row]
        self._pass(entry, edge)
        there = ring.pushed.reshape(-1).take(entry) > 0
        newest = ring.newest(entry)
        begin = ring.begin.reshape(-1).take(newest)
        dark = there & (was != NEVER) & (time - np.where(was == NEVER, time, was) > limit.ravel())
        if dark.any():  # what was seen last stands for its own moment, and for none after
            ends, at = ring.end.reshape(-1), newest[dark]
            ends[at] = np.minimum(ends[at], was[dark] + 1)
        value = np.stack((low.ravel(), high.ravel()), axis=1)
        again = there & (begin == time)
        ring.values()[newest[again]] = value[again]
        new = np.flatnonzero(~there | (~again & (time - begin >= ring.spacing[row])))
        ring.push(entry[new], time[new], np.full(len(new), OPEN), value[new])
        self._last[:, cols] = now
        at = ring.oldest(entry)
        known = (ring.begin.reshape(-1).take(at) <= edge) & (edge < ring.end.reshape(-1).take(at))
        then = np.where(known[:, None], ring.values()[at], np.nan).reshape(*low.shape, 2)
        return self._judge(low, high, then[..., 0], then[..., 1])

    def _pass(self, entry: Slots, edge: Times) -> None:
        """Let go of samples with a later one at or before the start of the window."""
        ring = self.ring
        passed, pushed, begins = ring.passed.reshape(-1), ring.pushed.reshape(-1), ring.begin.reshape(-1)
        depth = ring.begin.shape[2]
        while len(entry):
            k = passed.take(entry)
            after = entry * depth + (k + 1 & (depth - 1))
            over = np.flatnonzero((k + 1 < pushed.take(entry)) & (begins.take(after) <= edge))
            entry, edge = entry[over], edge[over]
            passed[entry] += 1

    def _judge(self, low: Floats, high: Floats, least: Floats, most: Floats) -> Values:
        """From bounds of now and of then. Border cases are decided to nine decimals: 7 % of 100 is 7."""
        kink = np.clip(LEAST, least, most)  # what a drop leaves rises up to here and may fall beyond
        left = np.stack([then - self._need(then) for then in (least, kink, most)])
        sure = np.where(self._up, low - most - self._need(most), left.min(axis=0) - high)
        maybe = np.where(self._up, high - least - self._need(least), left.max(axis=0) - low)
        known = ~np.isnan(low + least)
        value: Values = np.where(np.round(sure, 9) >= 0, 1, np.where(np.round(maybe, 9) < 0, -1, 0)).astype(np.int8)
        return np.where(known, value, 0).astype(np.int8)

    def _need(self, then: Floats) -> Floats:
        """How much it has to change from a value."""
        share = self._by * np.maximum(np.minimum(then, 1e290), LEAST)  # no end less no end would be no number
        return np.where(self._percent, share, self._by)
