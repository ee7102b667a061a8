"""The tree of a rule file: frozen values. A node's place is no part of its equality, so equal parts share one step.

Reading a file gives `Item`s as they were written. `rewrite` turns each rule into a `Rule` without sugar: one bound
thing or none, and one condition made of the nodes below `Expr`.
"""

from __future__ import annotations

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
    args: tuple[Amount | Name | ZoneName, ...] = ()


@attrs.frozen
class ZoneName(Placed):
    """`zone hall` as an argument."""

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


# ---- tests in the language -----------------------------------------------------------------------------------------


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


# ---- without sugar -------------------------------------------------------------------------------------------------


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
