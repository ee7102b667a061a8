"""Bags and furniture: what they look like, where they are, who carries them."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.sim.lens import Lens
from watchword.sim.paint import Box, Colour, Image, Patch, block, corners, darken, lit

Floats = NDArray[np.float64]
Kind = Literal["suitcase", "backpack", "duffel", "carrier", "box", "bin", "chair", "sign"]
BAGS: tuple[Kind, ...] = ("suitcase", "backpack", "duffel", "carrier", "box")
HANDOVER = 0.6  # seconds in which a thing passes from a hand to the ground or back


@attrs.frozen
class Shape:
    """A kind of thing with its width, height and depth in metres, its colour, and how it is turned (radians)."""

    kind: Kind
    size: tuple[float, float, float]
    colour: Colour
    yaw: float = 0.0


@attrs.frozen
class Hold:
    """From this time on (seconds) a thing is carried by the person `by`, or, with None, stands on the ground at x, z."""

    at: float
    by: int | None = None
    x: float = 0.0
    z: float = 0.0


@attrs.frozen
class Thing:
    """A movable thing.

    Attributes:
        id: Its number in the truth.
        shape: What it looks like.
        holds: Who holds it or where it stands, times rising; it exists from the first of them.
        label: Its class in the truth; None: it is furniture and no part of the truth.
    """

    id: int
    shape: Shape
    holds: tuple[Hold, ...]
    label: str | None = "bag"


def outline(lens: Lens, shape: Shape, at: tuple[float, float, float]) -> Box:
    """The box around a thing, pixels; `at` is the middle of its foot, x, up, z."""
    eight = corners(lens, at, shape.size, shape.yaw)
    handle = 0.0
    if shape.kind in ("suitcase", "carrier", "duffel"):
        handle = 0.09 * lens.scale(at[2])
    low, high = eight.min(axis=0), eight.max(axis=0)
    return float(low[0]), float(low[1] - handle), float(high[0]), float(high[1])


def contact(canvas: Image, lens: Lens, shape: Shape, x: float, z: float, share: float) -> None:
    """The shadow under a thing that stands on the ground, in place."""
    w, _, d = shape.size
    c, s = float(np.cos(shape.yaw)), float(np.sin(shape.yaw))
    a, b = w * 0.78 + 0.06, d * 0.85 + 0.1
    darken(canvas, lens, (x, z), (a * c, a * s), (-b * s, b * c), share)


def draw(canvas: Image, lens: Lens, shape: Shape, at: tuple[float, float, float]) -> None:
    """Draw a thing, in place."""
    box = outline(lens, shape, at)
    if box[2] < 0 or box[0] > lens.size[0] or box[1] > lens.size[1] or box[3] < 0:
        return
    patch = Patch(box, 3)
    eight = corners(lens, at, shape.size, shape.yaw)
    DRAWN[shape.kind](patch, lens, shape, at, eight)
    patch.lay(canvas, shade=0.16)


def _mix(eight: Floats, a: float, up: float, face: tuple[int, int, int, int] = (0, 1, 5, 4)) -> Floats:
    """A point of a face: `a` of its width, `up` of its height."""
    p, q, r, s = (eight[i] for i in face)
    low, high = p * (1 - a) + q * a, s * (1 - a) + r * a
    point: Floats = low * (1 - up) + high * up
    return point


def _stripe(patch: Patch, eight: Floats, a: float, b: float, low: float, high: float, colour: Colour) -> None:
    patch.polygon([_mix(eight, a, low), _mix(eight, b, low), _mix(eight, b, high), _mix(eight, a, high)], colour)


def _handle(patch: Patch, lens: Lens, at: tuple[float, float, float], shape: Shape, span: float) -> None:
    s = lens.scale(at[2])
    top = np.array(lens.project(at[0], at[1] + shape.size[1], at[2]))
    half = np.array([shape.size[0] * span * s, 0])
    rise = np.array([0, 0.075 * s])
    colour = lit(shape.colour, 0.55)
    for a, b in ((top - half, top - half * 0.8 - rise), (top - half * 0.8 - rise, top + half * 0.8 - rise)):
        patch.line(a, b, max(1.0, 0.03 * s), colour)
    patch.line(top + half * 0.8 - rise, top + half, max(1.0, 0.03 * s), colour)


def _suitcase(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    _handle(patch, lens, at, shape, 0.2)
    block(patch, eight, shape.colour)
    for a in (0.16, 0.38, 0.6, 0.82):
        _stripe(patch, eight, a, a + 0.05, 0.08, 0.94, lit(shape.colour, 0.82))
    _stripe(patch, eight, 0.04, 0.16, 0.0, 0.05, (30, 30, 30))
    _stripe(patch, eight, 0.84, 0.96, 0.0, 0.05, (30, 30, 30))


def _backpack(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    low, high = eight.min(axis=0), eight.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    patch.polygon(
        [(low[0], high[1] - 0.08 * half[1]), (high[0], high[1] - 0.08 * half[1]), (high[0], middle[1] - 0.3 * half[1]),
         (low[0], middle[1] - 0.3 * half[1])], shape.colour)  # fmt: skip
    patch.ellipse((middle[0], middle[1] - 0.3 * half[1]), (half[0], half[1] * 0.7), lit(shape.colour, 1.08))
    patch.ellipse((middle[0], high[1] - 0.2 * half[1]), (half[0], half[1] * 0.2), shape.colour)
    patch.ellipse((middle[0], middle[1] + 0.4 * half[1]), (half[0] * 0.72, half[1] * 0.42), lit(shape.colour, 0.8))
    patch.line((middle[0] - half[0] * 0.6, middle[1] - 0.1 * half[1]), (middle[0] + half[0] * 0.6, middle[1] - 0.1 * half[1]),
               max(1.0, half[1] * 0.05), lit(shape.colour, 0.6))  # fmt: skip


def _duffel(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    _handle(patch, lens, at, shape, 0.25)
    low, high = eight.min(axis=0), eight.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    end = min(half[0] * 0.45, half[1])
    patch.polygon([(low[0] + end, low[1]), (high[0] - end, low[1]), (high[0] - end, high[1]), (low[0] + end, high[1])],
                  shape.colour)  # fmt: skip
    patch.ellipse((low[0] + end, middle[1]), (end, half[1]), lit(shape.colour, 0.9))
    patch.ellipse((high[0] - end, middle[1]), (end, half[1]), lit(shape.colour, 0.9))
    patch.ellipse((middle[0], low[1] + half[1] * 0.5), (half[0] * 0.8, half[1] * 0.42), lit(shape.colour, 1.13))
    for a in (-0.35, 0.35):
        patch.line((middle[0] + a * half[0], low[1] + 0.1 * half[1]), (middle[0] + a * half[0], high[1] - 0.1 * half[1]),
                   max(1.0, half[0] * 0.08), lit(shape.colour, 0.65))  # fmt: skip


def _carrier(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    _handle(patch, lens, at, shape, 0.22)
    block(patch, eight, shape.colour, top=0.5)
    _stripe(patch, eight, 0.2, 0.8, 0.35, 0.7, lit(shape.colour, 0.8))


def _box(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    block(patch, eight, shape.colour)
    _stripe(patch, eight, 0.42, 0.58, 0.0, 1.0, lit(shape.colour, 1.12))


def _bin(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    block(patch, eight, shape.colour, top=0.45)
    _stripe(patch, eight, 0.0, 1.0, 0.86, 1.0, lit(shape.colour, 0.7))
    _stripe(patch, eight, 0.25, 0.75, 0.4, 0.66, lit(shape.colour, 1.3))


def _chair(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    w, h, d = shape.size
    x, up, z = at
    c, s = float(np.cos(shape.yaw)), float(np.sin(shape.yaw))
    for a, b in ((-1, 1), (1, 1), (-1, -1), (1, -1)):
        ox, oz = a * w * 0.44, b * d * 0.44
        foot = (x + ox * c - oz * s, up, z + ox * s + oz * c)
        block(patch, corners(lens, foot, (0.04, h * 0.5, 0.04), shape.yaw), lit(shape.colour, 0.55))
    back = (x - d * 0.46 * -s, up + h * 0.52, z + d * 0.46 * c)
    block(patch, corners(lens, back, (w, h * 0.48, 0.05), shape.yaw), lit(shape.colour, 0.9))
    block(patch, corners(lens, (x, up + h * 0.48, z), (w, h * 0.06, d), shape.yaw), shape.colour)


def _sign(patch: Patch, lens: Lens, shape: Shape, at: tuple[float, float, float], eight: Floats) -> None:
    block(patch, eight, shape.colour, top=0.9)
    _stripe(patch, eight, 0.12, 0.88, 0.45, 0.9, (225, 228, 230))
    _stripe(patch, eight, 0.3, 0.7, 0.6, 0.75, lit(shape.colour, 0.5))


DRAWN = {
    "suitcase": _suitcase,
    "backpack": _backpack,
    "duffel": _duffel,
    "carrier": _carrier,
    "box": _box,
    "bin": _bin,
    "chair": _chair,
    "sign": _sign,
}
