"""What the engine tells: transitions of alerts, with their evidence, and notices about the cameras themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import attrs

from watchword.units import SECOND, clock, seconds

State = Literal["pending", "firing", "recovering", "stale", "suppressed", "resolved", "dropped"]
SCHEMA = 1
"""Version of the lines in `alerts.jsonl`; it changes when a member changes its meaning."""
DATED = 30 * 365 * 86400 * SECOND
"""Times from here on (the year 2000) are dates; smaller ones count from a film's start."""

SYSTEM_VIEW = "system:view"
"""The rule that stands in an alert about the view of a camera itself; no rule of a file can have this name."""


@lru_cache(maxsize=256)
def show_time(time: int) -> str:
    """A time for people: a date where it is one, else the film's own time (0:31.4)."""
    if time >= DATED:
        return datetime.fromtimestamp(time // SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S") + "Z"
    return clock(time)


def alert_id(source: str, rule: str, camera: str, keys: Iterable[str], since: int) -> str:
    """The id of an alert: 16 hexadecimal digits of a SHA-256, the same for every replay of the same input.

    Args:
        source: Name of the stream or hash of the recording.
        rule: The rule's name.
        camera: The camera's.
        keys: What it is about: a thing's number, a zone.
        since: When its condition began to hold, ns.
    """
    text = "\0".join([source, rule, camera, *keys, str(since)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@attrs.frozen
class Thing:
    """A tracked thing as it was when the alert was told.

    Attributes:
        id: The host's id, as text or number.
        label: Its class, as the detector calls it.
        box: Left, top, right, bottom in pixels of the frame; its last known place.
        role: "thing" for what the rule is about, "owner" for the person a bag belongs to.
        first: When it was first seen, ns.
        path: Where it was over the last half minute, oldest first, about once a second: time (ns), x, y, in pixels of
            the frame. Told once its alert has fired, not while it only begins.
    """

    id: int | str
    label: str
    box: tuple[float, float, float, float]
    role: str = "thing"
    first: int = 0
    path: tuple[tuple[int, float, float], ...] = ()

    def __str__(self) -> str:
        return f"{self.label} #{self.id}"


@attrs.frozen
class Part:
    """A part of the condition: its text, its value (None: unknown) and since when it has had it, ns."""

    text: str
    value: bool | None
    since: int


@attrs.frozen(kw_only=True)
class Alert:
    """A transition of an alert: it begins to hold (pending), fires, goes stale, recovers, is resolved …

    Attributes:
        id: The same for all transitions of one alert, and for every replay of the same input.
        rule: The rule's name.
        camera: The camera's name.
        state: What it has become.
        time: When, by the rule and the data, ns.
        decided: When it was known: the time of the look that decided it, ns.
        since: When the condition began to hold, ns.
        things: What it is about; members of the group where it is about a count.
        zones: Names of the zones the rule speaks of.
        lines: Names of the lines the rule speaks of.
        severity: info, low, medium, high or critical.
        title: The rule's title, or its name.
        message: The rule's message, filled in.
        why: One sentence for a person.
        reason: Why it ended or was held back, where the condition is not the reason: lost, restart, cooldown …
        parts: The parts of the condition with their values.
        observed: How much of the time since `since` was seen, ns.
        gap: How much of it was not, ns.
        count: The number, where the rule counts.
        labels: The rule's labels.
        source: The stream or recording it came from.
        start: The time that seconds are counted from in JSON: a film's zero, or a dated stream's first look, ns.
        preset: Of a turning camera the preset that it is about, else empty.
    """

    id: str
    rule: str
    camera: str
    state: State
    time: int
    decided: int
    since: int
    things: tuple[Thing, ...] = ()
    zones: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    severity: str = "medium"
    title: str = ""
    message: str = ""
    why: str = ""
    reason: str = ""
    parts: tuple[Part, ...] = ()
    observed: int = 0
    gap: int = 0
    count: int | None = None
    labels: dict[str, str] = attrs.field(factory=dict)
    source: str = ""
    start: int = 0
    preset: str = ""

    @property
    def at(self) -> str:
        """When, for a person: the film's own time, or the date where it is known."""
        return show_time(self.time)

    @property
    def held(self) -> int:
        """How long the condition has held, ns."""
        return max(0, self.time - self.since)

    def to_dict(self) -> dict[str, Any]:
        """The transition as plain data, the line of `alerts.jsonl` (docs/alerts.md)."""
        dated = self.time >= DATED
        return {
            "schema": SCHEMA,
            "id": self.id,
            "rule": self.rule,
            "title": self.title,
            "camera": self.camera,
            "preset": self.preset or None,
            "source": self.source,
            "state": self.state,
            "time": seconds(self.time - self.start),
            "decided": seconds(self.decided - self.start),
            "since": seconds(self.since - self.start),
            "timestamp": _iso(self.time) if dated else None,
            "severity": self.severity,
            "message": self.message,
            "why": self.why,
            "reason": self.reason or None,
            "zones": list(self.zones),
            "lines": list(self.lines),
            "count": self.count,
            "labels": dict(self.labels),
            "things": [
                {
                    "id": t.id,
                    "class": t.label,
                    "box": [round(v, 2) for v in t.box],
                    "role": t.role,
                    "path": [[seconds(time - self.start), round(x, 1), round(y, 1)] for time, x, y in t.path],
                }
                for t in self.things
            ],
            "evidence": {
                "observed": seconds(self.observed),
                "gap": seconds(self.gap),
                "parts": [
                    {"text": p.text, "value": p.value, "since": seconds(p.since - self.start)} for p in self.parts
                ],
            },
        }


def _iso(time: int) -> str:
    whole, rest = divmod(time, SECOND)
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1_000_000:03}Z"


@attrs.frozen
class Restored:
    """What became of saved state that was taken up.

    Attributes:
        kept: The rules that go on as they were.
        anew: The other rules of the file, and why they begin anew: "new", "changed", or where their scene has changed.
        removed: The rules that were saved and are no more.
        cameras: The cameras that begin anew: what they look at has changed.
        tracker: False where a tracker was used that begins anew: it cannot save what it remembers, or is another.
    """

    kept: tuple[str, ...] = ()
    anew: Mapping[str, str] = attrs.field(factory=dict)
    removed: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    tracker: bool = True

    def __str__(self) -> str:
        said = [f"{len(self.kept)} rule{'s go' if len(self.kept) != 1 else ' goes'} on"]
        said += [f"{name} begins anew ({why})" for name, why in self.anew.items()]
        said += [f"{name} is no more" for name in self.removed]
        said += [f"camera {name} begins anew" for name in self.cameras]
        said += [] if self.tracker else ["the tracker begins anew"]
        return "; ".join(said)


NoticeKind = Literal["late", "repeated", "restart", "lost", "size", "dropped", "scaled", "capped", "view", "preset"]


@attrs.frozen
class Notice:
    """Something about the stream rather than the scene: a frame refused, a clock set back, a size that does not fit.

    Attributes:
        kind: "late" and "repeated" frames are refused; "restart": the camera's clock was set back; "lost": five
            minutes without a look; "size": frames of a shape the zones were not drawn for; "scaled": frames of another
            size with the same shape; "dropped": rows that make no sense; "capped": something has to wait; "view": the
            camera does not see what it saw, or does again; "preset": it was not told where a turning camera looks.
        camera: Which camera.
        time: The frame's time, ns.
        message: For a person.
        count: How many of this kind so far on this camera.
        last: Time of the last look that was taken, ns.
        index: The frame's number, where it came as a frame.
        alert: Of "view": the system alert, firing or resolved, with `SYSTEM_VIEW` for its rule.
    """

    kind: NoticeKind
    camera: str
    time: int
    message: str
    count: int = 1
    last: int | None = None
    index: int | None = None
    alert: Alert | None = None
