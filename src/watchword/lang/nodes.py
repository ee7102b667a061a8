"""The tree of a rule file: frozen values. A node's place is no part of its equality, so equal parts share one step.

Reading a file gives `Item`s as they were written. `rewrite` turns each rule into a `Rule` without sugar: one bound
thing or none, and one condition made of the nodes below `Expr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from watchword.text import Span

NOWHERE = Span(0, 0)


@attrs.frozen
class Placed:
    """What every node has: its place in the text, which is no part of what it says."""

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True, repr=False)


@attrs.frozen
class Name(Placed):
    """A name as it stands in the text."""

    text: str


@attrs.frozen
class Quantity(Placed):
    """A number with its unit, as written."""

    number: str
    unit: str


# ---- conditions ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Apply(Placed):
    """A word of the language said of a thing: `p in zone z`, `p is still`, `p crosses line l inward`.

    `word` is a key of `watchword.words.WORDS`; `names` are the zones or the line it speaks of; `values` its numbers;
    `way` a direction over a line.
    """

    word: Name
    thing: Name
    names: tuple[Name, ...] = ()
    values: tuple[Quantity, ...] = ()
    way: Way | None = None


@attrs.frozen
class Way(Placed):
    """Over a line: inward, outward, either way, or to a side."""

    kind: Literal["inward", "outward", "either", "to"]
    side: Name | None = None


@attrs.frozen
class Group(Placed):
    """A noun phrase for things: `person in zone a where (it is still)`. `it` stands for each of them."""

    classes: tuple[Name, ...]
    filters: tuple[Apply, ...] = ()
    where: Expr | None = None


@attrs.frozen
class Count(Placed):
    """`count of GROUP`, compared with a number."""

    group: Group
    op: Literal[">", ">=", "<", "<=", "=", "!="]
    number: Quantity


@attrs.frozen
class Not(Placed):
    """The other of a state."""

    body: Expr


@attrs.frozen
class And(Placed):
    """All of these."""

    parts: tuple[Expr, ...]


@attrs.frozen
class Or(Placed):
    """Any of these."""

    parts: tuple[Expr, ...]


@attrs.frozen
class For(Placed):
    """A state that has held without a break for a time."""

    body: Expr
    duration: Quantity


Expr = Apply | Count | Not | And | Or | For


# ---- what a file holds ---------------------------------------------------------------------------------------------


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
class ZoneDef(Placed):
    """`zone booth = polygon (100, 420) (640, 400) (700, 720)`, with an anchor and a flow if said."""

    name: Name
    points: tuple[tuple[float, float], ...]
    anchor: str | float = "bottom"
    flow: tuple[tuple[float, float], ...] | None = None


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
    phrases: tuple[Apply | With | Held, ...]


@attrs.frozen
class With(Placed):
    """`with …` in a sentence: a further condition on `it`."""

    body: Expr


@attrs.frozen
class Held(Placed):
    """`for D`, `> D` or `>= D` in a sentence: the whole of it has to hold that long."""

    duration: Quantity


@attrs.frozen
class Each(Placed):
    """`each luggage b in zone concourse`."""

    classes: tuple[Name, ...]
    name: Name
    filters: tuple[Apply, ...] = ()


@attrs.frozen
class Clause(Placed):
    """A clause of a rule that is no `each` and no `when`: its first word and what follows it."""

    keyword: str
    values: tuple[Name | Quantity | str, ...]


@attrs.frozen
class RuleDef(Placed):
    """A rule as it was written: `body` is a sentence, or the clauses between braces."""

    name: Name
    title: str | None
    body: Sentence | tuple[Each | When | Clause, ...]


@attrs.frozen
class When(Placed):
    """`when CONDITION`."""

    body: Expr


Item = Language | ClassDef | ZoneDef | LineDef | RuleDef


@attrs.frozen
class Rule(Placed):
    """A rule without sugar. All times in nanoseconds.

    `each` is the bound thing and its filter rewritten into `when`; None where the rule speaks of the camera as a whole.
    `clauses` says where each clause stands, by its first word.
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
    clauses: Mapping[str, Span] = attrs.field(factory=dict, eq=False, repr=False)
