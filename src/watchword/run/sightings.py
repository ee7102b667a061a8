"""Whose each row of a table is: known things under their numbers, still things found again, and new ones."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.geometry import on_ground, places
from watchword.run.cameras import Camera
from watchword.run.things import MEMORY, STILL_MEMORY, Slots, Things, Times
from watchword.tracks import Tracks

Floats = NDArray[np.float64]


@attrs.define
class Sights:
    """The rows of a table, measured: where each is, and of which thing it is a sight.

    Attributes:
        slots: (n,) whose sight it is.
        now: int64 (n,), the time of the look, ns.
        before: int64 (n,), the thing's last sight before this one, `NEVER` where there was none.
        boxes: float64 (n, 4), pixels of the scene's frame.
        at: float64 (n, 2), the place in the same pixels; NaN where nowhere.
        ground: float64 (n, 2), metres; NaN without calibration.
        labels: int32 (n,), as `things.labels` has them.
        dark: int64 (n,), how long the camera has been dark in all, ns.
        replaced: slots whose number now belongs to another thing.
    """

    slots: Slots
    now: Times
    before: Times
    boxes: Floats
    at: Floats
    ground: Floats
    labels: NDArray[np.int32]
    dark: Times
    replaced: list[int]


def recognise(things: Things, tracks: Tracks, cameras: Sequence[Camera]) -> Sights:
    """Measure the rows of a table and find whose they are; things met for the first time are taken in.

    Args:
        things: All that are known.
        tracks: The table, all its rows seen.
        cameras: The cameras of the table, in its order, which have noted this look.
    """
    boxes, at, ground = measured(tracks, cameras)
    now = tracks.times[tracks.camera]
    names = np.array([things.label_of(name) for name in tracks.names] or [0], np.int32)
    labels = names[tracks.labels]
    dark = np.array([camera.dark for camera in cameras], np.int64)[tracks.camera]
    where = np.array([camera.index for camera in cameras], np.intp)[tracks.camera]
    slots = things.find(where, tracks.ids)
    known = slots >= 0
    if np.bincount(slots[known]).max(initial=0) > 1:
        slots = _each_once(slots)
        known = slots >= 0
    replaced: list[int] = []
    mine = slots[known]
    memory = np.where(things.still[mine] == 1, STILL_MEMORY, MEMORY)
    before = np.array([NEVER if c.before is None else c.before for c in cameras], np.int64)[tracks.camera]
    forgotten = now[known] - things.last[mine] - (dark[known] - things.dark[mine]) > memory
    forgotten &= things.last[mine] < before[known]  # else no look has missed it
    if forgotten.any():
        replaced = mine[forgotten].tolist()
        slots[np.flatnonzero(known)[forgotten]] = -1
        known = slots >= 0
    if not known.all():
        # A new number may be a still thing found again; only things without a row of their own are asked.
        taken = {*slots[known].tolist(), *replaced}
        for row in np.flatnonzero(~known).tolist():
            camera, number = int(where[row]), tracks.ids[row : row + 1].tolist()[0]
            again = things.near_still(camera, at[row], int(labels[row]), taken, now[row] - dark[row], before[row])
            if again is None:
                again = things.new(camera, number, int(labels[row]), int(now[row]))
            else:
                things.alias(again, camera, number)
            slots[row] = again
            taken.add(again)
    if things.called:
        for row in np.flatnonzero(np.isin(slots, list(things.called))).tolist():
            things.called[int(slots[row])] = tracks.ids[row : row + 1].tolist()[0]
    was = np.where(things.sights[slots] == 0, NEVER, things.last[slots])
    return Sights(slots, now, was, boxes, at, ground, labels, dark, replaced)


def fitted(things: Things, tracks: Tracks, cameras: Sequence[Camera], most: int) -> tuple[Tracks, dict[int, int]]:
    """Make room for the new things of a table, where a camera would come to have more than so many.

    Those go first that are unseen: what moved before what was still, the longest unseen first, then the first met; they
    end at their last sight. Where all are seen the last new rows of the table are left out, and asked at the next look.

    Returns:
        The table that fits, and how many things and rows had to go, by position of the camera.
    """
    gone: dict[int, int] = {}
    keep = np.ones(len(tracks), np.bool_)
    index = [camera.index for camera in cameras]
    alive = np.bincount(things.camera[things.alive], minlength=max(index) + 1)[index]
    many = alive + np.bincount(tracks.camera, minlength=len(cameras))
    for k in np.flatnonzero(many > most).tolist():
        camera = cameras[k]
        rows = np.flatnonzero(tracks.camera == k)
        living = things.of_cameras([camera.index])
        living = living[~things.over[living]]
        found = things.find(np.full(len(rows), camera.index), tracks.ids[rows])
        new = rows[found < 0]
        excess = len(living) + len(new) - most
        if excess <= 0:
            continue
        unseen = living[~np.isin(living, found)]
        order = np.lexsort((things.serial[unseen], things.last[unseen], things.still[unseen] == 1))
        for slot in unseen[order[:excess]].tolist():
            if things.end[slot] == NEVER:
                things.end[slot] = things.last[slot]
            things.release(slot)
        rest = excess - min(excess, len(unseen))
        keep[new[len(new) - rest :]] = False
        gone[camera.index] = excess
    return (tracks if keep.all() else tracks.take(keep)), gone


def _each_once(slots: Slots) -> Slots:
    """Two numbers of one thing in one table are two things after all: the second is none that is known."""
    _, first = np.unique(slots, return_index=True)
    once = np.zeros(len(slots), np.bool_)
    once[first] = True
    return np.where(once, slots, -1)


def measured(tracks: Tracks, cameras: Sequence[Camera]) -> tuple[Floats, Floats, Floats]:
    """Boxes (n, 4) and places (n, 2) in pixels of each camera's scene, and places in metres (n, 2)."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for k, camera in enumerate(cameras):
        alike.setdefault(camera.optics, []).append(k)
    if len(alike) == 1:
        return _measured(tracks.boxes, cameras[0])
    n = len(tracks)
    boxes, at, ground = np.empty((n, 4)), np.empty((n, 2)), np.empty((n, 2))
    kind = np.zeros(len(cameras), np.intp)
    for number, group in enumerate(alike.values()):
        kind[group] = number
    of_row = kind[tracks.camera]
    for number, group in enumerate(alike.values()):
        rows = np.flatnonzero(of_row == number)
        boxes[rows], at[rows], ground[rows] = _measured(tracks.boxes[rows], cameras[group[0]])
    return boxes, at, ground


def _measured(boxes: Floats, camera: Camera) -> tuple[Floats, Floats, Floats]:
    if camera.scale != (1.0, 1.0):
        boxes = boxes * np.array([*camera.scale, *camera.scale])
    scene = camera.scene
    at = places(boxes, scene.view if scene else "eye", camera.frame)
    return boxes, at, on_ground(scene.ground if scene else None, at)
