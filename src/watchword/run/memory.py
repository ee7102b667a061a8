"""What is remembered from look to look, and where it stands: what a snapshot keeps, and how it is found again.

Whoever remembers something says in `STATE` which of its attributes hold it, and along which axes::

    STATE = ("since: row col", "ring: part")

A *row* is a node of the plan (or a rule), a *col* a slot of a thing or a camera, by what the nodes are about. Rows are
known by what they mean and not by their number, so that a plan made of a changed file finds the memory of the parts
that did not change. What has no rows is a fact about things, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import NDArray

Slots = NDArray[np.intp]
Rows = Sequence[str]
Saved = tuple[Any, Mapping[str, NDArray[Any]]]
"""What can be said in JSON, and arrays by name."""


@attrs.frozen
class Cut:
    """What is saved of the columns.

    Attributes:
        columns: By axis ("thing", "camera"), the slots that are saved, in order.
        places: By axis and slot, its position among those; -1 where it is not saved.
    """

    columns: Mapping[str, Slots]
    places: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, columns: Mapping[str, Slots], sizes: Mapping[str, int]) -> Self:
        """The cut of some slots, of so many that there are."""
        return cls(columns, {axis: _positions(slots, sizes[axis]) for axis, slots in columns.items()})

    def number(self, axis: str, slots: NDArray[Any]) -> NDArray[np.int64]:
        """Slots as positions; what is below 0 stays."""
        return _renumbered(self.places[axis], slots)

    def one(self, axis: str, slot: int) -> int:
        """A slot as its position, -1 where it is not saved."""
        return int(self.places[axis][slot]) if slot >= 0 else -1


@attrs.frozen
class Move:
    """Where what was saved goes.

    Attributes:
        old: By axis, positions among the saved columns.
        new: By axis, the slots that they have now.
        slots: By axis and position, the slot; -1 where there is none.
        rows: Positions of saved rows, and where these rows are now.
    """

    old: Mapping[str, Slots]
    new: Mapping[str, Slots]
    slots: Mapping[str, NDArray[np.int64]]
    rows: tuple[Slots, Slots] = (np.zeros(0, np.intp), np.zeros(0, np.intp))

    @classmethod
    def of(cls, old: Mapping[str, Slots], new: Mapping[str, Slots], sizes: Mapping[str, int]) -> Self:
        """The move of some of so many saved positions to new slots."""
        return cls(old, new, {axis: _positions(places, sizes[axis], new[axis]) for axis, places in old.items()})

    def number(self, axis: str, places: NDArray[Any]) -> NDArray[np.int64]:
        """Positions as slots; what is below 0 stays."""
        return _renumbered(self.slots[axis], places)

    def one(self, axis: str, place: int) -> int:
        """A position as its slot, -1 where there is none."""
        return int(self.slots[axis][place]) if place >= 0 else -1


def _positions(at: Slots, size: int, value: Slots | None = None) -> NDArray[np.int64]:
    found = np.full(size, -1, np.int64)
    found[at] = np.arange(len(at)) if value is None else value
    return found


def _renumbered(by: NDArray[np.int64], numbers: NDArray[Any]) -> NDArray[np.int64]:
    found = numbers.astype(np.int64)
    some = numbers >= 0
    found[some] = by[numbers[some]]
    return found


@attrs.frozen
class Leaf:
    """A piece of memory.

    Attributes:
        name: Where it stands; the same in every plan.
        rows: What its rows mean; None where it has none.
        save: Gives it out.
        load: Takes a saved piece of this name up, as far as rows and columns go; called once for each that there is.
        needed: A snapshot without it cannot be taken up.
    """

    name: str
    rows: Rows | None
    save: Callable[[Cut], Saved]
    load: Callable[[Saved, Move], None]
    needed: bool = True


class Memory:
    """Whoever remembers something.

    Attributes:
        STATE: The attributes that hold it: an array's axes ("row", "col", "thing", "camera" or "-" each; further ones
            are whole), ending in "of thing" where its values are slots; or "part", of whom its memory is asked.
        PASSING: Attributes that change from look to look and are never asked at the next: no snapshot needs them.
    """

    STATE: ClassVar[tuple[str, ...]] = ()
    PASSING: ClassVar[frozenset[str]] = frozenset()

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """The pieces of what it remembers.

        Args:
            rows: What its rows mean.
            axis: "thing" or "camera": what its columns are.
        """
        for one in self.STATE:
            name, _, how = one.partition(": ")
            value = getattr(self, name)
            what, *rest = how.split()
            if what == "part":
                yield from under(name, value.memory(rows, rest[0] if rest else axis))
            else:
                yield table(name, value, how, rows, axis)


def under(name: str, leaves: Iterator[Leaf]) -> Iterator[Leaf]:
    """The pieces of a part, by its name."""
    for leaf in leaves:
        yield attrs.evolve(leaf, name=f"{name}.{leaf.name}")


def table(
    name: str, array: NDArray[Any], how: str, rows: Rows | None, axis: str, at: Sequence[int] | None = None
) -> Leaf:
    """An array as a piece of memory.

    Args:
        name: Where it stands.
        array: It.
        how: Its axes, as in `Memory.STATE`.
        rows: What its rows mean.
        axis: What a "col" is.
        at: For each row its place in the array; where not given they are in order.
    """
    said, _, of = how.partition(" of ")
    axes = [axis if one == "col" else one for one in said.split()]
    places = np.arange(len(rows or ())) if at is None else np.array(at, np.intp)

    def pick(rows: Slots, columns: Mapping[str, Slots], shape: Sequence[int]) -> tuple[Slots, ...]:
        every = {"row": rows, **columns}
        return tuple(every.get(one, np.arange(shape[k])) for k, one in enumerate(axes))

    def grown(columns: Mapping[str, Slots], shape: Sequence[int]) -> bool:
        return all(shape[k] > 0 or not len(columns[one]) for k, one in enumerate(axes) if one in columns)

    def save(cut: Cut) -> Saved:
        if not grown(cut.columns, array.shape):
            return False, {}
        values = array[np.ix_(*pick(places, cut.columns, array.shape))]
        return True, {"": cut.number(of, values) if of else values}

    def load(saved: Saved, move: Move) -> None:
        there, arrays = saved
        if not there or not grown(move.new, array.shape):
            return
        old, new = move.rows
        values = arrays[""][np.ix_(*pick(old, move.old, arrays[""].shape))]
        array[np.ix_(*pick(places[new], move.new, array.shape))] = move.number(of, values) if of else values

    return Leaf(name, rows if "row" in axes else None, save, load)


def samples(
    name: str,
    rows: Rows | None,
    axis: str,
    arrays: Callable[[], Mapping[str, NDArray[Any]]],
    pushed: Callable[[], NDArray[np.int64]],
    passed: Callable[[], NDArray[np.int64]],
    deepen: Callable[[int], None] | None = None,
) -> Leaf:
    """Rings of samples, (rows, columns, depth, …) each, as a piece of memory: those that are still needed.

    Args:
        name: Where they stand.
        rows: What their rows mean; None where there is one row for all.
        axis: What their columns are.
        arrays: Gives the rings, sample j being at j mod depth.
        pushed: Gives how many samples there were, (rows, columns).
        passed: Gives how many of them are not needed.
        deepen: Makes room for so many a column.
    """

    def save(cut: Cut) -> Saved:
        columns = cut.columns[axis]
        first, count = passed()[:, columns], (pushed() - passed())[:, columns]
        row, col, rank = _ragged(count)
        found = {}
        for key, ring in arrays().items():
            found[key] = ring[row, columns[col], (first[row, col] + rank) % ring.shape[2]]
        return None, {**found, "count": count.astype(np.int32)}

    def load(saved: Saved, move: Move) -> None:
        _, given = saved
        old_rows, new_rows = move.rows if rows is not None else (np.zeros(1, np.intp),) * 2
        old, new = move.old[axis], move.new[axis]
        whole = given["count"].astype(np.int64)
        starts = (np.cumsum(whole) - whole.ravel()).reshape(whole.shape)[np.ix_(old_rows, old)]
        count = whole[np.ix_(old_rows, old)]
        if deepen is not None:
            deepen(int(count.max(initial=0)))
        row, col, rank = _ragged(count)
        for key, ring in arrays().items():
            ring[new_rows[row], new[col], rank] = given[key][starts[row, col] + rank]
        pushed()[np.ix_(new_rows, new)] = count

    return Leaf(name, rows, save, load)


def _ragged(count: NDArray[np.int64]) -> tuple[Slots, Slots, Slots]:
    """Row, column and rank of each of so many samples."""
    row, col = (np.repeat(index.ravel(), count.ravel()) for index in np.indices(count.shape))
    ends = np.cumsum(count.ravel())
    rank = np.arange(len(row)) - np.repeat(ends - count.ravel(), count.ravel())
    return row, col, rank
