"""The steps of a plan: one operator for every rule that uses it, its nodes stacked as rows of a table. Here: logic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from watchword.run.logic import Values
from watchword.run.memory import Leaf, Memory, Rows
from watchword.run.near import LOST
from watchword.run.passes import Floats, Pass, View
from watchword.run.scopes import NOT_YET

Nodes = NDArray[np.intp]
T = TypeVar("T")


class Step(Protocol):
    """An operator with all its nodes.

    Attributes:
        scope: What they are about: "thing", "camera" or "pair".
        columns: Names of a detector's own columns that it asks for.
    """

    scope: str
    columns: Collection[str]

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        ...

    def carry(self, at: Pass) -> None:
        """Date what changed because of something that is dated before this look; called where there is any."""
        ...

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots of things, and for this many cameras."""
        ...

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Things have ended; nothing may outlive them."""
        ...

    def begin(self, slots: NDArray[np.intp]) -> None:
        """Things that had ended are found again, with new clocks."""
        ...

    def forget_camera(self, camera: int) -> None:
        """A camera begins anew."""
        ...

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """What it remembers, for a snapshot; `rows` say what its nodes mean."""
        ...

    def grow_pairs(self, pairs: int) -> None:
        """Have room for this many pairs."""
        ...

    def forget_pairs(self, places: NDArray[np.intp]) -> None:
        """Things of these pairs have ended."""
        ...


class Plain(Memory):
    """A step that remembers nothing and dates nothing."""

    scope = "thing"
    columns: Collection[str] = ()

    def grow(self, things: int, cameras: int) -> None:
        """Nothing to do."""

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Nothing to do."""

    def begin(self, slots: NDArray[np.intp]) -> None:
        """Things that had ended are found again: nothing of their clocks is kept."""
        self.forget(slots)

    def forget_camera(self, camera: int) -> None:
        """Nothing to do."""

    def grow_pairs(self, pairs: int) -> None:
        """Nothing to do."""

    def forget_pairs(self, places: NDArray[np.intp]) -> None:
        """Nothing to do."""

    def carry(self, at: Pass) -> None:
        """Nothing to do."""


class Machine(Protocol):
    """What a step remembers of each thing, camera or pair, by slot."""

    def grow(self, size: int, /) -> None:
        """Have room for this many slots."""
        ...

    def forget(self, slots: NDArray[np.intp], /) -> None:
        """Begin anew for these slots."""
        ...

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """What it remembers, for a snapshot."""
        ...


class Keeping(Plain):
    """A step that remembers something of each thing, camera or pair, in a machine."""

    STATE = ("_machine: part",)

    def __init__(self, scope: str, machine: Machine) -> None:
        self.scope, self._machine = scope, machine

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots."""
        if self.scope != "pair":
            self._machine.grow(things if self.scope == "thing" else cameras)

    def grow_pairs(self, pairs: int) -> None:
        """Have room for this many pairs."""
        if self.scope == "pair":
            self._machine.grow(pairs)

    def forget_pairs(self, places: NDArray[np.intp]) -> None:
        """Begin anew for these pairs."""
        if self.scope == "pair":
            self._machine.forget(places)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these things."""
        if self.scope == "thing":
            self._machine.forget(slots)

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        if self.scope == "camera":
            self._machine.forget(np.array([camera], np.intp))


