"""Several detectors as one: what two of them report of one thing becomes one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.detect.base import Detector
from watchword.detections import NEVER, REST_SINCE, Column, Detections, missing
from watchword.errors import DetectorError
from watchword.video import Frame

SAME = 0.5
"""Intersection over union from which two boxes are one thing."""
COVERED = 0.7
"""Share of a moving blob inside a settled thing of about its size from which it is that thing."""


class Composed:
    """Detectors asked one after the other, their answers brought together.

    Two boxes of different detectors are one thing where they overlap by half. Of the two,

    * one from a detector that knows what it sees (a model) keeps its label and box over one that is `blind`;
    * of two blind ones, the thing at rest stays and the moving blob goes; a person who stands before a bag has a box
      much larger than the bag's, and stays;
    * else the one with the higher score stays.

    What the row that goes knew in its own columns (`rest_since`, `members` …) passes to the one that stays. Detectors
    that look through `Sights` share them, so that a frame is looked at once.

    Raises:
        DetectorError: No detector, or two that declare one column differently.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        if not detectors:
            raise DetectorError("no detector to compose", fix="give one or more")
        self._detectors = tuple(detectors)
        self._blind = tuple(bool(getattr(d, "blind", False)) for d in detectors)
        columns: dict[str, Column] = {}
        for detector in detectors:
            for column in detector.columns:
                if columns.setdefault(column.name, column) != column:
                    raise DetectorError(
                        f"two detectors give a column `{column.name}` with different units or ranges",
                        fix="rename one of them",
                    )
        self._columns = tuple(columns.values())
        first: Any = None
        for detector in self._detectors:
            if hasattr(detector, "sights"):
                first = first or detector
                if detector.sights.scenes == first.sights.scenes:
                    detector.sights = first.sights

    @property
    def name(self) -> str:
        """The names of all, joined by +."""
        return "+".join(d.name for d in self._detectors)

    def describe(self) -> str:
        """How those among them that say so are used."""
        return "; ".join(d.describe() for d in self._detectors if hasattr(d, "describe"))

    @property
    def labels(self) -> tuple[str, ...]:
        """What any of them can emit."""
        return tuple(dict.fromkeys(label for d in self._detectors for label in d.labels))

    @property
    def columns(self) -> tuple[Column, ...]:
        """What any of them adds."""
        return self._columns

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """What all of them see, one row a thing.

        Raises:
            DataError: Two frames of one camera.
        """
        tables = [d.detect(frames) for d in self._detectors]
        if len(tables) == 1:
            return tables[0]
        if len(frames) == 1:
            return self._merge(tables)
        return Detections.join([self._merge([t.at(frame.camera) for t in tables]) for frame in frames])

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera."""
        for detector in self._detectors:
            detector.forget(camera)

    def close(self) -> None:
        """Close all of them."""
        for detector in self._detectors:
            detector.close()

    def _merge(self, tables: Sequence[Detections]) -> Detections:
        """One camera's tables, one a detector, as one."""
        names = list(dict.fromkeys(n for t in tables for n in t.names))
        boxes = np.concatenate([t.boxes for t in tables])
        labels = np.concatenate(
            [np.array([names.index(n) for n in t.names] or [0], np.int32)[t.labels] for t in tables]
        )
        scores = np.concatenate([t.scores for t in tables])
        source = np.repeat(np.arange(len(tables)), [len(t) for t in tables])
        given: dict[str, NDArray[np.bool_]] = {}
        extra: dict[str, NDArray[Any]] = {}
        for key in dict.fromkeys(k for t in tables for k in t.extra):
            kind = next(t.extra[key].dtype for t in tables if key in t.extra)
            extra[key] = np.concatenate([t.extra.get(key, missing(key, kind, len(t))) for t in tables])
            given[key] = np.concatenate([np.full(len(t), key in t.extra) for t in tables])
        rest = extra.get(REST_SINCE.name)
        settled = np.zeros(len(boxes), bool) if rest is None else rest != NEVER
        keep = np.ones(len(boxes), bool)
        for a, b in self._pairs(boxes, source, settled, labels, scores):
            if not (keep[a] and keep[b]):
                continue
            keep[b] = False
            for key, values in extra.items():
                if given[key][b] and not given[key][a]:
                    values[a] = values[b]
        whole = attrs.evolve(
            tables[0], boxes=boxes, labels=labels, names=tuple(names), scores=scores, extra=extra,
            camera=np.zeros(len(boxes), np.int32),
            dropped={k: sum(t.dropped.get(k, 0) for t in tables) for k in {k for t in tables for k in t.dropped}},
        )  # fmt: skip
        return whole if keep.all() else whole.take(keep)

    def _pairs(
        self,
        boxes: bx.Boxes,
        source: NDArray[np.int64],
        settled: NDArray[np.bool_],
        labels: NDArray[np.int32],
        scores: NDArray[np.float64],
    ) -> list[tuple[int, int]]:
        """Rows that are one thing, the one that stays first; the surest pairs first."""
        overlap = bx.iou(boxes, boxes)
        shared = bx.intersections(boxes, boxes)
        size = bx.areas(boxes)
        blind = np.array(self._blind)[source]
        found: list[tuple[float, int, int]] = []
        for i, j in np.argwhere(np.triu(shared > 0, 1)).tolist():
            if source[i] == source[j]:
                continue
            a, b = (i, j) if (not blind[i], settled[i], scores[i]) >= (not blind[j], settled[j], scores[j]) else (j, i)
            one = overlap[i, j] >= SAME
            if blind[a] and blind[b]:
                # a blob over a settled thing: the thing's own edge, not somebody before it
                one |= bool(
                    settled[a] and not settled[b] and size[b] < 2 * size[a] and shared[i, j] > COVERED * size[b]
                )
            elif not blind[a] and not blind[b]:
                one &= bool(labels[a] == labels[b])
            if one:
                found.append((float(overlap[i, j]), a, b))
        return [(a, b) for _, a, b in sorted(found, key=lambda f: (-f[0], f[1], f[2]))]
