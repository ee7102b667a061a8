"""The steps of a plan: one operator for every rule that uses it, its calls stacked as rows of a table.

A step reads and writes two tables of values, each (nodes, columns): `held`, where a thing that is unseen for a moment
still has its last values, and `fresh`, where only what was seen in this look is known. A deadline is decided on
`fresh`. Columns are things, or cameras.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.run.logic import Clocks, widen
from watchword.run.look import Look, Times, Values
from watchword.words import WORDS

Nodes = NDArray[np.intp]


@attrs.define
class Pass:
    """One evaluation: a look at `look.now`, or, where nobody looked (`dark`), what becomes of the values.

    Attributes:
        look: The rows.
        thing: (held, fresh), int8 (nodes, rows); one array twice where all was seen.
        camera: The same over the cameras of the look.
        cams: int64 (k,), which cameras, rising.
        starts: int64 (k + 1,), where each camera's rows start; rows are sorted by camera.
        column: int64 (n,), position of each row's camera among `cams`.
        cam_now: int64 (k,), the time of each camera's look.
        cam_before: int64 (k,), the time of the look before.
        cam_interval: int64 (k,), three usual frame intervals, ns.
        hole: bool (n,), unseen for longer than the gap limit.
        blind: True where nothing was looked at: values are those of the last look.
        dark: True where the cameras were dark in the meantime; else (blind) only these things were not seen.
        dates: When a count fell, by (node, camera position), where that was not now.
    """

    look: Look
    thing: tuple[Values, Values]
    camera: tuple[Values, Values]
    cams: NDArray[np.int64]
    starts: NDArray[np.int64]
    column: NDArray[np.intp]
    cam_now: Times
    cam_before: Times
    cam_interval: Times
    hole: NDArray[np.bool_]
    blind: bool
    dark: bool
    dates: dict[tuple[int, int], int] = attrs.field(factory=dict)
    counts: dict[int, NDArray[np.float64]] = attrs.field(factory=dict)

    def limit(self, after: Times) -> Times:
        """Gap limits (m, n), ns: of each call (`after`, (m,)) for each row."""
        found: Times = np.maximum(after[:, None], self.cam_interval[self.column])
        return found

    def dark_for(self, after: Times) -> NDArray[np.bool_]:
        """Where the camera was dark for longer than the limit of a call, bool (m, k)."""
        passed = self.cam_now - self.cam_before
        found: NDArray[np.bool_] = passed > np.maximum(after[:, None], self.cam_interval)
        return found & self.dark

    def tables(self, scope: str) -> tuple[Values, ...]:
        """The tables to fill: both, or one where they are the same."""
        held, fresh = self.thing if scope == "thing" else self.camera
        return (held,) if held is fresh else (held, fresh)


class Step(Protocol):
    """An operator with all its calls. `scope` is what its nodes are about: "thing" or "camera"."""

    scope: str

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        ...

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots of things, and for this many cameras."""
        ...

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Things have ended; nothing may outlive them."""
        ...

    def forget_camera(self, camera: int) -> None:
        """A camera begins anew."""
        ...


class Plain:
    """A step that remembers nothing."""

    scope = "thing"

    def grow(self, things: int, cameras: int) -> None:
        """Nothing to do."""

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Nothing to do."""

    def forget_camera(self, camera: int) -> None:
        """Nothing to do."""


def kernel_of(word: str) -> Callable[[Sequence[n.Apply]], Any]:
    """The kernel behind a word."""
    module, name = WORDS[word].build.split(":")
    found: Callable[[Sequence[n.Apply]], Any] = getattr(import_module(module), name)
    return found


