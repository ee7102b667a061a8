"""Sugar out: evaluators know a handful of nodes. Each pass is a function from tree to tree, listed in `PASSES`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from watchword.lang import nodes as n
from watchword.lang.build import compared
from watchword.lang.names import Names
from watchword.lang.refs import fields, walk
from watchword.lang.show import show
from watchword.text import Span
from watchword.units import nanoseconds

Pass = Callable[[Any, Names], Any]


def both(parts: Sequence[n.Expr], span: Span) -> n.Expr:
    """All of these as one condition, `and`s within `and`s drawn out."""
    flat: list[n.Expr] = []
    for part in parts:
        flat += part.parts if isinstance(part, n.And) else (part,)
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else n.And(tuple(flat), span=span)


def ns(amount: n.Amount) -> int:
    """A duration in nanoseconds; parameters are put in before."""
    assert isinstance(amount, n.Quantity)
    return nanoseconds(amount.number, amount.unit)


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every node, inner ones first. What does not change is the same object."""
    if isinstance(node, tuple):
        parts = [mapped(part, change) for part in node]
        return node if all(a is b for a, b in zip(parts, node, strict=True)) else tuple(parts)
    if not isinstance(node, n.Placed):
        return node
    if isinstance(node, n.Name):  # no part of it is a node, and no pass changes one by itself
        return node
    new: dict[str, Any] = {}
    for field in fields(node):
        value = getattr(node, field)
        if isinstance(value, n.Placed | tuple):
            made = mapped(value, change)
            if made is not value:
                new[field] = made
    return change(attrs.evolve(node, **new) if new else node)


# ---- passes --------------------------------------------------------------------------------------------------------


def settings(node: Any, names: Names) -> Any:  # noqa: ARG001 - a pass
    """A rule's own parameters become their values."""
    if not isinstance(node, n.RuleDef) or not node.settings:
        return node
    own = {s.name.text: s.value for s in node.settings}
    return attrs.evolve(_filled(node, own), settings=node.settings)


def calls(node: Any, names: Names) -> Any:
    """Named conditions become what they say. Hygienic: only their parameters are put in, at their own places."""

    def change(part: Any) -> Any:
        define = names.define(part.name.text) if isinstance(part, n.Call) else None
        if define is None or len(define.parameters) != len(part.args):
            return part
        given = {p.text: a for p, a in zip(define.parameters, part.args, strict=True)}
        # The definition may stand in another text: what it says has its place where it is called.
        return calls(_placed(argued(define.body, given), part.span), names)

    return mapped(node, change)


def _placed(node: Any, span: Span) -> Any:
    """The tree with one place for all that is in it."""
    if isinstance(node, tuple):
        return tuple(_placed(part, span) for part in node)
    if not isinstance(node, n.Placed):
        return node
    return attrs.evolve(node, span=span, **{field: _placed(getattr(node, field), span) for field in fields(node)})


def argued(body: n.Expr, given: Mapping[str, Any]) -> n.Expr:
    """The body of a `define` with its arguments: things, zones, classes and quantities."""

    def name(old: n.Name) -> n.Name:
        new = given.get(old.text)
        if isinstance(new, n.ZoneName | n.LineName):
            new = new.name
        return attrs.evolve(new, span=old.span) if isinstance(new, n.Name) else old

    def change(part: Any) -> Any:
        if isinstance(part, n.Param) and isinstance(given.get(part.name), n.Quantity | n.Param):
            return attrs.evolve(given[part.name], span=part.span)
        if isinstance(part, n.Apply):
            return attrs.evolve(
                part,
                thing=name(part.thing),
                names=tuple(map(name, part.names)),
                others=tuple(map(name, part.others)),
                classes=tuple(map(name, part.classes)),
            )
        if isinstance(part, n.Near):
            return attrs.evolve(part, thing=name(part.thing))
        if isinstance(part, n.Group):
            return attrs.evolve(part, classes=tuple(map(name, part.classes)), other=tuple(map(name, part.other)))
        if isinstance(part, n.Attribute):
            return attrs.evolve(part, thing=name(part.thing))
        if isinstance(part, n.Of) and part.line is not None:
            return attrs.evolve(part, line=name(part.line))
        if isinstance(part, n.OfZone):
            return attrs.evolve(part, zone=name(part.zone))
        if isinstance(part, n.ZoneName | n.LineName):
            return attrs.evolve(part, name=name(part.name))
        if isinstance(part, n.Call):
            args = tuple(name(a) if isinstance(a, n.Name) else a for a in part.args)
            return attrs.evolve(part, args=args)
        return part

    found: n.Expr = mapped(body, change)
    return found


