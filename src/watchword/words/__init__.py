"""The words of the language, one value each: checks, completion, reference and the plan are made from it.

A word says how it stands in a sentence (its shape), what it takes, what it means, and which kernel works it out. Pure
Python: an editor can check rules without NumPy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

import attrs

Kind = Literal["state", "event"]
Shape = Literal["is W", "W zone NAME", "W line NAME"]


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
        kind: "state" (holds or not at each moment) or "event" (happens at a moment).
        shape: How it stands: `p is W`, `p W zone z`, `p W line l`.
        prose: What it means, for a person.
        build: `module:function` of its kernel.
        example: A rule that uses it, checked in the tests.
        parameters: What may stand in brackets behind it.
        absence: True where it says that something is not there: such a rule starts again after a gap.
    """

    name: str
    kind: Kind
    shape: Shape
    prose: str
    build: str
    example: str
    parameters: tuple[Parameter, ...] = ()
    absence: bool = False


def _all() -> dict[str, Word]:
    from watchword.words import motion, owner, space

    return {word.name: word for room in (space, motion, owner) for word in room.WORDS}


WORDS = MappingProxyType(_all())
"""Every word by its name."""
