"""What a bank remembers, piece by piece, and how pieces of other banks are taken up in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.errors import StateError
from watchword.run.identity import NodeMarks, mark, nodes_of, rule_key
from watchword.run.memory import Cut, Leaf, Move, Rows, Saved, Slots, under
from watchword.run.population import of_things
from watchword.run.underway import of_cooldowns

if TYPE_CHECKING:
    from watchword.run.bank import Bank

Arrays = dict[str, NDArray[Any]]


def of_bank(bank: Bank, marks: NodeMarks | None = None) -> Iterator[Leaf]:
    """The memory of a bank."""
    marks = marks or NodeMarks()
    yield from under("things", of_things(bank.things))
    yield from _retired(bank)
    yield _pairs(bank)
    yield from under("owners", bank._owners.memory([mark(clause) for clause in bank._using], "thing"))
    numbers = {(node.scope, node.kind, node.index): marks.of(node) for nodes in bank.stacks for node in nodes}
    for scope, known in bank.scopes.items():
        rows = [numbers[scope, "state", k] for k in range(len(known.value))]
        rows += [numbers[scope, "number", k] for k in range(len(known.low))]
        yield from under(f"values {scope}", known.memory(rows, scope))
    for step, nodes in zip(bank.steps, bank.stacks, strict=True):
        leaves = step.memory([marks.of(node) for node in nodes], step.scope)
        yield from under(f"{type(step).__name__} {step.scope}", leaves)
    for judge in bank.judges:
        leaves = judge.life.memory([rule_key(root.rule) for root in judge.roots], judge.scope)
        yield from under(f"rules {judge.scope}", leaves)
    keys = [rule_key(root.rule) for root in bank.roots]
    names = [root.rule.name for root in bank.roots]
    yield of_cooldowns(bank.cooldowns, names, keys, lambda camera: bank._cameras[camera].name)


def _retired(bank: Bank) -> Iterator[Leaf]:
    """Things that are over, whose path is remembered for a while; and where there are too many things."""

    def save(cut: Cut) -> Saved:
        found = []
        for camera, kept in bank._retired.items():
            found.append([cut.one("camera", camera), [[cut.one("thing", s), until] for s, until in kept.items()]])
        return found, {}

    def load(saved: Saved, move: Move) -> None:
        for place, kept in saved[0]:
            if (camera := move.one("camera", place)) >= 0:
                bank._retired[camera] = {move.one("thing", k): until for k, until in kept}

    def crowded(saved: Saved, move: Move) -> None:
        bank._crowded |= {camera for place in saved[0] if (camera := move.one("camera", place)) >= 0}

    yield Leaf("retired", None, save, load)
    yield Leaf("crowded", None, lambda cut: ([cut.one("camera", c) for c in sorted(bank._crowded)], {}), crowded)


def _pairs(bank: Bank) -> Leaf:
    """Which pairs something is remembered of."""

    def save(cut: Cut) -> Saved:
        _, one, two = bank.pairing.all()
        return None, {"one": cut.number("thing", one), "two": cut.number("thing", two)}

    def load(saved: Saved, move: Move) -> None:
        """`_moved` has taken them up, before all that stands on them."""

    return Leaf("pairs", None, save, load)


def _moved(bank: Bank, source: Source) -> Move:
    """Where what was saved goes."""
    old = {"thing": source.things, "camera": source.cameras}
    new = {"thing": source.slots, "camera": source.indexes}
    move = Move.of(old, new, source.sizes)
    pairs = source.entries["pairs"][0].arrays
    one, two = (move.number("thing", pairs[side]) for side in ("one", "two"))
    known = np.flatnonzero((one >= 0) & (two >= 0)) if bank.remembers_pairs else np.zeros(0, np.intp)
    places = bank.places_of(one[known], two[known])
    return Move.of({**old, "pair": known}, {**new, "pair": places}, {**source.sizes, "pair": len(one)})


def saved_things(bank: Bank) -> Slots:
    """The slots that something is remembered of."""
    retired = [slot for kept in bank._retired.values() for slot in kept]
    return np.union1d(np.flatnonzero(bank.things.alive), np.array(retired, np.intp)).astype(np.intp)


# ---- saved pieces


@attrs.frozen
class Entry:
    """A saved piece: what its rows mean, what was said, and its arrays."""

    rows: Rows | None
    data: Any
    arrays: Mapping[str, NDArray[Any]]


Entries = Mapping[str, Sequence[Entry]]
"""By the name of the piece."""


def save_bank(bank: Bank, cameras: Sequence[int], prefix: str, arrays: Arrays) -> dict[str, Any]:
    """Put the arrays of a bank beside others; returns what else there is to say of it."""
    columns = {"thing": saved_things(bank), "camera": np.array(cameras, np.intp), "pair": bank.pairing.all()[0]}
    cut = Cut.of(columns, {"thing": bank.things.size, "camera": len(bank._cameras), "pair": bank.pairing.size})
    rows: dict[tuple[str, ...], int] = {}
    pieces: list[list[Any]] = []
    for leaf in of_bank(bank):
        data, found = leaf.save(cut)
        which = -1 if leaf.rows is None else rows.setdefault(tuple(leaf.rows), len(rows))
        for name, array in found.items():
            arrays[f"{prefix}/{len(pieces)}/{name}"] = array
        pieces.append([leaf.name, which, data, list(found)])
    many = {"things": len(columns["thing"]), "met": bank.things.met}
    return {**many, "rows": [list(one) for one in rows], "pieces": pieces}


def read_bank(said: Mapping[str, Any], prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, list[Entry]]:
    """The pieces of a saved bank."""
    found: dict[str, list[Entry]] = {}
    for k, (name, which, data, names) in enumerate(said["pieces"]):
        mine = {one: arrays[f"{prefix}/{k}/{one}"] for one in names}
        found.setdefault(name, []).append(Entry(None if which < 0 else said["rows"][which], data, mine))
    return found


@attrs.frozen
class Source:
    """What of a saved bank goes into a new one.

    Attributes:
        entries: The saved pieces.
        things: Positions of the saved things, rising.
        slots: Their slots now.
        cameras: Positions of the cameras in the saved bank.
        indexes: Their positions in the engine now.
        sizes: How many things and cameras were saved, by axis.
        rules: The keys of the rules whose memory is kept.
    """

    entries: Entries
    things: Slots
    slots: Slots
    cameras: Slots
    indexes: Slots
    sizes: Mapping[str, int]
    rules: frozenset[str]


def load_bank(bank: Bank, sources: Sequence[Source]) -> None:
    """Take up in a new bank what of saved ones belongs to it.

    Raises:
        StateError: A rule is the same, but not what it remembers.
    """
    marks = NodeMarks()
    wanted = [_wanted(bank, source.rules, marks) for source in sources]
    moves = [_moved(bank, source) for source in sources]
    for leaf in of_bank(bank, marks):
        for source, move, (kept, needed) in zip(sources, moves, wanted, strict=True):
            _load(leaf, source.entries.get(leaf.name, ()), move, kept, needed)


def _wanted(bank: Bank, rules: frozenset[str], marks: NodeMarks) -> tuple[set[str], set[str]]:
    """What the rows of kept rules mean, and which of them have to be there."""
    roots = [root for root in bank.roots if rule_key(root.rule) in rules]
    needed = marks.under(node for root in roots for node in nodes_of(root))
    needed |= {mark(root.rule.using) for root in roots if root.rule.using is not None}
    asked = marks.under(node for root in roots for node, _ in root.fields.values())
    return needed | asked | rules, needed | rules


def _load(leaf: Leaf, entries: Sequence[Entry], move: Move, kept: set[str], needed: set[str]) -> None:
    if leaf.rows is None:
        for entry in entries:
            leaf.load((entry.data, entry.arrays), move)
        return
    mine = {row: k for k, row in enumerate(leaf.rows) if row.partition("#")[0] in kept}
    lacking = {row for row in mine if row.partition("#")[0] in needed}
    for entry in entries:
        assert entry.rows is not None
        common = [(k, mine[row]) for k, row in enumerate(entry.rows) if row in mine]
        lacking -= set(entry.rows)
        if common:
            old, new = np.array(common, np.intp).T
            leaf.load((entry.data, entry.arrays), attrs.evolve(move, rows=(old, new)))
    if lacking and leaf.needed:
        raise StateError(
            "the saved state does not hold all that its rules remember here: another version of Watchword saved it",
            fix="restore it with the version that saved it, or begin anew without it",
        )
