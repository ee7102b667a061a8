"""Real models on real frames, against a plain decode of what ONNX runtime gives, a row at a time."""

from __future__ import annotations

import math
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from watchword import Frame, frames
from watchword.detect import OnnxDetector
from watchword.detect.labels import coco

DATA = Path(__file__).parents[3] / "shared" / "data"
CLASSES = list(coco().values())
FILMS = ("pets09-s2l1/view1.avi", "left-bag/video4.avi")


def there(*names: str) -> list[Path]:
    found = [DATA / name for name in names]
    for path in found:
        if not path.exists():
            pytest.skip(f"{path.name} is not here")
    return found


def some_frames(film: Path, every: int, count: int) -> list[Frame]:
    with frames(film) as read:
        return list(islice(read, 0, every * count, every))


@cache
def session(path: Path) -> ort.InferenceSession:
    return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def run(path: Path, picture: np.ndarray) -> np.ndarray:
    return session(path).run(None, {session(path).get_inputs()[0].name: picture.astype(np.float32)})[0][0]


def yolox(out: np.ndarray, side: int, least: float):
    rows, k = [], 0
    for stride in (8, 16, 32):
        for y in range(side // stride):
            for x in range(side // stride):
                one = out[k].astype(float)
                k += 1
                kind = int(one[5:].argmax())
                score = one[4] * one[5 + kind]
                if score >= least:
                    cx, cy, w, h = (one[0] + x) * stride, (one[1] + y) * stride, math.exp(one[2]), math.exp(one[3])
                    half = (w * stride / 2, h * stride / 2)
                    rows.append((score, kind, (cx - half[0], cy - half[1], cx + half[0], cy + half[1])))
    return rows


def fastestdet(out: np.ndarray, side: int, least: float):
    rows = []
    _, down, across = out.shape
    for y in range(down):
        for x in range(across):
            one = out[:, y, x].astype(float)
            kind = int(one[5:].argmax())
            score = one[0] ** 0.6 * one[5 + kind] ** 0.4
            if score >= least:
                cx, cy = (x + math.tanh(one[1])) / across * side, (y + math.tanh(one[2])) / down * side
                w, h = (side / (1 + math.exp(-v)) for v in one[3:5])
                rows.append((score, kind, (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)))
    return rows


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def greedy(rows, overlap=0.5):
    kept = []
    for row in sorted(rows, key=lambda r: -r[0]):
        if not any(k[1] == row[1] and iou(k[2], row[2]) > overlap for k in kept):
            kept.append(row)
    return kept


MODELS = [
    pytest.param("yolox_nano.onnx", 416, yolox, 1.0, id="yolox-nano"),
    pytest.param("fastestdet.onnx", 352, fastestdet, 255.0, id="fastestdet"),
]


@pytest.mark.parametrize("film", FILMS)
@pytest.mark.parametrize(("name", "side", "decode", "by"), MODELS)
def test_boxes_are_those_of_a_plain_decode(name: str, side: int, decode, by: float, film: str):
    """On pieces of the input's size, so that nothing is resized: the same to a thousandth of a pixel."""
    path, source = there(f"models/{name}", film)
    detector = OnnxDetector(path, labels="coco", score=0.3)
    assert detector.reading.head == decode.__name__
    found = 0
    for frame in some_frames(source, 120, 5):
        piece = np.ascontiguousarray(frame.image[40 : 40 + side, 200 : 200 + side])
        rows = greedy(decode(run(path, piece.transpose(2, 0, 1)[None] / by), side, 0.3))
        table = detector.detect([Frame("c", frame.time, piece)])
        have = sorted((table.scores[k], *table.boxes[k]) for k in range(len(table)))
        want = sorted((s, *np.clip(box, 0, side)) for s, _, box in rows)
        np.testing.assert_allclose(np.reshape(have, (-1, 5)), np.reshape(want, (-1, 5)), atol=1e-3)
        kinds = sorted(CLASSES.index(table.label(k)) for k in range(len(table)))
        assert kinds == sorted(kind for _, kind, _ in rows)
        found += len(rows)
    assert found >= 2


@pytest.mark.parametrize(("name", "side", "decode", "by"), MODELS)
def test_people_in_a_whole_frame_are_where_a_plain_resize_finds_them(name: str, side: int, decode, by: float):
    path, source = there(f"models/{name}", FILMS[0])
    detector = OnnxDetector(path, labels="coco", score=0.5)
    found = 0
    for frame in some_frames(source, 60, 4):
        (w, h), ratio = frame.size, side / max(frame.size)
        if detector.reading.fit == "stretch":
            picture, scale = cv2.resize(frame.image, (side, side), interpolation=cv2.INTER_AREA), (side / w, side / h)
        else:  # at the top left
            picture = np.full((side, side, 3), 114, np.uint8)
            small = cv2.resize(frame.image, (round(w * ratio), round(h * ratio)), interpolation=cv2.INTER_AREA)
            picture[: small.shape[0], : small.shape[1]], scale = small, (ratio, ratio)
        rows = greedy(decode(run(path, picture.transpose(2, 0, 1)[None] / by), side, 0.6))
        table = detector.detect([frame])
        for _, _, box in rows:
            box = np.array(box) / (scale * 2)
            assert max(iou(box, other) for other in table.boxes) > 0.7
            found += 1
    assert found >= 8


def test_cameras_in_one_call_see_what_each_sees_alone():
    """The model takes one picture at a time; several cameras are looked at one after the other."""
    path, *films = there("models/yolox_nano.onnx", *FILMS)
    detector = OnnxDetector(path, labels="coco")
    looks = [
        Frame(f"c{k}", frame.time, frame.image) for k, film in enumerate(films) for frame in some_frames(film, 1, 1)
    ]
    both = detector.detect(looks)
    for one in looks:
        alone = detector.detect([one])
        assert len(alone) > 0 or one.camera == "c1"
        np.testing.assert_array_equal(both.at(one.camera).boxes, alone.boxes)
        np.testing.assert_array_equal(both.at(one.camera).scores, alone.scores)
