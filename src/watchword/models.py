"""Well-known detection models, and how to get one: nothing is fetched unless asked for.

A model goes into the user's cache folder. It is written beside its place, begun again where it was cut off, and put in
its place only when its size and SHA-256 are right.
"""

from __future__ import annotations

import hashlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from http.client import HTTPException
from pathlib import Path

import attrs

from watchword.errors import DetectorError

BLOCK = 1 << 16
TIMEOUT = 30.0
"""Seconds without an answer after which the source is given up."""
Progress = Callable[[int, int], None]
"""Called with the bytes that are there, and the bytes that there will be."""


@attrs.frozen
class Model:
    """A model that can be fetched.

    Attributes:
        name: What it is called here.
        task: What it finds.
        licence: Of the weights, by their authors' word (SPDX).
        source: Whose it is, and which release.
        url: Where the file is.
        size: Bytes.
        sha256: Of the file, hexadecimal.
        options: What `OnnxDetector` has to be told of it.
    """

    name: str
    task: str
    licence: str
    source: str
    url: str
    size: int
    sha256: str
    options: Mapping[str, str] = attrs.field(factory=dict)


_YOLOX = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"


def _yolox(size: str, of: int, sha256: str) -> Model:
    return Model(
        f"yolox_{size}", "80 classes of COCO", "Apache-2.0", "Megvii, YOLOX 0.1.1rc0", f"{_YOLOX}/yolox_{size}.onnx",
        of, sha256, {"head": "yolox", "labels": "coco"},
    )  # fmt: skip


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        _yolox("nano", 3_659_407, "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d"),
        _yolox("tiny", 20_219_662, "427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7"),
        _yolox("s", 35_858_002, "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063"),
    )
}
"""By name: few, permissively licensed, each with the size and SHA-256 of the file its authors published."""


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where models are kept: the user's cache folder, or what `WATCHWORD_MODELS` says."""
    if told := environment.get("WATCHWORD_MODELS"):
        return Path(told)
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "watchword" / "models"


def named(name: str) -> Model:
    """A model of the catalogue.

    Raises:
        DetectorError: There is none of that name.
    """
    if name not in MODELS:
        near = get_close_matches(name, MODELS, 1, 0.5)
        fix = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(MODELS)}"
        raise DetectorError(f"there is no model `{name}` in the catalogue", fix=fix)
    return MODELS[name]


def path_of(model: Model, into: Path | None = None) -> Path:
    """Where a model is, or would be."""
    return (into or folder()) / f"{model.name}.onnx"


def fetch(model: Model, into: Path | None = None, progress: Progress | None = None) -> Path:
    """Get a model, or find that it is there already.

    What a broken transfer left is gone on with; a file with another hash is never put in place.

    Args:
        model: Which.
        into: The folder; the user's cache where not given.
        progress: Told how far it has come.

    Returns:
        The file.

    Raises:
        DetectorError: The source cannot be reached, or gives something else, or the folder cannot be written to.
    """
    place = path_of(model, into)
    part = place.with_suffix(".part")
    try:
        if place.is_file() and _digest(place) == model.sha256:
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        if part.is_file() and part.stat().st_size >= model.size and _digest(part) != model.sha256:
            part.unlink()
        if not part.is_file() or part.stat().st_size < model.size:
            _transfer(model, part, progress)
        have = _digest(part)
        if have != model.sha256:
            part.unlink()
            raise DetectorError(
                f"what came is not the model: its SHA-256 is {have[:16]}…, not {model.sha256[:16]}…",
                where=model.url,
                fix="try again; if it stays so, the file was replaced at its source: do not use it",
            )
        part.replace(place)
    except urllib.error.HTTPError as error:
        fix = "try again later" if error.code >= 500 or error.code == 429 else "the file has moved: see where it is now"
        raise DetectorError(f"the source answers {error.code} {error.reason}", where=model.url, fix=fix) from None
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error) or type(error).__name__
        raise DetectorError(
            f"the source cannot be reached: {reason}",
            where=model.url,
            fix=f"go online and try again (what has come is kept), or put the file at {place} by hand",
        ) from None
    except OSError as error:
        raise DetectorError(
            f"cannot be written: {error.strerror or error}", where=str(place), fix="check the folder, or name another"
        ) from None
    return place


def _transfer(model: Model, part: Path, progress: Progress | None) -> None:
    """Bring the file, or what is missing of it."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(model.url, headers={"User-Agent": "watchword"})  # noqa: S310 - of the catalogue
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
        if answer.status != 206:  # the source gives it from the beginning
            have = 0
        with part.open("ab" if have else "wb") as file:
            while block := answer.read1(BLOCK):  # as it comes, so that little is lost
                have += len(block)
                if have > model.size:
                    file.close()
                    part.unlink()
                    raise DetectorError(
                        f"more came than the model's {model.size:,} bytes", where=model.url, fix="do not use it"
                    )
                file.write(block)
                if progress is not None:
                    progress(have, model.size)
    if have < model.size:
        raise ConnectionError(f"it broke off after {have:,} of {model.size:,} bytes")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
