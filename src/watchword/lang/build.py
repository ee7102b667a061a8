"""Lark's tree to nodes; places are moved to where the item stands in its file."""

from __future__ import annotations

import re
from typing import Any

import attrs
from lark import Token
from lark.tree import Meta

from watchword.lang import nodes as n
from watchword.lang.builder import Builder
from watchword.text import Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def unquote(token: str) -> str:
    r"""The text of a string token: its quotes off, \" and \\ undone."""
    return re.sub(r"\\(.)", r"\1", token[1:-1])


FLIPPED: dict[n.Op, n.Op] = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}


def compared(left: n.Measure, op: n.Op, right: n.Measure, span: Span) -> n.Compare | n.Count:
    """A comparison; of a count with a number, the node that is counted by, whichever stands first."""
    if isinstance(right, n.Of) and isinstance(left, n.Quantity | n.Param):
        left, op, right = right, FLIPPED[op], left
    counted = isinstance(left, n.Of) and left.word.text == "count" and not (left.attribute or left.line or left.over)
    if counted and isinstance(left, n.Of) and isinstance(right, n.Quantity | n.Param):
        return n.Count(left.group, op, right, span=span)
    return n.Compare(left, op, right, span=span)


class Conditions(Builder):
    """Conditions and quantities."""

    def ref(self, meta: Meta, c: list[Token | None]) -> n.Name:
        return n.Name(".".join(str(part) for part in c if part), span=self._at(meta))

    def class_names(self, _meta: Meta, c: list[n.Name]) -> tuple[n.Name, ...]:
        return tuple(c)

    def subject(self, _meta: Meta, c: list[Any]) -> tuple[n.Name, ...]:
        names: tuple[n.Name, ...] = c[0]
        return names

    def literal(self, _meta: Meta, c: list[Token]) -> n.Quantity:
        return self._quantity(c[0])

    def negative(self, meta: Meta, c: list[Token]) -> n.Quantity:
        return attrs.evolve(self._quantity(c[0]), number=f"-{c[0]}", span=self._at(meta))

    def parameter(self, meta: Meta, c: list[Token]) -> n.Param:
        return n.Param(str(c[0])[1:], span=self._at(meta))

    def arguments(self, _meta: Meta, c: list[n.Amount]) -> tuple[n.Amount, ...]:
        return tuple(c)

    def compare(self, _meta: Meta, c: list[Token]) -> str:
        return str(c[0])

    def inward(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("inward", span=self._at(meta))

    def outward(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("outward", span=self._at(meta))

    def either(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("either", span=self._at(meta))

    def to_side(self, meta: Meta, c: list[Token]) -> n.Way:
        return n.Way("to", self._name(c[0]), span=self._at(meta))

    # -- said of things

    def _bare(self, meta: Meta, word: n.Name, **rest: Any) -> n.Apply:
        return n.Apply(word, n.Name("it", span=word.span), span=self._at(meta), **rest)

    def bare_word(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._name(c[0]), values=c[1] or ())

    def bare_zone(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._name(c[0]), names=(c[1],))

    def bare_line(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._name(c[0]), names=(c[1],), way=c[2])

    def bare_special(self, _meta: Meta, c: list[Any]) -> Any:
        return c[0]

    def _word(self, meta: Meta, text: str) -> n.Name:
        start = meta.start_pos + self._offset
        return n.Name(text, span=Span(start, start + len(text)))

    def against_flow(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._word(meta, "against"), names=(c[0],))

    def toward_compass(self, meta: Meta, c: list[Token]) -> n.Apply:
        return self._bare(meta, self._word(meta, "moves"), compass=self._name(c[0]))

    def toward_degrees(self, meta: Meta, c: list[Token]) -> n.Apply:
        return self._bare(meta, self._word(meta, "moves"), values=(self._quantity(c[0]),))

    def toward_zone(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._word(meta, "moves"), names=(c[0],))

    def near(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._word(meta, "within"), values=(c[0],), others=(self._name(c[1]),))

    def becomes(self, meta: Meta, c: list[Any]) -> n.Becomes:
        state = self._bare(meta, self._name(c[0]), values=c[1] or ())
        return n.Becomes(state, span=self._at(meta))

    def drops_class(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._name(c[0]), classes=(c[1],))

    takes_class = drops_class

    def _said(self, meta: Meta, thing: Token, said: n.Apply | n.Becomes) -> n.Apply | n.Becomes:
        name, at = self._name(thing), self._at(meta)
        if isinstance(said, n.Becomes):
            return n.Becomes(attrs.evolve(said.state, thing=name), span=at)
        return attrs.evolve(said, thing=name, span=at)

    def thing_special(self, meta: Meta, c: list[Any]) -> n.Apply | n.Becomes:
        return self._said(meta, c[0], c[1])

    def thing_word(self, meta: Meta, c: list[Any]) -> n.Apply:
        values = c[2] if len(c) > 2 and c[2] else ()
        return n.Apply(self._name(c[1]), self._name(c[0]), values=values, span=self._at(meta))

    def thing_zone(self, meta: Meta, c: list[Any]) -> n.Apply:
        return n.Apply(self._name(c[1]), self._name(c[0]), (c[2],), span=self._at(meta))

    def thing_line(self, meta: Meta, c: list[Any]) -> n.Apply:
        return n.Apply(self._name(c[1]), self._name(c[0]), (c[2],), way=c[3], span=self._at(meta))

    # -- groups

    def in_zone(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, self._name(c[0]), names=(c[1],))

    def within(self, meta: Meta, c: list[Any]) -> n.Near:
        return n.Near(c[0], self._name(c[1]), span=self._at(meta))

    def other_than(self, _meta: Meta, c: list[Token]) -> n.Name:
        return self._name(c[0])

    def where(self, _meta: Meta, c: list[Any]) -> tuple[str, n.Expr]:
        return ("where", c[0])

    def _modified(self, parts: list[Any]) -> dict[str, Any]:
        wheres = [p[1] for p in parts if isinstance(p, tuple)]
        where = wheres[0] if len(wheres) == 1 else n.And(tuple(wheres), span=wheres[0].span) if wheres else None
        return {
            "filters": tuple(p for p in parts if isinstance(p, n.Apply)),
            "where": where,
            "near": tuple(p for p in parts if isinstance(p, n.Near)),
            "other": tuple(p for p in parts if isinstance(p, n.Name)),
        }

    def group(self, meta: Meta, c: list[Any]) -> n.Group:
        return n.Group(c[0], span=self._at(meta), **self._modified(c[1:]))

    def _some(self, meta: Meta, kind: Any, group: n.Group, number: n.Amount | None = None) -> n.Some:
        return n.Some(kind, group, number, span=self._at(meta))

    def no_group(self, meta: Meta, c: list[Any]) -> n.Some:
        return self._some(meta, "no", c[0])

    def any_group(self, meta: Meta, c: list[Any]) -> n.Some:
        return self._some(meta, "any", c[0])

    def at_least(self, meta: Meta, c: list[Any]) -> n.Some:
        return self._some(meta, "at least", c[1], self._number(c[0]))

    def at_most(self, meta: Meta, c: list[Any]) -> n.Some:
        return self._some(meta, "at most", c[1], self._number(c[0]))

    def exactly(self, meta: Meta, c: list[Any]) -> n.Some:
        return self._some(meta, "exactly", c[1], self._number(c[0]))

    @staticmethod
    def _number(amount: n.Amount) -> n.Amount:
        return amount

    def every_group(self, meta: Meta, c: list[Any]) -> n.Some:
        *filters, last = c[1:]
        state = last if isinstance(last, n.Apply) else None
        group = n.Group(c[0], tuple(f for f in filters if isinstance(f, n.Apply)), span=self._at(meta))
        return n.Some("every", group, None, state, span=self._at(meta))

    # -- conditions

    def for_expr(self, meta: Meta, c: list[Any]) -> n.For:
        return n.For(c[0], c[2], span=self._at(meta))

    def sequence(self, meta: Meta, c: list[Any]) -> n.Sequence:
        return n.Sequence(c[0], tuple(c[1:]), span=self._at(meta))

    def then_within(self, meta: Meta, c: list[Any]) -> n.Step:
        return n.Step("within", c[0], c[1], span=self._at(meta))

    def then_absent(self, meta: Meta, c: list[Any]) -> n.Step:
        return n.Step("absent", c[1], c[2], span=self._at(meta))

    def or_expr(self, meta: Meta, c: list[Any]) -> n.Or:
        return n.Or(tuple(c), span=self._at(meta))

    def and_expr(self, meta: Meta, c: list[Any]) -> n.And:
        return n.And(tuple(c), span=self._at(meta))

    def negated(self, meta: Meta, c: list[Any]) -> n.Not:
        return n.Not(c[0], span=self._at(meta))

    def bracket(self, _meta: Meta, c: list[Any]) -> n.Expr:
        body: n.Expr = c[0]
        return body

    def signal(self, meta: Meta, c: list[Any]) -> n.Signal:
        return n.Signal(self._name(c[0]), self._name(c[1]) if c[1] else None, span=self._at(meta))

    def called(self, _meta: Meta, c: list[Any]) -> n.Call:
        call: n.Call = c[0]
        return call

    def comparison(self, meta: Meta, c: list[Any]) -> n.Compare | n.Count:
        return compared(c[0], c[1], c[2], self._at(meta))

    def between(self, meta: Meta, c: list[Any]) -> n.Between:
        return n.Between(c[0], c[1], c[2], span=self._at(meta))

    def changes(self, meta: Meta, c: list[Any]) -> n.Changes:
        return n.Changes(c[0], str(c[1]) == "rises", c[2], c[3], span=self._at(meta))

    # -- quantities

    def attribute(self, meta: Meta, c: list[Token]) -> n.Attribute:
        return n.Attribute(self._name(c[0]), self._name(c[1]), span=self._at(meta))

    def across(self, _meta: Meta, c: list[Any]) -> tuple[n.Name, n.Way | None]:
        return c[0], c[1]

    def over(self, _meta: Meta, c: list[Any]) -> n.Amount:
        amount: n.Amount = c[0]
        return amount

    def of_group(self, meta: Meta, c: list[Any]) -> n.Of:
        line, way = c[2] or (None, None)
        return n.Of(self._name(c[0]), c[1], None, line, way, c[3], span=self._at(meta))

    def of_expr(self, meta: Meta, c: list[Any]) -> n.OfCondition:
        return n.OfCondition(self._name(c[0]), c[1], c[2], span=self._at(meta))

    def attribute_of_group(self, meta: Meta, c: list[Any]) -> n.Of:
        return n.Of(self._name(c[0]), c[2], self._name(c[1]), span=self._at(meta))

    def of_zone(self, meta: Meta, c: list[Any]) -> n.OfZone:
        return n.OfZone((self._name(c[0]), self._name(c[1])), c[2], span=self._at(meta))

    def distinct(self, meta: Meta, c: list[Any]) -> n.Of:
        return n.Of(self._word(meta, "distinct"), c[0], over=c[1], span=self._at(meta))

    def call(self, meta: Meta, c: list[Any]) -> n.Call:
        return n.Call(self._name(c[0]), tuple(a for a in c[1:] if a is not None), span=self._at(meta))

    def far_call(self, meta: Meta, c: list[Any]) -> n.Call:
        name = n.Name(f"{c[0]}.{c[1]}", span=self._of(c[0]).to(self._of(c[1])))
        return n.Call(name, tuple(a for a in c[2:] if a is not None), span=self._at(meta))

    def argument(self, _meta: Meta, c: list[Any]) -> Any:
        return self._name(c[0]) if isinstance(c[0], Token) else c[0]

    parameter_argument = parameter

    def line_argument(self, meta: Meta, c: list[n.Name]) -> n.LineName:
        return n.LineName(c[0], span=self._at(meta))

    def zone_argument(self, meta: Meta, c: list[n.Name]) -> n.ZoneName:
        return n.ZoneName(c[0], span=self._at(meta))


class Build(Conditions):
    """Items of a file: definitions, rules, tests."""

    def language(self, meta: Meta, c: list[Token]) -> n.Language:
        return n.Language(self._quantity(c[0]), span=self._at(meta))

    def include(self, meta: Meta, c: list[Any]) -> n.Include:
        name = self._name(c[1]) if c[1] else None
        return n.Include(unquote(c[0]), name, self._of(c[0]), span=self._at(meta))

    def class_def(self, meta: Meta, c: list[Any]) -> n.ClassDef:
        return n.ClassDef(self._name(c[0]), c[1], span=self._at(meta))

    def window(self, meta: Meta, c: list[Any]) -> n.Window:
        start, end = (int(t[:-3]) * 60 + int(t[-2:]) for t in str(c[0]).split("-"))
        days = _days(c[1]) if c[1] else tuple(range(7))
        return n.Window(start, end, days, span=self._at(meta))

    def further_day(self, _meta: Meta, c: list[Token]) -> tuple[int, ...]:
        return _days(c[0])

    def schedule_def(self, meta: Meta, c: list[Any]) -> n.ScheduleDef:
        windows: list[n.Window] = []
        for item in c[1:]:
            if isinstance(item, n.Window):
                windows.append(item)
            elif windows:
                windows[-1] = attrs.evolve(windows[-1], days=tuple(sorted({*windows[-1].days, *item})))
        return n.ScheduleDef(self._name(c[0]), tuple(windows), span=self._at(meta))

    def signal_def(self, meta: Meta, c: list[Any]) -> n.SignalDef:
        return n.SignalDef(self._name(c[0]), str(c[1]), span=self._at(meta))  # type: ignore[arg-type]

    def let_def(self, meta: Meta, c: list[Any]) -> n.LetDef:
        return n.LetDef(self._name(c[0]), c[1], span=self._at(meta))

    def define_def(self, meta: Meta, c: list[Any]) -> n.DefineDef:
        names = tuple(self._name(t) for t in c[1:-1] if t is not None)
        return n.DefineDef(self._name(c[0]), names, c[-1], span=self._at(meta))

    def signed(self, _meta: Meta, c: list[Token | None]) -> float:
        return float("".join(x for x in c if x))

    def point(self, _meta: Meta, c: list[float]) -> tuple[float, float]:
        return c[0], c[1]

    def anchor(self, _meta: Meta, c: list[Token]) -> str | float:
        return float(c[0][:-1]) / 100 if c[0].type == "MEASURE" and c[0].endswith("%") else str(c[0])

    def flowing(self, _meta: Meta, c: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        return tuple(c)

    def polygon(self, _meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        return ("polygon", tuple(c[:-2]), c[-2] or "bottom", c[-1])

    def combined(self, _meta: Meta, c: list[Any]) -> tuple[Any, ...]:
        rest = tuple((str(c[k]), c[k + 1]) for k in range(1, len(c), 2))
        return ("made", c[0], rest)

    def zone_def(self, meta: Meta, c: list[Any]) -> n.ZoneDef | n.ZoneMade:
        kind, *shape = c[1]
        if kind == "polygon":
            return n.ZoneDef(self._name(c[0]), *shape, span=self._at(meta))
        return n.ZoneMade(self._name(c[0]), *shape, span=self._at(meta))

    def zones_def(self, meta: Meta, c: list[Any]) -> n.ZonesDef:
        return n.ZonesDef(self._name(c[0]), tuple(c[1:]), span=self._at(meta))

    def line_def(self, meta: Meta, c: list[Any]) -> n.LineDef:
        sides = (self._name(c[3]), self._name(c[4])) if c[3] else None
        return n.LineDef(self._name(c[0]), c[1], c[2], sides, span=self._at(meta))

    # -- rules

    def setting(self, meta: Meta, c: list[Any]) -> n.Setting:
        return n.Setting(self._name(c[0]), c[1], span=self._at(meta))

    def rule_short(self, meta: Meta, c: list[Any]) -> n.RuleDef:
        return n.RuleDef(self._name(c[0]), None, c[1], span=self._at(meta))

    def rule_full(self, meta: Meta, c: list[Any]) -> n.RuleDef:
        rest = [x for x in c[2:] if x is not None]
        settings = tuple(x for x in rest if isinstance(x, n.Setting))
        clauses = tuple(x for x in rest if not isinstance(x, n.Setting))
        return n.RuleDef(self._name(c[0]), c[1] and unquote(c[1]), clauses, settings, span=self._at(meta))

    def override(self, meta: Meta, c: list[Any]) -> n.Override:
        settings = tuple(x for x in c[2:] if isinstance(x, n.Setting))
        clauses = tuple(x for x in c[2:] if not isinstance(x, n.Setting))
        return n.Override(c[0], self._name(c[1]), settings, clauses, span=self._at(meta))

    def sentence(self, meta: Meta, c: list[Any]) -> n.Sentence:
        return n.Sentence(c[0], tuple(c[1:]), span=self._at(meta))

    def _it(self, token: Token) -> n.Name:
        return n.Name("it", span=self._of(token))

    def with_compare(self, meta: Meta, c: list[Any]) -> n.With:
        attribute = n.Attribute(self._it(c[0]), self._name(c[0]), span=self._of(c[0]))
        return n.With(n.Compare(attribute, c[1], c[2], span=self._at(meta)), span=self._at(meta))

    def with_between(self, meta: Meta, c: list[Any]) -> n.With:
        attribute = n.Attribute(self._it(c[0]), self._name(c[0]), span=self._of(c[0]))
        return n.With(n.Between(attribute, c[1], c[2], span=self._at(meta)), span=self._at(meta))

    def with_state(self, meta: Meta, c: list[Any]) -> n.With:
        return n.With(self._bare(meta, self._name(c[0]), values=c[1] or ()), span=self._at(meta))

    def held(self, meta: Meta, c: list[Any]) -> n.Held:
        return n.Held(c[1], span=self._at(meta))

    def each(self, meta: Meta, c: list[Any]) -> n.Each:
        modified = self._modified(c[2:])
        modified.pop("other")
        return n.Each(c[0], self._name(c[1]), span=self._at(meta), **modified)

    def each_zone(self, meta: Meta, c: list[Any]) -> n.EachZone:
        return n.EachZone(self._name(c[0]), c[1], span=self._at(meta))

    def using(self, meta: Meta, c: list[Any]) -> n.Using:
        name, word, thing = (self._name(t) for t in c[1:4])
        return n.Using(c[0], name, word, thing, c[4], span=self._at(meta))

    def when(self, meta: Meta, c: list[Any]) -> n.When:
        return n.When(c[0], span=self._at(meta))

    def clear(self, meta: Meta, c: list[Any]) -> n.ClearWhen:
        return n.ClearWhen(c[0], span=self._at(meta))

    def except_(self, meta: Meta, c: list[Any]) -> n.Except:
        return n.Except(self._name(c[0]), c[1], span=self._at(meta))

    def _clause(self, meta: Meta, keyword: str, *values: Any) -> n.Clause:
        return n.Clause(keyword, tuple(v for v in values if v is not None), span=self._at(meta))

    def on_camera(self, meta: Meta, c: list[Token]) -> n.Clause:
        return self._clause(meta, "on", *map(self._name, c))

    def active(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "active", c[0])

    def grace(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "grace", c[0])

    def keep(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "keep", c[0])

    def cooldown(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "cooldown", *c)

    def key(self, _meta: Meta, c: list[Token]) -> n.Name:
        return self._name(c[0])

    def key_zone(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("zone", span=self._at(meta))

    def key_line(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("line", span=self._at(meta))

    def key_camera(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("camera", span=self._at(meta))

    def key_rule(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("rule", span=self._at(meta))

    def gap(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "gap", self._name(c[0]), c[1])

    def unless(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "unless", *c)

    def severity(self, meta: Meta, c: list[Any]) -> n.Clause:
        return self._clause(meta, "severity", *(self._name(x) if isinstance(x, Token) else x for x in c))

    def message(self, meta: Meta, c: list[Token]) -> n.Clause:
        return self._clause(meta, "message", unquote(c[0]))

    def label(self, meta: Meta, c: list[Token]) -> n.Clause:
        return self._clause(meta, "label", self._name(c[0]), unquote(c[1]))


# Two rules of the grammar that Python cannot name.
setattr(Build, "except", Build.except_)


def _days(token: str) -> tuple[int, ...]:
    """The days of `sat` or `mon-fri`, a week round if need be."""
    first, _, last = str(token).partition("-")
    a = DAYS.index(first)
    b = DAYS.index(last) if last else a
    return tuple(sorted((a + k) % 7 for k in range((b - a) % 7 + 1)))
