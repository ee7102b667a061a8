"""What a snapshot keeps of alerts: where things stand with each rule, and what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from watchword.detections import NEVER
from watchword.run.cooldown import Cooldown, Cooldowns, Key, loaded_key, saved_key
from watchword.run.memory import Cut, Leaf, Move, Rows, Saved, table, under
from watchword.run.turn import Open

if TYPE_CHECKING:
    from watchword.run.lifecycle import Lifecycle

FAR = np.iinfo(np.int64).max
TIMES = ("since", "end", "told", "fired", "gap", "dark", "rises", "blocked")
"""The numbers of what is under way."""


def save_open(opened: Sequence[Open], axis: str, cut: Cut) -> Saved:
    """What is under way, for a snapshot: of each a row of numbers, and its texts."""
    numbers = [
        [one.root, cut.one(axis, one.slot), cut.one("camera", one.camera), *(int(getattr(one, t)) for t in TIMES)]
        for one in opened
    ]
    texts = [[one.id, one.severity, *saved_key(one.key, cut)] for one in opened]
    return texts, {"": np.array(numbers, np.int64).reshape(len(opened), 3 + len(TIMES))}


def load_open(saved: Saved, axis: str, move: Move) -> list[Open]:
    """The same taken up again, as far as rows and columns go."""
    rows = dict(zip(*(part.tolist() for part in move.rows), strict=True))
    found = []
    for one, key in saved_open(saved):
        slot = move.one(axis, one.slot)
        if one.root in rows and slot >= 0:
            camera = move.one("camera", one.camera)
            found.append(attrs.evolve(one, root=rows[one.root], slot=slot, camera=camera, key=loaded_key(key, move)))
    return found


def saved_open(saved: Saved) -> list[tuple[Open, Key]]:
    """What was under way: root, slot and camera are still positions in the snapshot, and so are those of the keys."""
    texts, arrays = saved
    found = []
    for (id_, severity, *key), (root, slot, camera, *times) in zip(texts, arrays[""].tolist(), strict=True):
        known: Mapping[str, Any] = dict(zip(TIMES, times, strict=True))
        one = Open(root, slot, camera=camera, id=id_, severity=severity, **{**known, "blocked": bool(known["blocked"])})
        found.append((one, tuple(key)))
    return found


def of_lives(life: Lifecycle, rows: Rows, axis: str) -> Iterator[Leaf]:
    """The memory of the rules of one scope; `rows` say which rules they are."""
    yield from under("clocks", life.clocks.memory(rows, axis))
    for name in ("_status", "_due", "_spent"):
        yield table(name, getattr(life, name), "row col", rows, axis)
    for name in ("_clear_value", "_clear_since"):
        yield table(name, getattr(life, name), "row col", [rows[i] for i in life._clear.tolist()], axis)

    def due(*_: object) -> None:
        life._soon = life._due.min(axis=0, initial=FAR)

    def take_up(saved: Saved, move: Move) -> None:
        for one in load_open(saved, axis, move):
            rule = life._rules[one.root].name
            life.open[one.root, one.slot] = one
            life._cap.take_up(rule, one.camera, 1)
            if one.fired != NEVER:
                life._up.add(rule, one.camera, one.id)

    yield Leaf("_soon", None, lambda _: (None, {}), due)
    yield Leaf("open", rows, lambda cut: save_open(list(life.open.values()), axis, cut), take_up)
    yield _capped(life, rows)


def _capped(life: Lifecycle, rows: Rows) -> Leaf:
    """Of which rules and cameras it was said that some have to wait."""

    def save(cut: Cut) -> Saved:
        told = sorted(life._cap.told())
        return [[i, cut.one("camera", c)] for rule, c in told for i, r in enumerate(life._rules) if r.name == rule], {}

    def load(saved: Saved, move: Move) -> None:
        now = dict(zip(*(part.tolist() for part in move.rows), strict=True))
        for i, place in saved[0]:
            if i in now and (camera := move.one("camera", place)) >= 0:
                life._cap.take_up(life._rules[now[i]].name, camera)

    return Leaf("capped", rows, save, load)


def of_cooldowns(cooldowns: Cooldowns, names: Sequence[str], rows: Rows, cameras: Callable[[int], str]) -> Leaf:
    """The cooldowns of rules: `rows` say which they are, `names` how they are called, `cameras` how cameras are."""

    def save(cut: Cut) -> Saved:
        found = []
        for (name, key), one in cooldowns.items():
            mine = [i for i, other in enumerate(names) if other == name]
            found.append([mine, list(saved_key(key, cut)), sorted(one.up), one.until])
        return found, {}

    def load(saved: Saved, move: Move) -> None:
        now = dict(zip(*(part.tolist() for part in move.rows), strict=True))
        known = {cameras(camera) for camera in move.new["camera"].tolist()}
        for mine, key, up, until in saved[0]:
            here = [now[row] for row in mine if row in now]
            thing = key[1].partition(".")[0]
            gone = thing.isdigit() and move.one("thing", int(thing)) < 0
            if here and key[0] in known and not gone:
                cooldowns[names[here[0]], loaded_key(key, move)] = Cooldown(set(up), until)

    return Leaf("cooldowns", rows, save, load)
