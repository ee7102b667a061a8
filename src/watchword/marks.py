"""What is drawn on a picture: outlines, boxes, paths that fade, tags that keep clear of each other.

Every mark is light on a dark edge, so that it stands out from any picture, and differs from the others by its shape as
well as by its colour (after Okabe and Ito, Color Universal Design, 2008), so that it can be told in shades of grey.
Functions draw into the picture they are given; coordinates are pixels of that picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.lettering import Colour, Lettering, line_height
from watchword.scene import Line, Point, Zone

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]

# Okabe and Ito's colours, blue first.
ORANGE: Colour = (0, 159, 230)
SKY: Colour = (233, 180, 86)
GREEN: Colour = (115, 158, 0)
YELLOW: Colour = (66, 228, 240)
VERMILLION: Colour = (0, 94, 213)
WHITE: Colour = (255, 255, 255)
PALE: Colour = (205, 205, 205)
GREY: Colour = (150, 150, 150)
DARK: Colour = (24, 24, 24)
FINE = 4  # cv2's fixed point: coordinates are given in sixteenths of a pixel


def _fixed(points: Iterable[Point]) -> NDArray[np.int32]:
    limit = 1 << 24  # what OpenCV can still reckon with
    rows = np.array(list(points), np.float64).reshape(-1, 2) * (1 << FINE)
    return np.rint(np.clip(rows, -limit, limit)).astype(np.int32)


def stroke(image: Image, points: Sequence[Point], colour: Colour, thick: int, *, closed: bool = False) -> None:
    """A line through these points, with a dark edge."""
    if len(points) < 2:
        return
    path = [_fixed(points)]
    cv2.polylines(image, path, closed, DARK, thick + 2, cv2.LINE_AA, FINE)
    cv2.polylines(image, path, closed, colour, thick, cv2.LINE_AA, FINE)


def dashes(points: Sequence[Point], on: float, off: float) -> list[tuple[Point, Point]]:
    """The dashes of a line through these points: pieces `on` long, `off` apart, pixels."""
    pieces, at, drawing = [], 0.0, True
    for (x1, y1), (x2, y2) in pairwise(points):
        length, done = math.hypot(x2 - x1, y2 - y1), 0.0
        while length > done:
            step = min((on if drawing else off) - at, length - done)
            if drawing:
                a, b = done / length, (done + step) / length
                pieces.append(((x1 + a * (x2 - x1), y1 + a * (y2 - y1)), (x1 + b * (x2 - x1), y1 + b * (y2 - y1))))
            at, done = at + step, done + step
            if at >= (on if drawing else off) - 1e-9:
                at, drawing = 0.0, not drawing
    return pieces


def dashed(image: Image, points: Sequence[Point], colour: Colour, thick: int) -> None:
    """A dashed line through these points, its gaps dark."""
    if len(points) < 2:
        return
    cv2.polylines(image, [_fixed(points)], False, DARK, thick + 1, cv2.LINE_AA, FINE)
    pieces = dashes(points, 6.0 * thick, 4.0 * thick)
    ends = _fixed([end for piece in pieces for end in piece]).reshape(-1, 2, 2)
    cv2.polylines(image, list(ends), False, colour, thick, cv2.LINE_AA, FINE)


def rings(zone: Zone, scale: Point) -> list[list[Point]]:
    """The outlines of a zone in pixels of the picture, each closed."""
    return [[(x * scale[0], y * scale[1]) for x, y in (*ring, ring[0])] for ring in (zone.points, *zone.holes)]


def darken_outside(image: Image, outlines: Sequence[Sequence[Point]], share: float) -> None:
    """Leave `share` of the light outside these outlines (holes count as outside)."""
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [_fixed(ring) for ring in outlines], 255, cv2.LINE_AA, FINE)
    light = share + (1 - share) * inside[..., None].astype(np.float32) / 255
    image[:] = np.rint(image * light).astype(np.uint8)


def outline(image: Image, zone: Zone, scale: Point, thick: int) -> None:
    """A zone's outline: white, dashed."""
    for ring in rings(zone, scale):
        dashed(image, ring, WHITE, thick)


def crossing_line(image: Image, line: Line, scale: Point, thick: int) -> None:
    """A line, solid, with an arrow to the side that is inward where its sides are named."""
    (x1, y1), (x2, y2) = ((p[0] * scale[0], p[1] * scale[1]) for p in (line.start, line.end))
    stroke(image, [(x1, y1), (x2, y2)], YELLOW, thick)
    length = math.hypot(x2 - x1, y2 - y1)
    if line.sides is None or not length:
        return
    # Side A is where cross(P2 - P1, q - P1) > 0; inward is away from it.
    nx, ny = (y2 - y1) / length, -(x2 - x1) / length
    mx, my, reach, head = (x1 + x2) / 2, (y1 + y2) / 2, 10.0 * thick, 4.0 * thick
    tip = (mx + nx * reach, my + ny * reach)
    stroke(image, [(mx, my), tip], YELLOW, thick)
    wings = [(tip[0] - nx * head + s * ny * head, tip[1] - ny * head - s * nx * head) for s in (1, -1)]
    stroke(image, [wings[0], tip, wings[1]], YELLOW, thick)


def frame_box(image: Image, box: Box, colour: Colour, thick: int) -> None:
    """A box drawn in full."""
    left, top, right, bottom = box
    stroke(image, [(left, top), (right, top), (right, bottom), (left, bottom)], colour, thick, closed=True)


