"""Why a model's file cannot be used, in words: what ONNX runtime says is written for those who build it."""

from __future__ import annotations

import re
from pathlib import Path

from watchword.errors import DetectorError

_OPERATOR = (
    r"No opset import for domain '(?P<what>[^']+)'|No Op registered for (?P<op>\S+)"
    r"|Fatal error: (?P<name>[\w.:]+) is not a registered|an implementation for (?P<kind>\S+)"
)
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"External data.*?(?:does not exist|failed).*?\"(?P<what>[^\"]+)\"|External data.*(?P<none>)",
        "its weights are in another file, which is not here: {what}",
        "put that file beside the model, under the name it had when the model was written",
    ),
    (
        r"Opset (?P<what>\d+) is under development.*till opset (?P<most>\d+)",
        "is written in opset {what}, and the ONNX runtime that is installed knows them up to {most}",
        "install a newer onnxruntime, or export the model with a lower opset",
    ),
    (
        r"Unsupported model IR version: (?P<what>\d+), max supported IR version: (?P<most>\d+)",
        "is written in version {what} of the format, and the ONNX runtime that is installed knows them up to {most}",
        "install a newer onnxruntime, or export the model with an older onnx",
    ),
    (
        _OPERATOR,
        "it needs an operator that the ONNX runtime installed does not have: {what}",
        "export it without operators of another runtime (such as TensorRT's), or install a newer onnxruntime",
    ),
    (
        r"Protobuf parsing failed|No graph was found|INVALID_PROTOBUF",
        "is no ONNX model, or was cut off on its way",
        "get the file again, and see that its size is right",
    ),
)


def check(path: Path) -> None:
    """Refuse what cannot be a model before it is loaded.

    Raises:
        DetectorError: There is no file, it is a folder, it is empty, or it only points to where the model is.
    """
    where = str(path)
    if path.is_dir():
        raise DetectorError("is a folder", where=where, fix="name the .onnx file in it")
    if not path.is_file():
        raise DetectorError("there is no such model", where=where, fix="check the path")
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DetectorError(f"cannot be read: {reason}", where=where, fix="check who may read it") from None
    if not start:
        raise DetectorError("is empty", where=where, fix="get the file again")
    if start.startswith(b"version https://git-lfs"):
        raise DetectorError(
            "only points to where the model is kept (Git LFS)", where=where, fix="get the model itself: git lfs pull"
        )


def loading(error: Exception, path: Path) -> DetectorError:
    """What ONNX runtime says of a file that it cannot load, for people."""
    text = " ".join(str(error).split())
    for pattern, what, fix in _KNOWN:
        if found := re.search(pattern, text):
            named = {key: value for key, value in found.groupdict().items() if value}
            named.setdefault("what", next(iter(named.values()), "it does not say which"))
            if "/" in named["what"]:
                named["what"] = Path(named["what"]).name
            return DetectorError(what.format(**named), where=str(path), fix=fix)
    return DetectorError(f"ONNX runtime cannot load it: {reason(error)}", where=str(path), fix="check the file")


def reason(error: Exception) -> str:
    """The last part of what ONNX runtime says, without its own source files and signatures."""
    text = " ".join(str(error).split())
    text = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text)
    text = re.sub(r"^Load model from .*? failed:", "", text)
    text = re.sub(r"/\S+\.(?:h|cc|cpp):\d+ .*?\) (?=\S)", "", text)
    return text[:240]
