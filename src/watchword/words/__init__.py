"""The words of the language, one value each: checks, completion, reference and the plan are made from it.

A word says how it stands in a sentence (its shape), what it takes, what it means, and which kernel works it out. Pure
Python: an editor can check rules without NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
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


class Words(Mapping[str, Word]):
    """Words by name: the language's own, and behind them what installed packages bring.

    The packages are only asked where a name is not the language's own, or where all words are.

    Args:
        shape: Words of this shape alone; empty for all.
    """

    def __init__(self, shape: str = "") -> None:
        self._shape = shape

    @cached_property
    def _own(self) -> dict[str, Word]:
        from watchword.words import crowd, motion, owner, posture, space

        every = (word for room in (space, motion, posture, owner, crowd) for word in room.WORDS)
        return {word.name: word for word in every if self._shape in ("", word.shape)}

    @property
    def _brought(self) -> dict[str, Word]:
        from watchword.words import plugins

        every = plugins.words(frozenset(WORDS._own))
        return {name: word for name, word in every.items() if self._shape in ("", word.shape)}

    def __getitem__(self, name: str) -> Word:
        own = self._own.get(name)
        return own if own is not None else self._brought[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._brought

    def __len__(self) -> int:
        return len(self._own) + len(self._brought)


WORDS = Words()
"""Every word by its name."""

ATTRIBUTES = Words(".W")
"""What can be asked of a thing: `p.speed`."""