class Atoms(Plain):
    """A word said of things: asks its kernel, and holds the last value of what is not seen for a moment."""

    def __init__(self, word: str, calls: Sequence[n.Apply], out: Nodes, after: Times) -> None:
        self.word = word
        self.calls = tuple(calls)
        self.kernel = kernel_of(word)(calls)
        self._event = WORDS[word].kind == "event"
        self._own = getattr(self.kernel, "own", False)
        self.nodes, self._after = out, after
        self._last = np.zeros((len(calls), 0), np.int8)

    def grow(self, things: int, cameras: int) -> None:  # noqa: ARG002 - a step of things
        """Have room for this many slots."""
        self._last = widen(self._last, things, 0)
        self.kernel.grow(things)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop the last values of these things."""
        self._last[:, slots] = 0
        self.kernel.forget(slots)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        held, fresh = at.thing
        look = at.look
        if self._own:
            value = self._last[:, look.slots] if at.blind else self.kernel.step(look)
            if at.dark:
                value = np.where(at.dark_for(self._after)[:, at.column], 0, value)
            self._last[:, look.slots] = value
            held[self.nodes] = fresh[self.nodes] = value
            return
        seen = look.seen
        value = self._last[:, look.slots] if at.blind else self.kernel.step(look)
        if self._event:
            held[self.nodes] = fresh[self.nodes] = -1 if at.blind else np.where(seen, value, -1)
            return
        if seen.all():
            self._last[:, look.slots] = value
            held[self.nodes] = value
            if held is not fresh:
                fresh[self.nodes] = value
            return
        near = seen | (look.now - look.things.last[look.slots] <= at.limit(self._after))
        value = np.where(near, np.where(seen, value, self._last[:, look.slots]), 0)
        self._last[:, look.slots] = value  # what is in a hole stays in it until it is seen again
        held[self.nodes] = value
        fresh[self.nodes] = np.where(seen, value, 0)


class Classes(Plain):
    """Whether a thing is of a class: by its label, and for a moment longer by the one it had."""

    def __init__(self, sets: Sequence[frozenset[str]], out: Nodes, after: Times) -> None:
        self._sets, self._out, self._after = tuple(sets), out, after
        self._member = np.zeros((len(sets), 0), np.bool_)
        self._last = np.zeros((len(sets), 0), np.int64)

    def grow(self, things: int, cameras: int) -> None:  # noqa: ARG002 - a step of things
        """Have room for this many slots."""
        self._last = widen(self._last, things, NEVER)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what these things were."""
        self._last[:, slots] = NEVER

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        look = at.look
        names = look.things.labels
        known = self._member.shape[1]
        if known < len(names):
            more = [[name in labels for name in names[known:]] for labels in self._sets]
            self._member = np.concatenate((self._member, np.array(more, np.bool_)), axis=1)
        value = self._member[:, look.things.label[look.slots]]
        if not value.all():
            last = np.where(value & look.seen, look.now, self._last[:, look.slots])
            self._last[:, look.slots] = last
            limit = at.limit(self._after)
            was = (last != NEVER) & (look.now - np.where(last == NEVER, look.now, last) <= limit)
            # What is not seen keeps its class: its label cannot have changed for all we know.
            value = value | was | ((last != NEVER) & ~look.seen)
        else:
            self._last[:, look.slots] = look.now
        for table in at.tables("thing"):
            table[self._out] = np.where(value, 1, -1)


class Join(Plain):
    """`and` and `or`: the least or the greatest of each node's children."""

    def __init__(self, scope: str, every: bool, out: Nodes, children: Sequence[Sequence[int]]) -> None:
        self.scope, self._every, self._out = scope, every, out
        most = max(map(len, children))
        self._children = np.array([[*c, *([c[0]] * (most - len(c)))] for c in children], np.intp)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        for table in at.tables(self.scope):
            value = table[self._children[:, 0]]
            for k in range(1, self._children.shape[1]):
                other = table[self._children[:, k]]
                (np.minimum if self._every else np.maximum)(value, other, out=value)
            table[self._out] = value


class Negate(Plain):
    """`not`."""

    def __init__(self, scope: str, out: Nodes, child: Nodes) -> None:
        self.scope, self._out, self._child = scope, out, child

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        for table in at.tables(self.scope):
            table[self._out] = -table[self._child]


