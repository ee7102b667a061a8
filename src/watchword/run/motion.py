"""How things move, measured over the last second, or the last three looks where those span more.

A window is a table with a row for each look and a column for each thing, newest first, so that what is asked of every
window is a sum over rows. The velocity is the least-squares slope of the places. Stillness asks how far the places lie
from their median: mostly their extent decides it, and only of what is left are the places sorted.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.geometry import nearest_in_zone
from watchword.lang import nodes as n
from watchword.run.cameras import Camera
from watchword.run.look import Look, Slots, Stateless, Times, Values
from watchword.run.things import HISTORY, Things
from watchword.units import SECOND

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STILL_METRES = 0.2
AGAINST, TOWARD = float(np.cos(np.radians(120))), float(np.cos(np.radians(45)))
COMPASS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
"""Degrees clockwise from north."""


@attrs.define
class Window:
    """The last looks of n things, newest first: up to k of them.

    Attributes:
        times: int64 (k, n), ns.
        at: float64 (2, k, n), places in pixels.
        ground: float64 (2, k, n), the same in metres; NaN without calibration.
        inside: bool (k, n), which looks are in the window of their thing.
        count: int64 (n,), how many.
    """

    times: Times
    at: Floats
    ground: Floats
    inside: Bools
    count: NDArray[np.int64]

    @classmethod
    def of(cls, things: Things, slots: Slots, now: Times, looks: int = 4) -> Window:
        """The looks of the second before `now`, or the last three where those span more.

        Args:
            things: All things.
            slots: (n,) whose.
            now: (n,), ns.
            looks: How many there may be; where there are more they are found all the same.
        """
        kept = things.history_n[slots]
        newest, row = kept - 1, slots * HISTORY
        flat_time = things.history_time.reshape(-1)
        k = min(max(4, looks), HISTORY)
        while True:
            rank = np.arange(k)[:, None]
            index = newest - rank
            index &= HISTORY - 1
            index += row
            times = flat_time.take(index)
            since = now - SECOND
            inside = times >= np.where(kept >= 3, np.minimum(since, times[2]), since)
            inside &= rank < kept
            if k == HISTORY or not inside[-1].any():
                count = inside.sum(axis=0)
                k = max(1, int(count.max(initial=0)))
                at, ground = (
                    np.ascontiguousarray(places.reshape(-1, 2).take(index[:k], axis=0).transpose(2, 0, 1))
                    for places in (things.history_at, things.history_ground)
                )
                return cls(times[:k], at, ground, inside[:k], count)
            k = min(HISTORY, 2 * k)


class _Clock:
    """The times of a window, in seconds from their mean; 0 outside it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.last = np.maximum(window.count, 1) - 1
        t = (window.times - window.times[0]) / SECOND
        t *= window.inside
        t -= t.sum(axis=0) / (self.last + 1)
        t *= window.inside
        self.times = t
        self.spread = np.einsum("kn,kn->n", t, t)


