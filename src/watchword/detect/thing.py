"""A thing at rest: its outline and picture, and whether it is still there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from watchword.detect.background import Background, Image, Mask, distance

Place = tuple[slice, slice]
"""Rows and columns of a part of a picture."""

MARGIN = 5
"""Pixels around a thing that are kept with it."""
RENEWED = 20
"""Looks after which a thing's picture follows its own slow change."""

_RING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(eq=False)
class Thing:
    """Something at rest.

    Attributes:
        kind: left, removed or moved.
        place: Slices of rows and columns of its picture, a margin around it.
        mask: uint8, its outline in `place`.
        patch: uint8, its picture in the background's light.
        before: uint8, what was there before.
        since: Seconds since the start of the stream, when it came to rest.
        box: Left, top, right, bottom in working pixels.
        near: uint8, the outline and what is close to it.
        gone: Seconds for which its place was seen without it.
        hidden: Seconds for which something else was before it.
        looks: How often it was seen.
    """

    kind: str
    place: Place
    mask: Mask
    patch: Image
    before: Image
    since: float
    box: tuple[float, float, float, float]
    near: Mask
    gone: float = 0.0
    hidden: float = 0.0
    looks: int = 0

    @classmethod
    def of(cls, kind: str, background: Background, place: Place, mask: Mask, since: float) -> Thing:
        """What lies inside an outline now."""
        x, y, w, h = cv2.boundingRect(mask)
        x, y = x + place[1].start, y + place[0].start
        return cls(
            kind,
            place,
            mask,
            background.plain[place].copy(),
            background.back[place].copy(),
            since,
            (float(x), float(y), float(x + w), float(y + h)),
            cv2.dilate(mask, _RING),
        )

    def look(self, now: Image, tolerance: Mask, dt: float) -> None:
        """See whether it is still there: it is seen, its place is seen without it, or something else is before it.

        Args:
            now: uint8 (h, w, 3), the whole picture in the background's light.
            tolerance: uint8 (h, w), grey levels within which two colours are one.
            dt: Seconds since the last look.
        """
        inside = self.mask > 0
        view, near = now[self.place], tolerance[self.place]
        off, free = distance(view, self.patch), distance(view, self.before)
        seen = float((off < near)[inside].mean())
        gone = float(((free < near) & (free < off))[inside].mean())
        if seen >= 0.5 and seen > gone:
            self.gone = self.hidden = 0.0
            self.looks += 1
            if self.looks % RENEWED == 0:
                same = (off < near) & (self.near > 0)
                self.patch[same] = self.patch[same] // 2 + view[same] // 2 + 1
        elif gone > 0.3 and gone > 2 * seen:
            self.gone += dt
        else:
            self.hidden += dt

    def joined(self, background: Background, place: Place, mask: Mask) -> Thing | None:
        """It and a piece that showed itself later, as one; None where they do not touch or the whole is no shape."""
        whole = np.zeros(background.evidence.shape, np.uint8)
        whole[place] = mask
        touches = cv2.dilate(whole, _RING)[self.place] > 0
        if not (touches & (cv2.dilate(self.mask, _RING) > 0)).any():
            return None
        whole[self.place] |= self.mask
        x, y, w, h = cv2.boundingRect(cv2.morphologyEx(whole, cv2.MORPH_CLOSE, _RING))
        if w * h > 2.5 * float(whole.sum()):
            return None
        wide = around(x, y, w, h, whole.shape)
        made = Thing.of(self.kind, background, wide, whole[wide], self.since)
        picture = np.zeros_like(background.back)
        picture[wide] = made.patch
        picture[self.place][self.mask > 0] = self.patch[self.mask > 0]
        made.patch = picture[wide].copy()
        return made


def around(x: int, y: int, w: int, h: int, shape: tuple[int, ...]) -> Place:
    """Rows and columns of a box with a margin."""
    return (
        slice(max(0, y - MARGIN), min(shape[0], y + h + MARGIN)),
        slice(max(0, x - MARGIN), min(shape[1], x + w + MARGIN)),
    )


def whole(background: Background, place: Place, mask: Mask) -> tuple[Place, Mask]:
    """A thing with those of its parts that are only a little unlike the background, where they touch the others."""
    x, y, w, h = cv2.boundingRect(mask)
    x, y = x + place[1].start, y + place[0].start
    shape = background.evidence.shape
    core = np.zeros(shape, np.uint8)
    core[place] = mask
    wide = (
        slice(max(0, y - h // 2 - MARGIN), min(shape[0], y + h + h // 2 + MARGIN)),
        slice(max(0, x - w // 2 - MARGIN), min(shape[1], x + w + w // 2 + MARGIN)),
    )
    off = distance(background.plain[wide], background.back[wide])
    faint: Mask = (
        np.asarray(off > cv2.convertScaleAbs(background.tolerance[wide], alpha=0.55)).astype(np.uint8) | core[wide]
    )
    tidy: Mask = cv2.morphologyEx(faint, cv2.MORPH_CLOSE, _SQUARE)
    faint = cv2.morphologyEx(tidy, cv2.MORPH_OPEN, _SQUARE)
    faint = cv2.bitwise_or(faint, core[wide])
    _, marks = cv2.connectedComponents(faint, connectivity=4)
    touching = np.unique(marks[core[wide] > 0])
    found = np.isin(marks, touching[touching > 0]).astype(np.uint8)
    gx, gy, gw, gh = cv2.boundingRect(found)
    if gw > 1.6 * w + 2 or gh > 1.6 * h + 2:
        return place, mask
    core[wide] = found
    grown = around(gx + wide[1].start, gy + wide[0].start, gw, gh, shape)
    return grown, core[grown]
