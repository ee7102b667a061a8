"""Light: what the picture would look like in the light its background was learned in.

A lamp, a cloud or the camera's own exposure changes every pixel by a factor that is the same over wide areas. One
factor a channel for the whole picture (the median ratio to the background where nothing stands before it), then a
slowly varying grey field for what is left. The *picture* is divided by it, so that all that is stored stays comparable.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 12
"""Side, in working pixels, of the blocks the field is measured in."""
STRONGEST = 4.0
"""A factor beyond this (or its inverse) is no change of light but another picture."""
FIELD = 1.3
"""How far the field may go from the factor of the whole picture, either way."""


def gains(
    image: NDArray[Any],
    background: NDArray[Any],
    covered: NDArray[Any] | None = None,
) -> NDArray[np.float32]:
    """Factor of each channel of a picture against its background, float32 (3,): the median over a coarse grid.

    Args:
        image: uint8 (h, w, 3).
        background: uint8 (h, w, 3).
        covered: uint8 (h, w), not 0 where something stands before the background; left out unless that is most of it.
    """
    step = max(1, min(image.shape[:2]) // 60)
    seen = image[::step, ::step].reshape(-1, 3).T.astype(np.float32)
    known = background[::step, ::step].reshape(-1, 3).T.astype(np.float32)
    fit = np.ones(seen.shape[1], bool)
    for a, b in zip(seen, known, strict=True):
        fit &= (b > 12) & (b < 250) & (a < 250)
    if covered is not None:
        free = fit & (covered[::step, ::step].reshape(-1) == 0)
        if np.count_nonzero(free) * 3 > np.count_nonzero(fit):
            fit = free
    if np.count_nonzero(fit) < 50:
        return np.ones(3, np.float32)
    found = np.array([np.median(a[fit] / b[fit]) for a, b in zip(seen, known, strict=True)], np.float32)
    return np.clip(found, 1 / STRONGEST, STRONGEST)


class Light:
    """The light of one camera against its background.

    Attributes:
        gain: float32 (3,), the factor of each channel.
        field: float32 (h, w, 1), what is left over, slowly varying; None where it is 1 all over.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.gain = np.ones(3, np.float32)
        self.field: NDArray[Any] | None = None
        self._blocks: tuple[int, int] = (max(3, shape[1] // BLOCK), max(3, shape[0] // BLOCK))
        self._slow: NDArray[np.float32] = np.ones((self._blocks[1], self._blocks[0]), np.float32)
        self._factor: NDArray[Any] | None = None

    def changed(self, image: NDArray[Any], background: NDArray[Any], covered: NDArray[Any]) -> bool:
        """Whether the picture's light is another than the one measured last, by more than 2 %."""
        step = max(1, min(image.shape[:2]) // 30)
        seen = image[::step, ::step, 1].astype(np.float32)
        known = background[::step, ::step, 1].astype(np.float32)
        fit = (known > 12) & (known < 250) & (seen < 250) & (covered[::step, ::step] == 0)
        if np.count_nonzero(fit) * 3 < fit.size:
            fit = known > 12
        if np.count_nonzero(fit) < 50:
            return False
        return bool(abs(float(np.median(seen[fit] / known[fit])) / float(self.gain[1]) - 1) > 0.02)

    def measure(self, image: NDArray[Any], background: NDArray[Any], covered: NDArray[Any], share: float) -> None:
        """Take the light of this picture.

        Args:
            image: uint8 (h, w, 3).
            background: uint8 (h, w, 3).
            covered: uint8 (h, w), not 0 where something stands before the background.
            share: How much of the field is taken over from this picture, 0 to 1.
        """
        now = gains(image, background, covered)
        self.gain = now if np.abs(now / self.gain - 1).max() > 0.02 else (0.7 * self.gain + 0.3 * now)
        if share > 0:
            small = cv2.resize(image, self._blocks, interpolation=cv2.INTER_AREA) / self.gain
            known = cv2.resize(background, self._blocks, interpolation=cv2.INTER_AREA)
            hidden = cv2.resize(covered, self._blocks, interpolation=cv2.INTER_AREA)
            ratio = (small.sum(axis=2) + 24) / (known.sum(axis=2) + 24)
            ratio = np.where(hidden > 40, 1.0, np.clip(ratio, 1 / FIELD, FIELD)).astype(np.float32)
            self._slow += np.float32(share) * (cv2.medianBlur(ratio, 5) - self._slow)
        if np.abs(self._slow - 1).max() < 0.015:
            self.field = self._factor = None
            return
        size = (image.shape[1], image.shape[0])
        field = cv2.resize(self._slow, size, interpolation=cv2.INTER_LINEAR)
        self.field = field[..., None]
        self._factor = cv2.merge([field * g for g in self.gain])

    def undo(self, image: NDArray[Any]) -> NDArray[Any]:
        """The picture in the light of the background, uint8 (h, w, 3)."""
        if self._factor is not None:
            return cv2.divide(image, self._factor, dtype=cv2.CV_8U)
        if np.abs(self.gain - 1).max() < 0.003:
            return image
        table = np.clip(np.rint(np.arange(256)[:, None] / self.gain), 0, 255).astype(np.uint8)
        return cv2.LUT(image, table[None])

    def apply(self, background: NDArray[Any], place: tuple[slice, slice] = (slice(None), slice(None))) -> NDArray[Any]:
        """A background, or the part of one that lies at `place`, in the light of the picture, uint8 (h, w, 3)."""
        if self._factor is not None:
            return cv2.multiply(background, self._factor[place], dtype=cv2.CV_8U)
        if np.abs(self.gain - 1).max() < 0.003:
            return background
        table = np.clip(np.rint(np.arange(256)[:, None] * self.gain), 0, 255).astype(np.uint8)
        return cv2.LUT(background, table[None])
