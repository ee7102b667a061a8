"""What is wrong with a rule file, said without running it. A check yields findings and never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from watchword.errors import SceneError
from watchword.lang import nodes as n
from watchword.lang import rewrite
from watchword.lang.findings import Finding, did_you_mean, finding, nearest
from watchword.lang.parse import keywords, parse
from watchword.lang.show import show
from watchword.scene import Line, Zone
from watchword.text import Source, Span
from watchword.units import KINDS
from watchword.words import WORDS, Word
from watchword.words.labels import KNOWN

Classes = Mapping[str, frozenset[str]]
FIELDS = ("rule", "title", "camera", "zone", "line", "severity", "held", "count", "time")
"""What a message may name besides `thing.id` and `thing.class`."""


@cache
def library() -> Classes:
    """The classes of the library file that the package ships."""
    text = files("watchword.lang").joinpath("library.watch").read_text("utf-8")
    source = Source("library.watch", text)
    items, findings = parse(source)
    classes, more = expand([i for i in items if isinstance(i, n.ClassDef)], source, {})
    assert not findings
    assert not more
    return classes


def expand(defs: Iterable[n.ClassDef], source: Source, shipped: Classes) -> tuple[Classes, list[Finding]]:
    """Every class as the set of labels it stands for; its own name inside its definition is the detector's label."""
    findings: list[Finding] = []
    own = {d.name.text: d for d in defs}
    made: dict[str, frozenset[str]] = {}

    def labels(name: str, under: tuple[str, ...]) -> frozenset[str]:
        if name in made:
            return made[name]
        if name not in own:
            return shipped.get(name, frozenset({name}))
        found: set[str] = set()
        for member in own[name].members:
            if member.text == name:
                found.add(name)
            elif member.text in under:
                findings.append(finding("E206", source, member.span, name=member.text, hint="leave one of the two out"))
            else:
                found |= labels(member.text, (*under, name))
        made[name] = frozenset(found)
        return made[name]

    for name in own:
        labels(name, ())
    return MappingProxyType({**shipped, **made}), findings


def kind(node: n.Expr) -> str:
    """Whether a condition is a "state" or an "event"; an unknown word counts as a state, for one fault, one finding."""
    match node:
        case n.Apply():
            word = WORDS.get(node.word.text)
            return word.kind if word else "state"
        case n.And() | n.Or():
            return "event" if any(kind(p) == "event" for p in node.parts) else "state"
        case _:
            return "state"


