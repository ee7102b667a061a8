"""What a tracker gets wrong, in words.

A short street is played to it: who walks, who is missed for a moment, who leaves, a car that stands; then nothing for a
minute, and somebody else. It is played again, mirrored, after `forget`, and for two cameras in one call.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.detections import Detections
from watchword.errors import WatchwordError
from watchword.testing.manners import Stop, refuse, watched
from watchword.track.base import Tracker
from watchword.tracks import Tracks
from watchword.units import SECOND

PARTS = ("name", "track", "forget")
WIDTH, HEIGHT = 640, 480
RATE = 10
LATER = 70.0
"""Seconds: when somebody new comes, long after all others have left."""
TOUCHING = 0.05
"""Overlap (IoU) under which a row that says `seen` is of no box."""
CROWD, PART = 8, 60
"""Things at a time, and looks a part, in the crowd that comes and goes."""
GROWTH = 8
"""Bytes of a thing that may be left when it is long gone."""
Sides = tuple[float, float, float, float]


@attrs.frozen
class TrackReport:
    """What was found of a tracker that is sound.

    Attributes:
        things: How many numbers it gave in the street, where four things come by.
        seconds: The slower half of its looks took longer than this.
    """

    things: int
    seconds: float


def check_tracker(tracker: Any) -> TrackReport:
    """Run a tracker and say everything that is wrong with it.

    Args:
        tracker: What is to be checked, with nothing in it yet.

    Raises:
        DetectorError: It breaks its contract: every fault that was found, a line each.
    """
    found: list[str] = []
    report = TrackReport(0, 0.0)
    _declared(tracker, found)
    if not found:
        with watched(found), contextlib.suppress(Stop):
            report = _Run(tracker, found).report()
    refuse("tracker", tracker, found)
    return report


def _declared(tracker: Any, found: list[str]) -> None:
    """What can be said of it before it runs."""
    if isinstance(tracker, type):
        found.append("it is a class: give one that is made")
        return
    missing = [part for part in PARTS if not hasattr(tracker, part)]
    if missing:
        found.append(f"it has no {', no '.join(missing)}")
        return
    found.extend(f"`{part}` cannot be called" for part in PARTS[1:] if not callable(getattr(tracker, part)))
    if not isinstance(tracker.name, str) or not tracker.name:
        found.append(f"`name` is {tracker.name!r}: give a word for the terminal")
    if not found and not isinstance(tracker, Tracker):
        found.append("it is no Tracker: name, track, forget")


def street(camera: str, *, mirrored: bool = False) -> Iterator[Detections]:
    """The looks of a street, ten a second: two people who walk, a car that stands, a minute later a bicycle."""
    for k in range(10 * RATE):
        second = k / RATE
        people: list[Sides] = []
        if second < 3.9 and not 2.0 < second < 2.4:  # missed for a moment
            people.append((50 + 150 * second, 200, 100 + 150 * second, 330))
        if 1.0 <= second <= 7.0:
            people.append((540 - 70 * second, 40, 590 - 70 * second, 160))
        cars: list[Sides] = [(300, 360, 480, 450)] if second < 8.0 else []
        yield _look(camera, second, people, cars, mirrored)
    for k in range(2 * RATE):
        yield _look(camera, LATER + k / RATE, [], [(20 + 4 * k, 380, 110 + 4 * k, 460)], mirrored, "bicycle")


def _look(
    camera: str, second: float, people: list[Sides], others: list[Sides], mirrored: bool, what: str = "car"
) -> Detections:
    boxes = np.array([*people, *others], float).reshape(-1, 4)
    boxes[:, 2] = np.minimum(boxes[:, 2], WIDTH)
    labels = ["person"] * len(people) + [what] * len(others)
    if mirrored:
        boxes[:, [0, 2]] = WIDTH - boxes[:, [2, 0]]
    return Detections.of(camera, round(second * SECOND), boxes, labels, np.full(len(boxes), 0.9))


def churn(camera: str, start: int) -> Iterator[Detections]:
    """Looks at things that each stay for a second, five a second; `start` is a look's number."""
    for k in range(start, start + PART):
        rng = np.random.default_rng(k // 5)
        place = rng.uniform((0, 0), (WIDTH - 30, HEIGHT - 60), (CROWD, 2))
        yield Detections.of(camera, k * SECOND // 5, np.hstack((place, place + np.array([30, 60]))), "person")


class _Run:
    """One run of a tracker."""

    def __init__(self, tracker: Tracker, found: list[str]) -> None:
        self._tracker, self._found = tracker, found
        self._spent: list[float] = []
        self._said: set[str] = set()

    def report(self) -> TrackReport:
        """All checks that need a look."""
        first = self._play(street("one"))
        self._numbers(first)
        again = self._play(street("two"))
        if not _alike(first, again):
            self._say(
                "the same looks of another camera give something else: it is chance, or cameras share what they know"
            )
        mirror = self._play(street("mirror", mirrored=True))
        self._together(first, mirror)
        self._after_forget(first)
        if not self._found:
            self._growth()
        things = {i for tracks in first for i in tracks.ids.tolist()}
        return TrackReport(len(things), float(np.median(self._spent)))

    def _say(self, fault: str) -> None:
        """Note a fault, once: what is to be done about it stands after the last colon."""
        if fault.rpartition(": ")[2] not in self._said:
            self._said.add(fault.rpartition(": ")[2])
            self._found.append(fault)

    def _play(self, looks: Iterator[Detections]) -> list[Tracks]:
        """Look after look."""
        told: list[Tracks] = []
        kept: tuple[NDArray[Any], NDArray[Any]] | None = None
        for detections in looks:
            start = time.perf_counter()
            tracks = self._look(detections)
            self._spent.append(time.perf_counter() - start)
            if kept and not (np.array_equal(told[-1].boxes, kept[0]) and np.array_equal(told[-1].ids, kept[1])):
                self._say("a table that it gave changes when it looks again: give arrays of its own each time")
            kept = (tracks.boxes.copy(), tracks.ids.copy())
            told.append(tracks)
            for camera in detections.cameras:
                self._content(detections.at(camera), tracks.at(camera))
        return told

    def _look(self, detections: Detections) -> Tracks:
        """One call, and what can be said of its answer as a whole."""
        before: list[NDArray[Any]] = [detections.boxes.copy(), detections.scores.copy(), detections.labels.copy()]
        try:
            tracks: Any = self._tracker.track(detections)
        except WatchwordError as error:
            self._say(f"`track` gives no table: {error}")
            raise Stop from None
        except Exception as error:
            what = f"{len(detections)} boxes" if len(detections) else "a look that saw nothing"
            self._say(f"`track` fails at {what}: {type(error).__name__}: {error}")
            raise Stop from None
        have: list[NDArray[Any]] = [detections.boxes, detections.scores, detections.labels]
        if any((a != b).any() for a, b in zip(before, have, strict=True)):
            self._say("it changes the table it is given: copy the columns first")
        if not isinstance(tracks, Tracks):
            self._say(f"`track` gives {type(tracks).__name__}: make a table with Tracks.of")
            raise Stop
        if tracks.cameras != detections.cameras:
            self._say(
                f"`track` gives cameras {tracks.cameras} for {detections.cameras}: one table of each camera, in their "
                "order, empty where nothing is followed"
            )
            raise Stop
        if tracks.times.tolist() != detections.times.tolist():
            later = (tracks.times > detections.times).any()
            self._say(
                f"its rows are of {tracks.times.tolist()} ns where the look is of {detections.times.tolist()} ns: "
                + ("nothing is known of the future" if later else "say what is at the look, not before")
            )
            raise Stop
        return tracks

    def _content(self, given: Detections, tracks: Tracks) -> None:
        """Numbers, boxes, labels and ends of one camera's look."""
        for reason, count in tracks.dropped.items():
            self._say(f"rows of it are left out ({count} in a look): {reason}")
        numbers = tracks.ids.tolist()
        below = [i for i in numbers if isinstance(i, int) and i < 0]
        if below:
            self._say(f"the number {below[0]} is negative: leave out what has no number")
        if len(set(numbers)) < len(numbers):
            twice = next(i for i in numbers if numbers.count(i) > 1)
            self._say(f"the number {twice} stands twice in one look: one thing, one row")
        strange = sorted({tracks.label(k) for k in range(len(tracks))} - {"person", "car", "bicycle"})
        if strange:
            self._say(f"it says {', '.join(strange)}, which no box was: keep the labels of the boxes")
        if len(tracks) and not ((tracks.scores >= 0) & (tracks.scores <= 1)).all():
            self._say("a score is not from 0 to 1: keep those of the boxes")
        self._places(given, tracks)
        for end in tracks.ended:
            if end.camera != given.cameras[0]:
                self._say(f"it ends things of a camera `{end.camera}` that does not look")
            elif end.time > int(given.times[0]):
                self._say(f"it ends {end.id} at {end.time} ns, in the future")
            elif end.id in numbers:
                self._say(f"it ends {end.id} and reports it in the same look")

    def _places(self, given: Detections, tracks: Tracks) -> None:
        if not len(tracks):
            return
        boxes = tracks.boxes
        if not np.isfinite(boxes).all() or (np.array(bx.sizes(boxes)) <= 0).any():
            self._say("a box is not finite or has no area: leave the row out")
            return
        if boxes.max() <= 2.0:
            self._say(f"its coordinates are {boxes.max():.2f} at most: give pixels, not fractions")
            return
        w, h = bx.sizes(boxes)
        beyond = (boxes[:, 2] < -w) | (boxes[:, 3] < -h) | (boxes[:, 0] > WIDTH + w) | (boxes[:, 1] > HEIGHT + h)
        if beyond.any():
            self._say(f"a box lies far outside of the view of {WIDTH}×{HEIGHT}: drop what is expected to have left it")
        nowhere = np.ones(len(tracks), np.bool_)
        if len(given):
            nowhere = bx.iou(boxes, given.boxes).max(axis=1) < TOUCHING
        if (nowhere & tracks.seen).any():
            row = int(np.flatnonzero(nowhere & tracks.seen)[0])
            self._say(
                f"{tracks.label(row)} {tracks.ids[row]} is told as seen where no box is: say `seen` False for a place "
                "that is only expected"
            )

    def _numbers(self, told: Sequence[Tracks]) -> None:
        """Whether a thing keeps its number, and no number is given twice."""
        if not any(map(len, told)):
            self._say("it reports nothing of people seen for six seconds: something that is seen all the time is known")
            raise Stop
        ended: set[Any] = set()
        labels: dict[Any, str] = {}
        walker: dict[Any, int] = {}
        for tracks in told:
            ids = tracks.ids.tolist()
            for back in ended & set(ids):
                self._say(f"{back} comes back after its end was told: an end is the end")
            ended |= {end.id for end in tracks.ended}
            for row, number in enumerate(ids):
                label = tracks.label(row)
                if labels.setdefault(number, label) != label:
                    self._say(
                        f"the number {number} is given to a {label} and was a {labels[number]}'s before: a number is "
                        "never given twice, and never passes to another kind"
                    )
                if tracks.seen[row] and tracks.boxes[row, 3] < 180:
                    walker[number] = walker.get(number, 0) + 1
        if len(walker) > 4:
            self._say(
                f"a person who walks alone and is seen all the time gets {len(walker)} numbers in six seconds: nothing "
                "is followed"
            )

    def _together(self, first: Sequence[Tracks], mirror: Sequence[Tracks]) -> None:
        """Two cameras in one call are followed as each is alone."""
        looks = zip(street("left"), street("right", mirrored=True), strict=True)
        both = self._play(Detections.join(pair) for pair in looks)
        left, right = [t.at("left") for t in both], [t.at("right") for t in both]
        if not (_alike(left, first) and _alike(right, mirror)):
            self._say("two cameras in one call are followed otherwise than each alone: keep them apart")

    def _after_forget(self, first: Sequence[Tracks]) -> None:
        before = {i for tracks in first for i in tracks.ids.tolist()}
        try:
            self._tracker.forget("one")
            self._tracker.forget("never seen")
        except Exception as error:
            self._say(f"`forget` fails: {type(error).__name__}: {error}")
            raise Stop from None
        again = self._play(street("one"))
        if not _alike(first, again):
            self._say("the same looks after `forget` give something else: it remembers more than it should")
        common = before & {i for tracks in again for i in tracks.ids.tolist()}
        if common:
            self._say(
                f"the number {min(common, key=str)} is given again after `forget`: go on counting where it stopped"
            )

    def _growth(self) -> None:
        """Whether something of every thing stays for ever."""
        sizes = []
        for part in range(5):
            for detections in churn("busy", part * PART):
                self._look(detections)
            sizes.append(_size(self._tracker))
        each = min(np.diff(sizes)[2:]) / (PART // 5 * CROWD)
        if each > GROWTH:
            self._say(
                f"it grows by {each:.0f} bytes with every thing that comes and goes: forget a thing when it has ended"
            )


def _size(tracker: Tracker) -> int:
    """Bytes of all that hangs on a tracker or its class."""
    total, met = 0, set()
    left: list[Any] = [tracker, *vars(type(tracker)).values()]
    while left:
        thing = left.pop()
        if id(thing) in met or isinstance(thing, type | ModuleType | FunctionType | BuiltinFunctionType):
            continue
        met.add(id(thing))
        total += sys.getsizeof(thing)
        left += gc.get_referents(thing)
        if isinstance(thing, np.ndarray) and thing.base is not None:
            left.append(thing.base)
    return total


def _alike(one: Sequence[Tracks], other: Sequence[Tracks]) -> bool:
    """Whether two runs over the same looks tell the same, whatever their numbers are called."""
    names: dict[Any, Any] = {}
    for a, b in zip(one, other, strict=True):
        if len(a) != len(b):
            return False
        if not len(a):
            continue
        p, q = (np.lexsort(np.round(t.boxes, 3).T) for t in (a, b))
        same = np.allclose(a.boxes[p], b.boxes[q], atol=1e-2) and np.array_equal(a.seen[p], b.seen[q])
        if not same or [a.label(k) for k in p] != [b.label(k) for k in q]:
            return False
        if any(names.setdefault(i, j) != j for i, j in zip(a.ids[p].tolist(), b.ids[q].tolist(), strict=True)):
            return False
    return len(set(names.values())) == len(names)
