"""What all adapters do: a library's tracker for each camera and kind of thing, and one table of what they say.

Most libraries count frames and know no time. Such a tracker is given the frames that a camera missed as frames without
boxes, so that its memory lasts as long as it should; the rate is told, or measured by the camera's first looks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from watchword import boxes as bx
from watchword.boxes import Boxes, Floats
from watchword.detections import MEMBERS, NEVER, REST_SINCE, Detections, missing
from watchword.errors import DataError, StateError
from watchword.track.labels import ALIKE
from watchword.track.match import Index
from watchword.tracks import End, Tracks
from watchword.units import SECOND

MEASURED = 4
"""Looks of a camera by which its rate is measured."""
LONGEST_HOLE = 10.0
"""Seconds without a look after which a tracker that counts frames begins anew."""
STAYING = (REST_SINCE.name, MEMBERS.name)


@attrs.frozen(eq=False)
class Told:
    """What a library's tracker says of one look.

    Attributes:
        keys: The library's numbers of what it reports, k of them.
        boxes: (k, 4), left, top, right, bottom.
        rows: (k,) the box of this look that each was matched with; -1 where its place is only expected.
        alive: All numbers that may be said again.
    """

    keys: Sequence[Hashable]
    boxes: Boxes
    rows: Index
    alive: AbstractSet[Hashable]


class Follower(Protocol):
    """A library's tracker of one camera and one kind of thing."""

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:
        """The next frame, its boxes (n, 4) and scores (n,), seconds since the camera's first look."""
        ...


@attrs.define(eq=False)
class _Thing:
    id: int
    seen: int
    score: float
    labels: dict[str, int] = attrs.field(factory=dict)
    staying: dict[str, Any] = attrs.field(factory=dict)

    @property
    def label(self) -> str:
        return max(self.labels, key=self.labels.__getitem__)


@attrs.define(eq=False)
class _Camera:
    """What is remembered of a camera. `rate` is 0 until it is known; boxes were seen up to the edges of `view`."""

    first: int
    last: int
    rate: float
    view: Floats = attrs.field(factory=lambda: np.zeros(4))
    early: list[Detections] = attrs.field(factory=list)
    followers: dict[str, Follower] = attrs.field(factory=dict)
    things: dict[tuple[str, Hashable], _Thing] = attrs.field(factory=dict)


