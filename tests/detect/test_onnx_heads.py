"""Each head's boxes are those of a plain decode, row by row, of the same numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from graphs import constant

from watchword import Frame
from watchword.detect import OnnxDetector
from watchword.detect.heads import HEADS
from watchword.errors import DetectorError

SIZE = (160, 160)
SHAPE = (1, 3, 160, 160)
IMAGE = np.full((120, 160, 3), 90, np.uint8)
FRAME = Frame("c", 5, IMAGE)
STRIDES = (8, 16, 32)
LEAST = 0.3


def grid(strides=STRIDES, shift=0.0):
    return [
        (x + shift, y + shift, s) for s in strides for y in range(math.ceil(160 / s)) for x in range(math.ceil(160 / s))
    ]


def rng():
    return np.random.default_rng(7)


def table(n, classes, likely=0.05):
    """Scores, a few of them good."""
    scores = rng().uniform(0, 0.2, (n, classes))
    rows = rng().choice(n, max(4, int(n * likely)), replace=False)
    scores[rows, rng().integers(0, classes, len(rows))] = rng().uniform(0.4, 0.95, len(rows))
    return scores


def centred(n=None):
    """Boxes near their cells: centre, width, height."""
    cells = np.array(grid(shift=0.5))
    cells = cells if n is None else cells[rng().integers(0, len(cells), n)]
    sides = rng().uniform(4, 40, (len(cells), 2))
    return np.column_stack((cells[:, :2] * cells[:, 2:] + rng().normal(0, 2, (len(cells), 2)), sides))


def corners(boxes):
    return np.column_stack((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2))


def overlap(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def expected(rows, fit="letterbox", suppress=True):
    """What a detector reports of rows (box in px of the input, score, class): the plain way, one row at a time."""
    kept = []
    for box, score, kind in sorted(rows, key=lambda r: -r[1]):
        if score >= LEAST and not (suppress and any(k == kind and overlap(b, box) > 0.5 for b, _, k in kept)):
            kept.append((box, score, kind))
    scale, top = ((1.0, 160 / 120), 0) if fit == "stretch" else ((1.0, 1.0), 20 if fit == "letterbox" else 0)
    found = []
    for (left, upper, right, lower), score, kind in kept:
        box = [left, (upper - top) / scale[1], right, (lower - top) / scale[1]]
        box = [min(max(v, 0), edge) for v, edge in zip(box, (160, 120, 160, 120), strict=True)]
        if box[2] > box[0] and box[3] > box[1]:
            found.append((f"c{kind}", score, *box))
    return sorted(found)


def compare(path, rows, classes=3, fit="letterbox", suppress=True, **more):
    detector = OnnxDetector(path, labels=[f"c{k}" for k in range(classes)], score=LEAST, **more)
    table = detector.detect([FRAME])
    have = sorted((table.label(k), table.scores[k], *table.boxes[k]) for k in range(len(table)))
    want = expected(rows, fit, suppress)
    assert len(want) >= 3
    assert [h[0] for h in have] == [w[0] for w in want]
    np.testing.assert_allclose([h[1:] for h in have], [w[1:] for w in want], atol=0.01)
    return detector


def best(scores):
    return [(float(row.max()), int(row.argmax())) for row in scores]


def numbered(boxes, scores):
    return [(tuple(box), *rest) for box, rest in zip(boxes.tolist(), best(scores), strict=True)]


f32 = np.float32


@pytest.mark.parametrize("turned", [True, False])
def test_yolov8(tmp_path: Path, turned: bool):
    boxes, scores = centred().astype(f32), table(len(grid()), 3).astype(f32)
    out = np.hstack((boxes, scores))[None]
    path = constant(tmp_path / "m.onnx", {"output0": out.swapaxes(1, 2) if turned else out}, SHAPE)
    assert compare(path, numbered(corners(boxes), scores)).reading.head == "yolov8"


def test_yolov8_that_also_segments(tmp_path: Path):
    boxes, scores = centred().astype(f32), table(len(grid()), 3).astype(f32)
    masks = rng().normal(0, 1, (len(boxes), 32)).astype(f32)
    outputs = {
        "output0": np.hstack((boxes, scores, masks))[None].swapaxes(1, 2),
        "output1": np.zeros((1, 32, 40, 40), f32),
    }
    names = {"task": "segment", "names": "{0: 'c0', 1: 'c1', 2: 'c2'}"}
    compare(constant(tmp_path / "m.onnx", outputs, SHAPE, metadata=names), numbered(corners(boxes), scores))


@pytest.mark.parametrize("unit", ["pixel", "fraction"])
@pytest.mark.parametrize("form", ["corner", "centre"])
def test_what_the_coordinates_of_many_rows_are_is_seen(tmp_path: Path, unit: str, form: str):
    boxes, scores = centred().astype(f32), table(len(grid()), 3).astype(f32)
    given = corners(boxes) if form == "corner" else boxes
    out = np.hstack((given / 160 if unit == "fraction" else given, scores))[None].swapaxes(1, 2).astype(f32)
    detector = compare(constant(tmp_path / "m.onnx", {"o": out}, SHAPE), numbered(corners(boxes), scores))
    assert (detector.reading.form, detector.reading.unit) == (form, unit)


def test_yolov5_and_v7(tmp_path: Path):
    boxes = np.concatenate([centred()] * 3).astype(f32)
    thing, scores = rng().uniform(0.5, 1, (len(boxes), 1)).astype(f32), table(len(boxes), 3).astype(f32)
    path = constant(tmp_path / "m.onnx", {"output": np.hstack((boxes, thing, scores))[None]}, SHAPE)
    assert compare(path, numbered(corners(boxes), scores * thing)).reading.head == "yolov5"


def test_yolov6_says_that_there_is_always_a_thing(tmp_path: Path):
    boxes, scores = centred().astype(f32), table(len(grid()), 3).astype(f32)
    out = np.hstack((boxes, np.ones((len(boxes), 1), f32), scores))[None]
    detector = compare(constant(tmp_path / "m.onnx", {"outputs": out}, SHAPE), numbered(corners(boxes), scores))
    assert detector.reading.head == "yolov6"


def test_yolox(tmp_path: Path):
    n = len(grid())
    moves, sides = rng().normal(0.5, 0.3, (n, 2)), rng().normal(0.5, 0.5, (n, 2))
    thing, scores = rng().uniform(0.5, 1, (n, 1)).astype(f32), table(n, 3).astype(f32)
    out = np.hstack((moves, sides, thing, scores))[None].astype(f32)
    rows = []
    for (gx, gy, s), row in zip(grid(), out[0].astype(float), strict=True):
        x, y, w, h = (row[0] + gx) * s, (row[1] + gy) * s, math.exp(row[2]) * s, math.exp(row[3]) * s
        score = row[5:] * row[4]
        rows.append(((x - w / 2, y - h / 2, x + w / 2, y + h / 2), float(score.max()), int(score.argmax())))
    path = constant(tmp_path / "m.onnx", {"output": out}, SHAPE)
    detector = compare(path, rows, fit="corner")
    assert (detector.reading.head, detector.reading.pixels) == ("yolox", "bgr 0-255")


def test_yolox_that_decodes_by_itself(tmp_path: Path):
    boxes, scores = centred().astype(f32), table(len(grid()), 3).astype(f32)
    thing = rng().uniform(0.5, 1, (len(boxes), 1)).astype(f32)
    path = constant(tmp_path / "m.onnx", {"output": np.hstack((boxes, thing, scores))[None]}, SHAPE)
    assert compare(path, numbered(corners(boxes), scores * thing), fit="corner").reading.head == "yolox-decoded"


def test_yolo_nas(tmp_path: Path):
    boxes, scores = corners(centred()).astype(f32), table(len(grid()), 3).astype(f32)
    path = constant(tmp_path / "m.onnx", {"scores": scores[None], "boxes": boxes[None]}, SHAPE)
    assert compare(path, numbered(boxes, scores)).reading.head == "yolo-nas"


ANCHORS = {
    "yolov5-maps": {
        8: ((10, 13), (16, 30), (33, 23)),
        16: ((30, 61), (62, 45), (59, 119)),
        32: ((116, 90), (156, 198), (373, 326)),
    },
    "yolov7-maps": {
        8: ((12, 16), (19, 36), (40, 28)),
        16: ((36, 75), (76, 55), (72, 146)),
        32: ((142, 110), (192, 243), (459, 401)),
    },
}


def maps_of(layout: str, head: str = "yolov5-maps", probable: bool = False):
    """Three maps, and the plain rows that they hold."""
    outputs, rows = {}, []
    for stride, anchors in ANCHORS[head].items():
        side = 160 // stride
        maps = rng().normal(-1, 1, (1, 3, side, side, 8))
        maps[..., 4] += 2.5 - 1.5 * (stride == 8)
        maps = maps.astype(f32)
        for a in range(3):
            for y in range(side):
                for x in range(side):
                    one = 1 / (1 + np.exp(-maps[0, a, y, x].astype(float)))
                    cx, cy = (one[0] * 2 - 0.5 + x) * stride, (one[1] * 2 - 0.5 + y) * stride
                    w, h = (one[2] * 2) ** 2 * anchors[a][0], (one[3] * 2) ** 2 * anchors[a][1]
                    score = one[5:] * one[4]
                    box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
                    rows.append((box, float(score.max()), int(score.argmax())))
        if probable:
            maps = (1 / (1 + np.exp(-maps))).astype(f32)
        if layout == "nchw":
            maps = maps.transpose(0, 1, 4, 2, 3).reshape(1, 24, side, side)
        elif layout == "nhwc":
            maps = maps.transpose(0, 2, 3, 1, 4).reshape(1, side, side, 24)
        outputs[f"map{stride}"] = maps
    return dict(reversed(outputs.items())), rows


@pytest.mark.parametrize("probable", [False, True], ids=["logits", "probabilities"])
@pytest.mark.parametrize("layout", ["nchw", "nhwc", "apart"])
def test_yolov5_maps(tmp_path: Path, layout: str, probable: bool):
    outputs, rows = maps_of(layout, probable=probable)
    told = constant(tmp_path / "m.onnx", outputs, SHAPE)
    assert compare(told, rows, head="yolov5-maps").reading.head == "yolov5-maps"
    says = constant(tmp_path / "n.onnx", outputs, SHAPE, metadata={"stride": "32"})  # as YOLOv5's exporter does
    assert compare(says, rows).reading.head == "yolov5-maps"


def test_yolov7_maps_are_of_the_same_shape_and_have_to_be_told(tmp_path: Path):
    outputs, rows = maps_of("apart", "yolov7-maps")
    path = constant(tmp_path / "m.onnx", outputs, SHAPE)
    assert compare(path, rows, head="yolov7-maps").reading.head == "yolov7-maps"
    with pytest.raises(DetectorError, match='say head="yolov5-maps" or head="yolov7-maps"'):
        OnnxDetector(path, labels=["a", "b", "c"])


def test_yolov5_with_channels_last_and_fractions(tmp_path: Path):
    """As YOLOv5's exporters by way of TensorFlow give it."""
    boxes = np.concatenate([centred()] * 3).astype(f32)
    thing, scores = rng().uniform(0.5, 1, (len(boxes), 1)).astype(f32), table(len(boxes), 3).astype(f32)
    out = np.hstack((boxes / 160, thing, scores))[None].astype(f32)
    path = constant(tmp_path / "m.onnx", {"Identity": out}, (1, 160, 160, 3))
    detector = compare(path, numbered(corners(boxes), scores * thing))
    assert (detector.reading.head, detector.reading.unit) == ("yolov5", "fraction")


