"""Steps that ask kernels: words said of things, their attributes, their classes, and how far two are apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.errors import StateError
from watchword.lang import nodes as n
from watchword.run.logic import widen
from watchword.run.look import Ask, Bools, Slots, Times
from watchword.run.memory import Cut, Leaf, Memory, Move, Rows, Saved, under
from watchword.run.metres import calibrated
from watchword.run.passes import Floats, Pass
from watchword.run.steps import Nodes, Plain
from watchword.words import WORDS

COLUMN = "watchword.run.attributes:Column"
"""The kernel of a detector's own column."""


def kernel_of(word: str) -> Callable[..., Any]:
    """The kernel behind a word; an attribute that is no word is a detector's column."""
    known = WORDS.get(word)
    module, name = (known.build if known else COLUMN).split(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def memory_of(kernel: Any, word: str, rows: Rows) -> Iterator[Leaf]:
    """What a kernel remembers, as `watchword.run.look.Kernel` says it."""
    if isinstance(kernel, Memory):
        yield from under(f"kernel {word}", kernel.memory(rows, "thing"))
        return

    def save(cut: Cut) -> Saved:
        if not (hasattr(kernel, "dump") and hasattr(kernel, "load")):
            raise StateError(
                f"what the word `{word}` remembers cannot be saved: {type(kernel).__name__} does not say what it is",
                fix="its author: derive it from watchword.run.memory.Memory and name its arrays in STATE, "
                "or from watchword.run.look.Stateless, or give it dump() and load(saved, calls, slots)",
            )
        found: Mapping[str, NDArray[Any]] = kernel.dump()
        return cut.columns["thing"].tolist(), {name: np.asarray(array) for name, array in found.items()}

    def load(saved: Saved, move: Move) -> None:
        columns, arrays = np.array(saved[0], np.intp), saved[1]
        slots = np.full(1 + int(columns.max(initial=-1)), -1, np.intp)
        slots[columns[move.old["thing"]]] = move.new["thing"]
        kernel.load(arrays, np.stack(move.rows, axis=1), slots)

    yield Leaf(f"kernel {word}", rows, save, load)


class Atoms(Plain):
    """A word said of things: asks its kernel, and holds the last value of what is not seen for a moment."""

    STATE = ("_last: row thing",)

    def __init__(self, word: str, calls: Sequence[n.Apply], grace: Sequence[int], out: Nodes, after: Times) -> None:
        self.word = word
        self.calls = tuple(calls)
        made = kernel_of(word)
        asked = ([grace] if getattr(made, "grace", False) else []) + ([after.tolist()] if hasattr(made, "gap") else [])
        self.kernel = made(calls, *asked)
        self.columns = getattr(self.kernel, "columns", ())
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

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The last values, and what the kernel remembers."""
        yield from under(self.word, super().memory(rows, axis))
        yield from memory_of(self.kernel, self.word, rows)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        grid = at.grids["thing"]
        held, fresh = grid.held.state, grid.fresh.state
        look = at.look
        if self._event:
            if at.blind:
                value: NDArray[Any] = np.full((len(self.calls), len(look.slots)), -1, np.int8)
            else:
                value = self.kernel.step(look)
                if not self._own and not look.seen.all():
                    value = np.where(look.seen, value, -1)
            held[self.nodes] = value
            if held is not fresh:
                fresh[self.nodes] = value
        elif self._own:
            value = self._last[:, look.slots] if at.blind else self.kernel.step(look)
            if at.dark:
                value = np.where(at.dark_for(self._after)[:, at.column], 0, value)
            self._last[:, look.slots] = value
            held[self.nodes] = fresh[self.nodes] = value
        else:
            self._states(at)
        dates = None if at.blind else getattr(self.kernel, "dates", None)
        if dates:
            for (call, slot), date in dates.items():
                at.dates["thing", "state", int(self.nodes[call]), int(at.row_of[slot])] = date

    def _states(self, at: Pass) -> None:
        grid, look = at.grids["thing"], at.look
        value = self._last[:, look.slots] if at.blind else self.kernel.step(look)
        waits = None if at.blind else getattr(self.kernel, "waits", None)
        if waits is not None:
            for one in at.grids.values():
                one.split()
        if grid.whole:
            self._last[:, look.slots] = value
            grid.held.state[self.nodes] = value
            return
        seen = look.seen
        near = seen | (look.now - look.things.last[look.slots] <= at.limit(self._after))
        value = np.where(near, np.where(seen, value, self._last[:, look.slots]), 0)
        self._last[:, look.slots] = value  # what is in a hole stays in it until it is seen again
        grid.held.state[self.nodes] = value
        grid.fresh.state[self.nodes] = np.where(seen if waits is None else seen & ~waits, value, 0)


class Amounts(Plain):
    """An attribute of things: asks its kernel, and holds the last number of what is not seen for a moment."""

    STATE = ("_last: row thing",)

    def __init__(self, word: str, calls: Sequence[Ask], out: Nodes, after: Times) -> None:
        self.word = word
        self.calls = tuple(calls)
        made = kernel_of(word)
        self.kernel = made(calls, after.tolist()) if hasattr(made, "gap") else made(calls)
        self.columns = () if word in WORDS else (word,)
        self._own = getattr(self.kernel, "own", False)
        self._out, self._after = out, after
        self._last = np.zeros((len(calls), 0))

    def grow(self, things: int, cameras: int) -> None:  # noqa: ARG002 - a step of things
        """Have room for this many slots."""
        self._last = widen(self._last, things, np.nan)
        self.kernel.grow(things)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop the last numbers of these things."""
        self._last[:, slots] = np.nan
        self.kernel.forget(slots)

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The last numbers, and what the kernel remembers."""
        yield from under(self.word, super().memory(rows, axis))
        yield from memory_of(self.kernel, self.word, rows)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        grid, look = at.grids["thing"], at.look
        value = self._last[:, look.slots] if at.blind else self.kernel.step(look)
        if self._own and at.dark:
            value = np.where(at.dark_for(self._after)[:, at.column], np.nan, value)
        fresh = value
        if not grid.whole and not self._own:
            seen = look.seen
            near = seen | (look.now - look.things.last[look.slots] <= at.limit(self._after))
            value = np.where(near, np.where(seen, value, self._last[:, look.slots]), np.nan)
            fresh = np.where(seen, value, np.nan)
        self._last[:, look.slots] = value
        grid.held.low[self._out] = grid.held.high[self._out] = value
        if not grid.whole:
            grid.fresh.low[self._out] = grid.fresh.high[self._out] = fresh


class Classes(Plain):
    """Whether a thing is of a class: by its label, and for a moment longer by the one it had."""

    STATE = ("_last: row thing",)
    PASSING = frozenset({"_member"})

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
        for view in at.grids["thing"].views():
            view.state[self._out] = np.where(value, 1, -1)


class Distances(Plain):
    """How far two things are apart: of every pair (no clauses), or a thing and its second one (of a `using`)."""

    def __init__(self, clauses: Sequence[object], metric: Sequence[bool | None], out: Nodes, after: Times) -> None:
        paired = clauses[0] is None
        self.scope = "pair" if paired else "thing"
        self._clauses: tuple[object, ...] = () if paired else tuple(clauses)
        self._metric = np.array([m is not False for m in metric])[:, None]
        self._either = np.array([m is None for m in metric])[:, None]
        self._out, self._after = out, after

    def _of(self, at: Pass) -> tuple[Slots, Slots, Bools | None]:
        """Rows of the two: of all nodes alike (p,), or of each (m, p); and, then, where there are both."""
        if not self._clauses:
            return at.pairs.one, at.pairs.two, None
        _, two = at.second_rows(self._clauses)
        return np.broadcast_to(np.arange(two.shape[1]), two.shape), two, two >= 0

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes: metres, pixels, or (None) metres on a calibrated camera and else pixels."""
        things, slots = at.look.things, at.look.slots
        one, two, here = self._of(at)
        value = _apart(things.ground[slots], one, two) if self._metric.any() else np.float64(np.nan)
        if self._either.any() or not self._metric.all():
            pixels = _apart(things.at[slots], one, two)
            look = at.look
            where = calibrated((look.cameras[c] for c in look.cams), look.camera)[one]
            value = np.where(self._metric & (~self._either | where), value, pixels)
        held = at.look.seen | (at.look.now - things.last[slots] <= at.limit(self._after))
        for view, known in zip(at.grids[self.scope].views(), (held, at.look.seen[None]), strict=False):
            if here is None:
                both = known[:, one] & known[:, two]
            else:  # each clause has second things of its own
                every = np.broadcast_to(known, (len(two), len(slots)))
                both = np.take_along_axis(every, one, axis=1) & np.take_along_axis(every, two, axis=1) & here
            view.low[self._out] = view.high[self._out] = np.where(both, value, np.nan)


def _apart(places: Floats, one: Slots, two: Slots) -> Floats:
    x, y = places[:, 0], places[:, 1]
    found: Floats = np.hypot(x[one] - x[two], y[one] - y[two])
    return found


class Across(Distances):
    """How far the second thing (of a `using`) of the first of a pair is from the second of the pair."""

    def __init__(self, clauses: Sequence[object], metric: Sequence[bool | None], out: Nodes, after: Times) -> None:
        super().__init__(clauses, metric, out, after)
        self.scope = "pair"

    def _of(self, at: Pass) -> tuple[Slots, Slots, Bools | None]:
        one = at.second_rows(self._clauses)[1][:, at.pairs.one]
        return np.broadcast_to(at.pairs.two, one.shape), one, one >= 0


class Others(Plain):
    """Whether the two things of a pair are different; of a `using`, the second thing of the first and the second."""

    scope = "pair"

    def __init__(self, clauses: Sequence[object], out: Nodes) -> None:
        self._plain = out[[clause is None for clause in clauses]]
        self._of_second = out[[clause is not None for clause in clauses]]
        self._clauses = tuple(clause for clause in clauses if clause is not None)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        one, two = at.pairs.one, at.pairs.two
        for view in at.grids["pair"].views():
            view.state[self._plain] = np.where(one == two, -1, 1)
            if self._clauses:
                second = at.second_rows(self._clauses)[1][:, one]
                view.state[self._of_second] = np.where(second == two, -1, 1)
