"""What is wrong with a rule, said without running it. A check yields findings and never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import attrs

from watchword.lang import nodes as n
from watchword.lang.conditions import ConditionCheck
from watchword.lang.doubts import doubts
from watchword.lang.findings import Edit, Finding, Place, did_you_mean, distance, slip_of
from watchword.lang.kinds import kind
from watchword.lang.names import Names
from watchword.lang.parse import keywords
from watchword.lang.refs import walk as walk_all
from watchword.lang.rewrite import is_absence, lets, plain, settings
from watchword.lang.scope import Scope
from watchword.lang.slips import MEANT, PLURALS
from watchword.text import Source, Span
from watchword.words import WORDS
from watchword.words.labels import KNOWN

FIELDS = ("rule", "title", "camera", "zone", "line", "severity", "held", "count", "time")
"""What a message may name besides `thing.id` and `thing.class`."""
_TIMES = ("night", "day", "noon", "midnight", "weekends", "weekend", "sunday", "sundays")
ONCE = frozenset({"on", "active", "grace", "keep", "cooldown", "gap", "unless", "severity", "message"})


def children(node: n.Expr) -> tuple[n.Expr, ...]:
    """The conditions directly in a condition."""
    match node:
        case n.And() | n.Or():
            return node.parts
        case n.Not() | n.For():
            return (node.body,)
        case n.Sequence():
            return (node.first, *(step.body for step in node.steps))
        case _:
            return ()


def walk(node: n.Expr) -> Iterator[n.Expr]:
    """A condition and every condition in it; what stands in a group's `where` is not among them."""
    yield node
    for child in children(node):
        yield from walk(child)


def names_of(rule: n.Rule) -> tuple[list[n.Name], list[n.Name]]:
    """The zones and the lines that a rule speaks of, wherever in it."""
    zones: list[n.Name] = []
    lines: list[n.Name] = []
    for part in walk_all((rule.when, rule.clear or (), rule.excepted)):
        if isinstance(part, n.Apply) and part.names:
            word = WORDS.get(part.word.text)
            of_line = part.way is not None or (word is not None and word.shape == "W line NAME")
            (lines if of_line else zones).extend(part.names)
        elif isinstance(part, n.Of) and part.line is not None:
            lines.append(part.line)
        elif isinstance(part, n.OfZone):
            zones.append(part.zone)
    bound = rule.zone.name.text if rule.zone else None
    return [zone for zone in zones if zone.text != bound], lines


