"""Tree to text, the canonical way to write it. Reading the text gives the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import singledispatch

from watchword.lang import nodes as n
from watchword.lang.build import DAYS
from watchword.units import SECOND
from watchword.words import WORDS

_LEVEL: dict[type, int] = {n.For: 0, n.Sequence: 1, n.Or: 2, n.And: 3, n.Not: 4}


@singledispatch
def show(node: object) -> str:
    """The canonical text of a node."""
    raise TypeError(f"{type(node).__name__} has no text")


def _inner(node: n.Expr, level: int) -> str:
    text = show(node)
    return f"({text})" if _LEVEL.get(type(node), 5) < level else text


def quote(text: str) -> str:
    """A text in quotes."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _names(names: Iterable[n.Name]) -> str:
    return ", ".join(name.text for name in names)


def _classes(names: tuple[n.Name, ...]) -> str:
    return names[0].text if len(names) == 1 else f"{{{_names(names)}}}"


@show.register
def _(node: n.Name) -> str:
    return node.text


@show.register
def _(node: n.Quantity) -> str:
    return node.number + node.unit


@show.register
def _(node: n.Param) -> str:
    return f"${node.name}"


@show.register
def _(node: n.Way) -> str:
    if node.kind == "to":
        assert node.side is not None
        return f"to {node.side.text}"
    return "either way" if node.kind == "either" else node.kind


def _values(values: tuple[n.Amount, ...]) -> str:
    return f"({', '.join(map(show, values))})" if values else ""


def _said(node: n.Apply) -> str:
    """What is said, without the thing it is said of."""
    word = node.word.text
    known = WORDS.get(word)
    shape = known.shape if known else ""
    if word == "against":
        return f"against flow in zone {node.names[0].text}"
    if word == "moves" and not node.others:
        where = f"zone {node.names[0].text}" if node.names else show(node.compass or node.values[0])
        return f"moves toward {where}"
    if node.others:
        return f"within {show(node.values[0])} of {node.others[0].text}"
    if node.classes:
        return f"{word} {node.classes[0].text}"
    if node.names:
        what = "line" if shape == "W line NAME" or node.way else "zone"
        return f"{word} {what} {node.names[0].text}{' ' + show(node.way) if node.way else ''}"
    if shape == "W" and not node.values:
        return word
    return f"is {word}{_values(node.values)}"


@show.register
def _(node: n.Apply) -> str:
    return f"{node.thing.text} {_said(node)}"


def _becomes(node: n.Becomes) -> str:
    return f"becomes {node.state.word.text}{_values(node.state.values)}"


@show.register
def _(node: n.Becomes) -> str:
    return f"{node.state.thing.text} {_becomes(node)}"


@show.register
def _(node: n.Signal) -> str:
    return f"signal {node.name.text}{' at ' + node.at.text if node.at else ''}"


def _modifiers(node: n.Group | n.Each, other: tuple[n.Name, ...] = ()) -> str:
    parts = [_said(f) for f in node.filters]
    parts += [f"within {show(near.reach)} of {near.thing.text}" for near in node.near]
    parts += [f"other than {name.text}" for name in other]
    parts += [f"where ({show(node.where)})"] if node.where else []
    return "".join(f" {part}" for part in parts)


@show.register
def _(node: n.Group) -> str:
    return f"{_classes(node.classes)}{_modifiers(node, node.other)}"


@show.register
def _(node: n.Count) -> str:
    return f"count of {show(node.group)} {node.op} {show(node.number)}"


@show.register
def _(node: n.Some) -> str:
    if node.kind == "every":
        assert node.state is not None
        return f"every {show(node.group)} {_said(node.state)}"
    number = f" {show(node.number)}" if node.number else ""
    return f"{node.kind}{number} {show(node.group)}"


@show.register
def _(node: n.Compare) -> str:
    return f"{show(node.left)} {node.op} {show(node.right)}"


@show.register
def _(node: n.Between) -> str:
    return f"{show(node.value)} between {show(node.low)} and {show(node.high)}"


@show.register
def _(node: n.Changes) -> str:
    return f"{show(node.value)} {'rises' if node.up else 'drops'} by {show(node.by)} over {show(node.over)}"


@show.register
def _(node: n.Step) -> str:
    if node.kind == "within":
        return f"then within {show(node.bound)} {_inner(node.body, 2)}"
    return f"then for {show(node.bound)} not {_inner(node.body, 4)}"


@show.register
def _(node: n.Sequence) -> str:
    return " ".join([_inner(node.first, 2), *map(show, node.steps)])


@show.register
def _(node: n.ZoneName) -> str:
    return f"zone {node.name.text}"


@show.register
def _(node: n.LineName) -> str:
    return f"line {node.name.text}"


