"""Text in pictures, in any language's letters, with no font shipped and none downloaded.

Where a letter comes from, first that has it:

1. the fonts the caller names;
2. the one inside Pillow, for plain Latin without accents, the same on every machine;
3. the system's fonts, where text is also shaped (Arabic is joined and runs from right to left);
4. the one inside OpenCV 5 (Latin, Greek, Cyrillic, Chinese, Japanese, Korean; Arabic unshaped), which OpenCV 4 has not;
5. the plain letter behind an accent (é is e), so that a word stays readable;
6. a hollow box, □: some letter is there, and no font has it. Installing a font, such as Noto Sans, mends it.

A text is set in one font where one has all of it.
"""

from __future__ import annotations

import math
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from watchword.errors import DataError

Mask = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red."""

NOWHERE = "\U0010ffff"  # no font has it: what is drawn for it stands for a missing letter
# Fonts with many letters, best first: those of Linux, Windows and macOS. Others are tried after them.
KNOWN = (
    *("notosans-regular", "notosans[", "dejavusans.", "segoeui.", "arial.", "helvetica.", "helveticaneue."),
    *("liberationsans-regular", "roboto-regular", "opensans-regular", "freesans.", "notosanscjk", "notosansjp"),
    *("notosanssc", "notosanskr", "msyh.", "pingfang.", "yugothm.", "malgun.", "wqy-microhei.", "wqy-zenhei."),
    *("hiragino", "droidsansfallback", "notosansarabic-regular", "notosanshebrew-regular", "geeza", "tahoma."),
    *("notosansdevanagari-regular", "notosansthai-regular", "nirmala.", "leelawui.", "arialuni", "unifont"),
)
# Letters of a kind a guard cannot read fast, or that are no letters.
LAST = ("italic", "oblique", "bold", "black", "thin", "light", "condensed", "mono", "serif", "symbol", "emoji")
PLAIN = dict(
    pair.split("=", 1)
    for pair in "ß=ss æ=ae Æ=AE ø=o Ø=O œ=oe Œ=OE ł=l Ł=L đ=d ı=i ×=x –=- —=- −=- ≥=>= ≤=<= →=-> ·=-".split()  # noqa: SIM905
)
NEVER = ("lastresort", "notdef", "blank", "emoji")


def font_folders() -> list[Path]:
    """Where this system keeps its fonts: those folders that are there."""
    home = Path.home() if os.environ.get("HOME") or os.environ.get("USERPROFILE") else Path("/")
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home / "AppData" / "Local"))
        given = [
            Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
            Path(local) / "Microsoft" / "Windows" / "Fonts",
        ]
    elif sys.platform == "darwin":
        given = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    else:
        data = os.environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
        shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        given = [Path(data) / "fonts", home / ".fonts", *(Path(d) / "fonts" for d in shared.split(":") if d)]
        given += [
            Path("/usr/share/fonts"),
            Path("/usr/local/share/fonts"),
            Path("/run/current-system/sw/share/X11/fonts"),
        ]
    return [folder for folder in dict.fromkeys(given) if folder.is_dir()]


def system_fonts(folders: Sequence[Path]) -> list[Path]:
    """Font files in these folders, those with many letters first."""
    found = {p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in {".ttf", ".otf", ".ttc"}}

    def order(path: Path) -> tuple[int, int, str]:
        name = path.name.lower()
        known = next((i for i, start in enumerate(KNOWN) if name.startswith(start)), len(KNOWN))
        return known, sum(word in name for word in LAST), str(path)

    return sorted((p for p in found if not any(word in p.name.lower() for word in NEVER)), key=order)


class _Face(Protocol):
    def has(self, letter: str) -> bool: ...

    def length(self, text: str, size: int) -> int: ...

    def mask(self, text: str, size: int) -> Mask: ...


class _File:
    """A font that Pillow reads: from a file, or its own where there is none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._sizes: dict[int, Any] = {}
        self._has: dict[str, bool] = {}
        self._nothing = self._shape(NOWHERE)

    def _font(self, size: int) -> Any:
        if size not in self._sizes:
            made = ImageFont.load_default(size) if self._path is None else ImageFont.truetype(str(self._path), size)
            self._sizes[size] = made
        return self._sizes[size]

    def _shape(self, letter: str) -> tuple[float, bytes]:
        font = self._font(24)
        return font.getlength(letter), bytes(font.getmask(letter, mode="L"))

    def has(self, letter: str) -> bool:
        if letter not in self._has:
            self._has[letter] = self._shape(letter) != self._nothing
        return self._has[letter]

    def length(self, text: str, size: int) -> int:
        return max(1, math.ceil(float(self._font(size).getlength(text))) + 1)

    def mask(self, text: str, size: int) -> Mask:
        image = Image.new("L", (self.length(text, size), line_height(size)))
        ImageDraw.Draw(image).text((0, baseline(size)), text, fill=255, font=self._font(size), anchor="ls")
        return np.asarray(image)


