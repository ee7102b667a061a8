"""Steps of groups: who is a member for sure and who may be, and what is measured of them.

A group is asked of a camera (`person in zone hall`), or of a thing (`person within 2m of b`): then its rows are pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.logic import widen
from watchword.run.look import Bools, Times
from watchword.run.memory import Memory
from watchword.run.passes import Floats, Pass
from watchword.run.steps import Nodes, Plain, standing_on


@attrs.frozen
class Asked:
    """A quantity of a group in the plan.

    Attributes:
        member: The state of things that says who is a member; the part that is about the member alone.
        pair: The state of pairs that says the rest, where the group is one of a thing.
        attribute: The number of things that is asked of each member, where one is.
        zones: The zones that the members are in.
        near: The rest asks where the thing is.
        metric: Measured on the ground; in the picture; or (None) on the ground where that is known.
    """

    member: int
    pair: int | None = None
    attribute: int | None = None
    zones: tuple[str, ...] = ()
    metric: bool | None = False
    near: bool = False


@attrs.define
class Gathered:
    """The members of m groups, of one view: rows are things, or pairs of which the second is the member.

    Attributes:
        at: The pass.
        asked: The groups.
        sure: bool (m, rows).
                certain = sure is maybe and bool(pair.all())
                sure = sure.take(rows, axis=1) & (pair > 0)
                maybe = sure if certain else maybe.take(rows, axis=1) & (pair >= 0)
            hidden = None if held is None else held & ~sure
        paired: True where rows are pairs.
        thing: (rows,) the row of the member among the look's.
        starts: (k + 1,), where the rows of each camera, or of each thing, start.
    """

    at: Pass
    asked: Sequence[Asked]
    sure: Bools
    maybe: Bools
    hidden: Bools | None
    paired: bool
    thing: NDArray[np.intp]
    starts: NDArray[np.int64]


Measure = Callable[[Gathered], tuple[Floats, Floats]]
"""What is measured of groups: the least and the greatest it may be, float64 (m, k) each; NaN where unknown."""


class Members(Memory):
    """Who is in each of m groups: one that its tracker ended is unsure for a moment, then out.

    Attributes:
        moved: int64 (m, cameras), when somebody that no tracker has ended was last in or out otherwise than before, or
            the camera was dark, ns.
    """

    STATE = ("_value: row thing", "_left: row thing", "moved: row camera")

    def __init__(self, members: Nodes, after: Times) -> None:
        self._members, self._after = members, after
        self._value = np.zeros((len(members), 0), np.int8)
        self._left = np.zeros((len(members), 0), np.bool_)
        self.moved = np.zeros((len(members), 0), np.int64)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        self._value = widen(self._value, things, -1)
        self._left = widen(self._left, things, False)
        self.moved = widen(self.moved, cameras, NEVER)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what these things were."""
        self._value[:, slots], self._left[:, slots] = -1, False

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        self.moved[:, camera] = NEVER

    def step(self, at: Pass) -> tuple[list[tuple[Bools, Bools]], Bools | None]:
        """For each view who is sure and who may be, bool (m, things); and who leaves, its tracker having ended it."""
        look, grid = at.look, at.grids["thing"]
        value = grid.held.state[self._members]
        if grid.whole:
            if not at.blind:
                self._left[:, look.slots] = False
                self._note(at, value, None)
            sure = value > 0
            return [(sure, sure if value.all() else value >= 0)], None
        told = look.things.told[look.slots] & ~look.seen
        unseen = look.now - look.things.last[look.slots]
        out = ~look.seen & ((unseen > at.limit(self._after)) | self._left[:, look.slots] | at.over)
        self._left[:, look.slots] = out
        # What is only held over is not known; what its tracker ended a moment ago is not sure.
        fresh = np.where(look.seen, grid.fresh.state[self._members], np.minimum(value, 0))
        value = np.where(told, np.minimum(value, 0), value)
        found = []
        for member in (value, fresh):
            member[out] = -1
            found.append((member > 0, member >= 0))
        if at.blind:
            if at.dark:
                dark = at.dark_for(self._after)
                self.moved[:, at.cams] = np.where(dark, at.cam_now, self.moved[:, at.cams])
            return found, None
        leaving: Bools = (self._value[:, look.slots] >= 0) & out & told
        self._note(at, value, told)
        return found, leaving

    def _note(self, at: Pass, value: NDArray[np.int8], told: Bools | None) -> None:
        slots = at.look.slots
        other = value != self._value[:, slots]
        if told is not None:
            other &= ~told
        if other.any():
            node, row = np.nonzero(other)
            cam = at.column[row]
            self.moved[node, at.cams[cam]] = at.cam_now[cam]
        self._value[:, slots] = value


