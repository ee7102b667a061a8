"""From a mask of what is before the background to boxes of people and vehicles.

Pieces of one person (a pole before them, a coat like the wall) are joined where together they still fit one person of
the height expected there; a blob too big for one is filled, greedily, with boxes of the expected size, each taking the
most of what is still uncovered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.detect.crowd import FULL, MOST, fit
from watchword.detect.perspective import Perspective

Mask = NDArray[Any]
Boxes = NDArray[np.float64]

SMALL = 0.6
"""Larger side, by the height of a person there, under which a blob that rests is nobody."""


@dataclass(frozen=True)
class Blobs:
    """What was found in one picture.

    Attributes:
        boxes: float64 (n, 4), working pixels.
        vehicle: bool (n,), a vehicle rather than a person.
        members: float64 (n,), how many people the box stands for.
        scores: float64 (n,), 0 to 1: how much the size and shape fit.
    """

    boxes: Boxes
    vehicle: NDArray[np.bool_]
    members: NDArray[np.float64]
    scores: NDArray[np.float64]

    @classmethod
    def none(cls) -> Blobs:
        """Nothing."""
        return cls(np.zeros((0, 4)), np.zeros(0, bool), np.zeros(0), np.zeros(0))


def tidy(mask: Mask) -> Mask:
    """The mask without single pixels, with small holes closed."""
    thick = cv2.medianBlur(mask, 3)
    return cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))


@dataclass(frozen=True)
class Arrival:
    """When what is before the background came there; tells what moves from what only appeared.

    Attributes:
        times: float32 (h, w), seconds; infinite where it came after the last look.
        stirred: bool (h, w), where it changed again since.
        now: Seconds.
        pause: Seconds between the last look and the one before.
        evidence: float32 (h, w), seconds for which it has looked the same.
    """

    times: NDArray[np.float32]
    stirred: NDArray[np.bool_]
    now: float
    pause: float
    evidence: NDArray[np.float32]

    def rests(self, place: tuple[slice, slice], inside: NDArray[np.bool_]) -> bool:
        """Whether most of a blob has lain still for a second."""
        still = np.count_nonzero((self.evidence[place] >= 1.0) & inside)
        return bool(still > 0.6 * np.count_nonzero(inside))

    def moves(self, place: tuple[slice, slice], inside: NDArray[np.bool_]) -> bool:
        """Whether a blob came bit by bit, or changes, as what walks does; at a picture a second, whether it is new."""
        if np.count_nonzero(self.stirred[place] & inside) > 0.2 * np.count_nonzero(inside):
            return True
        times = np.minimum(self.times[place][inside], self.now)
        if len(times) == 0:
            return False
        times.sort()
        low, high = float(times[len(times) // 20]), float(times[-1 - len(times) // 20])
        return high - low > 0.09 or (self.pause > 0.5 and self.now - low < 0.01)


def find(mask: Mask, shade: Mask, arrival: Arrival, perspective: Perspective, learn: bool = True) -> Blobs:
    """People and vehicles in a mask.

    Args:
        mask: uint8 (h, w), not 0 where something is before the background; tidied.
        shade: uint8 (h, w), not 0 where that may be only a shadow.
        arrival: When it came there.
        perspective: Expected heights in working pixels; taught by upright blobs that stand alone where `learn`.
        learn: Whether to teach.
    """
    x0, y0, wide, high = cv2.boundingRect(mask)
    if wide == 0:
        return Blobs.none()
    part_of = (slice(y0, y0 + high), slice(x0, x0 + wide))
    count, inner, stats, _ = cv2.connectedComponentsWithStats(mask[part_of], connectivity=8, ltype=cv2.CV_16U)
    marks = np.zeros(mask.shape, np.uint16)
    marks[part_of] = inner
    stats[:, :2] += (x0, y0)
    height, width = mask.shape
    least = max(10.0, 0.00012 * height * width)
    if count > 3000:
        return Blobs.none()
    parts = [
        _without_shade(
            marks, shade, perspective, _Part([float(x), float(y), float(x + w), float(y + h)], float(area), [k])
        )
        for k, (x, y, w, h, area) in enumerate(stats[1:].tolist(), 1)
        if area >= least
    ]
    if not parts:
        return Blobs.none()
    parts = _join(parts, perspective) if perspective.known else _join_unscaled(parts)
    boxes: list[list[float]] = []
    vehicles: list[bool] = []
    members: list[float] = []
    scores: list[float] = []
    for part in parts:
        left, top, right, bottom = part.box
        place = (slice(int(top), int(bottom)), slice(int(left), int(right)))
        inside = _inside(marks, part)
        if not arrival.moves(place, inside):
            continue
        w, h = right - left, bottom - top
        cut = left <= 1 or right >= width - 1 or bottom >= height - 1
        tall = float(perspective.height(bottom)) if perspective.known else float("nan")
        fill = part.area / (w * h)
        if not perspective.known:
            if part.area < 6 * least or h < 0.06 * height:
                continue
            boxes.append(part.box)
            vehicles.append(w > 1.4 * h and fill > 0.6)
            members.append(1.0)
            scores.append(0.5)
            if learn and 0.25 < w / h < 0.6 and not cut and top > 1 and fill > 0.35:
                perspective.teach(bottom, h)
            continue
        if not cut and (h < 0.4 * tall or part.area < 0.22 * FULL * tall * tall):
            continue
        if cut and part.area < 0.15 * FULL * tall * tall:
            continue
        if max(w, h) < SMALL * tall and arrival.rests(place, inside):
            continue  # a thing just put down, not yet known for one
        if w > 1.25 * h and w > 1.1 * tall and fill > 0.62 and h > 0.5 * tall:
            boxes.append(part.box)
            vehicles.append(True)
            members.append(1.0)
            scores.append(0.7)
            continue
        if w > 0.72 * tall or h > 1.35 * tall or part.area > 1.9 * FULL * tall * tall:
            found = fit(inside, int(left), int(top), perspective) or [part.box]
            people = part.area / (FULL * tall * tall)
            each = max(1.0, round(people / len(found))) if len(found) >= MOST else 1.0
            for box in found:
                boxes.append(box)
                vehicles.append(False)
                members.append(each)
                scores.append(0.6)
            continue
        if learn and 0.25 < w / h < 0.6 and not cut and top > 1 and fill > 0.35:
            perspective.teach(bottom, h)
        boxes.append(part.box)
        vehicles.append(False)
        members.append(1.0)
        scores.append(0.9 if abs(h / tall - 1) < 0.25 else 0.6)
    if not boxes:
        return Blobs.none()
    return Blobs(np.array(boxes), np.array(vehicles), np.array(members), np.array(scores))


@dataclass
class _Part:
    """A blob, or several joined to one: its box, its area in pixels, and their numbers."""

    box: list[float]
    area: float
    marks: list[int]


def _inside(marks: NDArray[Any], part: _Part) -> NDArray[np.bool_]:
    """The pixels of a blob within its box."""
    left, top, right, bottom = (int(v) for v in part.box)
    piece = marks[top:bottom, left:right]
    out: NDArray[np.bool_] = np.isin(piece, part.marks) if len(part.marks) > 1 else piece == part.marks[0]
    return out


def _without_shade(marks: NDArray[Any], shade: Mask, perspective: Perspective, part: _Part) -> _Part:
    """A blob without its shadow, where it is too big for one person and what is left is still nearly as tall."""
    left, top, right, bottom = (int(v) for v in part.box)
    tall = float(perspective.height(bottom))
    if bottom - top < 1.1 * tall and right - left < 0.6 * tall:
        return part
    place = (slice(top, bottom), slice(left, right))
    inside = marks[place] == part.marks[0]
    solid = inside & (shade[place] == 0)
    count = int(np.count_nonzero(solid))
    if count > 0.92 * part.area or count < 0.3 * part.area:
        return part
    rows = np.flatnonzero(np.count_nonzero(solid, axis=1) >= 2)
    cols = np.flatnonzero(np.count_nonzero(solid, axis=0) >= 2)
    if len(rows) == 0 or len(cols) == 0 or rows[-1] + 1 - rows[0] < 0.7 * (bottom - top):
        return part
    box = [left + float(cols[0]), top + float(rows[0]), left + float(cols[-1] + 1), top + float(rows[-1] + 1)]
    inner = np.zeros_like(inside)
    inner[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] = True
    marks[place][inside & ~inner] = 0
    count = int(np.count_nonzero(inside & inner))
    return _Part(box, float(count), part.marks)


def _join(parts: list[_Part], perspective: Perspective) -> list[_Part]:
    """Pieces that together still fit one person become one, the closest first."""
    parts = sorted(parts, key=lambda p: -p.area)
    done: list[_Part] = []
    while parts:
        part = parts.pop(0)
        again = True
        while again:
            again = False
            for other in parts:
                box = [
                    min(part.box[0], other.box[0]),
                    min(part.box[1], other.box[1]),
                    max(part.box[2], other.box[2]),
                    max(part.box[3], other.box[3]),
                ]
                tall = float(perspective.height(box[3]))
                gap_x = max(part.box[0], other.box[0]) - min(part.box[2], other.box[2])
                gap_y = max(part.box[1], other.box[1]) - min(part.box[3], other.box[3])
                if box[3] - box[1] > 1.2 * tall or box[2] - box[0] > 0.62 * tall:
                    continue
                if gap_x > 0.12 * tall or gap_y > 0.3 * tall:
                    continue
                if min(part.box[3] - part.box[1], other.box[3] - other.box[1]) > 0.75 * tall and gap_x > 0:
                    continue  # two thin people side by side
                part = _Part(box, part.area + other.area, part.marks + other.marks)
                parts.remove(other)
                again = True
                break
        done.append(part)
    return done


def _join_unscaled(parts: list[_Part]) -> list[_Part]:
    """Pieces one above the other with hardly a gap become one, where nothing is known of heights."""
    parts = sorted(parts, key=lambda p: p.box[1])
    done: list[_Part] = []
    for part in parts:
        for k, other in enumerate(done):
            a, b = part.box, other.box
            box = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
            shared = min(a[2], b[2]) - max(a[0], b[0])
            gap = max(a[1], b[1]) - min(a[3], b[3])
            if shared > 0.5 * min(a[2] - a[0], b[2] - b[0]) and gap < 0.12 * (box[3] - box[1]):
                done[k] = _Part(box, part.area + other.area, part.marks + other.marks)
                break
        else:
            done.append(part)
    return done
