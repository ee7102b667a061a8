"""How the picture of a camera lies on the ground, as data: point pairs, or heights of people.

Pure Python, so that an editor can read a scene without NumPy. `watchword.calibration` measures with it.

In a scene's JSON::

    "ground": {
      "pairs": [[[100, 700], [0, 0]], …],                       picture (px), ground (m); four or more
      "heights": [[640, 700, 310], [220, 410, 140, 1.62], …],   foot x, foot y, height (px), metres where known
      "focal": 1100                                             px, where known; only heights ask for it
    }
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Self

import attrs

from watchword.errors import SceneError

Point = tuple[float, float]
TALL = 1.7
"""Metres: a grown person with shoes, in the middle; what a height is taken for where nothing else is said."""
FEWEST = 3
"""Heights that a ground can be worked out from, at feet that lie apart by `SPREAD` of the picture's height."""
SPREAD = 0.1


def _numbers(what: str, given: Any, counts: Sequence[int], fix: str) -> tuple[float, ...]:
    row = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else ()
    if len(row) not in counts or any(
        isinstance(v, bool) or not isinstance(v, int | float) or not math.isfinite(v) for v in row
    ):
        raise SceneError(f"ground: {what} is {given!r}", fix=fix)
    return tuple(float(v) for v in row)


def _pair(number: int, given: Any) -> tuple[Point, Point]:
    fix = "give [[x, y], [metres, metres]], finite numbers"
    both = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else []
    if len(both) != 2:
        raise SceneError(f"ground: pair {number} is {given!r}", fix=fix)
    x, y = _numbers(f"the picture's point of pair {number}", both[0], (2,), fix)
    u, v = _numbers(f"the ground's point of pair {number}", both[1], (2,), fix)
    return (x, y), (u, v)


@attrs.frozen(cache_hash=True)  # it is what calibrations are remembered by
class Ground:
    """How the picture lies on the ground.

    Attributes:
        pairs: Point in the picture (px) and the same point on the ground (m), four or more, not all on one line.
        heights: Foot x, foot y and height (all px) of people standing upright. Where there are no pairs, the ground is
            worked out from three or more of them. A fourth number is how tall that person is, in metres.
        tall: Metres of each of `heights`, 1.7 where nothing is said; filled from the rows.
        focal: The camera's focal length in px of the scene's frame, where it is known.
        frame: Size of the picture; a scene of view "eye" sets it.

    Raises:
        SceneError: One to three pairs, neither pairs nor heights, something that is no number.
    """

    pairs: tuple[tuple[Point, Point], ...] = ()
    heights: tuple[tuple[float, float, float], ...] = ()
    tall: tuple[float, ...] = ()
    focal: float | None = None
    frame: tuple[int, int] | None = None

    def __attrs_post_init__(self) -> None:
        pairs = tuple(_pair(number, pair) for number, pair in enumerate(self.pairs, 1))
        object.__setattr__(self, "pairs", pairs)
        heights, tall = [], []
        for number, row in enumerate(self.heights, 1):
            fix = "give foot x, foot y and a height over 0, in pixels; and how tall the person is in metres, if known"
            x, y, height, *metres = _numbers(f"height {number}", row, (3, 4), fix)
            said = metres or self.tall[number - 1 : number] or [TALL]
            if height <= 0 or not 0.3 <= said[0] <= 3:
                raise SceneError(f"ground: height {number} is {row!r}", fix=fix)
            heights.append((x, y, height))
            tall.append(float(said[0]))
        object.__setattr__(self, "heights", tuple(heights))
        object.__setattr__(self, "tall", tuple(tall))
        if self.focal is not None:
            (focal,) = _numbers("focal", (self.focal,), (1,), "give the focal length in pixels")
            if focal <= 0:
                raise SceneError(f"ground: focal is {self.focal!r}", fix="give the focal length in pixels, over 0")
            object.__setattr__(self, "focal", focal)
        if 0 < len(pairs) < 4:
            raise SceneError(f"ground: {len(pairs)} point pairs", fix="give four or more, not all on one line")
        if not pairs and not heights:
            raise SceneError("ground: neither pairs nor heights", fix="leave `ground` out where nothing is known")

    @property
    def metric(self) -> bool:
        """Whether metres can be told: there are pairs, or heights enough, near and far."""
        if self.pairs:
            return True
        if self.frame is None or len(self.heights) < FEWEST:
            return False
        feet = [y for _, y, _ in self.heights]
        return max(feet) - min(feet) >= SPREAD * self.frame[1]

    def to_json(self) -> dict[str, Any]:
        """As a scene file holds it."""
        rows = zip(self.heights, self.tall, strict=True)
        data: dict[str, Any] = {
            "pairs": [[list(a), list(b)] for a, b in self.pairs],
            "heights": [[*row] if metres == TALL else [*row, metres] for row, metres in rows],
        }
        if self.focal is not None:
            data["focal"] = self.focal
        return data

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """From what a scene file holds.

        Raises:
            SceneError: It makes no sense.
        """
        if not isinstance(data, dict):
            raise SceneError(f"ground is {data!r}", fix='give {"pairs": […]} or {"heights": […]}')
        for key in data:
            if key not in ("pairs", "heights", "focal"):
                raise SceneError(f"ground: unknown member {key!r}", fix="known are: focal, heights, pairs")
        return cls(
            _list("pairs", data, "give a list of [[x, y], [metres, metres]]"),
            _list("heights", data, "give a list of [foot x, foot y, height]"),
            focal=data.get("focal"),
        )


def _list(name: str, data: dict[str, Any], fix: str) -> tuple[Any, ...]:
    given: Iterable[Any] = data.get(name, [])
    if not isinstance(given, list) or any(not isinstance(row, list) for row in given):
        raise SceneError(f"ground: {name}", fix=fix)
    return tuple(given)
