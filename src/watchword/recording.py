"""Films and live sources, read by OpenCV.

What OpenCV 4 and 5 give as the time of a frame (`CAP_PROP_POS_MSEC` after `grab`, FFmpeg backend) is the frame's own
time stamp in the container, less the stream's start; 0 where the container has none for this frame. An AVI whose codec
reorders frames starts at one frame instead of 0 and has no stamp for its last. So: the first frame is moved to 0, and a
later frame at 0 is one without a stamp, which is placed by the frame rate after the one before. `grab` fails on a
damaged frame as it does at the end; what stands behind the damage is read all the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from watchword.errors import StateError, VideoError
from watchword.video import SECOND, Clock, Film, Image, Look

# What a file starts with that is no film, and what to say of it.
_NO_FILM: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a zip archive", "unpack it first"),
    (b"\x1f\x8b", "is a gzip archive", "unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive", "unpack it first"),
    (b"%PDF", "is a PDF", ""),
    (b"\x89PNG", "is one picture", "give the folder that holds the pictures"),
    (b"\xff\xd8\xff", "is one picture", "give the folder that holds the pictures"),
)
PATIENCE = 300
"""So many failures in a row are the end of a file; fewer are damage, with frames behind it."""
_TEXT_FILMS = (b"#EXTM3U", b"v=0", b"YUV4MPEG2")  # a playlist, a session description, raw film with a head in words
_MOTION_JPEG = (".mjpg", ".mjpeg")


def check_film(path: Path) -> None:
    """Refuse what is plainly no film, before FFmpeg takes text for a picture of letters or prints about it.

    Raises:
        VideoError: The file cannot be read, is empty, text, an archive or a single picture.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise VideoError(
            f"cannot be read: {error.strerror}", where=where, fix="check the path and its rights"
        ) from None
    if not head:
        raise VideoError("the file is empty", where=where, fix="check that it was copied to its end")
    for start, what, fix in _NO_FILM:
        if head.startswith(start) and not (start == b"\xff\xd8\xff" and path.suffix.lower() in _MOTION_JPEG):
            raise VideoError(f"{what}, no film", where=where, fix=fix or "give a film, such as .mp4 or .avi")
    if not any(head.strip(b"\0")):
        raise VideoError("the file holds only zeros, no film", where=where, fix="check that it was copied to its end")
    if b"\0" not in head and not head.startswith(_TEXT_FILMS) and _is_text(head):
        raise VideoError("is text, no film", where=where, fix="give a film, such as .mp4 or .avi")


def _is_text(head: bytes) -> bool:
    try:
        head[:4000].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 8 and error.start > 0  # a letter cut in two at the end
    return True


