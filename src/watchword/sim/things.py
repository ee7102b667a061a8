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
HANDLES = {"suitcase": 0.2, "carrier": 0.22, "duffel": 0.25}  # half the span of a handle, as a share of the width
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
    """From this time on (seconds) a thing is carried by the person `by`, or, with None, stands at x, z (metres)."""

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
    if shape.kind in HANDLES:
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
    if shape.kind in HANDLES:
        _handle(patch, lens, at, shape, HANDLES[shape.kind])
    DRAWN[shape.kind](patch, shape, eight)
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


def _suitcase(patch: Patch, shape: Shape, eight: Floats) -> None:
    block(patch, eight, shape.colour)
    for a in (0.16, 0.38, 0.6, 0.82):
        _stripe(patch, eight, a, a + 0.05, 0.08, 0.94, lit(shape.colour, 0.82))
    _stripe(patch, eight, 0.04, 0.16, 0.0, 0.05, (30, 30, 30))
    _stripe(patch, eight, 0.84, 0.96, 0.0, 0.05, (30, 30, 30))


def _backpack(patch: Patch, shape: Shape, eight: Floats) -> None:
    low, high = eight.min(axis=0), eight.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    patch.polygon(
        [(low[0], high[1] - 0.08 * half[1]), (high[0], high[1] - 0.08 * half[1]), (high[0], middle[1] - 0.3 * half[1]),
         (low[0], middle[1] - 0.3 * half[1])], shape.colour)  # fmt: skip
    patch.ellipse((middle[0], middle[1] - 0.3 * half[1]), (half[0], half[1] * 0.7), lit(shape.colour, 1.08))
    patch.ellipse((middle[0], high[1] - 0.2 * half[1]), (half[0], half[1] * 0.2), shape.colour)
    patch.ellipse((middle[0], middle[1] + 0.4 * half[1]), (half[0] * 0.72, half[1] * 0.42), lit(shape.colour, 0.8))
    y, reach = middle[1] - 0.1 * half[1], half[0] * 0.6
    patch.line((middle[0] - reach, y), (middle[0] + reach, y), max(1.0, half[1] * 0.05), lit(shape.colour, 0.6))


def _duffel(patch: Patch, shape: Shape, eight: Floats) -> None:
    low, high = eight.min(axis=0), eight.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    end = min(half[0] * 0.45, half[1])
    patch.polygon([(low[0] + end, low[1]), (high[0] - end, low[1]), (high[0] - end, high[1]), (low[0] + end, high[1])],
                  shape.colour)  # fmt: skip
    patch.ellipse((low[0] + end, middle[1]), (end, half[1]), lit(shape.colour, 0.9))
    patch.ellipse((high[0] - end, middle[1]), (end, half[1]), lit(shape.colour, 0.9))
    patch.ellipse((middle[0], low[1] + half[1] * 0.5), (half[0] * 0.8, half[1] * 0.42), lit(shape.colour, 1.13))
    for a in (-0.35, 0.35):
        x, inset = middle[0] + a * half[0], 0.1 * half[1]
        patch.line((x, low[1] + inset), (x, high[1] - inset), max(1.0, half[0] * 0.08), lit(shape.colour, 0.65))


def _carrier(patch: Patch, shape: Shape, eight: Floats) -> None:
    block(patch, eight, shape.colour, top=0.5)
    _stripe(patch, eight, 0.2, 0.8, 0.35, 0.7, lit(shape.colour, 0.8))


def _box(patch: Patch, shape: Shape, eight: Floats) -> None:
    block(patch, eight, shape.colour)
    _stripe(patch, eight, 0.42, 0.58, 0.0, 1.0, lit(shape.colour, 1.12))


def _bin(patch: Patch, shape: Shape, eight: Floats) -> None:
    block(patch, eight, shape.colour, top=0.45)
    _stripe(patch, eight, 0.0, 1.0, 0.86, 1.0, lit(shape.colour, 0.7))
    _stripe(patch, eight, 0.25, 0.75, 0.4, 0.66, lit(shape.colour, 1.3))


def _inside(eight: Floats, across: tuple[float, float], up: tuple[float, float], deep: tuple[float, float]) -> Floats:
    """The corners of a block inside another, (8, 2); its extent as shares of the other's width, height and depth."""
    found = []
    for level in up:
        lower = eight[:4] * (1 - level) + eight[4:] * level
        for i, j in ((0, 0), (1, 0), (1, 1), (0, 1)):
            front = lower[0] * (1 - across[i]) + lower[1] * across[i]
            back = lower[3] * (1 - across[i]) + lower[2] * across[i]
            found.append(front * (1 - deep[j]) + back * deep[j])
    return np.array(found)


def _chair(patch: Patch, shape: Shape, eight: Floats) -> None:
    for across, deep in (
        ((0.0, 0.1), (0.9, 1.0)),
        ((0.9, 1.0), (0.9, 1.0)),
        ((0.0, 0.1), (0.0, 0.1)),
        ((0.9, 1.0), (0.0, 0.1)),
    ):
        block(patch, _inside(eight, across, (0.0, 0.5), deep), lit(shape.colour, 0.55))
    block(patch, _inside(eight, (0.0, 1.0), (0.56, 1.0), (0.9, 1.0)), lit(shape.colour, 0.9))
    block(patch, _inside(eight, (0.0, 1.0), (0.48, 0.54), (0.0, 1.0)), shape.colour)


def _sign(patch: Patch, shape: Shape, eight: Floats) -> None:
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
