"""Three values, and the clocks that run over them.

A value is int8: 1 true, -1 false, 0 unknown. Kleene's strong logic is then minimum, maximum and negation (Kleene,
Introduction to Metamathematics, 1952, §64).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER

Values = NDArray[np.int8]
Times = NDArray[np.int64]
Slots = NDArray[np.intp]

TRUE, UNKNOWN, FALSE = np.int8(1), np.int8(0), np.int8(-1)
FREEZE, RESET, ASSUME = 0, 1, 2
POLICIES = {"freeze": FREEZE, "reset": RESET, "assume": ASSUME}


def widen(column: NDArray[Any], size: int, fill: Any) -> NDArray[Any]:
    """A state of shape (m, slots) with room for more slots."""
    more = np.full((column.shape[0], size), fill, column.dtype)
    more[:, : column.shape[1]] = column
    return more


class Clocks:
    """How long states have held without a break: m of them over slots. The state behind `for`.

    A clock starts when its state becomes true and is cleared when it becomes false. While the state is unknown it
    stands still. After a *hole* (nobody looked) the policy says what the hole was: `freeze`, the clock stood still;
    `reset`, it starts again; `assume`, it ran on. What is unknown for another reason just waits.

    Attributes:
        since: int64 (m, slots), when the clock started, moved on by the time it stood still; `NEVER` while it does not
            run.
        paused: int64 (m, slots), since when it stands still, `NEVER` while it runs.
        gap: int64 (m, slots), how much of the time since it started was a hole.
    """

    def __init__(self, policies: list[int]) -> None:
        m = len(policies)
        self._policy = np.array(policies, np.int8)
        self._value = np.zeros((m, 0), np.int8)
        self._hole = np.zeros((m, 0), np.bool_)
        self.since = np.zeros((m, 0), np.int64)
        self.paused = np.zeros((m, 0), np.int64)
        self.gap = np.zeros((m, 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._value = widen(self._value, size, UNKNOWN)
        self._hole = widen(self._hole, size, False)
        self.since = widen(self.since, size, NEVER)
        self.paused = widen(self.paused, size, NEVER)
        self.gap = widen(self.gap, size, 0)

    def forget(self, slots: Slots) -> None:
        """Clear the clocks of these slots."""
        self._value[:, slots] = UNKNOWN
        self.since[:, slots] = self.paused[:, slots] = NEVER

    def step(
        self, slots: Slots, values: Values, now: Times, hole: NDArray[np.bool_], hole_at: Times
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], list[tuple[int, int]]]:
        """Go on to new values.

        Args:
            slots: (n,) which slots.
            values: int8 (m, n).
            now: (n,) the time of the look, ns.
            hole: (n,) True where an unknown value is a hole.
            hole_at: (n,) when the hole began, ns.

        Returns:
            Where values changed: positions (k,) among the m and positions (k,) among the n; and which clocks started
            again after a hole.
        """
        row, col = np.nonzero(values != self._value[:, slots])
        resets: list[tuple[int, int]] = []
        if not len(row):
            return row, col, resets
        slot, value = slots[col], values[row, col]
        self._value[row, slot] = value
        since, paused, time = self.since[row, slot], self.paused[row, slot], now[col]
        running = since != NEVER
        start = (value > 0) & ~running
        resume = (value > 0) & running & (paused != NEVER)
        pause = (value == 0) & running & (paused == NEVER)
        clear = value < 0
        stood = np.where(resume, time - np.where(resume, paused, 0), 0)
        was_hole = self._hole[row, slot]
        policy = self._policy[row]
        again = resume & was_hole & (policy == RESET)
        moved = resume & ~(was_hole & (policy == ASSUME)) & ~again
        new_since = np.where(start | again, time, np.where(clear, NEVER, np.where(moved, since + stood, since)))
        new_paused = np.where(pause, np.where(hole[col], hole_at[col], time), np.where(value == 0, paused, NEVER))
        gap = self.gap[row, slot] + np.where(resume & was_hole, stood, 0)
        self.since[row, slot] = new_since
        self.paused[row, slot] = new_paused
        self._hole[row, slot] = np.where(pause, hole[col], was_hole)
        self.gap[row, slot] = np.where(start | again, 0, gap)
        if again.any():
            resets = list(zip(row[again].tolist(), slot[again].tolist(), strict=True))
        return row, col, resets