class _BuiltIn:
    """The font inside OpenCV 5."""

    def __init__(self, face: Any) -> None:
        self._face = face
        self._nothing = self.mask("?", 24)

    def has(self, letter: str) -> bool:
        return not np.array_equal(self.mask(letter, 24), self._nothing)

    def length(self, text: str, size: int) -> int:
        return int(self.mask(text, size).shape[1])

    def mask(self, text: str, size: int) -> Mask:
        put: Any = cv2.putText
        image = np.zeros((line_height(size), size * (len(text) + 1) * 2), np.uint8)
        put(image, text, (0, baseline(size)), (255,), self._face, size)
        used = np.flatnonzero(image.any(axis=0))
        spaces = (len(text) - len(text.rstrip())) * size // 4
        return image[:, : (int(used[-1]) + 2 if len(used) else 1) + spaces]


def line_height(size: int) -> int:
    """How many pixels high a line of text of this size is."""
    return math.ceil(size * 1.3)


def baseline(size: int) -> int:
    """How far below the top of a line its letters stand."""
    return round(size * 0.98)


class Lettering:
    """Draws text. Holds the fonts it has opened and the texts it has drawn last; make one and keep it.

    Args:
        fonts: Font files to be used first.
        folders: Where else to look for fonts; where not given, the system's folders, looked into only when Pillow's own
            font lacks a letter.

    Raises:
        DataError: A font given cannot be read.
    """

    KEPT = 500

    def __init__(self, fonts: Sequence[str | Path] = (), folders: Sequence[str | Path] | None = None) -> None:
        self._faces: list[_Face] = []
        for path in fonts:
            try:
                self._faces.append(_File(Path(path)))
            except OSError as error:
                raise DataError(f"is no font: {error}", where=str(path), fix="give a .ttf, .otf or .ttc file") from None
        self._faces.append(_File(None))
        self._folders = None if folders is None else [Path(f) for f in folders]
        self._more: Iterator[_Face] | None = None
        self._plain: dict[str, str] = {}
        self._masks: dict[tuple[str, int], Mask] = {}
        self._widths: dict[tuple[str, int], int] = {}

    def _others(self) -> Iterator[_Face]:
        for path in system_fonts(font_folders() if self._folders is None else self._folders):
            try:
                yield _File(path)
            except (OSError, ValueError):
                continue  # damaged, or of a kind without sizes
        made = getattr(cv2, "FontFace", None)
        if made is not None:
            yield _BuiltIn(made("sans"))

    def _known_faces(self) -> Iterator[_Face]:
        """All faces, those not opened yet last and one by one."""
        yield from list(self._faces)
        if self._more is None:
            self._more = self._others()
        for face in self._more:
            self._faces.append(face)
            yield face

    def _face(self, letter: str) -> _Face | None:
        return next((face for face in self._known_faces() if face.has(letter)), None)

    def readable(self, text: str) -> str:
        """The text as it can be drawn: é as e where no font has é, □ (U+25A1) where none has the letter at all."""
        return "".join(self._letter(c) for c in " ".join(text.split()))

    def _letter(self, letter: str) -> str:
        if letter not in self._plain:
            self._plain[letter] = self._found(letter)
        return self._plain[letter]

    def _found(self, letter: str) -> str:
        if letter.isspace():
            return " "
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Cs", "Co", "Cn"):
            return "□"
        if kind in ("Cf", "Mn", "Me", "Mc") or self._face(letter) is not None:
            return letter
        plain = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
        plain = PLAIN.get(plain, plain)
        return plain if plain.strip() and plain != letter and all(self._face(c) is not None for c in plain) else "□"

    def _one_face(self, text: str, last: _Face | None) -> _Face | None:
        """The face that has all of the text, if there is one; the last one used where it is signs and digits only."""
        letters = {c for c in text if not c.isspace() and unicodedata.category(c)[0] != "M"}
        joined = any(unicodedata.bidirectional(c) in ("R", "AL") for c in letters)
        faces = self._faces if last is None or any(c.isalpha() for c in letters) else [last, *self._faces]
        for face in faces:
            if all(face.has(c) for c in letters) and not (joined and isinstance(face, _BuiltIn) and len(letters) > 1):
                return face
        return None

    def _runs(self, text: str) -> list[tuple[_Face | None, str]]:
        """The text cut where its font changes; None is for hollow boxes. Neighbours in one font stay together."""
        if (whole := self._one_face(text, None)) is not None and "□" not in text:
            return [(whole, text)]
        runs: list[tuple[_Face | None, str]] = []
        last: _Face | None = None
        for number, word in enumerate(text.split(" ")):
            if number:
                runs.append((last or self._faces[0], " "))
            whole = self._one_face(word, last)
            for c in [word] if whole is not None and "□" not in word else word:
                face = None if c == "□" else whole or self._face(c) or self._faces[0]
                if runs and runs[-1][0] is face and runs[-1][1] != " ":
                    runs[-1] = (face, runs[-1][1] + c)
                elif len(runs) > 1 and runs[-1][1] == " " and runs[-2][0] is face:
                    runs[-2:] = [(face, runs[-2][1] + " " + c)]
                else:
                    runs.append((face, c))
                last = face or last
        return runs

    def _ready(self, text: str) -> list[tuple[_Face | None, str]]:
        return self._runs(unicodedata.normalize("NFC", self.readable(text)))

    def mask(self, text: str, size: int) -> Mask:
        """The text as a picture of one line, uint8 (line height, width), 255 where a letter covers all of a pixel."""
        if (text, size) not in self._masks:
            if len(self._masks) >= self.KEPT:
                self._masks.clear()
            parts = [_hollow(run, size) if face is None else face.mask(run, size) for face, run in self._ready(text)]
            self._masks[text, size] = np.hstack(parts) if parts else np.zeros((line_height(size), 1), np.uint8)
        return self._masks[text, size]

    def width(self, text: str, size: int) -> int:
        """How many pixels wide the text is."""
        if (text, size) not in self._widths:
            if len(self._widths) >= self.KEPT:
                self._widths.clear()
            self._widths[text, size] = sum(
                hollow_step(size) * len(run) if face is None else face.length(run, size)
                for face, run in self._ready(text)
            )
        return self._widths[text, size]

    def fit(self, text: str, size: int, width: int) -> str:
        """The text, or as much of its beginning as fits into the width, with … at its end."""
        text = " ".join(text.split())
        if self.width(text, size) <= width:
            return text
        text = text[: 10 * width // size]  # more letters than any line holds
        low, high = 0, len(text)
        while low < high:  # the longest beginning that fits
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.width(text[:middle] + "…", size) <= width else (low, middle - 1)
        return text[:low].rstrip() + "…"

    def wrap(self, text: str, size: int, width: int, lines: int) -> list[str]:
        """The text over at most so many lines, the last shortened with … where it is longer."""
        made: list[str] = []
        words = text.split()
        while words and len(made) < lines - 1:
            take = 1
            while take < len(words) and self.width(" ".join(words[: take + 1]), size) <= width:
                take += 1
            made.append(self.fit(" ".join(words[:take]), size, width))
            words = words[take:]
        return [*made, self.fit(" ".join(words), size, width)] if words else made

    def write(self, image: NDArray[np.uint8], x: int, y: int, text: str, size: int, colour: Colour) -> int:
        """Draw a line of text into the image, its top left corner at x, y; gives the x behind it.

        What lies outside the image is cut off.
        """
        mask = self.mask(text, size)
        h, w = mask.shape
        top, left = max(0, y), max(0, x)
        bottom, right = min(image.shape[0], y + h), min(image.shape[1], x + w)
        if top < bottom and left < right:
            share = mask[top - y : bottom - y, left - x : right - x, None].astype(np.float32) / 255
            under = image[top:bottom, left:right]
            under[:] = np.rint(under * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)
        return x + int(w)


def hollow_step(size: int) -> int:
    """How many pixels wide a hollow box is, with the room beside it."""
    return max(4, round(size * 0.7))


def _hollow(text: str, size: int) -> Mask:
    """A hollow box for each □ of the text."""
    step, side, line = hollow_step(size), max(3, round(size * 0.55)), max(1, size // 16)
    image = np.zeros((line_height(size), step * len(text)), np.uint8)
    bottom = baseline(size)
    for k, c in enumerate(text):
        if c == "□":
            left = k * step + 1
            image[bottom - side : bottom, left : left + side] = 255
            image[bottom - side + line : bottom - line, left + line : left + side - line] = 0
    return image
