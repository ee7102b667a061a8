"""The default tracker: boxes and times alone, no look at the picture, all cameras of a tick in one call.

A cascade in the manner of ByteTrack (Y. Zhang et al., ECCV 2022): strong boxes for known things, then weak boxes for
what is left, then a wider net for what was seen a moment ago, then tentative things. What differs: a pair is judged by
the filter's normalised distance and not by the overlap of boxes, so that nothing depends on the frame rate, and still
things keep their number while hidden (`watchword.track.memory`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.boxes import Bools, Floats
from watchword.detections import MEMBERS, NEVER, REST_SINCE, Detections, missing
from watchword.errors import DataError, StateError
from watchword.saved import pack, unpack
from watchword.track import memory
from watchword.track.blocks import Block, Blocks
from watchword.track.kalman import Motion
from watchword.track.labels import AGILITY, ALIKE, Labels
from watchword.track.match import Index, contest, lone, near
from watchword.track.overlap import hidden, shares
from watchword.track.state import Ints, Sights, Things
from watchword.tracks import End, Tracks
from watchword.units import SECOND

# Sums of floating seconds, such as 0.1 + 0.2, shall reach the bounds they are meant to reach.
HAIR = 1e-6
# H; centres further apart are not of boxes that overlap by half or more.
OVERLAPPING = 0.75
# Pixels beyond and below which no box of a picture is; they would only make numbers overflow.
LARGEST, SMALLEST = 1e7, 1e-3


@attrs.define(eq=False, kw_only=True)
class BoxTracker:
    """Follows boxes through time. Online, deterministic; its state is arrays, its cost that of the things alive.

    All is in seconds and in H, the height of a thing's box (half its width where that is more), so that one setting
    serves thirty pictures a second and one. Bounds in seconds open with the time between looks where that is long.

    Attributes:
        strong: A box of this score or more can begin a thing.
        weak: A box of this score or more can go on with one.
        reach: H; a box's centre is no further from where a person is expected.
        gate: Largest squared normalised distance of a match.
        net: The same for things seen within `recent`, once the sure matches are made.
        recent: Seconds.
        confirm: Seconds from the first sight to a number; a second sight is needed in any case. At once where it is
            the camera's first look, or where the detector itself says that the thing rests.
        hole: Seconds unseen after which a thing without a number is dropped.
        memory: Seconds unseen after which a thing has ended that moved, and the end of a person who stood is told.
        still_memory: Seconds of looking, unseen, after which a still thing has ended.
        dark_memory: Seconds without a look after which all things of a camera have ended.
        coast: Seconds for which a thing is reported where it is expected (`seen` is False), if it had five sights.
        shown: A thing whose mean score is less is not reported.
        overlap: Beside a thing of its kind that it overlaps by this much (IoU) a box begins no other.
        agility: How many times faster than people things of a label are, in sizes of their boxes; 1 where not said.
        alike: Labels that detectors take for each other; a thing keeps its number when its label changes in such a set.
        motion: How things move and boxes err.
        name: What the terminal calls it.

    Raises:
        DataError: A number that is negative, infinite or none.
    """

    strong: float = 0.6
    weak: float = 0.1
    reach: float = 1.25
    gate: float = 7.5
    net: float = 20.0
    recent: float = 0.5
    confirm: float = 0.3
    hole: float = 0.2
    memory: float = 2.0
    still_memory: float = 30.0
    dark_memory: float = 300.0
    coast: float = 0.15
    shown: float = 0.6
    overlap: float = 0.7
    agility: Mapping[str, float] = attrs.field(factory=lambda: dict(AGILITY))
    alike: tuple[frozenset[str], ...] = ALIKE
    motion: Motion = attrs.field(factory=Motion)
    name: str = "tracker"
    _labels: Labels = attrs.field(init=False)
    _blocks: Blocks = attrs.field(factory=Blocks, init=False)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(BoxTracker):
            value = getattr(self, field.name, None)
            if isinstance(value, int | float) and not 0 <= value < math.inf:
                raise DataError(f"the tracker's {field.name} is {value}", fix="give a number from 0 on")
        self._labels = Labels(self.alike, self.agility)

    def track(self, detections: Detections) -> Tracks:
        """The confirmed things of this tick, a row each. See `watchword.track.base.Tracker`.

        Boxes are the filter's estimates, scores their means over about a second, labels those that led in time. Extra
        columns are those of the box that a thing was matched with; where it is not seen they are not known, but for
        `rest_since` and `members`, which stay.

        Boxes that no picture has, a side beyond 10⁷ or under 0.001 pixels, are left out and counted in `dropped`.

        Raises:
            StateError: A camera looks at a time that is not later than its last look.
        """
        detections, dropped = _usable(detections)
        block = self._blocks.of(detections.cameras)
        looks, now = block.looks, detections.times
        late = now <= looks.time
        if late.any():
            k = int(late.argmax())
            raise StateError(
                f"camera `{detections.cameras[k]}` looks at {now[k]} ns, after its look at {looks.time[k]} ns",
                fix="give each camera rising times, and call forget(camera) where its stream begins anew",
            )
        first = looks.time == NEVER
        begun = not first.any()
        elapsed = (now - (looks.time if begun else np.where(first, now - SECOND, looks.time))) / SECOND
        usual = np.where(np.isnan(looks.usual), elapsed, looks.usual)
        ended = self._end(block, detections, elapsed, usual)
        things = block.things
        dt = elapsed[things.camera]
        still = memory.still(things)
        self.motion.predict(things, dt, self._labels.agility[things.label], (things.unseen > 0) & still)
        things.unseen = things.unseen + self._looking(elapsed, usual)[things.camera]
        sights = Sights.of(detections, self._labels.numbers(detections.names))
        row, whole, new = self._match(things, sights, dt, now, usual, still)
        self._see(things, sights, row, whole, dt, now)
        row = self._begin(block, sights, row, new, now, elapsed)
        self._confirm(block, now, first)
        smooth = usual + 0.1 * (np.minimum(elapsed, 3 * usual) - usual)
        looks.usual = smooth if begun else np.where(first, np.nan, smooth)
        looks.time = now.copy()
        return self._report(block.things, detections, row, ended, dropped)

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera but the last number given, so that none is given twice."""
        self._blocks.drop(camera)

    def dump(self) -> bytes:
        """All that it remembers, for a restart."""
        said, arrays = self._blocks.dump()
        return pack("tracker", {"labels": self._labels.names, **said}, arrays)

    def load(self, saved: bytes) -> None:
        """Take up what another of its kind remembered, before any look.

        Raises:
            StateError: What was saved is damaged, or was saved by another version.
        """
        said, arrays = unpack("tracker", saved)
        self._labels.numbers(tuple(said["labels"]))
        self._blocks.load(said, arrays)

    @staticmethod
    def _looking(elapsed: Floats, usual: Floats) -> Floats:
        """Seconds of the time since the last look for which the camera looked: a long hole is no looking."""
        return np.minimum(elapsed, np.maximum(2.0, 3 * usual))

    def _end(self, block: Block, detections: Detections, elapsed: Floats, usual: Floats) -> list[End]:
        """Cut out what has been unseen for too long; it is not matched at this look any more."""
        things = block.things
        c = things.camera
        gap = (detections.times[c] - things.seen) / SECOND
        sure = things.id > 0
        bound = np.where(sure, np.maximum(self.memory, 3 * usual[c]), np.maximum(self.hole, 1.5 * usual[c])) + HAIR
        over = gap > bound
        if not over.any():
            return []
        unseen = things.unseen + self._looking(elapsed, usual)[c]
        kept = over & sure & memory.still(things) & (unseen <= self.still_memory) & (elapsed <= self.dark_memory)[c]
        # People walk off by themselves: of one who stood, the end is told, and whoever is there again is found again.
        told = kept & self._labels.leaves[things.label] & (gap - elapsed[c] <= bound)
        block.things = things.take(~over | kept)
        ended = np.flatnonzero((over & ~kept & sure) | told)
        return [End(detections.cameras[c[k]], int(things.id[k]), int(things.seen[k])) for k in ended]

    def _match(
        self, things: Things, sights: Sights, dt: Floats, now: Ints, usual: Floats, still: Bools
    ) -> tuple[Index, Bools, Bools]:
        """Each thing's box or -1 (n,), whether it is seen whole (n,), and which boxes begin a thing (m,)."""
        row, whole = np.full(len(things), -1), np.ones(len(things), np.bool_)
        strong = sights.score >= self.strong
        free = np.ones(len(sights), np.bool_)
        if not len(things) or not len(sights):
            return row, whole, strong
        since = now[things.camera]
        near, near_box, distances, spread = self._pairs(things, sights, dt, still)
        thing, box, distance = near, near_box, distances
        unseen = (since - things.seen) / SECOND
        often = usual[things.camera]
        known = things.id > 0
        sure = known & (unseen <= np.maximum(self.memory, 3 * often) + HAIR)
        worth: Floats | None = None
        for who, which, gate in (
            (sure, strong, self.gate),
            (sure, ~strong, self.gate),
            (sure & (unseen <= np.maximum(self.recent, 1.5 * often) + HAIR), free, self.net),
            (~known, strong, self.gate),
        ):
            at = (who[thing] & which[box] & (distance < gate)).nonzero()[0]
            if not len(at):
                continue
            sole, rest = lone(thing[at], box[at])
            if len(rest):
                if worth is None:
                    worth = self._worth(things, since, spread)
                one, other = thing[at[rest]], box[at[rest]]
                gain = np.maximum(worth[one] - distance[at[rest]], HAIR)
                sole[rest[contest(one, other, gain)]] = True
            at = at[sole]
            row[thing[at]] = box[at]
            free[box[at]] = False
            at = ((row < 0)[thing] & free[box]).nonzero()[0]
            thing, box, distance = thing[at], box[at], distance[at]
            if not len(thing):
                break
        left = ((strong & free)[near_box]).nonzero()[0]
        if len(left):
            thing, box = near[left], near_box[left]
            at, entire = memory.find(things, sights, thing, box, known & (row < 0) & still)
            row[thing[at]] = box[at]
            whole[thing[at]] = entire
            iou, *_ = shares(things, sights, thing, box)
            free[box[iou >= self.overlap]] = False
            free[box[at]] = False
        return row, whole, strong & free

    def _pairs(self, things: Things, sights: Sights, dt: Floats, still: Bools) -> tuple[Index, Index, Floats, Floats]:
        """Things and boxes within reach, (k,) positions each, their squared distance; the things' spread, (n,), H²."""
        size = things.scale
        r, rs = self.motion.errors(dt)
        spread = things.pp + r
        # No match is further off than its distance allows; boxes that overlap much, and a still thing's, are looked at.
        widest = np.maximum(np.sqrt(max(self.gate, self.net) * spread), OVERLAPPING)
        reach = self.reach * self._labels.agility[things.label]
        reach = size * np.where(still, reach, np.minimum(reach, widest))
        thing, box = near(things.x, things.camera, reach, sights.x, sights.camera)
        dx, dy = sights.x[box] - things.x[thing], sights.y[box] - things.y[thing]
        far = dx * dx + dy * dy
        fit = (far <= (reach * reach)[thing]).nonzero()[0]
        thing, box, far = thing[fit], box[fit], far[fit]
        if len(self._labels.names) > 1:
            kinds = self._labels.kinds
            fit = (kinds[things.label][thing] == kinds[sights.label][box]).nonzero()[0]
            thing, box, far = thing[fit], box[fit], far[fit]
        if sights.score.min() < self.weak:
            fit = (sights.score >= self.weak)[box].nonzero()[0]
            thing, box, far = thing[fit], box[fit], far[fit]
        taller = np.log(sights.h)[box] - np.log(things.h)[thing]
        distance = far / (size * size * spread)[thing] + taller * taller / (things.ps + rs)[thing]
        return thing, box, distance, spread

    def _worth(self, things: Things, since: Ints, spread: Floats) -> Floats:
        """What a match of each thing gains, (n,), where its distance is none."""
        # What is vague, or young, does not win over what is known well, nor what is hidden over what stands before it.
        handicap = 2 * np.log(spread) + 2 * np.exp((things.born - since) / SECOND) + hidden(things)
        # Over 0 for all within the widest net, so that one more match is always worth more than none.
        worth: Floats = max(self.gate, self.net) + 20.0 - handicap
        return worth

    def _see(self, things: Things, sights: Sights, row: Index, whole: Bools, dt: Floats, now: Ints) -> None:
        """Take in the boxes, in place."""
        hit = row >= 0
        if not hit.any():
            return
        at = np.where(hit, row, 0)
        self.motion.correct(things, hit & whole, (sights.x[at], sights.y[at], sights.w[at], sights.h[at]), dt)
        if not whole.all():
            self.motion.hold(things, ~whole)
        when = now[things.camera]
        since = np.minimum((when - things.seen) / SECOND, 1.0)
        things.seen = np.where(hit, when, things.seen)
        things.hits = things.hits + hit
        things.unseen = np.where(hit, 0.0, things.unseen)
        things.score = things.score + np.where(hit, -np.expm1(-dt), 0.0) * (sights.score[at] - things.score)
        # Majority by time: a label's lead grows while it is seen and shrinks while another is.
        label = sights.label[at]
        credit = things.credit + np.where(hit, np.where(things.label == label, since, -since), 0.0)
        things.label = np.where(credit < 0, label, things.label)
        things.credit = np.minimum(np.abs(credit), 10.0)
        things.rest_since = np.where(hit, sights.rest_since[at], things.rest_since)
        things.members = np.where(hit, sights.members[at], things.members)
        memory.settle(things, hit, when)

    def _begin(self, block: Block, sights: Sights, row: Index, new: Bools, now: Ints, elapsed: Floats) -> Index:
        """Put in what is new; returns each thing's box or -1."""
        at = np.flatnonzero(new)
        if not len(at):
            return row
        sights = sights.take(at)
        place, size = self.motion.errors(elapsed[sights.camera])
        speed = (self.motion.speed * self._labels.agility[sights.label]) ** 2
        born = sights.things(now[sights.camera], place, size, speed)
        things = Things.join((block.things, born))
        order = np.argsort(things.camera, kind="stable")
        block.things = things.take(order)
        return np.concatenate((row, at))[order]

    def _confirm(self, block: Block, now: Ints, first: Bools) -> None:
        """Give numbers to the tentative things that are sure."""
        things, looks = block.things, block.looks
        tentative = things.id == 0
        if not tentative.any():
            return
        at = (tentative & (things.seen == now[things.camera])).nonzero()[0]
        if not len(at):
            return
        long = (things.hits[at] >= 2) & ((things.seen[at] - things.born[at]) / SECOND >= self.confirm - HAIR)
        at = at[long | first[things.camera[at]] | (things.rest_since[at] != NEVER)]
        if len(at):
            c = things.camera[at]
            ids = things.id.copy()
            ids[at] = looks.last_id[c] + 1 + np.arange(len(at)) - np.searchsorted(c, c)
            things.id = ids
            looks.last_id = looks.last_id + np.bincount(c, minlength=len(now))

    def _report(
        self, things: Things, detections: Detections, row: Index, ended: list[End], dropped: Mapping[str, int]
    ) -> Tracks:
        unseen = (detections.times[things.camera] - things.seen) / SECOND
        coasting = (unseen <= self.coast + HAIR) & (things.hits >= 5)
        show = (things.id > 0) & (things.score >= self.shown) & ((row >= 0) | coasting)
        at = np.flatnonzero(show)
        row = row[at]
        seen = row >= 0
        extra: dict[str, NDArray[Any]] = {}
        for name, column in detections.extra.items():
            if name == REST_SINCE.name:
                extra[name] = things.rest_since[at]
            elif name == MEMBERS.name:
                extra[name] = things.members[at]
            else:
                extra[name] = missing(name, column.dtype, len(row))
                extra[name][seen] = column[row[seen]]
        return Tracks(
            cameras=detections.cameras,
            times=detections.times,
            camera=things.camera[at].astype(np.int32),
            boxes=things.boxes[at],
            labels=things.label[at].astype(np.int32),
            names=self._labels.names,
            scores=things.score[at],
            extra=extra,
            ids=things.id[at],
            seen=seen,
            ended=ended,
            dropped=dropped,
        )


def _usable(detections: Detections) -> tuple[Detections, Mapping[str, int]]:
    """The rows with boxes that a picture can have, and how many rows were dropped so far, by reason."""
    boxes = detections.boxes
    if not len(boxes):
        return detections, detections.dropped
    w, h = bx.sizes(boxes)
    if boxes.max() <= LARGEST and boxes.min() >= -LARGEST and min(w.min(), h.min()) >= SMALLEST:
        return detections, detections.dropped
    odd = (np.abs(boxes) > LARGEST).any(axis=1) | (w < SMALLEST) | (h < SMALLEST)
    return detections.take(np.flatnonzero(~odd)), {**detections.dropped, "box of no picture": int(odd.sum())}
