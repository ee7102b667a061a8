"""What is wrong with the definitions of a file: zones, lines, schedules, overrides, tests; and what nothing uses."""

from __future__ import annotations

import re

import attrs

from watchword.lang import nodes as n
from watchword.lang.check import RuleCheck, overridden
from watchword.lang.doubts import doubts
from watchword.lang.drawn import in_circle, line_of, zone_of
from watchword.lang.findings import Finding, did_you_mean, finding, slip_of
from watchword.lang.load import Placed
from watchword.lang.names import Names
from watchword.lang.refs import refs, walk
from watchword.lang.rewrite import desugared, lets
from watchword.text import Source, Span
from watchword.words.labels import KNOWN


def definitions(names: Names) -> list[Finding]:
    """Schedules, zones, lines and named conditions that make no sense."""
    findings: list[Finding] = []
    for placed in names.get("schedule").values():
        for window in placed.item.windows if isinstance(placed.item, n.ScheduleDef) else ():
            written = placed.source.text[window.span.start : window.span.end]
            if max(window.start, window.end) > 24 * 60 or window.start == 24 * 60 or re.search(r":[6-9]", written):
                message = f"`{written.split()[0]}` is no window of a day"
                hint = "hours go to 24, minutes to 59: `22:00-06:00`"
                findings.append(finding("E207", placed.source, window.span, message=message, hint=hint))
    for placed in names.get("class").values():
        for member in placed.item.members if isinstance(placed.item, n.ClassDef) else ():
            near = slip_of(member.text, {*names.classes, *KNOWN})
            if near:
                hint = f"did you mean `{near}`?"
                findings.append(finding("W203", placed.source, member.span, name=member.text, hint=hint))
    for kind in ("zone", "line", "define"):
        for placed in names.get(kind).values():
            item = placed.item
            if isinstance(item, n.ZoneDef):
                zone = zone_of(placed, None)
                findings += [zone] if isinstance(zone, Finding) else []
            elif isinstance(item, n.ZoneMade | n.ZonesDef) and in_circle(item.name.text, names):
                findings.append(finding("E308", placed.source, item.name.span, name=item.name.text))
            elif isinstance(item, n.LineDef):
                line = line_of(placed, None)
                findings += [line] if isinstance(line, Finding) else []
            elif isinstance(item, n.DefineDef):
                if _recurs(item.name.text, item, names, ()):
                    findings.append(finding("E306", placed.source, item.name.span, name=item.name.text))
                findings += doubts(lets(item, names), placed.source)
    return findings


def _recurs(target: str, define: n.DefineDef, names: Names, above: tuple[str, ...]) -> bool:
    for part in walk(define.body):
        if isinstance(part, n.Call):
            if part.name.text == target:
                return True
            inner = None if part.name.text in above else names.define(part.name.text)
            if inner is not None and _recurs(target, inner, names, (*above, part.name.text)):
                return True
    return False


def override(placed: Placed, item: n.Override, names: Names, overrides: dict[tuple[str, str], n.Rule]) -> list[Finding]:
    """What is wrong with an override; the rule as it is there joins `overrides`, where nothing is."""
    known = names.get("rule")
    rule = known.get(item.name.text)
    if rule is None or not isinstance(rule.item, n.RuleDef):
        hint = did_you_mean(item.name.text, known)
        return [finding("E115", placed.source, item.name.span, name=item.name.text, hint=hint)]
    own = {s.name.text for s in rule.item.settings}
    findings = [
        finding(
            "E116",
            placed.source,
            s.name.span,
            rule=item.name.text,
            name=s.name.text,
            hint=did_you_mean(s.name.text, own),
        )
        for s in item.settings
        if s.name.text not in own
    ]
    if isinstance(rule.item.body, n.Sentence) and item.clauses:
        hint = "write the rule in the full form, with braces"
        findings.append(
            finding("E217", placed.source, item.clauses[0].span, name=item.name.text, what="a clause", hint=hint)
        )
    if findings:
        return findings
    new = overridden(rule.item, item)
    found = RuleCheck(rule.source, names).rule(new)
    before = RuleCheck(rule.source, names).rule(rule.item)
    found = [f for f in found if f not in before]
    moved = [attrs.evolve(f, source=placed.source) if f.span.end <= len(placed.source.text) else f for f in found]
    if not any(f.is_error for f in found):
        overrides[item.name.text, item.camera.text] = desugared(new, names)
    return moved


def scenario(test: n.TestDef, names: Names, source: Source) -> list[Finding]:
    """What a `test` speaks of and is not there."""
    findings = []
    things = {line.name.text for line in test.lines if isinstance(line, n.GivenThing)}
    for line in test.lines:
        if isinstance(line, n.Expect):
            if line.rule.text not in names.get("rule"):
                hint = did_you_mean(line.rule.text, names.get("rule"))
                findings.append(finding("E115", source, line.rule.span, name=line.rule.text, hint=hint))
            if line.thing is not None and line.thing.text not in things:
                hint = did_you_mean(line.thing.text, things)
                findings.append(finding("E103", source, line.thing.span, name=line.thing.text, hint=hint))
        named = line.name if isinstance(line, n.GivenSpell) and line.kind != "signal" else None
        if named is not None and named.text not in things:
            hint = did_you_mean(named.text, things)
            findings.append(finding("E103", source, named.span, name=named.text, hint=hint))
    return findings


def circles(names: Names) -> list[Finding]:
    """`unless firing` that goes round in a circle, told once."""
    asks: dict[str, tuple[list[n.Name], Source]] = {}
    for name, placed in names.get("rule").items():
        body = placed.item.body if isinstance(placed.item, n.RuleDef) else ()
        if isinstance(body, tuple):
            unless = [c for c in body if isinstance(c, n.Clause) and c.keyword == "unless"]
            asks[name] = ([v for c in unless for v in c.values if isinstance(v, n.Name)], placed.source)
    told: set[str] = set()
    findings = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        for asked in asks.get(name, ([], None))[0]:
            if asked.text in path:
                circle = path[path.index(asked.text) :]
                if not told & set(circle):
                    told.update(circle)
                    source = asks[name][1]
                    shown = " → ".join([*circle, asked.text])
                    findings.append(finding("E305", source, asked.span, path=shown, hint="leave one of them out"))
            else:
                visit(asked.text, (*path, asked.text))

    for name in asks:
        visit(name, (name,))
    return findings


def unused(placed: list[Placed], names: Names, source: Source) -> list[Finding]:
    """What the file itself defines and nothing uses."""
    used = {(kind, name.text) for p in placed for kind, name in refs(p.item)}
    kinds = ("zone", "line", "class", "let", "define", "schedule", "signal")
    return [
        finding("W202", source, _span(p), what=kind, name=name, hint="leave it out, or use it in a rule")
        for kind in kinds
        for name, p in names.get(kind).items()
        if p.source is source and (kind, name) not in used
    ]


def _span(placed: Placed) -> Span:
    name = getattr(placed.item, "name", None)
    return name.span if isinstance(name, n.Name) else placed.item.span
