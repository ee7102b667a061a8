"""Detectors: what turns pictures into boxes. Each is loaded when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchword.detect.base import Detector as Detector
    from watchword.detect.compose import Composed as Composed
    from watchword.detect.density import CrowdDetector as CrowdDetector
    from watchword.detect.density import CrowdEstimator as CrowdEstimator
    from watchword.detect.density import People as People
    from watchword.detect.density import Points as Points
    from watchword.detect.left import LeftDetector as LeftDetector
    from watchword.detect.motion import MotionDetector as MotionDetector
    from watchword.detect.onnx import OnnxDetector as Onnx  # noqa: F401 - a second name of it
    from watchword.detect.onnx import OnnxDetector as OnnxDetector
    from watchword.detect.spec import load as load

_HOME = {
    "Composed": "compose",
    "CrowdDetector": "density",
    "CrowdEstimator": "density",
    "Detector": "base",
    "LeftDetector": "left",
    "MotionDetector": "motion",
    "Onnx": "onnx:OnnxDetector",
    "OnnxDetector": "onnx",
    "People": "density",
    "Points": "density",
    "load": "spec",
}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, other = _HOME[name].partition(":")
    value = getattr(import_module(f"{__name__}.{module}"), other or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
