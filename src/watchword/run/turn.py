"""What an alert's life is made of: the values of one pass, what is under way, and how its transitions are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.events import State
from watchword.run.cooldown import Key
from watchword.run.logic import Slots, Times, Values


@attrs.define
class Open:
    """An alert under way.

    Attributes:
        root: Which rule.
        slot: Which thing (or camera).
        since: When its condition began to hold, ns.
        key: What its cooldown is for; empty where the rule has none.
        camera: Which camera.
        severity: As it is now.
        id: Given when first told.
        end: When its condition ended, while recovering or while that is not known for sure, ns.
        told: Time of its last transition, ns.
        fired: When it fired, ns.
        gap: How much of the time since `since` nobody saw, ns.
        dark: Since when nobody sees it, once it has fired, ns.
        rises: How many times its severity has risen.
        blocked: At the last look it was held back by what only a look can tell the end of.
    """

    root: int
    slot: int
    since: int
    key: Key = ()
    camera: int = -1
    severity: str = "medium"
    id: str = ""
    end: int = NEVER
    told: int = NEVER
    fired: int = NEVER
    gap: int = 0
    dark: int = NEVER
    rises: int = 0
    blocked: bool = False

    def seen_again(self, time: int) -> None:
        """Its condition is known again from this time on; what was dark since it fired was gap."""
        if self.dark != NEVER:
            self.gap += max(0, time - self.dark)
            self.dark = NEVER


class Tell(Protocol):
    """Writes a transition down; returns the alert's id."""

    def __call__(self, opened: Open, state: State, time: int, decided: int, reason: str = "") -> str: ...  # noqa: D102


@attrs.define
class Turn:
    """The values of all rules of one scope in one pass.

    Attributes:
        slots: (n,) things or cameras.
        held: int8 (rules, n), the conditions.
        fresh: int8 (rules, n), the same where only what was seen is known.
        now: int64 (n,), ns.
        before: int64 (n,), the time of the look before, ns.
        hole: bool (n,), unknown because nobody saw it.
        gone_at: int64 (n,), its thing ended then; `NEVER` where it has not.
        limbo: bool (n,), its still thing was told to have ended and may be found again; and since when, int64 (n,).
        blind: True where nothing was looked at, so that nothing is decided.
        dates: When a condition became false, by (rule, column), where that was not now.
        began: When an event happened, or a condition became true, by (rule, column), where that was not now.
        clear: What ends alerts: `held` and `fresh` of each rule's `clear when`; of other rules' rows nothing is asked.
        cleared: When such a one became true, by (rule, column), where that was not now.
        waits: bool (rules, n), where a grace waits whether what is seen lasts, so that this look decides nothing.
        excepted: Exceptions in their order: the rule, their name, and bool (n,) where they hold or are unknown.
    """

    slots: Slots
    held: Values
    fresh: Values
    now: Times
    before: Times
    hole: NDArray[np.bool_]
    gone_at: Times
    limbo: NDArray[np.bool_]
    limbo_at: Times
    blind: bool
    dates: dict[tuple[int, int], int] = attrs.field(factory=dict)
    began: dict[tuple[int, int], int] = attrs.field(factory=dict)
    clear: tuple[Values, Values] | None = None
    cleared: dict[tuple[int, int], int] = attrs.field(factory=dict)
    waits: NDArray[np.bool_] | None = None
    excepted: Sequence[tuple[int, str, NDArray[np.bool_]]] = ()
