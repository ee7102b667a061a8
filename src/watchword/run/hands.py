"""Kernels of what people put down and pick up.

Both are said of the person and happen to a thing of a class, whose labels stand in the call's `classes`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from watchword.lang import nodes as n
from watchword.run.look import Look, Slots, Values
from watchword.run.memory import Memory
from watchword.run.near import NOBODY, Reach, person_at_rest, rest_of, squares


class _Hands(Memory, ABC):
    """What both share: which things have come to rest, or begun to move, since they were last seen.

    A person may be hidden at the look that decides it, so that it is known of all rows.
    """

    STATE = ("_still: col",)
    PASSING = frozenset({"dates"})
    own = True
    after: int
    """1 where things that come to rest are asked for, -1 where it is those that begin to move."""

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self._labels = [frozenset(name.text for name in call.classes) for call in calls]
        self._still = np.zeros(0, np.int8)
        self._reach = Reach()
        self.dates: dict[tuple[int, int], int] = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._still = np.concatenate((self._still, np.zeros(size - len(self._still), np.int8)))

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._still[slots] = 0

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows): 1 at the look that decides it."""
        values = np.full((len(self._labels), len(look.slots)), -1, np.int8)
        self.dates = {}
        slots, now = look.slots[look.rows], look.things.still[look.slots[look.rows]]
        was = self._still[slots]
        turned = look.rows[(now == self.after) & ((was == 1) != (now == 1))]
        self._still[slots] = now
        for row in turned[~look.person[turned]].tolist():
            label = look.things.labels[look.things.label[look.slots[row]]]
            calls = [k for k, labels in enumerate(self._labels) if label in labels]
            if not calls:
                continue
            person, date = self._who(look, row)
            mine = np.flatnonzero(look.slots == person)
            if len(mine):
                values[calls, mine[0]] = 1
                self.dates |= {(k, person): date for k in calls if date < look.now[row]}
        return values

    @abstractmethod
    def _who(self, look: Look, row: int) -> tuple[int, int]:
        """The slot of the person who did it to the thing of a row, `NOBODY` where there is none; and when, ns."""


class Drops(_Hands):
    """`drops C`: a thing that was not there before the person comes to rest, and it is its owner."""

    after = 1

    def _who(self, look: Look, row: int) -> tuple[int, int]:
        owner, first = person_at_rest(look, row, self._reach), look.things.first
        brought = owner != NOBODY and bool(first[owner] <= first[look.slots[row]])
        return owner if brought else NOBODY, rest_of(look, row)


class Takes(_Hands):
    """`takes C`: a thing that was still begins to move, and the person is the nearest within R of it."""

    after = -1

    def _who(self, look: Look, row: int) -> tuple[int, int]:
        people = np.flatnonzero(look.person & look.held & (look.camera == look.camera[row]))
        slot, slots = np.full(len(people), look.slots[row]), look.slots[people]
        far = np.where(self._reach.near(look.things, slot, slots), squares(look.things.at, slot, slots), np.inf)
        best = int(np.argmin(far)) if len(far) else 0
        taker = int(slots[best]) if len(far) and np.isfinite(far[best]) else NOBODY
        return taker, int(look.now[row])