def standing_on(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    """By node, what stands on it; from pairs of the two."""
    found: dict[int, list[T]] = {}
    for node, above in pairs:
        found.setdefault(node, []).append(above)
    return found


class Join(Plain):
    """`and` and `or`: the least or the greatest of each node's children."""

    def __init__(self, scope: str, every: bool, out: Nodes, children: Sequence[Sequence[int]]) -> None:
        self.scope, self._every, self._out = scope, every, out
        most = max(map(len, children))
        self._children = np.array([[*c, *([c[0]] * (most - len(c)))] for c in children], np.intp)
        self._of = {int(node): tuple(dict.fromkeys(c)) for node, c in zip(out.tolist(), children, strict=True)}
        self._parents = standing_on((child, node) for node, inner in self._of.items() for child in inner)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        join = np.minimum if self._every else np.maximum
        for view in at.grids[self.scope].views():
            value = view.state[self._children[:, 0]]
            for k in range(1, self._children.shape[1]):
                join(value, view.state[self._children[:, k]], out=value)
            view.state[self._out] = value

    def carry(self, at: Pass) -> None:
        """What became true is as old as its youngest part; what became false as the eldest that is false."""
        if self.scope == "pair":
            return
        state = at.grids[self.scope].held.state
        for node, col in {(node, col) for node, col, _ in at.dated(self.scope, "state", self._parents)}:
            value = int(state[node, col])
            if value == 0:
                continue
            of = self._of[node]
            if (value > 0) == self._every:
                date = max(at.since(self.scope, child, col) for child in of)
            else:
                date = min(at.since(self.scope, child, col) for child in of if state[child, col] == value)
            _date(at, self.scope, node, col, date)


class Coincide(Join):
    """`and` of events and states: the states are asked at the moment of the events.

    Args:
        scope: What they are about.
        out: The nodes.
        children: Of each what it stands on.
        events: Which of those are events.
    """

    def __init__(self, scope: str, out: Nodes, children: Sequence[Sequence[int]], events: Collection[int]) -> None:
        super().__init__(scope, True, out, children)
        self._events = frozenset(events)

    def carry(self, at: Pass) -> None:
        """What happened before this look did so where its states held then."""
        if self.scope == "pair":
            return
        grid = at.grids[self.scope]
        for node, col in {(node, col) for node, col, _ in at.dated(self.scope, "state", self._parents)}:
            events = [child for child in self._of[node] if child in self._events]
            if any(grid.held.state[child, col] <= 0 for child in events):
                continue
            date = max(at.since(self.scope, child, col) for child in events)
            if date < at.clock(self.scope)[1][col]:
                states = [child for child in self._of[node] if child not in self._events]
                holds = all(at.then(self.scope, child, col, date) > 0 for child in states)
                for view in grid.views():
                    view.state[node, col] = 1 if holds else -1
                if holds:
                    at.dates[self.scope, "state", node, col] = date


def _date(at: Pass, scope: str, node: int, col: int, date: int) -> None:
    """Date a state that this pass changed."""
    slots, now, _, _ = at.clock(scope)
    known, slot = at.scopes[scope], int(slots[col])
    new = (scope, node) in at.events or at.grids[scope].held.state[node, col] != known.value[node, slot]
    if new and date < now[col]:
        at.dates[scope, "state", node, col] = date


class Single(Plain):
    """A step each of whose nodes stands on one other: what that one's date is, is its own."""

    kind = "state"

    def __init__(self, scope: str, out: Nodes, child: Nodes) -> None:
        self.scope, self._out, self._child = scope, out, child
        self._parents = standing_on(zip(child.tolist(), out.tolist(), strict=True))

    def carry(self, at: Pass) -> None:
        """A node is as old as what it stands on."""
        if self.scope == "pair":
            return
        for node, col, date in at.dated(self.scope, self.kind, self._parents):
            _date(at, self.scope, node, col, date)


class Negate(Single):
    """`not`."""

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        for view in at.grids[self.scope].views():
            view.state[self._out] = -view.state[self._child]


class Spread(Single):
    """What is so of a camera, said of each of its things; states, or numbers."""

    def __init__(self, kind: str, out: Nodes, child: Nodes) -> None:
        super().__init__("thing", out, child)
        self.kind = kind

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        thing, camera = at.grids["thing"], at.grids["camera"]
        for mine, other in zip((thing.held, thing.fresh), (camera.held, camera.fresh), strict=True):
            _copy(self.kind, mine, self._out, other, self._child, at.column)
            if thing.whole and camera.whole:
                break

    def carry(self, at: Pass) -> None:
        """All of a camera's things have its date, but those that were not there yet."""
        if self.kind == "state":
            for node, cam, date in at.dated("camera", "state", self._parents):
                for col in range(int(at.starts[cam]), int(at.starts[cam + 1])):
                    if at.scopes["thing"].value[node, at.look.slots[col]] != NOT_YET:
                        _date(at, "thing", node, col, date)


class Lift(Plain):
    """What is so of a thing, said of each pair in which it is the first (`one`) or the second (`two`)."""

    scope = "pair"

    def __init__(self, kind: str, which: str, out: Nodes, child: Nodes) -> None:
        self._kind, self._which, self._out, self._child = kind, which, out, child
        self._parents = standing_on(zip(child.tolist(), out.tolist(), strict=True))

    def carry(self, at: Pass) -> None:
        """What happened to a thing happened then in all its pairs."""
        if self._kind == "state":
            rows = getattr(at.pairs, self._which)
            for node, row, date in at.dated("thing", "state", self._parents):
                for col in np.flatnonzero(rows == row).tolist():
                    at.dates["pair", "state", node, col] = date

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        rows = getattr(at.pairs, self._which)
        for mine, other in zip(at.grids["pair"].views(), at.grids["thing"].views(), strict=True):
            _copy(self._kind, mine, self._out, other, self._child, rows)


def _copy(kind: str, to: View, out: Nodes, of: View, child: Nodes, rows: NDArray[np.intp]) -> None:
    if kind == "state":
        to.state[out] = of.state[child][:, rows]
    else:
        to.low[out] = of.low[child][:, rows]
        to.high[out] = of.high[child][:, rows]


class Via(Plain):
    """What is so of the second thing of `using`, said of the first."""

    def __init__(self, kind: str, clauses: Sequence[object], out: Nodes, child: Nodes, gone: Sequence[int]) -> None:
        self._kind, self._clauses, self._out, self._child = kind, tuple(clauses), out, child
        self._gone = np.array(gone, np.int8)[:, None]

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        _, rows = at.second_rows(self._clauses)
        here = rows >= 0
        for view in at.grids["thing"].views():
            if self._kind == "state":
                view.state[self._out] = np.where(here, view.state[self._child[:, None], rows], self._gone)
            else:
                view.low[self._out] = np.where(here, view.low[self._child[:, None], rows], np.nan)
                view.high[self._out] = np.where(here, view.high[self._child[:, None], rows], np.nan)


class HasSecond(Plain):
    """Whether a thing has its second thing: where it has none there is no instance of the rule."""

    def __init__(self, clauses: Sequence[object], out: Nodes) -> None:
        self._clauses, self._out = tuple(clauses), out

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        second, _ = at.second_rows(self._clauses)
        for view in at.grids["thing"].views():
            view.state[self._out] = np.where((second >= 0) | (second == LOST), 1, -1)


def compare(op: str, left: tuple[Floats, Floats], right: tuple[Floats, Floats]) -> Values:
    """Kleene's value of a comparison of two intervals: known where every number of them agrees."""
    (a, b), (c, d) = left, right
    if op == ">":
        true, false = a > d, b <= c
    elif op == ">=":
        true, false = a >= d, b < c
    elif op == "<":
        true, false = b < c, a >= d
    elif op == "<=":
        true, false = b <= c, a > d
    else:
        true, false = (a == b) & (c == d) & (a == c), (b < c) | (a > d)
        if op == "!=":
            true, false = false, true
    found: Values = true.view(np.int8) - false.view(np.int8)
    return found


Side = tuple[int, float]
"""A side of a comparison: the position of a number, or -1 and the number itself."""


class Compare(Plain):
    """Two quantities compared. Nodes of one sign stand together, so that each sign is asked once."""

    def __init__(self, scope: str, out: Nodes, ops: Sequence[str], left: Sequence[Side], right: Sequence[Side]) -> None:
        self.scope = scope
        order = sorted(range(len(ops)), key=lambda k: ops[k])
        self._out = out[order]
        self._left, self._right = _Sides([left[k] for k in order]), _Sides([right[k] for k in order])
        signs = [ops[k] for k in order]
        starts = [k for k in range(len(signs)) if k == 0 or signs[k] != signs[k - 1]]
        self._slices = [(signs[a], slice(a, b)) for a, b in zip(starts, [*starts[1:], len(signs)], strict=True)]
        sides = list(zip(out.tolist(), left, right, strict=True))
        self._numbers = {node: [index for index, _ in both if index >= 0] for node, *both in sides}
        self._parents = standing_on((index, node) for node, both in self._numbers.items() for index in both)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        for view in at.grids[self.scope].views():
            (a, b), (c, d) = self._left.of(view), self._right.of(view)
            value = np.empty((len(self._out), view.state.shape[1]), np.int8)
            for op, rows in self._slices:
                value[rows] = compare(op, (a[rows], b[rows]), (c[rows], d[rows]))
            view.state[self._out] = value

    def carry(self, at: Pass) -> None:
        """It changed when its number did, where no other has changed."""
        if self.scope == "pair":
            return
        slots, known, held = at.clock(self.scope)[0], at.scopes[self.scope], at.grids[self.scope].held
        for node, col, date in at.dated(self.scope, "number", self._parents):
            slot = int(slots[col])
            if all(
                (self.scope, "number", k, col) in at.dates
                or (held.low[k, col] == known.low[k, slot] and held.high[k, col] == known.high[k, slot])
                for k in self._numbers[node]
            ):
                _date(at, self.scope, node, col, date)


class _Sides:
    """One side of many comparisons: rows of numbers, with constants among them."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._rows = np.array([max(0, index) for index, _ in sides], np.intp)
        self._fixed = np.array([k for k, (index, _) in enumerate(sides) if index < 0], np.intp)
        self._numbers = np.array([number for index, number in sides if index < 0])[:, None]
        self._all = len(self._fixed) == len(sides)

    def of(self, view: View) -> tuple[Floats, Floats]:
        if self._all:
            return self._numbers, self._numbers
        low, high = view.low[self._rows], view.high[self._rows]
        if len(self._fixed):
            low[self._fixed] = high[self._fixed] = self._numbers
        return low, high