@show.register
def _(node: n.Call) -> str:
    return f"{node.name.text}({', '.join(map(show, node.args))})"


@show.register
def _(node: n.Attribute) -> str:
    return f"{node.thing.text}.{node.name.text}"


@show.register
def _(node: n.Of) -> str:
    across = f" across line {node.line.text}{' ' + show(node.way) if node.way else ''}" if node.line else ""
    over = f" over {show(node.over)}" if node.over else ""
    if node.word.text == "distinct":
        return f"distinct {show(node.group)}{over}"
    attribute = f" {node.attribute.text}" if node.attribute else ""
    return f"{node.word.text}{attribute} of {show(node.group)}{across}{over}"


@show.register
def _(node: n.OfCondition) -> str:
    return f"{node.word.text} of ({show(node.body)}) over {show(node.over)}"


@show.register
def _(node: n.OfZone) -> str:
    return f"{node.words[0].text} {node.words[1].text} of zone {node.zone.text}"


@show.register
def _(node: n.Not) -> str:
    return f"not {_inner(node.body, 4)}"


@show.register
def _(node: n.And) -> str:
    return " and ".join(_inner(part, 4) for part in node.parts)


@show.register
def _(node: n.Or) -> str:
    return " or ".join(_inner(part, 4) for part in node.parts)  # brackets around `and` make plain what is meant


@show.register
def _(node: n.For) -> str:
    return f"{_inner(node.body, 1)} for {show(node.duration)}"


# ---- what a file holds ---------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    return f"{value:.10g}"


def _point(point: tuple[float, float]) -> str:
    return f"({_number(point[0])}, {_number(point[1])})"


@show.register
def _(node: n.Language) -> str:
    return f"language {show(node.version)}"


@show.register
def _(node: n.Include) -> str:
    return f"include {quote(node.path)}{' as ' + node.name.text if node.name else ''}"


@show.register
def _(node: n.ClassDef) -> str:
    return f"class {node.name.text} = {_names(node.members)}"


@show.register
def _(node: n.Window) -> str:
    days = f" on {', '.join(DAYS[d] for d in node.days)}" if len(node.days) < 7 else ""
    return f"{node.start // 60:02}:{node.start % 60:02}-{node.end // 60:02}:{node.end % 60:02}{days}"


@show.register
def _(node: n.ScheduleDef) -> str:
    return f"schedule {node.name.text} = {', '.join(map(show, node.windows))}"


@show.register
def _(node: n.SignalDef) -> str:
    return f"signal {node.name.text} is {node.kind}"


@show.register
def _(node: n.LetDef) -> str:
    return f"let {node.name.text} = {show(node.value)}"


@show.register
def _(node: n.DefineDef) -> str:
    return f"define {node.name.text}({_names(node.parameters)}) = {show(node.body)}"


@show.register
def _(node: n.ZoneDef) -> str:
    anchor = ""
    if node.anchor != "bottom":
        anchor = f" anchor {node.anchor if isinstance(node.anchor, str) else _number(node.anchor * 100) + '%'}"
    flow = f" flowing {_point(node.flow[0])} to {_point(node.flow[1])}" if node.flow else ""
    return f"zone {node.name.text} = polygon {' '.join(map(_point, node.points))}{anchor}{flow}"


@show.register
def _(node: n.ZoneMade) -> str:
    rest = "".join(f" {how} {name.text}" for how, name in node.rest)
    return f"zone {node.name.text} = {node.first.text}{rest}"


@show.register
def _(node: n.ZonesDef) -> str:
    return f"zones {node.name.text} = {_names(node.members)}"


@show.register
def _(node: n.LineDef) -> str:
    sides = f" from {node.sides[0].text} to {node.sides[1].text}" if node.sides else ""
    return f"line {node.name.text} = {_point(node.start)} to {_point(node.end)}{sides}"


# ---- rules ---------------------------------------------------------------------------------------------------------


@show.register
def _(node: n.With) -> str:
    text = show(node.body)
    return f"with {text.removeprefix('it.').removeprefix('it ')}"


@show.register
def _(node: n.Held) -> str:
    return f"for {show(node.duration)}"


@show.register
def _(node: n.Sentence) -> str:
    parts = [_classes(node.classes)]
    for phrase in node.phrases:
        if isinstance(phrase, n.Apply):
            parts.append(_said(phrase).removeprefix("is "))
        else:
            parts.append(_becomes(phrase) if isinstance(phrase, n.Becomes) else show(phrase))
    return " ".join(parts)


@show.register
def _(node: n.Each) -> str:
    return f"each {_classes(node.classes)} {node.name.text}{_modifiers(node)}"


@show.register
def _(node: n.EachZone) -> str:
    return f"each zone {node.name.text} of {node.group.text}"


