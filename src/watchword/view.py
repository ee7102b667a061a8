"""Whether a camera still sees what it saw: moved, covered, blurred and blinded cameras are noticed, within two seconds.

**What is compared.** Of each look a small grey picture is made, and its gradients: which way and how steeply the light
changes at each point. Gradients of the standing scene are learned slowly, as a mean over a minute: what moves averages
out. Then every block of the picture that has edges is asked how well its gradients agree with the learned ones, as a
correlation: 1 where they are the same up to a factor, so that a lamp, a cloud or nightfall, which make all of it
brighter or darker, change little (Tsesmelis, Christensen, Fihl, Moeslund, *Tamper detection for active surveillance
systems*, AVSS 2013, use edges likewise; gradient correlation: Fitch et al., *Orientation correlation*, BMVC 2002).

**What is told.** A crowd hides many blocks, but not all, and changes where the picture is light and dark; a camera that
was moved or covered loses nearly all blocks, and one moved a little leaves light and dark where they were. Blur takes
the height of edges, darkness and glare all contrast. What lasts a second is told.

**What is not learned.** While the view is lost nothing is learned, so that it comes back by itself when the camera is
turned back or uncovered. Whoever moved it on purpose says `reference`: what is seen now is the view. Where a camera's
clock is set back its view is learned anew, but not while it is lost: a cover would become the view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.saved import pack, unpack
from watchword.units import SECOND
from watchword.video import Frame

Reason = Literal["", "moved", "covered", "blurred", "blinded"]
Floats = NDArray[np.float32]

LONG = 192
"""Pixels of the small picture's longer side."""
BLOCK = 16
"""Pixels of a block's side."""
BEAT = SECOND // 6
"""Looks that follow sooner than this are taken as the one before: people and hands are slower."""
HOLD = SECOND
"""How long the view has to be lost, or seen again, before it is told."""
FIRST = 2 * SECOND
"""How long a view is learned before it is judged."""
MEMORY = 60 * SECOND
"""Time constant of what is learned."""
SOFT = 1.2
"""Gaussian blur before gradients are taken, small pixels: what trembles in the wind by less than that agrees."""
EDGES = 1.5
"""Grey levels a pixel: blocks whose learned gradients are flatter say nothing."""
AGREES = 0.7
"""Correlation of a block that is seen as it was."""
SEEN = 0.3
"""The view may be lost where fewer of the blocks agree: if they are bare, or if light and dark are where they were …"""
NEARLY = 0.9
"""… by this correlation: no crowd stands there, the camera was moved a little."""
GONE = 0.11
"""The view is lost where fewer of the blocks agree, whatever else."""
BARE = 0.25
"""A block has lost its edges where no more than this share of their energy is left."""
SHARP = 0.68
"""The view is blurred where edges are lower than this share of what they were, for the contrast that there is."""
CONTRAST = 2.5
"""Grey levels from dark to light (standard deviation) below which nothing is told apart."""
GLARE = 0.6
"""The share of pixels at the upper end from which a picture is blinded."""
FEWEST = 5
"""Blocks with edges that it takes to judge more than light."""


@attrs.frozen
class Verdict:
    """What is known of a camera's view.

    Attributes:
        ok: Whether it sees what it saw.
        reason: "moved", "covered", "blurred" or "blinded" where it does not, else "".
        since: When that began, ns: of the first look that was so.
        doubt: Whether this look says otherwise, which is not told before it has lasted. No part of equality.
    """

    ok: bool
    reason: Reason = ""
    since: int = 0
    doubt: bool = attrs.field(default=False, eq=False)


@attrs.define(eq=False)
class _Picture:
    """A look at its small size: grey, gradients, and which blocks may be seen, bool; None: all of them."""

    grey: Floats
    x: Floats
    y: Floats
    open: NDArray[np.bool_] | None = None

    @property
    def contrast(self) -> float:
        return float(self.grey.std())


