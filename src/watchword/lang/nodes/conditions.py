"""Conditions and quantities. A node's place is no part of its equality, so that equal parts share one step."""

from __future__ import annotations

from typing import Literal

import attrs

from watchword.text import Span

__all__ = [
    "NOWHERE",
    "Amount",
    "And",
    "Apply",
    "Attribute",
    "Becomes",
    "Between",
    "Call",
    "Changes",
    "Compare",
    "Count",
    "Expr",
    "For",
    "Group",
    "LineName",
    "Measure",
    "Name",
    "Near",
    "Not",
    "Of",
    "OfCondition",
    "OfZone",
    "Op",
    "Or",
    "Param",
    "Placed",
    "Quantity",
    "Sequence",
    "Signal",
    "Some",
    "Step",
    "Way",
    "ZoneName",
]


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


@attrs.frozen
class Param(Placed):
    """`$x`: a parameter of the rule, else an argument of the `define`, else a `let`."""

    name: str


Amount = Quantity | Param


# ---- conditions ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Apply(Placed):
    """A word of the language said of a thing: `p in zone z`, `p is still`, `p crosses line l inward`.

    `word` is a key of `watchword.words.WORDS`; `names` are the zones or the line it speaks of; `values` its numbers;
    `way` a direction over a line; `others` further things (`p within 2m of b`); `classes` what it drops or takes;
    `compass` a direction of the picture.
    """

    word: Name
    thing: Name
    names: tuple[Name, ...] = ()
    values: tuple[Amount, ...] = ()
    way: Way | None = None
    others: tuple[Name, ...] = ()
    classes: tuple[Name, ...] = ()
    compass: Name | None = None


@attrs.frozen
class Way(Placed):
    """Over a line: inward, outward, either way, or to a side."""

    kind: Literal["inward", "outward", "either", "to"]
    side: Name | None = None


@attrs.frozen
class Becomes(Placed):
    """`p becomes lying`: the moment at which a state of a thing becomes true."""

    state: Apply


@attrs.frozen
class Signal(Placed):
    """`signal armed`, `signal badge at door`: what the host tells."""

    name: Name
    at: Name | None = None


@attrs.frozen
class Near(Placed):
    """`within 2m of x`."""

    reach: Amount
    thing: Name


@attrs.frozen
class Group(Placed):
    """A noun phrase for things: `person in zone a where (it is still)`. `it` stands for each of them.

    `filters` are states of them; `near` and `other` are about a further thing: `within 2m of b`, `other than p`.
    """

    classes: tuple[Name, ...]
    filters: tuple[Apply, ...] = ()
    where: Expr | None = None
    near: tuple[Near, ...] = ()
    other: tuple[Name, ...] = ()


Op = Literal[">", ">=", "<", "<=", "=", "!="]


@attrs.frozen
class Count(Placed):
    """`count of GROUP`, compared with a number: what quantifiers and counts are rewritten to."""

    group: Group
    op: Op
    number: Amount


@attrs.frozen
class Some(Placed):
    """`no G`, `any G`, `at least n G`, `at most n G`, `exactly n G`, `every G STATE`."""

    kind: Literal["no", "any", "at least", "at most", "exactly", "every"]
    group: Group
    number: Amount | None = None
    state: Apply | None = None


@attrs.frozen
class Compare(Placed):
    """Two quantities compared."""

    left: Measure
    op: Op
    right: Measure


@attrs.frozen
class Between(Placed):
    """A quantity between two others, ends included."""

    value: Measure
    low: Measure
    high: Measure


@attrs.frozen
class Changes(Placed):
    """`Q rises by X over D`, `Q drops by X over D`: against its value D ago."""

    value: Measure
    up: bool
    by: Amount
    over: Amount


@attrs.frozen
class Step(Placed):
    """A step of a sequence: `then within D B`, or `then for D not B`."""

    kind: Literal["within", "absent"]
    bound: Amount
    body: Expr


@attrs.frozen
class Sequence(Placed):
    """`A then within 10s B then within 5s C`."""

    first: Expr
    steps: tuple[Step, ...]


@attrs.frozen
class Call(Placed):
    """`alone(b, 2m)`: a named condition, or a word that stands with brackets."""

    name: Name
    args: tuple[Amount | Name | ZoneName | LineName, ...] = ()


@attrs.frozen
class ZoneName(Placed):
    """`zone hall` as an argument."""

    name: Name


@attrs.frozen
class LineName(Placed):
    """`line gate` as an argument."""

    name: Name


# ---- quantities ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Attribute(Placed):
    """`p.speed`: an attribute of a thing, or a column that its detector adds."""

    thing: Name
    name: Name


@attrs.frozen
class Of(Placed):
    """A quantity of a group: `count of G`, `average speed of G`, `flow of G across line L inward over 1min`."""

    word: Name
    group: Group
    attribute: Name | None = None
    line: Name | None = None
    way: Way | None = None
    over: Amount | None = None


@attrs.frozen
class OfCondition(Placed):
    """`share of (state) over D`, `rate of (event) over D`."""

    word: Name
    body: Expr
    over: Amount


@attrs.frozen
class OfZone(Placed):
    """`occupied share of zone Z`."""

    words: tuple[Name, Name]
    zone: Name


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
    duration: Amount


Measure = Quantity | Param | Attribute | Of | OfCondition | OfZone | Call
Expr = Apply | Becomes | Signal | Count | Some | Compare | Between | Changes | Sequence | Call | Not | And | Or | For
