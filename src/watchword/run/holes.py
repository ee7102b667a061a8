"""Which things were in a hole that only a later look can tell: it is said before that look is taken in."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from watchword.detections import NEVER
from watchword.run.cameras import Camera
from watchword.run.sightings import Sights
from watchword.run.things import Slots, Things, Times


@attrs.frozen
class Hole:
    """Things that were in a hole.

    Attributes:
        cams: Their cameras, rising.
        now: int64 (k,), the time of each camera's look, ns.
        before: int64 (k,), the time of the look before.
        slots: The things, by camera, oldest first.
    """

    cams: Sequence[int]
    now: Times
    before: Times
    slots: Slots


def found_again(things: Things, sights: Sights, cameras: Sequence[Camera], after: int) -> Hole | None:
    """What was last seen longer ago than the gap limit, and is here again.

    Args:
        things: All things, before these sights are written down.
        sights: The rows of a table.
        cameras: All cameras, by position.
        after: The shortest gap limit that a rule asks for, ns.
    """
    passed = sights.now - np.where(sights.before == NEVER, sights.now, sights.before)
    if not len(passed) or passed.max() <= after:
        return None
    camera = things.camera[sights.slots]
    limit = np.array([cameras[c].limit(after) for c in camera.tolist()], np.int64)
    looked = np.array([NEVER if (b := cameras[c].before) is None else b for c in camera.tolist()], np.int64)
    hole = np.flatnonzero((passed > limit) & (sights.before < looked))  # where none looked it was the dark
    if not len(hole):
        return None
    slots, cams = sights.slots[hole], np.unique(camera[hole])
    now = np.array([sights.now[hole][camera[hole] == c][0] for c in cams], np.int64)
    before = np.array([cameras[c].before or 0 for c in cams.tolist()], np.int64)
    return Hole(cams.tolist(), now, before, slots[np.lexsort((things.serial[slots], camera[hole]))])


def gone_missing(things: Things, looked: Sequence[Camera], after: int, afters: Sequence[int]) -> Hole | None:
    """What is unseen for longer than the gap limit at this look, and was not at the one before.

    Args:
        things: All things, these looks written down.
        looked: The cameras that looked, each with a look before.
        after: The shortest gap limit that a rule asks for, ns.
        afters: All that rules ask for.
    """
    cameras = sorted((c for c in looked if c.passed <= c.limit(after)), key=lambda c: c.index)
    if not cameras:
        return None
    cams = [c.index for c in cameras]
    slots = things.of_cameras(cams)
    column = np.searchsorted(np.array(cams), things.camera[slots])
    now = np.array([c.last for c in cameras], np.int64)[column]
    if not len(slots) or (things.last[slots] == now).all():
        return None
    unseen, passed = now - things.last[slots], np.array([c.passed for c in cameras], np.int64)[column]
    missing = np.zeros(len(slots), np.bool_)
    for one in afters:
        limit, was = (
            np.array([max(one, 3 * usual) for usual in of], np.int64)[column]
            for of in ([c.interval for c in cameras], [c.was for c in cameras])
        )
        missing |= (unseen > limit) & (unseen - passed <= was)
    missing &= ~things.gone[slots]
    if not missing.any():
        return None
    mine = np.unique(column[missing])
    times = np.array([[cameras[k].last, cameras[k].before] for k in mine.tolist()], np.int64)
    return Hole([cams[k] for k in mine], times[:, 0], times[:, 1], slots[missing])
