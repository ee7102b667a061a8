"""Heads that give a row a candidate, decoded, many of them for one thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchword.detect.heads.grid import follows, strides_of
from watchword.detect.heads.head import Array, Head, Match, Raw, Seen, Size, best, raw, reading


def scored(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """YOLOv8, v9, 11: (b, n, 4 + classes), a box and a score for each class."""
    (out,) = outputs
    found = []
    for one in out:
        rows, scores, classes = best(one[:, 4:], least)
        found.append(raw(one[rows, :4], scores, classes))
    return found


def weighed(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """YOLOv5, v6, v7: (b, n, 5 + classes), a box, the score of there being a thing, and one for each class."""
    (out,) = outputs
    found = []
    for one in out:
        likely = np.flatnonzero(one[:, 4] >= least)  # a class's score is at most 1
        rows, scores, classes = best(one[likely, 5:] * one[likely, 4:5], least)
        found.append(raw(one[likely[rows], :4], scores, classes))
    return found


def paired(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """YOLO-NAS and others: boxes (b, n, 4) and scores (b, n, classes)."""
    found = []
    for boxes, table in zip(*outputs, strict=True):
        rows, scores, classes = best(table, least)
        found.append(raw(boxes[rows], scores, classes))
    return found


def priors(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """SSD (arXiv 1512.02325) not suppressed: boxes (b, n, 4), scores (b, n, 1 + classes), the first for nothing."""
    return paired([outputs[0], outputs[1][..., 1:]], _size, least)


def probable(scores: Array) -> bool:
    """Whether these can be scores: 0 to 1, but for rounding."""
    return not scores.size or bool(scores.min() >= -0.01 and scores.max() <= 1.01)


def exclusive(scores: Array) -> bool:
    """Whether these are probabilities, of which one is true in each row."""
    return probable(scores) and bool(np.allclose(scores.sum(axis=-1), 1, atol=0.02))


def _scored(seen: Seen) -> Match | None:
    if len(seen.arrays) not in (1, 2) or seen.arrays[0].ndim != 3:
        return None  # a second output: the masks of a model that also segments
    out = seen.arrays[0]
    for turned in (True, False):
        rows = out.swapaxes(1, 2) if turned else out
        strides = strides_of(rows.shape[1], seen.size)
        classes = rows.shape[2] - 4
        task = seen.metadata.get("task", "detect")
        if seen.classes is not None and task in ("segment", "pose") and classes > seen.classes:
            classes = seen.classes
        fits = seen.counts(classes) and (len(seen.arrays) == 1 or task == "segment")
        if not strides or not fits or not probable(rows[..., 4 : 4 + classes]):
            continue
        near = follows(rows[0], seen.size, strides)
        if near is False and not turned and seen.classes is None:  # it may be a YOLOX with a class less
            return None
        form, unit = reading(rows[0, :, :4], seen.size)
        return Match(classes=classes, turned=turned, form=form, unit=unit, sure=bool(near) or turned)
    return None


def _weighed(seen: Seen, each: int) -> Match | None:
    if len(seen.arrays) < 1 or seen.arrays[0].ndim != 3 or seen.arrays[0].shape[2] < 6:
        return None
    out = seen.arrays[0]
    strides = strides_of(out.shape[1], seen.size, each)
    if not strides or not seen.counts(out.shape[2] - 5) or not probable(out[..., 4:]):
        return None
    near = follows(out[0], seen.size, strides) if each == 1 else True
    if near is False:
        return None
    form, unit = reading(out[0, :, :4], seen.size)
    return Match(classes=out.shape[2] - 5, form=form, unit=unit, sure=bool(near))


def _v5(seen: Seen) -> Match | None:
    return _weighed(seen, 3)


def _v6(seen: Seen) -> Match | None:
    found = _weighed(seen, 1) if len(seen.arrays) == 1 else None
    return found if found and (not found.sure or _certain(seen)) else None


def _decoded(seen: Seen) -> Match | None:
    found = _weighed(seen, 1) if len(seen.arrays) == 1 else None
    return found if found and found.sure and not _certain(seen) else None


def _certain(seen: Seen) -> bool:
    """YOLOv6 knows no score of there being a thing: that column is 1 everywhere."""
    return bool((seen.arrays[0][..., 4] == 1).all())


def _paired(seen: Seen) -> Match | None:
    if len(seen.arrays) != 2 or any(a.ndim != 3 for a in seen.arrays):
        return None
    for roles in ((0, 1), (1, 0)):
        boxes, table = (seen.arrays[k] for k in roles)
        same = boxes.shape[2] == 4 and boxes.shape[1] == table.shape[1] and seen.counts(table.shape[2])
        if same and strides_of(boxes.shape[1], seen.size) and probable(table):
            form, unit = reading(boxes[0], seen.size)
            return Match(roles, table.shape[2], form=form, unit=unit, sure=True)
    return None


def _priors(seen: Seen) -> Match | None:
    if len(seen.arrays) != 2 or any(a.ndim != 3 for a in seen.arrays):
        return None
    for roles in ((0, 1), (1, 0)):
        boxes, table = (seen.arrays[k] for k in roles)
        if boxes.shape[2] != 4 or boxes.shape[1] != table.shape[1] or not seen.counts(table.shape[2] - 1):
            continue
        if exclusive(table):
            form, unit = reading(boxes[0], seen.size)
            return Match(roles, table.shape[2] - 1, form=form, unit=unit, sure=True)
    return None


HEADS = (
    Head("yolov8", "YOLOv8, v9, 11: one output, b × (4 + classes) × cells, or cells first", scored, _scored,
         form="centre"),
    Head("yolov5", "YOLOv5, v7: b × 3·cells × (5 + classes)", weighed, _v5, form="centre"),
    Head("yolov6", "YOLOv6: b × cells × (5 + classes), decoded, the fifth column 1", weighed, _v6, form="centre"),
    Head("yolox-decoded", "YOLOX: b × cells × (5 + classes), decoded", weighed, _decoded, form="centre",
         fit="corner", pixels="bgr 0-255"),
    Head("ssd-priors", "SSD: boxes b × n × 4 as fractions, scores b × n × (1 + classes), the first for nothing", priors,
         _priors, unit="fraction", fit="stretch", pixels="rgb -1-1"),
    Head("yolo-nas", "YOLO-NAS: boxes b × cells × 4, scores b × cells × classes", paired, _paired),
)  # fmt: skip
