"""Heads that give boxes, scores and classes as outputs of their own: SSD, torchvision, RT-DETR, D-FINE."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from watchword.detect.heads.head import Array, Head, Match, Raw, Seen, Size, raw, reading


def columns(outputs: Sequence[Array], _size: Size, least: float) -> list[Raw]:
    """Boxes (b, n, 4), scores (b, n), classes (b, n), and where there is a fourth, how many of them count.

    Without the axis of pictures, (n, 4), (n,), (n,), they are one picture's.
    """
    boxes, scores, classes = (np.asarray(out) for out in outputs[:3])
    if boxes.ndim == 2:
        boxes, scores, classes = boxes[None], scores[None], classes[None]
    many = outputs[3].reshape(-1) if len(outputs) > 3 else np.full(len(boxes), boxes.shape[1])
    found = []
    for k, count in enumerate(many.astype(int).tolist()):
        at = slice(0, count)
        score = scores[k].reshape(-1)[at]
        rows = np.flatnonzero(score >= least)
        found.append(raw(boxes[k][at][rows], score[rows], np.rint(classes[k].reshape(-1)[at][rows])))
    return found


def turned(outputs: Sequence[Array], size: Size, least: float) -> list[Raw]:
    """As `columns`, where boxes are top, left, bottom, right: models of the TensorFlow detection API."""
    return columns([outputs[0][..., [1, 0, 3, 2]], *outputs[1:]], size, least)


def _roles(seen: Seen) -> tuple[int, ...] | None:
    """Boxes, scores, classes and perhaps how many, by shape and name."""
    boxes = [k for k, a in enumerate(seen.arrays) if a.ndim in (2, 3) and a.shape[-1] == 4]
    if len(boxes) != 1 or len(seen.arrays) not in (3, 4):
        return None
    shape = seen.arrays[boxes[0]].shape[:-1]
    rest = [k for k, a in enumerate(seen.arrays) if k not in boxes and a.reshape(-1).shape == (int(np.prod(shape)),)]
    scores = [k for k in rest if "score" in seen.names[k].lower()]
    classes = [k for k in rest if any(w in seen.names[k].lower() for w in ("class", "label"))]
    many = [k for k in range(len(seen.arrays)) if k not in (*boxes, *scores, *classes)]
    if len(scores) != 1 or len(classes) != 1 or len(many) > 1:
        return None
    return (*boxes, *scores, *classes, *many)


def _named(kind: str, seen: Seen) -> Match | None:
    roles = _roles(seen)
    if roles is None:
        return None
    boxes = seen.arrays[roles[0]]
    name = seen.names[roles[0]]
    found = "dfine" if any("size" in n for n in seen.inputs) else "ssd-tf" if "detection_boxes" in name else ""
    found = found or ("torchvision" if boxes.ndim == 2 else "ssd" if len(roles) == 3 else "nms")
    return Match(roles, unit=reading(boxes, seen.size)[1], sure=True) if found == kind else None


HEADS = (
    Head("dfine", "RT-DETR, D-FINE: labels, boxes, scores, and an input with the size of the picture", columns,
         partial(_named, "dfine"), fit="stretch", suppress=False),
    Head("ssd-tf", "TensorFlow's detection API: detection_boxes (top, left, bottom, right), _classes, _scores", turned,
         partial(_named, "ssd-tf"), unit="fraction", fit="stretch", pixels="rgb 0-255", suppress=False, first=1),
    Head("torchvision", "torchvision: boxes n × 4, labels n, scores n", columns, partial(_named, "torchvision"),
         suppress=False, first=1),
    Head("ssd", "SSD: boxes b × n × 4 as fractions, labels, scores", columns, partial(_named, "ssd"),
         unit="fraction", fit="stretch", pixels="rgb imagenet", suppress=False, first=1),
    Head("nms", "any with suppression inside: num_dets, det_boxes, det_scores, det_classes", columns,
         partial(_named, "nms"), suppress=False),
)  # fmt: skip
