"""Small pictures drawn at a multiple of their size, brought down, and laid over a frame: anti-aliased and fast."""

from __future__ import annotations

from math import floor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.sim.lens import Lens

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

_SHIFT = 4  # OpenCV's fixed-point bits: a sixteenth of a drawn pixel
_blob = np.linspace(-1, 1, 48, dtype=np.float32)
BLOB = np.clip(1.25 - 1.25 * np.hypot(_blob[None, :], _blob[:, None]), 0, 1) ** 1.3  # a soft disc


def lit(colour: Colour, factor: float) -> Colour:
    """The colour, brighter or darker."""
    b, g, r = (min(255, max(0, round(c * factor))) for c in colour)
    return b, g, r


class Patch:
    """A small transparent picture over a box of a frame. Points are in the frame's pixels.

    Args:
        box: What it covers, pixels of the frame.
        fine: How many times finer it is drawn.
    """

    def __init__(self, box: Box, fine: int = 2) -> None:
        self.left, self.top = int(np.floor(box[0])) - 1, int(np.floor(box[1])) - 1
        self.wide = max(1, int(np.ceil(box[2])) + 1 - self.left)
        self.tall = max(1, int(np.ceil(box[3])) + 1 - self.top)
        self.fine = fine
        self.image: Image = np.zeros((self.tall * fine, self.wide * fine, 4), np.uint8)

    def _fixed(self, point: Any) -> tuple[int, int]:
        k = self.fine << _SHIFT
        half = 1 << (_SHIFT - 1)
        return floor((point[0] - self.left) * k - half + 0.5), floor((point[1] - self.top) * k - half + 0.5)

    def polygon(self, points: Any, colour: Colour) -> None:
        """A filled convex polygon; points (n, 2)."""
        ring = np.array([self._fixed(p) for p in points], np.int32)
        cv2.fillConvexPoly(self.image, ring, (*colour, 255), cv2.LINE_8, _SHIFT)

    def line(self, a: Any, b: Any, width: float, colour: Colour) -> None:
        """A line with round ends, `width` in pixels of the frame."""
        thick = max(1, round(width * self.fine))
        cv2.line(self.image, self._fixed(a), self._fixed(b), (*colour, 255), thick, cv2.LINE_8, _SHIFT)

    def ellipse(self, centre: Any, axes: tuple[float, float], colour: Colour, angle: float = 0.0) -> None:
        """A filled ellipse; half axes in pixels, angle in degrees."""
        k = self.fine << _SHIFT
        size = max(1, round(axes[0] * k)), max(1, round(axes[1] * k))
        at = self._fixed(centre)
        cv2.ellipse(self.image, at, size, angle, 0, 360, (*colour, 255), -1, cv2.LINE_8, _SHIFT)

    def lay(
        self,
        canvas: Image,
        clip: tuple[int, int, int, int] | None = None,
        shade: float = 0.0,
        strength: float = 1.0,
    ) -> None:
        """Lay it over a picture, in place.

        Args:
            canvas: The picture.
            clip: Left, top, right, bottom outside of which nothing is drawn.
            shade: How much darker its right side is than its left, a share.
            strength: Below 1, what is under it shows through.
        """
        left, top, right, bottom = clip or (0, 0, canvas.shape[1], canvas.shape[0])
        x0, y0 = max(self.left, left), max(self.top, top)
        x1, y1 = min(self.left + self.wide, right), min(self.top + self.tall, bottom)
        if x0 >= x1 or y0 >= y1:
            return
        small = cv2.resize(self.image, (self.wide, self.tall), interpolation=cv2.INTER_AREA)
        part = small[y0 - self.top : y1 - self.top, x0 - self.left : x1 - self.left].astype(np.float32)
        if strength < 1:
            part *= np.float32(strength)
        colour = part[:, :, :3]
        if shade:
            ramp = np.linspace(1 + shade / 2, 1 - shade / 2, self.wide, dtype=np.float32)
            colour = colour * ramp[None, x0 - self.left : x1 - self.left, None]
        below = canvas[y0:y1, x0:x1]
        keep = 1.0 - part[:, :, 3:] * np.float32(1 / 255)
        below[:] = np.clip(below * keep + colour + 0.5, 0, 255)


def darken(
    canvas: Image, lens: Lens, at: tuple[float, float], u: tuple[float, float], v: tuple[float, float], share: float
) -> None:
    """A soft shadow on the ground, in place.

    Args:
        canvas: The picture.
        lens: Its camera.
        at: Centre x, z, metres.
        u: Half axis (x, z), metres.
        v: The other half axis.
        share: How much darker its middle is.
    """
    corners = [(at[0] + i * u[0] + j * v[0], at[1] + i * u[1] + j * v[1]) for i in (-1, 1) for j in (-1, 1)]
    if min(z for _, z in corners) < 0.5:
        return
    c = np.array(lens.project(at[0], 0, at[1]))
    du = np.array(lens.project(at[0] + u[0], 0, at[1] + u[1])) - c
    dv = np.array(lens.project(at[0] + v[0], 0, at[1] + v[1])) - c
    reach = np.abs(du) + np.abs(dv)
    x0, y0 = np.maximum(np.floor(c - reach).astype(int), 0).tolist()
    x1 = min(int(np.ceil(c[0] + reach[0])) + 1, canvas.shape[1])
    y1 = min(int(np.ceil(c[1] + reach[1])) + 1, canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    half = (len(BLOB) - 1) / 2
    map_to = np.column_stack((du / half, dv / half, c - du - dv - (x0, y0)))
    blob = cv2.warpAffine(BLOB, map_to, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
    part = canvas[y0:y1, x0:x1]
    part[:] = part * (1 - np.float32(share) * blob[:, :, None])


def corners(lens: Lens, at: tuple[float, float, float], size: tuple[float, float, float], yaw: float) -> Floats:
    """The eight corners of an upright block in the picture, (8, 2): the lower four in order, then the upper four.

    Args:
        lens: The camera.
        at: Middle of its foot, x, up, z in metres.
        size: Width, height, depth in metres.
        yaw: Turned by this angle, radians.
    """
    w, h, d = size
    x, up, z = at
    c, s = np.cos(yaw), np.sin(yaw)
    foot = [(-w / 2, -d / 2), (w / 2, -d / 2), (w / 2, d / 2), (-w / 2, d / 2)]
    points = [(x + a * c - b * s, up + lift, z + a * s + b * c) for lift in (0.0, h) for a, b in foot]
    return lens.project_all(np.array(points))


def block(patch: Patch, eight: Floats, colour: Colour, top: float = 1.15, side: float = 0.72) -> None:
    """An upright block from its corners: the faces that are seen, each with its own brightness."""
    points = eight.tolist()
    for face, brightness in (
        ((2, 3, 7, 6), 0.8),
        ((3, 0, 4, 7), side * 1.08),
        ((1, 2, 6, 5), side),
        ((0, 1, 5, 4), 1.0),
        ((4, 5, 6, 7), top),
    ):
        ring = [points[i] for i in face]
        turn = sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(ring, (*ring[1:], ring[0]), strict=True))
        if face == (4, 5, 6, 7) or turn < 0:
            patch.polygon(ring, lit(colour, brightness))
