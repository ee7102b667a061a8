"""Things that have come to rest: found among the settled pixels, told apart, and watched until they are gone.

A settled blob may be a thing left, a hole where one was taken, the ghost of somebody who stood there when the
background was learned, a patch of light, or a person standing still. `Appearance` tells most of them apart; for a left
thing there should also be somebody who brought it. What is known to lie there keeps its own picture, outline and time,
so that people before it change nothing; it ends when the background shows again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.boxes import Boxes, iou
from watchword.detect.appearance import compare, histogram
from watchword.detect.background import Background, Image, Mask
from watchword.detect.movers import Movers, covers
from watchword.detect.perspective import Perspective
from watchword.detect.thing import Place, Thing, around, whole

MOVED = 30.0
"""Seconds within which what was removed may turn up elsewhere."""
GONE = 1.0
"""Seconds for which the background has to show before a thing is gone."""
HIDDEN = 60.0
"""Seconds for which a covered thing is still reported."""
FORGOTTEN = 600.0
"""Seconds for which a covered thing is remembered."""
KEPT = 1800.0
"""Seconds after which a thing becomes part of the background."""
STUBBORN = 180.0
"""Seconds after which what could not be told becomes part of the background."""
YOUNG = 20.0
"""Seconds: a background seen for less may have been somebody."""
LIKELY = 0.12
"""How much more present a thing is taken to be than it looks, where somebody brought it."""
HEAVIEST = 0.22
"""Area of a thing by the square of the height of a person there."""
LARGE = 0.25
"""Share of the picture beyond which a blob is no thing."""
LARGEST = 0.62
"""Larger side of a thing by the height of a person there; beyond, it is no luggage."""

_RING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(eq=False)
class _Doubt:
    """A settled blob on its way to a verdict."""

    box: NDArray[np.float64]
    first: float
    verdicts: dict[str, float] = field(default_factory=dict)
    _present: float | None = None
    _area: float = 0.0

    def grows(self, area: float, dt: float) -> bool:
        """Whether more of it is still coming to light."""
        self._area = self._area or 0.8 * area
        self._area += float(1 - np.exp(-2.5 * dt)) * (area - self._area)
        return area > 1.1 * self._area

    def present(self, value: float) -> float:
        """How present it seems, over the last looks."""
        self._present = value if self._present is None else 0.75 * self._present + 0.25 * value
        return self._present

    def count(self, verdict: str, dt: float) -> None:
        """One look more; earlier ones count less and less, by two thirds in two seconds."""
        for name in self.verdicts:
            self.verdicts[name] *= float(np.exp(-dt / 2))
        self.verdicts[verdict] = self.verdicts.get(verdict, 0.0) + min(dt, 1.0)


class Settled:
    """The things at rest before one camera.

    Attributes:
        things: Those known now.
        held: uint8 (h, w), not 0 where they lie.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.things: list[Thing] = []
        self.held: Mask = np.zeros(shape, np.uint8)
        self._doubts: list[_Doubt] = []
        self._movers = Movers()
        self._removed: deque[tuple[float, NDArray[np.float32], float]] = deque(maxlen=16)

    def update(
        self,
        now: Image,
        differs: Mask,
        background: Background,
        movers: Boxes,
        perspective: Perspective,
        elapsed: float,
    ) -> None:
        """Look at one picture.

        Args:
            now: uint8 (h, w, 3), in the background's light.
            differs: uint8 (h, w), not 0 where it is not background.
            background: It, after it has learned from this picture.
            movers: (n, 4) boxes of people in this picture, working pixels.
            perspective: Heights of people, working pixels.
            elapsed: Seconds since the last one.
        """
        age = background.age
        self._movers.see(age, movers)
        for thing in list(self.things):
            thing.look(now, background.tolerance, min(elapsed, 2.0))
            if thing.gone >= GONE:
                self.things.remove(thing)
                if thing.kind == "left":
                    self._remember(background, thing.patch, thing.mask)
            elif age - thing.since > KEPT or thing.hidden > FORGOTTEN:
                self._absorb(thing, background)
        self._find(differs, background, perspective, elapsed)
        self.held[:] = 0
        for thing in self.things:
            self.held[thing.place] |= thing.mask

    # -- what is known

    def _absorb(self, thing: Thing, background: Background) -> None:
        self.things.remove(thing)
        self._put(background, thing.place, thing.near, thing.patch)
        background.evidence[thing.place][thing.near > 0] = 0

    @staticmethod
    def _put(background: Background, place: Place, mask: Mask, patch: Image) -> None:
        where, picture = np.zeros(background.evidence.shape, bool), background.back.copy()
        where[place] = mask > 0
        picture[place] = patch
        background.put(where, picture)

    def begin_again(self, background: Background) -> None:
        """The background was begun anew: what is known to lie there is taken from it."""
        self._doubts.clear()
        for thing in self.things:
            view = background.back[thing.place]
            thing.patch = view.copy()
            around = view[thing.near == 0]
            if len(around):
                thing.before = np.empty_like(view)
                thing.before[:] = np.median(around, axis=0)
                self._put(background, thing.place, thing.near, thing.before)

    # -- what is new

    def _find(self, differs: Mask, background: Background, perspective: Perspective, elapsed: float) -> None:
        age = background.age
        settled = background.settled()
        if self.things:
            settled[cv2.dilate(self.held, _RING) > 0] = 0
        if not settled.any():
            self._doubts.clear()
            return
        closed = cv2.morphologyEx(settled, cv2.MORPH_CLOSE, _SQUARE)
        count, marks, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        height, width = settled.shape
        kept: list[_Doubt] = []
        for k in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[k])
            if area < 0.00045 * height * width:
                continue
            box = np.array([x, y, x + w, y + h], float)
            doubt = self._doubt(box, age)
            kept.append(doubt)
            place = around(x, y, w, h, settled.shape)
            mask = (marks[place] == k).astype(np.uint8)
            verdict = self._judge(differs, background, perspective, place, mask, doubt)
            doubt.count(verdict, min(elapsed, 2.0))
            self._settle(verdict, doubt, background, place, mask, perspective)
        self._doubts = kept

    def _doubt(self, box: NDArray[np.float64], age: float) -> _Doubt:
        for doubt in self._doubts:
            if iou(doubt.box[None], box[None])[0, 0] > 0.5:
                doubt.box = box
                return doubt
        return _Doubt(box, age)

    def _judge(
        self,
        differs: Mask,
        background: Background,
        perspective: Perspective,
        place: Place,
        mask: Mask,
        doubt: _Doubt,
    ) -> str:
        """What a settled blob is: light, ghost, removed, left, moved, big, or wait."""
        height, width = background.back.shape[:2]
        box = doubt.box
        w, h = box[2] - box[0], box[3] - box[1]
        area = float(mask.sum())
        tall = float(perspective.guess(box[3]))
        if area > LARGE * height * width:
            return "big"
        growing = doubt.grows(area, background.pause)
        look = compare(background.plain[place], background.back[place], mask)
        # the still part of a person is none of these
        part = covers(self._movers.now(), box, max(0.5 * tall, 1.3 * h))
        if look.light:
            return "wait" if part else "light"
        since = self._since(background, place, mask)
        old = float(np.median(background.seen[place][mask > 0]))
        bringers = self._movers.bringers(box, since, tall)
        small = max(w, h) < LARGEST * tall and area < HEAVIEST * tall * tall
        # a background long seen was no passer-by, so what somebody put before it is more likely there than gone
        present = doubt.present(look.present + (LIKELY if bringers and old > 8.0 else 0.0))
        if present < -0.1 and not part:
            return "removed" if small and bringers and old >= YOUNG else "ghost"
        if not small:
            return "big"
        apart = max(w, h) >= 0.1 * tall and _stands_free(differs[place], mask)
        if part or not apart or present < 0.1:
            return "wait"
        if bringers:
            plain = self._movers.left(bringers, box, since, tall)
        else:
            solid = look.colour > 0.06 or (look.contrast > 40 and look.texture < 0.4) or look.contrast > 70
            plain = look.sharp > 0.25 and solid
        if not plain or growing:
            return "wait"
        return "moved" if self._matches(background, place, mask, area) else "left"

    def _settle(
        self,
        verdict: str,
        doubt: _Doubt,
        background: Background,
        place: Place,
        mask: Mask,
        perspective: Perspective,
    ) -> None:
        """Act on a verdict that has held for long enough."""
        told = doubt.verdicts[verdict]
        if told < 0.5 or told < 0.5 * sum(doubt.verdicts.values()):
            return
        if verdict == "ghost":
            self._remember(background, background.back[place], mask)
        if verdict in ("light", "ghost") or background.age - doubt.first > STUBBORN:
            self._take(background, place, mask)
        elif verdict in ("left", "removed", "moved"):
            if self._grow(verdict, background, place, mask, perspective):
                return
            if verdict == "removed":
                self._remember(background, background.back[place], mask)
            since = self._since(background, place, mask)
            place, mask = whole(background, place, mask)
            self.things.append(Thing.of(verdict, background, place, mask, since))

    def _grow(self, kind: str, background: Background, place: Place, mask: Mask, perspective: Perspective) -> bool:
        """Give a piece that shows itself later to the thing that it touches, where together they are not too big."""
        for k, thing in enumerate(self.things):
            if thing.kind != kind and not (thing.kind == "left" and kind == "moved"):
                continue
            grown = thing.joined(background, place, mask)
            if grown is None:
                continue
            left, top, right, bottom = grown.box
            if max(right - left, bottom - top) <= LARGEST * float(perspective.guess(bottom)):
                self.things[k] = grown
                return True
        return False

    def _remember(self, background: Background, picture: Image, mask: Mask) -> None:
        """Something with these colours is no longer where it was."""
        self._removed.append((background.age, histogram(picture, mask), float(mask.sum())))

    def _take(self, background: Background, place: Place, mask: Mask) -> None:
        where = np.zeros(background.evidence.shape, bool)
        where[place] = cv2.dilate(mask, _SQUARE) > 0
        background.take_in(where & (background.evidence > 0.5), background.plain)

    @staticmethod
    def _since(background: Background, place: Place, mask: Mask) -> float:
        times = background.since[place][(mask > 0) & (background.evidence[place] > 0)]
        return float(np.percentile(times, 60)) if len(times) else background.age

    def _matches(self, background: Background, place: Place, mask: Mask, area: float) -> bool:
        """Whether it looks like something that was removed elsewhere a little while ago."""
        mine = histogram(background.plain[place], mask)
        return any(
            background.age - at < MOVED and 0.4 < area / size < 2.5 and float(np.minimum(mine, its).sum()) > 0.6
            for at, its, size in self._removed
        )


def _stands_free(differs: Mask, mask: Mask) -> bool:
    """Whether the background shows around a thing: else it may be the still part of a person."""
    body = cv2.dilate(mask, _RING)
    ring = (cv2.dilate(body, _RING) > 0) & (body == 0)
    return bool(ring.any()) and float((differs[ring] > 0).mean()) < 0.3