@pytest.mark.parametrize("strides", [(8, 16, 32), (8, 16, 32, 64)], ids=["nanodet", "plus"])
@pytest.mark.parametrize("parts", [False, True], ids=["one", "parts"])
def test_nanodet(tmp_path: Path, strides: tuple[int, ...], parts: bool):
    cells = grid(strides)
    scores, sides = table(len(cells), 3).astype(f32), rng().normal(0, 2, (len(cells), 32)).astype(f32)
    shift = 0.5 if len(strides) == 3 else 0.0
    rows = []
    for (x, y, s), score, side in zip(cells, scores, sides.astype(float), strict=True):
        far = [sum(k * e for k, e in enumerate(np.exp(d) / np.exp(d).sum())) * s for d in side.reshape(4, 8)]
        cx, cy = (x + shift) * s, (y + shift) * s
        box = (cx - far[0], cy - far[1], cx + far[2], cy + far[3])
        rows.append((box, float(score.max()), int(score.argmax())))
    outputs = {"output": np.hstack((scores, sides))[None]}
    if parts:
        outputs, start = {}, 0
        for s in strides:
            end = start + math.ceil(160 / s) ** 2
            outputs |= {f"cls{s}": scores[None, start:end], f"dis{s}": sides[None, start:end]}
            start = end
    detector = compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, fit="stretch")
    assert detector.reading.head == ("nanodet-parts" if parts else "nanodet")


