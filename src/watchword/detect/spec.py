"""A detector by name: `motion+left`, `model.onnx`, or a fetched model; several joined by `+` are composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from watchword.detect.base import Detector
from watchword.errors import DetectorError
from watchword.models import MODELS, path_of
from watchword.scene import Scene

GROUP = "watchword.detectors"
DEFAULT = "motion+left"


def load(spec: str = DEFAULT, scenes: Mapping[str, Scene] | None = None) -> Detector:
    """The detector that a spec names.

    Args:
        spec: Parts joined by `+`. Each is the name of an entry point in the group `watchword.detectors`, a class or
            function called with `scenes=`; or a model: a path that ends in .onnx, or the name of one fetched with
            `watchword models get`. What a model has to be told follows its path, as in
            `people.onnx?labels=people.txt&score=0.4&only=person,car`.
        scenes: By camera name, what is known of each camera.

    Raises:
        DetectorError: There is no detector of a name, or it cannot be loaded or made.
    """
    names = [name.strip() for name in _parts(spec)]
    if len(set(names)) < len(names):
        raise DetectorError(f"`{spec}` names a detector twice", fix="name each once")
    made = [_one(name, scenes) for name in names]
    if len(made) == 1:
        return made[0]
    from watchword.detect.compose import Composed

    return Composed(made)


def _parts(spec: str) -> list[str]:
    """The parts between plus signs; one in the name of a file that is there belongs to it."""
    parts: list[str] = []
    for piece in spec.split("+"):
        joined = f"{parts[-1]}+{piece}" if parts else ""
        if joined and Path(_file(joined)).is_file():
            parts[-1] = joined
        else:
            parts.append(piece)
    return parts


def _file(name: str) -> str:
    return name.removeprefix("onnx:").partition("?")[0].strip()


def _one(name: str, scenes: Mapping[str, Scene] | None) -> Detector:
    file, told = _file(name), name.partition("?")[2]
    if name.startswith("onnx:") or file.lower().endswith(".onnx"):
        return _model(file, told)
    known = {point.name: point for point in entry_points(group=GROUP)}
    if file in MODELS and file not in known:
        place = path_of(MODELS[file])
        if not place.is_file():
            raise DetectorError(f"the model `{file}` is not here yet", fix=f"get it: watchword models get {file}")
        return _model(str(place), told, MODELS[file].options)
    if name not in known:
        near = get_close_matches(name, [*known, *MODELS], 3, 0.5) or sorted(known)
        listed = " or ".join(f"`{n}`" for n in near)
        raise DetectorError(
            f"there is no detector `{name}`",
            fix=f"did you mean {listed}?" if listed else "install a package that brings one",
        )
    try:
        factory = known[name].load()
    except Exception as error:
        raise DetectorError(f"the detector `{name}` cannot be loaded: {error}", fix="check its installation") from error
    detector = factory(scenes=scenes)
    if not isinstance(detector, Detector):
        raise DetectorError(
            f"what `{name}` made is no detector", fix="it needs name, labels, columns, detect, forget and close"
        )
    return detector


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _pair(text: str) -> tuple[int, int]:
    across, _, down = text.lower().partition("x")
    return int(across), int(down)


def _labels(text: str) -> str | list[str]:
    return text if text == "coco" or Path(text).is_file() or ("," not in text and "." in text) else _words(text)


def _renamed(text: str) -> dict[str, str]:
    return dict(word.split(":", 1) for word in _words(text))  # one without a colon is a ValueError


OPTIONS: dict[str, Callable[[str], Any]] = {
    "labels": _labels, "only": _words, "rename": _renamed, "score": float, "overlap": float, "head": str, "fit": str,
    "pixels": str, "form": str, "unit": str, "size": _pair, "batch": int, "tiles": _pair, "threads": int,
    "providers": _words,
}  # fmt: skip
"""What may follow a model's path, and how it is read."""


def _model(path: str, told: str, known: Mapping[str, str] | None = None) -> Detector:
    from watchword.detect.onnx import OnnxDetector

    options: dict[str, Any] = dict(known or {})
    for key, value in parse_qsl(told, keep_blank_values=True):
        if key not in OPTIONS:
            near = get_close_matches(key, OPTIONS, 1)
            fix = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(OPTIONS)}"
            raise DetectorError(f"a model has no option `{key}`", where=path, fix=fix)
        try:
            options[key] = OPTIONS[key](value)
        except ValueError:
            fix = "2x2" if OPTIONS[key] is _pair else "from:to,from:to" if key == "rename" else "a number"
            raise DetectorError(f"{key}={value} cannot be read", where=path, fix=f"write {fix}") from None
    return OnnxDetector(path, **options)
