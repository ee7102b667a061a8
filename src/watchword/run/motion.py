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
        cameras: Those that looked; a calibrated one is measured in metres.
    """
    if not len(slots):
        return
    times, at, inside = things.window(slots, now)
    radius = things.radius(slots)
    for camera in cameras:
        scene = camera.scene
        if scene is not None and scene.ground is not None and scene.ground.pairs:
            rows = np.flatnonzero(things.camera[slots] == camera.index)
            metres = on_ground(scene.ground, at[rows].reshape(-1, 2)).reshape(at[rows].shape)
            whole = np.isfinite(metres).all(axis=(1, 2))
            at[rows[whole]] = metres[whole]
            radius[rows[whole]] = STILL_METRES
    known = (things.history_n[slots] >= 3) & (things.first[slots] <= now - SECOND)
    was = things.still[slots]
    value = was.copy()
    counts = inside.sum(axis=1)
    for count in sorted(set(counts.tolist())):  # looks come at a beat, so that few numbers of them occur at a time
        rows = np.flatnonzero(counts == count)
        value[rows] = _judge(times[rows, :count], at[rows, :count], radius[rows], was[rows])
    value = np.where(known, value, 0)
    # A detector that says when a thing came to rest has measured it already.
    things.still[slots] = np.where(things.rest[slots] != NEVER, 1, value)


def _judge(times: Times, at: NDArray[np.float64], radius: NDArray[np.float64], was: Values) -> Values:
    """1 still, -1 moving, else as before: of k looks, times (n, k) and places (n, k, 2), newest first."""
    k = at.shape[1]
    if k < 2:
        return was
    ordered = np.sort(at, axis=1)
    off = at - (ordered[:, (k - 1) // 2] + ordered[:, k // 2])[:, None] / 2
    far = np.einsum("nkd,nkd->nk", off, off).max(axis=1)
    t = (times - times[:, :1]) / SECOND
    t -= t.sum(axis=1, keepdims=True) / k
    slope = np.einsum("nk,nkd->nd", t, off)
    speed = np.einsum("nd,nd->n", slope, slope) / np.einsum("nk,nk->n", t, t) ** 2
    gone = at[:, 0] - at[:, -1]
    near = radius * radius
    still = (far <= near) & (speed < near)
    moving = (np.einsum("nd,nd->n", gone, gone) > 4 * near) | (speed > 4 * near)
    found: Values = np.where(still, 1, np.where(moving, -1, was)).astype(np.int8)
    return found


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
