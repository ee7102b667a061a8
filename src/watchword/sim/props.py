"""What stands in a view for good, and hides who is behind it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from watchword.sim.backdrop import Prop
from watchword.sim.lens import Lens
from watchword.sim.paint import Box, Colour, Image, Patch, block, corners, darken, lit


def stand(image: Image, lens: Lens, kind: str, x: float, z: float, half: float, colour: Colour) -> Prop:
    """Draw something that stands on the floor into the picture, in place, and say what it hides."""
    deep = {"pillar": half, "bench": 0.22, "planter": half, "machine": 0.35}[kind]
    darken(image, lens, (x + 0.15, z + deep), (half * 1.7 + 0.2, 0.0), (0.0, deep * 1.6 + 0.35), 0.45)
    if kind == "pillar":
        x0, foot = lens.project(x - half, 0, z)
        x1 = lens.project(x + half, 0, z)[0]
        patch = Patch((x0, 0, x1, foot + 0.12 * (x1 - x0)), 2)
        n = 24
        for i in range(n):  # strips of a cylinder
            a, b = x0 + (x1 - x0) * i / n, x0 + (x1 - x0) * (i + 1) / n
            t = (i + 0.5) / n * 2 - 1
            drop = 0.11 * (x1 - x0) * np.sqrt(max(0.0, 1 - t * t))
            bright = 0.62 + 0.5 * np.sqrt(max(0.0, 1 - (t + 0.35) ** 2 / 1.9))
            patch.polygon([(a, -2), (b + 0.3, -2), (b + 0.3, foot + drop), (a, foot + drop)], lit(colour, bright))
            low = lens.scale(z) * 0.16
            base = foot + drop
            patch.polygon(
                [(a, base - low), (b + 0.3, base - low), (b + 0.3, base), (a, base)], lit(colour, bright * 0.6)
            )
    else:
        draw: dict[str, Callable[[Patch], None]] = {
            "bench": lambda p: _bench(p, lens, x, z, half, colour),
            "planter": lambda p: _planter(p, lens, x, z, half, colour),
            "machine": lambda p: _machine(p, lens, x, z, half, colour),
        }
        high = {"bench": 0.9, "planter": 1.4, "machine": 2.0}[kind]
        eight = corners(lens, (x, 0, z + deep), (2 * half + 0.5, high, 2 * deep), 0)
        patch = Patch((*eight.min(axis=0), *eight.max(axis=0)), 2)
        draw[kind](patch)
    patch.lay(image)
    return _prop(patch, lens, kind, x, z, z + (0.4 if kind == "bench" else 0.0), half)


def rail(image: Image, lens: Lens, x: float, near: float, far: float) -> tuple[Prop, ...]:
    """Draw a balustrade that leads away from the camera, in place; its handrail hides, its glass does not."""
    pieces = max(1, round((far - near) / 1.1))
    ends = np.linspace(far, near, pieces + 1)
    props = []
    for a, b in pairwise(ends.tolist()):  # piece by piece, so that somebody may stand before one and behind another
        glass = [lens.project(x, up, z) for up, z in ((0.05, a), (0.05, b), (0.9, b), (0.9, a))]
        pane = Patch(_around(glass), 2)
        pane.polygon(glass, (214, 208, 196))
        pane.lay(image, strength=0.22)
        wide = 0.07 * lens.scale(b)
        top, low = (
            (lens.project(x, 0.95, a), lens.project(x, 0.95, b)),
            (lens.project(x, 0.04, a), lens.project(x, 0.04, b)),
        )
        patch = Patch(_around([*top, *low]), 2)
        patch.line(*low, wide * 1.3, (70, 72, 74))
        patch.line(low[1], top[1], wide * 0.5, (120, 122, 124))
        patch.line(*top, wide, (38, 36, 36))
        patch.lay(image)
        props.append(_prop(patch, lens, "rail", x, b, a - 0.3, 0.05))
    return tuple(props)


def _around(points: list[tuple[float, float]]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs) - 4, min(ys) - 4, max(xs) + 4, max(ys) + 4


def _prop(patch: Patch, lens: Lens, kind: str, x: float, z: float, hides: float, half: float) -> Prop:
    small = cv2.resize(patch.image[:, :, 3], (patch.wide, patch.tall), interpolation=cv2.INTER_AREA)
    left, top = max(patch.left, 0), max(patch.top, 0)
    right, bottom = min(patch.left + patch.wide, lens.size[0]), min(patch.top + patch.tall, lens.size[1])
    part = small[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left]
    mask = (part.astype(np.float32) / np.float32(255))[:, :, None]
    return Prop(kind, x, z, hides, half, (left, top, right, bottom), mask)


def _bench(patch: Patch, lens: Lens, x: float, z: float, half: float, colour: Colour) -> None:
    for side in (-0.85, 0.85):
        block(patch, corners(lens, (x + side * half, 0, z + 0.22), (0.07, 0.42, 0.38), 0), (62, 62, 64))
    block(patch, corners(lens, (x, 0.5, z + 0.42), (2 * half, 0.38, 0.05), 0), lit(colour, 0.85))
    block(patch, corners(lens, (x, 0.41, z + 0.2), (2 * half, 0.05, 0.44), 0), colour)


def _planter(patch: Patch, lens: Lens, x: float, z: float, half: float, colour: Colour) -> None:
    s = lens.scale(z + half)
    block(patch, corners(lens, (x, 0, z + half), (2 * half * 0.8, 0.45, 1.6 * half), 0), colour)
    spread = np.random.default_rng(round(x * 1000) + 7919 * round(z * 1000))
    for _ in range(60):
        a, r = spread.uniform(0, 2 * np.pi), spread.uniform(0, 1) ** 0.5
        px, py = lens.project(x + r * half * np.cos(a), 0.85 + 0.45 * r * np.sin(a), z + half)
        green = (int(spread.integers(40, 70)), int(spread.integers(80, 130)), int(spread.integers(50, 85)))
        patch.ellipse((px, py), (0.1 * s, 0.035 * s), green, float(spread.uniform(0, 180)))


def _machine(patch: Patch, lens: Lens, x: float, z: float, half: float, colour: Colour) -> None:
    eight = corners(lens, (x, 0, z + 0.35), (2 * half, 1.85, 0.7), 0)
    block(patch, eight, colour)
    low, high = eight[[0, 1, 4, 5]].min(axis=0), eight[[0, 1, 4, 5]].max(axis=0)

    def part(a: float, b: float, c: float, d: float, tone: Colour) -> None:
        x0, x1 = low[0] + a * (high[0] - low[0]), low[0] + b * (high[0] - low[0])
        y0, y1 = low[1] + c * (high[1] - low[1]), low[1] + d * (high[1] - low[1])
        patch.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], tone)

    part(0.1, 0.68, 0.1, 0.78, (196, 190, 176))
    for row in range(4):
        for column in range(4):
            tone = ((60, 60, 180), (60, 150, 190), (150, 90, 60), (80, 150, 80))[(row + 2 * column) % 4]
            part(0.14 + column * 0.135, 0.23 + column * 0.135, 0.15 + row * 0.16, 0.24 + row * 0.16, tone)
    part(0.75, 0.92, 0.3, 0.5, (70, 66, 60))
