"""What is behind everything, and what has come to lie before it: two layers for each pixel.

The *background* is learned slowly, and only where the picture is close to it. Whatever differs from it is a
*candidate*: a colour that gains evidence while it is seen, keeps it while something moves before it, and loses it when
the background shows again. It is the majority vote of Boyer and Moore, in seconds. A pixel is *settled* when its
candidate has three seconds of evidence; when the candidate's first sight was tells since when it is there.

All rates are in seconds, so that 30 pictures a second and one a second mean the same.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.detect.light import Light

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]

SETTLED = 3.0
"""Seconds of evidence that make a candidate settled."""
MOST = 8.0
"""Evidence goes no higher, so that it can fall in reasonable time."""
LEARN = 15.0
"""Seconds in which the background follows a slow change by two thirds."""
WARMING = 3.0
"""Seconds in which a new background is only a first guess, and follows five times as fast."""
START = 20.0
"""Seconds after the start in which a candidate seen for longer than the background takes its place."""

_SQUARE = np.ones((3, 3), np.uint8)
_RING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def distance(a: NDArray[np.generic], b: NDArray[np.generic]) -> Floats:
    """How far two colours are apart: the largest difference of a channel, float32 (h, w)."""
    d = cv2.absdiff(a, b)
    return np.maximum(np.maximum(d[..., 0], d[..., 1]), d[..., 2])


class Background:
    """Background and candidate of every pixel of one camera, at working resolution.

    Attributes:
        back: float32 (h, w, 3), the background.
        noise: float32 (h, w), how far a pixel strays from it, in grey levels (standard deviation).
        seen: float32 (h, w), seconds the background was seen.
        face: float32 (h, w, 3), the candidate.
        evidence: float32 (h, w), seconds.
        since: float64 (h, w), seconds since the start, when the candidate was first seen.
        plain: float32 (h, w, 3), the scene as last seen without what moves before it.
        age: Seconds since the start.
    """

    def __init__(self, image: Image) -> None:
        shape = image.shape[:2]
        self.back: Floats = image.astype(np.float32)
        self.noise: Floats = np.full(shape, 2.0, np.float32)
        self.seen: Floats = np.zeros(shape, np.float32)
        self.face: Floats = self.back.copy()
        self.evidence: Floats = np.zeros(shape, np.float32)
        self.since = np.zeros(shape, np.float64)
        self.plain: Floats = self.back.copy()
        self.age = 0.0
        self._young_until = START
        self._last: Floats = self.back
        self.light = Light(image.shape)
        self.low: Image
        self.high: Image
        self.rebound()

    def tolerance(self) -> Floats:
        """How far a pixel may be from its background and still be it, grey levels, float32 (h, w)."""
        level = self.back.max(axis=2)
        found: Floats = 8.0 + 3.0 * self.noise + 0.025 * level
        return found

    def rebound(self) -> None:
        """The two pictures between which a new one is background: a pixel may also look like its neighbours."""
        lit = self.light.apply(self.back)
        wide = (self.tolerance() * float(self.light.gain.mean()))[..., None]
        self.low = np.clip(cv2.erode(lit, _SQUARE) - wide, 0, 255).astype(np.uint8)
        self.high = np.clip(np.ceil(cv2.dilate(lit, _SQUARE) + wide), 0, 255).astype(np.uint8)

    def differs(self, image: Image) -> Mask:
        """Where a picture is not background, uint8 (h, w), 0 or 255."""
        return cv2.bitwise_not(cv2.inRange(image, self.low, self.high))

    def learn(self, image: Image, elapsed: float, held: Mask, ignored: Mask | None = None) -> Floats:
        """Take in a picture; says what it looks like in the background's light.

        Args:
            image: uint8 (h, w, 3), working resolution.
            elapsed: Seconds since the last one.
            held: uint8 (h, w), not 0 where a known thing lies: neither layer changes there.
            ignored: uint8 (h, w), not 0 where nothing is to be learned in this picture.
        """
        self.age += elapsed
        dt = min(elapsed, 2.0)
        covered = self.differs(image)
        self.light.measure(image, self.back, covered, min(1.0, dt / 1.0))
        self.rebound()
        now = self.light.undo(image)
        differs = self.differs(image) > 0
        off = distance(now, self.back)
        tolerance = self.tolerance()
        free = held == 0 if ignored is None else (held == 0) & (ignored == 0)

        quiet = distance(now, self._last) < tolerance
        self._last = now
        alike = distance(now, self.face) < tolerance * 0.8
        other = differs & ~alike
        gain = np.where(alike & differs, dt, 0.0)
        gain -= np.where(differs, 0.0, 3 * dt)
        gain -= np.where(other, np.where(quiet | (self.evidence < 2.0), dt, 0.15 * dt), 0.0)
        self.evidence += np.where(free, gain, 0).astype(np.float32)
        np.clip(self.evidence, 0, MOST, out=self.evidence)
        fresh = free & other & (self.evidence <= 0)
        self.face[fresh] = now[fresh]
        self.since[fresh] = self.age
        resting = ~differs | (alike & (self.evidence >= 1.0)) | (held > 0) & quiet
        self.plain += (resting * np.float32(min(1.0, 3 * dt)))[..., None] * (now - self.plain)
        follow = (alike & differs & free)[..., None] * np.float32(min(1.0, dt / 1.0) * 0.5)
        self.face += follow * (now - self.face)

        settling = (self.evidence > 1.0).astype(np.uint8)
        near = cv2.dilate(settling, _RING) | cv2.dilate((held > 0).astype(np.uint8), _RING)
        strict = (off < 0.6 * tolerance) & (near == 0)
        if ignored is not None:
            strict &= ignored == 0
        self.seen += np.where(differs, 0, dt).astype(np.float32)
        rate = np.where(self.seen < WARMING, 1 - np.exp(-5 * dt / LEARN), 1 - np.exp(-dt / LEARN))
        rate = np.where(strict, rate, 0).astype(np.float32)
        self.back += rate[..., None] * (now - self.back)
        self.noise += np.minimum(rate, 0.2) * (1.25 * off - self.noise)
        np.clip(self.noise, 0.7, 12.0, out=self.noise)

        if self.age < self._young_until:
            swap = free & (self.evidence >= 2.0) & (self.evidence > 1.5 * self.seen)
            self.take_in(swap)
        return now

    def restart(self, image: Image) -> None:
        """Begin anew with this picture as a first guess; the age goes on."""
        self.back = image.astype(np.float32)
        self.plain = self.back.copy()
        self.face = self.back.copy()
        self._last = self.back
        self.noise[:] = 2.0
        self.seen[:] = 0
        self.evidence[:] = 0
        self.light = Light(image.shape)
        self._young_until = self.age + START
        self.rebound()

    def take_in(self, where: NDArray[np.bool_]) -> None:
        """Make the candidate the background where told."""
        if not where.any():
            return
        self.back[where] = self.face[where]
        self.seen[where] = self.evidence[where]
        self.evidence[where] = 0
        self.rebound()

    def settled(self) -> Mask:
        """Where a candidate is settled, uint8 (h, w), 0 or 1."""
        return (self.evidence >= SETTLED).astype(np.uint8)