def lets(node: Any, names: Names) -> Any:
    """`let`s become their quantities."""

    def change(part: Any) -> Any:
        value = names.let(part.name) if isinstance(part, n.Param) else None
        return part if value is None else attrs.evolve(value, span=part.span)

    return mapped(node, change)


def zone_groups(node: Any, names: Names) -> Any:
    """`in zone GROUP` is in any of its zones; `outside` in none."""

    def change(part: Any) -> Any:
        if isinstance(part, n.Group):
            opened = [f for f in part.filters if not isinstance(f, n.Apply)]
            if not opened:
                return part
            where = both([*([part.where] if part.where else []), *opened], part.span)
            filters = tuple(f for f in part.filters if isinstance(f, n.Apply))
            return attrs.evolve(part, filters=filters, where=where)
        if not isinstance(part, n.Apply) or len(part.names) != 1 or part.way is not None:
            return part
        members = names.zone_members(part.names[0].text)
        if members == (part.names[0].text,):
            return part
        each = tuple(attrs.evolve(part, names=(attrs.evolve(part.names[0], text=m),)) for m in members)
        if len(each) == 1:
            return each[0]
        return n.And(each, span=part.span) if part.word.text == "outside" else n.Or(each, span=part.span)

    return mapped(node, change)


def quantifiers(node: Any, names: Names) -> Any:  # noqa: ARG001 - a pass
    """`no`, `any`, `every`, `at least` … become counts; `between` two bounds."""

    def change(part: Any) -> Any:
        if isinstance(part, n.Between):
            low = compared(part.value, ">=", part.low, part.span)
            return n.And((low, compared(part.value, "<=", part.high, part.span)), span=part.span)
        if not isinstance(part, n.Some):
            return part
        one = n.Quantity("1", "", span=part.span)
        group, number = part.group, part.number
        if part.kind == "every":
            assert part.state is not None
            other = n.Not(part.state, span=part.span)
            where = other if group.where is None else both([group.where, other], part.span)
            group = attrs.evolve(group, where=where)
        match part.kind:
            case "no" | "every":
                return n.Count(group, "<", one, span=part.span)
            case "any":
                return n.Count(group, ">=", one, span=part.span)
        assert number is not None
        ops: dict[str, n.Op] = {"at least": ">=", "at most": "<=", "exactly": "="}
        return n.Count(group, ops[part.kind], number, span=part.span)

    return mapped(node, change)


PASSES: tuple[Pass, ...] = (settings, calls, lets, zone_groups, quantifiers)
"""In the order in which they run, over a rule as it was written."""
_ABOUT: dict[Pass, tuple[type, ...]] = {
    settings: (n.Param,),
    calls: (n.Call,),
    lets: (n.Param,),
    quantifiers: (n.Some, n.Between),
}
"""The nodes that a pass rewrites; where there is none it need not run."""


def plain(node: Any, names: Names) -> Any:
    """The tree after all passes."""
    there = {type(part) for part in walk(node)}
    groups = any(isinstance(placed.item, n.ZonesDef) for placed in names.get("zone").values())
    for one in PASSES:
        about = _ABOUT.get(one)
        if groups if about is None else not there.isdisjoint(about):
            node = one(node, names)
            there = {type(part) for part in walk(node)}
    return node


def _filled(node: Any, values: Mapping[str, n.Quantity]) -> Any:
    def change(part: Any) -> Any:
        if isinstance(part, n.Param) and part.name in values:
            return attrs.evolve(values[part.name], span=part.span)
        return part

    return mapped(node, change)