def test_fastestdet(tmp_path: Path):
    out = rng().normal(0, 1, (1, 8, 10, 10))
    out[0, 0] = rng().uniform(0, 1, (10, 10))
    out[0, 5:] = rng().uniform(0, 0.9, (3, 10, 10))
    out[0, 3:5] -= 2
    out = out.astype(f32)
    rows = []
    for y in range(10):
        for x in range(10):
            cell = out[0, :, y, x].astype(float)
            cx, cy = (x + math.tanh(cell[1])) / 10 * 160, (y + math.tanh(cell[2])) / 10 * 160
            w, h = 160 / (1 + math.exp(-cell[3])), 160 / (1 + math.exp(-cell[4]))
            score = cell[0] ** 0.6 * cell[5:].max() ** 0.4
            rows.append(((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2), score, int(cell[5:].argmax())))
    path = constant(tmp_path / "m.onnx", {"758": out}, SHAPE)
    assert compare(path, rows, fit="stretch").reading.head == "fastestdet"


def test_yolov10(tmp_path: Path):
    boxes, scores = corners(centred(50)).astype(f32), rng().uniform(0, 1, (50, 1)).astype(f32)
    kinds = rng().integers(0, 3, (50, 1)).astype(f32)
    path = constant(tmp_path / "m.onnx", {"output0": np.hstack((boxes, scores, kinds))[None]}, SHAPE)
    rows = [(tuple(b), float(s[0]), int(k[0])) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)]
    assert compare(path, rows, suppress=False).reading.head == "yolov10"


