"""A folder of pictures as a film."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from watchword.errors import StateError, VideoError
from watchword.video import SECOND, Film, Image, Look

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
LATEST = 2**63 // SECOND - 1


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which names sort as people count: 2.jpg before 10.jpg."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def read_picture(path: Path) -> Image | None:
    """The picture in a file, uint8 (height, width, 3), blue, green, red, turned upright; None where it is none."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None
    return None if image is None else np.asarray(image, np.uint8)


class Pictures(Film):
    """The pictures of one folder, in the order in which people count. Use `watchword.video.frames`.

    Without `fps` a picture's name is its second: 0042.jpg, 42.5.png. With `fps` the number at the end of its name tells
    its place, so that a missing picture leaves a hole; where names have no such number, pictures follow each other.
    Hidden files, and files of other kinds, are left alone.

    Raises:
        VideoError: No picture is there, the first that can be read does not exist, or names tell no second and there is
            no `fps`.
    """

    def __init__(
        self, folder: Path, name: str, camera: str, origin: int, fps: float | None, rate: float | None
    ) -> None:
        super().__init__(name, camera, origin, rate)
        self._where = str(folder)
        try:
            found = [p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and not p.name.startswith(".")]
        except OSError as error:
            raise VideoError(f"cannot be read: {error.strerror}", where=self._where, fix="check its rights") from None
        if not found:
            raise VideoError(
                "there are no pictures in this folder", where=self._where, fix=f"it takes {', '.join(sorted(ENDINGS))}"
            )
        found.sort(key=lambda p: natural(p.stem))
        self._paths = found
        self._times = self._placed(fps) if fps else self._seconds()
        self._unread: list[str] = []
        self._closed = False
        first = next((image for p in found if (image := read_picture(p)) is not None), None)
        if first is None:
            raise VideoError(
                f"none of its {len(found)} pictures can be read", where=self._where, fix="open one by hand"
            )
        self.size = (int(first.shape[1]), int(first.shape[0]))
        steps = np.diff(np.array(self._times))
        usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
        self.fps = fps or (SECOND / usual if usual else None)
        self.frame_count = len(found)
        self.duration = (self._times[-1] - self._times[0]) / SECOND + (1 / self.fps if self.fps else 0.0)

    def _seconds(self) -> list[int]:
        times = []
        for path in self._paths:
            if not re.fullmatch(r"\d+(\.\d+)?", path.stem):
                raise VideoError(
                    f"the name {path.name} does not tell its second",
                    where=self._where,
                    fix="say how many pictures a second with fps, or name each by its second: 0042.jpg",
                )
            whole, _, part = path.stem.partition(".")
            if int(whole) > LATEST:
                raise VideoError(
                    f"the number in {path.name} is too large for a second",
                    where=self._where,
                    fix="say how many pictures a second with fps",
                )
            times.append(int(whole) * SECOND + int((part + "0" * 9)[:9]))
        return times

    def _placed(self, fps: float) -> list[int]:
        ends = [re.search(r"(\d+)$", path.stem) for path in self._paths]
        numbers = [int(end[1]) for end in ends if end]
        rising = len(numbers) == len(ends) and all(a < b for a, b in pairwise(numbers))
        if not rising or numbers[-1] - numbers[0] > LATEST * fps:
            numbers = list(range(len(self._paths)))
        return [round((number - numbers[0]) * SECOND / fps) for number in numbers]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of these pictures. Grows while reading."""
        if not self._unread:
            return ()
        return (f"pictures that cannot be read: {len(self._unread)}, the first is {self._unread[0]}",)

    def close(self) -> None:
        """End an iteration under way."""
        self._closed = True

    def _looks(self) -> Iterator[Look]:
        if self._closed:
            raise StateError("the film is closed", where=self._where, fix="iterate before close()")
        self._unread = []
        for index, (path, time) in enumerate(zip(self._paths, self._times, strict=True)):
            if self._closed:
                return
            yield index, time, partial(self._fetch, path)

    def _fetch(self, path: Path) -> Image | None:
        image = read_picture(path)
        if image is None:
            self._unread.append(path.name)
        return image