class _Motion:
    """How far and how fast things went in their windows, in the unit of `at`; NaN where a place is not known.

    Attributes:
        off: (2, k, n), the places as seen from the newest, 0 outside the window.
        velocity: (2, n), the least-squares slope.
        speed: (n,).
        extent: (n,), how far the places reach, left to right or top to bottom, whichever is more.
        gone: (n,), from the oldest to the newest.
    """

    def __init__(self, clock: _Clock, at: Floats) -> None:
        self.off = off = np.where(clock.window.inside, at - at[:, :1], 0.0)
        self.velocity = np.einsum("kn,ckn->cn", clock.times, off)
        self.velocity /= clock.spread
        self.speed: Floats = np.hypot(self.velocity[0], self.velocity[1])
        self.extent: Floats = (off.max(axis=1) - off.min(axis=1)).max(axis=0)
        first = off[:, clock.last, np.arange(len(clock.last))]
        self.gone: Floats = np.hypot(first[0], first[1])

    def still(self, inside: Bools, radius: Floats, was: Values) -> Values:
        """1 still, -1 moving, else as before, (n,)."""
        moving = np.maximum(self.gone, self.speed) > 2 * radius
        slow = self.speed < radius
        slow &= ~moving
        # No place is further from the median than the places are apart, nor nearer than half of that.
        still = slow & (self.extent * np.sqrt(2) <= radius)
        unsure = np.flatnonzero(slow & ~still & (self.extent <= 2 * radius))
        if len(unsure):
            still[unsure] = self._far(unsure, inside[:, unsure]) <= radius[unsure]
        found: Values = np.where(still, np.int8(1), np.where(moving, np.int8(-1), was))
        return found

    def _far(self, columns: Slots, inside: Bools) -> Floats:
        """The greatest distance of places from their median, (len(columns),)."""
        off, count = self.off[:, :, columns], inside.sum(axis=0)
        ordered, pick = np.sort(np.where(inside, off, np.inf), axis=1), np.arange(len(columns))
        off -= (ordered[:, (count - 1) // 2, pick] + ordered[:, count // 2, pick])[:, None] / 2
        squares = np.einsum("ckn,ckn->kn", off, off)
        farthest: Floats = np.sqrt(np.where(inside, squares, 0.0).max(axis=0))
        return farthest


def measure(things: Things, slots: Slots, now: Times, cameras: Sequence[Camera]) -> None:
    """Bring `things.still`, `things.velocity` and `things.ground_velocity` up to date for things just seen.

    Args:
        things: All things.
        slots: (n,) those that were seen.
        now: (n,) when, ns.
        cameras: Those that looked; a calibrated one is measured in metres.
    """
    if not len(slots):
        return
    usual = min((camera.interval for camera in cameras if camera.interval), default=0)
    window = Window.of(things, slots, now, SECOND // usual + 3 if usual else 4)
    known = (things.history_n[slots] >= 3) & (things.first[slots] <= now - SECOND)
    here = known & np.isfinite(things.at[slots, 0])
    clock = _Clock(window)
    was = things.still[slots]
    # Windows of one look have no slope; they are unknown.
    with np.errstate(divide="ignore", invalid="ignore"):
        motion, still = _Motion(clock, window.at), None
        things.velocity[slots] = np.where(here, motion.velocity, np.nan).T
        whole: Bools = np.zeros(len(slots), np.bool_)
        if any(camera.scene is not None and camera.scene.ground is not None for camera in cameras):
            metres = _Motion(clock, window.ground)
            whole = np.isfinite(metres.extent)
            if whole.any():
                still = metres.still(window.inside, np.full(len(slots), STILL_METRES), was)
            things.ground_velocity[slots] = np.where(here, metres.velocity, np.nan).T
        if still is None or not whole.all():
            pixels = motion.still(window.inside, things.radius(slots), was)
            still = pixels if still is None else np.where(whole, still, pixels)
    value = np.where(known, still, np.int8(0))
    # A detector that says when a thing came to rest has measured it already.
    things.still[slots] = np.where(things.rest[slots] != NEVER, np.int8(1), value)


class Still(Stateless):
    """`is still`."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.tile(look.things.still[look.slots], (len(self.calls), 1))


class Moving(Stateless):
    """`is moving`."""

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        return np.tile(-look.things.still[look.slots], (len(self.calls), 1))


class Against(Stateless):
    """`against flow`: it moves, in the zone, more than 120° off the zone's flow."""

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        super().__init__(calls)
        self._zones = tuple(call.names[0].text for call in calls)

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        flows = look.atlas.flows(self._zones)
        ways = flows[look.cams[0]][:, None] if len(look.cams) == 1 else flows[look.camera].transpose(1, 0, 2)
        cosine = _cosine(look.things.velocity[look.slots], ways)
        value = _known(cosine < AGAINST, cosine)
        np.minimum(value, look.inside_each(self._zones), out=value)
        return np.minimum(value, -look.things.still[look.slots], out=value)


class Moves(Stateless):
    """`moves toward`: it moves within 45° of a direction, or of the way to the nearest point of a zone."""

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        super().__init__(calls)
        self._to_zones = [k for k, call in enumerate(calls) if call.names]
        self._directed = [k for k, call in enumerate(calls) if not call.names]

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        value = np.zeros((len(self.calls), len(look.slots)), np.int8)
        if self._directed:
            cosine = _cosine(look.things.velocity[look.slots], self._ways(look))
            value[self._directed] = _known(cosine >= TOWARD, cosine)
        for k in self._to_zones:
            value[k] = self._to_zone(look, self.calls[k].names[0].text)
        return np.minimum(value, -look.things.still[look.slots], out=value)

    def _ways(self, look: Look) -> Floats:
        """The directions asked for, (calls, 1 or rows, 2), y down; NaN where north is not known."""
        north = np.zeros(1)
        if any(self.calls[k].compass for k in self._directed):
            north = np.full(1 + max(look.cams), np.nan)
            for c in look.cams:
                scene = look.cameras[c].scene
                if scene is not None and scene.north is not None:
                    north[c] = scene.north
            north = north[look.camera]
        way = np.empty((len(self._directed), len(north)))
        for row, k in zip(way, self._directed, strict=True):
            compass = self.calls[k].compass
            row[:] = _degrees(self.calls[k]) if compass is None else north + COMPASS[compass.text]
        way = np.radians(way)
        return np.stack((np.sin(way), -np.cos(way)), axis=-1)

    @staticmethod
    def _to_zone(look: Look, name: str) -> Values:
        value = np.zeros(len(look.slots), np.int8)
        for zone, rows in look.among(*look.atlas.zones(name)):
            slots = look.slots[rows]
            at = look.things.at[slots]
            cosine = _cosine(look.things.velocity[slots], nearest_in_zone(zone, at) - at)
            value[rows] = _known(cosine >= TOWARD, cosine)
        return np.where(look.inside(name) > 0, -1, value).astype(np.int8)


def _degrees(call: n.Apply) -> float:
    """The direction asked for, degrees clockwise from up in the picture."""
    (value,) = call.values
    assert isinstance(value, n.Quantity)  # parameters are put in before rules are planned
    return float(value.number)


def _cosine(velocity: Floats, way: Floats) -> Floats:
    """Of the angle between velocities (n, 2) and ways (…, n or 1, 2); 0 where it stands; NaN where one is unknown."""
    vx, vy = velocity.T
    x, y = way[..., 0], way[..., 1]
    dot: Floats = vx * x + vy * y
    size = np.hypot(vx, vy) * np.hypot(x, y)
    with np.errstate(invalid="ignore"):
        dot /= size
    dot[size == 0] = 0.0
    return dot


def _known(value: Bools, by: Floats) -> Values:
    """1 or -1; 0 where what it stands on is not known."""
    found: Values = value.view(np.int8) * np.int8(2)
    found -= 1
    found[np.isnan(by)] = 0
    return found
