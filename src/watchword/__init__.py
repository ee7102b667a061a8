"""Watchword: rules over camera footage.

Frames → detector → tracker → rules → alerts. The parts serve alone, too: a zone says what it contains, a tracker gives
boxes an identity, a rule file is checked without a camera.

    scene, detections, tracks     what is looked at, what is seen, what is known
    lang, words                   the rule language: read, checked, explained
    run                           the engine behind `Watch`
    detect, track                 the parts that a host may replace
    video, draw, privacy, sim     frames in, pictures out, and footage made to measure

Each name is loaded when it is asked for, so that a host with its own tracks never imports OpenCV.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Alert": "events",
    "Column": "detections",
    "DataError": "errors",
    "Detections": "detections",
    "DetectorError": "errors",
    "End": "tracks",
    "Frame": "video",
    "Ground": "scene",
    "Line": "scene",
    "Notice": "events",
    "Restored": "events",
    "RuleError": "errors",
    "RuleSet": "lang.ruleset",
    "Scene": "scene",
    "SceneError": "errors",
    "StateError": "errors",
    "Tracks": "tracks",
    "VideoError": "errors",
    "Watch": "watch",
    "WatchwordError": "errors",
    "Zone": "scene",
    "compile": "lang.ruleset",
    "frames": "video",
    "load": "lang.ruleset",
}
_PARTS = ("detect", "draw", "interop", "lang", "privacy", "sim", "track", "video", "words")

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"watchword.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'watchword' has no attribute {name!r}")
    value = getattr(import_module(f"watchword.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *_PARTS})
