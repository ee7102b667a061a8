"""How a piece of the picture looks now against how it looked before: is there a thing, is one gone, is it only light?

Every test compares two pictures of one place, inside an outline: the scene as it is (`now`) and the background
(`before`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.detect.background import Floats, Image, Mask, peak

_CROSS = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_WIDE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))


@dataclass(frozen=True)
class Appearance:
    """What two pictures of one place say about a thing with an outline.

    Attributes:
        contrast: Median difference of the two inside the outline, grey levels.
        colour: Difference of the two inside in colour alone (chromaticity, 0 to 1; 0.03 is plain to see).
        brighter: Whether the place is brighter now.
        edges: From −1 to 1: along the outline there is an edge now (1), there was one before (−1).
        ring: From −1 to 1: the inside is unlike its surroundings now (1), it was before (−1).
        texture: Correlation of the fine structure inside, −1 to 1; NaN where there was none to compare.
        sharp: Steepness of the outline now: the step across it in a pixel, by the whole contrast.
    """

    contrast: float
    colour: float
    brighter: bool
    edges: float
    ring: float
    texture: float
    sharp: float

    @property
    def present(self) -> float:
        """From −1.5 to 1.5: a thing lies there now (over 0), or one is gone (under 0)."""
        return self.edges + 0.5 * self.ring

    @property
    def light(self) -> bool:
        """It is only light: the same structure and colour, brighter or darker."""
        shine = self.brighter and self.colour < 0.012 and self.texture > 0.25
        return shine or (self.colour < 0.04 and self.texture > 0.55)


def _share(a: float, b: float, least: float) -> float:
    return (a - b) / (a + b + least)


def _chroma(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = (colour + 4) / (colour.sum(axis=-1, keepdims=True) + 12)
    return out


def compare(picture: Image, earlier: Image, mask: Mask) -> Appearance:
    """Compare two pictures of one place.

    Args:
        picture: uint8 (h, w, 3), with a margin of four pixels or more around the outline where the frame has it.
        earlier: The same place before.
        mask: uint8 (h, w), not 0 inside the outline.
    """
    now, before = picture.astype(np.float32), earlier.astype(np.float32)
    inside = mask > 0
    body = cv2.dilate(mask, _CROSS)
    band = (body > 0) & (cv2.erode(mask, _CROSS) == 0)
    ring = (cv2.dilate(body, _WIDE) > 0) & (cv2.dilate(body, _CROSS) == 0)
    if not ring.any():
        ring = ~inside
    differences = now[inside] - before[inside]
    by_channel = np.abs(np.median(differences, axis=0))
    contrast = float(np.median(np.abs(differences).max(axis=1)))
    mean_now, mean_before = now[inside].mean(axis=0), before[inside].mean(axis=0)
    colour = float(np.abs(_chroma(mean_now.astype(float)) - _chroma(mean_before.astype(float))).max())

    grey_now, grey_before = now.mean(axis=2), before.mean(axis=2)
    steep_now, steep_before = _steep(now), _steep(before)
    edges = _share(float(steep_now[band].mean()), float(steep_before[band].mean()), 4.0)
    if ring.any():
        around_now, around_before = np.median(now[ring], axis=0), np.median(before[ring], axis=0)
        ring_now = float(np.abs(np.median(now[inside], axis=0) - around_now).max())
        ring_before = float(np.abs(np.median(before[inside], axis=0) - around_before).max())
        unlike = _share(ring_now, ring_before, 10.0)
    else:
        unlike = 0.0
    # the steepest step within the band, so that an outline one pixel off does not look soft
    step = cv2.dilate(steep_now, _CROSS)[band]
    sharp = float(np.median(step)) / max(contrast, 1.0) if len(step) else 0.0
    return Appearance(
        contrast=max(contrast, float(by_channel.max())),
        colour=colour,
        brighter=float(mean_now.sum()) > float(mean_before.sum()),
        edges=edges,
        ring=unlike,
        texture=_texture(grey_now, grey_before, inside),
        sharp=sharp,
    )


def _steep(image: Floats) -> Floats:
    """Steepest change of a channel at each pixel, grey levels a pixel."""
    dx = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3)
    return peak(cv2.magnitude(dx, dy) / 8)


def _texture(now: Floats, before: Floats, inside: NDArray[np.bool_]) -> float:
    """Correlation of two pictures' fine structure inside an outline; NaN where the second has none."""
    core = cv2.erode(inside.astype(np.uint8), _CROSS) > 0
    if core.sum() < 12:
        core = inside
    a = (now - cv2.GaussianBlur(now, (0, 0), 2.5))[core]
    b = (before - cv2.GaussianBlur(before, (0, 0), 2.5))[core]
    if float(b.std()) < 1.0:
        return float("nan")
    if float(a.std()) < 0.3:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def histogram(image: Image, mask: Mask) -> NDArray[np.float32]:
    """Colours inside an outline: 4 × 4 × 4 bins, sums to 1, float32 (64,)."""
    levels = (image[mask > 0] // 64).astype(np.int64)
    counts = np.bincount(levels[:, 0] * 16 + levels[:, 1] * 4 + levels[:, 2], minlength=64)
    out: NDArray[np.float32] = (counts / max(1, counts.sum())).astype(np.float32)
    return out
