"""What is behind everything, and what has come to lie before it: two layers for each pixel.

The *background* is learned slowly, and only where the picture is close to it. Whatever differs from it is a
*candidate*: a colour that gains evidence while it is seen, keeps it while something moves before it, and loses it when
the background shows again. It is the majority vote of Boyer and Moore, in seconds. A pixel is *settled* when its
candidate has three seconds of evidence; when the candidate's first sight was tells since when it is there.

All rates are in seconds, so that 30 pictures a second and one a second mean the same.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.detect.light import Light

# of uint8; OpenCV's own types say no more
Image = NDArray[Any]
Mask = NDArray[Any]
Floats = NDArray[np.float32]

SETTLED = 3.0
"""Seconds of evidence that make a candidate settled."""
MOST = 8.0
"""Evidence goes no higher, so that it can fall in reasonable time."""
LEARN = 15.0
"""Seconds in which the background follows a slow change by two thirds."""
WARMING = 3.0
"""Seconds in which a new background is only a first guess, and follows five times as fast."""
PAUSE = 0.5
"""Seconds between two steps of the background, once it is no first guess."""
START = 20.0
"""Seconds after the start in which what was seen for a moment only gives way to what came after."""
PASSING = 1.2
"""Seconds: a background seen for less was somebody who passed."""

_SQUARE = np.ones((3, 3), np.uint8)
_RING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def peak(image: NDArray[Any]) -> NDArray[Any]:
    """The largest channel of each pixel, (h, w)."""
    b, g, r = cv2.split(image)
    return cv2.max(cv2.max(b, g), r)


def distance(a: Image, b: Image) -> Image:
    """How far two colours are apart: the largest difference of a channel, uint8 (h, w)."""
    return peak(cv2.absdiff(a, b))


class Background:
    """Background and candidate of every pixel of one camera, at working resolution.

    Attributes:
        back: uint8 (h, w, 3), the background.
        tolerance: uint8 (h, w), how far a pixel may be from it and still be it, grey levels.
        noise: float32 (h, w), how far a pixel strays from it, in grey levels (standard deviation).
        seen: float32 (h, w), seconds the background was seen.
        face: uint8 (h, w, 3), the candidate.
        evidence: float32 (h, w), seconds.
        since: float64 (h, w), seconds since the start, when the candidate was first seen.
        plain: uint8 (h, w, 3), the scene as last seen without what moves before it.
        arrived: float32 (h, w), since when something is before the background; infinite where nothing is.
        stirred: bool (h, w), where that changed again after it came.
        age: Seconds since the start.
        pause: Seconds between the last two pictures, 2 at most.
    """

    def __init__(self, image: Image) -> None:
        shape = image.shape[:2]
        self.age = self.pause = 0.0
        self.noise: Floats = np.zeros(shape, np.float32)
        self.seen: Floats = np.zeros(shape, np.float32)
        self.evidence: Floats = np.zeros(shape, np.float32)
        self.since = np.zeros(shape, np.float64)
        self.arrived: Floats = np.full(shape, np.inf, np.float32)
        self.stirred = np.zeros(shape, bool)
        self.back: Image
        self.face: Image
        self.plain: Image
        self.tolerance: Image
        self.light: Light
        self.restart(image)

    def restart(self, image: Image) -> None:
        """Begin anew with this picture as a first guess; the age goes on."""
        self._exact: Floats = image.astype(np.float32)
        self.back, self.face, self.plain, self._last = image.copy(), image.copy(), image.copy(), image
        self.noise[:] = 2.0
        self.seen[:] = 0
        self.evidence[:] = 0
        self.light = Light(image.shape)
        self._young_until = self.age + START
        self._unlearned = 0.0
        self.rebound()

    def rebound(self) -> None:
        """The two pictures between which a new one is background: a pixel may also look like its neighbours."""
        tolerance = cv2.addWeighted(self.noise, 3.0, peak(self.back), 0.025, 8.0, dtype=cv2.CV_32F)
        self.tolerance = cv2.convertScaleAbs(tolerance)
        self._lit = lit = self.light.apply(self.back)
        wide = cv2.merge([cv2.convertScaleAbs(self.tolerance, alpha=float(self.light.gain.mean()))] * 3)
        self._dark = cv2.convertScaleAbs(lit, alpha=0.45)
        self._dim = cv2.convertScaleAbs(lit, alpha=0.97)
        self.low = cv2.subtract(cv2.erode(lit, _SQUARE), wide)
        self.high = cv2.add(cv2.dilate(lit, _SQUARE), wide)

    def differs(self, image: Image) -> Mask:
        """Where a picture is not background, uint8 (h, w), 0 or 255."""
        out: Mask = cv2.bitwise_not(cv2.inRange(image, self.low, self.high))
        return out

    def shade(self, image: Image, mask: Mask) -> Mask:
        """Where a mask may be only shadow: darker than the background by a like share in each channel.

        Dark clothes on a grey road look the same, so it is for the caller to see that a whole is left without it.
        """
        shade = np.zeros_like(mask)
        x, y, w, h = cv2.boundingRect(mask)
        part = (slice(y, y + h), slice(x, x + w))
        if w == 0:
            return shade
        dim: Mask = cv2.inRange(image[part], self._dark[part], self._dim[part]) & mask[part]
        at = np.nonzero(dim)
        b, g, r = (image[part][at] / (self._lit[part][at] + np.float32(4))).T
        spread = np.maximum(np.maximum(b, g), r) - np.minimum(np.minimum(b, g), r)
        dim[at] = np.where(spread < 0.1, np.uint8(255), np.uint8(0))
        shade[part] = dim
        return shade

    def learn(self, image: Image, elapsed: float, held: Mask) -> Image:
        """Take in a picture; says what it looks like in the background's light, uint8 (h, w, 3).

        Args:
            image: uint8 (h, w, 3), working resolution.
            elapsed: Seconds since the last one.
            held: uint8 (h, w), not 0 where a known thing lies: neither layer changes there.
        """
        self.age += elapsed
        self.pause = min(elapsed, 2.0)
        dt = np.float32(min(elapsed, 2.0))
        self.light.measure(image, self.back, self.differs(image), min(1.0, float(dt)))
        self.rebound()
        now = self.light.undo(image)
        differs = self.differs(image) > 0
        free = held == 0

        quiet = distance(now, self._last) < self.tolerance
        self._last = now
        there = differs & (self.arrived < np.inf)
        self.stirred = there & (self.stirred | ~quiet)
        self.arrived[~differs] = np.inf
        self.arrived[differs & ~there] = self.age
        alike = differs & (distance(now, self.face) < self.tolerance)
        other = differs & ~alike
        lost = np.where(quiet | (self.evidence < 2.0), dt, np.float32(0.15) * dt)
        change = np.where(differs, np.where(alike, dt, -lost), -3 * dt)
        self.evidence += change * free
        np.clip(self.evidence, 0, MOST, out=self.evidence)
        fresh = free & other & (self.evidence <= 0)
        self.face[fresh] = now[fresh]
        self.since[fresh] = self.age
        resting = ~differs | (alike & (self.evidence >= 1.0)) | (~free & quiet)
        cv2.copyTo(now, resting.astype(np.uint8), self.plain)
        self.seen += np.where(differs, np.float32(0), dt)

        self._unlearned += float(dt)
        if self._unlearned >= PAUSE or self.age < WARMING:
            self._follow(now, held)
        if self.age < self._young_until:
            swap = free & (self.evidence >= 2.0) & (self.seen < PASSING)
            self.take_in(swap, now)
        return now

    def _follow(self, now: Image, held: Mask) -> None:
        """Move the background towards a picture, where it is close and nothing lies within two pixels."""
        dt, self._unlearned = self._unlearned, 0.0
        near = cv2.dilate((held > 0).astype(np.uint8) | (self.evidence > 1.0).astype(np.uint8), _RING)
        off = distance(now, self.back)
        strict = (off < cv2.convertScaleAbs(self.tolerance, alpha=0.6)) & (near == 0)
        young = self.seen < WARMING
        for mask, pace in ((strict & ~young, 1), (strict & young, 5)):
            if mask.any():
                rate = float(1 - np.exp(-pace * dt / LEARN))
                where = mask.astype(np.uint8)
                cv2.accumulateWeighted(now, self._exact, rate, where)
                cv2.accumulateWeighted(cv2.convertScaleAbs(off, alpha=1.25), self.noise, min(rate, 0.2), where)
        self.back = cv2.convertScaleAbs(self._exact)
        np.clip(self.noise, 0.7, 12.0, out=self.noise)
        self.rebound()

    def put(self, where: NDArray[np.bool_], picture: Image) -> None:
        """Make a picture the background where told."""
        self._exact[where] = picture[where]
        self.back[where] = picture[where]
        self.rebound()

    def take_in(self, where: NDArray[np.bool_], picture: Image) -> None:
        """Make what lies somewhere the background there, and forget that it came."""
        if where.any():
            self.seen[where] = self.evidence[where]
            self.evidence[where] = 0
            self.put(where, picture)

    def settled(self) -> Mask:
        """Where a candidate is settled, uint8 (h, w), 0 or 1."""
        return (self.evidence >= SETTLED).astype(np.uint8)
