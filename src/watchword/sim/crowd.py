"""Crowds without pictures: exact truth, and what a detector of a known quality would have seen of it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.scene import Size
from watchword.sim.lens import Lens
from watchword.tracks import Tracks

Floats = NDArray[np.float64]
SECOND = 1_000_000_000
BURST = 0.4  # seconds: half of the misses come in runs of this length, as a real detector's do


@attrs.frozen(eq=False, kw_only=True)
class Crowd:
    """A number of people who walk about; each who leaves is replaced by somebody new.

    Attributes:
        camera: The camera's name.
        seed: Where chance comes from.
        fps: Looks a second.
        seconds: How long it lasts.
        lens: How the camera sees the ground.
        times: (people, legs), when each leg of a place's walks begins, seconds.
        points: (people, legs, 2), where it begins, x and z in metres.
        ids: (people, legs), whose leg it is; a leg that joins two people belongs to neither: -1.
        heights: By id, metres.
        shapes: By id, width as a share of height.
    """

    camera: str
    seed: int
    fps: float
    seconds: float
    lens: Lens
    times: Floats
    points: Floats
    ids: NDArray[np.int64]
    heights: Floats
    shapes: Floats

    @property
    def count(self) -> int:
        """How many looks there are."""
        return round(self.seconds * self.fps)

    def time(self, index: int) -> int:
        """When a look is taken, nanoseconds."""
        return round(index * SECOND / self.fps)

    def _at(self, t: float) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Ids (n,), boxes (n, 4) and distances (n,) at a time in seconds, those in view, nearest last."""
        rows = np.arange(len(self.times))
        leg = np.clip((self.times <= t).sum(axis=1) - 1, 0, self.times.shape[1] - 2)
        begin, end = self.times[rows, leg], self.times[rows, leg + 1]
        share = np.clip((t - begin) / np.maximum(end - begin, 1e-9), 0, 1)[:, None]
        ground = self.points[rows, leg] * (1 - share) + self.points[rows, leg + 1] * share
        ids = self.ids[rows, leg]
        foot = self.lens.project_all(np.column_stack((ground[:, 0], np.zeros(len(ground)), ground[:, 1])))
        tall = self.heights[ids] * self.lens.focal / ground[:, 1]
        swing = 1 + 0.12 * np.sin(2 * np.pi * (1.9 * t + ids * 0.37))  # a walker's box breathes with the stride
        half = tall * self.shapes[ids] * swing / 2
        boxes = np.column_stack((foot[:, 0] - half, foot[:, 1] - tall, foot[:, 0] + half, foot[:, 1]))
        w, h = self.lens.size
        shown = (ids >= 0) & (boxes[:, 2] > 0) & (boxes[:, 0] < w) & (boxes[:, 1] < h)
        order = np.argsort(-ground[shown, 1], kind="stable")
        return ids[shown][order], boxes[shown][order], ground[shown, 1][order]

    def truth(self, time: int) -> Tracks:
        """Everybody in view at a time (nanoseconds), whole boxes, the farthest first."""
        ids, boxes, _ = self._at(time / SECOND)
        return Tracks.of(self.camera, time, ids, boxes)

    def truths(self) -> Iterator[Tracks]:
        """The truth of each look."""
        for index in range(self.count):
            yield self.truth(self.time(index))

    def detection(
        self, index: int, *, misses: float = 0.05, false: float = 0.5, jitter: float = 0.03, hidden: float = 0.6
    ) -> Detections:
        """What a detector would have seen in one look; the same for the same crowd and arguments.

        Args:
            index: Which look.
            misses: Share of people it does not see though they can be seen, half of them in runs of 0.4 s.
            false: False boxes a look, on average.
            jitter: Deviation of a box's sides, as a share of its width and height.
            hidden: Who is covered by nearer people for a larger share than this is not seen.
        """
        t = self.time(index) / SECOND
        ids, boxes, _ = self._at(t)
        rng = np.random.default_rng((self.seed, 1, index))
        run = np.random.default_rng((self.seed, 2, int(t / BURST))).random(len(self.heights))
        covered = _covered(boxes)
        seen = (rng.random(len(ids)) >= misses / 2) & (run[ids] >= misses / 2) & (covered <= hidden)
        size = np.column_stack((boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]))
        noisy = boxes + rng.normal(0, 1, boxes.shape) * np.tile(size, 2) * jitter
        scores = np.clip(rng.normal(0.82, 0.08, len(ids)) - 0.35 * covered, 0.1, 0.99)
        n = rng.poisson(false)
        tall = rng.uniform(0.05, 0.3, n) * self.lens.size[1]
        left, top = rng.uniform(0, self.lens.size[0], n), rng.uniform(0, self.lens.size[1] * 0.8, n)
        wrong = np.column_stack((left, top, left + tall * rng.uniform(0.3, 0.9, n), top + tall))
        kept = noisy[seen]
        every = np.vstack((kept, wrong))
        return Detections.of(
            self.camera, self.time(index), every, "person", np.concatenate((scores[seen], rng.uniform(0.2, 0.6, n)))
        )

    def detections(
        self, *, misses: float = 0.05, false: float = 0.5, jitter: float = 0.03, hidden: float = 0.6
    ) -> Iterator[Detections]:
        """What a detector would have seen in each look; see `detection`."""
        for index in range(self.count):
            yield self.detection(index, misses=misses, false=false, jitter=jitter, hidden=hidden)


