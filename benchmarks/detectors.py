"""Detectors on real footage: what `detect()` costs beside the bare model, what batches bring, what people are followed.

    pip install . --group bench
    python benchmarks/detectors.py [--data ../shared/data] [--looks 100] [--only speed|batch|tracks]

*Speed*: a session of ONNX runtime called by itself on an input that is ready, and `detect()` on frames of a film, turn
by turn; least time of each, and the median. Both have two threads that sleep between pictures: where they spin, as ONNX
runtime's do unless told otherwise, each slows the other. *Batch*: a small network that takes any number of pictures,
built here, for eight cameras at once and one by one. *Tracks*: a film with people's true boxes, end to end, the
default tracker; HOTA, IDF1 and MOTA by `trackeval`, the field's reference. Other trackers are given the same boxes,
where they are installed. What is not there is left out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from machine import describe
from watchword import frames
from watchword.boxes import Floats
from watchword.detect import OnnxDetector, load
from watchword.detect.base import Detector
from watchword.detections import Detections
from watchword.interop import mot
from watchword.tracks import Tracks
from watchword.video import Frame

MODELS = ("yolox_nano.onnx", "fastestdet.onnx")
FILMS = ("pets09-s2l1/view1.avi", "left-bag/video4.avi")
THREADS = 2
SCORE = 0.3
CAMERAS = 8


def looks(path: Path, most: int | None = None) -> list[Frame]:
    with frames(path) as film:
        return list(islice(film, most))


def bare(path: Path) -> tuple[Any, str]:
    """A session as anybody makes one, and the name of its input."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session: Any = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session, session.get_inputs()[0].name


def turns(count: int, *calls: Callable[[int], object]) -> tuple[Floats, Floats]:
    """Seconds of each call at each turn, by the clock and of processors, (turns, calls); without the first three."""
    took, spent = np.empty((count, len(calls))), np.empty((count, len(calls)))
    for k in range(count):
        for j, call in enumerate(calls):
            began, busy = time.perf_counter(), time.process_time()
            call(k)
            took[k, j], spent[k, j] = time.perf_counter() - began, time.process_time() - busy
    return took[3:], spent[3:]


def speed(data: Path, count: int) -> None:
    print(f"speed, {THREADS} threads; ms a picture, least (median)")
    print(f"  {'':24}{'session.run':>16}{'detect()':>16}{'ratio':>14}{'ratio of processor time':>26}")
    for name in MODELS:
        path = data / "models" / name
        if not path.exists():
            continue
        session, into = bare(path)
        detector = OnnxDetector(path, labels="coco", score=SCORE, threads=THREADS)
        w, h = detector.size
        ready = np.random.default_rng(1).uniform(0, 1, (1, 3, h, w)).astype(np.float32)
        for film in FILMS:
            if not (data / film).exists():
                continue
            some = looks(data / film, count)
            took, spent = turns(
                len(some),
                lambda _: session.run(None, {into: ready}),  # noqa: B023 - called before the next turn
                lambda k: detector.detect([some[k]]),  # noqa: B023 - as above
            )
            low, middle = 1e3 * took.min(axis=0), 1e3 * np.median(took, axis=0)
            columns = "".join(f"{f'{a:.1f} ({b:.1f})':>16}" for a, b in zip(low, middle, strict=True))
            ratio = f"{low[1] / low[0]:.2f} ({np.median(took[:, 1] / took[:, 0]):.2f})"
            busy = (
                f"{spent[:, 1].min() / spent[:, 0].min():.2f} ({np.median(spent[:, 1]) / np.median(spent[:, 0]):.2f})"
            )
            name = f"{path.stem}, {some[0].size[0]}×{some[0].size[1]}"
            print(f"  {name:24}{columns}{ratio:>14}{busy:>26}", flush=True)


