"""JSON as other systems send it: safely read, with words for what is not as it should be."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from watchword.errors import DataError
from watchword.interop.boxfile import lines
from watchword.tracks import Id

Message = Mapping[str, Any]
Box = tuple[float, float, float, float]
FAR = 1e6
"""No picture is a million pixels wide; numbers beyond are faults."""
_FILLED = re.compile(r"\S")


class Refusal(ValueError):  # noqa: N818 - an error to nobody but the message
    """Why a message, or a thing in it, was left out.

    Attributes:
        reason: The kind of reason, one of few, to be counted.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


def unfit(what: str, value: object) -> Refusal:
    """Why a field cannot be used: it is not there, or is of another type."""
    return Refusal("field missing" if value in (None, "") else "field of the wrong type", f"{what} is {_kind(value)}")


def parse(data: str | bytes) -> object:
    """What a text of JSON holds.

    Raises:
        Refusal: It is none.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise Refusal("no JSON", "nested too deeply") from None
    except UnicodeDecodeError:
        raise Refusal("no JSON", "the bytes are no UTF-8") from None
    except ValueError as error:
        raise Refusal("no JSON", str(error)) from None


def mapping(what: str, value: object) -> Message:
    """A JSON object.

    Raises:
        Refusal: It is something else.
    """
    if not isinstance(value, Mapping):
        raise unfit(what, value)
    return value


def text(what: str, value: object) -> str:
    """Text that is not empty, trimmed.

    Raises:
        Refusal: It is something else.
    """
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise unfit(what, value)


def number(what: str, value: object) -> float:
    """A finite number; text that holds one counts.

    Raises:
        Refusal: It is something else.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise TypeError
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise unfit(what, value) from None
    if not math.isfinite(found):
        raise Refusal("number not finite", f"{what} is {found}")
    return found


def whole(what: str, value: object) -> int:
    """A whole number of at most 64 bits, also as text.

    Raises:
        Refusal: It is something else.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError
        found = int(value)
    except (TypeError, ValueError):
        raise unfit(what, value) from None
    if not -(2**63) <= found < 2**64:
        raise Refusal("id over 64 bits", f"{what} is {_kind(value)}")
    return found


def ident(what: str, value: object) -> Id:
    """A thing's id: a whole number, or the text that stands there.

    Raises:
        Refusal: It is something else.
    """
    if isinstance(value, str) and not value.strip().lstrip("+-").isdecimal():
        return text(what, value)
    return whole(what, value)


def word(name: str) -> str:
    """A class name as rules can speak of it: `Traffic light` is `traffic_light`, `LicensePlate` is `license_plate`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"\W+", "_", parted.lower()).strip("_")


def label(value: object) -> str:
    """The class of a thing, as rules can speak of it.

    Raises:
        Refusal: Nothing is left of it.
    """
    found = word(text("label", value))
    if not found:
        raise unfit("label", value)
    return found


def score(value: object) -> float:
    """A confidence from 0 to 1; 1 where nothing is said, as by a number below 0."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return 1.0
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return 1.0
    return min(found, 1.0) if found >= 0 else 1.0  # neither is NaN


def corners(left: float, top: float, right: float, bottom: float) -> Box:
    """A box in pixels by its corners.

    Raises:
        Refusal: It has no area, or is far beyond any picture.
    """
    for what, value in (("left", left), ("top", top), ("right", right), ("bottom", bottom)):
        if abs(value) > FAR:
            raise Refusal("box beyond any picture", f"{what} is {value:g}")
    if right <= left:
        raise Refusal("box without area", f"left is {left:g}, right is {right:g}")
    if bottom <= top:
        raise Refusal("box without area", f"top is {top:g}, bottom is {bottom:g}")
    return left, top, right, bottom


def _kind(value: object) -> str:
    """What stands there, in words."""
    if value in (None, ""):
        return "empty" if value == "" else "not there"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"a list of {len(value)}"
    shown = repr(value) if not isinstance(value, int) or -(2**70) < value < 2**70 else "a number of over 70 bits"
    return shown if len(shown) <= 40 else f"{shown[:37]}…"


def records(path: str | Path) -> Iterator[tuple[int, object]]:
    """The values of a file of JSON, each with the line it begins in: one a line, one after the other, or one list.

    A line that is no JSON comes as the `Refusal` that says why. Before the JSON of a line may stand its topic.

    Raises:
        DataError: No file, or no text.
    """
    rows = lines(path)
    filled = [(at, row) for at, row in enumerate(rows, 1) if row.strip()]
    heads = [_tried(row) for _, row in filled[:2]]
    first = heads[0]
    if filled[0][1].strip() == "[" or all(isinstance(head, Refusal) for head in heads):  # no message a line
        yield from _spread("\n".join(rows), str(path))
        return
    if len(filled) == 1 and isinstance(first, list):
        yield from ((filled[0][0], value) for value in first)
        return
    for at, row in filled:
        yield at, _tried(row)


def _tried(row: str) -> object:
    """A line of a recorded stream: JSON, its topic before it where the recorder writes that; or why it is none."""
    start = row.find("{")
    if start > 0 and " " not in row[:start].strip() and row[0] not in '["':
        row = row[start:]
    try:
        return parse(row)
    except Refusal as refusal:
        return refusal


def _spread(whole_text: str, where: str) -> Iterator[tuple[int, object]]:
    """Values laid out over many lines."""
    decoder = json.JSONDecoder()
    at, line = 0, 1
    while True:
        begin = _past_blanks(whole_text, at)
        line += whole_text.count("\n", at, begin)
        if begin == len(whole_text):
            return
        try:
            value, at = decoder.raw_decode(whole_text, begin)
        except RecursionError:
            fix = "no message is; check that it is unchanged"
            raise DataError("is JSON nested too deeply", where=f"{where}:{line}", fix=fix) from None
        except ValueError as error:
            message, place = str(error), line
            if isinstance(error, json.JSONDecodeError):
                message, place = error.msg, error.lineno
            raise DataError(
                f"is no JSON: {message}", where=f"{where}:{place}", fix="give one message a line, or one list of them"
            ) from None
        yield from ((line, one) for one in (value if isinstance(value, list) else [value]))
        line += whole_text.count("\n", begin, at)


def _past_blanks(whole_text: str, at: int) -> int:
    found = _FILLED.search(whole_text, at)
    return found.start() if found else len(whole_text)
