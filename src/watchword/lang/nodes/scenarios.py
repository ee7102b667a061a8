"""Tests in the language, and what any item of a file may be."""

from __future__ import annotations

from typing import Literal

import attrs

from watchword.lang.nodes.conditions import Name, Placed, Quantity
from watchword.lang.nodes.items import (
    ClassDef,
    DefineDef,
    Include,
    Language,
    LetDef,
    LineDef,
    Override,
    RuleDef,
    ScheduleDef,
    SignalDef,
    ZoneDef,
    ZoneMade,
    ZonesDef,
)

__all__ = [
    "Expect",
    "ExpectNothing",
    "GivenSetting",
    "GivenSpell",
    "GivenThing",
    "Item",
    "TestDef",
    "Walk",
]


@attrs.frozen
class Walk(Placed):
    """`walks to (500, 300) from 2s by 10s`; without `from`, from where it stands since its last walk. Nanoseconds."""

    to: tuple[float, float]
    start: int | None
    end: int


@attrs.frozen
class GivenThing(Placed):
    """`given person p tall 150px at (100, 300) from 0s, walks to … , ends 30s`. Nanoseconds."""

    label: Name
    name: Name
    at: tuple[float, float]
    start: int
    walks: tuple[Walk, ...] = ()
    end: int | None = None
    tall: float | None = None
    camera: str = ""


@attrs.frozen
class GivenSpell(Placed):
    """`given dark from A to B`, `given lost b from A to B`, `given signal s from A to B`, `given v labelled truck …`.

    `kind` is "dark", "lost", "signal" or "label"; the spell is [start, end), nanoseconds.
    """

    kind: Literal["dark", "lost", "signal", "label"]
    name: Name | None
    start: int
    end: int
    label: Name | None = None
    camera: str = ""


@attrs.frozen
class GivenSetting(Placed):
    """`given scene "x.json"`, `given rate 5/s`, `given clock "…"`, `given zone …`, `given line …`."""

    kind: Literal["scene", "rate", "clock", "zone", "line"]
    value: str | Quantity | ZoneDef | ZoneMade | LineDef
    camera: str = ""


@attrs.frozen
class Expect(Placed):
    """`expect left_bag of b firing at 79.9s, resolved at 130s within 0.5s`; nanoseconds."""

    rule: Name
    thing: Name | None
    outcomes: tuple[tuple[str, int], ...]
    within: int | None = None
    camera: str = ""


@attrs.frozen
class ExpectNothing(Placed):
    """`expect nothing else`."""


@attrs.frozen
class TestDef(Placed):
    """`test "name" { … }`."""

    name: str
    lines: tuple[GivenThing | GivenSpell | GivenSetting | Expect | ExpectNothing, ...]


Item = (
    Language
    | Include
    | ClassDef
    | ScheduleDef
    | SignalDef
    | LetDef
    | DefineDef
    | ZoneDef
    | ZoneMade
    | ZonesDef
    | LineDef
    | RuleDef
    | Override
    | TestDef
)
