"""What a rule file holds: definitions, and rules as they were written."""

from __future__ import annotations

from typing import Literal

import attrs

from watchword.lang.nodes.conditions import (
    NOWHERE,
    Amount,
    Apply,
    Becomes,
    Expr,
    Name,
    Near,
    Placed,
    Quantity,
)
from watchword.text import Span

__all__ = [
    "ClassDef",
    "Clause",
    "Clauses",
    "ClearWhen",
    "DefineDef",
    "Each",
    "EachZone",
    "Except",
    "Held",
    "Include",
    "Language",
    "LetDef",
    "LineDef",
    "Override",
    "RuleDef",
    "ScheduleDef",
    "Sentence",
    "Setting",
    "SignalDef",
    "Using",
    "When",
    "Window",
    "With",
    "ZoneDef",
    "ZoneMade",
    "ZonesDef",
]


@attrs.frozen
class Language(Placed):
    """`language 1`."""

    version: Quantity


@attrs.frozen
class ClassDef(Placed):
    """`class luggage = bag, backpack`: a group of labels and classes."""

    name: Name
    members: tuple[Name, ...]


@attrs.frozen
class Include(Placed):
    """`include "site/lobby.watch" as site`."""

    path: str
    name: Name | None
    at: Span = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Window(Placed):
    """`22:00-06:00 on fri, sat`: minutes of the day, and the days it starts on (0 is Monday)."""

    start: int
    end: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@attrs.frozen
class ScheduleDef(Placed):
    """`schedule night = 22:00-06:00, 00:00-24:00 on sat, sun`."""

    name: Name
    windows: tuple[Window, ...]


@attrs.frozen
class SignalDef(Placed):
    """`signal armed is state`."""

    name: Name
    kind: Literal["state", "event"]


@attrs.frozen
class LetDef(Placed):
    """`let crush = 3.5/m2`."""

    name: Name
    value: Quantity


@attrs.frozen
class DefineDef(Placed):
    """`define alone(x, r) = no person within $r of x for 5s`."""

    name: Name
    parameters: tuple[Name, ...]
    body: Expr


@attrs.frozen
class ZoneDef(Placed):
    """`zone booth = polygon (100, 420) (640, 400) (700, 720)`, with an anchor and a flow if said."""

    name: Name
    points: tuple[tuple[float, float], ...]
    anchor: str | float = "bottom"
    flow: tuple[tuple[float, float], ...] | None = None


@attrs.frozen
class ZoneMade(Placed):
    """`zone quiet = booth minus kiosk`: a zone made of others, from left to right."""

    name: Name
    first: Name
    rest: tuple[tuple[Literal["minus", "plus", "overlap"], Name], ...]


@attrs.frozen
class ZonesDef(Placed):
    """`zones platforms = p1, p2, p3`: a group of zones."""

    name: Name
    members: tuple[Name, ...]


@attrs.frozen
class LineDef(Placed):
    """`line gate = (640, 120) to (640, 900) from street to lobby`."""

    name: Name
    start: tuple[float, float]
    end: tuple[float, float]
    sides: tuple[Name, Name] | None = None


@attrs.frozen
class Sentence(Placed):
    """The short form: a class, and phrases about it in the order they were said."""

    classes: tuple[Name, ...]
    phrases: tuple[Apply | Becomes | With | Held, ...]


@attrs.frozen
class With(Placed):
    """`with …` in a sentence: a further condition on `it`."""

    body: Expr


@attrs.frozen
class Held(Placed):
    """`for D`, `> D` or `>= D` in a sentence: the whole of it has to hold that long."""

    duration: Amount


@attrs.frozen
class Each(Placed):
    """`each luggage b in zone concourse`; its group says which things may be `name`."""

    classes: tuple[Name, ...]
    name: Name
    filters: tuple[Apply, ...] = ()
    where: Expr | None = None
    near: tuple[Near, ...] = ()


@attrs.frozen
class EachZone(Placed):
    """`each zone z of platforms`: one instance of the rule for each zone of the group."""

    name: Name
    group: Name


@attrs.frozen
class Using(Placed):
    """`using person o = owner of b within 1.5m`: a second thing, picked once."""

    classes: tuple[Name, ...]
    name: Name
    word: Name
    thing: Name
    within: Amount


@attrs.frozen
class When(Placed):
    """`when CONDITION`."""

    body: Expr


@attrs.frozen
class ClearWhen(Placed):
    """`clear when CONDITION`: a second condition ends the alert."""

    body: Expr


@attrs.frozen
class Except(Placed):
    """`except NAME when CONDITION`: suppressed while it holds or is unknown."""

    name: Name
    body: Expr


@attrs.frozen
class Clause(Placed):
    """A clause without a condition: its first word and what follows it."""

    keyword: str
    values: tuple[Name | Amount | str, ...]


@attrs.frozen
class Setting(Placed):
    """`dwell = 60s`: a parameter of a rule, with its value."""

    name: Name
    value: Quantity


Clauses = Each | EachZone | Using | When | ClearWhen | Except | Clause


@attrs.frozen
class RuleDef(Placed):
    """A rule as it was written: `body` is a sentence, or the clauses between braces."""

    name: Name
    title: str | None
    body: Sentence | tuple[Clauses, ...]
    settings: tuple[Setting, ...] = ()


@attrs.frozen
class Override(Placed):
    """`override occupancy on camera cam07 { keep 60s }`: replaces whole clauses and parameters."""

    name: Name
    camera: Name
    settings: tuple[Setting, ...]
    clauses: tuple[Clauses, ...]
