"""Simulated crowds for trackers: who is where, and what a detector would say of it.

People of a slanted view walk, stop, turn and cross; nearer ones hide those behind. The detector misses some (more where
they are hidden, and for a while), errs (each error lasts a little), cuts boxes where feet are hidden, and sees a few
things that are not there. Everything happens in seconds, so the same crowd can be looked at at any rate.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.boxes import Bools, Floats
from watchword.detections import Detections
from watchword.tracks import Tracks
from watchword.units import SECOND

WIDTH, HEIGHT = 960, 540
STEP = 0.02  # seconds, the step of the simulation
LASTING = 0.15  # seconds, how long an error of the detector lasts


@attrs.frozen
class Crowd:
    """A crowd and how it is looked at.

    Attributes:
        people: About how many are in view.
        fps: Looks a second.
        seconds: How long.
        seed: Of all chance.
        miss: Share of sights missed where nobody is in the way.
        false: False boxes a look.
        error: Of a box's place, in its height.
    """

    people: int
    fps: float
    seconds: float = 60.0
    seed: int = 0
    miss: float = 0.1
    false: float = 0.25
    error: float = 0.035

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"crowd of {self.people} at {self.fps:g} fps"

    def looks(self) -> list[tuple[Tracks, Detections]]:
        """Truth and detections of each look."""
        rng = np.random.default_rng(self.seed)
        walks = [self._walk(rng) for _ in range(int(self.people * max(1.0, self.seconds / 14)))]
        detector = _Detector(self, rng)
        found = []
        for k in range(int(self.seconds * self.fps)):
            time = k / self.fps
            there = {i: box for i, walk in enumerate(walks, 1) if (box := _at(walk, time)) is not None}
            ids = [i for i, box in there.items() if 0 < box[0] + box[2] / 2 < WIDTH]
            boxes = np.array([there[i] for i in ids]).reshape(-1, 4)
            truth = np.concatenate((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), axis=1)
            at = round(time * SECOND)
            rows = np.array(detector.look(ids, boxes)).reshape(-1, 5)
            seen = np.concatenate((rows[:, :2], rows[:, :2] + rows[:, 2:4]), axis=1)
            found.append((Tracks.of("c", at, ids, truth), Detections.of("c", at, seen, "person", rows[:, 4])))
        return found

    def _walk(self, rng: np.random.Generator) -> Floats:
        """Time, x, foot y, height, width of one person, a row a step."""
        rightward = rng.random() < 0.5
        time, x, y = rng.uniform(-8, self.seconds - 3), -30.0 if rightward else WIDTH + 30.0, rng.uniform(0.35, 0.95)
        angle = rng.normal(0, 0.35) + (0 if rightward else np.pi)
        speed = rng.uniform(1.6, 2.6) if rng.random() < 0.05 else np.clip(rng.normal(0.75, 0.2), 0.25, 1.6)
        tall, slim, lingers = rng.normal(1, 0.07), rng.uniform(0.34, 0.46), rng.random() < 0.35
        phase, standing = rng.uniform(0, 2 * np.pi), 0.0
        path = []
        while time < self.seconds and -60 <= x <= WIDTH + 60:
            h = tall * (38 + 152 * max(y - 0.3, 0.0))
            if standing > 0:
                standing -= STEP
            else:
                x += np.cos(angle) * speed * h * STEP
                y += np.sin(angle) * speed * h * STEP * 0.35 / HEIGHT
                if rng.random() < STEP * (0.06 if lingers else 0.01):
                    standing = rng.uniform(1, 8)
                if rng.random() < STEP * 0.08:
                    angle += rng.normal(0, 0.7)
            if not 0.33 <= y <= 0.98:
                angle, y = -angle, float(np.clip(y, 0.33, 0.98))
            if time >= 0:
                path.append((time, x, y * HEIGHT, h, h * slim * (1 + 0.12 * np.sin(2 * np.pi * time + phase))))
            time += STEP
        return np.array(path).reshape(-1, 5)


def _at(walk: Floats, time: float) -> tuple[float, float, float, float] | None:
    if not len(walk) or not walk[0, 0] <= time <= walk[-1, 0]:
        return None
    _, x, y, h, w = walk[np.searchsorted(walk[:, 0], time)]
    return x - w / 2, y - h, w, h


class _Detector:
    """What a detector says, with its lasting errors, blind moments and ghosts."""

    def __init__(self, crowd: Crowd, rng: np.random.Generator) -> None:
        self._crowd, self._rng = crowd, rng
        self._errors: dict[int, NDArray[np.float64]] = {}
        self._blind: dict[int, float] = {}
        self._ghosts: list[list[float]] = []

    def look(self, ids: list[int], boxes: Floats) -> list[tuple[float, float, float, float, float]]:
        """Left, top, width, height, score of each box said."""
        rng, crowd = self._rng, self._crowd
        keep = np.exp(-1 / crowd.fps / LASTING)
        rows = []
        for k in np.argsort(-(boxes[:, 1] + boxes[:, 3])):
            x, y, w, h = boxes[k]
            nearer = boxes[boxes[:, 1] + boxes[:, 3] > y + h]
            visible = _visible(boxes[k], nearer)
            share = float(visible.mean())
            error = keep * self._errors.get(ids[k], rng.normal(0, 1, 4)) + np.sqrt(1 - keep**2) * rng.normal(0, 1, 4)
            self._errors[ids[k]] = error
            blind = self._blind.get(ids[k], 0.0)
            if blind <= 0 and rng.random() < crowd.miss / crowd.fps:
                blind = rng.uniform(0.1, 0.6)
            self._blind[ids[k]] = blind - 1 / crowd.fps
            if blind > 0 or rng.random() < crowd.miss / 2 or rng.random() > 1 / (1 + np.exp(-12 * (share - 0.38))):
                continue
            worse = 1.0 if share > 0.8 else 1.6
            wide, tall = w * np.exp(0.07 * worse * error[2]), h * np.exp(0.05 * worse * error[3])
            left = x + crowd.error * worse * error[0] * h + (w - wide) / 2
            top = y + crowd.error * worse * error[1] * h + (h - tall) / 2
            if share < 0.75 and rng.random() < 0.4:
                tall *= (np.flatnonzero(visible.any(axis=1))[-1] + 1) / len(visible)
            rows.append((left, top, wide, tall, float(np.clip(rng.normal(0.93, 0.06) - 0.5 * (1 - share), 0.05, 1))))
        return rows + self._false()

    def _false(self) -> list[tuple[float, float, float, float, float]]:
        rng, crowd = self._rng, self._crowd
        rows = []
        if rng.random() < 0.14 / crowd.fps:
            self._ghosts.append(
                [rng.uniform(0, WIDTH), rng.uniform(160, 480), rng.uniform(50, 120), rng.uniform(0.5, 3)]
            )
        for ghost in self._ghosts:
            ghost[3] -= 1 / crowd.fps
            if rng.random() < 0.5:
                x, y, h = ghost[0] + rng.normal(0, 3), ghost[1] + rng.normal(0, 3), ghost[2]
                rows.append((x, y, 0.4 * h, h, float(np.clip(rng.normal(0.55, 0.12), 0.05, 1))))
        self._ghosts = [ghost for ghost in self._ghosts if ghost[3] > 0]
        for _ in range(rng.poisson(crowd.false)):
            h = rng.uniform(40, 140)
            rows.append((rng.uniform(-10, WIDTH), rng.uniform(54, HEIGHT - h), 0.4 * h, h, float(rng.beta(2, 2.4))))
        return rows


def _visible(box: Floats, nearer: Floats) -> Bools:
    """Which cells of a box, (12, 8), nobody nearer hides and the picture holds."""
    x = box[0] + box[2] * (np.arange(8) + 0.5) / 8
    y = (box[1] + box[3] * (np.arange(12) + 0.5) / 12)[:, None]
    open_ = np.broadcast_to((x > 0) & (x < WIDTH), (12, 8)).copy()
    for left, top, w, h in nearer:
        open_ &= ~((x > left + 0.12 * w) & (x < left + 0.88 * w) & (y > top) & (y < top + h))
    return open_
