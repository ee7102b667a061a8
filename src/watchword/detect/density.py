"""People where boxes fail: models that tell points, or how many people each part of a picture holds.

In a dense crowd heads are a few pixels wide and bodies hide one another. What counts people there is a model that puts
a point on each head, or gives a map of people per pixel (V. Lempitsky and A. Zisserman, NeurIPS 2010). `CrowdDetector`
makes rows of either that `count` and `density` sum: a point is a small box, a cell of a map a box with `members`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchword.detections import MEMBERS, Column, Detections
from watchword.errors import DetectorError
from watchword.scene import Scene
from watchword.video import Frame


def _points(given: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(given, np.float64).reshape(-1, 2)


def _column(given: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(given, np.float64).reshape(-1)


@attrs.frozen(eq=False)
class Points:
    """Heads, or feet, of people in one picture.

    Attributes:
        places: float64 (n, 2), x and y in px of the picture.
        scores: float64 (n,), 0 to 1.
    """

    places: NDArray[np.float64] = attrs.field(converter=_points)
    scores: NDArray[np.float64] = attrs.field(converter=_column)

    @scores.validator
    def _check(self, _: object, value: NDArray[np.float64]) -> None:
        if len(value) != len(self.places):
            raise DetectorError(f"{len(self.places)} points but {len(value)} scores", fix="give each point one")


@attrs.frozen(eq=False)
class People:
    """People per pixel of one picture.

    Attributes:
        map: float64 (rows, columns), over the whole picture whatever its size: its sum is the number of people.
    """

    map: NDArray[np.float64]


@runtime_checkable
class CrowdEstimator(Protocol):
    """Tells how many people there are and where, without boxes. One object, one thread at a time; nothing global."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def estimate(self, frames: Sequence[Frame]) -> Sequence[Points | People]:
        """One answer a frame, in their order."""
        ...

    def close(self) -> None:
        """Give back what is held; called once, last."""
        ...


class CrowdDetector:
    """A `CrowdEstimator` as a detector of people, so that rules can count them.

    A point becomes a small box whose lower edge is at the point. A map is summed over cells that stay where they are: a
    cell is a thing of its own as long as it holds somebody, and `members` says how many people, a half being a half. So
    `count of` and `density of` are of people; `distinct`, crossings and durations, which need the same person twice,
    mean nothing here.

    Args:
        estimator: What estimates.
        cells: Columns and rows that a map is summed to.
        least: People in a cell, or score of a point, below which nothing is said.
        reach: Width and height of a point's box, px of the frame.
        scenes: Not used; detectors are made with it.

    Raises:
        DetectorError: A number makes no sense.
    """

    labels = ("person",)
    columns: tuple[Column, ...] = (MEMBERS,)

    def __init__(
        self,
        estimator: CrowdEstimator,
        *,
        cells: tuple[int, int] = (16, 9),
        least: float = 0.1,
        reach: float = 16.0,
        scenes: Mapping[str, Scene] | None = None,  # noqa: ARG002 - what detectors are made with
    ) -> None:
        if min(cells) < 1 or least < 0 or reach <= 0:
            raise DetectorError(f"cells {cells}, least {least}, reach {reach}", fix="numbers above 0")
        self._estimator, self._cells, self._least, self._reach = estimator, cells, least, reach

    @property
    def name(self) -> str:
        """The estimator's."""
        return self._estimator.name

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """The people of these frames, with `members`.

        Raises:
            DetectorError: The estimator gave another number of answers, or a map that is none.
        """
        answers = self._estimator.estimate(frames)
        if len(answers) != len(frames):
            raise DetectorError(
                f"`{self.name}` gave {len(answers)} answers for {len(frames)} frames", fix="one a frame, in their order"
            )
        return Detections.join([self._table(*pair) for pair in zip(frames, answers, strict=True)])

    def _table(self, frame: Frame, answer: Points | People) -> Detections:
        if isinstance(answer, Points):
            keep = answer.scores >= self._least
            x, y = answer.places[keep].T
            half = self._reach / 2
            boxes = np.column_stack((x - half, y - self._reach, x + half, y))
            ones = np.ones(len(boxes))
            return Detections.of(frame.camera, frame.time, boxes, "person", answer.scores[keep], members=ones)
        if answer.map.ndim != 2 or not answer.map.size or not np.isfinite(answer.map).all():
            raise DetectorError(
                f"`{self.name}` gave a map of shape {answer.map.shape}, or with numbers that are none",
                fix="rows × columns of people per pixel of the map",
            )
        boxes, sums = gather(answer.map, self._cells, frame.size)
        keep = sums >= max(self._least, 1e-9)
        return Detections.of(frame.camera, frame.time, boxes[keep], "person", None, members=sums[keep])

    def forget(self, camera: str) -> None:
        """Nothing: each frame is seen for itself."""

    def close(self) -> None:
        """Close the estimator."""
        self._estimator.close()


def gather(
    people: NDArray[np.float64], cells: tuple[int, int], size: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A map summed over cells of the picture; a pixel on a border is shared by area, so that the sum stays.

    Args:
        people: (rows, columns), people per pixel of the map; what is below 0 counts as 0.
        cells: Columns and rows of cells.
        size: Width and height of the picture, px.

    Returns:
        Boxes of the cells in px of the picture, float64 (n, 4), line by line, and people in each, float64 (n,).
    """
    down, across = _shares(people.shape[0], cells[1]), _shares(people.shape[1], cells[0])
    sums = down @ np.maximum(people, 0.0) @ across.T
    x, y = (np.linspace(0, length, count + 1) for length, count in zip(size, cells, strict=True))
    top, left = (part.ravel() for part in np.meshgrid(y[:-1], x[:-1], indexing="ij"))
    bottom, right = (part.ravel() for part in np.meshgrid(y[1:], x[1:], indexing="ij"))
    return np.column_stack((left, top, right, bottom)), sums.ravel()


def _shares(length: int, count: int) -> NDArray[np.float64]:
    """What share of each of `length` pixels each of `count` equal parts holds: (count, length)."""
    edges = np.linspace(0, length, count + 1)
    pixel = np.arange(length)
    shared = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.asarray(np.clip(shared, 0.0, 1.0))
