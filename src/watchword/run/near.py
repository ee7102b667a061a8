"""Who is near whom: pairs of things and people of one camera, and who was near a thing when it came to rest."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.run.blocks import blocks, joined, padded
from watchword.run.cameras import GAP
from watchword.run.look import Bools, Look, Slots, Stateless, Values
from watchword.run.motion import Window
from watchword.run.things import PATH, Things
from watchword.units import METRES

Floats = NDArray[np.float64]

NOBODY, NOT_PICKED, LOST = -1, -2, -3
"""In place of a person's slot: there is none; not picked yet; picked, but nothing is known of them any more."""
NEAR_METRES, NEAR_HEIGHTS = 2.0, 1.5
ALONE_METRES, ALONE_HEIGHTS = 5.0, 3.0


@attrs.frozen
class Reach:
    """How far near is.

    Attributes:
        metres: On a calibrated ground.
        heights: Without calibration: so many heights of the person's box.
        pixels: Where it is given in pixels, that counts alone.
    """

    metres: float = NEAR_METRES
    heights: float = NEAR_HEIGHTS
    pixels: float | None = None

    @classmethod
    def of(cls, amount: n.Amount | None) -> Reach:
        """As a rule says it; None is the usual."""
        if amount is None:
            return cls()
        assert isinstance(amount, n.Quantity)  # parameters are put in before rules are planned
        number = float(amount.number)
        return cls(pixels=number) if amount.unit == "px" else cls(metres=number * float(METRES[amount.unit]))

    def holds(self, far: Floats, metres: Floats | None, height: Floats) -> Bools:
        """Where squared distances, in pixels and in metres (NaN off the ground), are no further than this."""
        near: Bools
        if self.pixels is not None:
            near = far <= self.pixels**2
            return near
        near = far <= (self.heights * height) ** 2
        return near if metres is None else np.where(np.isnan(metres), near, metres <= self.metres**2)

    def near(self, things: Things, one: Slots, person: Slots) -> Bools:
        """Which things are near which people, pair by pair: slots (p,) each, bool (p,)."""
        box = things.box.reshape(-1)
        height = box.take(4 * person + 3) - box.take(4 * person + 1)
        with np.errstate(invalid="ignore"):
            return self.holds(squares(things.at, one, person), ground_squares(things, one, person), height)


def within(reach: Reach, things: Things, one: Slots, two: Slots, *, tall: bool) -> tuple[Slots, Slots]:
    """Positions of the pairs of one of `one` and one of `two`, slots sorted by camera, that are near: by the first.

    Heights are those of `two` where `tall`, else of `one`. All pairs of a camera are measured, in tables of cameras
    with about as many of them, so that little is padding.
    """
    metric = bool(np.isfinite(things.ground[two, 0]).any())
    cams, first, many = np.unique(things.camera[one], return_index=True, return_counts=True)
    other = things.camera[two]
    start = np.searchsorted(other, cams)
    others = np.searchsorted(other, cams, "right") - start
    found = []
    for mine in blocks(many, others):
        i, here = padded(first[mine], many[mine])
        j, there = padded(start[mine], others[mine])
        near = _near(reach, things, one[i], two[j], metric=metric, tall=tall) & here[:, :, None] & there[:, None, :]
        c, p, q = np.nonzero(near)
        found.append((i[c, p], j[c, q]))
    return joined(found)


def _near(reach: Reach, things: Things, one: Slots, two: Slots, *, metric: bool, tall: bool) -> Bools:
    """Which of slots (k, a) and (k, b) are near, bool (k, a, b)."""
    height = things.box[two, 3] - things.box[two, 1] if tall else things.box[one, 3] - things.box[one, 1]
    with np.errstate(invalid="ignore"):
        metres = _table(things.ground, one, two) if metric else None
        return reach.holds(_table(things.at, one, two), metres, height[:, None, :] if tall else height[:, :, None])


def _table(places: Floats, one: Slots, two: Slots) -> Floats:
    """Squared distances of places (slots, 2), of slots (k, a) and (k, b): (k, a, b)."""
    x, y = places[:, 0], places[:, 1]
    far = x[one][:, :, None] - x[two][:, None, :]
    far *= far
    high = y[one][:, :, None] - y[two][:, None, :]
    high *= high
    far += high
    return far


def squares(places: Floats, one: Slots, two: Slots) -> Floats:
    """Squared distances of places (slots, 2), pair by pair."""
    flat = places.reshape(-1)
    x, y = flat.take(2 * one), flat.take(2 * one + 1)
    x -= flat.take(2 * two)
    y -= flat.take(2 * two + 1)
    x *= x
    y *= y
    x += y
    return x


