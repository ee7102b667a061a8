"""What `run`, `detect` and `track` read: a film, a folder of pictures, or a file of boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil
from pathlib import Path
from queue import Full, Queue
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from watchword.detections import Detections
from watchword.errors import DataError, VideoError
from watchword.interop import layouts
from watchword.interop.boxfile import BoxFile
from watchword.interop.eventfile import EventFile
from watchword.scene import Scene
from watchword.tracks import Tracks
from watchword.units import SECOND
from watchword.video import Film, Frame, frames, since_epoch

START = "When the film began: 2026-01-05T12:00 by the clock of the scene's time zone, or 2026-01-05T12:00+01:00."
BOXES = (".txt", ".csv", ".json", ".jsonl", ".ndjson", ".xml")


@attrs.define
class Source:
    """A film or a file of boxes, whichever the path holds; the other is None. Some files bring a scene of their own."""

    name: str
    film: Film | None
    boxes: BoxFile | EventFile | None
    shift: int = 0
    scene: Scene | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it was read."""
        either = self.film or self.boxes
        return either.notes if either is not None else ()

    @property
    def origin(self) -> int:
        """The time that the film, or the file, counts from, ns."""
        if isinstance(self.boxes, EventFile):
            return self.boxes.start
        return self.film.origin if self.film is not None else self.shift

    @property
    def camera(self) -> str:
        """The camera's name."""
        return self.film.camera if self.film else (self.boxes.cameras[0] if self.boxes and self.boxes.cameras else "")

    @property
    def total(self) -> float | None:
        """Its length in seconds, as far as known."""
        if self.film is not None:
            return self.film.duration
        return self.boxes.duration / SECOND if self.boxes else None

    def size(self, scene: Scene | None) -> tuple[int, int]:
        """Width and height of a picture to draw on."""
        if self.film is not None:
            return self.film.size
        if scene is not None:
            return scene.frame
        w, h = self.boxes.extent if self.boxes else (0, 0)
        return max(320, ceil(w)), max(240, ceil(h))

    def looks(self) -> Iterator[tuple[int, Frame | None, Detections | Tracks | None]]:
        """Each look with its time (ns): a frame, or a table of boxes."""
        if self.film is not None:
            for frame in self.film:
                yield frame.time, frame, None
        elif self.boxes is not None:
            for table in self.boxes.ticks():
                moved: Any = table if not self.shift else _moved(table, self.shift)
                yield int(moved.times[0]), None, moved


def ahead(frames: Iterable[Frame], most: int = 8) -> Iterator[Frame]:
    """The same frames, read by a thread of their own a few ahead: decoding needs the other core, not ours."""
    ready: Queue[Frame | BaseException | None] = Queue(most)
    stop = Event()

    def put(item: Frame | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
            except Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            for frame in frames:
                if not put(frame):
                    return
            put(None)
        except BaseException as error:  # raised again where the frames are taken
            put(error)

    thread = Thread(target=read, name="watchword-frames", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _moved(table: Detections | Tracks, shift: int) -> Detections | Tracks:
    moved = attrs.evolve(table, times=table.times + np.int64(shift))
    if isinstance(moved, Tracks):
        return attrs.evolve(moved, ended=[attrs.evolve(e, time=e.time + shift) for e in moved.ended])
    return moved


def _zoned(start: str | None, view: Scene | None) -> str | None:
    """The start of a film with its zone: where it names none, by the clock where the camera hangs."""
    try:
        when = datetime.fromisoformat(start or "")
    except ValueError:
        return start  # refused where it is read
    if when.tzinfo is not None:
        return start
    if view is None or view.time_zone is None:
        fix = f"add how far its clock was ahead of London's, --start {start}+01:00, or give the scene a time zone"
        raise VideoError(f"start {start} says the time, but not where", fix=fix)
    return when.replace(tzinfo=ZoneInfo(view.time_zone)).isoformat()


def open_source(
    path: str, fps: float | None, start: str | None, rate: float | None = None, view: Scene | None = None
) -> Source:
    """The film, pictures or boxes at a path (or a stream's address).

    Args:
        path: Where it is.
        fps: Frames a second, where it does not say.
        start: When it began, where it does not say: with its zone, or by the clock of the scene's.
        rate: Look at no more frames a second.
        view: What the camera looks at, where it is known: the size of the picture that boxes are in, the time zone.

    Raises:
        VideoError: It is no film and no folder of pictures, or the start is no time.
        DataError: It is a file of boxes that cannot be read.
    """
    place, frame = Path(path), view.frame if view is not None else None
    start = _zoned(start, view)
    if place.suffix.lower() in BOXES:
        scene, boxes = layouts.read(place, fps, frame=frame)
        if isinstance(boxes, EventFile):
            if start is not None:
                raise DataError("its times are dates already", where=path, fix="leave out --start")
            return Source(place.name, None, boxes)
        return Source(place.name, None, boxes, since_epoch(start), scene)
    film = frames(path, fps=fps, start=start, rate=rate)
    return Source(film.name, film, None)