class Groups(Plain):
    """One measure of groups: of cameras, or of things (then each has a pair)."""

    STATE: ClassVar[tuple[str, ...]] = ("members: part",)
    PASSING = frozenset({"_leaving"})

    def __init__(
        self, scope: str, measure: Measure, asked: Sequence[Asked], out: Nodes, after: Times, counts: bool = False
    ) -> None:
        self.scope = scope
        self._measure, self._asked, self._out, self._after = measure, tuple(asked), out, after
        self.members = Members(np.array([a.member for a in asked], np.intp), after)
        self._pairs = np.array([a.pair for a in asked if a.pair is not None], np.intp)
        self._parents = standing_on((one.member, node) for node, one in zip(out.tolist(), asked, strict=True))
        self._leaving: Bools | None = None
        self._counts = counts
        self._near = np.array([a.near for a in asked], np.bool_)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        self.members.grow(things, cameras)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what these things were."""
        self.members.forget(slots)

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        self.members.forget_camera(camera)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        mine = at.grids[self.scope]
        if at.partial:  # these things are in a hole: who is near them is unknown, all else is as it was
            if self.scope == "thing":
                known, far = at.scopes["thing"], self._out[~self._near]
                for view in mine.views():
                    view.low[far], view.high[far] = (side[far][:, at.look.slots] for side in (known.low, known.high))
            return
        views, self._leaving = self.members.step(at)
        held: Bools | None = None
        for k, (sure, maybe) in enumerate(views):
            to = mine.views()[min(k, len(mine.views()) - 1)]
            rows, starts = np.arange(len(at.look.slots)), at.starts
            if self.scope == "thing":
                rows, starts = at.pairs.two, at.pairs.starts
                pair = at.grids["pair"].views()[k].state[self._pairs]
                if k:  # who is hidden, and far from where it was seen, is not near
                    was = np.minimum(at.grids["pair"].held.state[self._pairs], 0)
                    pair = np.where(at.look.seen[rows], pair, was)
                certain = sure is maybe and bool(pair.all())
                sure = sure.take(rows, axis=1) & (pair > 0)
                maybe = sure if certain else maybe.take(rows, axis=1) & (pair >= 0)
            hidden = None if held is None else held & ~sure
            low, high = self._measure(
                Gathered(at, self._asked, sure, maybe, hidden, self.scope == "thing", rows, starts)
            )
            held = sure
            to.low[self._out], to.high[self._out] = low, high
        if len(views) < len(mine.views()):
            mine.fresh.low[self._out], mine.fresh.high[self._out] = mine.held.low[self._out], mine.held.high[self._out]
        if self.scope == "thing" and self._near.any() and not at.look.seen.all():
            # Who is near a thing in a hole is unknown, and of one that is not seen nothing is told.
            unseen = self._near[:, None] & ~at.look.seen
            passed = at.look.now - at.look.things.last[at.look.slots] > at.limit(self._after)
            for view, where in zip(mine.views(), (unseen & passed, unseen), strict=False):
                for side in (view.low, view.high):
                    side[self._out] = np.where(where, np.nan, side[self._out])
        if at.dark:
            dark = at.dark_for(self._after)
            if self.scope == "thing":
                dark = dark[:, at.column]
            mine.unknown(self._out, dark)
        if self._leaving is not None and self.scope == "camera" and self._counts and self._leaving.any():
            # Where members go, their tracker having said that they ended, and nobody else does, the number changed at
            # their end.
            end = at.look.things.end[at.look.slots]
            for i, row in zip(*np.nonzero(self._leaving), strict=True):
                key = ("camera", "number", int(self._out[i]), int(at.column[row]))
                if self.members.moved[i, at.cams[at.column[row]]] <= end[row]:
                    at.dates[key] = max(at.dates.get(key, NEVER), int(end[row]))

    def carry(self, at: Pass) -> None:
        """A number changed when the last of the members did that came or went in this look."""
        if self.scope != "camera" or at.partial or not self._counts:
            return
        state, known = at.grids["thing"].held.state, at.scopes["thing"]
        dated = {node for scope, kind, node, _ in at.dates if (scope, kind) == ("thing", "state")}
        for child in dated & self._parents.keys():
            value, was = state[child], known.value[child, at.look.slots]
            for cam in range(len(at.cams)):
                rows = np.arange(int(at.starts[cam]), int(at.starts[cam + 1]))
                turned = rows[value[rows] != was[rows]].tolist()
                dates = [at.dates.get(("thing", "state", child, row)) for row in turned]
                if dates and None not in dates:
                    for node in self._parents[child]:
                        at.dates["camera", "number", node, cam] = max(d for d in dates if d is not None)
