"""A model in ONNX runtime: what it takes, what it gives, and what runs it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from watchword.detect import failures
from watchword.errors import DetectorError

TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}
SIDE = 640
"""Width and height for a model that takes any and says none."""
Provider = str | tuple[str, Mapping[str, Any]]


class Graph:
    """A session of ONNX runtime with one input for pictures.

    Args:
        path: The file.
        threads: How many the runtime may use.
        providers: What may run it, the first that is there; names as ONNX runtime has them, or `cpu`, `cuda` …
        size: Width and height of the input, px, for a model that takes any.

    Attributes:
        path: The file.
        metadata: What it says of itself.
        inputs: Names of its inputs.
        outputs: Names of its outputs.
        size: Width and height of the input, px.
        last: Whether channels are the input's last axis.
        dtype: The input's type of number.
        batch: How many pictures it takes at once; None where any number.
        provider: What runs it.

    Raises:
        DetectorError: There is no file, it is no model, its input takes no pictures, or nothing asked for can run it.
    """

    def __init__(
        self, path: str | Path, threads: int, providers: Sequence[Provider], size: tuple[int, int] | None
    ) -> None:
        self.path = Path(path)
        where = str(path)
        failures.check(self.path)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # between frames the cores are others'
        try:
            self._session: Any = ort.InferenceSession(where, options, providers=_providers(providers, where))
        except DetectorError:
            raise
        except Exception as error:  # ONNX runtime has no root for its errors
            raise failures.loading(error, self.path) from None
        self.provider: str = self._session.get_providers()[0].removesuffix("ExecutionProvider")
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.inputs = tuple(i.name for i in self._session.get_inputs())
        self.outputs = tuple(o.name for o in self._session.get_outputs())
        self._find_input(size, where)
        self._extra = [i for i in self._session.get_inputs() if i.name != self._input]
        for other in self._extra:
            if len(other.shape) != 2 or other.shape[1] != 2 or "size" not in other.name:
                raise DetectorError(
                    f"its input `{other.name}` {other.shape} is not known",
                    where=where,
                    fix="export it with one input for pictures, or with `orig_target_sizes` beside it",
                )

    def _find_input(self, size: tuple[int, int] | None, where: str) -> None:
        for one in self._session.get_inputs():
            shape = list(one.shape)
            if len(shape) not in (3, 4) or one.type not in TYPES:
                continue
            axes = shape[-3:]
            last = axes[2] == 3 and axes[0] != 3
            if axes[2 if last else 0] not in (3, "channels", "num_channels", None):
                continue
            self._input, self.last, self.dtype = one.name, last, TYPES[one.type]
            self._axis = len(shape) == 4
            self.batch = (shape[0] if isinstance(shape[0], int) else None) if self._axis else 1
            height, width = axes[:2] if last else axes[1:]
            self.size = self._size((width, height), size, where)
            return
        listed = ", ".join(f"`{i.name}` {i.type} {i.shape}" for i in self._session.get_inputs())
        raise DetectorError(
            f"no input takes pictures: {listed}",
            where=where,
            fix="it needs one of b × 3 × height × width or b × height × width × 3; float32, float16 or uint8",
        )

    def _size(self, own: tuple[Any, Any], told: tuple[int, int] | None, where: str) -> tuple[int, int]:
        usual = told or _imgsz(self.metadata) or (SIDE, SIDE)
        made = tuple(o if isinstance(o, int) and o > 0 else u for o, u in zip(own, usual, strict=True))
        if told is not None and made != tuple(told):
            raise DetectorError(f"takes {made[0]}×{made[1]} only", where=where, fix="leave `size` out")
        return made[0], made[1]

    def room(self, count: int) -> NDArray[np.generic]:
        """An input for so many pictures, not yet filled: (count, 3, H, W), or (count, H, W, 3)."""
        w, h = self.size
        return np.zeros((count, h, w, 3) if self.last else (count, 3, h, w), self.dtype)

    def run(self, pictures: NDArray[np.generic]) -> list[NDArray[Any]]:
        """The outputs for pictures as `room` gives them.

        Raises:
            DetectorError: ONNX runtime cannot run it.
        """
        fed: dict[str, NDArray[Any]] = {self._input: pictures if self._axis else pictures[0]}
        for other in self._extra:
            kind = np.int64 if other.type == "tensor(int64)" else TYPES.get(other.type, np.int32)
            fed[other.name] = np.tile(np.array(self.size, kind), (len(pictures), 1))
        try:
            found: list[NDArray[Any]] = self._session.run(None, fed)
        except Exception as error:  # as above
            fix = "say batch=1" if len(pictures) > 1 else "say another `size`, or check the file"
            said = f"ONNX runtime cannot run it: {failures.reason(error)}"
            raise DetectorError(said, where=str(self.path), fix=fix) from None
        return [out.astype(np.float32) if out.dtype == np.float16 else out for out in found]

    def probe(self) -> list[NDArray[Any]]:
        """The outputs for a picture of even noise, which is nothing of anything: the same each time."""
        noise = np.random.default_rng(0).integers(90, 140, self.room(self.batch or 1).shape)
        return self.run((noise if self.dtype is np.uint8 else noise / 255).astype(self.dtype))

    def close(self) -> None:
        """Give the model back."""
        self._session = None


def _imgsz(metadata: Mapping[str, str]) -> tuple[int, int] | None:
    """Width and height that the file names: `imgsz`, height first."""
    try:
        given = ast.literal_eval(metadata.get("imgsz", ""))
    except (ValueError, SyntaxError):
        return None
    if isinstance(given, int):
        return given, given
    if isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(g, int) for g in given):
        return given[1], given[0]
    return None


def _providers(asked: Sequence[Provider], where: str) -> list[Any]:
    """Of what is asked for, what this machine has, in order."""
    there = {name.removesuffix("ExecutionProvider").lower(): name for name in ort.get_available_providers()}
    found: list[Any] = []
    for one in asked:
        name, options = (one, None) if isinstance(one, str) else one
        full = there.get(name.removesuffix("ExecutionProvider").lower())
        if full:
            found.append(full if options is None else (full, dict(options)))
    if not found:
        listed = ", ".join(str(one if isinstance(one, str) else one[0]) for one in asked)
        raise DetectorError(
            f"nothing here runs models on {listed or 'nothing'}", where=where, fix=f"there is: {', '.join(there)}"
        )
    return found
