"""Frames with their time, from films, folders of pictures, live sources and hosts.

Time is the film's own: integer nanoseconds from its first frame, taken from the time stamps in the file, or on the
clock where `start` says when the first frame was taken. No frame is counted to tell the time unless the file says
nothing of it, and then a note says so.

Reading films and pictures needs OpenCV, which is imported when the first one is opened and not before. FFmpeg, inside
OpenCV, may print a line about a damaged film to the standard error stream; only a setting of the whole process could
silence it, and that belongs to the host.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.closing import Closing
from watchword.errors import VideoError

SECOND = 1_000_000_000
Image = NDArray[np.uint8]
Clock = Callable[[], int]
Look = tuple[int, int, Callable[[], Image | None]]
"""A frame's number, its film time in nanoseconds, and what fetches its image (None: it cannot be decoded)."""


@attrs.frozen(eq=False)
class Frame:
    """One picture of one camera.

    Attributes:
        camera: The camera's name.
        time: When it was taken, integer nanoseconds.
        image: uint8 (height, width, 3), blue, green, red.
        index: Its number in the stream, from 0.
    """

    camera: str
    time: int
    image: NDArray[np.uint8]
    index: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.image.shape[1]), int(self.image.shape[0])


class Film(Closing):
    """Frames in a row, read as they are asked for: iterate over it, each time from the beginning. Memory is constant.

    A context manager: `close` gives back the file. One iteration at a time.

    Attributes:
        name: The file's or folder's name, for people.
        camera: The camera's name, which every frame bears.
        size: Width and height in pixels of the upright picture, as promised; a picture of another size in a folder is
            yielded as it is.
        fps: Frames a second as promised, or None where that is not known.
        duration: Seconds as promised, or None where that is not known.
        frame_count: How many frames there should be (a file's own word, not counted), or None.
        origin: Nanoseconds added to film time: the start on the clock, 0 where it is not known.
    """

    name: str
    camera: str
    size: tuple[int, int]
    fps: float | None = None
    duration: float | None = None
    frame_count: int | None = None

    def __init__(self, name: str, camera: str, origin: int, rate: float | None) -> None:
        self.name = name
        self.camera = camera
        self.origin = origin
        self._rate = rate

    @property
    @abstractmethod
    def notes(self) -> tuple[str, ...]:
        """What a person should know of this film: turned, cut off, unreadable in parts. Grows while reading."""

    @abstractmethod
    def _looks(self) -> Iterator[Look]: ...

    @abstractmethod
    def close(self) -> None:
        """Give the file back. An iteration under way ends."""

    def __iter__(self) -> Iterator[Frame]:
        wanted = _Thinning(self._rate) if self._rate else None
        for index, time, fetch in self._looks():
            if wanted is not None and not wanted(time):
                continue
            image = fetch()
            if image is not None:
                yield Frame(self.camera, self.origin + time, image, index)