def ground_squares(things: Things, one: Slots, two: Slots) -> Floats | None:
    """The same on the ground, m²; None where none of them is on a calibrated one."""
    if not np.isfinite(things.ground.reshape(-1).take(2 * two)).any():
        return None
    return squares(things.ground, one, two)


def rest_of(look: Look, row: int) -> int:
    """When a still thing came to rest, ns: by its detector's word, else where its stillness began."""
    slot = int(look.slots[row])
    rest = int(look.things.rest[slot])
    if rest != NEVER:
        return rest
    window = Window.of(look.things, look.slots[row : row + 1], look.now[row : row + 1])
    return int(window.times[int(window.count[0]) - 1, 0])


def person_at_rest(look: Look, row: int, reach: Reach) -> int:
    """The slot of the person nearest within reach of a thing when it came to rest; `NOBODY` where there was none."""
    things, slot = look.things, int(look.slots[row])
    camera = int(things.camera[slot])
    people = np.array([p for p in look.people_of(camera) if things.path_n[p] and p != slot], np.intp)
    if not len(people):
        return NOBODY
    kept = things.path_n[people]
    order = np.arange(min(PATH, int(kept.max())))
    off = np.abs(things.path_time[people[:, None], order] - rest_of(look, row))
    off = np.where(order < kept[:, None], off, np.iinfo(np.int64).max)
    k = _nearest_time(off, kept)
    pick = np.arange(len(people))
    at = things.path_at[people, k]
    far = ((at[:, :2] - things.at[slot]) ** 2).sum(axis=1)
    metres = ((look.metres(camera, at[:, :2]) - things.ground[slot]) ** 2).sum(axis=1)
    with np.errstate(invalid="ignore"):
        near = reach.holds(far, metres, at[:, 2]) & (off[pick, k] <= look.cameras[camera].limit())
    best = int(np.argmin(np.where(near, far, np.inf)))
    return int(people[best]) if near[best] else NOBODY


def _nearest_time(off: NDArray[np.int64], kept: NDArray[np.int64]) -> Slots:
    """The place in each path (p, k) nearest to a time; of two as near the older one, wherever the ring begins."""
    best = off.min(axis=1)
    # Position j of a ring that holds `kept` places is the (j - kept) mod PATH-th, counted from its oldest.
    age = (np.arange(off.shape[1]) - np.where(kept >= PATH, kept % PATH, 0)[:, None]) % PATH
    k: Slots = np.argmin(np.where(off == best[:, None], age, PATH), axis=1)
    return k


class Alone(Stateless):
    """`is alone`: no other person within 5 m, without calibration 3 times its height.

    One whose tracker has ended it a moment ago may still be there: it is not known then.

    Attributes:
        waits: bool (m, rows), where all who are near are hidden, so that this look does not tell; None where nowhere.
    """

    PASSING = frozenset({"waits"})
    gap = True
    reach = Reach(ALONE_METRES, ALONE_HEIGHTS)

    def __init__(self, calls: Sequence[n.Apply], after: Sequence[int] = ()) -> None:
        super().__init__(calls)
        self._after = np.array(list(after) or [GAP] * len(calls), np.int64)
        self.waits: Bools | None = None

    def step(self, look: Look) -> Values:
        """Values int8 (m, rows)."""
        values = np.ones((len(self.calls), len(look.slots)), np.int8)
        waits = np.zeros(values.shape, np.bool_)
        for after in np.unique(self._after).tolist():
            values[self._after == after], waits[self._after == after] = self._alone(look, look.held_for(after))
        self.waits = waits if waits.any() else None
        return values

    def _alone(self, look: Look, held: Bools) -> tuple[Values, Bools]:
        rows, slots, things = look.rows, look.slots, look.things
        over = ~look.seen & (things.over[slots] | (~things.told[slots] & (things.end[slots] != NEVER)))
        people = np.flatnonzero(look.person & held & ~over)
        one, other = within(self.reach, things, slots[rows], slots[people], tall=False)
        one, other = rows[one], people[other]
        apart = one != other
        one, other = one[apart], other[apart]
        sure = ~things.told[slots[other]]
        value = np.ones(len(slots), np.int8)
        value[one[~sure]] = 0
        value[one[sure]] = -1
        waits = np.zeros(len(slots), np.bool_)
        waits[one] = True
        waits[one[look.seen[other]]] = False
        return value, waits
