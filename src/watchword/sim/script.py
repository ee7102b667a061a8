"""Where somebody is told to be, and when."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from typing import Literal

import attrs

from watchword.errors import DataError

Pose = Literal["up", "bend", "sit", "lie"]
AROUND = 0.25  # seconds to each side over which speed and heading are measured: nobody turns on the spot


@attrs.frozen
class Knot:
    """At this time (seconds) at this place on the ground (metres), in this pose.

    With `face`, a direction (x, z), somebody looks that way on the leg that ends here, wherever they step.
    """

    at: float
    x: float
    z: float
    pose: Pose = "up"
    face: tuple[float, float] | None = None


@attrs.frozen
class Path:
    """A walk through knots; somebody is there from the first to the last of them.

    Between two knots the place moves evenly and the pose passes from one to the other.

    Attributes:
        knots: Two or more, times rising.
        facing: Direction (x, z) in which somebody looks who has not walked yet.

    Raises:
        DataError: Fewer than two knots, or times that do not rise.
    """

    knots: tuple[Knot, ...]
    facing: tuple[float, float] = (0.0, -1.0)
    _times: tuple[float, ...] = attrs.field(init=False, repr=False, eq=False)
    _walked: tuple[float, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        times = tuple(k.at for k in self.knots)
        if len(times) < 2 or any(b <= a for a, b in pairwise(times)):
            raise DataError("a path needs two knots or more, with rising times", fix="give each knot a later `at`")
        walked = [0.0]
        for a, b in pairwise(self.knots):
            walked.append(walked[-1] + math.hypot(b.x - a.x, b.z - a.z))
        object.__setattr__(self, "_times", times)
        object.__setattr__(self, "_walked", tuple(walked))

    @property
    def start(self) -> float:
        """When it begins, seconds."""
        return self._times[0]

    @property
    def end(self) -> float:
        """When it ends, seconds."""
        return self._times[-1]

    def covers(self, t: float) -> bool:
        """Whether somebody is there at time t."""
        return self.start <= t <= self.end

    def _leg(self, t: float) -> tuple[int, float]:
        i = min(max(bisect_right(self._times, t) - 1, 0), len(self.knots) - 2)
        share = (t - self._times[i]) / (self._times[i + 1] - self._times[i])
        return i, min(max(share, 0.0), 1.0)

    def place(self, t: float) -> tuple[float, float]:
        """X and z at time t, metres."""
        i, share = self._leg(t)
        a, b = self.knots[i], self.knots[i + 1]
        return a.x + (b.x - a.x) * share, a.z + (b.z - a.z) * share

    def walked(self, t: float) -> float:
        """Metres walked by time t."""
        i, share = self._leg(t)
        return self._walked[i] + (self._walked[i + 1] - self._walked[i]) * share

    def speed(self, t: float) -> float:
        """Metres a second around time t."""
        low, high = max(t - AROUND, self.start), min(t + AROUND, self.end)
        return (self.walked(high) - self.walked(low)) / max(high - low, 1e-9)

    def heading(self, t: float) -> tuple[float, float]:
        """Where somebody faces, a unit vector (x, z): the way they walk, or last walked."""
        face = self.knots[self._leg(t)[0] + 1].face
        if face is not None:
            return face
        low, high = self.place(t - AROUND), self.place(t + AROUND)
        dx, dz = high[0] - low[0], high[1] - low[1]
        length = math.hypot(dx, dz)
        if length > 0.05:
            return dx / length, dz / length
        for i in range(self._leg(t)[0], -1, -1):
            a, b = self.knots[i], self.knots[i + 1]
            length = math.hypot(b.x - a.x, b.z - a.z)
            if length > 0.3 and self._times[i + 1] <= t + AROUND:
                return (b.x - a.x) / length, (b.z - a.z) / length
        length = math.hypot(*self.facing)
        return self.facing[0] / length, self.facing[1] / length

    def pose(self, t: float) -> tuple[Pose, Pose, float]:
        """The pose left, the pose taken, and how far it is taken (0 to 1, eased)."""
        i, share = self._leg(t)
        return self.knots[i].pose, self.knots[i + 1].pose, share * share * (3 - 2 * share)


def walk(points: list[tuple[float, float]], start: float, speed: float) -> list[Knot]:
    """Knots of a walk through ground points at an even speed (metres a second) from a start time on."""
    knots = [Knot(start, *points[0])]
    for a, b in pairwise(points):
        knots.append(Knot(knots[-1].at + max(math.hypot(b[0] - a[0], b[1] - a[1]), 0.01) / speed, *b))
    return knots
