"""The tracker of `motpy` (MIT), with the extra `motpy`.

It counts frames of one length: tell the adapter `fps`, or a camera's first four looks serve to measure it. It reports
things for a while after they were last seen; such rows say `seen` False.
"""

from __future__ import annotations

from typing import Any

import attrs
import motpy
import numpy as np
from motpy.model import ModelPreset

from watchword.boxes import Boxes, Floats
from watchword.track.adapters.adapter import Adapter, Follower, Told, rows_of

MODEL = ModelPreset.constant_velocity_and_static_box_size_2d.value


class _Follower:
    def __init__(self, tracker: Any, strong: float) -> None:
        self._tracker, self._strong = tracker, strong
        self._sights: dict[str, int] = {}

    def step(self, boxes: Boxes, scores: Floats, second: float) -> Told:  # noqa: ARG002 - it counts frames
        strong = np.flatnonzero(scores >= self._strong)
        told = self._tracker.step([motpy.Detection(boxes[row], scores[row]) for row in strong])
        sights = {one.id: one.steps_positive for one in self._tracker.trackers}
        # A track that was made of a box or took one in has one sight more.
        seen = [sights[track.id] > self._sights.get(track.id, 0) for track in told]
        self._sights = sights
        at = np.flatnonzero(seen)
        places = np.array([track.box for track in told]).reshape(-1, 4)
        rows = np.full(len(told), -1, np.intp)
        if len(at) and len(strong):
            found = rows_of(places[at], boxes[strong])
            rows[at] = np.where(found >= 0, strong[found], -1)
        return Told([track.id for track in told], places, rows, sights.keys())


@attrs.define(eq=False, kw_only=True)
class Motpy(Adapter):
    """Motpy's multi-object tracker with its own settings.

    Attributes:
        strong: Boxes of a lower score are left out; motpy makes no difference between them.
    """

    name: str = "motpy"
    strong: float = 0.5

    def _follower(self, fps: float) -> Follower:
        # The library writes into the model it is given, and its own is one for all trackers of the process.
        options = {"model_spec": dict(MODEL), **self.options}
        return _Follower(motpy.MultiObjectTracker(dt=1 / fps, **options), self.strong)