class RuleCheck:
    """Checks one rule as it was written, with the names of its file at hand.

    Args:
        source: The text it stands in.
        names: What the file defines.
        columns: Names of attributes that a detector here is known to give.
    """

    def __init__(self, source: Source, names: Names, columns: Iterable[str] = ()) -> None:
        self.source = source
        self.names = names
        self._conditions = ConditionCheck(source, names, frozenset(columns))

    @property
    def findings(self) -> list[Finding]:
        """What was found."""
        return self._conditions.findings

    def add(self, code: str, span: Span, **rest: Any) -> None:
        """Note a finding."""
        self._conditions.add(code, span, **rest)

    def rule(self, rule: n.RuleDef) -> list[Finding]:
        """All that is wrong with a rule, but for what only a scene can tell."""
        given: dict[str, n.Setting] = {}
        for setting in rule.settings:
            first = given.setdefault(setting.name.text, setting)
            if first is not setting:
                other = Place(self.source, first.name.span, "first given here")
                self.add("E204", setting.name.span, name=setting.name.text, other=other, hint="give it once")
        values = {s.name.text: s.value for s in rule.settings}
        if isinstance(rule.body, n.Sentence):
            self._sentence(rule, rule.body, values)
        else:
            self._clauses(rule, rule.body, values)
        if not any(f.is_error for f in self.findings):
            self.findings.extend(doubts(lets(settings(rule, self.names), self.names), self.source))
        return self.findings

    # ---- the short form

    def _sentence(self, rule: n.RuleDef, said: n.Sentence, values: Mapping[str, n.Quantity]) -> None:
        held = [p for p in said.phrases if isinstance(p, n.Held)]
        if len(held) > 1:
            self.add("E211", held[1].span, hint="say it once, over the whole sentence")
        parts = [p for p in said.phrases if not isinstance(p, n.Held)]
        if not parts:
            hint = "say what should hold, such as `in zone hall` or `unattended`"
            self.add("E209", held[0].span, rule=rule.name.text, hint=hint)
            return
        scope = Scope({"it": "thing"}, values)
        if self._no_class(rule, said.classes, parts[0]):
            return
        self._conditions.classes(said.classes)
        exprs: list[n.Expr] = []
        if self._slip(parts):
            return
        for part in parts:
            body = part.body if isinstance(part, n.With) else part
            exprs.append(body)
            self._conditions.expr(body, scope)
        self._events(exprs)
        for one in held:
            self._conditions.amount(one.duration, scope, "time")
            events = [e for e in exprs if kind(e, self.names) == "event"]
            if events:
                self._conditions.not_event(events[0])

    def _no_class(self, rule: n.RuleDef, classes: tuple[n.Name, ...], first: n.Apply | n.Becomes | n.With) -> bool:
        """`no person in zone z`, `a person in zone z`: what a sentence is about stands behind a word too many."""
        (name, *rest) = classes
        known = {*self.names.classes, *KNOWN}
        about = first.word.text if isinstance(first, n.Apply) and not first.names else ""
        if rest or name.text in known or about not in known | {*PLURALS}:
            return False
        if name.text in WORDS:
            hint = f"the thing comes first: `{about} {name.text}`"
            fix = Edit(name.span.to(first.span), f"{about} {name.text}") if first.span.end > name.span.end else None
        elif name.text in ("a", "an", "the", "any", "each", "every", "all", "if", "when"):
            hint, fix = f"leave `{name.text}` out", Edit(Span(name.span.start, first.span.start), "")
        else:
            hint, fix = f"write it with braces: `rule {rule.name.text} {{ when {name.text} {about} … }}`", None
        self.add("E101", name.span, name=name.text, hint=hint, fix=fix)
        return True

    def _slip(self, parts: list[n.Apply | n.Becomes | n.With]) -> bool:
        """`enters zon vault`, `enters the vault`: one slip that would else be three unknown words."""
        bare = [p for p in parts if not (isinstance(p, n.Apply) and p.word.text in ("the", "a", "an"))]
        for word, slip in pairwise(bare):
            if self._two_names(word, slip):
                return True
            if not (isinstance(word, n.Apply) and isinstance(slip, n.Apply)) or word.names or slip.word.text in WORDS:
                continue
            known = WORDS.get(word.word.text)
            wanted = {"W zone NAME": "zone", "W line NAME": "line"}.get(known.shape if known else "", "")
            at, name = slip.word.span, slip.word.text
            if wanted and distance(name, wanted) <= 2:
                self.add("E102", at, name=name, hint=f"did you mean `{wanted}`?")
                return True
            more = bare[bare.index(slip) + 1 :][:1]
            two = (
                more
                and isinstance(more[0], n.Apply)
                and more[0].word.text not in {*WORDS, *keywords()}
                and not more[0].names
            )
            if wanted and not slip.names and two:
                assert isinstance(more[0], n.Apply)
                hint = f"a name is one word: `{word.word.text} {wanted} {name}_{more[0].word.text}`"
                self.add("E213", word.span.to(more[0].span), word=word.word.text, what="two names", hint=hint)
                return True
            if wanted and not slip.names:
                fix = Edit(Span(word.word.span.end, at.end), f" {wanted} {name}")
                hint = f"write `{word.word.text} {wanted} {name}`"
                self.add("E213", word.span.to(at), word=word.word.text, what="a name alone", hint=hint, fix=fix)
                return True
            if word.word.text not in WORDS and not slip.names and not slip_of(word.word.text, set(WORDS)):
                meant = MEANT.get(word.word.text, "")
                hint = f"write {meant}" if meant else ""
                if name in _TIMES:
                    hint = "a sentence holds at all hours; with braces there is `active night`"
                self.add("E102", word.word.span.to(at), name=f"{word.word.text} {name}", hint=hint)
                return True
        return False

    def _two_names(self, word: n.Apply | n.Becomes | n.With, more: n.Apply | n.Becomes | n.With) -> bool:
        """`in zone waiting room`: a name of two words."""
        if not (isinstance(word, n.Apply) and word.names and isinstance(more, n.Apply)) or more.names:
            return False
        name = more.word.text
        if name in WORDS or name in keywords() or name in MEANT or slip_of(name, {*WORDS, *keywords()}):
            return False
        first = word.names[-1]
        hint = f"a name is one word: `{first.text}_{name}`"
        at = first.span.to(more.word.span)
        self.add("E213", at, word=f"{first.text} {name}", what="a sentence", hint=hint)
        return True

    def _events(self, parts: list[n.Expr]) -> None:
        events = [p for p in parts if kind(p, self.names) == "event"]
        if len(events) > 1:
            self._conditions.two_events(events[1])

    # ---- the full form

    def _clauses(self, rule: n.RuleDef, clauses: tuple[n.Clauses, ...], values: Mapping[str, n.Quantity]) -> None:
        met: dict[str, n.Clauses] = {}
        for clause in clauses:
            key = _key(clause)
            if key in met and key not in ("label", "except"):
                first = Place(self.source, met[key].span, "first given here")
                self.add("E203", clause.span, clause=key, other=first, hint="leave one out")
            met.setdefault(key, clause)
        scope = Scope({}, values)
        each, when = met.get("each"), met.get("when")
        for clause in clauses:
            if isinstance(clause, n.EachZone):
                self._each_zone(clause, scope)
        if isinstance(each, n.Each):
            self._each(each, scope)
        for clause in clauses:
            if isinstance(clause, n.Using):
                self._using(clause, scope)
        if not isinstance(when, n.When):
            self.add("E209", rule.name.span, rule=rule.name.text, hint="add what should hold: `when …`")
        else:
            self._conditions.expr(when.body, scope)
        event = isinstance(when, n.When) and kind(when.body, self.names) == "event"
        for clause in clauses:
            self._clause(clause, scope, event)
        if isinstance(when, n.When):
            self._warn(when, clauses)
            if isinstance(each, n.Each):
                self._unused(each, clauses)

    def _each_zone(self, clause: n.EachZone, scope: Scope) -> None:
        placed = self.names.get("zone").get(clause.group.text)
        if placed is None or not isinstance(placed.item, n.ZonesDef):
            groups = [k for k, p in self.names.get("zone").items() if isinstance(p.item, n.ZonesDef)]
            hint = did_you_mean(clause.group.text, groups) or "define one: `zones platforms = p1, p2`"
            self.add("E104", clause.group.span, name=clause.group.text, hint=hint)
        self._bound(clause.name, scope)
        scope.things[clause.name.text] = "zone"

    def _each(self, each: n.Each, scope: Scope) -> None:
        self._conditions.classes(each.classes)
        self._bound(each.name, scope)
        inner = Scope({**scope.things, "it": "thing"}, scope.values)
        for filter_ in each.filters:
            self._conditions.expr(filter_, inner)
            self._conditions.state(filter_)
        if each.where is not None:
            self._conditions.expr(each.where, inner)
            self._conditions.state(each.where)
        for near in each.near:
            self._conditions.reach(near.reach, scope)
            self._conditions.thing(near.thing, scope)
        scope.things[each.name.text] = "thing"

    def _using(self, clause: n.Using, scope: Scope) -> None:
        self._conditions.classes(clause.classes)
        self._conditions.thing(clause.thing, scope)
        self._conditions.reach(clause.within, scope)
        if clause.word.text != "owner":
            hint = "write `using person o = owner of b within 2m`"
            self.add("E102", clause.word.span, name=clause.word.text, hint=hint)
        self._bound(clause.name, scope)
        scope.things[clause.name.text] = "thing"

    def _bound(self, name: n.Name, scope: Scope) -> None:
        if name.text == "it":
            return
        what = ""
        if name.text in keywords() or name.text in WORDS:
            what = "a word of the language"
        elif name.text in self.names.classes:
            what = "a class"
        elif name.text in self.names.get("zone"):
            what = "a zone"
        elif name.text in scope.things:
            what = "another thing of this rule"
        if what:
            self.add("E205", name.span, name=name.text, what=what, hint="take another name, such as `x`")

    def _clause(self, clause: n.Clauses, scope: Scope, event: bool) -> None:
        match clause:
            case n.ClearWhen():
                self._conditions.expr(clause.body, scope)
                self._conditions.state(clause.body)
                if event:
                    self.add(
                        "E210", clause.span, clause="clear", why="an event is over at its moment", hint="leave it out"
                    )
            case n.Except():
                self._conditions.expr(clause.body, scope)
                self._conditions.state(clause.body)
            case n.Clause():
                self._plain(clause, scope, event)

    def _plain(self, clause: n.Clause, scope: Scope, event: bool) -> None:
        amounts = [v for v in clause.values if isinstance(v, n.Quantity | n.Param)]
        for amount in amounts:
            self._conditions.amount(amount, scope, "time")
        names = [v for v in clause.values if isinstance(v, n.Name)]
        match clause.keyword:
            case "keep" if event:
                why = "an event is over at its moment"
                self.add("E210", clause.span, clause="keep", why=why, hint="leave it out")
            case "cooldown":
                for name in names:
                    if name.text not in {"zone", "line", "camera", "rule", *scope.things}:
                        known = ["zone", "line", "camera", "rule", *scope.things]
                        self.add("E103", name.span, name=name.text, hint=did_you_mean(name.text, known))
            case "active":
                self._known("schedule", "E111", names[0], "schedule night = 22:00-06:00")
            case "unless":
                for name in names:
                    self._known("rule", "E115", name, "")
            case "message":
                self._message(clause, scope)

    def _known(self, what: str, code: str, name: n.Name, example: str) -> None:
        known = self.names.get(what)
        if name.text not in known:
            hint = did_you_mean(name.text, known) or (f"define it: `{example}`" if example else "")
            notes = () if hint else [f"{what}s: {', '.join([*known][:12]) or 'none'}"]
            self.add(code, name.span, name=name.text, hint=hint, notes=notes)

    def _message(self, clause: n.Clause, scope: Scope) -> None:
        text = str(clause.values[0])
        start = clause.span.start
        raw = self.source.text[clause.span.start : clause.span.end]
        for match in re.finditer(r"\{([^{}]*)\}", text):
            field = match[1]
            thing, _, attribute = field.partition(".")
            if field in FIELDS or (field.startswith("$") and self._conditions.value(field[1:], scope) is not None):
                continue
            if thing in scope.things and attribute in ("id", "class"):
                continue
            if scope.things.get(thing) == "thing" and re.fullmatch(r"[^\W\d]\w*", attribute):
                at = raw.find(match[0]) + 2 + len(thing)
                span = Span(start + at, start + at + len(attribute)) if at > 2 + len(thing) - 1 else clause.span
                self._conditions.attribute(n.Name(attribute, span=span))
                continue
            known = [*FIELDS, *(f"{t}.{a}" for t in scope.things for a in ("id", "class"))]
            at = raw.find(match[0])
            span = Span(start + at + 1, start + at + 1 + len(field)) if at >= 0 and field else clause.span
            notes = [f"fields: {', '.join(known)}"]
            self.add("E208", span, name=field, hint=did_you_mean(field, known), notes=notes)

    # ---- warnings

    def _warn(self, when: n.When, clauses: tuple[n.Clauses, ...]) -> None:
        if any(f.is_error for f in self.findings):
            return
        node: n.Expr = plain(when.body, self.names)
        has_gap = any(isinstance(c, n.Clause) and c.keyword == "gap" for c in clauses)
        if not has_gap and is_absence(node):
            hint = "add `gap reset` (a gap starts it again, as now) or `gap freeze`"
            self.add("W208", when.span, hint=hint)

    def _unused(self, each: n.Each, clauses: tuple[n.Clauses, ...]) -> None:
        """A thing that no condition speaks of: the rule would tell of each of them what holds of none in particular."""
        name = each.name.text
        spoken = {p.text for clause in clauses if clause is not each for p in walk_all(clause) if isinstance(p, n.Name)}
        of_it = name == "it" or name in spoken
        if not of_it and not any(f.is_error for f in self.findings):
            hint = f"the rule tells once for each of them: say something of `{name}`, or leave `each` out"
            self.add("W202", each.name.span, what="thing", name=name, hint=hint)


def _key(clause: n.Clauses) -> str:
    match clause:
        case n.Clause():
            return clause.keyword
        case n.ClearWhen():
            return "clear"
        case n.EachZone():
            return "each zone"
        case _:
            return type(clause).__name__.lower()


def overridden(rule: n.RuleDef, override: n.Override) -> n.RuleDef:
    """A rule with the clauses and parameters that an override replaces."""
    settings = {s.name.text: s for s in rule.settings} | {s.name.text: s for s in override.settings}
    if isinstance(rule.body, n.Sentence):
        return attrs.evolve(rule, settings=tuple(settings.values()))
    new = {_key(c): c for c in override.clauses}
    kept = [new.pop(_key(c), c) for c in rule.body]
    return attrs.evolve(rule, settings=tuple(settings.values()), body=(*kept, *new.values()))
