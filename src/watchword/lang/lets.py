"""`let`s given from outside: quantities that take the place of a file's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from watchword.lang import nodes as n
from watchword.lang.findings import Finding, did_you_mean, finding
from watchword.lang.load import Placed
from watchword.lang.parse import parse
from watchword.lang.scope import either, examples
from watchword.text import Source, Span
from watchword.units import IN_PICTURE, KINDS

Lets = Mapping[str, str]


def replaced(placed: Sequence[Placed], lets: Lets) -> tuple[list[Placed], list[Finding]]:
    """The items of a file with other quantities in its `let`s, and what is wrong with those.

    A quantity may be replaced by one of its kind, or of the same in the picture: metres by pixels.
    """
    own = {p.item.name.text: p.item.value for p in placed if isinstance(p.item, n.LetDef)}
    new: dict[str, n.Quantity] = {}
    findings: list[Finding] = []
    for name, text in lets.items():
        value, found = _value(name, str(text), own)
        findings += found
        if value is not None:
            new[name] = value
    return [_with(p, new) for p in placed], findings


def _with(placed: Placed, new: Mapping[str, n.Quantity]) -> Placed:
    item = placed.item
    if not isinstance(item, n.LetDef) or item.name.text not in new:
        return placed
    value = attrs.evolve(new[item.name.text], span=item.value.span)
    return attrs.evolve(placed, item=attrs.evolve(item, value=value))


def _value(name: str, text: str, own: Mapping[str, n.Quantity]) -> tuple[n.Quantity | None, list[Finding]]:
    shown = Source("given", f"let {name} = {text}")
    if name not in own:
        notes = [f"lets: {', '.join(own) or 'none'}"]
        span = Span(len("let "), len(f"let {name}"))
        return None, [finding("E113", shown, span, name=name, hint=did_you_mean(name, own), notes=notes)]
    leaf = name.rpartition(".")[2]  # a name of an included file has a dot, which no `let` has
    moved = len(name) - len(leaf)
    items, found = parse(Source("given", f"let {leaf} = {text}"))
    findings = [attrs.evolve(f, source=shown, span=f.span.moved(moved), fix=None) for f in found]
    item = items[0] if items else None
    if len(items) > 1:
        got = text[items[1].span.start - len(f"let {leaf} = ") :].split()[0]
        findings.append(finding("E001", shown, items[1].span.moved(moved), got=got, hint="expected the end"))
    if findings or not isinstance(item, n.LetDef):
        return None, findings
    value = item.value
    kind, wanted = KINDS[value.unit], KINDS[own[name].unit]
    pictured = {KINDS[unit]: kind for kind, unit in IN_PICTURE.items()}
    if pictured.get(kind, kind) != pictured.get(wanted, wanted):
        span, got = value.span.moved(moved), value.number + value.unit
        hint = examples([wanted])
        return None, [finding("E202", shown, span, got=got, kind=kind, wanted=either([wanted]), hint=hint)]
    return value, []
