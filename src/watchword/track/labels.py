"""Labels as numbers, which of them detectors take for each other, and how fast their things may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from watchword.boxes import Floats
from watchword.track.state import Ints

ALIKE = (
    frozenset({"car", "truck", "bus", "van", "vehicle"}),
    frozenset({"bicycle", "bike", "motorcycle", "motorbike"}),
    frozenset({"bag", "backpack", "handbag", "suitcase", "luggage"}),
)
"""Labels that detectors take for each other."""

SPEEDS: Mapping[str, float] = {
    **dict.fromkeys(("car", "truck", "bus", "van", "vehicle", "train", "motorcycle", "motorbike"), 2.5),
    **dict.fromkeys(("bicycle", "bike"), 1.5),
}
"""H/s, how fast things of a label may be when first seen, where that is more than people are."""


class Labels:
    """All labels met so far.

    Attributes:
        names: In the order of their numbers.
        kinds: int64 (n,), equal for labels that are alike.
        speeds: float64 (n,), H/s.
    """

    def __init__(self, alike: Sequence[frozenset[str]], speeds: Mapping[str, float], speed: float) -> None:
        self._alike, self._speeds, self._speed = alike, speeds, speed
        self._numbers: dict[str, int] = {}
        self.names: tuple[str, ...] = ()
        self.kinds: Ints = np.empty(0, np.int64)
        self.speeds: Floats = np.empty(0)

    def numbers(self, names: tuple[str, ...]) -> Ints:
        """The number of each label, (n,); one not met before gets the next."""
        if any(name not in self._numbers for name in names):
            for name in names:
                self._numbers.setdefault(name, len(self._numbers))
            self.names = tuple(self._numbers)
            self.kinds = np.array([self._kind(name) for name in self.names], np.int64)
            self.speeds = np.array([self._speeds.get(name, self._speed) for name in self.names])
        return np.array([self._numbers[name] for name in names], np.int64)

    def _kind(self, name: str) -> int:
        groups = (k for k, group in enumerate(self._alike) if name in group)
        return next(groups, len(self._alike) + self._numbers[name])
