"""Sequences of what happens, `A then within 10s B then for 30s not C`, and the moments at which states become true.

A chain is at a *stage*: how many of its steps have happened. Each look takes the steps in their order. A first step
begins the chain again, whatever it had reached; a later one counts where its time is at or after that of the step
before, and within its bound; an absence is a clock (`run.logic.Clocks`) that runs while what it asks for is known not
to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import FALSE, FREEZE, TRUE, UNKNOWN, Clocks, Slots, Times, Values, widen
from watchword.run.memory import Leaf, Memory, Rows, table, under

Bools = NDArray[np.bool_]


@attrs.frozen
class Part:
    """One step of a chain.

    Attributes:
        kind: "first"; "within": it starts to hold no later than `bound` after the step before; "absent": it is not for
            `bound`.
        bound: ns; 0 of the first.
        event: True where it is an event, False where it is a state, which counts when it becomes true.
        ends: True where it is the end of the chain's thing (`disappears`): the chain outlives it.
    """

    kind: Literal["first", "within", "absent"]
    bound: int = 0
    event: bool = True
    ends: bool = False


@attrs.frozen
class Chain:
    """A sequence: its steps, and what a hole does to its absences (`FREEZE`, `RESET` or `ASSUME`)."""

    parts: tuple[Part, ...]
    policy: int = FREEZE


class Becomes(Memory):
    """`p becomes STATE`: when m states become true, from false, or from unknown if not true when last known.

    Attributes:
        dates: Of what the last step told, when it began where that was earlier: by (which of the m, column), ns.
    """

    STATE = ("_last: row col", "_began: row col")
    PASSING = frozenset({"dates"})

    def __init__(self, m: int) -> None:
        self._last = np.zeros((m, 0), np.int8)
        self._began = np.zeros((m, 0), np.int64)
        self.dates: dict[tuple[int, int], int] = {}

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self._last = widen(self._last, size, UNKNOWN)
        self._began = widen(self._began, size, NEVER)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self._last[:, cols] = UNKNOWN
        self._began[:, cols] = NEVER

    def rises(
        self, cols: Slots, held: Values, fresh: Values, dates: Mapping[tuple[int, int], int], now: Times
    ) -> tuple[Bools, Times]:
        """Go on to new values, as `step`: which became true, bool (m, n), and since when they are, int64 (m, n)."""
        true = held > 0
        began = self._began[:, cols]
        start = true & (began == NEVER)
        began = np.where(true, np.where(start, now, began), NEVER)
        for (k, pos), date in dates.items():
            if start[k, pos]:
                began[k, pos] = date
        last = self._last[:, cols]
        up: Bools = (fresh > 0) & (last <= 0)
        self._last[:, cols] = np.where(fresh != 0, fresh, last)
        self._began[:, cols] = began
        return up, began

    def step(
        self, cols: Slots, held: Values, fresh: Values, dates: Mapping[tuple[int, int], int], now: Times
    ) -> Values:
        """Go on to new values.

        Args:
            cols: (n,) which columns.
            held: int8 (m, n).
            fresh: int8 (m, n), the same where only what was seen is known; it is told by these.
            dates: When a state became true where that is earlier than now, by (which of the m, position in `cols`).
            now: int64 (n,), ns.

        Returns:
            int8 (m, n): 1 where a state has become true, else -1.
        """
        up, began = self.rises(cols, held, fresh, dates, now)
        self.dates = {}
        for k, pos in zip(*np.nonzero(up & (began != now)), strict=True):
            self.dates[int(k), int(cols[pos])] = int(began[k, pos])
        return np.where(up, 1, -1).astype(np.int8)


class Absences(Clocks):
    """Clocks that may be set to begin at a time of their own."""

    def clear(self, row: Slots, slot: Slots) -> None:
        """Begin anew with these, as if nothing had been known of them."""
        self._value[row, slot] = UNKNOWN
        self.since[row, slot] = self.paused[row, slot] = self.known[row, slot] = NEVER
        self._hole[row, slot], self._broken[row, slot] = False, NEVER


class _Depth:
    """The steps that stand at one place of their chains: which chains (r,), their bodies and bounds."""

    def __init__(self, place: int, chains: Sequence[Chain], offsets: Sequence[int], kind: str) -> None:
        rows = [i for i, c in enumerate(chains) if place < len(c.parts) and c.parts[place].kind == kind]
        self.place = place
        self.rows = np.array(rows, np.intp)
        self.body = np.array([offsets[i] + place for i in rows], np.intp)
        self.bound = np.array([chains[i].parts[place].bound for i in rows], np.int64)[:, None]
        self.event = np.array([chains[i].parts[place].event for i in rows], np.bool_)[:, None]


class Chains(Memory):
    """m sequences over columns. Their bodies are numbered through, chain after chain, each in the order of its steps.

    Attributes:
        stage: int8 (m, columns), how many steps have happened; 0 where nothing is under way.
        at: int64 (m, columns), when the last of them happened, ns.
        dates: Of the chains that the last step completed, when that was where it was earlier: by (chain, column), ns.
    """

    STATE = ("stage: row col", "at: row col")
    PASSING = frozenset({"dates"})

    def __init__(self, chains: Sequence[Chain]) -> None:
        m = len(chains)
        sizes = [len(c.parts) for c in chains]
        offsets = [sum(sizes[:i]) for i in range(m)]
        parts = [part for c in chains for part in c.parts]
        self._first = np.array(offsets, np.intp)
        self._length = np.array(sizes, np.int8)[:, None]
        self._events = np.array([p.event for p in parts], np.bool_)[:, None]
        self._states = np.array([k for k, p in enumerate(parts) if not p.event and p.kind != "absent"], np.intp)
        self._place_of_state = {int(k): i for i, k in enumerate(self._states)}
        self._lasting = np.zeros((m, max(sizes) + 1), np.bool_)  # by stage: the end of the thing does not end it
        for i, chain in enumerate(chains):
            self._lasting[i, 1 : len(chain.parts) + 1] = [part.ends for part in chain.parts]
        self._within = [_Depth(j, chains, offsets, "within") for j in range(1, max(sizes))]
        self._absent = [_Depth(j, chains, offsets, "absent") for j in range(1, max(sizes))]
        self._clocks = [Absences([chains[i].policy for i in d.rows.tolist()]) for d in self._absent]
        self._entered = [np.zeros((len(d.rows), 0), np.bool_) for d in self._absent]
        self._last = [np.zeros((len(d.rows), 0), np.int64) for d in self._absent]  # when what they ask for was last so
        self._known = [np.zeros((len(d.rows), 0), np.int8) for d in self._absent]  # at the last look: 1 not so, -1 so
        self._becomes = Becomes(len(self._states))
        self.stage = np.zeros((m, 0), np.int8)
        self.at = np.zeros((m, 0), np.int64)
        self.dates: dict[tuple[int, int], int] = {}

    def grow(self, size: int) -> None:
        """Have room for this many columns."""
        self._becomes.grow(size)
        for clocks in self._clocks:
            clocks.grow(size)
        self._entered = [widen(entered, size, False) for entered in self._entered]
        self._last = [widen(last, size, NEVER) for last in self._last]
        self._known = [widen(known, size, TRUE) for known in self._known]
        self.stage = widen(self.stage, size, 0)
        self.at = widen(self.at, size, NEVER)

    def forget(self, cols: Slots) -> None:
        """Begin anew for these columns."""
        self._becomes.forget(cols)
        for k, last in enumerate(self._last):
            last[:, cols] = NEVER
            self._known[k][:, cols] = TRUE
        self._drop(np.ones((len(self.stage), len(cols)), np.bool_), cols)

    def begin(self, cols: Slots) -> None:
        """What these columns are about has been over and begins anew; chains that outlived it go on."""
        self._becomes.forget(cols)
        for k, last in enumerate(self._last):
            last[:, cols] = NEVER
            self._known[k][:, cols] = TRUE

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """Where the chains stand, and what their steps remember: of states by chain and step, of absences by chain."""
        yield from super().memory(rows, axis)
        bodies = [f"{row}#{k}" for row, length in zip(rows, self._length[:, 0], strict=True) for k in range(length)]
        yield from under("_becomes", self._becomes.memory([bodies[k] for k in self._states.tolist()], axis))
        absences = zip(self._absent, self._clocks, self._entered, self._last, self._known, strict=True)
        for depth, clocks, entered, last, known in absences:
            mine = [rows[i] for i in depth.rows.tolist()]
            yield from under(f"_clocks {depth.place}", clocks.memory(mine, axis))
            yield table(f"_entered {depth.place}", entered, "row col", mine, axis)
            yield table(f"_last {depth.place}", last, "row col", mine, axis)
            yield table(f"_known {depth.place}", known, "row col", mine, axis)

    def waiting(self, cols: Slots) -> Bools:
        """In which of these columns some chain is under way, bool (n,)."""
        found: Bools = self.stage[:, cols].max(axis=0, initial=0) > 0
        return found

    def end(self, cols: Slots) -> None:
        """The things of these columns have ended: their chains are dropped, unless the step reached was just that."""
        stage = self.stage[:, cols]
        self._drop(~np.take_along_axis(self._lasting, stage.astype(np.intp), axis=1), cols)

    def _drop(self, which: Bools, cols: Slots) -> None:
        self.stage[:, cols] = np.where(which, 0, self.stage[:, cols])
        for depth, entered in zip(self._absent, self._entered, strict=True):
            entered[:, cols] &= ~which[depth.rows]

    def step(
        self,
        cols: Slots,
        held: Values,
        fresh: Values,
        dates: Mapping[tuple[int, int], int],
        now: Times,
        before: Times,
        hole: Bools,
    ) -> Values:
        """Go on to a new look.

        Args:
            cols: (n,) which columns.
            held: int8 (bodies, n): 1 where an event happens, or a state holds; 0 where that is unknown.
            fresh: int8 (bodies, n), the same where only what was seen is known: 0 for an event that could not be seen.
            dates: When an event happened, or a state became true, where that is earlier than now: by (body, position in
                `cols`), ns.
            now: int64 (n,), the time of the look, ns.
            before: int64 (n,), the time of the look before, ns.
            hole: bool (n,), True where an unknown value is a hole.

        Returns:
            int8 (m, n): 1 where a chain is completed, else -1.
        """
        self.dates = {}
        happened, when = self._happened(cols, held, fresh, dates, now)
        was = [known[:, cols] for known in self._known]
        self._remember(cols, held, when, now, hole)
        value = np.full((len(self.stage), len(cols)), FALSE, np.int8)
        busy = np.flatnonzero(self.waiting(cols) | happened[self._first].any(axis=0))
        if not len(busy):
            return value
        if len(busy) < len(cols):  # most things have no chain under way
            cols, now, before, hole = cols[busy], now[busy], before[busy], hole[busy]
            held, fresh, happened, when = held[:, busy], fresh[:, busy], happened[:, busy], when[:, busy]
            was = [known[:, busy] for known in was]
        first, stage = happened[self._first], self.stage[:, cols]
        at = self.at[:, cols]
        stage = np.where(first, 1, stage).astype(np.int8)
        at = np.where(first, when[self._first], at)
        for depth, entered in zip(self._absent, self._entered, strict=True):
            if len(depth.rows):
                entered[:, cols] &= ~first[depth.rows]
        for k, within in enumerate(self._within):
            rows = within.rows
            if len(rows):
                time = when[within.body]
                hit: Bools = (stage[rows] == within.place) & happened[within.body]
                hit &= (time >= at[rows]) & (time <= at[rows] + within.bound)
                stage[rows] += hit
                at[rows] = np.where(hit, time, at[rows])
            if len(self._absent[k].rows):
                self._miss(k, cols, stage, at, held, fresh, when, was[k], now, before, hole)
        done = stage == self._length
        for i, pos in zip(*np.nonzero(done & (at != now)), strict=True):
            self.dates[int(i), int(cols[pos])] = int(at[i, pos])
        self.stage[:, cols] = np.where(done, 0, stage)
        self.at[:, cols] = at
        value[:, busy] = np.where(done, 1, FALSE)
        return value

    def _happened(
        self, cols: Slots, held: Values, fresh: Values, dates: Mapping[tuple[int, int], int], now: Times
    ) -> tuple[Bools, Times]:
        """What happens at this look, bool (bodies, n), and when, int64 (bodies, n)."""
        happened: Bools = (held > 0) & self._events
        when = np.broadcast_to(now, held.shape)
        if dates:
            when = when.copy()
            for at, date in dates.items():
                when[at] = date
        states = self._states
        if len(states):
            place = self._place_of_state
            mine = {(place[k], pos): date for (k, pos), date in dates.items() if k in place}
            up, began = self._becomes.rises(cols, held[states], fresh[states], mine, now)
            if up.any():
                if not when.flags.writeable:
                    when = when.copy()
                happened[states] = up
                when[states] = np.where(up, began, when[states])
        return happened, when

    def _remember(self, cols: Slots, held: Values, when: Times, now: Times, hole: Bools) -> None:
        """Write down when what absences ask for is so, and what is known of it: one may begin before it is told."""
        for k, (depth, last) in enumerate(zip(self._absent, self._last, strict=True)):
            self._known[k][:, cols] = self._absence(depth, held[depth.body], hole)
            true = held[depth.body] > 0
            if true.any():
                row, pos = np.nonzero(true)
                time = np.where(depth.event, when[depth.body], now)[row, pos]
                last[row, cols[pos]] = np.maximum(last[row, cols[pos]], time)

    @staticmethod
    def _absence(depth: _Depth, there: Values, hole: Bools) -> Values:
        """Of each absence: 1 not so, -1 so, 0 unknown. An event breaks it by its time, which is asked apart."""
        return np.where(depth.event, np.where(hole | (there == 0), UNKNOWN, 1), -there).astype(np.int8)

    def _miss(
        self,
        k: int,
        cols: Slots,
        stage: Values,
        at: Times,
        held: Values,
        fresh: Values,
        when: Times,
        was: Values,
        now: Times,
        before: Times,
        hole: Bools,
    ) -> None:
        """The absences at one place of their chains: moves `stage` and `at` on."""
        depth, clocks, entered = self._absent[k], self._clocks[k], self._entered[k]
        rows = depth.rows
        due = stage[rows] == depth.place
        if not due.any():
            return
        began = at[rows]
        enter = due & ~entered[:, cols]
        row, pos = np.nonzero(enter)
        clocks.clear(row, cols[pos])
        there, seen, time = held[depth.body], fresh[depth.body], when[depth.body]
        value = self._absence(depth, there, hole)
        sight = np.where(depth.event, np.where(value == 0, UNKNOWN, np.abs(seen)), -seen)
        value, sight = np.where(due, value, FALSE).astype(np.int8), np.where(due, sight, FALSE).astype(np.int8)
        clocks.step(cols, value, sight, now, before, hole)
        since = clocks.since[:, cols]
        earlier = enter & (began < now)  # it begins between two looks: what was so then was so until this one
        since = np.where(enter & (value > 0) & ~(earlier & (was == 0)), began, since)
        clocks.since[:, cols] = since
        running = due & (since != NEVER)
        deadline = np.where(running, since, 0) + depth.bound
        broken = np.where(depth.event, (there > 0) & (time >= began) & (~running | (time <= deadline)), there > 0) & due
        last = self._last[k][:, cols]
        broken |= enter & (last >= began) & (~running | (last <= deadline))
        broken |= earlier & (was < 0)
        done = running & ~broken & (sight > 0) & (now >= deadline)
        stage[rows] = np.where(broken, 0, stage[rows] + done)
        at[rows] = np.where(done, deadline, began)
        entered[:, cols] = due & ~broken & ~done
