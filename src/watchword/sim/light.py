"""What changes in a view without anybody: light, doors, the camera's own gain and shaking."""

from __future__ import annotations

import math
from typing import Any

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.sim.backdrop import Backdrop, Doorway
from watchword.sim.lens import Lens
from watchword.sim.paint import BLOB, Box, Image, Patch, lit


def ramp(t: float, at: float, over: float) -> float:
    """0 before `at`, 1 from `at + over` on, even between."""
    return float(t >= at) if over <= 0 else min(max((t - at) / over, 0.0), 1.0)


@attrs.frozen
class Gain:
    """The camera's gain goes to `factor` at a time, over some seconds."""

    at: float
    over: float
    factor: float


@attrs.frozen
class Glow:
    """A patch of light on the floor (or, below 1, of shade) that comes and stays.

    Attributes:
        at: When it begins, seconds.
        over: Seconds until it is all there; 0: at once.
        x: Of its middle, metres.
        z: Of its middle, metres.
        u: Half axis on the ground (x, z), metres.
        v: The other half axis.
        factor: How much brighter its middle is.
        sharp: Has a hard edge, as sunlight through a window has.
    """

    at: float
    over: float
    x: float
    z: float
    u: tuple[float, float]
    v: tuple[float, float]
    factor: float
    sharp: bool = False

    def box(self, lens: Lens) -> Box:
        """The box around it, pixels."""
        ends = [
            lens.project(self.x + i * self.u[0] + j * self.v[0], 0, self.z + i * self.u[1] + j * self.v[1])
            for i in (-1, 1)
            for j in (-1, 1)
        ]
        xs, ys = [p[0] for p in ends], [p[1] for p in ends]
        return min(xs), min(ys), max(xs), max(ys)

    def shine(self, canvas: Image, lens: Lens, t: float) -> None:
        """Light the picture, in place."""
        share = ramp(t, self.at, self.over)
        if share <= 0:
            return
        box = self.box(lens)
        x0, y0 = max(math.floor(box[0]), 0), max(math.floor(box[1]), 0)
        x1, y1 = min(math.ceil(box[2]) + 1, canvas.shape[1]), min(math.ceil(box[3]) + 1, canvas.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        c = np.array(lens.project(self.x, 0, self.z))
        du = np.array(lens.project(self.x + self.u[0], 0, self.z + self.u[1])) - c
        dv = np.array(lens.project(self.x + self.v[0], 0, self.z + self.v[1])) - c
        half = (len(BLOB) - 1) / 2
        to = np.column_stack((du / half, dv / half, c - du - dv - (x0, y0)))
        shape = np.minimum(BLOB * 6, 1) if self.sharp else BLOB
        mask = cv2.warpAffine(shape, to, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)[:, :, None]
        part = canvas[y0:y1, x0:x1]
        part[:] = np.clip(part * (1 + np.float32((self.factor - 1) * share) * mask), 0, 250)


@attrs.frozen
class Opening:
    """A door slides open at a time, over some seconds, and stays so until `until`."""

    door: int
    at: float
    over: float = 1.0
    until: float = math.inf

    def share(self, t: float) -> float:
        """How far it is open, 0 to 1."""
        return ramp(t, self.at, self.over) - ramp(t, self.until, self.over)

    def gap(self, lens: Lens, backdrop: Backdrop, t: float) -> tuple[int, int, int, int] | None:
        """What is open of it, whole pixels: left, top, right, bottom."""
        door = backdrop.doors[self.door]
        wide = (door.right - door.left) * 0.92 * self.share(t)
        x0, y1 = lens.project(door.left, 0, backdrop.wall)
        x1, y0 = lens.project(door.left + wide, door.top, backdrop.wall)
        box = (round(x0), round(y0), round(x1), round(y1))
        return box if box[2] > box[0] else None


def doorway_box(lens: Lens, door: Doorway, wall: float) -> Box:
    """The box of a doorway, pixels."""
    x0, y1 = lens.project(door.left, 0, wall)
    x1, y0 = lens.project(door.right, door.top, wall)
    return x0, y0, x1, y1


def interior(canvas: Image, gap: tuple[int, int, int, int], door: Doorway) -> None:
    """What is seen through an open door, in place: a dim room whose floor is a little brighter."""
    patch = Patch((gap[0] + 1, gap[1] + 1, gap[2] - 1, gap[3] - 1), 1)
    dim = lit((58, 60, 62), 0.7) if sum(door.leaf) > 260 else (150, 158, 160)
    x0, y0, x1, y1 = gap
    patch.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dim)
    floor = y1 - (y1 - y0) * 0.16
    patch.polygon([(x0, floor), (x1, floor), (x1, y1), (x0, y1)], lit(dim, 1.5))
    patch.lay(canvas, gap)


@attrs.frozen
class Sensor:
    """The camera's own part in the picture.

    Attributes:
        noise: Deviation of its noise, grey levels.
        drift: How far the light wanders, as a share.
        period: Seconds in which it wanders there and back.
        shake: How far the camera trembles, pixels.
        gains: Changes of its gain.
    """

    noise: float = 2.5
    drift: float = 0.015
    period: float = 47.0
    shake: float = 0.0
    gains: tuple[Gain, ...] = ()

    def gain(self, t: float) -> float:
        """The picture's brightness at time t, as a factor."""
        factor = 1 + self.drift * math.sin(2 * math.pi * t / self.period)
        for gain in self.gains:
            factor *= 1 + (gain.factor - 1) * ramp(t, gain.at, gain.over)
        return factor

    def offset(self, t: float) -> tuple[float, float]:
        """How far the picture is moved at time t, pixels."""
        if not self.shake:
            return 0.0, 0.0
        dx = 0.6 * math.sin(2 * math.pi * 1.73 * t) + 0.4 * math.sin(2 * math.pi * 4.19 * t + 1)
        dy = 0.6 * math.sin(2 * math.pi * 2.31 * t + 2) + 0.4 * math.sin(2 * math.pi * 5.03 * t + 3)
        return self.shake * dx, self.shake * dy


def noise_pools(size: tuple[int, int], sigma: float, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Noise to add and noise to take away, both uint8, larger than a frame by 64 each way: a frame takes a window.

    Most of it is common to the colours and slightly smeared, as after a camera's compression.
    """
    rng = np.random.default_rng((seed, 11))
    shape = (size[1] + 64, size[0] + 64)
    grey: Any = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (3, 3), 0.5)
    tone: Any = cv2.GaussianBlur(rng.standard_normal((*shape, 3), np.float32), (5, 5), 1.0)
    grey /= grey.std()
    tone /= tone.std()
    both = np.round(np.float32(sigma) * (grey[:, :, None] * np.float32(0.9) + tone * np.float32(0.45)))
    return np.clip(both, 0, 255).astype(np.uint8), np.clip(-both, 0, 255).astype(np.uint8)
