"""The words of the language, one value each: checks, completion, reference and the plan are made from it.

A word says how it stands in a sentence (its shape), what it takes, what it means, and which kernel works it out. Pure
Python: an editor can check rules without NumPy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

import attrs

Kind = Literal["state", "event", "quantity"]
Shape = Literal[
    "is W",
    "W",
    "W zone NAME",
    "W line NAME",
    "W flow in zone NAME",
    "W toward WAY",
    "W R of THING",
    "W CLASS",
    "W of GROUP",
    "W ATTRIBUTE of GROUP",
    "W of (CONDITION)",
    "W share of zone NAME",
    "W(…)",
    ".W",
]


@attrs.frozen
class Parameter:
    """A number in brackets behind a word: its name, what it measures, and what it is when not said (in words)."""

    name: str
    measures: tuple[str, ...]
    default: str


@attrs.frozen
class Word:
    """A word of the language.

    Attributes:
        name: As it is written.
        kind: "state" (holds or not at each moment), "event" (happens at a moment) or "quantity" (a number with a unit).
        shape: How it stands in a sentence.
        prose: What it means, for a person.
        build: `module:class` of its kernel; empty where it is read and checked, but not run yet.
        example: A rule that uses it, checked in the tests.
        parameters: What may stand in brackets behind it.
        measures: Of a quantity, the kinds it may be compared with; empty: whatever its attribute measures.
        metric: True where it can only be measured on a calibrated ground.
        over: True where it needs `over` a time.
    """

    name: str
    kind: Kind
    shape: Shape
    prose: str
    build: str
    example: str
    parameters: tuple[Parameter, ...] = ()
    measures: tuple[str, ...] = ()
    metric: bool = False
    over: bool = False


def _all() -> dict[str, Word]:
    from watchword.words import crowd, motion, owner, posture, space

    return {word.name: word for room in (space, motion, posture, owner, crowd) for word in room.WORDS}


WORDS = MappingProxyType(_all())
"""Every word by its name."""

ATTRIBUTES = MappingProxyType({name: word for name, word in WORDS.items() if word.shape == ".W"})
"""What can be asked of a thing: `p.speed`."""