def walk(node: n.Expr) -> Iterator[n.Expr]:
    """A condition and every condition in it; what stands in a group's `where` is not among them."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: n.Expr) -> tuple[n.Expr, ...]:
    """The conditions directly in a condition."""
    match node:
        case n.And() | n.Or():
            return node.parts
        case n.Not() | n.For():
            return (node.body,)
        case _:
            return ()


def names_of(rule: n.Rule) -> tuple[list[n.Name], list[n.Name]]:
    """The zones and the lines that a rule speaks of."""
    zones: list[n.Name] = []
    lines: list[n.Name] = []

    def visit(node: n.Expr) -> None:
        for part in walk(node):
            if isinstance(part, n.Apply) and part.names:
                word = WORDS.get(part.word.text)
                (lines if word and word.shape == "W line NAME" else zones).extend(part.names)
            elif isinstance(part, n.Count):
                for f in part.group.filters:
                    zones.extend(f.names)
                if part.group.where:
                    visit(part.group.where)

    visit(rule.when)
    return zones, lines


class RuleCheck:
    """Checks one rule, with the names of its file at hand."""

    def __init__(self, source: Source, classes: Classes, zones: Iterable[str], lines: Mapping[str, n.LineDef]) -> None:
        self.source = source
        self.classes = classes
        self.zones = set(zones)
        self.lines = lines
        self.findings: list[Finding] = []

    def add(self, code: str, span: Span, *, hint: str = "", notes: Iterable[str] = (), **values: object) -> None:
        """Note a finding."""
        self.findings.append(finding(code, self.source, span, hint=hint, notes=notes, **values))

    def rule(self, rule: n.Rule) -> list[Finding]:
        """All that is wrong with a rule, but for names that only a scene can tell."""
        things: dict[str, str] = {}
        if rule.each:
            self._classes(rule.each.classes)
            things[rule.each.name.text] = "thing"
            self._bound(rule.each.name)
        self._expr(rule.when, things)
        event = kind(rule.when) == "event"
        if event and rule.keep:
            at = rule.clauses.get("keep", rule.span)
            self.add("E210", at, clause="keep", why="an event is over at its moment", hint="leave it out")
        for key in rule.per:
            if key not in {"zone", "line", "camera", "rule", *things}:
                known = [*things, "zone", "line", "camera", "rule"]
                at = self._within(rule, "cooldown", rf"\b{re.escape(key)}\b(?!.*\bper\b)")
                self.add("E103", at, name=key, hint=did_you_mean(key, known))
        self._message(rule, things)
        return self.findings

    def _bound(self, name: n.Name) -> None:
        if name.text == "it":
            return
        what = ""
        if name.text in keywords() or name.text in WORDS:
            what = "a word of the language"
        elif name.text in self.classes:
            what = "a class"
        elif name.text in self.zones:
            what = "a zone"
        if what:
            self.add("E205", name.span, name=name.text, what=what, hint="take another name, such as `x`")

    def _classes(self, names: Iterable[n.Name]) -> None:
        known = {*self.classes, *KNOWN}
        for name in names:
            # A name one or two letters off a known one is a slip; any other may be a label of the user's own detector.
            near = "" if name.text in known else nearest(name.text, known)
            if near and _distance(name.text, near) <= (2 if len(near) > 4 else 1):
                self.add("E101", name.span, name=name.text, hint=f"did you mean `{near}`?")

    def _expr(self, node: n.Expr, things: Mapping[str, str]) -> None:
        match node:
            case n.Apply():
                self._apply(node, things)
            case n.Count():
                if "." in node.number.number:
                    self.add("E202", node.number.span, got=node.number.number, kind="fraction", wanted="a whole number")
                self._group(node.group)
            case n.For():
                self._state(node.body)
                self._expr(node.body, things)
                if isinstance(node.body, n.Or) and any(isinstance(p, n.And) for p in node.body.parts):
                    self.add("W201", node.span, hint="put brackets around what belongs together")
            case n.Not():
                self._state(node.body)
                self._expr(node.body, things)
            case n.And():
                events = [p for p in node.parts if kind(p) == "event"]
                if len(events) > 1:
                    self.add("E212", events[1].span, got=show(events[1]), hint="two things never happen at one moment")
                for part in node.parts:
                    self._expr(part, things)
            case n.Or():
                kinds = {kind(p) for p in node.parts}
                if len(kinds) > 1:
                    state = next(p for p in node.parts if kind(p) == "state")
                    self.add("E202", state.span, got=show(state), kind="state", wanted="an event")
                for part in node.parts:
                    self._expr(part, things)

    def _state(self, node: n.Expr) -> None:
        if kind(node) == "event":
            event = next(p for p in walk(node) if isinstance(p, n.Apply) and kind(p) == "event")
            self.add("E201", event.span, got=show(event), hint="say where or how it is: `in zone …`, `is still`")

    def _group(self, group: n.Group) -> None:
        self._classes(group.classes)
        for filter_ in group.filters:
            self._apply(filter_, {"it": "thing"})
            self._state(filter_)
        if group.where:
            self._state(group.where)
            self._expr(group.where, {"it": "thing"})

    def _apply(self, node: n.Apply, things: Mapping[str, str]) -> None:
        word = WORDS.get(node.word.text)
        if word is None:
            shape = "is W" if not node.names else ""
            same = [w for w in WORDS.values() if not shape or w.shape == shape]
            hint = did_you_mean(node.word.text, [w.name for w in same]) or did_you_mean(node.word.text, WORDS)
            self.add("E102", node.word.span, name=node.word.text, hint=hint)
            return
        said = "is W" if not node.names else ("W line NAME" if self._speaks_of_line(node) else "W zone NAME")
        if word.shape != said:
            what = {"is W": "`is`", "W line NAME": "a line", "W zone NAME": "a zone"}[said]
            self.add("E213", node.word.span, word=word.name, what=what, hint=f"write it as in: {word.example}")
            return
        if node.thing.text not in things and node.thing.text != "it":
            near = did_you_mean(node.thing.text, things)
            self.add("E103", node.thing.span, name=node.thing.text, hint=near or _bound_here(things))
        elif node.thing.text == "it" and "it" not in things:
            self.add("E103", node.thing.span, name="it", hint=_bound_here(things))
        self._values(node, word)
        if node.way is not None:
            self._way(node)

    def _speaks_of_line(self, node: n.Apply) -> bool:
        between = self.source.text[node.word.span.end : node.names[0].span.start]
        return "line" in between

    def _values(self, node: n.Apply, word: Word) -> None:
        for parameter, value in zip(word.parameters, node.values, strict=False):
            if KINDS[value.unit] not in parameter.measures:
                wanted = f"{parameter.name}, a {' or '.join(parameter.measures)},"
                self.add("E202", value.span, got=show(value), kind=KINDS[value.unit], wanted=wanted)
        for extra in node.values[len(word.parameters) :]:
            self.add("E213", extra.span, word=word.name, what=f"a number {show(extra)}", hint="leave it out")

    def _way(self, node: n.Apply) -> None:
        line = self.lines.get(node.names[0].text)
        if line is None or node.way is None:  # a scene's line: asked when the scene is known
            return
        check_way(self, node, line.name.text, tuple(s.text for s in line.sides) if line.sides else None)

    def _message(self, rule: n.Rule, things: Mapping[str, str]) -> None:
        for field in re.findall(r"\{([^{}]*)\}", rule.message):
            thing, _, attribute = field.partition(".")
            if field in FIELDS or (thing in things and attribute in ("id", "class")):
                continue
            known = [*FIELDS, *(f"{t}.{a}" for t in things for a in ("id", "class"))]
            at = self._within(rule, "message", re.escape("{" + field + "}"))
            self.add("E208", at, name=field, hint=did_you_mean(field, known), notes=[f"fields: {', '.join(known)}"])

    def _within(self, rule: n.Rule, clause: str, pattern: str) -> Span:
        """Where a pattern stands in a clause of a rule; the clause, where it does not."""
        at = rule.clauses.get(clause, rule.span)
        match = re.search(pattern, self.source.text[at.start : at.end], re.DOTALL)
        return Span(at.start + match.start(), at.start + match.end()) if match else at


def _bound_here(things: Iterable[str]) -> str:
    bound = ", ".join(f"`{t}`" for t in things)
    return f"the thing of this rule is {bound}" if bound else "name a thing first: `each person p`"


def check_way(check: RuleCheck, node: n.Apply, line: str, sides: tuple[str, ...] | None) -> None:
    """A direction over a line: the line has the side, or any side at all."""
    way = node.way
    if way is None or way.kind == "either":
        return
    if sides is None:
        hint = "give it sides: `line … from street to lobby`, or write `either way`"
        check.add("E108", way.span, line=line, name=show(way), hint=hint)
    elif way.side is not None and way.side.text not in sides:
        hint = did_you_mean(way.side.text, sides)
        check.add("E107", way.side.span, line=line, name=way.side.text, hint=hint, notes=[f"sides: {', '.join(sides)}"])


def _distance(a: str, b: str) -> int:
    """How many letters have to be changed, added, left out or swapped with a neighbour (restricted Damerau)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]


