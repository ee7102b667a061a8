"""Three values, and the clocks that run over them.

A value is int8: 1 true, -1 false, 0 unknown. Kleene's strong logic is then minimum, maximum and negation (Kleene,
Introduction to Metamathematics, 1952, §64).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.memory import Leaf, Memory, Rows

Values = NDArray[np.int8]
Times = NDArray[np.int64]
Slots = NDArray[np.intp]

TRUE, UNKNOWN, FALSE = np.int8(1), np.int8(0), np.int8(-1)
FREEZE, RESET, ASSUME = 0, 1, 2
POLICIES = {"freeze": FREEZE, "reset": RESET, "assume": ASSUME}


def widen(column: NDArray[Any], size: int, fill: Any, order: Literal["C", "F"] = "C") -> NDArray[Any]:
    """A state of shape (m, slots) with room for more slots."""
    more = np.full((column.shape[0], size), fill, column.dtype, order)
    more[:, : column.shape[1]] = column
    return more


def flat(column: NDArray[Any]) -> NDArray[Any]:
    """A view of a state (m, slots) in Fortran's order: what is of one slot stands together, at slot × m + row."""
    view: NDArray[Any] = column.T.reshape(-1)
    return view


class Clocks(Memory):
    """How long states have held without a break: m of them over slots. The state behind `for`.

    A clock starts when its state becomes true and is cleared when it becomes false. While the state is unknown it
    stands still. After a *hole* (nobody looked, or the thing was not seen) the policy says what the hole was: `freeze`,
    the clock stood still; `reset`, it starts again; `assume`, it ran on. A hole goes back to the last look that knew
    the state from what it saw: whatever was held over since then is undone. What is unknown for another reason just
    waits.

    Attributes:
        since: int64 (m, slots), when the clock started, moved on by the time it stood still; `NEVER` while it is off.
        paused: int64 (m, slots), since when it stands still, `NEVER` while it runs.
        gap: int64 (m, slots), how much of the time since it started was a hole.
        known: int64 (m, slots), the last look that knew the state from what it saw; `NEVER` where the last look did.
    """

    STATE = (
        *("_value: row col", "_hole: row col", "_was_since: row col", "_was_gap: row col"),
        *("since: row col", "paused: row col", "gap: row col", "known: row col", "_broken: row col"),
    )

    def __init__(self, policies: list[int]) -> None:
        m = len(policies)
        self._policy = np.array(policies, np.int8)
        self._value = np.zeros((m, 0), np.int8)
        self._hole = np.zeros((m, 0), np.bool_)
        self._broken = np.zeros((m, 0), np.int64)  # when the hole began after which a clock starts again
        self._was_since = np.zeros((m, 0), np.int64)
        self._was_gap = np.zeros((m, 0), np.int64)
        self._guessed = np.zeros(0, np.bool_)
        self.since = np.zeros((m, 0), np.int64)
        self.paused = np.zeros((m, 0), np.int64)
        self.gap = np.zeros((m, 0), np.int64)
        self.known = np.zeros((m, 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._value = widen(self._value, size, UNKNOWN, "F")
        self._hole = widen(self._hole, size, False, "F")
        self._broken = widen(self._broken, size, NEVER, "F")
        self._was_since = widen(self._was_since, size, NEVER, "F")
        self._was_gap = widen(self._was_gap, size, 0, "F")
        self._guessed = np.concatenate((self._guessed, np.zeros(size - len(self._guessed), np.bool_)))
        self.since = widen(self.since, size, NEVER, "F")
        self.paused = widen(self.paused, size, NEVER, "F")
        self.gap = widen(self.gap, size, 0, "F")
        self.known = widen(self.known, size, NEVER, "F")

    def forget(self, slots: Slots) -> None:
        """Clear the clocks of these slots."""
        self._value[:, slots] = UNKNOWN
        self.since[:, slots] = self.paused[:, slots] = self.known[:, slots] = NEVER
        self._broken[:, slots] = NEVER

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The clocks, and which columns have one that is only held over."""
        yield from super().memory(rows, axis)
        yield Leaf("_guessed", None, lambda _: (None, {}), lambda *_: self._guess_again())

    def _guess_again(self) -> None:
        self._guessed = (self.known != NEVER).any(axis=0)

    def step(
        self, slots: Slots, values: Values, fresh: Values, now: Times, before: Times, hole: NDArray[np.bool_]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], list[tuple[int, int, int]]]:
        """Go on to new values.

        Args:
            slots: (n,) which slots.
            values: int8 (m, n).
            fresh: int8 (m, n), the same where only what was seen is known.
            now: (n,) the time of the look, ns.
            before: (n,) the time of the look before, ns.
            hole: (n,) True where an unknown value is a hole.

        Returns:
            Where values changed, by column first: positions (k,) among the m and positions (k,) among the n; and which
            clocks started again after a hole, with the time the hole began.
        """
        m = len(self._policy)
        guessing = np.count_nonzero(fresh) < fresh.size
        if guessing:
            col, row = np.nonzero(fresh.T == 0)
            self._guess(slots[col] * m + row, before[col])
            self._wait(slots[col] * m + row, values[row, col], now[col], before[col], hole[col])
        changed = np.flatnonzero(self._value.T.take(slots, axis=0) != values.T)
        col, row = np.divmod(changed, m) if len(changed) else (changed, changed)
        resets: list[tuple[int, int, int]] = []
        if len(changed):
            resets = self._turn(row, slots[col], values[row, col], now[col], hole[col])
        if guessing or self._guessed[slots].any():
            guess = fresh.T == 0
            known = self.known.T
            known[slots] = np.where(guess, known[slots], NEVER)
            self._guessed[slots] = guess.any(axis=1)
        return row, col, resets

    def _guess(self, at: Slots, before: Times) -> None:
        """From here on values are only held over: keep what was known, for all may prove to be a hole."""
        first = flat(self.known).take(at) == NEVER
        at = at[first]
        flat(self.known)[at] = before[first]
        flat(self._was_since)[at] = flat(self.since)[at]
        flat(self._was_gap)[at] = flat(self.gap)[at]

    def _wait(self, at: Slots, value: Values, now: Times, before: Times, hole: NDArray[np.bool_]) -> None:
        """What stood still for another reason comes into a hole, or out of one and is not yet known: a part is over."""
        paused, was_hole = flat(self.paused).take(at), flat(self._hole).take(at)
        some = np.flatnonzero((value == 0) & (paused != NEVER) & (was_hole != hole))
        if not len(some):
            return
        at, paused, was_hole = at[some], paused[some], was_hole[some]
        end = np.where(was_hole, now[some], before[some])
        policy = self._policy[at % len(self._policy)]
        ran_on = was_hole & (policy == ASSUME)
        stood = np.maximum(0, end - paused)
        flat(self.since)[at] += np.where(ran_on, 0, stood)
        flat(self.gap)[at] += np.where(was_hole, stood, 0)
        flat(self.paused)[at] = np.maximum(paused, end)
        broken = flat(self._broken).take(at)
        flat(self._broken)[at] = np.where(was_hole & (policy == RESET) & (broken == NEVER), paused, broken)
        flat(self._hole)[at] = hole[some]

    def _turn(
        self, row: Slots, slot: Slots, value: Values, time: Times, hole: NDArray[np.bool_]
    ) -> list[tuple[int, int, int]]:
        at = slot * len(self._policy) + row
        flat(self._value)[at] = value
        paused = flat(self.paused).take(at)
        if value.all() and (paused == NEVER).all():  # the commonest by far: nothing was unknown, nothing is
            flat(self.since)[at] = np.where(value > 0, time, NEVER)
            flat(self.gap)[at] = 0
            return []
        known = flat(self.known).take(at)
        dark = (value == 0) & hole & (known != NEVER) & (paused == NEVER)
        since = np.where(dark, flat(self._was_since).take(at), flat(self.since).take(at))
        gap = np.where(dark, flat(self._was_gap).take(at), flat(self.gap).take(at))
        running = since != NEVER
        pause = (value == 0) & running & (paused == NEVER)
        start = (value > 0) & ~running
        resume = (value > 0) & running & (paused != NEVER)
        stood = np.where(resume, time - np.where(resume, paused, 0), 0)
        was_hole = flat(self._hole).take(at)
        policy = self._policy[row]
        broken = flat(self._broken).take(at)
        again = resume & (was_hole | (broken != NEVER)) & (policy == RESET)
        moved = resume & ~(was_hole & (policy == ASSUME)) & ~again
        fresh_start = start | again
        flat(self.since)[at] = np.where(
            fresh_start, time, np.where(value < 0, NEVER, np.where(moved, since + stood, since))
        )
        flat(self.paused)[at] = np.where(pause, np.where(dark, known, time), np.where(value == 0, paused, NEVER))
        flat(self._hole)[at] = np.where(pause, hole, was_hole)
        flat(self._broken)[at] = np.where(value == 0, broken, NEVER)
        flat(self.gap)[at] = np.where(fresh_start, 0, gap + np.where(resume & was_hole, stood, 0))
        if not again.any():
            return []
        began = np.where(broken == NEVER, paused, broken)
        return list(zip(row[again].tolist(), slot[again].tolist(), began[again].tolist(), strict=True))
