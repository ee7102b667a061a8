"""The strip below a picture of an alert: what the rule says, how long it has held, and the last minute of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword import marks
from watchword.lettering import Colour, Lettering, line_height

if TYPE_CHECKING:
    from watchword.draw import AlertPicture, Part

Image = NDArray[np.uint8]
PAPER: Colour = (28, 24, 20)
SEVERITIES: dict[str, Colour] = {
    "info": marks.GREY,
    "low": marks.SKY,
    "medium": marks.YELLOW,
    "high": marks.ORANGE,
    "critical": marks.VERMILLION,
}
SHOWN = 5
"""At most so many parts get a bar."""


def lasting(seconds: float) -> str:
    """A time span as people say it: 9.5 s, 1 min 5 s, 2 h 10 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def strip(picture: AlertPicture, width: int, letters: Lettering) -> Image:
    """The strip as a picture of its own, uint8 (height, width, 3)."""
    unit = width / 40
    small, body, title, large = (round(unit * k) for k in (0.95, 1.05, 1.6, 2.2))
    pad = round(unit * 0.8)
    parts = picture.parts[:SHOWN]
    held = lasting(picture.held) if picture.held is not None else ""
    since = f"since {picture.since}" if picture.since else ""
    right = max(letters.width(held, large), letters.width(since, small))
    left_width = width - 2 * pad - (right + pad if right else 0)
    if letters.width(picture.title, title) > left_width:
        title = round(unit * 1.3)
    heading = letters.wrap(picture.title, title, left_width, 2)
    words = letters.wrap(picture.rule, body, left_width, 2)
    first = line_height(small) + round(unit * 0.3)
    second = len(heading) * line_height(title)
    text_height = second + len(words) * line_height(body)
    side_height = (line_height(large) if held else 0) + (line_height(small) if since else 0)
    row = line_height(small) + round(unit * 0.35)
    hidden = len(picture.parts) - len(parts)
    rows = len(parts) + (hidden > 0)
    bars_height = (row * rows + line_height(small) + round(unit * 0.4)) if parts else 0
    height = pad + first + max(text_height, side_height) + bars_height + pad
    image = np.full((height, width, 3), PAPER, np.uint8)

    y = pad
    _head(image, picture, pad, y, small, letters)
    y += first
    for k, line in enumerate(heading):
        letters.write(image, pad, y + k * line_height(title), line, title, marks.WHITE)
    for k, line in enumerate(words):
        letters.write(image, pad, y + second + k * line_height(body), line, body, marks.PALE)
    edge = width - pad
    if held:
        letters.write(image, edge - letters.width(held, large), y, held, large, marks.WHITE)
    if since:
        below = y + (line_height(large) if held else 0)
        letters.write(image, edge - letters.width(since, small), below, since, small, marks.PALE)
    y += max(text_height, side_height) + round(unit * 0.4)
    if parts:
        if hidden:
            letters.write(image, pad, y + len(parts) * row, f"+ {hidden} more", small, marks.PALE)
        _bars(image, picture, parts, y, row * rows, small, pad, letters)
    return image


def _head(image: Image, picture: AlertPicture, x: int, y: int, size: int, letters: Lettering) -> None:
    """Severity, camera and time in one line."""
    word = picture.severity.upper()
    inner = max(2, size // 3)
    w = letters.width(word, size) + 2 * inner
    cv2.rectangle(image, (x, y - 1), (x + w - 1, y + line_height(size)), SEVERITIES[picture.severity], -1)
    letters.write(image, x + inner, y, word, size, (0, 0, 0))
    end = image.shape[1] - x
    when = letters.fit(picture.when, size, (end - x) // 2)
    start = end - letters.width(when, size)
    letters.write(image, start, y, when, size, marks.WHITE)
    camera = letters.fit(picture.camera, size, max(0, start - (x + w) - 2 * size))
    letters.write(image, x + w + size // 2 + inner, y, camera, size, marks.PALE)


def _bars(
    image: Image,
    picture: AlertPicture,
    parts: tuple[Part, ...],
    y: int,
    height: int,
    size: int,
    pad: int,
    letters: Lettering,
) -> None:
    width = image.shape[1]
    start, end = round(width * 0.4), width - pad
    high = round(size * 1.15)
    row = line_height(size) + round(width / 40 * 0.35)
    for k, part in enumerate(parts):
        top = y + k * row
        letters.write(image, pad, top, letters.fit(part.text, size, start - pad - size // 2), size, marks.WHITE)
        _bar(image, part, picture.window, (start, top, end, top + high))
    bottom = y + height
    if picture.held is not None and 0 < picture.held <= picture.window:
        x = round(end - (end - start) * picture.held / picture.window)
        cv2.line(image, (x, y - 3), (x, bottom), marks.WHITE, max(1, size // 8))
    base = bottom - round(row * 0.05)
    for share in (0.0, 0.5, 1.0):
        text = "now" if share == 1 else f"{-picture.window * (1 - share):g} s"
        w = letters.width(text, size)
        x = round(start + share * (end - start) - w * share)
        letters.write(image, x, base, text, size, marks.PALE)
    _legend(image, pad, base, size, start - pad - size, letters)


def _bar(image: Image, part: Part, window: float, place: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = place
    cv2.line(image, (left, bottom), (right - 1, bottom), (90, 90, 90), 1)
    for begin, stop, state in part.spans:
        a = left + (right - left) * (max(begin, -window) + window) / window
        b = left + (right - left) * (min(stop, 0.0) + window) / window
        if stop > -window and begin < 0 and b > a:
            x1, x2 = round(a), max(round(a) + 1, round(b))
            _block(image[:, :x2], x1, x2, top, bottom, state)


def _block(image: Image, x1: int, x2: int, top: int, bottom: int, state: int) -> None:
    """One stretch: true is high and bright, false low, unknown hatched and of middle height."""
    high = bottom - top
    if state == 1:
        image[top:bottom, x1:x2] = marks.SKY
    elif state == 0:
        image[bottom - max(3, high // 3) : bottom, x1:x2] = marks.VERMILLION
    else:
        y1 = bottom - round(high * 0.65)
        image[y1:bottom, x1:x2] = (60, 60, 60)
        step = max(4, high // 3)
        rows, columns = np.mgrid[y1:bottom, x1:x2]
        image[y1:bottom, x1:x2][(rows + columns) % step < max(1, step // 3)] = marks.PALE


def _legend(image: Image, x: int, y: int, size: int, width: int, letters: Lettering) -> None:
    """What the heights and patterns mean, as far as there is room."""
    end, high = x + width, round(size * 0.8)
    top = y + round(size * 0.25)
    small = max(9, round(size * 0.85))
    for state, word in ((1, "true"), (0, "false"), (-1, "unknown")):
        w = size + letters.width(word, small) + size // 2
        if x + w > end:
            return
        _block(image, x, x + round(size * 0.8), top, top + high, state)
        x = letters.write(image, x + size, y + (size - small), word, small, marks.PALE) + size // 2
