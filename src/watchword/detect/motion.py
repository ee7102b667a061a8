"""Finds what moves, without a model: whatever is before the background, cut into people and vehicles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchword.detect.sight import Sights
from watchword.detections import MEMBERS, Column, Detections
from watchword.scene import Scene
from watchword.video import Frame


class MotionDetector:
    """People and vehicles by background subtraction; needs a camera that stands still.

    Where the scene tells how tall people are (`ground`), its word is taken; else it is learned from who walks by, and
    until then groups are not split. A person who stands still stays a person; a thing at rest does not become one.

    Args:
        scenes: By camera name, what is known of each camera.
        sights: Shared with another detector, so that each frame is looked at once.
    """

    name = "motion"
    labels = ("person", "vehicle")
    columns: tuple[Column, ...] = (MEMBERS,)
    blind = True

    def __init__(self, scenes: Mapping[str, Scene] | None = None, *, sights: Sights | None = None) -> None:
        self.sights = sights if sights is not None else Sights(scenes)

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """What moves in these frames: boxes in pixels of the frame, `members` saying how many people each stands for.

        Raises:
            DataError: Two frames of one camera.
        """
        tables = []
        for frame in frames:
            found = self.sights.look(frame).moving
            labels = ["vehicle" if v else "person" for v in found.vehicle]
            tables.append(
                Detections.of(frame.camera, frame.time, found.boxes, labels, found.scores, members=found.members)
            )
        return Detections.join(tables)

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera."""
        self.sights.forget(camera)

    def close(self) -> None:
        """Give back the memory held."""
        self.sights.close()