def test_yolov7_with_suppression_inside(tmp_path: Path):
    boxes, scores = corners(centred(20)).astype(f32), rng().uniform(0, 1, (20, 1)).astype(f32)
    kinds = rng().integers(0, 3, (20, 1)).astype(f32)
    path = constant(tmp_path / "m.onnx", {"output": np.hstack((kinds * 0, boxes, kinds, scores))}, SHAPE)
    rows = [(tuple(b), float(s[0]), int(k[0])) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)]
    assert compare(path, rows, suppress=False).reading.head == "yolov7-end"


def test_rtdetr(tmp_path: Path):
    boxes, scores = centred(60).astype(f32), table(60, 3, 0.2).astype(f32)
    path = constant(tmp_path / "m.onnx", {"output0": np.hstack((boxes / 160, scores))[None].astype(f32)}, SHAPE)
    detector = compare(path, numbered(corners(boxes), scores), fit="stretch", suppress=False)
    assert detector.reading.head == "rtdetr"


def test_dfine_is_told_the_size(tmp_path: Path):
    boxes, scores = corners(centred(40)).astype(f32), rng().uniform(0, 1, (1, 40)).astype(f32)
    kinds = rng().integers(0, 3, (1, 40))
    outputs = {"labels": kinds, "boxes": boxes[None], "scores": scores}
    path = constant(tmp_path / "m.onnx", outputs, SHAPE, more={"orig_target_sizes": (np.int64, (1, 2))})
    rows = [(tuple(b), float(s), int(k)) for b, s, k in zip(boxes.tolist(), scores[0], kinds[0], strict=True)]
    assert compare(path, rows, fit="stretch", suppress=False).reading.head == "dfine"