def zone_of(definition: n.ZoneDef, frame: tuple[int, int] | None, source: Source) -> Zone | Finding:
    """The zone that a file defines, in a frame of this size; a finding where it makes no sense."""
    try:
        flow = definition.flow
        ends = (flow[0], flow[1]) if flow else None
        return Zone(definition.name.text, definition.points, anchor=definition.anchor, flow=ends, frame=frame)
    except SceneError as error:
        return finding("E207", source, definition.span, message=error.message, hint=error.fix)


def line_of(definition: n.LineDef, frame: tuple[int, int] | None, source: Source) -> Line | Finding:
    """The line that a file defines; a finding where it makes no sense."""
    try:
        sides = (definition.sides[0].text, definition.sides[1].text) if definition.sides else None
        return Line(definition.name.text, definition.start, definition.end, sides, frame)
    except SceneError as error:
        return finding("E207", source, definition.span, message=error.message, hint=error.fix)


def doubles(items: Iterable[n.Item], source: Source) -> list[Finding]:
    """Names defined twice, within their kind."""
    findings = []
    met: dict[tuple[type, str], Span] = {}
    for item in items:
        if isinstance(item, n.Language):
            if item.version.number != "1":
                got = item.version.number
                findings.append(finding("E004", source, item.version.span, got=got, hint="write `language 1`"))
            continue
        key = (type(item), item.name.text)
        if key in met:
            line, _ = source.place(met[key].start)
            findings.append(
                finding(
                    "E204",
                    source,
                    item.name.span,
                    name=item.name.text,
                    notes=[f"the first is in line {line}"],
                    hint="take another name",
                )
            )
        met.setdefault(key, item.name.span)
    return findings


def rules_of(items: Iterable[n.Item], source: Source) -> tuple[list[n.Rule], list[Finding]]:
    """The rules of a file without sugar."""
    rules, findings = [], []
    for item in items:
        if isinstance(item, n.RuleDef):
            rule, found = rewrite.rule(source, item)
            findings += found
            if rule is not None:
                rules.append(rule)
    return rules, findings
