"""Labels as numbers, which of them detectors take for each other, and how nimble their things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from watchword.boxes import Bools, Floats
from watchword.track.state import Ints

ALIKE = (
    frozenset({"car", "truck", "bus", "van", "vehicle"}),
    frozenset({"bicycle", "bike", "motorcycle", "motorbike"}),
    frozenset({"bag", "backpack", "handbag", "suitcase", "luggage"}),
)
"""Labels that detectors take for each other."""

AGILITY: Mapping[str, float] = {
    **dict.fromkeys(("car", "truck", "bus", "van", "vehicle", "train"), 5.0),
    **dict.fromkeys(("motorcycle", "motorbike"), 4.0),
    **dict.fromkeys(("bicycle", "bike"), 2.0),
}
"""How many times faster than people, in sizes of their boxes, things of a label move and change their speed."""


LEAVE = frozenset({"person", "pedestrian"})
"""Labels of what walks off by itself, however long it stood."""


class Labels:
    """All labels met so far.

    Attributes:
        names: In the order of their numbers.
        kinds: int64 (n,), equal for labels that are alike.
        agility: float64 (n,), how many times faster than people they move.
        leaves: bool (n,), they walk off by themselves.
    """

    def __init__(self, alike: Sequence[frozenset[str]], agility: Mapping[str, float]) -> None:
        self._alike, self._agility = alike, agility
        self._numbers: dict[str, int] = {}
        self._asked: tuple[tuple[str, ...], Ints] = ((), np.empty(0, np.int64))
        self.names: tuple[str, ...] = ()
        self.kinds: Ints = np.empty(0, np.int64)
        self.agility: Floats = np.empty(0)
        self.leaves: Bools = np.empty(0, np.bool_)

    def numbers(self, names: tuple[str, ...]) -> Ints:
        """The number of each label, (n,); one not met before gets the next."""
        if names == self._asked[0]:
            return self._asked[1]
        if any(name not in self._numbers for name in names):
            for name in names:
                self._numbers.setdefault(name, len(self._numbers))
            self.names = tuple(self._numbers)
            self.kinds = np.array([self._kind(name) for name in self.names], np.int64)
            self.leaves = np.array([name in LEAVE for name in self.names], np.bool_)
            self.agility = np.array([self._agility.get(name, 1.0) for name in self.names])
        self._asked = (names, np.array([self._numbers[name] for name in names], np.int64))
        return self._asked[1]

    def _kind(self, name: str) -> int:
        groups = (k for k, group in enumerate(self._alike) if name in group)
        return next(groups, len(self._alike) + self._numbers[name])
