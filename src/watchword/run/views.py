"""Whether cameras see what their zones were drawn for, by a check of the picture or by the host's word.

While one does not, nothing is looked at there: its states are unknown like in the dark. A system alert says so, once at
the start and once when all who said so have taken it back.
"""

from __future__ import annotations

import attrs

from watchword.events import SYSTEM_VIEW, Alert, Notice, alert_id, show_time
from watchword.run.cameras import Camera
from watchword.units import clock


@attrs.define
class Lost:
    """A view that is none.

    Attributes:
        said: Who says so, and why.
        reason: Why, by the first who said so.
        since: Since when, ns.
        id: Of the alert that tells it.
        zero: The time that seconds of the camera are counted from, ns.
    """

    said: dict[str, str]
    reason: str
    since: int
    id: str
    zero: int


class Views:
    """The views of all cameras.

    Args:
        source: Name of the stream or recording; part of the alerts' ids.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self.lost: dict[str, Lost] = {}

    def lose(self, camera: Camera, who: str, reason: str, since: int, now: int, zero: int) -> Notice | None:
        """Somebody says that a camera does not see what it should; what is to be told of it.

        Args:
            camera: Which.
            who: "picture" or "host".
            reason: A word for a person: covered, moved.
            since: Since when, ns.
            now: When it is said, ns.
            zero: The time that seconds of the camera are counted from, ns.
        """
        known = self.lost.get(camera.name)
        if known is not None:
            known.said[who] = reason
            return None
        known = Lost({who: reason}, reason, since, alert_id(self._source, SYSTEM_VIEW, camera.name, (), since), zero)
        self.lost[camera.name] = known
        message = f"{camera.name}: the view is {reason} since {show_time(since)}; rules say nothing until it is back"
        return self._notice(camera, known, since, now, message, camera.count("view"))

    def back(self, camera: Camera, who: str, since: int, now: int) -> Notice | None:
        """Somebody says that a camera sees again; it does when nobody says otherwise."""
        known = self.lost.get(camera.name)
        if known is None or known.said.pop(who, None) is None or known.said:
            return None
        del self.lost[camera.name]
        time = max(since, known.since)
        lasted = clock(time - known.since)
        message = f"{camera.name}: the view is back at {show_time(time)}; it was {known.reason} for {lasted}"
        return self._notice(camera, known, time, now, message, camera.counts.get("view", 1))

    def _notice(self, camera: Camera, known: Lost, time: int, now: int, message: str, count: int) -> Notice:
        alert = Alert(
            id=known.id,
            rule=SYSTEM_VIEW,
            camera=camera.name,
            state="firing" if camera.name in self.lost else "resolved",
            time=time,
            decided=max(time, now),
            since=known.since,
            severity="high",
            title="View lost",
            message=message,
            why=message,
            reason=known.reason,
            source=self._source,
            start=known.zero,
        )
        return Notice("view", camera.name, now, message, count, camera.last, alert=alert)
