"""One camera, seen: the work that finding what moves and finding what was left have in common.

A picture is made small, compared with the background, and cut into blobs; about six times a second the background
learns and the things at rest are looked at. `Sights` keeps one `Sight` a camera and gives both detectors the same view
of a frame, so that together they cost as much as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.boxes import Boxes
from watchword.detect import blobs
from watchword.detect.background import Background, Image, Mask, distance
from watchword.detect.blobs import Arrival, Blobs
from watchword.detect.perspective import Perspective
from watchword.detect.settled import HIDDEN, Settled
from watchword.scene import Scene
from watchword.video import Frame

WIDTH = 360
"""Working width, px; frames are made smaller by the whole number that comes nearest."""
PAUSE = 0.15
"""Seconds between two looks at what rests."""
HOLE = 10.0
"""Seconds without a picture after which the background may be another."""
NEW_VIEW = 0.5
"""Share of the picture that has to differ, for a second, before the background is learned anew."""


@dataclass(frozen=True)
class View:
    """What was seen in one frame, in pixels of the frame.

    Attributes:
        moving: People and vehicles.
        kinds: left, removed or moved, for each thing at rest.
        boxes: float64 (n, 4), the things at rest.
        rest_since: int64 (n,), nanoseconds.
    """

    moving: Blobs
    kinds: tuple[str, ...]
    boxes: Boxes
    rest_since: NDArray[np.int64]


class Sight:
    """What is remembered of one camera."""

    def __init__(self, frame: Frame, scene: Scene | None) -> None:
        self.size = frame.size
        factor = max(1, round(frame.size[0] / WIDTH))
        self._small = (max(8, frame.size[0] // factor), max(8, frame.size[1] // factor))
        self._scale = np.array([frame.size[0] / self._small[0], frame.size[1] / self._small[1]] * 2)
        image = self._shrink(frame)
        self._background = Background(image)
        self._settled = Settled(image.shape[:2])
        self._perspective = Perspective(self._small, scene)
        self._start = self._looked = frame.time
        self._strange = 0.0
        self._pause = 0.0

    def _shrink(self, frame: Frame) -> Image:
        small = cv2.resize(frame.image, self._small, interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(small, (3, 3), 0)

    def look(self, frame: Frame) -> View:
        """See one frame."""
        image = self._shrink(frame)
        elapsed = (frame.time - self._looked) / 1e9
        back = self._background
        if elapsed < PAUSE:
            raw = back.differs(image)
            if back.light.changed(image, back.back, raw):
                back.light.measure(image, back.back, raw, 0.0)
                back.rebound()
                raw = back.differs(image)
            return self._view(self._blobs(image, raw, elapsed))
        self._pause = elapsed
        now = back.learn(image, elapsed, self._settled.held)
        raw = back.differs(image)
        if self._is_new(raw, elapsed):
            self._relearn(image)
            now, raw = image, back.differs(image)
        found = self._blobs(image, raw, 0.0)
        self._settled.update(now, raw, back, found.boxes[~found.vehicle], self._perspective, elapsed)
        self._looked = frame.time
        return self._view(found)

    def _blobs(self, image: Image, raw: Mask, since_look: float) -> Blobs:
        """People and vehicles in a picture, working pixels; heights are learned from those of a look."""
        back = self._background
        mask = blobs.tidy(self._without_things(raw, image))
        arrival = Arrival(back.arrived, back.stirred, back.age + since_look, self._pause, back.evidence)
        return blobs.find(mask, back.shade(image, mask), arrival, self._perspective, since_look == 0)

    def _is_new(self, raw: Mask, elapsed: float) -> bool:
        share = np.count_nonzero(raw) / raw.size
        if share > NEW_VIEW or (elapsed > HOLE and share > NEW_VIEW / 2):
            self._strange += min(elapsed, 2.0)
        else:
            self._strange = 0.0
        return self._strange >= 1.0

    def _relearn(self, image: Image) -> None:
        """Begin the background anew; what is known to lie there stays known."""
        self._strange = 0.0
        self._background.restart(image)
        self._settled.begin_again(self._background)

    def _without_things(self, raw: Mask, image: Image) -> Mask:
        """The mask without the things at rest, where they are seen."""
        if not self._settled.things:
            return raw
        mask = raw.copy()
        light = self._background.light
        tolerance = cv2.convertScaleAbs(self._background.tolerance, alpha=1.5 * float(light.gain.mean()))
        for thing in self._settled.things:
            place = thing.place
            off = distance(image[place], light.apply(thing.patch, place))
            mask[place][(off < tolerance[place]) & (thing.near > 0)] = 0
        return mask

    def _view(self, found: Blobs) -> View:
        things = [t for t in self._settled.things if t.hidden <= HIDDEN]
        boxes = np.array([t.box for t in things]).reshape(-1, 4) * self._scale
        back = self._background
        ages = np.array([back.age - t.since for t in things])
        since = np.array([self._looked - round(a * 1e9) for a in ages], np.int64)
        moving = Blobs(found.boxes * self._scale, found.vehicle, found.members, found.scores)
        return View(moving, tuple(t.kind for t in things), boxes, np.maximum(since, self._start))


class Sights:
    """The sights of several cameras, shared by the detectors that look through them."""

    def __init__(self, scenes: Mapping[str, Scene] | None = None) -> None:
        self.scenes = dict(scenes or {})
        self._of: dict[str, Sight] = {}
        self._last: dict[str, tuple[Frame, View]] = {}

    def look(self, frame: Frame) -> View:
        """See one frame; asked again for the same frame, the answer is the same."""
        last = self._last.get(frame.camera)
        if last is not None and last[0] is frame:
            return last[1]
        sight = self._of.get(frame.camera)
        if sight is None or sight.size != frame.size:
            sight = self._of[frame.camera] = Sight(frame, self.scenes.get(frame.camera))
        view = sight.look(frame)
        self._last[frame.camera] = (frame, view)
        return view

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera."""
        self._of.pop(camera, None)
        self._last.pop(camera, None)

    def close(self) -> None:
        """Drop everything."""
        self._of.clear()
        self._last.clear()
