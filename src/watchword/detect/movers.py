"""Who was where in the last while: enough of a track to say who brought a thing, and whether they went away again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchword.boxes import Boxes, areas, centres, iou, sizes

MEMORY = 60.0
"""Seconds for which places are kept."""
BROUGHT = 2.5
"""Seconds before a thing came to rest in which somebody has to have covered its place."""


@dataclass(eq=False)
class _Walker:
    box: NDArray[np.float64]
    family: int
    seen: float


@dataclass(frozen=True)
class _Look:
    age: float
    boxes: Boxes
    families: NDArray[np.int64]


class Movers:
    """People's boxes of one camera over the last minute, in families.

    A box follows the nearest of the look before. One that appears beside another's place belongs to its family: a
    blob that splits, such as a person and the bag they put down, stays one family whichever piece keeps the name.
    """

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()
        self._walkers: list[_Walker] = []
        self._families = 0

    def see(self, age: float, boxes: Boxes) -> None:
        """People of one picture, (n, 4), at so many seconds."""
        families = np.full(len(boxes), -1, np.int64)
        self._walkers = [w for w in self._walkers if age - w.seen < 2.5]
        if len(boxes) and self._walkers:
            old = np.array([w.box for w in self._walkers])
            tall = np.maximum(sizes(boxes)[1][None, :], sizes(old)[1][:, None])
            off = np.hypot(*np.moveaxis(centres(old)[:, None] - centres(boxes)[None], 2, 0)) / tall
            since = np.array([age - w.seen for w in self._walkers])[:, None]
            reach = np.clip(1.2 * since, 0.35, 1.5)
            cost = off - iou(old, boxes) - 0.2 * np.minimum(1, areas(boxes) / areas(boxes).max())[None]
            cost[(off > reach) & (iou(old, boxes) < 0.1)] = np.inf
            near = off < np.maximum(reach, 0.8)
            while cost.size and np.isfinite(cost).any():
                i, j = np.unravel_index(int(np.argmin(cost)), cost.shape)
                families[j] = self._walkers[i].family
                self._walkers[i].box, self._walkers[i].seen = boxes[j], age
                cost[i], cost[:, j] = np.inf, np.inf
            for j in np.flatnonzero(families < 0):
                parents = np.flatnonzero(near[:, j])
                if len(parents):
                    families[j] = self._walkers[parents[np.argmin(off[parents, j])]].family
                    self._walkers.append(_Walker(boxes[j], int(families[j]), age))
        for j in np.flatnonzero(families < 0):
            families[j] = self._families
            self._walkers.append(_Walker(boxes[j], self._families, age))
            self._families += 1
        self._looks.append(_Look(age, boxes, families))
        while self._looks[0].age < age - MEMORY:
            self._looks.popleft()

    def now(self) -> Boxes:
        """The boxes of the last picture."""
        return self._looks[-1].boxes if self._looks else np.zeros((0, 4))

    def bringers(self, box: NDArray[np.float64], since: float, tall: float) -> set[int]:
        """Families of those who covered a place shortly before something came to rest there."""
        found: set[int] = set()
        slack = 0.12 * tall
        for look in self._looks:
            if since - BROUGHT <= look.age <= since + 1.5 and len(look.boxes):
                wide = look.boxes + np.array([-slack, -slack, slack, slack])
                person = (sizes(look.boxes)[1] > 0.5 * tall) & (iou(box[None], look.boxes)[0] < 0.6)
                found.update(look.families[person & (_covered(box, wide) > 0.4)].tolist())
        return found

    def left(self, families: set[int], box: NDArray[np.float64], since: float, tall: float) -> bool:
        """Whether somebody of these families was seen beside a thing, clear of it, after it came to rest."""
        for look in reversed(self._looks):
            if look.age < since:
                return False
            if len(look.boxes):
                clear = (_covered(box, look.boxes) < 0.1) & (sizes(look.boxes)[1] > 0.5 * tall)
                if (clear & np.isin(look.families, list(families))).any():
                    return True
        return False


def _covered(box: NDArray[np.float64], boxes: Boxes) -> NDArray[np.float64]:
    """Share of a box that each of others covers, (n,)."""
    w = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    h = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    out: NDArray[np.float64] = np.maximum(w, 0) * np.maximum(h, 0) / ((box[2] - box[0]) * (box[3] - box[1]))
    return out


def covers(boxes: Boxes, box: NDArray[np.float64], least: float) -> bool:
    """Whether one of the boxes, taller than `least`, covers half of a box or more."""
    return bool(((_covered(box, boxes) > 0.5) & (sizes(boxes)[1] > least)).any()) if len(boxes) else False
