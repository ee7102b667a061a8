"""A rule without sugar: what checks have passed and the engine plans."""

from __future__ import annotations

from typing import Literal

import attrs

from watchword.lang.nodes.conditions import Expr, Name, Placed
from watchword.lang.nodes.items import Each, EachZone, Except, Using

__all__ = [
    "Rule",
]


@attrs.frozen
class Rule(Placed):
    """A rule without sugar. All times in nanoseconds.

    `each` is the bound thing and its filter rewritten into `when`; None where the rule speaks of the camera as a whole.
    """

    name: str
    each: Each | None
    when: Expr
    title: str = ""
    cameras: tuple[Name, ...] | None = None
    keep: int = 0
    cooldown: int | None = None
    per: tuple[str, ...] = ()
    gap: Literal["freeze", "reset", "assume"] | None = None
    gap_after: int | None = None
    severity: str = "medium"
    message: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    zone: EachZone | None = None
    using: Using | None = None
    active: Name | None = None
    grace: int = 0
    clear: Expr | None = None
    unless: tuple[Name, ...] = ()
    excepted: tuple[Except, ...] = ()
    rises: tuple[tuple[str, int], ...] = ()
