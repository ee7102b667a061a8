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
    image: NDArray[np.uint8], background: NDArray[np.float32], covered: NDArray[np.uint8] | None = None
) -> NDArray[np.float32]:
    """Factor of each channel of a picture against its background, float32 (3,): the median over a coarse grid.

    Args:
        image: uint8 (h, w, 3).
        background: float32 (h, w, 3).
        covered: uint8 (h, w), not 0 where something stands before the background; left out unless that is most of it.
    """
    step = max(1, min(image.shape[:2]) // 60)
    seen, known = image[::step, ::step].reshape(-1, 3), background[::step, ::step].reshape(-1, 3)
    fit = (known.min(axis=1) > 12) & (seen.max(axis=1) < 250) & (known.max(axis=1) < 250)
    if covered is not None:
        free = fit & (covered[::step, ::step].reshape(-1) == 0)
        if free.sum() * 3 > fit.sum():
            fit = free
    if fit.sum() < 50:
        return np.ones(3, np.float32)
    found = np.median(seen[fit] / known[fit], axis=0).astype(np.float32)
    return np.clip(found, 1 / STRONGEST, STRONGEST)


class Light:
    """The light of one camera against its background.

    Attributes:
        gain: float32 (3,), the factor of each channel.
        field: float32 (h, w, 1), what is left over, slowly varying.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.gain = np.ones(3, np.float32)
        self.field: NDArray[np.float32] = np.ones((shape[0], shape[1], 1), np.float32)
        self._blocks: tuple[int, int] = (max(3, shape[1] // BLOCK), max(3, shape[0] // BLOCK))
        self._slow: NDArray[np.float32] = np.ones((self._blocks[1], self._blocks[0]), np.float32)

    def changed(self, image: NDArray[np.uint8], background: NDArray[np.float32], covered: NDArray[np.uint8]) -> bool:
        """Whether the picture's light is another than the one measured last, by more than 2 %."""
        now = gains(image[::2, ::2], background[::2, ::2], covered[::2, ::2])
        return bool(np.abs(now / self.gain - 1).max() > 0.02)

    def measure(
        self, image: NDArray[np.uint8], background: NDArray[np.float32], covered: NDArray[np.uint8], share: float
    ) -> None:
        """Take the light of this picture.

        Args:
            image: uint8 (h, w, 3).
            background: float32 (h, w, 3).
            covered: uint8 (h, w), not 0 where something stands before the background.
            share: How much of the field is taken over from this picture, 0 to 1.
        """
        now = gains(image, background, covered)
        self.gain = now if np.abs(now / self.gain - 1).max() > 0.02 else (0.7 * self.gain + 0.3 * now)
        grey = image @ (self.gain**-1 / 3)
        small = cv2.resize(grey.astype(np.float32), self._blocks, interpolation=cv2.INTER_AREA)
        known = cv2.resize(background.mean(axis=2), self._blocks, interpolation=cv2.INTER_AREA)
        hidden = cv2.resize(covered, self._blocks, interpolation=cv2.INTER_AREA)
        ratio = np.where(hidden > 40, 1.0, (small + 8) / (known + 8)).astype(np.float32)
        field = cv2.medianBlur(np.clip(ratio, 1 / FIELD, FIELD), 5)
        self._slow += np.float32(share) * (field - self._slow)
        if np.abs(self._slow - 1).max() < 0.01:
            self.field = np.ones_like(self.field)
            return
        size = (image.shape[1], image.shape[0])
        self.field = cv2.resize(self._slow, size, interpolation=cv2.INTER_LINEAR)[..., None]

    def undo(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The picture in the light of the background, float32 (h, w, 3)."""
        out: NDArray[Any] = image / (self.field * self.gain)
        return np.minimum(out, 255, out=out).astype(np.float32, copy=False)

    def apply(self, background: NDArray[np.float32]) -> NDArray[np.float32]:
        """A background in the light of the picture, float32 (h, w, 3)."""
        return background * (self.field * self.gain)