class Recording(Film):
    """A film file, stream or device, read by `cv2.VideoCapture`. Use `watchword.video.frames`.

    The file's own rotation is honoured: frames come upright. Where the frames of a film change their size, OpenCV
    scales them to that of the first.

    Raises:
        VideoError: OpenCV cannot open it, or it has no frame that can be decoded.
    """

    def __init__(
        self,
        source: str | int,
        name: str,
        camera: str,
        origin: int,
        fps: float | None,
        rate: float | None,
        clock: Clock | None,
    ) -> None:
        super().__init__(name, camera, 0 if clock else origin, rate)
        self._source = source
        self._live = isinstance(source, int) or "://" in source
        self._where = name if self._live else str(source)
        self._clock = clock
        self._closed = False
        self._unread = 0
        self._unstamped = 0
        self._read = 0
        self._end = ""
        self._capture: cv2.VideoCapture | None = self._open()
        self._fresh = True
        get = self._capture.get
        self.size = (int(get(cv2.CAP_PROP_FRAME_WIDTH)), int(get(cv2.CAP_PROP_FRAME_HEIGHT)))
        said = get(cv2.CAP_PROP_FPS)
        said_fps = said if math.isfinite(said) and 0 < said <= 1000 else None
        self.fps = fps or said_fps
        self._pace = said_fps / fps if fps and said_fps else 1.0
        count = get(cv2.CAP_PROP_FRAME_COUNT)
        self.frame_count = int(count) if math.isfinite(count) and 0 < count < 1e9 else None
        if self.frame_count and self.fps:
            self.duration = self.frame_count / self.fps
        turn = get(cv2.CAP_PROP_ORIENTATION_META) % 360
        turned = turn and get(cv2.CAP_PROP_ORIENTATION_AUTO)
        self._turn = f"turned upright by {turn:.0f}°, as the file says" if turned else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of this film. Grows while reading."""
        found = [self._turn]
        if self._unstamped and self._unstamped >= self._read - 1:
            found.append(f"has no time stamps: frames are placed at {self.fps:g} a second")
        elif self._unstamped:
            found.append(f"frames without a time stamp, placed by {self.fps:g} a second: {self._unstamped}")
        if self._unread:
            found.append(f"frames that cannot be decoded: {self._unread}")
        found.append(self._end)
        return tuple(note for note in found if note)

    def _open(self) -> cv2.VideoCapture:
        try:
            capture = cv2.VideoCapture(self._source)
        except cv2.error as error:
            raise VideoError(f"cannot be opened: {error.err}", where=self._where, fix=self._advice()) from None
        if not capture.isOpened():
            raise VideoError("cannot be opened as a film", where=self._where, fix=self._advice())
        return capture

    def _advice(self) -> str:
        if isinstance(self._source, int):
            return "check that the device is there and no other program uses it"
        if "://" in self._source:
            return "check the address, name and password, and that the camera can be reached"
        return (
            "it may be cut off, or of a kind this OpenCV cannot read; `ffmpeg -i IN -c:v libx264 OUT.mp4` converts it"
        )

    def close(self) -> None:
        """Give the file back. An iteration under way ends."""
        self._closed = True
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _looks(self) -> Iterator[Look]:
        if self._closed:
            raise StateError("the film is closed", where=self._where, fix="iterate before close()")
        if not self._fresh or self._capture is None:
            if self._capture is not None:
                self._capture.release()
            self._capture = self._open()
        self._fresh = False
        self._unread = self._unstamped = self._read = 0
        self._end = ""
        capture = self._capture
        placed = _Placing(self)
        time = 0
        while self._grab(capture):
            stamp = capture.get(cv2.CAP_PROP_POS_MSEC)
            time = self._clock() if self._clock else placed(self._read, stamp, self._pace)
            yield self._read, time, self._fetch
            self._read += 1
        if self._closed or capture is not self._capture:
            return
        capture.release()
        self._capture = None
        self._check_end(time)

    def _grab(self, capture: cv2.VideoCapture) -> bool:
        """Go to the next frame, over damaged ones in a file; a live source that gives none has ended."""
        for tried in range(1 if self._live else PATIENCE):
            if capture.isOpened() and capture.grab():
                self._unread += tried
                return True
        return False

    def _fetch(self) -> Image | None:
        assert self._capture is not None
        done, image = self._capture.retrieve()
        if not done or image is None or not image.size:
            self._unread += 1
            return None
        if image.ndim == 2 or image.shape[2] == 1:
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        return np.asarray(image[..., :3], np.uint8)

    def missing_stamp(self) -> float:
        """Count a frame without a time stamp; gives the frame rate that is used instead."""
        self._unstamped += 1
        if self.fps is None:
            raise VideoError("tells neither times nor frames a second", where=self._where, fix="give fps")
        return self.fps

    def _check_end(self, time: int) -> None:
        if not self._read:
            raise VideoError("holds no frame that can be decoded", where=self._where, fix=self._advice())
        if self.duration is None or self.fps is None or self._clock:
            return
        lasted = time / SECOND + 1 / self.fps
        # Containers round, and count the sound's length in: less than a second says nothing in a long film.
        if self.duration - lasted > min(1.0, max(0.1 * self.duration, 3 / self.fps)):
            self._end = f"ends after {lasted:.1f} s of {self.duration:.1f} s; the file is damaged or cut off"


class _Placing:
    """Film time of each frame, nanoseconds, from what the container says."""

    def __init__(self, film: Recording) -> None:
        self._film = film
        self._first = 0.0
        self._anchor = (0, 0)

    def __call__(self, index: int, milliseconds: float, pace: float) -> int:
        if index == 0:
            self._first = milliseconds if math.isfinite(milliseconds) else 0.0
            return 0
        if milliseconds == 0.0 or not math.isfinite(milliseconds):
            at, time = self._anchor
            return time + round((index - at) * SECOND / self._film.missing_stamp())
        time = round((milliseconds - self._first) * 1e6 * pace)
        self._anchor = (index, time)
        return time