def test_rtdetr_as_logits_takes_plain_colours_and_detr_imagenets(tmp_path: Path):
    """Of one shape: boxes and logits of queries. The names of the outputs tell."""
    boxes, logits = centred(60).astype(f32), rng().normal(-2, 1.5, (60, 3)).astype(f32)
    outputs = {"logits": logits[None], "pred_boxes": (boxes / 160)[None].astype(f32)}
    rows = numbered(corners(boxes), 1 / (1 + np.exp(-logits.astype(float))))
    detector = compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, fit="stretch", suppress=False)
    assert (detector.reading.head, detector.reading.pixels) == ("rtdetr-logits", "rgb 0-1")
    wide = {"logits": np.zeros((1, 60, 92), f32), "pred_boxes": outputs["pred_boxes"]}
    detr = OnnxDetector(constant(tmp_path / "d.onnx", wide, SHAPE), labels="coco")
    assert (detr.reading.head, detr.reading.pixels) == ("detr", "rgb imagenet")


@pytest.mark.parametrize("form", ["corner", "centre"])
def test_yolov10_in_either_form(tmp_path: Path, form: str):
    boxes, scores = centred(60).astype(f32), rng().uniform(0, 1, (60, 1)).astype(f32)
    kinds = rng().integers(0, 3, (60, 1)).astype(f32)
    given = corners(boxes).astype(f32) if form == "corner" else boxes
    path = constant(tmp_path / "m.onnx", {"output0": np.hstack((given, scores, kinds))[None]}, SHAPE)
    rows = [(tuple(b), float(s[0]), int(k[0])) for b, s, k in zip(corners(boxes).tolist(), scores, kinds, strict=True)]
    assert compare(path, rows, suppress=False).reading.form == form


def test_rfdetr(tmp_path: Path):
    boxes, logits = centred(60).astype(f32), rng().normal(-2, 1.5, (60, 3)).astype(f32)
    outputs = {"dets": (boxes / 160)[None].astype(f32), "labels": logits[None]}
    rows = numbered(corners(boxes), 1 / (1 + np.exp(-logits.astype(float))))
    detector = compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, fit="stretch", suppress=False)
    assert detector.reading.head == "rfdetr"


def test_detr_has_a_class_for_nothing(tmp_path: Path):
    boxes, logits = centred(60).astype(f32), rng().normal(0, 2, (60, 4)).astype(f32)
    outputs = {"pred_logits": logits[None], "pred_boxes": (boxes / 160)[None].astype(f32)}
    raised = np.exp(logits.astype(float))
    rows = numbered(corners(boxes), (raised / raised.sum(1, keepdims=True))[:, :3])
    detector = compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, fit="stretch", suppress=False)
    assert detector.reading.head == "detr"


def columns(n=30):
    boxes, scores = corners(centred(n)).astype(f32), rng().uniform(0, 1, n).astype(f32)
    return boxes, scores, rng().integers(1, 4, n)


def test_tensorflow_counts_from_one_and_writes_top_first(tmp_path: Path):
    boxes, scores, kinds = columns()
    outputs = {
        "detection_boxes": (boxes[:, [1, 0, 3, 2]] / 160)[None].astype(f32),
        "detection_classes": kinds[None].astype(f32),
        "detection_scores": scores[None],
        "num_detections": np.array([20], f32),
    }
    rows = [(tuple(b), float(s), int(k) - 1) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)][:20]
    path = constant(tmp_path / "m.onnx", outputs, (1, 160, 160, 3), dtype=np.uint8)
    assert compare(path, rows, fit="stretch", suppress=False).reading.head == "ssd-tf"


def test_torchvision_has_no_axis_of_pictures(tmp_path: Path):
    boxes, scores, kinds = columns()
    path = constant(tmp_path / "m.onnx", {"boxes": boxes, "labels": kinds, "scores": scores}, (3, 160, 160))
    rows = [(tuple(b), float(s), int(k) - 1) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)]
    assert compare(path, rows, suppress=False).reading.head == "torchvision"


def test_ssd(tmp_path: Path):
    boxes, scores, kinds = columns()
    outputs = {"bboxes": (boxes / 160)[None].astype(f32), "labels": kinds[None], "scores": scores[None]}
    rows = [(tuple(b), float(s), int(k) - 1) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)]
    assert (
        compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, fit="stretch", suppress=False).reading.head
        == "ssd"
    )


