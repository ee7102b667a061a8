"""Tables as `supervision.Detections`, and back.

Neither masks nor other data are taken over but what is named, since the data of a host may hold anything.

Source: supervision's documentation, "Detections": `xyxy`, `confidence`, `class_id`, `tracker_id`, `data["class_name"]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.messages import word
from watchword.tracks import Tracks

CLASS_NAME = "class_name"


def to_supervision(table: Tracks | Detections) -> Any:
    """A look of one camera as `supervision.Detections`.

    Class ids are positions in `table.names`; the names stand in `data["class_name"]`, further columns under their
    names, and for tracks `data["seen"]`, False where a place is only expected.

    Args:
        table: Ids have to be numbers.

    Raises:
        DataError: Supervision is not installed, ids are text, or the table has several cameras.
    """
    try:
        import supervision
    except ImportError:
        raise DataError(
            "the package `supervision` is not installed", fix="pip install 'watchword[supervision]'"
        ) from None
    if len(table.cameras) != 1:
        raise DataError(f"{len(table.cameras)} cameras in one tick", fix="convert table.at(camera), a camera at a time")
    names = np.array(table.names or ("",))
    data: dict[str, Any] = {
        CLASS_NAME: names[table.labels],
        **{name: column.copy() for name, column in table.extra.items()},
    }
    ids = None
    if isinstance(table, Tracks):
        if table.ids.dtype == object and len(table):
            raise DataError(
                f"the id `{table.ids[0]}` is text", fix="supervision's tracker ids are numbers; number them"
            )
        ids = table.ids.copy() if table.ids.dtype != object else np.zeros(0, np.int64)
        data["seen"] = table.seen.copy()
    return supervision.Detections(
        xyxy=table.boxes.copy(),
        confidence=table.scores.copy(),
        class_id=table.labels.astype(np.int64),
        tracker_id=ids,
        data=data,
    )


def from_supervision(
    detections: Any,
    camera: str,
    time: int,
    *,
    names: Mapping[int, str] | Sequence[str] | None = None,
    columns: Sequence[str] = (),
    tracked: bool | None = None,
) -> Tracks | Detections:
    """What a model or tracker gave, as `Tracks` where it has tracker ids, else as `Detections`.

    Args:
        detections: A `supervision.Detections`; with oriented boxes or masks, their upright boxes.
        camera: The camera's name.
        time: When it looked, integer nanoseconds.
        names: Class names by class id, where `data["class_name"]` does not say them.
        columns: Names of number columns in `data` to be taken over; none else is.
        tracked: True for `Tracks` also where it is empty and therefore has no ids.

    Raises:
        DataError: It is no `Detections`, has no ids and `tracked` is True, nothing says what its classes are called, or
            a column is not there, is none of numbers, or says who somebody is.
    """
    boxes = getattr(detections, "xyxy", None)
    if boxes is None or not hasattr(detections, "tracker_id"):
        raise DataError(
            f"{type(detections).__name__} is no Detections of supervision", fix="give what its models return"
        )
    n = len(boxes)
    labels = _labels(detections, n, names)
    extra = {name: _column(detections.data, name, n) for name in columns}
    scores = detections.confidence
    ids = detections.tracker_id
    if ids is None and not tracked:
        return Detections.of(camera, time, boxes, labels, scores, **extra)
    if ids is None and n:
        raise DataError("there are no tracker ids", fix="give what a tracker returns, or leave out tracked=True")
    return Tracks.of(
        camera, time, () if ids is None else ids, boxes, labels, scores, detections.data.get("seen"), **extra
    )


def _labels(detections: Any, n: int, names: Mapping[int, str] | Sequence[str] | None) -> list[str]:
    said = detections.data.get(CLASS_NAME)
    if said is not None and len(said) == n:
        return [word(str(name)) for name in said]
    if not n:
        return []
    fix = 'give names={0: "person", …}, or the names in data["class_name"]'
    if detections.class_id is None or names is None:
        raise DataError("nothing says what the classes are called", fix=fix)
    found = dict(names) if isinstance(names, Mapping) else dict(enumerate(names))
    ids = [int(number) for number in detections.class_id]
    if missing := sorted(set(ids) - found.keys()):
        raise DataError(f"class {missing[0]} has no name", fix=fix)
    return [word(found[number]) for number in ids]


def _column(data: Mapping[str, Any], name: str, n: int) -> Any:
    if name not in data:
        raise DataError(f"there is no `{name}` in data", fix=f"it has: {', '.join(data) or 'nothing'}")
    column = np.asarray(data[name])
    if column.shape != (n,) or column.dtype.kind not in "biuf":
        raise DataError(f"`{name}` in data is no column of numbers", fix="give a number a box")
    return column
