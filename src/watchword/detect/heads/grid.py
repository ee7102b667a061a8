"""Heads whose rows or cells lie on grids of strides, one cell every 8, 16, 32 … px of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from watchword.detect.heads.head import MANY, Array, Head, Match, Raw, Seen, Size, best, raw, sigmoid, softmax

STRIDES = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32))
ANCHORS = {
    8: ((10, 13), (16, 30), (33, 23)),
    16: ((30, 61), (62, 45), (59, 119)),
    32: ((116, 90), (156, 198), (373, 326)),
}
"""Widths and heights of boxes by stride, px, of YOLOv5 and YOLOv7-tiny as they come, trained on COCO."""
ANCHORS7 = {
    8: ((12, 16), (19, 36), (40, 28)),
    16: ((36, 75), (76, 55), (72, 146)),
    32: ((142, 110), (192, 243), (459, 401)),
}
"""Those of YOLOv7."""


def cells(rows: Array, size: Size, strides: Sequence[int]) -> Array:
    """Where the cells of rows are: float64 (n, 3), x and y in cells, stride in px. Rows go stride by stride and line by
    line.
    """
    found = np.empty((len(rows), 3))
    start = 0
    for stride in strides:
        across, down = -(-size[0] // stride), -(-size[1] // stride)
        here = (rows >= start) & (rows < start + across * down)
        y, x = np.divmod(rows[here] - start, across)
        found[here] = np.column_stack((x, y, np.full(len(x), stride)))
        start += across * down
    return found


def strides_of(rows: int, size: Size, each: int = 1) -> tuple[int, ...]:
    """The strides whose cells, `each` rows a cell, come to so many rows; empty where none do."""
    for strides in STRIDES:
        if rows == each * sum(-(-size[0] // s) * -(-size[1] // s) for s in strides):
            return strides
    return ()


def follows(rows: Array, size: Size, strides: Sequence[int]) -> bool | None:
    """Whether the first two columns are places in the picture, near their cells; None where too few rows say anything.

    A decoded row's centre lies near its cell whatever the picture shows, an offset within the cell knows nothing of it.
    """
    at = np.flatnonzero((rows[:, :4] != 0).any(axis=1))
    grid = cells(at, size, strides)
    x = np.asarray(rows[at, 0], np.float64)
    if len(at) < MANY or not np.isfinite(x).all() or x.std() < 1e-9:
        return None
    together = float(np.corrcoef(x, (grid[:, 0] + 0.5) * grid[:, 2])[0, 1])
    return True if together > 0.8 else False if together < 0.5 else None


def yolox(outputs: Sequence[Array], size: Size, least: float) -> list[Raw]:
    """YOLOX (arXiv 2107.08430), not decoded: (b, n, 5 + classes), offsets in cells, logarithms of sizes in cells."""
    (out,) = outputs
    strides = strides_of(out.shape[1], size)
    found = []
    for one in out:
        likely = np.flatnonzero(one[:, 4] >= least)  # a class's score is at most 1
        rows, scores, classes = best(one[likely, 5:] * one[likely, 4:5], least)
        rows = likely[rows]
        grid = cells(rows, size, strides)
        stride = grid[:, 2:]
        middle = (one[rows, :2] + grid[:, :2]) * stride
        half = np.exp(np.minimum(one[rows, 2:4].astype(np.float64), 20.0)) * stride / 2
        found.append(raw(np.hstack((middle - half, middle + half)), scores, classes))
    return found


def fastestdet(outputs: Sequence[Array], size: Size, least: float) -> list[Raw]:
    """FastestDet: (b, 5 + classes, h, w), a thing's score, offset of centre, size as logit, classes.

    The score is object^0.6 · class^0.4, as the model's authors take it.
    """
    (out,) = outputs
    _, _, down, across = out.shape
    found = []
    for one in out:
        table = one.reshape(len(one), -1)
        likely = np.flatnonzero(table[0] >= least ** (1 / 0.6))  # a class's score is at most 1
        some = table[:, likely].T.astype(np.float64)
        classes = some[:, 5:].argmax(axis=1)
        scores = some[:, 0] ** 0.6 * some[np.arange(len(some)), 5 + classes].clip(0) ** 0.4
        keep = scores >= least
        some, rows, scores, classes = some[keep], likely[keep], scores[keep], classes[keep]
        x = (rows % across + np.tanh(some[:, 1])) / across * size[0]
        y = (rows // across + np.tanh(some[:, 2])) / down * size[1]
        half = sigmoid(some[:, 3:5]) * np.array(size) / 2
        middle = np.column_stack((x, y))
        found.append(raw(np.hstack((middle - half, middle + half)), scores, classes))
    return found


def nanodet(outputs: Sequence[Array], size: Size, least: float) -> list[Raw]:
    """NanoDet and NanoDet-Plus: (b, n, classes + 4 · 8), each side's distance as a distribution over 0 to 7 cells.

    Generalized focal loss, arXiv 2006.04388. Plus, which has a stride of 64, counts from the cell's corner, the older
    one from its middle.
    """
    (out,) = outputs
    strides = strides_of(out.shape[1], size)
    shift = 0.0 if len(strides) == 4 else 0.5
    found = []
    for one in out:
        rows, scores, classes = best(one[:, :-32], least)
        grid = cells(rows, size, strides)
        sides = softmax(one[rows, -32:].reshape(-1, 4, 8)) @ np.arange(8.0) * grid[:, 2:]
        middle = (grid[:, :2] + shift) * grid[:, 2:]
        found.append(raw(np.hstack((middle - sides[:, :2], middle + sides[:, 2:])), scores, classes))
    return found


def nanodet_parts(outputs: Sequence[Array], size: Size, least: float) -> list[Raw]:
    """NanoDet with two outputs a stride: classes of all strides first, then distances, finest stride first."""
    half = len(outputs) // 2
    whole = [np.concatenate(outputs[part : part + half], axis=1) for part in (0, half)]
    return nanodet([np.concatenate(whole, axis=2)], size, least)


def anchors(
    outputs: Sequence[Array], size: Size, least: float, kinds: Mapping[int, Sequence[tuple[int, int]]] = ANCHORS
) -> list[Raw]:
    """YOLOv5's and YOLOv7's maps before they are decoded, finest first.

    For each stride (b, 3, h, w, 5 + classes), (b, 3 · (5 + classes), h, w) or (b, h, w, 3 · (5 + classes)). Values
    beyond 0 to 1 are taken as logits.
    """
    logits = any(out.size and (out.min() < 0 or out.max() > 1) for out in outputs)
    maps = [_by_anchor(out, (size[1] // s, size[0] // s)) for out, s in zip(outputs, kinds, strict=True)]
    found = []
    for k in range(len(outputs[0])):
        parts = []
        for whole, (stride, sides) in zip(maps, kinds.items(), strict=True):
            one = sigmoid(whole[k]) if logits else whole[k].astype(np.float64)
            kind, y, x = np.nonzero(one[..., 4] >= least)  # a class's score is at most 1
            some = one[kind, y, x]
            rows, scores, classes = best(some[:, 5:] * some[:, 4:5], least)
            some, at = some[rows], np.column_stack((x[rows], y[rows]))
            middle = (some[:, :2] * 2 - 0.5 + at) * stride
            half = (some[:, 2:4] * 2) ** 2 * np.array(sides, np.float64)[kind[rows]] / 2
            parts.append((np.hstack((middle - half, middle + half)), scores, classes))
        found.append(raw(*(np.concatenate(column) for column in zip(*parts, strict=True))))
    return found


def _by_anchor(out: Array, cell: tuple[int, int]) -> Array:
    """A map of any of the three layouts as (b, 3, h, w, 5 + classes)."""
    if out.ndim == 5:
        return out
    if out.shape[2:] == cell:
        return out.reshape(len(out), 3, -1, *cell).transpose(0, 1, 3, 4, 2)
    return out.reshape(len(out), *cell, 3, -1).transpose(0, 3, 1, 2, 4)


def _yolox(seen: Seen) -> Match | None:
    rows = _rows(seen)
    if rows is None or not seen.counts(rows.shape[2] - 5) or not (strides := strides_of(rows.shape[1], seen.size)):
        return None
    near = follows(rows[0], seen.size, strides)
    return None if near else Match(classes=rows.shape[2] - 5, sure=near is False)


def _rows(seen: Seen) -> Array | None:
    (out,) = seen.arrays if len(seen.arrays) == 1 else (None,)
    return out if out is not None and out.ndim == 3 and out.shape[2] > 4 else None


def _fastestdet(seen: Seen) -> Match | None:
    if len(seen.arrays) != 1 or seen.arrays[0].ndim != 4:
        return None
    _, columns, down, across = seen.arrays[0].shape
    fits = seen.size == (across * 16, down * 16) and seen.counts(columns - 5)
    return Match(classes=columns - 5, sure=True) if fits else None


def _nanodet(seen: Seen) -> Match | None:
    rows = _rows(seen)
    if rows is None or not seen.counts(rows.shape[2] - 32) or not strides_of(rows.shape[1], seen.size):
        return None
    return Match(classes=rows.shape[2] - 32, sure=True)


def _nanodet_parts(seen: Seen) -> Match | None:
    if len(seen.arrays) not in (6, 8) or any(a.ndim != 3 for a in seen.arrays):
        return None
    order = sorted(range(len(seen.arrays)), key=lambda k: -seen.arrays[k].shape[1])
    sides = [k for k in order if seen.arrays[k].shape[2] == 32]
    rest = [k for k in order if k not in sides]
    if len(sides) != len(rest) or len({seen.arrays[k].shape[2] for k in rest}) != 1:
        return None
    classes, rows = seen.arrays[rest[0]].shape[2], sum(seen.arrays[k].shape[1] for k in sides)
    fits = strides_of(rows, seen.size) and seen.counts(classes)
    return Match((*rest, *sides), classes, sure=True) if fits else None


def _anchors(seen: Seen) -> Match | None:
    if len(seen.arrays) != len(ANCHORS):
        return None
    found = {}
    for k, out in enumerate(seen.arrays):
        for stride in ANCHORS:
            wide = _wide(out, (seen.size[1] // stride, seen.size[0] // stride))
            if wide and seen.counts(wide - 5):
                found[stride] = (k, wide - 5)
    if set(found) != set(ANCHORS):
        return None
    # YOLOv5's exporter writes down the largest stride, that of YOLOv7 nothing
    return Match(tuple(found[s][0] for s in ANCHORS), found[8][1], sure="stride" in seen.metadata)


def _anchors7(seen: Seen) -> Match | None:
    found = _anchors(seen)
    return None if found is None or found.sure else found


def _wide(out: Array, cell: tuple[int, int]) -> int:
    """How many columns an anchor has in a map of so many rows and columns of cells; 0 where it is no such map."""
    if out.ndim == 5 and out.shape[1:4] == (3, *cell):
        return int(out.shape[4])
    if out.ndim != 4:
        return 0
    wide = out.shape[1] if out.shape[2:] == cell else out.shape[3] if out.shape[1:3] == cell else 0
    return wide // 3 if wide % 3 == 0 else 0


HEADS = (
    Head("yolox", "YOLOX: one output, b × cells × (5 + classes), not decoded", yolox, _yolox,
         fit="corner", pixels="bgr 0-255", fixed=True),
    Head("nanodet", "NanoDet, NanoDet-Plus: one output, b × cells × (classes + 32)", nanodet, _nanodet,
         fit="stretch", pixels="bgr imagenet", fixed=True),
    Head("nanodet-parts", "NanoDet: two outputs a stride, b × cells × classes and b × cells × 32", nanodet_parts,
         _nanodet_parts, fit="stretch", pixels="bgr imagenet", fixed=True),
    Head("fastestdet", "FastestDet: one output, b × (5 + classes) × h/16 × w/16", fastestdet, _fastestdet,
         fit="stretch", pixels="bgr 0-1", fixed=True),
    Head("yolov5-maps", "YOLOv5: three maps, b × 3·(5 + classes) × h × w, or classes last, or anchors apart",
         anchors, _anchors, fixed=True),
    Head("yolov7-maps", "YOLOv7 (not tiny): three maps as YOLOv5's, with larger boxes to begin from",
         partial(anchors, kinds=ANCHORS7), _anchors7, fixed=True),
)  # fmt: skip
