"""The last values of a plan's nodes, since when, and what they were over the last minute."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import Slots, Times, Values, widen

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


class Scope:
    """The last values of the nodes of things, or of cameras, and since when they have been so."""

    def __init__(self, nodes: int, span: int) -> None:
        self.value = np.zeros((nodes, 0), np.int8)
        self.changed = np.zeros((nodes, 0), np.int64)
        self.log = Log(span) if span else None

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.value = widen(self.value, size, NOT_YET)
        self.changed = widen(self.changed, size, NEVER)

    def forget(self, slots: Slots) -> None:
        """Begin anew for these slots."""
        self.value[:, slots] = NOT_YET
        self.changed[:, slots] = NEVER

    def note(self, slots: Slots, values: Values, now: Times) -> None:
        """Write down which values have changed."""
        node, col = np.nonzero(values != self.value[:, slots])
        if not len(node):
            return
        slot, value = slots[col], values[node, col]
        self.value[node, slot] = value
        self.changed[node, slot] = now[col]
        if self.log is not None:
            self.log.add(int(now.max()), node, slot, value)
