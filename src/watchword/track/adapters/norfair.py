"""The tracker of `norfair` (Tryolabs, BSD-3), with the extra `norfair`.

Its pins are old: it installs beside NumPy 1.26 and OpenCV 4, or without its pins. It counts frames: tell the adapter
`fps`, or a camera's first four looks serve to measure it. It reports things for a while after they were last seen; such
rows say `seen` False.
"""

from __future__ import annotations

from typing import Any

import attrs
import norfair
import numpy as np

from watchword.boxes import Boxes, Floats
from watchword.track.adapters.adapter import Adapter, Follower, Told


class _Follower:
    def __init__(self, tracker: Any, strong: float) -> None:
        self._tracker, self._strong = tracker, strong
        self._frame = 0

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:  # noqa: ARG002 - it counts frames
        self._frame += 1
        given = [
            norfair.Detection(boxes[row].reshape(2, 2), data=(self._frame, int(row)))
            for row in np.flatnonzero(scores >= self._strong)
        ]
        found = self._tracker.update(given)
        boxes = np.array([thing.estimate.reshape(4) for thing in found]).reshape(-1, 4)
        last = [thing.last_detection.data for thing in found]
        rows = np.array([row if frame == self._frame else -1 for frame, row in last], np.intp)
        alive = {thing.id for thing in self._tracker.tracked_objects if thing.id is not None}
        return Told([thing.id for thing in found], boxes, rows, alive)


@attrs.define(eq=False, kw_only=True)
class Norfair(Adapter):
    """Norfair with its overlap as distance: known after 0.3 s, remembered for a second.

    Attributes:
        strong: Boxes of a lower score are left out; norfair makes no difference between them.
    """

    name: str = "norfair"
    strong: float = 0.5

    def _follower(self, fps: float) -> Follower:
        second = max(2, round(fps))
        options = {
            "distance_function": "iou",
            "distance_threshold": 0.7,
            "hit_counter_max": second,
            "initialization_delay": min(max(1, round(0.3 * fps)), second - 1),
            "past_detections_length": 0,
            **self.options,
        }
        return _Follower(norfair.Tracker(**options), self.strong)
