"""What a tracker has to do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from watchword.detections import Detections
from watchword.tracks import Tracks


@runtime_checkable
class Saving(Protocol):
    """A tracker that can go on over a restart."""

    def dump(self) -> bytes:
        """All that it remembers."""
        ...

    def load(self, saved: bytes) -> None:
        """Take up what another of its kind remembered; called before any look."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Gives boxes an identity through time. One object, one thread at a time; nothing global, no link across cameras.

    One that is to go on over a restart (`Watch.snapshot`) is `Saving`, too; another begins anew then.

    Attributes:
        name: What the terminal calls it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    def track(self, detections: Detections) -> Tracks:
        """The confirmed things of this tick, its cameras those of `detections`.

        Online: a row for time t uses what was seen up to t. Ids never return for another thing of the same camera.
        Rows whose `seen` is False are places expected, not seen. `ended` says what the tracker has given up.
        """
        ...

    def forget(self, camera: str) -> None:
        """Drop all that is remembered of a camera: its stream has ended or begins anew."""
        ...