@attrs.define(eq=False, kw_only=True)
class Adapter(ABC):
    """Another package's tracker, as Watchword needs it.

    Attributes:
        fps: Looks a second. Where not given, a tracker that counts frames measures it by a camera's first four looks,
            and reports nothing until then. A rate that changes later is not noticed.
        options: Passed to the library's tracker.
        alike: Labels that detectors take for each other: things of one such set are followed together.
        name: What the terminal calls it.

    Raises:
        DataError: The rate is not above 0, or the library knows no such option.
    """

    fps: float | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)
    alike: tuple[frozenset[str], ...] = ALIKE
    name: str = ""
    _cameras: dict[str, _Camera] = attrs.field(factory=dict, init=False)
    _last_ids: dict[str, int] = attrs.field(factory=dict, init=False)

    COUNTS: ClassVar[bool] = True
    """Whether the library counts frames; else it is told the time."""
    NOMINAL: ClassVar[float] = 30.0
    """The rate that a library which is told the time is made for."""

    def __attrs_post_init__(self) -> None:
        if self.fps is not None and not 0 < self.fps < float("inf"):
            raise DataError(f"the tracker's fps is {self.fps}", fix="give looks a second, above 0")
        try:
            self._follower(self.fps or self.NOMINAL)
        except (TypeError, ValueError) as error:
            raise DataError(f"{self.name}: {error}", fix="`options` are those of the library's tracker") from error

    @abstractmethod
    def _follower(self, fps: float) -> Follower:
        """A new tracker of the library's, with nothing in it."""

    def track(self, detections: Detections) -> Tracks:
        """What the library knows of this tick. See `watchword.track.base.Tracker`.

        Boxes are as the library reports them, labels those that led so far, scores those of the last box.

        Raises:
            StateError: A camera looks at a time that is not later than its last look.
        """
        for camera, time in zip(detections.cameras, detections.times.tolist(), strict=True):
            have = self._cameras.get(camera)
            if have is not None and time <= have.last:
                raise StateError(
                    f"camera `{camera}` looks at {time} ns, after its look at {have.last} ns",
                    fix="give each camera rising times, and call forget(camera) where its stream begins anew",
                )
        found = Tracks.join([self._camera(camera, detections.at(camera)) for camera in detections.cameras])
        dropped = Counter(detections.dropped) + Counter(found.dropped)
        return attrs.evolve(found, dropped=dropped)

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera but the last number given, so that none is given twice."""
        self._cameras.pop(camera, None)

    def _camera(self, name: str, seen: Detections) -> Tracks:
        time = int(seen.times[0])
        if name not in self._cameras:
            self._cameras[name] = _Camera(time, time, self.fps or (0.0 if self.COUNTS else self.NOMINAL))
        camera = self._cameras[name]
        if camera.rate:
            return self._look(name, camera, seen)
        camera.early.append(seen)
        camera.last = time
        if len(camera.early) < MEASURED:
            return Tracks.of(name, time)
        apart = np.diff([int(look.times[0]) for look in camera.early])
        camera.rate = SECOND / float(np.median(apart))
        camera.last = camera.first
        looks, camera.early = camera.early, []
        told = [self._look(name, camera, look) for look in looks]
        return attrs.evolve(told[-1], ended=[end for one in told for end in one.ended])

    def _look(self, name: str, camera: _Camera, seen: Detections) -> Tracks:
        """One look of a camera whose rate is known."""
        time = int(seen.times[0])
        elapsed = (time - camera.last) / SECOND
        ended: list[End] = []
        if self.COUNTS and elapsed > LONGEST_HOLE:
            ended = [End(name, thing.id, thing.seen) for thing in camera.things.values()]
            camera.followers, camera.things = {}, {}
        elif self.COUNTS:
            for _ in range(round(elapsed * camera.rate) - 1):
                for kind in camera.followers:
                    self._step(name, camera, kind, None, time, ended)
        if len(seen):
            low, high = seen.boxes[:, :2].min(axis=0), seen.boxes[:, 2:].max(axis=0)
            camera.view = np.hstack((np.minimum(camera.view[:2], low), np.maximum(camera.view[2:], high)))
        kinds = [self._kind(seen.label(row)) for row in range(len(seen))]
        reported = []
        for kind in dict.fromkeys((*camera.followers, *kinds)):
            if kind not in camera.followers:
                camera.followers[kind] = self._follower(camera.rate)
                if time > camera.first:  # what a library takes for known in its first frame is not known in a later
                    self._step(name, camera, kind, None, camera.last, ended)
            rows = np.flatnonzero([k == kind for k in kinds])
            reported += self._step(name, camera, kind, (seen, rows), time, ended)
        camera.last = time
        return self._table(name, seen, reported, ended)

    def _kind(self, label: str) -> str:
        return next((min(group) for group in self.alike if label in group), label)

    def _step(
        self,
        name: str,
        camera: _Camera,
        kind: str,
        given: tuple[Detections, Index] | None,
        time: int,
        ended: list[End],
    ) -> list[tuple[_Thing, Floats, int]]:
        """One frame of one kind; what is reported: thing, box, row of the look or -1."""
        boxes, scores = np.empty((0, 4)), np.empty(0)
        if given is not None:
            boxes, scores = given[0].boxes[given[1]].copy(), given[0].scores[given[1]].copy()
        told = camera.followers[kind].step(boxes, scores, (time - camera.first) / SECOND)
        reported = []
        # In the order of the boxes given, so that numbers do not depend on a library's lists.
        for at in np.argsort(told.rows, kind="stable"):
            key, box, row = told.keys[at], told.boxes[at], int(told.rows[at])
            thing = camera.things.get((kind, key))
            if row >= 0 and given is not None:
                thing = self._see(name, camera, kind, key, time)
                self._note(thing, given[0], int(given[1][row]), time)
                reported.append((thing, box, int(given[1][row])))
            elif thing is not None and (box[:2] < camera.view[2:]).all() and (box[2:] > camera.view[:2]).all():
                reported.append((thing, box, -1))  # what is expected beyond all that was ever seen has left
        for which in [w for w in camera.things if w[0] == kind and w[1] not in told.alive]:
            thing = camera.things.pop(which)
            ended.append(End(name, thing.id, thing.seen))
        return reported

    def _see(self, name: str, camera: _Camera, kind: str, key: Hashable, time: int) -> _Thing:
        if (kind, key) not in camera.things:
            self._last_ids[name] = self._last_ids.get(name, 0) + 1
            camera.things[kind, key] = _Thing(self._last_ids[name], time, 0.0)
        return camera.things[kind, key]

    @staticmethod
    def _note(thing: _Thing, seen: Detections, row: int, time: int) -> None:
        label = seen.label(row)
        thing.labels[label] = thing.labels.get(label, 0) + max(time - thing.seen, 1)
        thing.seen, thing.score = time, float(seen.scores[row])
        thing.staying = {key: seen.extra[key][row] for key in STAYING if key in seen.extra}

    @staticmethod
    def _table(name: str, seen: Detections, reported: list[tuple[_Thing, Floats, int]], ended: list[End]) -> Tracks:
        rows = np.array([row for *_, row in reported], np.intp)
        things = [thing for thing, *_ in reported]
        extra: dict[str, NDArray[Any]] = {}
        for key, column in seen.extra.items():
            values = missing(key, column.dtype, len(rows))
            values[rows >= 0] = column[rows[rows >= 0]]
            if key in STAYING:
                for at in np.flatnonzero(rows < 0):
                    values[at] = things[at].staying.get(key, NEVER if key == REST_SINCE.name else 1.0)
            extra[key] = values
        table = Tracks.of(
            name,
            int(seen.times[0]),
            [thing.id for thing in things],
            np.array([box for _, box, _ in reported]).reshape(-1, 4),
            [thing.label for thing in things],
            [thing.score for thing in things],
            rows >= 0,
            ended,
            **extra,
        )
        gone = {end.id for end in ended}
        return table.take(np.array([i not in gone for i in table.ids.tolist()], np.bool_)) if gone else table


def rows_of(boxes: Boxes, seen: Boxes) -> Index:
    """Which of the boxes seen, (m, 4), each reported box, (k, 4), was made of: those that overlap most; else -1."""
    rows = np.full(len(boxes), -1, np.intp)
    if len(boxes) and len(seen):
        overlap = bx.iou(boxes, seen)
        one, other = linear_sum_assignment(overlap, maximize=True)
        rows[one] = np.where(overlap[one, other] > 0, other, -1)
    return rows


class Recent:
    """Numbers said lately: for libraries that do not say which of theirs may come again.

    Args:
        frames: How many frames after it was last said a number may come again.
    """

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._frame = 0
        self._said: dict[Hashable, int] = {}

    def alive(self, said: Sequence[Hashable]) -> AbstractSet[Hashable]:
        """Take in what was said in the next frame; all that may come again."""
        self._frame += 1
        self._said.update(dict.fromkeys(said, self._frame))
        for key in [k for k, frame in self._said.items() if self._frame - frame > self._frames]:
            del self._said[key]
        return self._said.keys()
