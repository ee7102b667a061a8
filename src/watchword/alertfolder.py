"""A folder of alerts: `alerts.jsonl`, a picture for each alert that fires, and the film with its marks if wanted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import attrs
import numpy as np

from watchword import draw, evidence
from watchword.closing import Closing
from watchword.errors import DataError
from watchword.events import Alert, Notice, show_time
from watchword.lettering import Lettering
from watchword.marks import Box
from watchword.masks import masked
from watchword.privacy import Image, Standing, coarse, pixelate, uncovered
from watchword.scene import Scene
from watchword.video import FilmWriter, Frame
from watchword.watch import Watch

Hide = Literal["others", "people", "all", "nothing"]
OURS = ("alerts.jsonl", "film.mp4", "[0-9][0-9][0-9][0-9].jpg")


class AlertFolder(Closing):
    """Writes what a watch tells, as it tells it. A context manager.

    What an earlier run wrote here is replaced: `alerts.jsonl`, `film.mp4` and pictures named by four digits.

    Args:
        path: The folder; made where it is not there.
        watch: Whose alerts; with `history`, pictures show the last minute.
        hide: What is pixelated in pictures and films. "others" (the default): whatever is or may be a person, and all
            that does not belong to the place, as it was learned from the frames before, but the thing that an alert is
            about; where no second of the place is known, or nobody looked, everything. "people": only what the detector
            took for people. "all": the whole picture, but the thing that an alert is about. "nothing".
        film: Frames a second of the annotated film; None writes none.
        size: Width and height of pictures where there is no frame to draw on.

    Raises:
        DataError: The folder cannot be made or written to.
    """

    def __init__(
        self,
        path: str | Path,
        watch: Watch,
        *,
        hide: Hide = "others",
        film: float | None = None,
        size: tuple[int, int] = (1280, 720),
    ) -> None:
        self.path = Path(path)
        self._watch = watch
        if hide not in get_args(Hide):
            raise DataError(f"hide is {hide!r}", fix=f"it is one of {', '.join(get_args(Hide))}")
        self._hide = hide
        self._standing: dict[tuple[str, str], Standing] = {}
        self._rate = film
        self._size = size
        self._film: FilmWriter | None = None
        self._letters = Lettering()
        self._scenes: dict[tuple[str, str], Scene] = {}
        self._up: dict[str, draw.Told] = {}
        self.pictures: dict[str, Path] = {}
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for pattern in OURS:
                for old in self.path.glob(pattern):
                    old.unlink()
            self._lines = (self.path / "alerts.jsonl").open("w", encoding="utf-8")
        except OSError as error:
            raise DataError(f"cannot be written to: {error.strerror}", where=str(path), fix="give --out") from None

    def write(self, alerts: list[Alert], frame: Frame | None) -> None:
        """Write what a step has told, and the frame it was told at (None: there are only tracks).

        Give it the frames of steps that told nothing, too: from them it learns what belongs to the place.
        """
        if frame is not None:
            frame = masked(frame, self._watch.engine.camera(frame.camera).scene)
            if self._hide == "others":
                self._place(frame.camera).look(frame.time, frame.image)
        for alert in alerts:
            self._lines.write(json.dumps(alert.to_dict(), ensure_ascii=False) + "\n")
            if alert.state == "firing" and alert.id not in self.pictures:
                own = frame if frame is not None and frame.camera == alert.camera else None
                self.pictures[alert.id] = self._picture(alert, own)
            self._mark(alert)
        if alerts:
            self._lines.flush()
        if self._rate is not None and frame is not None:
            self._write_film(frame)

    def notice(self, notice: Notice) -> None:
        """Write what is told of a stream, where that is an alert: a view lost, or back."""
        if notice.alert is not None:
            self._lines.write(json.dumps(notice.alert.to_dict(), ensure_ascii=False) + "\n")
            self._lines.flush()

    def _picture(self, alert: Alert, frame: Frame | None) -> Path:
        if frame is None:
            w, h = self._size
            frame = Frame(alert.camera, alert.decided, np.full((h, w, 3), 96, np.uint8))
        shown = evidence.picture(self._watch, alert)
        things = [thing.box for thing in shown.things if thing.role == "thing" and not thing.person and thing.box]
        frame = attrs.evolve(frame, image=self._hidden(frame, things))
        image = draw.alert(frame, shown, blur=self._hide != "nothing", letters=self._letters)
        path = self.path / f"{len(self.pictures) + 1:04}.jpg"
        draw.save(path, image)
        return path

    def _place(self, camera: str) -> Standing:
        view = camera, self._watch.engine.camera(camera).preset
        return self._standing.setdefault(view, Standing())

    def _hidden(self, frame: Frame, things: Sequence[Box]) -> Image:
        """The picture without what may be somebody, but for these things; people that were detected come later."""
        image, clear = frame.image, frame.image
        if self._hide == "all":
            image = coarse(clear)
        elif self._hide == "others":
            others = self._place(frame.camera).others(clear)
            image = np.where(others[..., None], coarse(clear), clear)
        return uncovered(image, clear, things) if things and image is not clear else image

    def _mark(self, alert: Alert) -> None:
        """Keep who is up, for the film; an event is shown as long as its film's people are about."""
        if alert.state in ("firing", "stale"):
            self._up[alert.id] = draw.Told(alert.message or alert.why, [thing.id for thing in alert.things])
        elif alert.state == "resolved" and alert.since != alert.time:
            self._up.pop(alert.id, None)

    def _write_film(self, frame: Frame) -> None:
        assert self._rate is not None
        if self._film is None:
            self._film = FilmWriter(self.path / "film.mp4", self._rate, frame.size)
        tracks = self._watch.tracks
        camera = frame.camera
        engine = self._watch.engine
        view = camera, engine.camera(camera).preset
        if view not in self._scenes:  # made once: a scene checks every zone anew
            known = engine.places(camera)
            size = engine.camera(camera).frame or frame.size
            self._scenes[view] = Scene(frame=size, zones=known.zones, lines=known.lines)
        image = frame.image
        if self._hide != "nothing":
            seen = tracks is not None and camera in tracks.cameras
            ids = {number for told in self._up.values() for number in told.ids}
            image = self._hidden(frame, evidence.things_of(self._watch, camera, ids)) if seen else coarse(image)
            image = pixelate(image, evidence.people_boxes(self._watch, camera))
        image = draw.overlay(
            image,
            tracks.at(camera) if tracks is not None and camera in tracks.cameras else None,
            self._scenes[view],
            list(self._up.values()),
            when=show_time(frame.time),
            blur=False,
            letters=self._letters,
        )
        self._film.write(image)

    def close(self) -> None:
        """Finish the files."""
        self._lines.close()
        if self._film is not None:
            self._film.close()