def corner_box(image: Image, box: Box, colour: Colour, thick: int) -> None:
    """A box of which only the corners are drawn."""
    left, top, right, bottom = box
    x, y = (right - left) * 0.28, (bottom - top) * 0.28
    for cx, cy, sx, sy in ((left, top, 1, 1), (right, top, -1, 1), (right, bottom, -1, -1), (left, bottom, 1, -1)):
        stroke(image, [(cx + sx * x, cy), (cx, cy), (cx, cy + sy * y)], colour, thick)


def fading_path(
    image: Image, path: Sequence[tuple[float, float, float]], colour: Colour, thick: int, *, dots: bool
) -> None:
    """A path that was walked: its newest end clear, its oldest faint. `path` holds time, x, y, oldest first."""
    kept = list(path[:1])
    for point in path[1:]:
        if math.hypot(point[1] - kept[-1][1], point[2] - kept[-1][2]) >= 1.5 * thick:
            kept.append(point)
    if len(kept) < 2:
        return
    first, last = kept[0][0], kept[-1][0]
    span = (last - first) or 1.0
    edge, core = np.zeros(image.shape[:2], np.uint8), np.zeros(image.shape[:2], np.uint8)
    for a, b in pairwise(kept):
        light = round(255 * (0.25 + 0.75 * min(max((b[0] - first) / span, 0.0), 1.0)))
        piece = _fixed([a[1:], b[1:]])
        cv2.polylines(edge, [piece], False, round(light * 0.7), thick + 3, cv2.LINE_AA, FINE)
        if not dots:
            cv2.polylines(core, [piece], False, light, thick, cv2.LINE_AA, FINE)
    if dots:
        every = 3.5 * thick
        for at, x, y in _spaced(kept, every):
            light = round(255 * (0.25 + 0.75 * (at - first) / span))
            cv2.circle(
                core,
                tuple(_fixed([(x, y)])[0].tolist()),
                round(thick * 0.9 * (1 << FINE)),
                light,
                -1,
                cv2.LINE_AA,
                FINE,
            )
    for cover, paint in ((edge, DARK), (core, colour)):
        box = cv2.boundingRect(cover)
        part = np.s_[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
        share = cover[part][..., None].astype(np.float32) / 255
        image[part] = np.rint(image[part] * (1 - share) + np.array(paint, np.float32) * share).astype(np.uint8)


def _spaced(path: Sequence[tuple[float, float, float]], step: float) -> list[tuple[float, float, float]]:
    points, left = [path[0]], step
    for (t1, x1, y1), (t2, x2, y2) in pairwise(path):
        length, done = math.hypot(x2 - x1, y2 - y1), 0.0
        while length - done >= left:
            done += left
            share = done / length
            points.append((t1 + share * (t2 - t1), x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
            left = step
        left -= length - done
    return points


def ring_mark(image: Image, at: Point, size: float) -> None:
    """A mark on the ground: a ring with a point in it."""
    centre = tuple(_fixed([at])[0].tolist())
    for radius, colour, thick in ((size, DARK, 5), (size, WHITE, 2)):
        cv2.circle(image, centre, round(radius * (1 << FINE)), colour, thick, cv2.LINE_AA, FINE)
    cv2.circle(image, centre, round(size * 0.4 * (1 << FINE)), WHITE, -1, cv2.LINE_AA, FINE)


@attrs.define
class Tags:
    """Puts tags on one picture so that they do not lie on each other or on what is `kept` clear.

    Attributes:
        letters: What draws the text.
        size: Height of the text in pixels.
        taken: Left, top, right, bottom of what must stay visible.
    """

    letters: Lettering
    size: int
    taken: list[Box] = attrs.field(factory=list)

    def measure(self, text: str) -> tuple[int, int]:
        """Width and height of a tag."""
        pad = max(2, self.size // 4)
        return self.letters.width(text, self.size) + 2 * pad, line_height(self.size) + 2

    def put(self, image: Image, text: str, box: Box, ink: Colour, paper: Colour) -> None:
        """Write a tag at the box: above it, below it, beside it, or where least is covered."""
        height, width = image.shape[:2]
        text = self.letters.fit(text, self.size, max(self.size, width - self.size))
        w, h = self.measure(text)
        left, top, right, bottom = box
        gap = 3.0
        places = [
            (left, top - h - gap),
            (left, bottom + gap),
            (right - w, top - h - gap),
            (right - w, bottom + gap),
            (right + gap, top),
            (left - w - gap, top),
            (right + gap, bottom - h),
            (left - w - gap, bottom - h),
        ]

        def inside(x: float, y: float) -> tuple[float, float]:
            return min(max(x, 0), max(0, width - w)), min(max(y, 0), max(0, height - h))

        x, y = min((inside(*p) for p in places), key=covering(self.taken, w, h))
        self.taken.append((x, y, x + w, y + h))
        px, py = round(x), round(y)
        cv2.rectangle(image, (px, py), (px + w - 1, py + h - 1), paper, -1)
        self.letters.write(image, px + max(2, self.size // 4), py + 1, text, self.size, ink)


def covering(taken: Sequence[Box], w: float, h: float) -> Callable[[Point], float]:
    """How much of what is taken something of this size would cover with its top left corner at a point, px²."""

    def cost(at: Point) -> float:
        x, y = at
        return sum(
            max(0.0, min(x + w, right) - max(x, left)) * max(0.0, min(y + h, bottom) - max(y, top))
            for left, top, right, bottom in taken
        )

    return cost
