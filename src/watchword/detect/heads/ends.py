"""Heads that give a thing one box: nothing is left to be suppressed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchword.detect.heads.grid import strides_of
from watchword.detect.heads.head import Array, Head, Match, Raw, Seen, Size, best, raw, reading, sigmoid, softmax
from watchword.detect.heads.rows import exclusive, probable, scored

MOST = 1000
"""Rows of one picture that such a model gives at most."""


def six(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """YOLOv10, YOLO26: (b, n, 6), left, top, right, bottom, score, class."""
    found = []
    for one in outputs[0]:
        some = one[one[:, 4] >= least]
        found.append(raw(some[:, :4], some[:, 4], np.rint(some[:, 5])))
    return found


def seven(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """YOLOv7 with its suppression inside: (n, 7), picture, left, top, right, bottom, class, score."""
    (out,) = outputs
    some = out[out[:, 6] >= least]
    pictures = range(int(some[:, 0].max()) + 1 if len(some) else 1)
    each = [some[some[:, 0] == k] for k in pictures]
    return [raw(one[:, 1:5], one[:, 6], np.rint(one[:, 5])) for one in each]


def sigmoids(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """RF-DETR, RT-DETR and D-FINE without their last step: boxes (b, n, 4), logits (b, n, classes)."""
    return [_queries(boxes, sigmoid(logits), least) for boxes, logits in zip(*outputs, strict=True)]


def softmaxes(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """DETR (arXiv 2005.12872): boxes (b, n, 4), logits (b, n, classes + 1), the last one for nothing."""
    return [_queries(boxes, softmax(logits)[:, :-1], least) for boxes, logits in zip(*outputs, strict=True)]


def _queries(boxes: Array, table: Array, least: float) -> Raw:
    rows, scores, classes = best(table, least)
    return raw(boxes[rows], scores, classes)


def _six(seen: Seen) -> Match | None:
    if len(seen.arrays) not in (1, 2) or seen.arrays[0].ndim != 3 or seen.arrays[0].shape[2] < 6:
        return None
    out = seen.arrays[0]
    wide = out.shape[2] == 6 or seen.metadata.get("task") in ("segment", "pose")
    grid = strides_of(out.shape[1], seen.size) or strides_of(out.shape[1], seen.size, 3)
    whole = np.isfinite(out).all() and bool((out[..., 5] == np.rint(out[..., 5])).all())
    known = seen.classes is None or not out.size or out[..., 5].max() < seen.classes
    if not wide or grid or out.shape[1] > MOST or not (whole and known and probable(out[..., 4])):
        return None
    form, unit = reading(out[0, :, :4], seen.size)
    return Match(form=form, unit=unit, sure=bool(out[..., 4].any()))


def _seven(seen: Seen) -> Match | None:
    out = seen.arrays[0]
    if len(seen.arrays) != 1 or out.ndim != 2 or out.shape[1] != 7:
        return None
    whole = bool((out[:, [0, 5]] == np.rint(out[:, [0, 5]])).all())
    form, unit = reading(out[:, 1:5], seen.size)
    return Match(form=form, unit=unit, sure=True) if whole and probable(out[:, 6]) else None


def _rtdetr(seen: Seen) -> Match | None:
    if len(seen.arrays) != 1 or seen.arrays[0].ndim != 3:
        return None
    out = seen.arrays[0]
    rows = out.shape[1]
    grid = any(strides_of(n, seen.size, each) for n in out.shape[1:] for each in (1, 3))
    if grid or rows > MOST or not seen.counts(out.shape[2] - 4) or not probable(out[..., 4:]):
        return None
    if out.shape[2] == 6 and (out[..., 5] == np.rint(out[..., 5])).all() and out[..., 5].any():
        return None  # the last column counts classes
    _, unit = reading(out[0, :, :4], seen.size)
    return Match(classes=out.shape[2] - 4, unit=unit, sure=bool(out[..., 4:].any()))


def _pair(seen: Seen) -> tuple[tuple[int, int], int] | None:
    """Boxes and logits of queries, and how many columns the logits have."""
    three = [k for k, a in enumerate(seen.arrays) if a.ndim == 3]
    three.sort(
        key=lambda k: not any(word in seen.names[k].lower() for word in ("box", "dets"))
    )  # of two with 4 columns
    for roles in ((a, b) for a in three for b in three if a != b):
        boxes, logits = (seen.arrays[k] for k in roles)
        same = boxes.shape[2] == 4 and boxes.shape[1] == logits.shape[1] <= MOST
        if same and not strides_of(boxes.shape[1], seen.size):
            return roles, logits.shape[2]
    return None


def _sigmoids(seen: Seen) -> Match | None:
    found = _pair(seen)
    if found is None:
        return None
    roles, wide = found
    named = {seen.names[k] for k in roles} == {"dets", "labels"}
    fits = seen.counts(wide, 80, 91) or (named and seen.classes is not None and seen.counts(wide - 1))
    if not fits or _transformers(seen, roles):
        return None
    return Match(roles, seen.classes or wide, unit=reading(seen.arrays[roles[0]][0], seen.size)[1], sure=True)


def _logits(seen: Seen) -> Match | None:
    found = _pair(seen)
    if found is None or not _transformers(seen, found[0]) or not seen.counts(found[1]):
        return None
    roles, wide = found
    return Match(roles, wide, unit=reading(seen.arrays[roles[0]][0], seen.size)[1], sure=True)


def _transformers(seen: Seen, roles: Sequence[int]) -> bool:
    """Named as the transformers package exports RT-DETR and D-FINE; with COCO's 91 numbers it is DETR's kin instead."""
    return {seen.names[k] for k in roles} == {"logits", "pred_boxes"} and seen.arrays[roles[1]].shape[2] != 91


def _softmaxes(seen: Seen) -> Match | None:
    found = _pair(seen)
    if found is None or {seen.names[k] for k in found[0]} == {"dets", "labels"}:
        return None
    roles, wide = found
    fits = seen.counts(wide - 1, 91) and not exclusive(seen.arrays[roles[1]])
    return Match(roles, wide - 1, unit=reading(seen.arrays[roles[0]][0], seen.size)[1], sure=True) if fits else None


HEADS = (
    Head("yolov10", "YOLOv10, YOLO26: b × n × 6, left, top, right, bottom, score, class", six, _six, suppress=False),
    Head("yolov7-end", "YOLOv7 with suppression: n × 7, picture, left, top, right, bottom, class, score", seven, _seven,
         suppress=False),
    Head("rtdetr", "RT-DETR: b × n × (4 + classes), centre, width, height as fractions", scored, _rtdetr,
         form="centre", unit="fraction", fit="stretch", suppress=False),
    Head("rtdetr-logits", "RT-DETR, D-FINE: pred_boxes b × n × 4, logits b × n × classes", sigmoids, _logits,
         form="centre", unit="fraction", fit="stretch", suppress=False),
    Head("rfdetr", "RF-DETR and others: boxes b × n × 4, logits b × n × classes", sigmoids, _sigmoids,
         form="centre", unit="fraction", fit="stretch", pixels="rgb imagenet", suppress=False),
    Head("detr", "DETR: boxes b × n × 4, logits b × n × (classes + 1)", softmaxes, _softmaxes,
         form="centre", unit="fraction", fit="stretch", pixels="rgb imagenet", suppress=False),
)  # fmt: skip
