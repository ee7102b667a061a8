"""Kernels of how people hold themselves: by the shape of their box, or by a detector's column where it says so.

Experimental: a bent or half hidden person has the box of a lying one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchword.boxes import sizes
from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.run.logic import widen
from watchword.run.look import Bools, Look, Slots, Stateless, Values
from watchword.run.memory import Memory
from watchword.units import SECOND

WIDE, TALL = 1.2, 1.5
"""Lying: wider than so many heights. Upright: taller than so many widths."""
FALL = 2 * SECOND
SAID = 0.5
"""What a detector's column has to reach to say yes."""


def _said(look: Look, column: str, shape: Values) -> Values:
    """What the detector says of each row, 1 or -1; where it says nothing, what its shape says."""
    if not look.things.has_extra(column):
        return shape
    value = look.things.extra[column][look.slots]
    found: Values = np.where(np.isnan(value), shape, np.where(value >= SAID, 1, -1)).astype(np.int8)
    return found


def _upright(look: Look) -> Bools:
    width, height = sizes(look.things.box[look.slots])
    upright: Bools = height > TALL * width
    return upright


class Lying(Memory):
    """`is lying`. Between lying and upright it is what it was; at first not lying."""

    STATE = ("_last: - col",)

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self._calls = len(calls)
        self._last = np.zeros((1, 0), np.int8)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._last = widen(self._last, size, 0)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._last[:, slots] = 0

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.tile(self._lying(look)[1], (self._calls, 1))

    def _lying(self, look: Look) -> tuple[Values, Values]:
        """Whether each row lay when last seen (0: never seen), and whether it lies now, int8 (n,)."""
        was = self._last[0, look.slots]
        width, height = sizes(look.things.box[look.slots])
        shape = np.where(width > WIDE * height, 1, np.where(_upright(look) | (was == 0), -1, was)).astype(np.int8)
        now = np.where(look.seen, _said(look, "lying", shape), was)
        self._last[0, look.slots] = now
        return was, now


class Standing(Stateless):
    """`is standing`: upright and still."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        shape = np.minimum(np.where(_upright(look), 1, -1), look.things.still[look.slots]).astype(np.int8)
        return np.tile(_said(look, "standing", shape), (len(self.calls), 1))


class Falls(Lying):
    """`falls`: lying, and upright no more than two seconds ago."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look at which it lies."""
        was, now = self._lying(look)
        passed = look.now - np.where(look.before == NEVER, look.now, look.before)
        falls = look.seen & (was < 0) & (now > 0) & (passed <= FALL)
        return np.tile(np.where(falls, 1, -1).astype(np.int8), (self._calls, 1))
