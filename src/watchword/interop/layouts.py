"""Which layout a file of boxes, places or messages has, and reading it.

MOTChallenge text, CSV; ETH, HERMES, Edinburgh; JSON of Frigate and DeepStream, ONVIF metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from watchword.errors import DataError
from watchword.interop import deepstream, edinburgh, eth, eventfile, frigate, hermes, mot
from watchword.interop.boxfile import BoxFile, lines
from watchword.interop.eventfile import EventFile
from watchword.interop.messages import Refusal, records
from watchword.scene import Scene, Size

Layout = Literal["boxes", "eth", "hermes", "edinburgh", "frigate", "deepstream", "onvif"]
EVENTS = ("frigate", "deepstream", "onvif")
"""Layouts whose times are dates."""


def layout(path: str | Path) -> Layout:
    """What a file holds, by how it begins: "boxes" is MOTChallenge text or CSV, and what is none of the others.

    Raises:
        DataError: It is not there, or no text, or JSON that is neither Frigate's nor DeepStream's.
    """
    if (start := _start(path)) in "<[{":
        return "onvif" if start == "<" else _json(path)
    text = lines(path)
    head = [line for line in text[:200] if line.strip()]
    if any("TRACK.R" in line for line in head):
        return "edinburgh"
    rows = [line.split() for line in head if line[0] not in "#%"][:50]
    if not rows or any(not _numbers(row) for row in rows):
        return "boxes"
    if all(len(row) == 8 and float(row[3]) == float(row[6]) == 0 for row in rows):
        return "eth"  # two columns of heights that are nought; in boxes they would be tops and scores
    return "hermes" if all(len(row) in (4, 5) for row in rows) else "boxes"


def read(
    path: str | Path, fps: float | None = None, *, camera: str | None = None, frame: Size | None = None
) -> tuple[Scene | None, BoxFile | EventFile]:
    """Read a file in the layout that it has.

    Args:
        path: The file.
        fps: Frames a second, where its rows bear frames and no times.
        camera: The camera's name, where the file does not say; without it the file's name less its ending.
        frame: Width and height of the picture, where boxes may be in fractions of it.

    Returns:
        The scene that comes with the layout, None for files of boxes; and the boxes.

    Raises:
        DataError: It cannot be read.
    """
    kind = layout(path)
    if kind == "frigate":
        return None, eventfile.read_frigate(path, frame)
    if kind == "deepstream":
        return None, eventfile.read_deepstream(path)
    if kind == "onvif":
        return None, eventfile.read_onvif(path, frame, camera)
    if kind == "eth":
        return eth.read(path, fps or eth.FPS, camera=camera)
    if kind == "hermes":
        return hermes.read(path, fps, camera=camera)
    if kind == "edinburgh":
        return edinburgh.read(path, fps or edinburgh.FPS, camera=camera)
    return None, mot.read(path, fps, camera=camera)


def _numbers(fields: list[str]) -> bool:
    try:
        return bool([float(field) for field in fields])
    except ValueError:
        return False


def _start(path: str | Path) -> str:
    """The first letter of a file, ` ` where there is none or it is more than ASCII."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0")
    except OSError:
        return " "  # `lines` says why
    if head.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return "<"
    first, _, _ = head.partition(b"\n")
    if b" {" in first and first[:1].isalpha() and b"," not in first.partition(b" {")[0]:
        return "{"  # a topic before its message
    return head[:1].decode("ascii", "replace") or " "


def _json(path: str | Path) -> Layout:
    """Whose messages a file of JSON holds: those of the first that is one.

    Raises:
        DataError: It is of neither.
    """
    keys: list[str] = []
    for at, (_, value) in enumerate(records(path)):
        if deepstream.is_message(value):
            return "deepstream"
        if frigate.is_event(value):
            return "frigate"
        if isinstance(value, Refusal) and not at:
            keys = [str(value)]
        if isinstance(value, Mapping) and not keys:
            keys = [f"`{key}`" for key in list(value)[:6]]
        if at > 1000:
            break
    raise DataError(
        f"is JSON of a layout that is not known; it begins with {', '.join(keys) or 'no message'}",
        where=str(path),
        fix="known are events of Frigate (type, after …) and messages of DeepStream (@timestamp, sensorId, objects …)",
    )
