"""What holds alerts back: others of their key that are up, rules that theirs yields to, and how many there may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

from watchword.detections import NEVER
from watchword.run.memory import Cut, Move

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
    for name, key in [k for k in cooldowns if k[0] in names and k[1][1].lstrip("+").partition(".")[0] in gone]:
        del cooldowns[name, key]


def key_with(key: Iterable[str], thing: Callable[[int], int]) -> Key:
    """A key with other slots of its things, which are known by their serials, too."""
    if not (key := tuple(key)):
        return ()
    where, things, zone = key
    parts = [one.split(".") for one in things.split("+")]
    renumbered = [f"{thing(int(part[0]))}.{part[1]}" if len(part) > 1 else "" for part in parts]
    return where, "+".join(renumbered), zone


def saved_key(key: Key, cut: Cut) -> Key:
    """A key by the positions of things in a snapshot."""
    return key_with(key, lambda slot: cut.one("thing", slot))


def loaded_key(key: Iterable[str], move: Move) -> Key:
    """A saved key by the slots of now."""
    return key_with(key, lambda place: move.one("thing", place))


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

    def moments(self) -> Iterator[tuple[str, int, int]]:
        """Rule, camera and time of the last event told, each."""
        for (rule, camera), time in self._moments.items():
            yield rule, camera, time

    def is_up(self, rule: str, camera: int, now: int) -> bool:
        """Whether an alert of the rule is up on the camera, or an event of it was told at this look."""
        return (rule, camera) in self._ids or self._moments.get((rule, camera)) == now


class Cap:
    """How many alerts of a rule may be under way on a camera; of those that are too many it is said once.

    Args:
        most: So many.
        capped: Called once per rule and camera with rule, camera, time and how many had to wait.
    """

    def __init__(self, most: int, capped: Callable[[str, int, int, int], None] | None = None) -> None:
        self._most, self._capped = most, capped
        self._many: dict[tuple[str, int], int] = {}
        self._waiting: dict[tuple[str, int], tuple[int, int]] = {}
        self._told: set[tuple[str, int]] = set()

    def take(self, rule: str, camera: int, now: int) -> bool:
        """Whether there is room for one more; it is then counted."""
        many = self._many.get((rule, camera), 0)
        if many >= self._most:
            self._waiting[rule, camera] = (now, self._waiting.get((rule, camera), (0, 0))[1] + 1)
            return False
        self._many[rule, camera] = many + 1
        return True

    def told(self) -> Iterator[tuple[str, int]]:
        """Of which rule and camera it was said."""
        yield from self._told

    def take_up(self, rule: str, camera: int, many: int = 0) -> None:
        """After a restart: so many are under way; none where it was said that some had to wait."""
        if many:
            self._many[rule, camera] = self._many.get((rule, camera), 0) + many
        else:
            self._told.add((rule, camera))

    def give(self, rule: str, camera: int) -> None:
        """One is over."""
        self._many[rule, camera] -= 1

    def tell(self) -> None:
        """Say what had to wait in this turn, where that was not said before."""
        for (rule, camera), (time, count) in self._waiting.items():
            if (rule, camera) not in self._told and self._capped is not None:
                self._capped(rule, camera, time, count)
            self._told.add((rule, camera))
        self._waiting.clear()
