"""Kernels of quantities of one thing: its motion, its box, how long it was where, what its detector says of it.

All are float64 in the base unit of what is asked (`Ask.measure`), NaN where they are not known.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.boxes import sizes
from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.run.cameras import GAP
from watchword.run.logic import widen
from watchword.run.look import Ask, Forgetful, Look, Slots, Times
from watchword.run.memory import Memory
from watchword.run.metres import calibrated, maps, on_ground, rows_of
from watchword.units import METRIC, SECOND

Floats = NDArray[np.float64]

AWAY = 5 * SECOND
"""How long a step out of a zone may be that goes on with the visit."""


class _Stateless(Forgetful):
    """A quantity that remembers nothing."""

    def __init__(self, calls: Sequence[Ask]) -> None:
        self.calls = calls


class _Number(_Stateless, ABC):
    """A subclass says what a value is in pixels and, where it can be, in metres."""

    def step(self, look: Look) -> Floats:
        """Values float64 (m, rows)."""
        known: dict[str, Floats] = {}
        for measure in {call.measure for call in self.calls}:
            if measure in METRIC:
                known[measure] = self.metric(look)
            elif measure == "":
                flat = self.plain(look)
                where = calibrated((look.cameras[c] for c in look.cams), look.camera)
                if where.any():
                    flat = np.where(where, self.metric(look), flat)
                known[measure] = flat
            else:
                known[measure] = self.plain(look)
        return np.stack([known[call.measure] for call in self.calls])

    @abstractmethod
    def plain(self, look: Look) -> Floats:
        """(n,) as the picture has it."""

    def metric(self, look: Look) -> Floats:
        """(n,) on the ground; where that is no other, as the picture has it."""
        return self.plain(look)


class Speed(_Number):
    """`speed`: the length of the velocity."""

    def plain(self, look: Look) -> Floats:
        """Px/s (n,)."""
        speed: Floats = np.hypot(*look.things.velocity[look.slots].T)
        return speed

    def metric(self, look: Look) -> Floats:
        """Metres a second (n,)."""
        speed: Floats = np.hypot(*look.things.ground_velocity[look.slots].T)
        return speed


class Heading(_Number):
    """`heading`: degrees clockwise from up in the picture, 0 ≤ heading < 360; unknown while it does not move."""

    def plain(self, look: Look) -> Floats:
        """Degrees (n,)."""
        x, y = look.things.velocity[look.slots].T
        moves = (look.things.still[look.slots] == -1) & ((x != 0) | (y != 0))
        return np.where(moves, np.degrees(np.arctan2(x, -y)) % 360.0 % 360.0, np.nan)


class _Box(_Number):
    """What is measured of the box, where that is not nowhere."""

    def plain(self, look: Look) -> Floats:
        """Pixels or square pixels (n,)."""
        here = np.isfinite(look.things.at[look.slots, 0])
        return np.where(here, self.of(*sizes(look.things.box[look.slots])), np.nan)

    def metric(self, look: Look) -> Floats:
        """Metres or square metres (n,): pixels are worth what they are across the place of the thing."""
        scale = _scale(look)
        width, height = sizes(look.things.box[look.slots])
        return self.of(width * scale, height * scale)

    @abstractmethod
    def of(self, width: Floats, height: Floats) -> Floats:
        """What is asked, by width and height."""


class Width(_Box):
    """`width`."""

    def of(self, width: Floats, height: Floats) -> Floats:  # noqa: ARG002 - it is one of the two
        """The width."""
        return width


class Height(_Box):
    """`height`."""

    def of(self, width: Floats, height: Floats) -> Floats:  # noqa: ARG002 - it is one of the two
        """The height."""
        return height


class Area(_Box):
    """`area`."""

    def of(self, width: Floats, height: Floats) -> Floats:
        """Width by height."""
        return width * height


class Aspect(_Box):
    """`aspect`: width divided by height."""

    def of(self, width: Floats, height: Floats) -> Floats:
        """Width by height, as a share."""
        return width / height

    def metric(self, look: Look) -> Floats:
        """The same: it has no unit."""
        return self.plain(look)


def _scale(look: Look) -> Floats:
    """Metres that a pixel across is worth at the place of each row, (n,): over the width of its box."""
    table = maps(look.cameras[c] for c in look.cams)
    if table is None:
        return np.full(len(look.slots), np.nan)
    at = look.things.at[look.slots].T
    width, _ = sizes(look.things.box[look.slots])
    half = np.stack((width / 2, np.zeros(len(width))))
    ends = on_ground(rows_of(table, look.camera), np.stack((at - half, at + half), axis=1))
    scale: Floats = np.hypot(*(ends[:, 1] - ends[:, 0])) / width
    return scale


class Score(_Number):
    """`score`: as the detector said, 0 to 1."""

    def plain(self, look: Look) -> Floats:
        """(n,)."""
        return look.things.score[look.slots]


class SeenFor(_Number):
    """`seen_for`: from the first sight to now, which is known whenever the camera looks."""

    own = True

    def plain(self, look: Look) -> Floats:
        """Seconds (n,)."""
        return (look.now - look.things.first[look.slots]) / SECOND


class Column(_Stateless):
    """A column that a detector adds: as it said, NaN where it said nothing."""

    def step(self, look: Look) -> Floats:
        """Values float64 (m, rows)."""
        extra, nothing = look.things.extra, np.full(look.things.size, np.nan)
        return np.stack([extra.get(_name(call), nothing)[look.slots] for call in self.calls])


def _name(call: Ask) -> str:
    assert isinstance(call.node, n.Attribute)
    return call.node.name.text


class Dwell(Memory):
    """`dwell of p in zone z`: seconds inside in this visit.

    At a look inside, the time since the look before counts if that was inside too and no further back than the gap
    limit. A step out of at most 5 s goes on with the visit; then it is over, and the dwell 0.
    """

    STATE = ("_stay: row col", "_side: row col", "_left: row col")

    gap = True

    def __init__(self, calls: Sequence[Ask], after: Sequence[int] = ()) -> None:
        self._zones = [_zones(call) for call in calls]
        self._after = np.array(list(after) or [GAP] * len(calls), np.int64)
        self._stay = np.zeros((len(calls), 0), np.int64)
        self._side = np.zeros((len(calls), 0), np.int8)
        self._left = np.zeros((len(calls), 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self._stay = widen(self._stay, size, 0)
        self._side = widen(self._side, size, 0)
        self._left = widen(self._left, size, NEVER)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        self._stay[:, slots] = self._side[:, slots] = 0
        self._left[:, slots] = NEVER

    def step(self, look: Look) -> Floats:
        """Values float64 (m, rows), seconds; NaN where not seen."""
        rows = look.rows
        slots, now, before = look.slots[rows], look.now[rows], look.before[rows]
        side = np.stack([np.max([look.inside(zone)[rows] for zone in zones], axis=0) for zones in self._zones])
        was, stay = self._side[:, slots], self._stay[:, slots]
        passed: Times = now - np.where(before == NEVER, now, before)
        stay += np.where((side > 0) & (was > 0) & (passed <= look.limits(self._after)[:, rows]), passed, 0)
        left = np.where((side < 0) & (was >= 0), now, self._left[:, slots])
        stay[(was < 0) & (now - np.where(was < 0, left, now) > AWAY)] = 0
        self._stay[:, slots], self._side[:, slots], self._left[:, slots] = stay, side, left
        values = np.full((len(self._zones), len(look.slots)), np.nan)
        values[:, rows] = stay / SECOND
        return values


def _zones(call: Ask) -> list[str]:
    """The zones whose visit is asked for; being in any of them is being inside."""
    assert isinstance(call.node, n.Of)
    return [name.text for filter_ in call.node.group.filters for name in filter_.names]
