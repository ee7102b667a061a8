"""What a snapshot keeps of things: their columns, names and numbers, the places that they came by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from watchword.run.memory import Cut, Leaf, Move, Saved, samples, table
from watchword.run.things import HISTORY, PATH, Things
from watchword.units import SECOND

Counts = NDArray[np.int64]


def of_things(things: Things) -> Iterator[Leaf]:
    """The memory of all things."""
    yield from things.memory((), "thing")
    for name, column in sorted(things.extra.items()):
        yield table(f"extra {name}", column, "thing", None, "")
    yield _labels(things)
    yield _names(things)

    def at(name: str, depth: int, *kept: str) -> Leaf:
        count = getattr(things, f"{name}_n")

        def passed() -> Counts:
            first: Counts = np.maximum(count - depth, 0)
            if name == "history":
                first = _needed(things, first)
            return first[None]

        rings = {what: getattr(things, f"{name}_{what}")[None] for what in kept}
        return samples(name, None, "thing", lambda: rings, lambda: count[None], passed)

    yield at("history", HISTORY, "time", "at", "ground")
    yield at("path", PATH, "time", "at")


def _needed(things: Things, first: Counts) -> Counts:
    """The first place of each thing that motion asks for: of the second before its last sight, or of the last three."""
    count = things.history_n
    rank = first[:, None] + np.arange(HISTORY)
    there = rank < count[:, None]
    times = np.take_along_axis(things.history_time, rank % HISTORY, axis=1)
    old = there & (times < (things.last - SECOND)[:, None]) & (rank < (count - 3)[:, None])
    found: Counts = first + old.sum(axis=1)
    return found


def _labels(things: Things) -> Leaf:
    """The classes that things have, and have had."""

    def save(cut: Cut) -> Saved:
        slots = cut.columns["thing"]
        had = [sorted(things.had.get(slot, ())) for slot in slots.tolist()]
        return {"names": things.labels, "had": had}, {"": things.label[slots]}

    def load(saved: Saved, move: Move) -> None:
        said, arrays = saved
        now = np.array([things.label_of(name) for name in said["names"]] or [0], np.int32)
        old, new = move.old["thing"], move.new["thing"]
        things.label[new] = now[arrays[""][old]]
        for place, slot in zip(old.tolist(), new.tolist(), strict=True):
            if things.alive[slot]:
                things.had[slot] = {int(now[k]) for k in said["had"][place]}

    return Leaf("label", None, save, load)


def _names(things: Things) -> Leaf:
    """The numbers by which the host knows things."""

    def save(cut: Cut) -> Saved:
        slots = cut.columns["thing"].tolist()
        names = [[id_ for _, id_ in things._names.get(slot, ())] for slot in slots]
        saved = {slot: k for k, slot in enumerate(slots)}
        of = [[saved[slot], id_] for (_, id_), slot in things.slot_of.items() if slot in saved]
        ids = [things.ids[slot] for slot in slots]
        called = [[saved[slot], id_] for slot, id_ in things.called.items() if slot in saved]
        return {"ids": ids, "names": names, "of": of, "called": called}, {}

    def load(saved: Saved, move: Move) -> None:
        said = saved[0]
        for place, slot in zip(move.old["thing"].tolist(), move.new["thing"].tolist(), strict=True):
            things.ids[slot] = said["ids"][place]
            if said["names"][place]:
                camera = int(things.camera[slot])
                things._names[slot] = [(camera, id_) for id_ in said["names"][place]]
        for place, id_ in said["of"]:
            if (slot := move.one("thing", place)) >= 0:
                things.slot_of[int(things.camera[slot]), id_] = slot
        things.called |= {slot: id_ for place, id_ in said["called"] if (slot := move.one("thing", place)) >= 0}

    return Leaf("names", None, save, load)