class _Thinning:
    """Which frames to keep so that about `rate` a second remain: the first at or after each of evenly spaced times.

    One that repeats the time of a frame that was kept is kept, too: whoever takes the frames has to know of it.
    """

    # Containers that count in whole milliseconds are up to half of one early.
    SLACK = SECOND // 1000

    def __init__(self, rate: float) -> None:
        self._step = SECOND / rate
        self._first: int | None = None
        self._last = 0
        self._kept = 0
        self._turn = 0

    def __call__(self, time: int) -> bool:
        if self._first is None or time < self._last:
            self._first, self._turn = time, 0
        elif time == self._kept:
            return True
        self._last = time
        since = time - self._first + min(self.SLACK, self._step / 4)
        if since < self._turn * self._step:
            return False
        self._turn = int(since // self._step) + 1
        self._kept = time
        return True


def since_epoch(start: datetime | str | None) -> int:
    """Nanoseconds since 1970 in UTC of a time with its zone; 0 for None.

    Raises:
        VideoError: The text is no ISO 8601 time, or there is no zone.
    """
    if start is None:
        return 0
    fix = "write it with its zone, 2026-01-05T12:00:00+01:00"
    if isinstance(start, str):
        try:
            start = datetime.fromisoformat(start)
        except ValueError:
            raise VideoError(f"start {start!r} is no time", fix=fix) from None
    if start.tzinfo is None or start.utcoffset() is None:
        raise VideoError(f"start {start.isoformat()} has no time zone", fix=fix)
    past = start.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * SECOND + past.microseconds * 1000


def _positive(what: str, value: float | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise VideoError(f"{what} is {value!r}", fix="give frames a second, a number over 0")
    return float(value)


def frames(
    path: str | Path | int,
    *,
    camera: str | None = None,
    start: datetime | str | None = None,
    fps: float | None = None,
    rate: float | None = None,
    clock: Clock | None = None,
) -> Film:
    """The frames of a film, a folder of pictures or a live source, each with its time.

    Args:
        path: A film file; a folder of pictures; the address of a stream (rtsp://…) or the number of a device.
        camera: The camera's name; where not given, the file's or folder's name without its ending.
        start: When the first frame was taken (for pictures named by their second: second 0), with a time zone. Without
            it, times count from 0.
        fps: Frames a second. A folder needs it where its pictures are not named by their second (0042.jpg). For a film
            it replaces what the file says, where that is known to be wrong: its times are stretched to match.
        rate: Yield no more than about so many frames a second. Of the others, pictures are not opened, and frames of a
            film cost only their decoding.
        clock: For a live source that tells no times: called as each frame arrives, gives nanoseconds.

    Raises:
        VideoError: There is nothing to read, or it is no film; says what to do.
    """
    origin = since_epoch(start)
    fps, rate = _positive("fps", fps), _positive("rate", rate)
    if clock is not None and (start is not None or fps is not None):
        raise VideoError("both a clock and start or fps are given", fix="a clock tells the time by itself")
    if isinstance(path, int) or re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(path)):
        from watchword.recording import Recording

        name = f"device {path}" if isinstance(path, int) else re.sub(r"//[^/@]*@", "//", str(path))
        return Recording(path if isinstance(path, int) else str(path), name, camera or name, origin, fps, rate, clock)
    place = Path(path)
    if not place.exists():
        raise VideoError("there is no such file or folder", where=str(place), fix="check the path")
    if clock is not None:
        raise VideoError("a clock is given for a file", where=str(place), fix="a file has its own times: use `start`")
    name, camera = place.name or str(place.resolve()), camera or place.stem or place.resolve().stem
    if place.is_dir():
        from watchword.pictures import Pictures

        return Pictures(place, name, camera, origin, fps, rate)
    from watchword.recording import Recording, check_film

    check_film(place)
    return Recording(str(place), name, camera, origin, fps, rate, None)


class FilmWriter(Closing):
    """Writes a film, frame by frame, for people to look at. A context manager.

    The ending of the path says the kind: `.mp4` (MPEG-4 Visual), `.avi` and `.mkv` (Motion JPEG), `.webm` (VP8: slow,
    but plays in web browsers; OpenCV prints a line about its tag). OpenCV's wheels can write all of them. Of an odd
    size the last row or column is lost.

    Args:
        path: The film to write; its folder has to be there.
        fps: Frames a second.
        size: Width and height in pixels. A frame of another size is scaled to it.

    Raises:
        VideoError: The ending is another, there is no such folder, or OpenCV cannot write it.
    """

    KINDS = {".mp4": "mp4v", ".avi": "MJPG", ".mkv": "MJPG", ".webm": "VP80"}  # noqa: RUF012

    def __init__(self, path: str | Path, fps: float, size: tuple[int, int]) -> None:
        import cv2

        self.path = Path(path)
        self.size = (int(size[0]), int(size[1]))
        code = self.KINDS.get(self.path.suffix.lower())
        where = str(path)
        if code is None:
            known = ", ".join(self.KINDS)
            raise VideoError("a film cannot be written under this ending", where=where, fix=f"use one of {known}")
        if not self.path.parent.is_dir():
            raise VideoError("its folder is not there", where=where, fix=f"make the folder {self.path.parent}")
        if self.path.is_dir():
            raise VideoError("is a folder", where=where, fix="give the name of a file in it")
        if min(self.size) < 2:
            raise VideoError(f"a film of {size[0]}×{size[1]} pixels cannot be written", where=where)
        rate = _positive("fps", fps) or 0.0
        self._writer: Any = cv2.VideoWriter(where, cv2.VideoWriter.fourcc(*code), rate, self.size)
        if not self._writer.isOpened():
            raise VideoError(
                f"OpenCV cannot write a film here (codec {code})",
                where=where,
                fix="check that the folder can be written to, or try the ending .avi",
            )

    def write(self, image: Image) -> None:
        """Append a frame: uint8 (height, width, 3), blue, green, red.

        Raises:
            VideoError: The film is closed, or this is no picture.
        """
        import cv2

        if self._writer is None:
            raise VideoError("the film is closed", where=str(self.path), fix="write before close()")
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise VideoError(f"a frame is {image.dtype} {image.shape}", where=str(self.path), fix="uint8 (h, w, 3)")
        if (image.shape[1], image.shape[0]) != self.size:
            image = np.asarray(cv2.resize(image, self.size, interpolation=cv2.INTER_AREA), np.uint8)
        self._writer.write(np.ascontiguousarray(image))

    def close(self) -> None:
        """Finish the file. Calling it twice does nothing more."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None
