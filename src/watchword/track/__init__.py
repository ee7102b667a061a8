"""Trackers: boxes in, things with a number out. `Default` is the tracker that is used where none is named."""

from __future__ import annotations

import difflib
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from watchword.errors import DetectorError

if TYPE_CHECKING:
    from watchword.track.base import Tracker
    from watchword.track.boxtracker import BoxTracker as Default

__all__ = ["Default", "load"]


def load(spec: str = "default") -> Tracker:
    """A new tracker by its name.

    Args:
        spec: `default`; a tracker of another package (`watchword.track.adapters.TRACKERS`); a name under the entry
            points `watchword.trackers`; or `module:Class` of one that has no entry.

    Raises:
        DetectorError: There is no such tracker, or it cannot be made, or what is there is no tracker.
    """
    from watchword.track.adapters import TRACKERS
    from watchword.track.base import Tracker

    found = {"default": "watchword.track.boxtracker:BoxTracker", **TRACKERS}
    found |= {entry.name: entry.value for entry in entry_points(group="watchword.trackers")}
    value = spec if ":" in spec else found.get(spec, "")
    if not value:
        near = [n for n in sorted(found) if spec and n.startswith(spec)] or difflib.get_close_matches(spec, found, 1)
        raise DetectorError(
            f"there is no tracker `{spec}`",
            fix=f"did you mean `{near[0]}`?"
            if near
            else f"there are: {', '.join(sorted(found))}; or give module:Class",
        )
    module, _, attribute = value.partition(":")
    try:
        made = getattr(import_module(module), attribute)()
    except Exception as error:
        raise DetectorError(
            f"tracker `{spec}` ({value}) cannot be made: {type(error).__name__}: {error}", fix=_fix(error)
        ) from error
    if not isinstance(made, Tracker):
        raise DetectorError(f"`{value}` makes no tracker", fix="it needs `name`, `track` and `forget`")
    return made


def _fix(error: Exception) -> str:
    """What to do where a tracker cannot be made."""
    from watchword.track.adapters import EXTRAS

    extra = EXTRAS.get((getattr(error, "name", "") or "").partition(".")[0])
    if isinstance(error, ModuleNotFoundError) and extra:
        return f'its package is not installed: pip install "watchword[{extra}]"'
    return "check the name after the colon, and that its package is installed"


def __getattr__(name: str) -> Any:
    if name == "Default":
        from watchword.track.boxtracker import BoxTracker

        return BoxTracker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
