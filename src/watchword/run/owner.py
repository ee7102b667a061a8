"""Who attends a thing: its owner, and whoever stays with it; people who walk past do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.lang.rewrite import ns
from watchword.run.look import Look, Slots, Times, Values
from watchword.run.things import Things
from watchword.units import METRES, SECOND

NEAR_METRES, NEAR_HEIGHTS, STAY = 2.0, 1.5, 5 * SECOND
NOBODY = -1
_PAIR = np.int64(1) << 32


LEAVING = 0.12
"""Heights a second at which an owner's distance has to grow to be walking away; people walk at about 0.8."""


class Unattended:
    """`is unattended`: still, and nobody attends it. One `_Watch` for each pair of R and T.

    Attributes:
        dates: By (call, slot), since when what became true in the last look has been so, where that was earlier.
    """

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


def _limits(values: tuple[n.Amount, ...]) -> tuple[float | None, float | None, int]:
    """R in metres or in pixels (None: the usual), and T in ns."""
    metres = pixels = None
    stay = STAY
    for value in values:
        assert isinstance(value, n.Quantity)  # parameters are put in before rules are planned
        if value.unit in METRES:
            metres = float(value.number) * float(METRES[value.unit])
        elif value.unit == "px":
            pixels = float(value.number)
        else:
            stay = ns(value)
    return metres, pixels, stay


