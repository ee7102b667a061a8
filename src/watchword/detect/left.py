"""Finds what was left, taken or moved, without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchword.detect.sight import Sights
from watchword.detections import REST_SINCE, Column, Detections
from watchword.scene import Scene
from watchword.video import Frame

LABELS = {"left": "left_object", "removed": "removed_object", "moved": "moved_object"}


class LeftDetector:
    """Things that came to rest where nothing was, and holes where something was; needs a camera that stands still.

    A thing is reported once it has lain for three to five seconds, with `rest_since` saying from when; its box stays as
    it was first seen while people pass before it, and it is reported until its place is seen without it, or it was
    covered for a minute. It becomes part of the background after half an hour. The first seconds of a stream are spent
    learning: what lies there from the start is background.

    Args:
        scenes: By camera name, what is known of each camera.
        sights: Shared with another detector, so that each frame is looked at once.
    """

    name = "left"
    labels = ("left_object", "removed_object", "moved_object")
    columns: tuple[Column, ...] = (REST_SINCE,)
    blind = True

    def __init__(self, scenes: Mapping[str, Scene] | None = None, *, sights: Sights | None = None) -> None:
        self.sights = sights if sights is not None else Sights(scenes)

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """What lies in these frames: boxes in pixels of the frame, `rest_since` in nanoseconds.

        Raises:
            DataError: Two frames of one camera.
        """
        tables = []
        for frame in frames:
            view = self.sights.look(frame)
            labels = [LABELS[kind] for kind in view.kinds]
            tables.append(Detections.of(frame.camera, frame.time, view.boxes, labels, rest_since=view.rest_since))
        return Detections.join(tables)

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera."""
        self.sights.forget(camera)

    def close(self) -> None:
        """Give back the memory held."""
        self.sights.close()
