"""The still part of a view: a floor in perspective, a wall with what hangs on it, what may stand on it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.sim.lens import Lens
from watchword.sim.paint import Box, Colour, Image, lit

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
FINE = 2  # how many times finer the still part is drawn before it is brought down
Flooring = Literal["tiles", "slabs", "boards", "concrete"]
Walling = Literal["panels", "bricks", "glass", "lockers"]


@attrs.frozen(eq=False)
class Prop:
    """Something that stands there for good and hides who is behind it.

    Attributes:
        kind: "pillar", "bench", "planter", "machine" or "rail".
        x: Of its middle on the ground, metres.
        z: Of its front, metres.
        hides: It hides who is farther away than this, metres.
        half: Half its width, metres.
        box: Around it in the picture, whole pixels.
        mask: float32 (height, width, 1) of the box, 1 where it hides.
    """

    kind: str
    x: float
    z: float
    hides: float
    half: float
    box: tuple[int, int, int, int]
    mask: Singles


@attrs.frozen
class Doorway:
    """A door in the wall: its left and right x and its height, metres, and the colour of its leaf."""

    left: float
    right: float
    top: float
    leaf: Colour


@attrs.frozen(eq=False)
class Backdrop:
    """A painted view.

    Attributes:
        image: uint8 (height, width, 3).
        wall: Distance of the wall, metres.
        props: What stands there.
        doors: Doors in the wall, closed.
    """

    image: Image
    wall: float
    props: tuple[Prop, ...] = ()
    doors: tuple[Doorway, ...] = ()

    def floor_colour(self, box: Box) -> Floats:
        """Mean colour of a part of the picture, (3,)."""
        left, top, right, bottom = (round(v) for v in box)
        part = self.image[max(top, 0) : max(bottom, top + 1, 1), max(left, 0) : max(right, left + 1, 1)]
        mean: Floats = part.reshape(-1, 3).mean(axis=0, dtype=np.float64)
        return mean


class Painter:
    """Paints a backdrop step by step, wall and floor first.

    Args:
        lens: The camera.
        wall: Distance of the wall, metres.
        rng: Where chance comes from.
    """

    def __init__(self, lens: Lens, wall: float, rng: np.random.Generator) -> None:
        self.lens, self.wall, self.rng = lens, wall, rng
        w, h = lens.size
        self.foot = lens.project(0, 0, wall)[1]  # picture row where the wall meets the floor
        px, py = np.meshgrid((np.arange(w * FINE) + 0.5) / FINE, (np.arange(h * FINE) + 0.5) / FINE)
        self._below = py > self.foot
        z = np.where(self._below, lens.focal * lens.height / np.maximum(py - lens.horizon, 1e-3), wall)
        self._x = ((px - w / 2) * z / lens.focal).astype(np.float32)
        self._z = z.astype(np.float32)
        self._up = np.where(self._below, 0, lens.height - (py - lens.horizon) * wall / lens.focal).astype(np.float32)
        self.picture: Singles = np.zeros((h * FINE, w * FINE, 3), np.float32)
        self._grain = self._noise(512)

    def _noise(self, n: int) -> Singles:
        """Cloudy noise that repeats at its edges, mean 0, deviation 1, (n, n)."""
        total = np.zeros((n, n), np.float32)
        for cell, weight in ((2, 0.5), (8, 0.7), (32, 1.0)):
            raw = self.rng.standard_normal((n // cell, n // cell)).astype(np.float32)
            wrapped = np.pad(raw, 2, mode="wrap")
            big: Any = cv2.resize(wrapped, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
            total += weight * big[2 * cell : 2 * cell + n, 2 * cell : 2 * cell + n]
        made: Singles = np.asarray((total - total.mean()) / total.std(), np.float32)
        return made

    def _sample(self, u: Singles, v: Singles, per_metre: float) -> Singles:
        n = len(self._grain)
        found: Any = cv2.remap(
            self._grain, (u * per_metre) % n, (v * per_metre) % n, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        sampled: Singles = found
        return sampled

    def floor(
        self, kind: Flooring, colour: Colour, tile: float = 0.6, variety: float = 6.0, skew: bool = False
    ) -> None:
        """Tiles, slabs, boards or concrete; `variety` is how much tiles differ, grey levels."""
        x, z = self._x, self._z
        if skew:
            x, z = (x + z) * np.float32(0.7071), (z - x) * np.float32(0.7071)
        wide, deep = {
            "tiles": (tile, tile),
            "slabs": (tile, tile),
            "boards": (tile * 0.4, 4.0),
            "concrete": (4.0, 4.0),
        }[kind]
        off = self.rng.uniform(0, 50, 2)
        u = x / np.float32(wide) + np.float32(100 + off[0])
        v = z / np.float32(deep) + np.float32(100 + off[1])
        if kind in ("slabs", "boards"):
            u = u + (np.floor(v) % 2) * np.float32(0.5) if kind == "slabs" else u
            v = v + (np.floor(u) * np.float32(0.37)) % 1 if kind == "boards" else v
        table = self.rng.normal(0, variety, (61, 61, 1)).astype(np.float32) + self.rng.normal(
            0, variety / 4, (61, 61, 3)
        )
        tint = table.astype(np.float32)[np.floor(u).astype(int) % 61, np.floor(v).astype(int) % 61]
        ground = np.array(colour, np.float32) + tint
        joint = 0.014 if kind != "concrete" else 0.02
        s = np.float32(self.lens.focal) / self._z * FINE
        du = np.abs(u - np.round(u)) * wide * s
        dv = np.abs(v - np.round(v)) * deep * s * (self.lens.height / self._z)
        dark = np.maximum(_line(du, joint * s), _line(dv, joint * s * self.lens.height / self._z))
        ground *= 1 - 0.3 * dark[:, :, None]
        ground += (self._sample(self._x, self._z, 60) * 3.0 + self._sample(self._x, self._z, 9) * 4.0)[:, :, None]
        self.picture[self._below] = ground[self._below]

    def wall_of(self, kind: Walling, colour: Colour) -> None:
        """Panels, bricks, glass or lockers, with a skirting board."""
        x, up = self._x, self._up
        face = np.broadcast_to(np.array(colour, np.float32), self.picture.shape).copy()
        s = self.lens.scale(self.wall) * FINE
        sizes = {"panels": (1.2, 1.1), "bricks": (0.5, 0.16), "glass": (1.5, 2.4), "lockers": (0.45, 0.6)}
        wide, tall = sizes[kind]
        v = up / tall + 20
        u = x / wide + 100 + ((np.floor(v) % 2) * 0.5 if kind == "bricks" else 0)
        table = self.rng.normal(0, 7 if kind == "bricks" else 3, (61, 61)).astype(np.float32)
        face += table[np.floor(u).astype(int) % 61, np.floor(v).astype(int) % 61][:, :, None]
        if kind == "glass":
            sky = np.clip(up / 4.5, 0, 1)[:, :, None]
            face = face * (1 - sky * 0.5) + np.array((215, 205, 195), np.float32) * sky * 0.5
            face += (self._sample(x, up, 14) * 9)[:, :, None]
        gap = 0.05 if kind == "glass" else 0.018
        dark = np.maximum(
            _line(np.abs(u - np.round(u)) * wide * s, gap * s), _line(np.abs(v - np.round(v)) * tall * s, gap * s)
        )
        face *= 1 - (0.5 if kind == "glass" else 0.22) * dark[:, :, None].astype(np.float32)
        face *= np.where(up < 0.14, 0.62, 1.0)[:, :, None].astype(np.float32)
        face *= (0.82 + 0.06 * np.clip(up, 0, 3))[:, :, None].astype(np.float32)
        face += (self._sample(x, up, 60) * 1.5)[:, :, None]
        self.picture[~self._below] = face[~self._below]

    def on_wall(self, left: float, right: float, low: float, high: float) -> Box:
        """A rectangle of the wall, metres, in pixels of the picture."""
        x0, y1 = self.lens.project(left, low, self.wall)
        x1, y0 = self.lens.project(right, high, self.wall)
        return x0, y0, x1, y1

    def fill(self, box: Box, colour: Colour) -> None:
        """A plain rectangle, pixels of the picture."""
        x0, y0, x1, y1 = (round(v * FINE) for v in box)
        self.picture[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = colour

    def poster(self, left: float, low: float, width: float, height: float) -> None:
        """A framed picture on the wall."""
        x0, y0, x1, y1 = self.on_wall(left, left + width, low, low + height)
        self.fill((x0 - 1, y0 - 1, x1 + 1, y1 + 1), (60, 60, 62))
        base = self.rng.integers(70, 210) + self.rng.integers(-45, 46, 3)
        self.fill((x0, y0, x1, y1), _colour(base))
        for _ in range(5):
            a, b = np.sort(self.rng.uniform(0.08, 0.92, 2))
            c, d = np.sort(self.rng.uniform(0.05, 0.95, 2))
            part = (x0 + a * (x1 - x0), y0 + c * (y1 - y0), x0 + b * (x1 - x0), y0 + d * (y1 - y0))
            self.fill(part, _colour(base + self.rng.integers(-60, 61) + self.rng.integers(-25, 26, 3)))

    def door(self, door: Doorway) -> None:
        """A closed door."""
        x0, y0, x1, y1 = self.on_wall(door.left, door.right, 0, door.top)
        self.fill((x0 - 2, y0 - 2, x1 + 2, y1), (92, 94, 96))
        self.fill((x0, y0, x1, y1), door.leaf)
        self.fill(
            (x0 + 0.62 * (x1 - x0), y0 + 0.12 * (y1 - y0), x0 + 0.85 * (x1 - x0), y0 + 0.42 * (y1 - y0)),
            lit(door.leaf, 1.35),
        )
        self.fill(
            (x0 + 0.08 * (x1 - x0), y0 + 0.5 * (y1 - y0), x0 + 0.2 * (x1 - x0), y0 + 0.53 * (y1 - y0)), (190, 190, 190)
        )

    def stripe(self, points: list[tuple[float, float]], width: float, colour: Colour, alpha: float = 0.85) -> None:
        """A line painted on the floor through ground points (x, z), `width` metres wide."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        for a, b in pairwise(points):
            d = np.array((b[0] - a[0], b[1] - a[1]))
            n = np.array((-d[1], d[0])) / np.hypot(*d) * width / 2
            self._ground_mask(mask, [a + n, b + n, b - n, a - n])
        self._tint(mask, colour, alpha)

    def area(self, points: list[tuple[float, float]], colour: Colour, alpha: float) -> None:
        """A convex part of the floor in another colour; ground points (x, z)."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        self._ground_mask(mask, points)
        self._tint(mask, colour, alpha)

    def _ground_mask(self, mask: Image, points: Any) -> None:
        px = np.array([self.lens.project(float(p[0]), 0, float(p[1])) for p in points]) * FINE - 0.5
        cv2.fillConvexPoly(mask, np.round(px * 16).astype(np.int32), 255, cv2.LINE_AA, 4)

    def _tint(self, mask: Image, colour: Colour, alpha: float) -> None:
        """Colour the masked floor and keep the relief it has there."""
        x, y, w, h = cv2.boundingRect(mask)
        if not w:
            return  # out of view
        part = self.picture[y : y + h, x : x + w]
        a = (mask[y : y + h, x : x + w].astype(np.float32) * np.float32(alpha / 255))[:, :, None]
        grey = part.mean(axis=2, keepdims=True)
        relief = np.clip(grey / max(float(grey.mean()), 1.0), 0.7, 1.3)
        part[:] = part * (1 - a) + np.array(colour, np.float32) * relief * a

    def light(self, strength: float = 0.16, gloss: float = 0.0) -> None:
        """Uneven light, darker corners, and with `gloss` the wall mirrored in the floor."""
        h, w = self.picture.shape[:2]
        if gloss:
            foot = round(self.foot * FINE)
            tall = min(foot, h - foot)
            mirror = cv2.blur(self.picture[foot - tall : foot][::-1], (5, 25))
            fade = np.linspace(gloss, 0, tall, dtype=np.float32)[:, None, None] ** np.float32(1.2)
            part = self.picture[foot : foot + tall]
            part[:] = part * (1 - fade) + mirror * fade
        field = cv2.resize(self.rng.normal(0, 1, (4, 6)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        yy, xx = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
        shade = 1 + np.float32(strength) * (
            field * np.float32(0.45) - np.float32(0.9) * (xx * xx + yy * yy * 0.5) * 0.5
        )
        contact = np.clip(1 - np.abs(np.arange(h, dtype=np.float32) / FINE - self.foot) / 5, 0, 1)[:, None]
        self.picture *= (shade * (1 - 0.22 * contact))[:, :, None]

    def finish(self) -> Image:
        """The picture at its own size, uint8 (height, width, 3)."""
        small = cv2.resize(np.clip(self.picture, 6, 248), self.lens.size, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (3, 3), 0.55)
        image: Image = np.round(soft).astype(np.uint8)
        return image


def _line(distance: Any, width: Any) -> Any:
    """How much of a pixel a line covers, from the distance to its middle; both in pixels."""
    return np.clip(width / 2 + 0.5 - distance, 0, 1) * np.minimum(1, width)


def _colour(values: Any) -> Colour:
    b, g, r = (int(v) for v in np.clip(values, 15, 240))
    return b, g, r
