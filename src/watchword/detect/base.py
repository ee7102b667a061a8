"""What a detector has to do. Write your own: `docs/detectors.md`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from watchword.detections import Column, Detections
from watchword.video import Frame


@runtime_checkable
class Detector(Protocol):
    """Finds things in pictures. One object, one thread at a time; nothing global.

    Attributes:
        name: What the terminal calls it.
        labels: Every class name it can emit, so that a rule about another can be warned of.
        columns: The columns it adds to its boxes, beyond box, label and score.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def labels(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def columns(self) -> tuple[Column, ...]: ...  # noqa: D102

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """What is in these frames, at most one a camera: one table, its cameras in the order of the frames.

        Called with rising times for each camera. Boxes are in pixels of the frame given.
        """
        ...

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera: its stream has ended or begins anew."""
        ...

    def close(self) -> None:
        """Give back what is held; called once, last."""
        ...
