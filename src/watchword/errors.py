"""Everything Watchword raises, one tree.

::

    WatchwordError            catch this to catch them all
    ├── RuleError             a rule file has errors; `.findings` holds every one of them
    ├── SceneError            a scene, zone or line that makes no sense
    ├── DataError             detections, tracks, frames or files of them that cannot be used
    ├── VideoError            a film or folder of pictures that cannot be read
    ├── DetectorError         a detector or tracker is missing, or breaks its contract
    └── StateError            a call in the wrong order, or state that belongs to something else

An error says, in this order: where (file, place), what is wrong, what to do. It knows only names and text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchword.lang.findings import Finding


class WatchwordError(Exception):
    """The root: `str()` of it is one message for a person.

    Args:
        message: What is wrong.
        where: The file, and the place in it, that it is about; empty where there is none.
        fix: What to do about it; empty where it is plain.
    """

    def __init__(self, message: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(message, where, fix)
        self.message = message
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  help: {self.fix}" if self.fix else head


class RuleError(WatchwordError):
    """A rule file that cannot run. `findings` holds all that was found in it, warnings too."""

    def __init__(self, findings: Sequence[Finding], shown: str) -> None:
        super().__init__(shown)
        self.findings = tuple(findings)


class SceneError(WatchwordError):
    """A scene, zone or line that makes no sense: crossing sides, outside the frame, a doubled name."""


class DataError(WatchwordError):
    """Detections, tracks or frames, or a file of them, that cannot be used as they are."""


class VideoError(WatchwordError):
    """A film or a folder of pictures that cannot be opened or read."""


class DetectorError(WatchwordError):
    """A detector or tracker that is not there or does not keep its contract."""


class StateError(WatchwordError):
    """A call that comes too late or too early, or saved state that belongs to other rules."""
