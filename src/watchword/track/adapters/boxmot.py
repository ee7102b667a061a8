"""Trackers of `boxmot` (AGPL-3.0: mind what that asks of you) that need no picture, with the extra `boxmot`.

They count frames: tell the adapter `fps`, or a camera's first four looks serve to measure it. The package needs PyTorch
and OpenCV 4.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import boxmot
import boxmot.utils  # sets up its log when first imported
import numpy as np

from watchword.boxes import Boxes, Floats
from watchword.track.adapters.adapter import Adapter, Follower, Told


@contextmanager
def _quiet() -> Iterator[None]:
    """The package logs its settings whenever a tracker is made."""
    logger = logging.getLogger("boxmot")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Follower:
    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:  # noqa: ARG002 - it counts frames
        found = self._tracker.update(np.column_stack((boxes, scores, np.zeros(len(boxes)))))
        lost = getattr(self._tracker, "lost_stracks", ())
        keys = found[:, 4].astype(np.int64).tolist()
        alive = {int(track.id) for track in (*self._tracker.active_tracks, *lost)} | set(keys)
        if hasattr(self._tracker, "removed_stracks"):  # it keeps all that ever was; only what is lost is asked for
            self._tracker.removed_stracks = [t for t in self._tracker.removed_stracks if int(t.id) in alive]
        return Told(keys, found[:, :4].astype(np.float64), found[:, 7].astype(np.intp), alive)


@attrs.define(eq=False, kw_only=True)
class ByteTrack(Adapter):
    """ByteTrack (Y. Zhang et al., ECCV 2022)."""

    name: str = "boxmot-bytetrack"

    def _follower(self, fps: float) -> Follower:
        with _quiet():
            return _Follower(boxmot.ByteTrack(**{"frame_rate": fps, **self.options}))


@attrs.define(eq=False, kw_only=True)
class OCSort(Adapter):
    """OC-SORT (J. Cao et al., CVPR 2023). It remembers for a second."""

    name: str = "boxmot-ocsort"

    def _follower(self, fps: float) -> Follower:
        with _quiet():
            return _Follower(boxmot.OcSort(**{"max_age": max(1, round(fps)), **self.options}))
