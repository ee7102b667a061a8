"""Tables as `norfair.Detection`s, and what norfair's tracker gives as tracks.

Source: norfair's documentation, "Tracker" (`Detection`, `TrackedObject`). A box is two points, opposite corners.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.messages import word
from watchword.tracks import Tracks


def to_norfair(table: Tracks | Detections) -> list[Any]:
    """A look of one camera as a list of `norfair.Detection`, to be given to its tracker. Scores stand at both points.

    Rows that are only expected are left out.

    Raises:
        DataError: Norfair is not installed, or the table has several cameras.
    """
    try:
        import norfair
    except ImportError:
        raise DataError("the package `norfair` is not installed", fix="pip install 'watchword[norfair]'") from None
    if len(table.cameras) != 1:
        raise DataError(f"{len(table.cameras)} cameras in one tick", fix="convert table.at(camera), a camera at a time")
    rows = np.flatnonzero(table.seen) if isinstance(table, Tracks) else range(len(table))
    return [
        norfair.Detection(
            table.boxes[row].reshape(2, 2).copy(), np.full(2, table.scores[row]), label=table.label(int(row))
        )
        for row in rows
    ]


def from_norfair(
    things: Iterable[Any], camera: str, time: int, *, given: Iterable[Any] | None = None, label: str | None = None
) -> Tracks | Detections:
    """What norfair's tracker returned, as `Tracks`; or its detections, as `Detections`.

    A thing whose last detection is none of those given in this frame is a place that is only expected: `seen` is False.
    One without an id yet is left out, counted as not tracked.

    Args:
        things: What `Tracker.update` returned, or a list of `norfair.Detection`; an empty one gives `Tracks`.
        camera: The camera's name.
        time: When it looked, integer nanoseconds.
        given: The detections that `Tracker.update` was given, needed for what it returned.
        label: What things without a label are called.

    Raises:
        DataError: They are neither, `given` is missing, points are no two corners, or nothing says what things are
            called.
    """
    found = list(things)
    tracked = [hasattr(thing, "estimate") for thing in found]
    if found and not any(tracked):
        if not all(hasattr(thing, "points") for thing in found):
            raise DataError(f"{type(found[0]).__name__} is nothing of norfair", fix="give what its tracker returns")
        boxes, scores = [_box(one.points) for one in found], [_score(one) for one in found]
        return Detections.of(camera, time, boxes, [_label(one, label) for one in found], scores)
    if not all(tracked):
        raise DataError("detections beside tracked things", fix="give one or the other")
    if found and given is None:
        raise DataError("nothing says which things are seen in this frame", fix="given=detections, those of this frame")
    fresh = {id(detection) for detection in given or ()}
    return Tracks.of(
        camera,
        time,
        [-1 if one.id is None else one.id for one in found],
        [_box(one.estimate) for one in found],
        [_label(one, label) for one in found],
        [_score(one.last_detection) for one in found],
        [id(one.last_detection) in fresh for one in found],
    )


def _box(points: Any) -> NDArray[np.float64]:
    corners = np.asarray(points, np.float64)
    if corners.shape != (2, 2):
        raise DataError(
            f"points have shape {corners.shape}", fix="a box is two corners: [[left, top], [right, bottom]]"
        )
    return np.concatenate((corners.min(0), corners.max(0)))


def _score(detection: Any) -> float:
    return 1.0 if detection.scores is None else float(np.mean(detection.scores))


def _label(thing: Any, label: str | None) -> str:
    if thing.label is None and label is None:
        raise DataError("a thing has no label", fix='say what all are: label="person"')
    return word(str(thing.label)) if thing.label is not None else str(label)
