"""Trackers of `trackers` (Roboflow, Apache-2.0), 2.6 and later, with the extra `roboflow`.

They are told the time of each look, so nothing has to be measured and holes are as long as they are. Some thresholds of
theirs still count looks (how many in a row make a thing known). They report boxes as the detector saw them. A track
matched with a box is known only once it has its number.
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import numpy as np
import supervision
import trackers

from watchword.boxes import Boxes, Floats
from watchword.track.adapters.adapter import Adapter, Follower, Told


class _Follower:
    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:
        n = len(boxes)
        given = supervision.Detections(
            xyxy=boxes, confidence=scores, class_id=np.zeros(n, int), data={"row": np.arange(n)}
        )
        found = self._tracker.update(given, timestamp=second)
        alive = {track.tracker_id for track in self._tracker.tracks if track.tracker_id >= 0}
        if found.tracker_id is None or not len(found):
            return Told([], np.empty((0, 4)), np.empty(0, np.intp), alive)
        at = np.flatnonzero(found.tracker_id >= 0)
        keys = found.tracker_id[at].tolist()
        return Told(keys, np.asarray(found.xyxy[at], np.float64), found.data["row"][at], alive | set(keys))


@attrs.define(eq=False, kw_only=True)
class _Roboflow(Adapter):
    """A tracker of the package `trackers`."""

    COUNTS: ClassVar[bool] = False
    CLASS: ClassVar[str] = ""

    def _follower(self, fps: float) -> Follower:
        return _Follower(getattr(trackers, self.CLASS)(**{"frame_rate": fps, **self.options}))


@attrs.define(eq=False, kw_only=True)
class ByteTrack(_Roboflow):
    """ByteTrack (Y. Zhang et al., ECCV 2022)."""

    CLASS: ClassVar[str] = "ByteTrackTracker"
    name: str = "roboflow-bytetrack"


@attrs.define(eq=False, kw_only=True)
class Sort(_Roboflow):
    """SORT (A. Bewley et al., ICIP 2016)."""

    CLASS: ClassVar[str] = "SORTTracker"
    name: str = "roboflow-sort"


@attrs.define(eq=False, kw_only=True)
class OCSort(_Roboflow):
    """OC-SORT (J. Cao et al., CVPR 2023)."""

    CLASS: ClassVar[str] = "OCSORTTracker"
    name: str = "roboflow-ocsort"


@attrs.define(eq=False, kw_only=True)
class CBIoU(_Roboflow):
    """C-BIoU (F. Yang et al., WACV 2023)."""

    CLASS: ClassVar[str] = "CBIoUTracker"
    name: str = "roboflow-cbiou"