class Hold:
    """`for` inside a condition: true once its state has held without a break that long."""

    def __init__(self, scope: str, out: Nodes, child: Nodes, durations: Times, policies: list[int]) -> None:
        self.scope, self._out, self._child = scope, out, child
        self._durations = durations[:, None]
        self.clocks = Clocks(policies)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(things if self.scope == "thing" else cameras)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Clear the clocks of these things."""
        if self.scope == "thing":
            self.clocks.forget(slots)

    def forget_camera(self, camera: int) -> None:
        """Clear the clocks of a camera."""
        if self.scope == "camera":
            self.clocks.forget(np.array([camera], np.intp))

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        if self.scope == "thing":
            (held, fresh), slots, now, before = at.thing, at.look.slots, at.look.now, at.cam_before[at.column]
        else:
            (held, fresh), slots, now, before = at.camera, at.cams, at.cam_now, at.cam_before
        hole = at.hole if self.scope == "thing" else np.full(len(at.cams), at.dark)
        body = held[self._child]
        self.clocks.step(slots, body, fresh[self._child], now, before, hole)
        since = self.clocks.since[:, slots]
        long = (since != NEVER) & (now - np.where(since == NEVER, now, since) >= self._durations)
        value = np.where(body > 0, np.where(long, 1, -1), body).astype(np.int8)
        held[self._out] = value
        if held is not fresh:
            fresh[self._out] = np.where(fresh[self._child] == 0, 0, value)


COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


class Counts(Plain):
    """`count of GROUP` against a number: between the members that are sure and those that may be."""

    scope = "camera"

    def __init__(self, out: Nodes, member: Nodes, ops: Sequence[str], numbers: Sequence[float], after: Times) -> None:
        self._out, self._member, self._ops, self._after = out, member, ops, after
        self._numbers = np.array(numbers)[:, None]
        self._was = np.zeros((len(ops), 0), np.bool_)
        self._left = np.zeros((len(ops), 0), np.bool_)

    def grow(self, things: int, cameras: int) -> None:  # noqa: ARG002 - remembers who was a member
        """Have room for this many slots."""
        self._was = widen(self._was, things, False)
        self._left = widen(self._left, things, False)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what these things were."""
        self._was[:, slots] = self._left[:, slots] = False

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        look = at.look
        weight = look.things.members[look.slots]
        was = self._was[:, look.slots]
        told = look.things.told[look.slots] & ~look.seen
        out = self._out_of_it(at, told)
        now_in = was
        for held in at.tables("thing"):
            member = held[self._member]
            if held is not at.thing[0]:  # what is only held over is not known
                member = np.where(look.seen, member, np.minimum(member, 0))
            if out is not None:
                # Ended by its tracker a moment ago: not sure, if it was one of them.
                member = np.where(out, -1, np.where(told, np.where(was, 0, -1), member))
            low, high = self._sum(member > 0, weight, at), self._sum(member >= 0, weight, at)
            value = self._compare(low, high)
            if at.dark:
                value = np.where(at.dark_for(self._after), 0, value)
            table = at.camera[0] if held is at.thing[0] else at.camera[1]
            table[self._out] = value
            if held is at.thing[0]:
                now_in = member > 0 if out is None else np.where(told & ~out, was, member > 0)
                for i, node in enumerate(self._out.tolist()):
                    at.counts[node] = low[i]
        if at.thing[0] is at.thing[1] and at.camera[0] is not at.camera[1]:
            at.camera[1][self._out] = at.camera[0][self._out]
        if not at.blind:
            if out is not None:
                self._date(at, was & out & told)
            self._was[:, look.slots] = now_in

    def _out_of_it(self, at: Pass, told: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
        """Who is in no group any more, bool (m, n): unseen beyond the gap limit, or ended that long ago."""
        look = at.look
        if not len(look.slots) or look.seen.all():
            self._left[:, look.slots] = False
            return None
        from_ = np.where(told, look.things.end[look.slots], look.things.last[look.slots])
        found: NDArray[np.bool_] = ~look.seen & (look.now - from_ > at.limit(self._after))
        found |= self._left[:, look.slots] & ~look.seen
        self._left[:, look.slots] = found
        return found

    def _date(self, at: Pass, leaving: NDArray[np.bool_]) -> None:
        """Where members go, their tracker having said that they ended, the count fell at their end."""
        end = at.look.things.end[at.look.slots]
        for i, row in zip(*np.nonzero(leaving), strict=True):
            key = (int(self._out[i]), int(at.column[row]))
            at.dates[key] = max(at.dates.get(key, NEVER), int(end[row]))

    @staticmethod
    def _sum(member: NDArray[np.bool_], weight: NDArray[np.float64], at: Pass) -> NDArray[np.float64]:
        total = np.zeros((member.shape[0], member.shape[1] + 1))
        np.cumsum(member * weight, axis=1, out=total[:, 1:])
        found: NDArray[np.float64] = total[:, at.starts[1:]] - total[:, at.starts[:-1]]
        return found

    def _compare(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> Values:
        value = np.zeros(low.shape, np.int8)
        for op in set(self._ops):
            rows = np.array([o == op for o in self._ops])
            number = self._numbers[rows]
            a, b = COMPARE[op](low[rows], number), COMPARE[op](high[rows], number)
            same = a == b
            if op in ("=", "!="):  # the ends alone do not tell: the number may lie between
                same &= (low[rows] == high[rows]) | (number < low[rows]) | (number > high[rows])
            value[rows] = np.where(same, np.where(a, 1, -1), 0)
        return value


class Spread(Plain):
    """What is so of a camera, said of each of its things."""

    def __init__(self, out: Nodes, child: Nodes) -> None:
        self._out, self._child = out, child

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        at.thing[0][self._out] = at.camera[0][self._child][:, at.column]
        if at.thing[1] is not at.thing[0]:
            at.thing[1][self._out] = at.camera[1][self._child][:, at.column]
