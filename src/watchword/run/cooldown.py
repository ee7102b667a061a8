"""Which alerts are up, and what that holds back: others of their key, and rules that yield to theirs."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from watchword.detections import NEVER

Key = tuple[str, ...]
"""What a cooldown is for: a camera, and where it is per thing the thing as `slot.serial`, else an empty text."""


@attrs.define
class Cooldown:
    """Of one key: the alerts that are up, and until when it lasts after the last was resolved, ns."""

    up: set[str] = attrs.field(factory=set)
    until: int = NEVER


Cooldowns = dict[tuple[str, Key], Cooldown]
"""By rule and key; the instances of one rule share it."""


def forget(cooldowns: Cooldowns, rules: Iterable[str], slots: Iterable[int]) -> None:
    """Drop the cooldowns that these rules have for things that have ended."""
    names, gone = set(rules), {str(slot) for slot in slots}
    for name, key in [k for k in cooldowns if k[0] in names and k[1][1].partition(".")[0] in gone]:
        del cooldowns[name, key]


class Up:
    """Which alerts of a rule are up on a camera: fired and not resolved. For `unless firing R`, R judged first."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, int], set[str]] = {}
        self._moments: dict[tuple[str, int], int] = {}

    def add(self, rule: str, camera: int, id: str) -> None:  # noqa: A002
        """An alert has fired."""
        self._ids.setdefault((rule, camera), set()).add(id)

    def discard(self, rule: str, camera: int, id: str) -> None:  # noqa: A002
        """An alert is resolved."""
        ids = self._ids.get((rule, camera), set())
        ids.discard(id)
        if not ids:
            self._ids.pop((rule, camera), None)

    def happened(self, rule: str, camera: int, now: int) -> None:
        """An event's alert was told at the look of this time, ns."""
        self._moments[rule, camera] = now

    def is_up(self, rule: str, camera: int, now: int) -> bool:
        """Whether an alert of the rule is up on the camera, or an event of it was told at this look."""
        return (rule, camera) in self._ids or self._moments.get((rule, camera)) == now
