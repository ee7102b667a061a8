"""On which side of zones' borders things are, where a change that does not last has not been one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import widen
from watchword.run.look import Look, Slots, Times, Values
from watchword.run.memory import Memory


class Membership(Memory):
    """The known side of m zones: 1 inside, -1 outside, 0 where a thing was never seen.

    A change counts at the first look that is its grace or more after the look that saw it first, where all looks
    between saw it too. It is then dated at that first look.

    Args:
        zones: Names, m of them.
        grace: Of each, ns.
    """

    STATE = ("_side: row col", "_since: row col")

    def __init__(self, zones: Sequence[str], grace: Sequence[int]) -> None:
        self._zones = tuple(zones)
        self._grace = np.array(grace, np.int64)[:, None]
        self._waits = bool(self._grace.any())
        self._side = np.zeros((len(zones), 0), np.int8)
        self._since = np.zeros((len(zones), 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._side = widen(self._side, size, 0)
        self._since = widen(self._since, size, NEVER)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._side[:, slots] = 0
        self._since[:, slots] = NEVER

    def step(self, look: Look) -> tuple[Values, NDArray[np.bool_], Times]:
        """Go on by a look.

        Returns:
            Of the rows that were seen, each (m, rows seen): the side now, whether it has changed, and since when.
        """
        rows = look.rows
        slots, now = look.slots[rows], look.now[rows]
        seen = look.inside_each(self._zones)[:, rows]
        side = self._side[:, slots]
        other = (seen != side) & (side != 0)
        if not self._waits:
            self._side[:, slots] = seen
            return seen, other, np.broadcast_to(now, seen.shape)
        since = self._since[:, slots]
        since = np.where(other, np.where(since == NEVER, now, since), NEVER)
        turned = other & (now - np.where(other, since, now) >= self._grace)
        side = np.where(turned | (side == 0), seen, side)
        self._side[:, slots] = side
        self._since[:, slots] = np.where(turned, NEVER, since)
        return side, turned, since
