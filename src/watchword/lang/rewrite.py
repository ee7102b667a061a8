"""Sugar out: the short form, filters and clauses become one bound thing and one condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from watchword.lang import nodes as n
from watchword.lang.findings import Finding, finding
from watchword.text import Source, Span
from watchword.units import TIME, nanoseconds


def both(parts: Sequence[n.Expr], span: Span) -> n.Expr:
    """All of these as one condition, `and`s within `and`s drawn out."""
    flat: list[n.Expr] = []
    for part in parts:
        flat += part.parts if isinstance(part, n.And) else (part,)
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else n.And(tuple(flat), span=span)


def named(apply: n.Apply, thing: n.Name) -> n.Apply:
    """The same said of another thing."""
    return attrs.evolve(apply, thing=attrs.evolve(thing, span=apply.thing.span))


def ns(quantity: n.Quantity) -> int:
    """A duration in nanoseconds."""
    return nanoseconds(quantity.number, quantity.unit)


def rule(source: Source, given: n.RuleDef) -> tuple[n.Rule | None, list[Finding]]:
    """A rule without sugar; None where it cannot be made."""
    if isinstance(given.body, n.Sentence):
        return _sentence(source, given, given.body)
    return _clauses(source, given, given.body)


def _sentence(source: Source, given: n.RuleDef, said: n.Sentence) -> tuple[n.Rule | None, list[Finding]]:
    held = [p for p in said.phrases if isinstance(p, n.Held)]
    if len(held) > 1:
        return None, [finding("E211", source, held[1].span, hint="say it once, over the whole sentence")]
    parts = [p.body if isinstance(p, n.With) else p for p in said.phrases if not isinstance(p, n.Held)]
    if not parts:
        last = held[0].span
        hint = "say what should hold, such as `in zone hall` or `unattended`"
        return None, [finding("E209", source, last, rule=given.name.text, hint=hint)]
    when = both(parts, said.span)
    if held:
        when = n.For(when, held[0].duration, span=said.span)
    each = n.Each(said.classes, n.Name("it", span=said.classes[0].span), span=said.span)
    return n.Rule(given.name.text, each, when, span=given.name.span), []


def _clauses(
    source: Source, given: n.RuleDef, clauses: Sequence[n.Each | n.When | n.Clause]
) -> tuple[n.Rule | None, list[Finding]]:
    findings: list[Finding] = []
    met: dict[str, n.Each | n.When | n.Clause] = {}
    labels: list[tuple[str, str]] = []
    for clause in clauses:
        key = clause.keyword if isinstance(clause, n.Clause) else type(clause).__name__.lower()
        if key == "label" and isinstance(clause, n.Clause):
            name, text = clause.values
            assert isinstance(name, n.Name)
            labels.append((name.text, str(text)))
        elif key in met:
            line, _ = source.place(met[key].span.start)
            notes = [f"the first is in line {line}"]
            findings.append(finding("E203", source, clause.span, clause=key, notes=notes, hint="leave one out"))
        else:
            met[key] = clause
    when = met.get("when")
    if not isinstance(when, n.When):
        hint = "add what should hold: `when … `"
        return None, [*findings, finding("E209", source, given.name.span, rule=given.name.text, hint=hint)]
    condition = when.body
    each = met.get("each")
    if isinstance(each, n.Each):
        filters = [named(f, each.name) for f in each.filters]
        if isinstance(condition, n.For):
            condition = attrs.evolve(condition, body=both([*filters, condition.body], condition.span))
        else:
            condition = both([*filters, condition], when.span)
    fields: dict[str, Any] = {}
    for key, clause in met.items():
        if isinstance(clause, n.Clause):
            fields |= _field(key, clause.values)
    rule = n.Rule(
        given.name.text,
        each if isinstance(each, n.Each) else None,
        condition,
        title=given.title or "",
        labels=tuple(labels),
        clauses={key: clause.span for key, clause in met.items()},
        span=given.name.span,
        **fields,
    )
    return rule, findings


def _field(key: str, values: tuple[Any, ...]) -> dict[str, Any]:
    match key:
        case "on":
            return {"cameras": values}
        case "keep":
            return {"keep": ns(values[0])}
        case "cooldown":
            return {"cooldown": ns(values[0]), "per": tuple(v.text for v in values[1:])}
        case "gap":
            return {"gap": values[0].text, "gap_after": ns(values[1]) if len(values) > 1 else None}
        case "severity":
            return {"severity": values[0].text}
        case _:
            return {key: values[0]}


def is_time(quantity: n.Quantity) -> bool:
    """True where a number's unit is one of time."""
    return quantity.unit in TIME