def is_absence(node: n.Expr, positive: bool = True) -> bool:
    """True where a condition without sugar asks, in positive position, that something is not there."""
    match node:
        case n.Not():
            return is_absence(node.body, not positive)
        case n.And() | n.Or():
            return any(is_absence(p, positive) for p in node.parts)
        case n.For():
            return is_absence(node.body, positive)
        case n.Sequence():
            return any(step.kind == "absent" for step in node.steps) and positive
        case n.Count():
            return node.op == "=" or (node.op in ("<", "<=") if positive else node.op in (">", ">=", "!="))
        case n.Apply():
            return not positive and node.word.text == "visible"
    return False


# ---- rules ---------------------------------------------------------------------------------------------------------


def desugared(given: n.RuleDef, names: Names) -> n.Rule:
    """A rule that has been checked, without sugar."""
    node: Any = plain(given, names)
    rule: n.Rule = _sentence(node, node.body) if isinstance(node.body, n.Sentence) else _clauses(node, node.body)
    own = {setting.name.text: setting.value for setting in given.settings}

    def filled(field: re.Match[str]) -> str:
        value = own.get(field[1]) or names.let(field[1])
        return field[0] if value is None else show(value)

    return attrs.evolve(rule, message=re.sub(r"\{\$(\w+)\}", filled, rule.message)) if rule.message else rule


def _sentence(given: n.RuleDef, said: n.Sentence) -> n.Rule:
    held = [p for p in said.phrases if isinstance(p, n.Held)]
    parts = [p.body if isinstance(p, n.With) else p for p in said.phrases if not isinstance(p, n.Held)]
    when = both(parts, said.span)
    if held:
        when = n.For(when, held[0].duration, span=said.span)
    each = n.Each(said.classes, n.Name("it", span=said.classes[0].span), span=said.span)
    return n.Rule(given.name.text, each, when, span=given.name.span)


def _clauses(given: n.RuleDef, clauses: Sequence[n.Clauses]) -> n.Rule:
    met = {type(c): c for c in clauses}
    when = met[n.When]
    assert isinstance(when, n.When)
    condition = when.body
    each = met.get(n.Each)
    fields: dict[str, Any] = {"each": None}
    if isinstance(each, n.Each):
        it = each.name
        filters: list[n.Expr] = [_about(f, it) for f in each.filters]
        if each.where is not None:
            filters.append(_about(each.where, it))
        filters += [
            n.Apply(n.Name("within"), it, values=(near.reach,), others=(near.thing,), span=near.span)
            for near in each.near
        ]
        if isinstance(condition, n.For):
            condition = attrs.evolve(condition, body=both([*filters, condition.body], condition.span))
        else:
            condition = both([*filters, condition], when.span)
        fields["each"] = each
    labels = []
    for clause in clauses:
        match clause:
            case n.EachZone():
                fields["zone"] = clause
            case n.Using():
                fields["using"] = clause
            case n.ClearWhen():
                fields["clear"] = clause.body
            case n.Clause(keyword="label"):
                labels.append((str(clause.values[0].text), str(clause.values[1])))  # type: ignore[union-attr]
            case n.Clause():
                fields |= _field(clause)
    excepted = tuple(c for c in clauses if isinstance(c, n.Except))
    return n.Rule(
        given.name.text,
        when=condition,
        title=given.title or "",
        labels=tuple(labels),
        excepted=excepted,
        span=given.name.span,
        **fields,
    )


def _about(where: n.Expr, it: n.Name) -> n.Expr:
    """What a `where` says of `it`, said of the bound thing."""
    return argued(where, {"it": it})


def _field(clause: n.Clause) -> dict[str, Any]:
    values: tuple[Any, ...] = clause.values
    match clause.keyword:
        case "on":
            return {"cameras": values}
        case "keep" | "grace":
            return {clause.keyword: ns(values[0])}
        case "cooldown":
            return {"cooldown": ns(values[0]), "per": tuple(v.text for v in values[1:])}
        case "gap":
            return {"gap": values[0].text, "gap_after": ns(values[1]) if len(values) > 1 else None}
        case "severity":
            later = tuple((values[k].text, ns(values[k + 1])) for k in range(1, len(values), 2))
            return {"severity": values[0].text, "rises": later}
        case "unless":
            return {"unless": values}
        case _:
            return {clause.keyword: values[0]}
