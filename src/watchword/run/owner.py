"""Who attends a thing: its owner, and whoever stays with it; people who walk past do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.lang.rewrite import ns
from watchword.lang.show import show
from watchword.run.look import Look, Slots, Times, Values
from watchword.run.memory import Cut, Leaf, Memory, Move, Rows, Saved, under
from watchword.run.motion import Window
from watchword.run.near import LOST, NOBODY, NOT_PICKED, Reach, person_at_rest, within
from watchword.run.things import Things
from watchword.units import SECOND, TIME

STAY = 5 * SECOND
LEAVING = 0.12
"""Heights a second at which an owner's distance has to grow to be walking away; people walk at about 0.8."""
_PAIR = np.int64(1) << 32


class Unattended(Memory):
    """`is unattended`: still, and nobody attends it. One `_Watch` for each pair of R and T.

    Attributes:
        dates: By (call, slot), since when what became true in the last look has been so, where that was earlier.
    """

    PASSING = frozenset({"dates"})

    def __init__(self, calls: Sequence[n.Apply]) -> None:
        self.dates: dict[tuple[int, int], int] = {}
        self._kinds = {call.values: _Watch(*_limits(call.values)) for call in calls}
        self._calls = calls

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        for watch in self._kinds.values():
            watch.grow(size)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots."""
        for watch in self._kinds.values():
            watch.forget(slots)

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:  # noqa: ARG002 - whoever asks
        """Owners and stays, by R and T."""
        for values, watch in self._kinds.items():
            yield from under(" ".join(show(value) for value in values), watch.memory((), axis))

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        found = {values: watch.step(look) for values, watch in self._kinds.items()}
        self.dates = {
            (i, slot): date
            for i, call in enumerate(self._calls)
            for slot, date in self._kinds[call.values].left_at.items()
        }
        return np.stack([found[call.values] for call in self._calls])

    def owner(self, call: n.Apply, slot: int) -> int | None:
        """The slot of a thing's owner, None where it has none that is still known."""
        owner = int(self._kinds[call.values].owner[slot])
        return None if owner == NOBODY else owner


def _limits(values: tuple[n.Amount, ...]) -> tuple[Reach, int]:
    """R, and T in ns."""
    reach, stay = Reach(), STAY
    for value in values:
        if isinstance(value, n.Quantity) and value.unit in TIME:
            stay = ns(value)
        else:
            reach = Reach.of(value)
    return reach, stay