def _picture(image: NDArray[np.uint8], kept: NDArray[np.uint8] | None) -> _Picture:
    h, w = image.shape[:2]
    scale = LONG / max(h, w)
    w, h = (max(BLOCK, round(side * scale / BLOCK) * BLOCK) for side in (w, h))
    # Four pixels have a part in one of the small picture, so that noise averages out; all of them would cost too much.
    some = cv2.resize(image, (2 * w, 2 * h), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(some, (w, h), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    seen = None
    if kept is not None:
        # What a mask hides is flat and of middling light, and the blocks that it touches say nothing: its black edges
        # stay where they are whatever becomes of the view.
        part = cv2.resize(kept, (2 * w, 2 * h), interpolation=cv2.INTER_NEAREST)
        lies = cv2.resize(part, (w, h), interpolation=cv2.INTER_AREA) < 255
        grey[lies] = float(grey[~lies].mean()) if not lies.all() else 0.0
        seen = _blocks(cv2.dilate(lies.astype(np.float32), np.ones((7, 7), np.uint8)).astype(np.float32)) == 0
    soft = cv2.GaussianBlur(grey, (0, 0), SOFT)
    x = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    y = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    return _Picture(np.asarray(grey, np.float32), np.asarray(x, np.float32), np.asarray(y, np.float32), seen)


def _blocks(values: Floats) -> Floats:
    """The mean of each block."""
    h, w = values.shape
    return np.asarray(cv2.resize(values, (w // BLOCK, h // BLOCK), interpolation=cv2.INTER_AREA), np.float32)


KNOWN = ("began", "learned", "last", "odd", "odd_since", "odd_looks")
"""What is known of a view beside its picture and its verdict."""


class _View:
    """What is learned of one camera, and what was last found."""

    def __init__(self) -> None:
        self.grey: Floats | None = None
        self.x = self.y = np.zeros((0, 0), np.float32)
        self.began = self.learned = self.last = 0
        self.verdict = Verdict(ok=True)
        self.odd: Reason = ""
        self.odd_since = 0
        self.odd_looks = 0

    def look(self, time: int, image: NDArray[np.uint8], kept: NDArray[np.uint8] | None = None) -> Verdict:
        if self.grey is not None:
            passed = time - self.last
            if -FIRST < passed < BEAT:
                return self.verdict
            if passed < 0:
                self._set_back(time)
        now = _picture(image, kept)
        if self.grey is None or self.grey.shape != now.grey.shape:
            self.grey, self.x, self.y = now.grey, now.x, now.y
            self.began = self.learned = self.last = time
            self.verdict = Verdict(ok=True, since=time)
            self.odd, self.odd_looks = "", 0
            return self.verdict
        self.last = time
        young = time - self.began < FIRST
        found = "" if young else self._judge(now)
        if not found and self.verdict.ok:
            self._learn(time, now)
        self._settle(time, found)
        return self.verdict

    def _set_back(self, time: int) -> None:
        """The clock was set back. A view that was well is learned anew; of one that is lost only the clocks change."""
        if self.verdict.ok and not self.odd_looks:
            self.grey = None
            return
        shift = time - self.last
        self.began, self.learned, self.odd_since = (at + shift for at in (self.began, self.learned, self.odd_since))

    def _learn(self, time: int, now: _Picture) -> None:
        passed = max(0, time - self.learned)
        share = passed / (min(MEMORY, max(time - self.began, 1)) + passed)
        self.learned = time
        assert self.grey is not None
        for mean, value in ((self.grey, now.grey), (self.x, now.x), (self.y, now.y)):
            cv2.accumulateWeighted(value, mean, share)

    def _settle(self, time: int, found: Reason) -> None:
        """Tell a change once it has held for a while, and was seen twice."""
        changed = bool(found) == self.verdict.ok
        if not changed:
            self.odd_looks = 0
            if self.verdict.doubt:
                self.verdict = attrs.evolve(self.verdict, doubt=False)
            return
        if not self.odd_looks:
            self.odd_since = time
        self.odd_looks += 1
        self.odd = found
        if time - self.odd_since >= HOLD and self.odd_looks >= 2:
            self.verdict = Verdict(not found, found, self.odd_since)
            self.odd_looks = 0
            self.learned = time
        elif not self.verdict.doubt:
            self.verdict = attrs.evolve(self.verdict, doubt=True)

    def _judge(self, now: _Picture) -> Reason:
        """What is wrong with a picture, "" for nothing."""
        assert self.grey is not None
        mine = _blocks(self.x * self.x + self.y * self.y)
        theirs = _blocks(now.x * now.x + now.y * now.y)
        both = _blocks(self.x * now.x + self.y * now.y)
        known = mine > EDGES**2
        if now.open is not None:
            known &= now.open
        before = float(self.grey.std())
        alike = self._alike(now)
        if before > 3 * CONTRAST:
            if float((now.grey >= 250).mean()) > GLARE:
                return "blinded"
            if now.contrast < CONTRAST:
                return "blinded" if now.grey.mean() < 2 * CONTRAST or alike > 0.5 else "covered"
        if known.sum() < FEWEST:
            return ""
        mine, theirs, both = mine[known], theirs[known], both[known]
        agreement = both / np.sqrt(mine * np.maximum(theirs, 1e-6))
        # How high the edges are by what they were, for the contrast that the picture has now.
        height = float(np.median(both / mine)) * before / max(now.contrast, 1e-3)
        if alike > 0.7 and height < SHARP and float(np.median(theirs / mine)) * (before / now.contrast) ** 2 < SHARP:
            return "blurred"
        seen = float((agreement > AGREES).mean())
        if seen < SEEN and float((theirs < BARE * mine).mean()) > 0.5:
            return "covered"
        return "moved" if seen < GONE or (seen < SEEN and alike > NEARLY) else ""

    def _alike(self, now: _Picture) -> float:
        """Correlation of the broad light and dark, block by block, with what was learned."""
        assert self.grey is not None
        a, b = _blocks(self.grey), _blocks(now.grey)
        a, b = a - a.mean(), b - b.mean()
        size = float(np.sqrt((a * a).sum() * (b * b).sum()))
        return float((a * b).sum()) / size if size > 1e-6 else 0.0


class Integrity:
    """Notices that a camera no longer sees what it saw. One object for all cameras; each is judged by itself.

    A view is learned for its first two seconds, and slowly from then on; so begin with a camera that sees well.
    """

    def __init__(self) -> None:
        self._views: dict[str, _View] = {}

    def look(self, frames: Iterable[Frame], kept: Mapping[str, NDArray[np.uint8]] | None = None) -> dict[str, Verdict]:
        """Take in a frame of each of some cameras.

        Args:
            frames: One or more frames, their images uint8 (height, width, 3). A frame of another size than before is
                taken for a new view.
            kept: By camera, where there are masks: uint8 (height, width), 255 where the picture may be seen, else 0.
                What is hidden says nothing of the view.

        Returns:
            What is known of the view of each of these cameras.
        """
        masks = kept or {}
        return {
            f.camera: self._views.setdefault(f.camera, _View()).look(f.time, f.image, masks.get(f.camera))
            for f in frames
        }

    def dump(self) -> bytes:
        """All that is known of the views, for a restart."""
        said: dict[str, list[Any]] = {}
        arrays: dict[str, Floats] = {}
        for k, (camera, view) in enumerate(self._views.items()):
            if view.grey is not None:
                said[camera] = [k, {name: getattr(view, name) for name in KNOWN}, attrs.asdict(view.verdict)]
                arrays |= {f"{k}/grey": view.grey, f"{k}/x": view.x, f"{k}/y": view.y}
        return pack("view", said, arrays)

    def load(self, saved: bytes) -> None:
        """Take up what was known.

        Raises:
            StateError: What was saved is damaged, or was saved by another version.
        """
        said, arrays = unpack("view", saved)
        for camera, (k, known, verdict) in said.items():
            view = self._views[camera] = _View()
            view.grey, view.x, view.y = (arrays[f"{k}/{name}"].copy() for name in ("grey", "x", "y"))
            view.verdict = Verdict(**verdict)
            for name in KNOWN:
                setattr(view, name, known[name])

    def reference(self, camera: str) -> None:
        """What this camera sees from its next frame on is its view: it was moved on purpose."""
        self._views.pop(camera, None)

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera: it is gone, or another."""
        self._views.pop(camera, None)