def network(path: Path, side: int = 160) -> Path:
    """Eight convolutions and YOLOv8's layout, any number of pictures; its weights are chance."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(3)
    nodes, weights, parts, boxes = [], {}, [], []
    last, have = "images", 3
    for k, (stride, wide) in enumerate(((2, 16), (2, 32), (2, 64), (1, 64), (2, 96), (2, 128))):
        weights[f"w{k}"] = rng.normal(0, (2 / (9 * have)) ** 0.5, (wide, have, 3, 3)).astype(np.float32)
        nodes.append(helper.make_node("Conv", [last, f"w{k}"], [f"c{k}"], pads=[1] * 4, strides=[stride] * 2))
        nodes.append(helper.make_node("Relu", [f"c{k}"], [f"r{k}"]))
        last, have = f"r{k}", wide
        if k >= 3:
            weights[f"h{k}"] = rng.normal(0, 0.1, (1, wide, 1, 1)).astype(np.float32)
            weights["shape"] = np.array([0, 1, -1])
            nodes.append(helper.make_node("Conv", [last, f"h{k}"], [f"s{k}"]))
            nodes.append(helper.make_node("Reshape", [f"s{k}", "shape"], [f"p{k}"]))
            parts.append(f"p{k}")
            step = 8 << (k - 3)
            y, x = np.mgrid[: side // step, : side // step]
            boxes.append(np.stack(((x.ravel() + 0.5) * step, (y.ravel() + 0.5) * step, *np.full((2, x.size), step))))
    weights["boxes"], weights["zero"] = np.hstack(boxes)[None].astype(np.float32), np.zeros((), np.float32)
    nodes += [
        helper.make_node("Concat", parts, ["logits"], axis=2),
        helper.make_node("Sigmoid", ["logits"], ["scores"]),
        helper.make_node("Mul", ["scores", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "boxes"], ["repeated"]),
        helper.make_node("Concat", ["repeated", "scores"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, side, side])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["n", 5, weights["boxes"].shape[2]])],
        [numpy_helper.from_array(v, k) for k, v in weights.items()],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def batch(data: Path, count: int) -> None:
    print(f"batches, {CAMERAS} cameras, {THREADS} threads; ms a camera's frame, least (median)")
    film = next((data / f for f in FILMS if (data / f).exists()), None)
    if film is None:
        return
    some = looks(film, count)
    with tempfile.TemporaryDirectory() as folder:
        path = network(Path(folder) / "any.onnx")
        one, many = (OnnxDetector(path, labels=["thing"], score=0.9, batch=n, threads=THREADS) for n in (1, CAMERAS))
        ticks = [[Frame(f"c{c}", k, some[k].image) for c in range(CAMERAS)] for k in range(len(some))]
        took, spent = (
            1e3 / CAMERAS * part
            for part in turns(len(some), lambda k: one.detect(ticks[k]), lambda k: many.detect(ticks[k]))
        )
        for name, row in (("one by one", took[:, 0]), ("at once", took[:, 1])):
            print(f"  {name:34}{f'{row.min():.2f} ({np.median(row):.2f})':>16}")
        ratio = f"{took[:, 1].min() / took[:, 0].min():.2f} ({np.median(took[:, 1] / took[:, 0]):.2f})"
        busy = f"{spent[:, 1].min() / spent[:, 0].min():.2f} ({np.median(spent[:, 1]) / np.median(spent[:, 0]):.2f})"
        print(f"  {'ratio':34}{ratio:>16}\n  {'ratio of processor time':34}{busy:>16}", flush=True)


def detectors(data: Path) -> Iterator[tuple[str, Detector]]:
    for name in MODELS:
        if (data / "models" / name).exists():
            yield name.removesuffix(".onnx"), OnnxDetector(data / "models" / name, labels="coco", score=SCORE)
    yield "motion (no model)", load("motion")


def tracks(data: Path) -> None:
    from track_accuracy import contestants, run, score

    folder = data / "pets09-s2l1"
    if not (folder / "view1.avi").exists():
        return
    film = looks(folder / "view1.avi")
    fps = 1e9 / float(np.median(np.diff([frame.time for frame in film])))
    truth: Sequence[Any] = list(mot.read(folder / "gt.txt", fps, camera="c").ticks())
    print(
        f"tracks, PETS09-S2L1 view 1 from its frames, {len(film)} looks at {fps:.0f} a second, scores from {SCORE} on"
    )
    print(f"  {'':44}{'HOTA':>7}{'IDF1':>7}{'MOTA':>7}{'switches':>10}{'ms a look':>11}")
    for name, detector in detectors(data):
        began = time.perf_counter()
        seen = [_people(detector.detect([frame])) for frame in film]
        cost = f"{(time.perf_counter() - began) / len(film) * 1e3:11.1f}"
        pairs: list[tuple[Tracks, Detections]] = list(zip(truth, seen, strict=False))
        for rival, made in contestants():
            row = score(pairs, run(made(fps), pairs))
            print(f"  {f'{name}, {rival}':44}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}{row[3]:10.0f}{cost}", flush=True)
            cost = ""


def _people(seen: Detections) -> Detections:
    return seen.take(np.array([seen.label(k) == "person" for k in range(len(seen))], bool))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--looks", type=int, default=100, help="frames that are timed")
    parser.add_argument("--only", choices=("speed", "batch", "tracks"), help="one part alone")
    given = parser.parse_args()
    print(describe("watchword", "numpy", "opencv-python-headless", "onnxruntime", "trackeval", "trackers"), end="\n\n")
    if given.only in (None, "speed"):
        speed(given.data, given.looks)
    if given.only in (None, "batch"):
        batch(given.data, given.looks)
    if given.only in (None, "tracks"):
        tracks(given.data)


if __name__ == "__main__":
    main()