def test_ssd_before_its_suppression(tmp_path: Path):
    boxes, raised = corners(centred(300)).astype(f32), np.exp(rng().normal(0, 2, (300, 4)))
    scores = (raised / raised.sum(1, keepdims=True)).astype(f32)  # the first is nothing
    outputs = {"scores": scores[None], "boxes": (boxes / 160)[None].astype(f32)}
    detector = compare(
        constant(tmp_path / "m.onnx", outputs, SHAPE), numbered(boxes, scores[:, 1:].astype(float)), fit="stretch"
    )
    assert (detector.reading.head, detector.reading.pixels) == ("ssd-priors", "rgb -1-1")


def test_suppression_inside(tmp_path: Path):
    boxes, scores, kinds = columns()
    outputs = {
        "num_dets": np.array([[25]], np.int32),
        "det_boxes": boxes[None],
        "det_scores": scores[None],
        "det_classes": (kinds[None] - 1).astype(np.int32),
    }
    rows = [(tuple(b), float(s), int(k) - 1) for b, s, k in zip(boxes.tolist(), scores, kinds, strict=True)][:25]
    assert compare(constant(tmp_path / "m.onnx", outputs, SHAPE), rows, suppress=False).reading.head == "nms"


def test_half_precision_is_the_same(tmp_path: Path):
    boxes, scores = centred().astype(np.float16), table(len(grid()), 3).astype(np.float16)
    out = np.hstack((boxes, scores))[None].swapaxes(1, 2)
    path = constant(tmp_path / "m.onnx", {"output0": out}, SHAPE, dtype=np.float16)
    compare(path, numbered(corners(boxes.astype(float)), scores.astype(float)))


def test_two_heads_of_one_shape_are_not_guessed_at(tmp_path: Path):
    """An undecoded YOLOX and a decoded YOLOv6 look alike where every row is the same."""
    path = constant(tmp_path / "m.onnx", {"o": np.zeros((1, len(grid()), 8), f32)}, SHAPE)
    with pytest.raises(DetectorError, match=r'(?s)`o` 1×525×8.*say head="yolox" or head="yolov6"'):
        OnnxDetector(path, labels=["a", "b", "c"])
    assert OnnxDetector(path, labels=["a", "b", "c"], head="yolox").reading.head == "yolox"


def test_six_columns_with_two_classes_may_be_either(tmp_path: Path):
    path = constant(tmp_path / "m.onnx", {"o": np.zeros((1, 300, 6), f32)}, SHAPE)
    with pytest.raises(DetectorError, match='say head="yolov10" or head="rtdetr"'):
        OnnxDetector(path, labels=["a", "b"])


def test_the_same_numbers_are_never_read_as_other_boxes(tmp_path: Path):
    """Corners taken for centres reach far out of the picture, centres taken for corners turn inside out."""
    boxes, scores = centred(60).astype(f32) + np.array([60, 60, 0, 0], f32), np.full((60, 1), 0.9, f32)
    kinds = np.zeros((60, 1), f32)
    for given, form, message in (
        (corners(boxes), "centre", 'reach far out of the picture, taken for centres(?s:.*)say form="corner"'),
        (boxes, "corner", 'inside out, taken for corners(?s:.*)say form="centre"'),
    ):
        out = np.hstack((given, scores, kinds))[None].astype(f32)
        detector = OnnxDetector(constant(tmp_path / "m.onnx", {"o": out}, SHAPE), labels=["a"], form=form)
        with pytest.raises(DetectorError, match=message):
            detector.detect([FRAME])


def test_a_head_that_decodes_by_itself_takes_no_form(tmp_path: Path):
    path = constant(tmp_path / "m.onnx", {"o": np.zeros((1, len(grid()), 8), f32)}, SHAPE)
    with pytest.raises(DetectorError, match="leave form and unit out"):
        OnnxDetector(path, labels=["a", "b", "c"], head="yolox", unit="fraction")


def test_the_guide_names_every_head():
    guide = (Path(__file__).parents[2] / "docs" / "detectors.md").read_text("utf-8")
    assert [name for name in HEADS if f"`{name}`" not in guide] == []
