"""Where what is remembered of a pair of things stands: `for`, windows, sequences about a member and a thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchword.run.logic import Slots

SHIFT = 32
"""The key of a pair is the slot of its first thing so many bits up, and that of its second."""


class Pairing:
    """A place, small whole numbers used again, for each pair of slots that was met and of which none was forgotten.

    Attributes:
        size: How many places there are, in use or free.
    """

    def __init__(self) -> None:
        self.size = 0
        self._keys = np.zeros(0, np.int64)
        self._places = np.zeros(0, np.intp)
        self._free = np.zeros(0, np.intp)

    def places(self, one: Slots, two: Slots) -> Slots:
        """The places (p,) of pairs of slots, none of which comes twice; of new ones too."""
        keys = (one.astype(np.int64) << SHIFT) + two
        at = np.searchsorted(self._keys, keys)
        known = at < len(self._keys)
        known[known] = self._keys[at[known]] == keys[known]
        if not known.all():
            self._take(keys[~known])
            at = np.searchsorted(self._keys, keys)
        return self._places[at]

    def all(self) -> tuple[Slots, Slots, Slots]:
        """The places of all pairs, and the slots of both: (p,) each."""
        return self._places, self._keys >> SHIFT, self._keys & ((1 << SHIFT) - 1)

    def of(self, slots: Slots) -> tuple[Slots, Slots]:
        """The pairs that one of these slots is part of: their places (p,), and which of the slots it is, (p,)."""
        _, one, two = self.all()
        order = np.argsort(slots)
        found = np.full(len(self._keys), -1, np.intp)
        for side in (one, two):
            at = np.minimum(np.searchsorted(slots, side, sorter=order), max(0, len(slots) - 1))
            mine = slots[order[at]] == side if len(slots) else np.zeros(len(side), np.bool_)
            found[mine] = order[at[mine]]
        met = np.flatnonzero(found >= 0)
        return self._places[met], found[met]

    def forget(self, slots: Slots) -> Slots:
        """Give back the places of all pairs that these slots are part of; which those were."""
        _, one, two = self.all()
        gone = np.isin(one, slots) | np.isin(two, slots)
        freed = self._places[gone]
        self._keys, self._places = self._keys[~gone], self._places[~gone]
        self._free = np.concatenate((self._free, freed))
        return freed

    def _take(self, keys: NDArray[np.int64]) -> None:
        more = len(keys) - len(self._free)
        if more > 0:
            size = max(64, 2 * self.size, self.size + more)
            self._free = np.concatenate((self._free, np.arange(self.size, size)))
            self.size = size
        taken, self._free = self._free[: len(keys)], self._free[len(keys) :]
        keys, places = np.concatenate((self._keys, keys)), np.concatenate((self._places, taken))
        order = np.argsort(keys)
        self._keys, self._places = keys[order], places[order]
