"""Small ONNX models, built as tests need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the onnx package builds the models of these tests")
helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto

KINDS = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float16): TensorProto.FLOAT16,
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.uint8): TensorProto.UINT8,
    np.dtype(np.int64): TensorProto.INT64,
    np.dtype(np.int32): TensorProto.INT32,
}


def save(
    path: Path,
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    constants: Mapping[str, Any],
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A graph as a file."""
    made = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    graph = helper.make_graph(list(nodes), "g", list(inputs), list(outputs), made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in (metadata or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    path.write_bytes(model.SerializeToString())
    return path


def constant(
    path: Path,
    outputs: Mapping[str, Any],
    shape: Sequence[Any] = (1, 3, 640, 640),
    *,
    dtype: Any = np.float32,
    metadata: Mapping[str, str] | None = None,
    more: Mapping[str, tuple[Any, Sequence[Any]]] | None = None,
) -> Path:
    """A model that says the same of every picture."""
    inputs = [helper.make_tensor_value_info("images", KINDS[np.dtype(dtype)], list(shape))]
    inputs += [
        helper.make_tensor_value_info(k, KINDS[np.dtype(kind)], list(shape))
        for k, (kind, shape) in (more or {}).items()
    ]
    arrays = {k: np.asarray(v) for k, v in outputs.items()}
    says = [helper.make_tensor_value_info(k, KINDS[v.dtype], v.shape) for k, v in arrays.items()]
    nodes = [helper.make_node("Identity", [f"{k}_is"], [k]) for k in arrays]
    return save(path, nodes, inputs, says, {f"{k}_is": v for k, v in arrays.items()}, metadata)


def red(
    path: Path,
    size: tuple[int, int] = (64, 64),
    *,
    batch: Any = 1,
    last: bool = False,
    dtype: Any = np.float32,
    channel: int = 0,
    boxes_in: str = "pixel",
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A model of YOLOv8's layout that sees: each cell of 8, 16, 32 px scores the mean of one channel, 0 to 1, there.

    Its boxes are the cells, so that where a coloured patch is found tells how the frame was put into the input.
    """
    w, h = size
    kind = KINDS[np.dtype(dtype)]
    shape = [batch, h, w, 3] if last else [batch, 3, h, w]
    nodes, constants = [], {"at": np.array([channel]), "end": np.array([channel + 1]), "axis": np.array([1])}
    whole = "images"
    if dtype != np.float32:
        nodes.append(helper.make_node("Cast", [whole], ["float"], to=TensorProto.FLOAT))
        whole = "float"
    if last:
        nodes.append(helper.make_node("Transpose", [whole], ["first"], perm=[0, 3, 1, 2]))
        whole = "first"
    nodes.append(helper.make_node("Slice", [whole, "at", "end", "axis"], ["one"]))
    centres, parts = [], []
    for stride in (8, 16, 32):
        nodes.append(
            helper.make_node("AveragePool", ["one"], [f"p{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2)
        )
        constants[f"s{stride}"] = np.array([0, 1, -1])
        nodes.append(helper.make_node("Reshape", [f"p{stride}", f"s{stride}"], [f"f{stride}"]))
        parts.append(f"f{stride}")
        y, x = np.mgrid[: h // stride, : w // stride]
        side = np.full(x.size, float(stride))
        centres.append(np.stack(((x.ravel() + 0.5) * stride, (y.ravel() + 0.5) * stride, side, side)))
    nodes.append(helper.make_node("Concat", parts, ["scores"], axis=2))
    top = 255.0 if dtype == np.uint8 else 1.0
    constants["top"] = np.array(top, np.float32)
    nodes.append(helper.make_node("Div", ["scores", "top"], ["unit"]))
    boxes = np.concatenate(centres, axis=1)[None].astype(np.float32)
    if boxes_in == "fraction":
        boxes = boxes / np.array([w, h, w, h], np.float32)[:, None]
    constants["boxes"] = boxes.astype(np.float32)
    constants["zero"] = np.array(0, np.float32)
    # the boxes, once a picture
    nodes.append(helper.make_node("Mul", ["unit", "zero"], ["nothing"]))
    nodes.append(helper.make_node("Add", ["nothing", "boxes"], ["repeated"]))
    nodes.append(helper.make_node("Concat", ["repeated", "unit"], ["output0"], axis=1))
    inputs = [helper.make_tensor_value_info("images", kind, shape)]
    outputs = [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [batch, 5, boxes.shape[2]])]
    return save(path, nodes, inputs, outputs, constants, {"names": "{0: 'patch'}", **(metadata or {})})