class _Watch:
    """Owners and stays for one R and T.

    A *pair* is a thing and a person of one camera that are within R; it is kept as one number, sorted, with the time
    since when it has been so. So the state is as large as the crowd around things, not as things times people.
    """

    def __init__(self, metres: float | None, pixels: float | None, stay: int) -> None:
        self._metres, self._pixels, self._stay = metres, pixels, stay
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

    def _drop(self, slots: Slots) -> None:
        self.owner[slots] = NOBODY
        self._chosen[slots] = False
        self._owner_near[slots] = False
        self._owner_end[slots] = NEVER

    def step(self, look: Look) -> Values:
        things, slots = look.things, look.slots
        still = things.still[slots]
        bags = np.flatnonzero(~look.person)
        thing, person = _same_camera(look.camera[bags], look.camera[look.people])
        thing, person = bags[thing], look.people[person]
        # A person unseen for longer than the gap limit is not known to be near any more; an owner is asked below.
        near = self._near(things, slots[thing], slots[person]) & look.held[person]
        self._meet(look, slots[thing[near]], slots[person[near]], look.now[thing[near]])
        staying = np.zeros(len(slots), np.bool_)
        stays = look.now[thing] - self._since_of(slots[thing], slots[person]) >= self._stay
        staying[thing[near & stays]] = True
        self._drop(slots[bags[still[bags] == -1]])
        for row in bags[(still[bags] == 1) & ~self._chosen[slots[bags]]].tolist():
            self.owner[slots[row]] = self._owner_at_rest(look, row)
            self._chosen[slots[row]] = True
            self._owner_near[slots[row]] = self.owner[slots[row]] != NOBODY
        self._follow_owners(look, slots[bags], look.now[bags], look.limit[bags])
        # Who attends while the owner is away becomes it: of several the one who has been there longest.
        away = ~self._owner_near[slots]
        take = near & stays & away[thing]
        if take.any():
            since = self._since_of(slots[thing[take]], slots[person[take]])
            for k in np.argsort(-since, kind="stable").tolist():
                self.owner[slots[thing[take][k]]] = slots[person[take][k]]
                self._owner_near[slots[thing[take][k]]] = True
                self._owner_end[slots[thing[take][k]]] = NEVER
        attended = staying | self._owner_near[slots]
        value: Values = np.where(still == 1, np.where(attended, -1, 1), still).astype(np.int8)
        return value

    def _near(self, things: Things, bags: Slots, people: Slots) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            far = np.hypot(*(things.at[bags] - things.at[people]).T)
            metres = np.hypot(*(things.ground[bags] - things.ground[people]).T)
            height = things.box[people, 3] - things.box[people, 1]
            reach = NEAR_METRES if self._metres is None else self._metres
            by_height = far <= NEAR_HEIGHTS * height
            near: NDArray[np.bool_] = np.where(np.isfinite(metres), metres <= reach, by_height)
            if self._pixels is not None:
                near = far <= self._pixels
        return near

    def _meet(self, look: Look, bags: Slots, people: Slots, now: Times) -> None:
        """Keep the pairs of this tick's cameras that are still near, with their since; take in new ones."""
        keys = bags.astype(np.int64) * _PAIR + people
        order = np.argsort(keys)
        keys, now = keys[order], now[order]
        since = np.minimum(now, self._lookup(keys, now))
        elsewhere = ~np.isin(look.things.camera[self._pairs // _PAIR], look.cams)
        keys = np.concatenate((self._pairs[elsewhere], keys))
        since = np.concatenate((self._since[elsewhere], since))
        order = np.argsort(keys)
        self._pairs, self._since = keys[order], since[order]

    def _lookup(self, keys: NDArray[np.int64], default: Times) -> Times:
        if not len(self._pairs):
            return default
        at = np.minimum(np.searchsorted(self._pairs, keys), len(self._pairs) - 1)
        found: Times = np.where(self._pairs[at] == keys, self._since[at], default)
        return found

    def _since_of(self, bags: Slots, people: Slots) -> Times:
        keys = bags.astype(np.int64) * _PAIR + people
        return self._lookup(keys, np.full(len(keys), np.iinfo(np.int64).max // 2))

    def _owner_at_rest(self, look: Look, row: int) -> int:
        """The person nearest within R when the thing came to rest."""
        things, slot = look.things, int(look.slots[row])
        camera = int(things.camera[slot])
        rest = int(things.rest[slot])
        if rest == NEVER:
            times, _, inside = things.window(look.slots[row : row + 1], look.now[row : row + 1])
            rest = int(times[0, inside[0].sum() - 1])
        limit = look.cameras[camera].limit()
        best, owner = np.inf, NOBODY
        for person in look.people_of(camera):
            when, path = things.path(person)
            if not len(when):
                continue
            k = int(np.argmin(np.abs(when - rest)))
            if abs(int(when[k]) - rest) > limit:
                continue
            far = float(np.hypot(*(path[k, :2] - things.at[slot])))
            near = far <= NEAR_HEIGHTS * path[k, 2] if self._pixels is None else far <= self._pixels
            if self._metric(look, camera) and self._pixels is None:
                metres = look.metres(camera, path[k : k + 1, :2])[0] - things.ground[slot]
                if np.isfinite(metres).all():
                    near = bool(np.hypot(*metres) <= (NEAR_METRES if self._metres is None else self._metres))
            if near and far < best:
                best, owner = far, person
        return owner

    @staticmethod
    def _metric(look: Look, camera: int) -> bool:
        scene = look.cameras[camera].scene
        return scene is not None and scene.ground is not None and bool(scene.ground.pairs)

    def _follow_owners(self, look: Look, bags: Slots, now: Times, limit: Times) -> None:
        """Whether each owner is within R. Hidden within R it goes on attending until its end is known, and T more.

        But one who was walking away when last seen was not hidden: it has left, and did so at that sight.
        """
        self.left_at.clear()
        has = self.owner[bags] != NOBODY
        bags, now = bags[has], now[has]
        owners = self.owner[bags]
        things = look.things
        near = self._near(things, bags, owners)
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
    times, at, inside = things.window(np.array([person]), things.last[person : person + 1])
    looks, places = times[0, inside[0]], at[0, inside[0]]
    # Over the last second, or since the look before where that is longer ago.
    k = int(np.argmax(looks[0] - looks >= SECOND)) if looks[0] - looks[-1] >= SECOND else len(looks) - 1
    if k == 0:
        return False
    far = np.hypot(*(places - things.at[thing]).T)
    height = things.box[person, 3] - things.box[person, 1]
    passed = (int(looks[0]) - int(looks[k])) / SECOND
    return bool((far[0] - far[k]) / passed > LEAVING * height)


def _same_camera(a: NDArray[np.int32], b: NDArray[np.int32]) -> tuple[Slots, Slots]:
    """Positions of every pair of a row of `a` and one of `b` that have the same camera."""
    order = np.argsort(b, kind="stable")
    ordered = b[order]
    low, high = np.searchsorted(ordered, a, "left"), np.searchsorted(ordered, a, "right")
    counts = high - low
    first = np.repeat(np.arange(len(a)), counts)
    starts = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])) if len(a) else low, counts)
    return first, order[np.arange(len(first)) + starts]