class Owners(Memory):
    """The second things of `using o = owner of b within R`: the person nearest within R when `b` came to rest.

    It is picked when the thing first comes to rest, once, and kept as long as the thing is known.

    Attributes:
        owner: int64 (m, slots): a slot, or `NOBODY`, `NOT_PICKED`, `LOST`.
    """

    STATE = ("owner: row col of thing",)

    def __init__(self, reach: Sequence[n.Amount | None]) -> None:
        self._reach = [Reach.of(amount) for amount in reach]
        self.owner = np.zeros((len(reach), 0), np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        more = np.full((len(self._reach), size - self.owner.shape[1]), NOT_PICKED)
        self.owner = np.concatenate((self.owner, more), axis=1)

    def forget(self, slots: Slots) -> None:
        """Drop what is remembered of these slots; whose owner one of them was, has lost it."""
        self.owner[np.isin(self.owner, slots)] = LOST
        self.owner[:, slots] = NOT_PICKED

    def step(self, look: Look) -> None:
        """Pick the owners of what has come to rest in this look."""
        rows = look.rows
        slots = look.slots[rows]
        rest = (look.things.still[slots] == 1) & ~look.person[rows]
        if not rest.any():
            return
        for k, reach in enumerate(self._reach):
            for row in rows[rest & (self.owner[k, slots] == NOT_PICKED)].tolist():
                self.owner[k, look.slots[row]] = person_at_rest(look, row, reach)


class _Watch(Memory):
    """Owners and stays for one R and T.

    A *pair* is a thing and a person of one camera that are within R; it is kept as one number, sorted, with the time
    since when it has been so. So the state is as large as the crowd around things, not as things times people.
    """

    STATE = ("owner: col of thing", "_chosen: col", "_owner_near: col", "_owner_end: col")
    PASSING = frozenset({"left_at"})

    def __init__(self, reach: Reach, stay: int) -> None:
        self._reach, self._stay = reach, stay
        self.owner = np.zeros(0, np.int64)
        self._chosen = np.zeros(0, np.bool_)
        self._owner_near = np.zeros(0, np.bool_)
        self._owner_end = np.zeros(0, np.int64)
        self._pairs = np.zeros(0, np.int64)
        self._since = np.zeros(0, np.int64)
        self.left_at: dict[int, int] = {}

    def grow(self, size: int) -> None:
        more = size - len(self.owner)
        self.owner = np.concatenate((self.owner, np.full(more, NOBODY)))
        self._chosen = np.concatenate((self._chosen, np.zeros(more, np.bool_)))
        self._owner_near = np.concatenate((self._owner_near, np.zeros(more, np.bool_)))
        self._owner_end = np.concatenate((self._owner_end, np.full(more, NEVER)))

    def forget(self, slots: Slots) -> None:
        self._drop(slots)
        lost = np.isin(self.owner, slots)
        self.owner[lost] = NOBODY
        gone = np.isin(self._pairs // _PAIR, slots) | np.isin(self._pairs % _PAIR, slots)
        self._pairs, self._since = self._pairs[~gone], self._since[~gone]

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        yield from super().memory(rows, axis)
        yield Leaf("_pairs", None, self._save_pairs, self._load_pairs)

    def _save_pairs(self, cut: Cut) -> Saved:
        thing, person = (cut.number("thing", half) for half in (self._pairs // _PAIR, self._pairs % _PAIR))
        return None, {"thing": thing, "person": person, "since": self._since}

    def _load_pairs(self, saved: Saved, move: Move) -> None:
        arrays = saved[1]
        thing, person = (move.number("thing", arrays[half]) for half in ("thing", "person"))
        here = (thing >= 0) & (person >= 0)
        pairs = np.concatenate((self._pairs, thing[here] * _PAIR + person[here]))
        since = np.concatenate((self._since, arrays["since"][here]))
        order = np.argsort(pairs)
        self._pairs, self._since = pairs[order], since[order]

    def _drop(self, slots: Slots) -> None:
        self.owner[slots] = NOBODY
        self._chosen[slots] = False
        self._owner_near[slots] = False
        self._owner_end[slots] = NEVER

    def step(self, look: Look) -> Values:
        things, slots = look.things, look.slots
        still = things.still[slots]
        bags = np.flatnonzero(~look.person)
        # A person unseen for longer than the gap limit is not known to be near any more; an owner is asked below.
        people = np.flatnonzero(look.person & look.held)
        thing, person = within(self._reach, things, slots[bags], slots[people], tall=True)
        thing, person = bags[thing], people[person]
        since = self._meet(look, slots[thing], slots[person], look.now[thing])
        stays = look.now[thing] - since >= self._stay
        staying = np.zeros(len(slots), np.bool_)
        staying[thing[stays]] = True
        self._drop(slots[bags[still[bags] == -1]])
        for row in bags[(still[bags] == 1) & ~self._chosen[slots[bags]]].tolist():
            self.owner[slots[row]] = person_at_rest(look, row, self._reach)
            self._chosen[slots[row]] = True
            self._owner_near[slots[row]] = self.owner[slots[row]] != NOBODY
        self._follow_owners(look, slots[bags], look.now[bags], look.limit[bags])
        # Who attends while the owner is away becomes it: of several the one who has been there longest.
        take = np.flatnonzero(stays & ~self._owner_near[slots[thing]])
        for k in take[np.argsort(-since[take], kind="stable")].tolist():
            self.owner[slots[thing[k]]] = slots[person[k]]
            self._owner_near[slots[thing[k]]] = True
            self._owner_end[slots[thing[k]]] = NEVER
        attended = staying | self._owner_near[slots]
        value: Values = np.where(still == 1, np.where(attended, -1, 1), still).astype(np.int8)
        return value

    def _meet(self, look: Look, bags: Slots, people: Slots, now: Times) -> Times:
        """Keep the pairs of this tick's cameras that are still near, and take in new ones; since when each has been."""
        keys = bags.astype(np.int64) * _PAIR + people
        since = now
        if len(self._pairs):
            at = np.minimum(np.searchsorted(self._pairs, keys), len(self._pairs) - 1)
            since = np.where(self._pairs[at] == keys, self._since[at], now)
        pairs, times = keys, since
        if len(look.cams) < len(look.cameras) and len(self._pairs):
            elsewhere = ~np.isin(look.things.camera[self._pairs // _PAIR], look.cams)
            pairs = np.concatenate((self._pairs[elsewhere], keys))
            times = np.concatenate((self._since[elsewhere], since))
        order = np.argsort(pairs)
        self._pairs, self._since = pairs[order], times[order]
        return since

    def _follow_owners(self, look: Look, bags: Slots, now: Times, limit: Times) -> None:
        """Whether each owner is within R. Hidden within R it goes on attending until its end is known, and T more.

        But one who was walking away when last seen was not hidden: it has left, and did so at that sight.
        """
        self.left_at.clear()
        has = self.owner[bags] != NOBODY
        if not has.any():
            return
        bags, now = bags[has], now[has]
        owners = self.owner[bags]
        things = look.things
        near = self._reach.near(things, bags, owners)
        over = ~things.alive[owners] | things.told[owners] | (things.end[owners] != NEVER)
        known = np.where(over & (self._owner_end[bags] == NEVER), now, self._owner_end[bags])
        self._owner_end[bags] = np.where(over, known, NEVER)
        attends = near & (~over | (now - np.where(over, known, now) < self._stay))
        limit = limit[has]
        for k in np.flatnonzero(attends & (now - things.last[owners] > limit)).tolist():
            if _was_leaving(things, int(owners[k]), int(bags[k])):
                attends[k] = False
                if self._owner_near[bags[k]]:
                    self.left_at[int(bags[k])] = int(things.last[owners[k]])
        self._owner_near[bags] = attends


def _was_leaving(things: Things, person: int, thing: int) -> bool:
    """True where a person's distance from a thing grew when they were last seen."""
    window = Window.of(things, np.array([person]), things.last[person : person + 1])
    count = int(window.count[0])
    looks, places = window.times[:count, 0], window.at[:, :count, 0].T
    # Over the last second, or since the look before where that is longer ago.
    k = int(np.argmax(looks[0] - looks >= SECOND)) if looks[0] - looks[-1] >= SECOND else len(looks) - 1
    if k == 0:
        return False
    far = np.hypot(*(places - things.at[thing]).T)
    height = things.box[person, 3] - things.box[person, 1]
    passed = (int(looks[0]) - int(looks[k])) / SECOND
    return bool((far[0] - far[k]) / passed > LEAVING * height)
