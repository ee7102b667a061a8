"""Windows of the day in a time zone: whether a schedule is active at a moment.

The clock on the wall decides: an hour that is skipped when clocks go forward is not there, one that comes twice when
they go back is there twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from watchword.errors import SceneError
from watchword.units import SECOND

if TYPE_CHECKING:
    from watchword.lang.nodes import Window

DAY = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule:
    """Windows of the day, `22:00-06:00 on fri, sat`, in a time zone.

    A start is inside its window, an end is not. A window past midnight belongs to the day it starts on; 00:00 as an end
    is the end of the day.

    Args:
        windows: Their start and end in minutes of the day, and the days they start on (0 is Monday).
        zone: An IANA name, such as Europe/Paris.

    Raises:
        SceneError: There is no such time zone.

    Attributes:
        met: Whether it was active at any time that was asked for.
    """

    def __init__(self, windows: Sequence[Window], zone: str) -> None:
        self._zone = _zone(zone)
        self._windows = tuple((w.start, w.end or DAY, frozenset(w.days)) for w in windows)
        self._edges = sorted({0, DAY, *(edge for start, end, _ in self._windows for edge in (start, end))})
        # The answer last given, and from when to when it holds, ns.
        self._active, self._from, self._until = False, 0, 0
        self.met = False

    def active(self, time: int) -> bool:
        """Whether it is active at a time (ns since 1970, UTC)."""
        if not self._from <= time < self._until:
            self._look_up(time // SECOND)
        return self._active

    def _look_up(self, second: int) -> None:
        wall = self._wall(second)
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        self._active = any(_within(minute, day, *window) for window in self._windows)
        self.met |= self._active
        passed = minute * 60 + wall.second
        begin = second - passed + 60 * max(edge for edge in self._edges if edge <= minute)
        end = second - passed + 60 * min(edge for edge in self._edges if edge > minute)
        # Where clocks are changed in between, the edges are elsewhere: the answer holds up to the change.
        if self._offset(begin) != wall.utcoffset():
            begin = second
        if self._offset(end) != wall.utcoffset():
            end = self._change(second, end)
        self._from, self._until = begin * SECOND, end * SECOND

    def _change(self, before: int, after: int) -> int:
        """The first second of another offset, between two seconds that have different ones."""
        offset = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == offset else (before, middle)
        return after

    def _wall(self, second: int) -> datetime:
        return (EPOCH + timedelta(seconds=second)).astimezone(self._zone)

    def _offset(self, second: int) -> timedelta | None:
        return self._wall(second).utcoffset()


def _within(minute: int, day: int, start: int, end: int, days: frozenset[int]) -> bool:
    if start < end:
        return day in days and start <= minute < end
    return (day in days and minute >= start) or ((day - 1) % 7 in days and minute < end)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder
        known = available_timezones()
        near = get_close_matches(name, known, 1)
        fix = f"did you mean {near[0]}?" if near else "give an IANA name, such as Europe/Paris"
        if not known:
            fix = "this machine has no time zones: install the package `tzdata`"
        raise SceneError(f"there is no time zone {name!r}", fix=fix) from error
