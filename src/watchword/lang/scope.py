"""What a condition may speak of where it stands, and how a check says what is wanted there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from watchword.lang import nodes as n
from watchword.lang.kinds import EXAMPLES

STATES_OF = {
    "is W": "`is`",
    "W line NAME": "a line",
    "W zone NAME": "a zone",
    "W": "nothing behind it",
}
"""What stands behind a word of each shape, in words."""


@attrs.define
class Scope:
    """What a condition may speak of: bound things (or zones) by name, and the rule's parameters."""

    things: dict[str, str]
    values: Mapping[str, n.Quantity]
    arguments: frozenset[str] = frozenset()


def with_it(scope: Scope) -> Scope:
    """The same where each member of a group is spoken of as `it`."""
    return Scope({**scope.things, "it": "thing"}, scope.values, scope.arguments)


def bound_here(things: Iterable[str]) -> str:
    """A hint: which things there are."""
    bound = ", ".join(f"`{t}`" for t in things)
    return f"the thing of this rule is {bound}" if bound else "name a thing first: `each person p`"


def either(kinds: Iterable[str]) -> str:
    """Kinds as one phrase with its article: "a length or picture length"."""
    shown = kinds_of(kinds)
    return f"{'an' if shown[:1] in 'aeiou' else 'a'} {shown}"


def kinds_of(kinds: Iterable[str]) -> str:
    """Kinds as one phrase."""
    return " or ".join(sorted(kinds))


def examples(kinds: Iterable[str]) -> str:
    """A hint: quantities of these kinds, written out; empty where they are many."""
    shown = [EXAMPLES[k] for k in sorted(kinds) if k in EXAMPLES]
    return f"write it like {' or '.join(f'`{s}`' for s in shown)}" if 0 < len(shown) <= 3 else ""