def _covered(boxes: Floats) -> Floats:
    """The largest share of each box that one nearer box covers, (n,); rows are sorted, the farthest first."""
    if len(boxes) < 2:
        return np.zeros(len(boxes))
    found = np.zeros(len(boxes))
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for i in range(len(boxes) - 1):  # one row at a time: thousands of people squared would not fit
        nearer = boxes[i + 1 :]
        wide = np.minimum(boxes[i, 2], nearer[:, 2]) - np.maximum(boxes[i, 0], nearer[:, 0])
        tall = np.minimum(boxes[i, 3], nearer[:, 3]) - np.maximum(boxes[i, 1], nearer[:, 1])
        found[i] = (np.clip(wide, 0, None) * np.clip(tall, 0, None)).max() / area[i]
    return found


_Leg = tuple[float, tuple[float, float], int]  # when it begins, where, whose it is


def crowd(
    seed: int,
    people: int = 50,
    fps: float = 10.0,
    seconds: float = 30.0,
    *,
    size: Size = (1920, 1080),
    camera: str = "sim",
) -> Crowd:
    """People who walk about a hall as wide as its picture, at 0.6 to 1.7 m/s, some of them pausing.

    Args:
        seed: Where chance comes from.
        people: How many at a time.
        fps: Looks a second.
        seconds: How long.
        size: Of the picture, pixels.
        camera: Its name.

    Raises:
        DataError: A number that makes no sense.
    """
    if people < 1 or fps <= 0 or seconds <= 0:
        raise DataError(f"{people} people, {fps} looks a second for {seconds} s", fix="give numbers over 0")
    rng = np.random.default_rng((seed, people))
    lens = Lens(size, size[0] * 0.8, size[1] * 0.02, 5.0)
    near, far = lens.depth_at(size[1] * 0.97), lens.depth_at(size[1] * 0.2)
    rows: list[list[_Leg]] = []
    count = 0
    for _ in range(people):
        row: list[_Leg] = []
        t = -float(rng.uniform(0, 15))
        while t <= seconds:
            visit, t = _visit(lens, near, far, t, count, rng)
            row += visit
            count += 1
        rows.append(row)
    legs = max(len(row) for row in rows) + 1
    times = np.full((people, legs), seconds + 1e6)
    points, ids = np.zeros((people, legs, 2)), np.full((people, legs), -1, np.int64)
    for i, row in enumerate(rows):
        times[i, : len(row)] = [leg[0] for leg in row]
        points[i, : len(row)] = [leg[1] for leg in row]
        points[i, len(row) :] = row[-1][1]
        ids[i, : len(row)] = [leg[2] for leg in row]
    return Crowd(
        camera=camera,
        seed=seed,
        fps=fps,
        seconds=seconds,
        lens=lens,
        times=times,
        points=points,
        ids=ids,
        heights=np.clip(rng.normal(1.71, 0.08, count), 1.5, 1.95),
        shapes=rng.uniform(0.3, 0.44, count),
    )


def _visit(
    lens: Lens, near: float, far: float, t: float, number: int, rng: np.random.Generator
) -> tuple[list[_Leg], float]:
    """One person's legs from edge to edge, one in four stops ending in a pause; and when the next may come."""
    legs: list[_Leg] = []
    speed = float(rng.uniform(0.6, 1.7))
    at = _edge(lens, near, far, rng)
    stops = int(rng.integers(2, 5))
    for stop in range(stops + 1):
        legs.append((t, at, number))
        if stop and rng.random() < 0.25:
            t += float(rng.uniform(1, 6))
            legs.append((t, at, number))
        z = float(rng.uniform(near, far))
        to = (float(rng.uniform(-0.85, 0.85)) * lens.half_width(z), z) if stop < stops else _edge(lens, near, far, rng)
        t += max(0.5, float(np.hypot(to[0] - at[0], to[1] - at[1])) / speed)
        at = to
    legs.append((t, at, -1))
    return legs, t + 0.05


def _edge(lens: Lens, near: float, far: float, rng: np.random.Generator) -> tuple[float, float]:
    """A point just out of view, to the left or right."""
    z = float(rng.uniform(near, far))
    return float(rng.choice((-1, 1))) * (lens.half_width(z) + 0.6), z
