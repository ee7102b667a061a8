"""What a host has told: armed or not, a badge read, a train at the platform."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from watchword.detections import NEVER
from watchword.units import MINUTE

KEPT = 5 * MINUTE
"""How far cameras may lag behind each other, and how late an event may be told."""
MOST = 4096
"""How much of one signal is kept where no camera asks for it, or tellings come in a flood."""


@attrs.define
class History:
    """One signal at one place, for one camera or for all: (time, which telling it was, value), by time."""

    entries: list[tuple[int, int, bool]] = attrs.field(factory=list)
    asked: int = NEVER

    def add(self, time: int, order: int, value: bool) -> None:
        """Take in a telling; one that is told again is the same."""
        k = bisect_right(self.entries, (time, order))
        if k and self.entries[k - 1][0] == time and self.entries[k - 1][2] == value:
            return
        insort(self.entries, (time, order, value))
        # The last before all that is kept says what the state has been since.
        stale = bisect_right(self.entries, (self.asked - KEPT, order)) - 1 if self.asked != NEVER else 0
        del self.entries[: max(stale, len(self.entries) - MOST, 0)]

    def ask(self, now: int) -> None:
        """A camera asks at this time. One that is far behind all others had its clock set back."""
        if now > self.asked or now < self.asked - KEPT:
            self.asked = now


class Signals:
    """Signals as the host has told them; times are those of the cameras' frames, ns.

    Memory is bounded: of a state what has been so for the last five minutes is kept, of an event what happened in them.
    """

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str | None], History] = {}
        self._count = 0
        # By name, place and camera: when events were asked for last, what was told by the time before, and by then.
        self._heard: dict[tuple[str, str, str], tuple[int, int, int]] = {}

    @property
    def told(self) -> bool:
        """Whether the host has told anything."""
        return self._count > 0

    def dump(self) -> dict[str, Any]:
        """All that was told and asked, for a snapshot."""
        told = [[*key, history.asked, history.entries] for key, history in self._told.items()]
        return {"count": self._count, "told": told, "heard": [[*k, *v] for k, v in self._heard.items()]}

    def load(self, saved: Mapping[str, Any], names: frozenset[str]) -> None:
        """Take up what was told of the signals of these names."""
        self._count = saved["count"]
        for name, at, camera, asked, entries in saved["told"]:
            if name in names:
                history = [(time, order, value) for time, order, value in entries]
                self._told[name, at, camera] = History(history, asked)
        for name, at, camera, *heard in saved["heard"]:
            if name in names:
                asked, before, by_then = heard
                self._heard[name, at, camera] = (asked, before, by_then)

    def tell(self, name: str, time: int, value: bool = True, *, at: str = "", camera: str | None = None) -> None:
        """Take in what the host tells.

        Args:
            name: Of the signal.
            time: Since when it is so, or when it happened, ns.
            value: True or false of a state; a false event is none.
            at: The place it was told of, as in `signal badge at door`.
            camera: Which camera it is for; all of them where not said.
        """
        self._count += 1
        self._told.setdefault((name, at, camera), History()).add(time, self._count, value)

    def state(self, name: str, at: str, camera: str, now: int) -> int:
        """Whether it holds at a time: 1 or -1, 0 where it was not told. What was told for later does not count yet."""
        latest: tuple[int, int, bool] | None = None
        for history in self._of(name, at, camera, now):
            k = bisect_right(history.entries, (now, self._count, True))
            if k and (latest is None or history.entries[k - 1] > latest):
                latest = history.entries[k - 1]
        return 0 if latest is None else 1 if latest[2] else -1

    def events(self, name: str, at: str, camera: str, since: int, now: int) -> list[int]:
        """When it happened in (since, now], rising.

        What happened before and was told only after the camera had asked is in it too, where it is no more than five
        minutes old: an event that comes late over the wire is not lost.
        """
        key = (name, at, camera)
        asked, before, by_then = self._heard.get(key, (now, self._count, self._count))
        if asked != now:
            before, by_then = by_then, self._count
        self._heard[key] = (now, before, by_then)
        oldest = since if before == self._count else min(since, now - KEPT)
        found = []
        for history in self._of(name, at, camera, now):
            first = bisect_right(history.entries, (oldest, self._count, True))
            for time, order, value in history.entries[first:]:
                if time > now:
                    break
                if value and (time > since or (order > before and time > now - KEPT)):
                    found.append(time)
        return sorted(set(found))

    def _of(self, name: str, at: str, camera: str, now: int) -> Iterator[History]:
        for whose in (camera, None):
            history = self._told.get((name, at, whose))
            if history is not None:
                history.ask(now)
                yield history
