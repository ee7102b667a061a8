"""Checks conditions and quantities: words, names, kinds and units."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from watchword.lang import nodes as n
from watchword.lang.findings import Edit, Finding, Place, did_you_mean, distance, finding, nearest, slip_of, word_meant
from watchword.lang.kinds import ANY, kind, measures, parameter_uses
from watchword.lang.names import Names
from watchword.lang.refs import walk
from watchword.lang.rewrite import argued
from watchword.lang.scope import STATES_OF, Scope, bound_here, either, examples, kinds_of, with_it
from watchword.lang.show import show
from watchword.lang.slips import LASTS, MEANT, NOBODY, PLURALS
from watchword.text import Source, Span
from watchword.units import KINDS
from watchword.words import ATTRIBUTES, WORDS, Word
from watchword.words.labels import KNOWN

COMPASS = frozenset(["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"])


class ConditionCheck:
    """Gathers findings about conditions of one text.

    Attributes:
        findings: What was found so far.
        metric: Where metres are asked for, and of what: places that need a calibrated ground.
    """

    def __init__(self, source: Source, names: Names, columns: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.names = names
        self.findings: list[Finding] = []
        self._columns = columns
        self._calling: tuple[str, ...] = ()

    def add(
        self,
        code: str,
        span: Span,
        *,
        hint: str = "",
        notes: Iterable[str] = (),
        other: Place | None = None,
        fix: Edit | None = None,
        **values: object,
    ) -> None:
        """Note a finding."""
        found = finding(code, self.source, span, hint=hint, notes=notes, other=other, fix=fix, **values)
        self.findings.append(found)

    # ---- names

    def classes(self, given: Iterable[n.Name]) -> None:
        """A class one or two letters off a known one is a slip; any other may be a label of the user's own detector."""
        known = {*self.names.classes, *KNOWN}
        for name in given:
            one = "" if name.text in known else PLURALS.get(name.text, "")
            if one:
                notes = [f"where a detector of yours calls things so: `class {name.text} = {name.text}`"]
                fix = Edit(name.span, one)
                self.add("E101", name.span, name=name.text, hint=f"did you mean `{one}`?", notes=notes, fix=fix)
            elif near := slip_of(name.text, known):
                self.add("E101", name.span, name=name.text, hint=f"did you mean `{near}`?")

    def thing(self, name: n.Name, scope: Scope) -> None:
        """A bound thing."""
        if scope.things.get(name.text) == "thing" or name.text in scope.arguments:
            return
        things = [t for t, k in scope.things.items() if k == "thing"]
        near = "" if name.text == "it" else did_you_mean(name.text, things)
        near = f"write {NOBODY[name.text]}" if name.text in NOBODY else near
        self.add("E103", name.span, name=name.text, hint=near or bound_here(things))

    def value(self, name: str, scope: Scope) -> n.Quantity | None:
        """The value of a parameter."""
        return scope.values.get(name) or self.names.let(name)

    def amount(self, amount: n.Amount, scope: Scope, *wanted: str, named: str = "") -> None:
        """A number with a unit of one of these kinds, or a parameter that stands for one."""
        value: n.Quantity | None
        if isinstance(amount, n.Param):
            value = self.value(amount.name, scope)
            if value is None:
                if amount.name not in scope.arguments:
                    known = [*scope.values, *self.names.get("let")]
                    self.add("E113", amount.span, name=amount.name, hint=did_you_mean(amount.name, known))
                return
        else:
            value = amount
        have = KINDS[value.unit]
        if have not in wanted:
            got = show(amount) if isinstance(amount, n.Quantity) else f"{show(amount)} ({show(value)})"
            what = f"{named}, {either(wanted)}," if named else either(wanted)
            self.add("E202", amount.span, got=got, kind=have, wanted=what, hint=examples(wanted))

    def reach(self, amount: n.Amount, scope: Scope) -> None:
        """A distance."""
        self.amount(amount, scope, "length", "picture length")

    # ---- conditions

    def state(self, node: n.Expr) -> None:
        """Something that lasts is needed here."""
        if kind(node, self.names) == "event":
            self.not_event(node)

    def not_event(self, node: n.Expr) -> None:
        """An event stands where a state is needed."""
        event = next((p for p in walk(node) if isinstance(p, n.Expr) and kind(p, self.names) == "event"), node)
        inner = [p for p in walk(node) if isinstance(p, n.Apply) and kind(p, self.names) == "event"]
        at = inner[0] if inner else event
        assert isinstance(at, n.Placed)
        word = at.word.text if isinstance(at, n.Apply) else ""
        self.add("E201", at.span, got=show(at), hint=LASTS.get(word, "say where or how it is: `in zone …`, `is still`"))

    def two_events(self, node: n.Expr) -> None:
        """A second event stands beside one."""
        self.add("E212", node.span, got=show(node), hint="two things never happen at one moment: use `then within 5s`")

    def expr(self, node: n.Expr, scope: Scope) -> None:
        """A condition and all in it."""
        match node:
            case n.Apply():
                self._apply(node, scope)
            case n.Becomes():
                self._apply(node.state, scope)
                self.state(node.state)
            case n.Signal():
                if node.name.text not in self.names.get("signal"):
                    known = self.names.get("signal")
                    hint = did_you_mean(node.name.text, known) or f"declare it: `signal {node.name.text} is state`"
                    self.add("E112", node.name.span, name=node.name.text, hint=hint)
            case n.Some():
                self._some(node, scope)
            case n.Count():
                self._group(node.group, scope)
                self._number(node.number, scope)
            case n.Compare():
                self._compare(node, scope)
            case n.Between():
                for one in (node.value, node.low, node.high):
                    self._measure(one, scope)
                self._same(node.value, node.low, scope)
                self._same(node.value, node.high, scope)
            case n.Changes():
                self._measure(node.value, scope)
                self.amount(node.over, scope, "time")
                self.amount(node.by, scope, *(self._of(node.value, scope) or frozenset(KINDS.values())), "share")
            case n.Sequence():
                self.expr(node.first, scope)
                for step in node.steps:
                    self.amount(step.bound, scope, "time")
                    self.expr(step.body, scope)
            case n.Call():
                self._call(node, scope)
            case n.For():
                self.amount(node.duration, scope, "time")
                self.state(node.body)
                self.expr(node.body, scope)
            case n.Not():
                self.state(node.body)
                self.expr(node.body, scope)
            case n.And():
                events = [p for p in node.parts if kind(p, self.names) == "event"]
                if len(events) > 1:
                    self.two_events(events[1])
                for part in node.parts:
                    self.expr(part, scope)
            case n.Or():
                kinds = {kind(p, self.names) for p in node.parts}
                if len(kinds) > 1:
                    state = next(p for p in node.parts if kind(p, self.names) == "state")
                    hint = "all parts of an `or` are states, or all are events"
                    self.add("E202", state.span, got=show(state), kind="state", wanted="an event", hint=hint)
                for part in node.parts:
                    self.expr(part, scope)

    def _some(self, node: n.Some, scope: Scope) -> None:
        self._group(node.group, scope)
        if node.number is not None:
            self._number(node.number, scope)
        if node.kind == "every":
            if node.state is None:
                self.add(
                    "E209", node.span, rule="every", hint="say what every one of them does: `every person is still`"
                )
                return
            self.expr(node.state, with_it(scope))
            self.state(node.state)

    def _number(self, number: n.Amount, scope: Scope) -> None:
        self.amount(number, scope, "plain number")
        if isinstance(number, n.Quantity) and not number.unit and "." in number.number:
            self.add("E202", number.span, got=number.number, kind="fraction", wanted="a whole number")

    def _group(self, group: n.Group, scope: Scope) -> None:
        self.classes(group.classes)
        inner = with_it(scope)
        for filter_ in group.filters:
            self.expr(filter_, inner)
            self.state(filter_)
        if group.where is not None:
            self.state(group.where)
            self.expr(group.where, inner)
        for near in group.near:
            self.reach(near.reach, scope)
            self.thing(near.thing, scope)
        for other in group.other:
            self.thing(other, scope)

    def _apply(self, node: n.Apply, scope: Scope) -> None:
        word = WORDS.get(node.word.text)
        if word is None or word.kind == "quantity":
            self._no_word(node, word)
            return
        special = node.word.text in ("against", "moves") or node.others or node.classes
        said = "" if special else ("is W" if not node.names else "W zone NAME")
        if node.names and not special:
            between = self.source.text[node.word.span.end : node.names[0].span.start]
            said = "W line NAME" if "line" in between or node.way else "W zone NAME"
        # A verb alone is written without `is`; `is appears` and `p lying` are slips of the same kind.
        verb = not special and said == "is W" and not self._has_is(node)
        have = "W" if verb and word.shape == "W" else said
        bare = node.thing.span == node.word.span  # in a sentence `is` is left out
        if have and word.shape != have and not (bare and word.shape in ("is W", "W") and said == "is W"):
            what = "a bare verb" if have == "W" else STATES_OF[have]
            span = node.word.span.to(node.names[-1].span) if node.names else node.word.span
            self.add("E213", span, word=word.name, what=what, hint=f"write it as in: {word.example}")
            return
        if verb and not bare and word.shape == "is W":
            self.add("E213", node.word.span, word=word.name, what="a bare verb", hint=f"write `{show(node)}`")
            return
        self.thing(node.thing, scope)
        if node.others:
            self.reach(node.values[0], scope)
            for other in node.others:
                self.thing(other, scope)
        elif node.word.text == "moves":
            self._toward(node)
        else:
            self._values(node, word, scope)
        self.classes(node.classes)
        self._way(node)

    def _has_is(self, node: n.Apply) -> bool:
        between = self.source.text[node.thing.span.end : node.word.span.start]
        return bool({"is", "becomes"} & set(between.split()))

    def _no_word(self, node: n.Apply, word: Word | None) -> None:
        if word is not None:
            self.add(
                "E213", node.word.span, word=word.name, what="a thing alone", hint=f"write it as in: {word.example}"
            )
            return
        shape = "W zone NAME" if node.names else "is W"
        same = [w.name for w in WORDS.values() if w.shape == shape]
        said = [w.name for w in WORDS.values() if w.kind != "quantity"]
        meant = MEANT.get(node.word.text, "")
        hint = f"write {meant}" if meant else word_meant(node.word.text, same) or word_meant(node.word.text, said)
        what = "what a thing can do" if node.names else "what a thing can be"
        notes = () if hint else [f"{what}: {', '.join(same)}"]
        self.add("E102", node.word.span, name=node.word.text, hint=hint, notes=notes)

    def _toward(self, node: n.Apply) -> None:
        if node.compass is not None and node.compass.text not in COMPASS:
            hint = did_you_mean(node.compass.text, COMPASS) or "a compass word, degrees such as 90deg, or `zone Z`"
            self.add("E102", node.compass.span, name=node.compass.text, hint=hint)
        for value in node.values:
            if isinstance(value, n.Quantity) and KINDS[value.unit] != "angle":
                self.add(
                    "E202", value.span, got=show(value), kind=KINDS[value.unit], wanted="angle", hint="write `90deg`"
                )

    def _values(self, node: n.Apply, word: Word, scope: Scope) -> None:
        for parameter, value in zip(word.parameters, node.values, strict=False):
            self.amount(value, scope, *parameter.measures, named=parameter.name)
        for extra in node.values[len(word.parameters) :]:
            self.add("E213", extra.span, word=word.name, what=f"a number {show(extra)}", hint="leave it out")

    def _way(self, node: n.Apply | n.Of) -> None:
        name = (
            node.names[0] if isinstance(node, n.Apply) and node.names else node.line if isinstance(node, n.Of) else None
        )
        if node.way is None or name is None:
            return
        placed = self.names.get("line").get(name.text)
        if placed is None or not isinstance(placed.item, n.LineDef):  # a scene's: asked when the scene is known
            return
        sides = placed.item.sides
        self.way(node.way, name.text, tuple(s.text for s in sides) if sides else None)

    def way(self, way: n.Way, line: str, sides: tuple[str, ...] | None) -> None:
        """A direction over a line: the line has the side, or any side at all."""
        if way.kind == "either":
            return
        if sides is None:
            hint = "give it sides: `line … from street to lobby`, or write `either way`"
            self.add("E108", way.span, line=line, name=show(way), hint=hint)
        elif way.side is not None and way.side.text not in sides:
            hint = did_you_mean(way.side.text, sides)
            self.add(
                "E107", way.side.span, line=line, name=way.side.text, hint=hint, notes=[f"sides: {', '.join(sides)}"]
            )

    # ---- named conditions

    def _call(self, node: n.Call, scope: Scope) -> None:
        define = self.names.define(node.name.text)
        if define is None:
            word = WORDS.get(node.name.text)
            if word is not None and word.kind == "quantity":
                hint = f"compare it with something: `{show(node)} > {examples(word.measures) or '2m'}`"
                self.add("E213", node.name.span, word=word.name, what="nothing to compare it with", hint=hint)
                return
            known = [*self.names.get("define")]
            hint = did_you_mean(node.name.text, known) or "define it: `define NAME(x) = …`"
            self.add("E114", node.name.span, name=node.name.text, hint=hint)
            return
        if len(define.parameters) != len(node.args):
            wanted = f"{len(define.parameters)} ({', '.join(p.text for p in define.parameters)})"
            self.add("E214", node.span, name=node.name.text, wanted=wanted, got=len(node.args))
            return
        if node.name.text in self._calling:
            self.add("E306", node.name.span, name=node.name.text, hint="leave the call out")
            return
        before = len(self.findings)
        uses = parameter_uses(define)
        for parameter, arg in zip(define.parameters, node.args, strict=True):
            wanted = uses.get(parameter.text, "")
            have = "quantity"
            if isinstance(arg, n.ZoneName | n.LineName):
                have = "zone" if isinstance(arg, n.ZoneName) else "line"
            elif isinstance(arg, n.Name):
                have = scope.things.get(arg.text, "name")
            if isinstance(arg, n.Param):
                self.amount(arg, scope, *frozenset(KINDS.values()))
            elif wanted and have != wanted and not (have == "name" and wanted in ("class", "zone", "line", "thing")):
                text = show(arg)
                self.add("E215", arg.span, got=text, kind=have, name=node.name.text, wanted=wanted)
            elif wanted == "thing" and isinstance(arg, n.Name):
                self.thing(arg, scope)
        if len(self.findings) > before:
            return
        given = {p.text: a for p, a in zip(define.parameters, node.args, strict=True)}
        body = argued(define.body, given)
        placed = self.names.get("define")[node.name.text]
        inner = ConditionCheck(placed.source, self.names, self._columns)
        inner._calling = (*self._calling, node.name.text)
        inner.expr(body, scope)
        self.findings += [self._at_call(f, node, define, placed.source) for f in inner.findings]

    def _at_call(self, found: Finding, node: n.Call, define: n.DefineDef, source: Source) -> Finding:
        """What is wrong in a named condition, told where it is called: at the argument, where one is the cause."""
        causes = {p.span: p.name for p in walk(define.body) if isinstance(p, n.Param)}
        given = {p.text: a.span for p, a in zip(define.parameters, node.args, strict=True)}
        at = given.get(causes.get(found.span, ""))
        if found.source is not source or (at is None and source is self.source):
            return found
        other = Place(source, found.span, "used here")
        return attrs.evolve(found, source=self.source, span=at or node.span, other=other, fix=None)

    # ---- quantities

    def _of(self, node: n.Measure, scope: Scope) -> frozenset[str]:
        lets = {k: p.item.value for k, p in self.names.get("let").items() if isinstance(p.item, n.LetDef)}
        return measures(node, {**lets, **scope.values})

    def _compare(self, node: n.Compare, scope: Scope) -> None:
        before = len(self.findings)
        self._measure(node.left, scope)
        self._measure(node.right, scope)
        if len(self.findings) == before:
            self._same(node.left, node.right, scope)

    def _same(self, left: n.Measure, right: n.Measure, scope: Scope) -> None:
        a, b = self._of(left, scope), self._of(right, scope)
        if a == ANY or b == ANY or a & b:
            return
        literal_left = isinstance(left, n.Quantity | n.Param) and not isinstance(right, n.Quantity | n.Param)
        at, have, wanted = (left, a, b) if literal_left else (right, b, a)
        self.add("E202", at.span, got=show(at), kind=kinds_of(have), wanted=either(wanted), hint=examples(wanted))

    def _measure(self, node: n.Measure, scope: Scope) -> None:
        match node:
            case n.Param():
                self.amount(node, scope, *frozenset(KINDS.values()))
            case n.Attribute():
                self.thing(node.thing, scope)
                self.attribute(node.name)
            case n.Of():
                self._quantity_of(node, scope)
            case n.OfCondition():
                self._of_condition(node, scope)
            case n.OfZone():
                if (node.words[0].text, node.words[1].text) != ("occupied", "share"):
                    span = node.words[0].span.to(node.words[1].span)
                    self.add(
                        "E102", span, name=f"{show(node.words[0])} {show(node.words[1])}", hint="`occupied share`?"
                    )
            case n.Call():
                word = WORDS.get(node.name.text)
                if word is None or word.shape != "W(…)":
                    known = [w.name for w in WORDS.values() if w.shape == "W(…)"]
                    self.add("E102", node.name.span, name=node.name.text, hint=did_you_mean(node.name.text, known))
                    return
                for arg in node.args:
                    if isinstance(arg, n.Name):
                        self.thing(arg, scope)
                if len(node.args) != 2 or not all(isinstance(a, n.Name) for a in node.args):
                    self.add("E214", node.span, name=word.name, wanted="two things", got=show(node))

    def attribute(self, name: n.Name) -> None:
        """A name behind a thing and a dot."""
        if name.text in ATTRIBUTES or name.text in self._columns:
            return
        known = [*ATTRIBUTES, *self._columns]
        near = nearest(name.text, known)
        if near and distance(name.text, near) <= 2:
            self.add(
                "E109",
                name.span,
                name=name.text,
                hint=f"did you mean `{near}`?",
                notes=[f"attributes: {', '.join(known)}"],
            )
        else:
            self.add("W209", name.span, name=name.text, notes=[f"attributes: {', '.join(known)}"])

    def _quantity_of(self, node: n.Of, scope: Scope) -> None:
        word = WORDS.get(node.word.text)
        shape = "W ATTRIBUTE of GROUP" if node.attribute else "W of GROUP"
        if word is None or word.kind != "quantity" or word.shape != shape:
            same = [w.name for w in WORDS.values() if w.shape == shape]
            meant = MEANT.get(node.word.text, "")
            hint = f"write {meant}" if meant else did_you_mean(node.word.text, same)
            notes = () if hint else [f"what can be asked of a group: {', '.join(same)}"]
            self.add("E102", node.word.span, name=node.word.text, hint=hint, notes=notes)
            return
        if node.word.text == "dwell":
            self._dwell(node, scope)
            return
        self._group(node.group, scope)
        if node.attribute is not None:
            self.attribute(node.attribute)
        self._over(node.word, word, node.over, scope)
        if node.line is None and node.word.text == "flow":
            self.add("E217", node.word.span, name="flow", what="a group alone", hint="write `across line L`")
        elif node.line is not None and node.word.text != "flow":
            self.add("E217", node.line.span, name=node.word.text, what="across line", hint="leave it out")
        self._way(node)

    def _dwell(self, node: n.Of, scope: Scope) -> None:
        group = node.group
        if len(group.classes) != 1 or len(group.filters) != 1 or group.where or group.near or group.other:
            self.add("E217", node.word.span, name="dwell", what="a group", hint="write `dwell of p in zone z`")
            return
        self.thing(group.classes[0], scope)
        self.expr(group.filters[0], with_it(scope))
        if node.over is not None:
            self.add("E217", node.over.span, name="dwell", what="over", hint="leave it out")

    def _of_condition(self, node: n.OfCondition, scope: Scope) -> None:
        word = WORDS.get(node.word.text)
        if word is None or word.shape != "W of (CONDITION)":
            same = [w.name for w in WORDS.values() if w.shape == "W of (CONDITION)"]
            self.add("E102", node.word.span, name=node.word.text, hint=did_you_mean(node.word.text, same))
            return
        self.expr(node.body, scope)
        event = kind(node.body, self.names) == "event"
        if word.name == "share" and event:
            self.not_event(node.body)
        elif word.name == "rate" and not event:
            hint = "say what happens: `p enters zone z`, `p becomes still`"
            self.add("E202", node.body.span, got=show(node.body), kind="state", wanted="an event", hint=hint)
        self.amount(node.over, scope, "time")

    def _over(self, name: n.Name, word: Word, over: n.Amount | None, scope: Scope) -> None:
        if over is not None:
            self.amount(over, scope, "time")
        if word.over and over is None:
            self.add("E216", name.span, name=name.text)
        elif over is not None and not word.over:
            self.add("E217", over.span, name=name.text, what="over", hint="leave it out")