@show.register
def _(node: n.Using) -> str:
    who = f"{_classes(node.classes)} {node.name.text}"
    return f"using {who} = {node.word.text} of {node.thing.text} within {show(node.within)}"


@show.register
def _(node: n.When) -> str:
    return f"when {show(node.body)}"


@show.register
def _(node: n.ClearWhen) -> str:
    return f"clear when {show(node.body)}"


@show.register
def _(node: n.Except) -> str:
    return f"except {node.name.text} when {show(node.body)}"


@show.register
def _(node: n.Clause) -> str:
    values = [v if isinstance(v, str) else show(v) for v in node.values]
    match node.keyword:
        case "on":
            return f"on camera {', '.join(values)}"
        case "cooldown":
            return f"cooldown {values[0]}{' per ' + ', '.join(values[1:]) if len(values) > 1 else ''}"
        case "gap":
            return f"gap {values[0]}{' after ' + values[1] if len(values) > 1 else ''}"
        case "unless":
            return f"unless firing {', '.join(values)}"
        case "severity":
            later = "".join(f", {values[k]} after {values[k + 1]}" for k in range(1, len(values), 2))
            return f"severity {values[0]}{later}"
        case "message":
            return f"message {quote(values[0])}"
        case "label":
            return f"label {values[0]} = {quote(values[1])}"
        case _:
            return f"{node.keyword} {values[0]}"


@show.register
def _(node: n.Setting) -> str:
    return f"{node.name.text} = {show(node.value)}"


def _braces(head: str, lines: Iterable[n.Placed]) -> str:
    body = "".join(f"  {show(line)}\n" for line in lines)
    return f"{head} {{\n{body}}}"


@show.register
def _(node: n.RuleDef) -> str:
    if isinstance(node.body, n.Sentence):
        return f"rule {node.name.text}: {show(node.body)}"
    title = f" {quote(node.title)}" if node.title is not None else ""
    settings = f" ({', '.join(map(show, node.settings))})" if node.settings else ""
    return _braces(f"rule {node.name.text}{title}{settings}", node.body)


@show.register
def _(node: n.Override) -> str:
    return _braces(f"override {node.name.text} on camera {node.camera.text}", [*node.settings, *node.clauses])


# ---- tests ---------------------------------------------------------------------------------------------------------


def _time(ns: int) -> str:
    """A time of a test in seconds, exact."""
    return f"{Decimal(ns).scaleb(-9):f}".rstrip("0").rstrip(".") + "s" if ns % SECOND else f"{ns // SECOND}s"


def _on(camera: str) -> str:
    return f" on camera {camera}" if camera else ""


@show.register
def _(node: n.Walk) -> str:
    start = f" from {_time(node.start)}" if node.start is not None else ""
    return f"walks to {_point(node.to)}{start} by {_time(node.end)}"


@show.register
def _(node: n.GivenThing) -> str:
    tall = f" tall {_number(node.tall)}px" if node.tall is not None else ""
    walks = "".join(f", {show(walk)}" for walk in node.walks)
    end = "" if node.end is None else f"{', ends' if node.walks else ' to'} {_time(node.end)}"
    head = f"given {node.label.text} {node.name.text}{tall} at {_point(node.at)} from {_time(node.start)}"
    return f"{head}{walks}{end}{_on(node.camera)}"


@show.register
def _(node: n.GivenSpell) -> str:
    spell = f"from {_time(node.start)} to {_time(node.end)}"
    match node.kind:
        case "dark":
            return f"given dark {spell}{_on(node.camera)}"
        case "label":
            assert node.label is not None
            return f"given {show(node.name)} labelled {node.label.text} {spell}"
        case "signal":
            spell = f"at {_time(node.start)}" if node.start == node.end else spell
            return f"given signal {show(node.name)} {spell}{_on(node.camera)}"
        case _:
            return f"given {node.kind} {show(node.name)} {spell}"


@show.register
def _(node: n.GivenSetting) -> str:
    if node.kind in ("zone", "line"):
        return f"given {show(node.value)}"
    value = quote(node.value) if isinstance(node.value, str) else show(node.value)
    return f"given {node.kind} {value}{_on(node.camera)}"


@show.register
def _(node: n.Expect) -> str:
    of = f" of {node.thing.text}" if node.thing else ""
    outcomes = ", ".join(f"{state} at {_time(time)}" for state, time in node.outcomes)
    within = f" within {_time(node.within)}" if node.within is not None else ""
    return f"expect {node.rule.text}{of} {outcomes}{within}{_on(node.camera)}"


@show.register
def _(node: n.ExpectNothing) -> str:  # noqa: ARG001 - says it all
    return "expect nothing else"


@show.register
def _(node: n.TestDef) -> str:
    return _braces(f"test {quote(node.name)}", node.lines)
