"""Still things keep their number: a bag or a parked car that people pass in front of is the same thing after.

A thing is still once it has not left a place for a second, or where its detector says that it rests. Unseen, it is
expected where it was, for as long as the language remembers still things, and found again by its place alone: a box of
its kind there, however long it was hidden. A cut box inside that of a thing at rest for long is a sight of it, too, and
leaves its place and size alone.
"""

from __future__ import annotations

import numpy as np

from watchword.boxes import Bools, Floats
from watchword.detections import NEVER
from watchword.track.match import Index, choose
from watchword.track.overlap import shares
from watchword.track.state import Ints, Sights, Things
from watchword.units import SECOND

STILL_AFTER = SECOND
SETTLED_AFTER = 5 * SECOND


def radius(w: Floats, h: Floats) -> Floats:
    """How far a thing may be from its place and be still, pixels: 0.15 of its box's diagonal, at least 4."""
    return np.maximum(0.15 * np.hypot(w, h), 4.0)


def still(things: Things, after: int = STILL_AFTER) -> Bools:
    """Which things rested, when last seen, for `after` nanoseconds or by their detector's word."""
    rested: Bools = (things.seen - things.rested >= after) | (things.rest_since != NEVER)
    return rested


def settle(things: Things, hit: Bools, now: Ints) -> None:
    """Note, in place, which of the things just seen have left the place where they rested."""
    bottom = things.y + things.h / 2
    off = hit & (np.hypot(things.x - things.rest_x, bottom - things.rest_y) > radius(things.w, things.h))
    if not off.any():
        return
    things.rest_x = np.where(off, things.x, things.rest_x)
    things.rest_y = np.where(off, bottom, things.rest_y)
    things.rested = np.where(off, now, things.rested)


def find(things: Things, sights: Sights, thing: Index, box: Index, lost: Bools) -> tuple[Index, Bools]:
    """Which pairs of a lost still thing and a box are that thing again.

    Args:
        things: All.
        sights: The boxes of the tick.
        thing: (k,) positions of things, never falling.
        box: (k,) positions of boxes nobody else claims.
        lost: (n,) the still things that have a number and no box.

    Returns:
        Positions of pairs, and for each whether the whole thing is seen.
    """
    at = lost[thing].nonzero()[0]
    if not len(at):
        return at, np.empty(0, np.bool_)
    iou, mine, its = shares(things, sights, thing[at], box[at])
    # A box that its detector says rests, and that holds the thing, is the thing and has grown.
    whole = (iou >= 0.5) | ((mine >= 0.7) & (sights.rest_since != NEVER)[box[at]])
    same = whole | ((its >= 0.7) & still(things, SETTLED_AFTER)[thing[at]])
    at, iou, whole = at[same], iou[same], whole[same]
    taken = choose(thing[at], box[at], iou)
    return at[taken], whole[taken]
