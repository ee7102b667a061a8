"""One tick as the kernels see it, and what a kernel is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.crossings import ends
from watchword.geometry import Cover, on_ground
from watchword.lang import nodes as n
from watchword.run.cameras import Camera
from watchword.run.memory import Memory
from watchword.run.things import Things
from watchword.scene import Line, Zone

Bools = NDArray[np.bool_]
Values = NDArray[np.int8]
Times = NDArray[np.int64]
Slots = NDArray[np.intp]
T = TypeVar("T")


@attrs.frozen
class Place:
    """What a camera looks at, for the plan: its zones and lines by name."""

    zones: Mapping[str, Zone]
    lines: Mapping[str, Line]


class Atlas:
    """What all cameras look at: their zones and lines by name, equal ones together, so that each is asked once."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._known: dict[tuple[str, str], tuple[list[Any], list[int]]] = {}
        self._ends: dict[tuple[str, ...], NDArray[np.float64]] = {}
        self._flows: dict[tuple[str, ...], NDArray[np.float64]] = {}
        self._covers: dict[tuple[str, ...], tuple[list[Cover], list[int], dict[tuple[int, ...], int]]] = {}

    def covers(self, names: tuple[str, ...]) -> tuple[list[Cover], list[int]]:
        """The different zones of several names, to be asked at once, and for each camera which it has."""
        covers, which, index = self._covers.setdefault(names, ([], [], {}))
        if len(which) < len(self.places):
            of_name = [self.zones(name) for name in names]
            for camera in range(len(which), len(self.places)):
                mine = tuple(cameras[camera] for _, cameras in of_name)
                if mine not in index:
                    index[mine] = len(covers)
                    covers.append(Cover([zones[k] for (zones, _), k in zip(of_name, mine, strict=True)]))
                which.append(index[mine])
        return covers, which

    def zones(self, name: str) -> tuple[list[Zone], list[int]]:
        """The different zones of a name, and for each camera which it has (-1: none)."""
        return self._shapes("zones", name)

    def lines(self, name: str) -> tuple[list[Line], list[int]]:
        """The different lines of a name, and for each camera which it has (-1: none)."""
        return self._shapes("lines", name)

    def ends(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """The ends of the lines of several names by camera, (cameras, names, 4); NaN where a camera has none."""
        known = self._ends.get(names, np.zeros((0, len(names), 4)))
        if len(known) < len(self.places):
            nothing = np.full(4, np.nan)
            more = [
                [ends(place.lines[name]) if name in place.lines else nothing for name in names]
                for place in self.places[len(known) :]
            ]
            known = self._ends[names] = np.concatenate((known, np.array(more)))
        return known

    def flows(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """The flow in the zones of several names by camera, (cameras, names, 2), px; NaN where there is none."""
        known = self._flows.get(names, np.zeros((0, len(names), 2)))
        if len(known) < len(self.places):
            more = np.full((len(self.places) - len(known), len(names), 2), np.nan)
            for place, row in zip(self.places[len(known) :], more, strict=True):
                for k, name in enumerate(names):
                    flow = place.zones[name].flow if name in place.zones else None
                    if flow is not None:
                        row[k] = np.subtract(flow[1], flow[0])
            known = self._flows[names] = np.concatenate((known, more))
        return known

    def _shapes(self, what: str, name: str) -> tuple[list[Any], list[int]]:
        shapes, which = self._known.setdefault((what, name), ([], []))
        for place in self.places[len(which) :]:
            shape = getattr(place, what).get(name)
            if shape is not None and shape not in shapes:
                shapes.append(shape)
            which.append(-1 if shape is None else shapes.index(shape))
        return shapes, which


@attrs.frozen
class Ask:
    """A quantity that is asked for, and in which kind of unit.

    Attributes:
        node: What is asked: of the thing `it`, or of a group.
        measure: One of the names of `watchword.units.KINDS`, such as "speed" (m/s) or "picture speed" (px/s); empty
            where either will do: metric on a calibrated camera, else of the picture.
    """

    node: n.Attribute | n.Of | n.Call
    measure: str


@attrs.define
class Look:
    """One tick: a row for each living thing of each camera that looked.

    Attributes:
        things: All things; `slots` picks this tick's.
        cameras: All cameras, by position.
        atlas: What each camera looks at.
        cams: The cameras that looked, rising.
        slots: (n,) the rows.
        seen: bool (n,), whether the thing was seen in this look.
        now: int64 (n,), the time of the look of its camera, ns.
        before: int64 (n,), its last sight before this look, `NEVER` where there was none.
        camera: int32 (n,).
        limit: int64 (n,), the gap limit of its camera, ns.
        person: bool (n,), of the class `person`.
        recent: slots of people who have ended within the last 30 s, by camera: their paths are remembered.
        ended: bool (n,), in this look it is decided that the thing has ended; `things.end` is its date.
        together: The zones that were asked of so far: what is asked at every look is asked at once.
    """

    things: Things
    cameras: Sequence[Camera]
    atlas: Atlas
    cams: Sequence[int]
    slots: Slots
    seen: Bools
    now: Times
    before: Times
    camera: NDArray[np.int32]
    limit: Times
    person: Bools
    recent: Mapping[int, Sequence[int]]
    ended: Bools
    together: dict[str, None] = attrs.field(factory=dict)
    _inside: dict[str, Values] = attrs.field(factory=dict, init=False)
    _seen: Slots | None = attrs.field(default=None, init=False)

    @property
    def rows(self) -> Slots:
        """The rows of things that were seen."""
        if self._seen is None:
            self._seen = np.flatnonzero(self.seen)
        return self._seen

    @property
    def held(self) -> Bools:
        """Bool (n,): seen, or unseen for no longer than the gap limit."""
        near: Bools = self.seen | (self.now - self.things.last[self.slots] <= self.limit)
        return near

    def limits(self, after: Times) -> Times:
        """Gap limits, int64 (m, n), ns, of calls that ask for `after`, (m,), and never less than three intervals."""
        usual = np.zeros(1 + max(self.cams, default=0), np.int64)
        usual[list(self.cams)] = [3 * self.cameras[c].interval for c in self.cams]
        found: Times = np.maximum(after[:, None], usual[self.camera])
        return found

    def held_for(self, after: int) -> Bools:
        """Bool (n,): seen, or unseen for no longer than the gap limit of a rule that asks for `after`, ns."""
        limit = self.limits(np.array([after], np.int64))[0]
        near: Bools = self.seen | (self.now - self.things.last[self.slots] <= limit)
        return near

    def among(self, shapes: Sequence[T], which: Sequence[int]) -> Iterator[tuple[T, Slots]]:
        """Each shape with the seen rows of the cameras that have it."""
        mine = {which[c] for c in self.cams}
        if len(mine) == 1:
            yield shapes[mine.pop()], self.rows
            return
        of_row = np.array(which)[self.camera[self.rows]]
        for k in sorted(mine):
            yield shapes[k], self.rows[of_row == k]

    @property
    def people(self) -> Slots:
        """The rows of people."""
        return np.flatnonzero(self.person)

    def people_of(self, camera: int) -> list[int]:
        """The slots of a camera's people, those who have ended within the last 30 s too."""
        living: list[int] = self.slots[self.person & (self.camera == camera)].tolist()
        return [*living, *self.recent.get(camera, ())]

    def metres(self, camera: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (k, 2) in pixels of a camera as metres on its ground; NaN without calibration."""
        scene = self.cameras[camera].scene
        return on_ground(scene.ground if scene else None, at)

    def inside(self, zone: str) -> Values:
        """For each row that was seen, whether it is in its camera's zone of this name: 1 or -1; 0 where not seen."""
        if zone not in self._inside:
            self._ask((zone,))
        return self._inside[zone]

    def inside_each(self, zones: Sequence[str]) -> Values:
        """The same for several zones, (zones, n), all asked at once."""
        unknown = [zone for zone in zones if zone not in self._inside]
        if unknown:
            self._ask(unknown)
        return np.array([self._inside[zone] for zone in zones])

    def _ask(self, unknown: Sequence[str]) -> None:
        self.together.update(dict.fromkeys(unknown))
        zones = tuple(zone for zone in self.together if zone not in self._inside)
        value = np.zeros((len(zones), len(self.slots)), np.int8)
        for cover, rows in self.among(*self.atlas.covers(zones)):
            slots = self.slots[rows]
            side = cover.contains(self.things.box[slots], self.things.at[slots]).astype(np.int8)
            side += side
            side -= 1
            if len(rows) == len(self.slots):
                value = side
            else:
                value[:, rows] = side
        self._inside.update(zip(zones, value, strict=True))


class Kernel(Protocol):
    """Works out one word for every call of it: m calls over slots.

    Calls come in this order: `grow` as slots are added, `step` once a tick, `forget` when things have ended. Nothing a
    kernel remembers outlives its thing.

    What a snapshot keeps of it is said in one of two ways. Either the class is a `Memory` and names its arrays in
    `STATE`; one that remembers nothing is a `Stateless`. Or it has two further methods::

        dump() -> Mapping[str, NDArray]      all that it remembers
        load(saved, calls, slots)            take it up: `calls` (k, 2) are pairs of what a call's number was and is,
                                             `slots` (n,) the slot that each slot of then is now, -1 where it is gone

    `load` may be called several times, each for other slots. Without either, a snapshot is refused.
    """

    def __init__(self, calls: Sequence[n.Apply]) -> None: ...

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        ...

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows of the look). Only those of rows that were seen are taken (`own`: of all)."""
        ...

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        ...


class Forgetful(Memory):
    """What remembers nothing of things."""

    def grow(self, size: int) -> None:
        """Nothing to do."""

    def forget(self, slots: Slots) -> None:
        """Nothing to do."""


class Stateless(Forgetful):
    """A kernel that remembers nothing."""

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self.calls = calls
