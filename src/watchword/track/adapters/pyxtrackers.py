"""Trackers of `pyxtrackers` (compiled), with the extra `pyxtrackers`.

They count frames: tell the adapter `fps`, or a camera's first four looks serve to measure it. Only ByteTrack says which
tracks it still remembers; of the others an end is told once their memory must have passed, twice over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import attrs
import numpy as np
from pyxtrackers import BYTETracker
from pyxtrackers import OCSort as _OCSort
from pyxtrackers import Sort as _Sort

from watchword.boxes import Boxes, Floats
from watchword.track.adapters.adapter import Adapter, Follower, Recent, Told, rows_of

NOBODY = np.array([[0.0, 0.0, 1.0, 1.0, 0.0]])
"""A box of score 0. OC-SORT does not count frames without any box, and leaves out one of score 0."""


class _Follower:
    def __init__(self, make: Callable[[], Any], recent: Recent | None) -> None:
        self._make, self._recent = make, recent
        self._tracker = make()
        self._counts = not isinstance(self._tracker, _OCSort)

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:  # noqa: ARG002 - it counts frames
        given = np.column_stack((boxes, scores))
        found = self._tracker.update(given if len(given) or self._counts else NOBODY)
        keys = found[:, 4].astype(np.int64).tolist()
        if self._recent is None:
            alive = {track.track_id for track in (*self._tracker.tracked_stracks, *self._tracker.lost_stracks)}
            if not alive and self._tracker.track_id_counter:
                # It keeps all that ever was, and slows down by it; where nothing is followed a new one knows as much.
                self._tracker = self._make()
                self._tracker.update(given)
        else:
            alive = set(self._recent.alive(keys))
        return Told(keys, found[:, :4], rows_of(found[:, :4], boxes), alive)


@attrs.define(eq=False, kw_only=True)
class ByteTrack(Adapter):
    """ByteTrack (Y. Zhang et al., ECCV 2022)."""

    name: str = "pyxtrackers-bytetrack"

    def _follower(self, fps: float) -> Follower:
        # Its memory is int(frame_rate / 30 * track_buffer) frames, its frame_rate a whole number.
        return _Follower(partial(BYTETracker, **{"frame_rate": max(1, round(fps)), **self.options}), None)


@attrs.define(eq=False, kw_only=True)
class Sort(Adapter):
    """SORT (A. Bewley et al., ICIP 2016). It has no memory: after a frame missed, another number."""

    name: str = "pyxtrackers-sort"

    def _follower(self, fps: float) -> Follower:  # noqa: ARG002 - nothing of it depends on the rate
        options = {"max_age": 1, **self.options}
        return _Follower(partial(_Sort, **options), Recent(2 * options["max_age"] + options.get("min_hits", 3)))


@attrs.define(eq=False, kw_only=True)
class OCSort(Adapter):
    """OC-SORT (J. Cao et al., CVPR 2023). It remembers for a second."""

    name: str = "pyxtrackers-ocsort"
    DEFAULTS: ClassVar[dict[str, Any]] = {"det_thresh": 0.3}

    def _follower(self, fps: float) -> Follower:
        options = {**self.DEFAULTS, "max_age": max(1, round(fps)), **self.options}
        return _Follower(partial(_OCSort, **options), Recent(2 * options["max_age"] + options.get("min_hits", 3)))
