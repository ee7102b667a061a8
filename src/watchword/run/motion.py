"""Stillness: all places of the last second within r of their median, and slower than r a second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.geometry import on_ground
from watchword.run.cameras import Camera
from watchword.run.look import Look, Slots, Stateless, Times, Values
from watchword.run.things import Things
from watchword.units import SECOND

STILL_METRES = 0.2


def measure(things: Things, slots: Slots, now: Times, cameras: Sequence[Camera]) -> None:
    """Bring `things.still` up to date for things just seen.

    Args:
        things: All things.
        slots: (n,) those that were seen.
        now: (n,) when, ns.
        cameras: By position; a calibrated one is measured in metres.
    """
    if not len(slots):
        return
    times, at, inside = things.window(slots, now)
    radius = things.radius(slots)
    for camera in np.unique(things.camera[slots]).tolist():
        scene = cameras[camera].scene
        if scene is not None and scene.ground is not None and scene.ground.pairs:
            rows = np.flatnonzero(things.camera[slots] == camera)
            metres = on_ground(scene.ground, at[rows].reshape(-1, 2)).reshape(at[rows].shape)
            whole = np.isfinite(metres).all(axis=(1, 2))
            at[rows[whole]] = metres[whole]
            radius[rows[whole]] = STILL_METRES
    known = (things.history_n[slots] >= 3) & (things.first[slots] <= now - SECOND)
    still, moving = _judge(times, at, inside, radius)
    value = np.where(still, 1, np.where(moving, -1, things.still[slots]))
    value = np.where(known, value, 0)
    # A detector that says when a thing came to rest has measured it already.
    things.still[slots] = np.where(things.rest[slots] != NEVER, 1, value)


def _judge(
    times: Times, at: NDArray[np.float64], inside: NDArray[np.bool_], radius: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    count = inside.sum(axis=1)
    weight = inside[..., None]
    middle = np.sort(np.where(weight, at, np.inf), axis=1)
    rows = np.arange(len(at))
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, at.shape[1] - 1)
    median = (middle[rows, low] + middle[rows, high]) / 2
    far = np.where(inside, np.hypot(*np.moveaxis(at - median[:, None], -1, 0)), 0.0).max(axis=1)
    n = np.maximum(count, 1)[:, None]
    t = np.where(inside, (times - times[:, :1]) / SECOND, 0.0)
    t = np.where(inside, t - t.sum(axis=1, keepdims=True) / n, 0.0)
    mean = np.where(weight, at, 0.0).sum(axis=1) / n
    spread = (t * t).sum(axis=1)
    slope = (t[..., None] * np.where(weight, at - mean[:, None], 0.0)).sum(axis=1)
    speed = np.hypot(slope[:, 0], slope[:, 1]) / np.where(spread > 0, spread, 1.0)
    oldest = at[rows, np.maximum(count - 1, 0)]
    gone = np.hypot(*(at[:, 0] - oldest).T)
    still = (far <= radius) & (speed < radius)
    moving = (gone > 2 * radius) | (speed > 2 * radius)
    return still, moving & ~still


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
