"""What a model detector promises, whatever its head: case 18 of misread outputs, geometry, types, batches, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from graphs import TensorProto, constant, helper, numpy_helper, onnx, red

from watchword import Frame, Watch
from watchword.detect import OnnxDetector, load
from watchword.detect.base import Detector
from watchword.errors import DetectorError

CASE = Path(__file__).parents[3] / "shared" / "cases" / "18-one-class-head.json"
WIDE = Frame("c", 0, np.zeros((720, 1280, 3), np.uint8))


def frame(w, h, patches=(), camera="c", colour=(0, 0, 255), time=0):
    """Black, with patches (left, top, right, bottom) of a colour: blue, green, red."""
    image = np.zeros((h, w, 3), np.uint8)
    for left, top, right, bottom in patches:
        image[top:bottom, left:right] = colour
    return Frame(camera, time, image)


def told(table):
    return [(table.label(k), round(float(table.scores[k]), 6), table.boxes[k].tolist()) for k in range(len(table))]


def cells(model):
    out = np.zeros(model["output"], np.float32)
    for column, values in model["columns"].items():
        out[0, : len(values), int(column)] = values
    return out


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("turned", [False, True], ids=["columns", "rows"])
def test_one_class_heads_are_read_the_right_way_round(tmp_path: Path, k: int, turned: bool):
    if not CASE.exists():
        pytest.skip(f"{CASE.name} is not here")
    case = json.loads(CASE.read_text("utf-8"))
    model = case["models"][k]
    out = cells(model)
    path = constant(tmp_path / "m.onnx", {"output0": out.swapaxes(1, 2) if turned else out})
    if turned:  # nothing tells whether its fifth column is a class: refused, or, told, the same
        with pytest.raises(DetectorError, match="1×8400×"):
            OnnxDetector(path, labels=[*model["labels"], "other"])
    head = "yolov8" if turned else ""
    table = OnnxDetector(path, labels=model["labels"], head=head).detect([WIDE])
    have, want = told(table), model["expect"]
    assert [(label, score) for label, score, _ in have] == [(w["label"], w["score"]) for w in want]
    np.testing.assert_allclose([box for *_, box in have], [w["box"] for w in want], atol=case["tolerance_px"])


def test_what_lies_in_the_padding_is_nowhere_and_what_reaches_into_it_ends_at_the_frame(tmp_path: Path):
    out = np.zeros((1, 5, 8400), np.float32)
    out[0, :, 0] = [320, 60, 40, 40, 0.9]
    out[0, :, 1] = [320, 140, 40, 40, 0.8]
    table = OnnxDetector(constant(tmp_path / "m.onnx", {"o": out}), labels=["person"]).detect([WIDE])
    assert told(table) == [("person", 0.8, [600.0, 0.0, 680.0, 40.0])]


@pytest.mark.parametrize("size", [(64, 64), (96, 64)])
@pytest.mark.parametrize("shape", [(64, 64), (128, 64), (64, 128), (200, 100)])
@pytest.mark.parametrize("fit", ["letterbox", "corner", "stretch"])
def test_a_patch_is_found_where_it_is(tmp_path: Path, size, shape, fit: str):
    w, h = shape
    patch = (w // 2, h // 2, w // 2 + w // 3, h // 2 + h // 3)
    detector = OnnxDetector(red(tmp_path / "m.onnx", size), fit=fit, score=0.9)
    table = detector.detect([frame(w, h, [patch])])
    assert len(table) > 0
    slack = 0.5 + 8 * max(w / size[0], h / size[1])
    for box in table.boxes:
        assert (box[:2] >= np.array(patch[:2]) - slack).all()
        assert (box[2:] <= np.array(patch[2:]) + slack).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.uint8])
@pytest.mark.parametrize("last", [False, True], ids=["nchw", "nhwc"])
def test_any_input_type_and_order_sees_the_same(tmp_path: Path, dtype, last: bool):
    plain = OnnxDetector(red(tmp_path / "a.onnx"), score=0.9).detect([frame(64, 64, [(8, 8, 32, 32)])])
    table = OnnxDetector(red(tmp_path / "b.onnx", dtype=dtype, last=last), score=0.9).detect(
        [frame(64, 64, [(8, 8, 32, 32)])]
    )
    assert len(plain) == 10  # nine cells of 8 px and one of 16
    np.testing.assert_allclose(table.boxes, plain.boxes)
    np.testing.assert_allclose(table.scores, plain.scores, atol=1e-3)


def test_the_order_of_colours_is_what_is_said(tmp_path: Path):
    blue = frame(64, 64, [(8, 8, 32, 32)], colour=(255, 0, 0))
    path = red(tmp_path / "m.onnx")
    assert len(OnnxDetector(path).detect([blue])) == 0
    assert len(OnnxDetector(path, pixels="bgr 0-1", score=0.9).detect([blue])) == 10


def test_imagenets_mean_and_deviation(tmp_path: Path):
    """(1 − 0.485) / 0.229 = 2.249 for the reddest red, which this model gives back as its score: refused as a score."""
    with pytest.raises(DetectorError, match=r"scores of up to 2\.25"):
        OnnxDetector(red(tmp_path / "m.onnx"), pixels="rgb imagenet").detect([frame(64, 64, [(8, 8, 32, 32)])])


def test_cameras_are_run_together_where_the_model_allows_it(tmp_path: Path):
    frames = [frame(64, 64, [(8 * k, 8, 8 * k + 16, 24)], camera=f"c{k}", time=k) for k in range(5)]
    for batch, most, runs in (("n", 8, 1), ("n", 2, 3), (1, 8, 5), (4, 8, 2)):
        detector = OnnxDetector(red(tmp_path / "m.onnx", batch=batch), batch=most)
        calls, run = [], detector._graph.run
        detector._graph.run = lambda x, calls=calls, run=run: (calls.append(len(x)), run(x))[1]  # type: ignore[method-assign]
        both = detector.detect(frames)
        assert len(calls) == runs
        assert both.cameras == ("c0", "c1", "c2", "c3", "c4")
        assert both.times.tolist() == [0, 1, 2, 3, 4]
        for one in frames:
            alone = detector.detect([one])
            assert told(alone) == told(both.at(one.camera)) != []


def test_a_model_of_any_size_takes_the_size_said(tmp_path: Path):
    out = np.zeros((1, 5, 8400), np.float32)
    path = constant(tmp_path / "m.onnx", {"o": out}, (1, 3, "h", "w"))
    assert "640×640" in OnnxDetector(path, labels=["person"]).describe()
    with pytest.raises(DetectorError, match="320×320"):
        OnnxDetector(path, labels=["person"], size=(320, 320))
    named = constant(tmp_path / "n.onnx", {"o": out[..., :2100]}, (1, 3, "h", "w"), metadata={"imgsz": "[320, 320]"})
    assert "320×320" in OnnxDetector(named, labels=["person"]).describe()


def test_what_runs_it_is_said(tmp_path: Path):
    """The first that is there of those asked for; threads are as many as said."""
    path = red(tmp_path / "m.onnx")
    detector = OnnxDetector(
        path, threads=1, providers=["nosuch", ("cpu", {"arena_extend_strategy": "kSameAsRequested"})]
    )
    assert detector.provider == "CPU"
    assert detector.describe().endswith("on CPU with 1 thread")
    assert OnnxDetector(path).describe().endswith("on CPU with 2 threads")
    session = detector._graph._session
    assert session.get_session_options().intra_op_num_threads == 1
    assert session.get_session_options().inter_op_num_threads == 1


def test_tiles_find_small_things_and_report_each_once(tmp_path: Path):
    path = red(tmp_path / "m.onnx", (64, 64))
    small = frame(640, 640, [(100, 100, 124, 124), (500, 260, 524, 284)])
    assert len(OnnxDetector(path, score=0.5).detect([small])) == 0
    table = OnnxDetector(path, score=0.5, tiles=(5, 5)).detect([small])
    centres = (table.boxes[:, :2] + table.boxes[:, 2:]) / 2
    for x, y in ((112, 112), (512, 272)):
        assert (np.abs(centres - [x, y]).max(axis=1) < 16).any()
    assert all(len(table.at("c").boxes[np.abs(centres - p).max(axis=1) < 30]) <= 4 for p in ((112, 112), (512, 272)))


def test_labels_are_words_that_rules_can_name(tmp_path: Path):
    path = constant(
        tmp_path / "m.onnx", {"o": cells({"output": [1, 6, 8400], "columns": {"0": [320, 320, 64, 64, 0, 1]}})}
    )
    (tmp_path / "l.txt").write_text("# two\nT-Shirt\nTraffic light\n")
    (tmp_path / "l.json").write_text('{"0": "T-Shirt", "1": "Traffic light"}')
    for labels in (
        ["T-Shirt", "Traffic light"],
        {0: "T-Shirt", 1: "Traffic light"},
        tmp_path / "l.txt",
        tmp_path / "l.json",
    ):
        detector = OnnxDetector(path, labels=labels)
        assert detector.labels == ("t_shirt", "traffic_light")
        assert detector.detect([WIDE]).label(0) == "traffic_light"
    assert len(OnnxDetector(path, labels=["a", "b"], only=["a"]).detect([WIDE])) == 0
    assert OnnxDetector(path, labels=["a", "b"], rename={"b": "person"}).detect([WIDE]).label(0) == "person"
    with pytest.raises(DetectorError, match="no class is named dog"):
        OnnxDetector(path, labels=["a", "b"], only=["dog"])


def test_labels_in_the_file_are_taken(tmp_path: Path):
    out = cells({"output": [1, 6, 8400], "columns": {"0": [320, 320, 64, 64, 0, 1]}})
    for key, text in (("names", "{0: 'van', 1: 'lorry'}"), ("labels", '["van", "lorry"]'), ("classes", "van,lorry")):
        path = constant(tmp_path / "m.onnx", {"o": out}, metadata={key: text})
        assert OnnxDetector(path).labels == ("van", "lorry")


def test_a_mapping_names_some_classes_and_leaves_the_others_out(tmp_path: Path):
    out = np.zeros((1, 84, 8400), np.float32)
    out[0, [0, 1, 2, 3, 4], 0] = [100, 300, 40, 40, 0.9]
    out[0, [0, 1, 2, 3, 6], 1] = [300, 300, 40, 40, 0.9]
    detector = OnnxDetector(constant(tmp_path / "m.onnx", {"o": out}), labels={0: "person"})
    assert detector.labels == ("person",)
    assert len(detector.detect([WIDE])) == 1


def test_a_mapping_may_name_few_of_any_number_of_classes(tmp_path: Path):
    out = np.zeros((1, 4 + 12, 8400), np.float32)
    out[0, [0, 1, 2, 3, 4 + 9], 0] = [320, 320, 40, 40, 0.9]
    out[0, [0, 1, 2, 3, 4 + 10], 1] = [100, 320, 40, 40, 0.9]
    path = constant(tmp_path / "m.onnx", {"o": out})
    assert told(OnnxDetector(path, labels={9: "person", 2: "dog"}).detect([WIDE])) == [
        ("person", 0.9, [600.0, 320.0, 680.0, 400.0])
    ]
    with pytest.raises(DetectorError, match="1×16×8400"):
        OnnxDetector(path, labels={12: "person"})  # there are 0 to 11


def test_a_head_that_is_told_without_labels_says_how_many_it_would_need(tmp_path: Path):
    path = constant(tmp_path / "m.onnx", {"o": np.zeros((1, 7, 8400), np.float32)})
    with pytest.raises(DetectorError, match=r"(?s)not of the head `yolov8`.*would have to be 3 \(head yolov8\)"):
        OnnxDetector(path, head="yolov8")


REFUSED = [
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"labels": ["a", "b"]}, r"84×8400.*2 labels(?s:.*)80 \(head yolov8\)"),
    ({"o": np.zeros((1, 7, 8400), np.float32)}, {}, r"no labels(?s:.*)say labels=…"),
    ({"o": np.zeros((1, 1000), np.float32)}, {}, r"`o` 1×1000(?s:.*)no head that is known"),
    ({"o": np.zeros((1, 300, 6), np.float32)}, {"labels": None, "head": "yolov10"}, 'say labels=(?s:.*)"coco"'),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"head": "yolov9"}, "there is no head `yolov9`"),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"head": "fastestdet"}, "not of the head `fastestdet`"),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"fit": "pad"}, "one of: letterbox, corner, stretch"),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"providers": ["tpu"]}, "nothing here runs models on tpu"),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"score": 0}, "numbers between 0 and 1"),
    ({"o": np.zeros((1, 84, 8400), np.float32)}, {"size": (320, 320)}, "takes 640×640 only"),
]


@pytest.mark.parametrize(("outputs", "options", "message"), REFUSED)
def test_what_is_not_understood_is_refused_with_what_to_say(tmp_path: Path, outputs, options, message: str):
    with pytest.raises(DetectorError, match=message):
        OnnxDetector(constant(tmp_path / "m.onnx", outputs), **options)


NONSENSE = [
    ([0.5, 0.5, 0.1, 0.2, 0.9], {}, 'coordinates of at most 0.5 taken for pixels(?s:.*)unit="fraction"'),
    ([320, 320, 64, 128, 0.9], {"unit": "fraction"}, 'up to 320 taken for fractions(?s:.*)unit="pixel"'),
    ([320, 320, 64, 128, 0.9], {"form": "corner"}, 'turned inside out(?s:.*)form="centre"'),
    ([320, 320, 64, 128, 34.0], {"head": "yolov8"}, "not of the head|scores of up to 34"),
]


@pytest.mark.parametrize(("column", "options", "message"), NONSENSE)
def test_boxes_of_nonsense_are_refused(tmp_path: Path, column, options, message: str):
    path = constant(tmp_path / "m.onnx", {"o": cells({"output": [1, 5, 8400], "columns": {"0": column}})})
    with pytest.raises(DetectorError, match=message):
        OnnxDetector(path, labels=["person"], **options).detect([WIDE])


@pytest.mark.parametrize(
    ("shape", "message"),
    [((1, 1, 640, 640), "no input takes pictures"), ((1, 10), "no input takes pictures")],
)
def test_a_model_that_takes_no_pictures_is_refused(tmp_path: Path, shape, message: str):
    with pytest.raises(DetectorError, match=message):
        OnnxDetector(constant(tmp_path / "m.onnx", {"o": np.zeros((1, 84, 8400), np.float32)}, shape))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path):
    (tmp_path / "m.onnx").write_bytes(b"<html>not found</html>")
    with pytest.raises(DetectorError, match="is no ONNX model"):
        OnnxDetector(tmp_path / "m.onnx")
    with pytest.raises(DetectorError, match="there is no such model"):
        OnnxDetector(tmp_path / "none.onnx")


def test_a_path_and_its_options_name_a_detector(tmp_path: Path):
    path = red(tmp_path / "red+blue.onnx")
    detector = load(f"{path}?score=0.4&rename=patch:person&tiles=2x1&pixels=rgb 0-1")
    assert isinstance(detector, Detector)
    assert (detector.name, detector.labels) == ("red+blue", ("person",))
    assert load(f"onnx:{path}+motion").labels == ("patch", "person", "vehicle")
    with pytest.raises(DetectorError, match="did you mean `score`"):
        load(f"{path}?scores=0.4")
    with pytest.raises(DetectorError, match="score=high cannot be read"):
        load(f"{path}?score=high")
    with pytest.raises(DetectorError, match="watchword models get yolox_s"):
        load("yolox_s")


def test_rules_speak_of_what_it_names(tmp_path: Path):
    path = red(tmp_path / "m.onnx")
    with Watch("person is visible > 1s", detector=f"{path}?rename=patch:person&score=0.9") as watch:
        fired = [
            a
            for k in range(30)
            for a in watch.step(frame(64, 64, [(32, 32, 64, 64)], time=k * 100_000_000))
            if a.state == "firing"
        ]
    assert fired
    assert fired[0].things[0].label == "person"


def written(path: Path, node=("Identity", "is"), opset: int = 13, version: int = 8, domain: str = "") -> Path:
    """A model with one node and one constant."""
    info, kind = helper.make_tensor_value_info, TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node(node[0], [node[1]], ["o"], domain=domain)], "g", [info("images", kind, [1, 3, 64, 64])],
        [info("o", kind, [1, 84, 84])], [numpy_helper.from_array(np.zeros((1, 84, 84), np.float32), "is")],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=version)
    path.write_bytes(made.SerializeToString())
    return path


def test_a_file_that_cannot_be_used_is_told_of_in_words(tmp_path: Path):
    """ONNX runtime's own words, of its source files and signatures, do not reach the user."""
    path = tmp_path / "m.onnx"
    whole = written(path).read_bytes()

    def says(content: bytes | None = None) -> str:
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DetectorError) as caught:
            OnnxDetector(path)
        text = str(caught.value)
        assert "[ONNXRuntimeError]" not in text
        assert "onnxruntime::" not in text
        return text

    assert "is empty" in says(b"")
    assert "is no ONNX model, or was cut off" in says(b"<html>not found</html>")
    assert "is no ONNX model, or was cut off" in says(whole[: len(whole) // 2])
    assert "Git LFS" in says(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    written(path, opset=99)
    assert "is written in opset 99" in says()
    written(path, version=99)
    assert "is written in version 99 of the format" in says()
    written(path, ("BatchedNMS_TRT", "images"), domain="trt")
    assert "an operator that the ONNX runtime installed does not have" in says()
    path.unlink()
    assert "there is no such model" in says()
    path.mkdir()
    assert "is a folder" in says()


def test_weights_that_lie_elsewhere_and_are_missing_are_named(tmp_path: Path):
    whole = onnx.load(written(tmp_path / "a.onnx"))
    onnx.save_model(whole, tmp_path / "m.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(DetectorError, match=r"(?s)weights are in another file.*weights\.bin.*beside the model"):
        OnnxDetector(tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("shape", "message"),
    [((1, 1000), "classify"), ((1, 21, 64, 64), "what each pixel is"), ((1, 1, 64, 64), "CrowdDetector")],
)
def test_models_of_other_kinds_are_known_for_what_they_are(tmp_path: Path, shape, message: str):
    with pytest.raises(DetectorError, match=f"no head that is known(?s:.*){message}"):
        OnnxDetector(constant(tmp_path / "m.onnx", {"o": np.zeros(shape, np.float32)}, (1, 3, 64, 64)))
