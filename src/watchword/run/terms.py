"""Conditions to nodes of a plan: what each part is about, and what it stands on. Equal parts share a node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs

from watchword.lang import nodes as n
from watchword.lang.kinds import kind, measures
from watchword.lang.refs import walk
from watchword.lang.rewrite import ns
from watchword.lang.ruleset import RuleSet
from watchword.lang.show import show
from watchword.run.atoms import kernel_of
from watchword.run.cameras import GAP
from watchword.run.look import Ask
from watchword.run.measures import MEASURES
from watchword.text import Span
from watchword.units import KINDS, METRIC, value
from watchword.words import WORDS

IT = n.Name("it")
MEMBER = "a member"
"""The member of a group, where no name stands for it; no name has a space."""
MEASURED = frozenset({*MEASURES, "distinct", "flow"})
PICTURE = {"length": "picture length", "speed": "picture speed", "area": "picture area"}

About = Literal["", "root", "member", "both"]
"""What a part is about: the camera, the rule's own thing, a member of a group, or both of these."""


class UnplannedError(Exception):
    """What is read and checked, but cannot be run: its text, its place, and what to write instead."""

    def __init__(self, text: str, span: Span, hint: str = "leave it out") -> None:
        super().__init__(text)
        self.text, self.span, self.hint = text, span, hint


@attrs.frozen
class Node:
    """A node of the plan: where its values stand and what it is made of."""

    scope: str
    kind: str
    index: int
    level: int
    key: tuple[Any, ...] = attrs.field(repr=False)
    children: tuple[Node, ...] = ()


@attrs.frozen
class Part:
    """A node, and what it is about."""

    node: Node
    about: About


@attrs.frozen
class Names:
    """What the names of things in a condition stand for: the rule's own thing, its second, the member of a group."""

    root: str | None = None
    second: str | None = None
    member: str | None = None

    def of(self, name: str) -> str:
        """One of root, second and member."""
        for what in ("member", "root", "second"):  # inside a group `it` is the member
            if getattr(self, what) == name:
                return what
        raise UnplannedError(f"`{name}` together with the second thing of `using`", n.NOWHERE, "speak of one of them")


class Nodes:
    """All nodes of a plan, equal ones once."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[Any, ...], Node] = {}
        self.size = {(s, k): 0 for s in ("camera", "thing", "pair") for k in ("state", "number")}

    def add(self, key: tuple[Any, ...], scope: str, children: Sequence[Node] = (), kind: str = "state") -> Node:
        """The node of this key over these children, made when first asked for."""
        full = (scope, kind, *key, tuple((c.scope, c.kind, c.index) for c in children))
        if full not in self.nodes:
            level = 1 + max((c.level for c in children), default=0)
            self.nodes[full] = Node(scope, kind, self.size[scope, kind], level, key, tuple(children))
            self.size[scope, kind] += 1
        return self.nodes[full]


class Terms:
    """Makes nodes of one rule's conditions.

    Args:
        nodes: Where they are kept.
        rules: The file, for classes.
        names: What names of things stand for.
        using: The clause of the second thing.
        after: The rule's gap limit, ns.
        policy: What a gap does to its clocks.
        grace: The rule's, ns.
    """

    def __init__(
        self,
        nodes: Nodes,
        rules: RuleSet,
        names: Names,
        using: object = None,
        after: int = GAP,
        policy: int = 0,
        grace: int = 0,
    ) -> None:
        self._nodes, self._rules, self._names = nodes, rules, names
        self._using, self._after, self._policy, self._grace = using, after, policy, grace

    def _with(self, names: Names) -> Terms:
        return Terms(self._nodes, self._rules, names, self._using, self._after, self._policy, self._grace)

    # ---- what parts are about

    def _scope(self, about: About) -> str:
        return {"": "camera", "root": "thing", "member": "thing", "both": "pair"}[about]

    def lift(self, part: Part, about: About) -> Node:
        """A part as one about more."""
        if part.about == about:
            return part.node
        node = part.node
        if part.about == "":
            node = self._nodes.add(("spread",), "thing", [node], node.kind)
            if about != "both":
                return node
        if about == "both":
            which = "one" if part.about == "root" else "two"
            return self._nodes.add(("lift", which), "pair", [node], node.kind)
        raise AssertionError(f"{part.about} cannot be said of {about}")

    def join(self, every: bool, parts: Sequence[Part]) -> Part:
        """All of these, or any."""
        about = union([p.about for p in parts])
        nodes = list(dict.fromkeys(self.lift(p, about) for p in parts))
        if len(nodes) == 1:
            return Part(nodes[0], about)
        return Part(self._nodes.add(("and" if every else "or",), self._scope(about), nodes), about)

    # ---- states and events

    def state(self, node: n.Expr) -> Part:
        """A condition."""
        match node:
            case n.Apply(word=n.Name(text="within")) if node.others:
                return self._within(node.thing, node.others[0], node.values[0])
            case n.Apply():
                return self._apply(node)
            case n.And() | n.Or():
                return self.join(isinstance(node, n.And), [self.state(p) for p in node.parts])
            case n.Not():
                return self._over(("not",), self.state(node.body))
            case n.For():
                return self._over(("for", ns(node.duration), self._policy), self.state(node.body))
            case n.Count():
                count = n.Of(n.Name("count"), node.group)
                return self._compare(count, node.op, node.number)
            case n.Compare():
                return self._compare(node.left, node.op, node.right)
            case n.Becomes():
                return self._over(("becomes",), self.state(node.state))
            case n.Signal():
                event = kind(node, self._rules.names) == "event"
                at = node.at.text if node.at else ""
                return Part(self._nodes.add(("signal", node.name.text, at, event, self._after), "camera"), "")
            case n.Changes():
                return self._changes(node)
            case n.Sequence():
                return self._sequence(node)
            case _:
                raise UnplannedError(show(node), node.span)

    def _over(self, key: tuple[Any, ...], part: Part) -> Part:
        return Part(self._nodes.add(key, part.node.scope, [part.node], "state"), part.about)

    def active(self, schedule: str) -> Part:
        """Whether a schedule holds now."""
        return Part(self._nodes.add(("active", schedule), "camera"), "")

    def settled(self, part: Part, about: About) -> Part:
        """The condition under the rule's grace, which begins for each thing of its own."""
        if not self._grace:
            return part
        return self._over(("grace", self._grace, self._policy), Part(self.lift(part, about), about))

    def of_class(self, classes: Sequence[n.Name]) -> Part:
        """Whether the rule's own thing is of a class."""
        return Part(self._class(classes), "root")

    def has_second(self) -> Part:
        """Whether the rule's own thing has its second."""
        return Part(self._nodes.add(("second", self._using), "thing"), "root")

    def _class(self, classes: Sequence[n.Name]) -> Node:
        return self._nodes.add(("class", self._rules.labels(classes), self._after), "thing")

    def _apply(self, node: n.Apply) -> Part:
        which = "member" if node.thing.text == MEMBER else self._names.of(node.thing.text)
        word = WORDS.get(node.word.text)
        if word is None or not word.build:
            raise UnplannedError(node.word.text, node.word.span)
        labels = sorted(self._rules.labels(node.classes)) if node.classes else ()
        same = attrs.evolve(node, thing=IT, classes=tuple(n.Name(label) for label in labels))
        grace = self._grace if getattr(kernel_of(node.word.text), "grace", False) else 0
        atom = self._nodes.add(("atom", node.word.text, same, grace, self._after), "thing")
        gone = -1 if node.word.text == "visible" else 0
        return self._of_thing(atom, which, gone)

    def _of_thing(self, node: Node, which: str, gone: int = 0) -> Part:
        if which == "second":
            return Part(self._nodes.add(("via", self._using, gone), "thing", [node], node.kind), "root")
        return Part(node, "root" if which == "root" else "member")

    def _within(self, one: n.Name, two: n.Name, reach: n.Amount) -> Part:
        return self._reach(self._names.of(one.text), self._names.of(two.text), reach)

    def _reach(self, one: str, two: str, reach: n.Amount) -> Part:
        metric = isinstance(reach, n.Quantity) and KINDS[reach.unit] in METRIC
        return self._against_number(self._distance(one, two, metric), "<=", _constant(reach))

    def _changes(self, node: n.Changes) -> Part:
        wanted = self._measure_of(node.value, node.by)
        part = self._number(node.value, wanted)
        assert isinstance(part, Part)
        assert isinstance(node.by, n.Quantity)
        percent = KINDS[node.by.unit] == "share" and "share" not in measures(node.value, {})
        key = ("changes", ns(node.over), _constant(node.by), percent, node.up, self._after)
        return Part(self._nodes.add(key, part.node.scope, [part.node]), part.about)

    def _sequence(self, node: n.Sequence) -> Part:
        bodies = [node.first, *(step.body for step in node.steps)]
        parts = [self.state(body) for body in bodies]
        about = union([p.about for p in parts])
        kinds = tuple(kind(body, self._rules.names) == "event" for body in bodies)
        steps = tuple((step.kind, ns(step.bound)) for step in node.steps)
        waits = tuple(isinstance(b, n.Apply) and b.word.text == "disappears" for b in bodies)
        key = ("sequence", steps, kinds, waits, self._policy, self._after)
        return Part(self._nodes.add(key, self._scope(about), [self.lift(p, about) for p in parts]), about)

    # ---- comparisons

    def _compare(self, left: n.Measure, op: str, right: n.Measure) -> Part:
        measure = self._measure_of(left, right)
        a, b = self._number(left, measure), self._number(right, measure)
        if isinstance(a, Part) and not isinstance(b, Part):
            return self._against_number(a, op, b)
        parts = [p for p in (a, b) if isinstance(p, Part)]
        about = union([p.about for p in parts])
        scope = self._scope(about)
        nodes: list[Node] = []
        sides: list[float | None] = []
        for side in (a, b):
            if isinstance(side, Part):
                nodes.append(self.lift(side, about))
            sides.append(None if isinstance(side, Part) else side)
        return Part(self._nodes.add(("compare", op, *sides), scope, nodes), about)

    def _against_number(self, part: Part, op: str, number: float) -> Part:
        return Part(self._nodes.add(("compare", op, None, number), part.node.scope, [part.node]), part.about)

    def _measure_of(self, left: n.Measure, right: n.Measure) -> str:
        """The kind of unit that both sides are measured in; empty where metres and pixels both will do."""
        a, b = measures(left, {}), measures(right, {})
        both = (a & b) or a or b
        if len(both) > 1 and any(PICTURE.get(m) in both for m in both):
            return ""
        return min(both, default="plain number")

    def _number(self, node: n.Measure, measure: str) -> Part | float:
        metric = None if not measure else measure in METRIC
        match node:
            case n.Quantity():
                return _constant(node)
            case n.Attribute():
                which = self._names.of(node.thing.text)
                ask = Ask(n.Attribute(IT, n.Name(node.name.text)), measure)
                return self._of_thing(self._amount(node.name.text, ask), which)
            case n.Call():
                one, two = node.args
                assert isinstance(one, n.Name)
                assert isinstance(two, n.Name)
                return self._distance(self._names.of(one.text), self._names.of(two.text), metric)
            case n.Of(word=n.Name(text="dwell")):
                which = self._names.of(node.group.classes[0].text)
                group = attrs.evolve(node.group, classes=(IT,))
                return self._of_thing(self._amount("dwell", Ask(attrs.evolve(node, group=group), "time")), which)
            case n.Of():
                return self._of_group(node, measure, metric)
            case n.OfZone():
                zone = ("occupied", node.zone.text, self._after)
                return Part(self._nodes.add(zone, "camera", (), "number"), "")
            case n.OfCondition():
                part = self.state(node.body)
                key = (node.word.text, ns(node.over), self._after)
                return Part(self._nodes.add(key, part.node.scope, [part.node], "number"), part.about)
            case _:
                raise UnplannedError(show(node), node.span)

    def _amount(self, word: str, ask: Ask) -> Node:
        known = WORDS.get(word)
        if known is not None and not known.build:
            raise UnplannedError(word, ask.node.span)
        return self._nodes.add(("amount", word, ask, self._after), "thing", (), "number")

    def _distance(self, one: str, two: str, metric: bool | None) -> Part:
        if {one, two} == {"root", "second"}:
            return Part(self._nodes.add(("distance", self._using, metric, self._after), "thing", (), "number"), "root")
        if {one, two} == {"root", "member"}:
            return Part(self._nodes.add(("distance", None, metric, self._after), "pair", (), "number"), "both")
        if {one, two} == {"second", "member"}:
            return Part(self._nodes.add(("across", self._using, metric, self._after), "pair", (), "number"), "both")
        raise UnplannedError(f"a distance between a {one} and a {two} thing", n.NOWHERE)

    def attribute(self, name: str, attribute: str) -> tuple[Node, tuple[str, ...]]:
        """The number of an attribute that a message asks for; what it measures in the picture, and on the ground."""
        asked = n.Attribute(n.Name(name), n.Name(attribute))
        measure = self._measure_of(asked, asked)
        part = self._number(asked, measure)
        assert isinstance(part, Part)
        known = measures(asked, {})
        both = [(PICTURE[m], m) for m in sorted(known) if PICTURE.get(m) in known]
        return part.node, both[0] if both and not measure else (measure,)

    # ---- groups

    def _of_group(self, node: n.Of, measure: str, metric: bool | None) -> Part:
        second, spoken = self._names.second, {name.text for name in spoken_of(node.group)}
        if second in spoken and self._names.root not in spoken:
            assert second is not None
            # About the second thing: asked of every thing as the first, and then taken from the second.
            inner = self._with(Names(root=second))._of_group(node, measure, metric)
            return self._of_thing(inner.node, "second")
        word = node.word.text
        if word not in MEASURED:
            raise UnplannedError(word, node.word.span)
        member, pair = self._members(node.group)
        if pair is not None and node.over is not None:
            raise UnplannedError(f"{word} of a group near a thing", node.word.span, "ask it of the whole zone")
        attribute = None
        if node.attribute is not None:
            ask = Ask(n.Attribute(IT, n.Name(node.attribute.text)), measure)
            attribute = self._amount(node.attribute.text, ask)
        crossing = self._crossings(node)
        key = (
            "group",
            word,
            pair is not None,
            attribute is not None,
            _zones(node.group),
            metric,
            0 if node.over is None else ns(node.over),
            node.way.kind if node.way else "",
            self._after,
        )
        children = [c for c in (member, pair, attribute) if c is not None] + crossing
        about: About = "root" if pair is not None else ""
        return Part(self._nodes.add(key, self._scope(about), children, "number"), about)

    def _crossings(self, node: n.Of) -> list[Node]:
        """Who crosses the line of a flow: inward and outward, or to the side it names."""
        if node.line is None:
            return []
        to = node.way is not None and node.way.kind == "to"
        ways = [node.way, node.way] if to else [n.Way("inward"), n.Way("outward")]
        crosses = n.Name("crosses")
        return [self._apply(n.Apply(crosses, n.Name(MEMBER), names=(node.line,), way=way)).node for way in ways]

    def _members(self, group: n.Group) -> tuple[Node, Node | None]:
        """Who is in a group: what is about the member alone, and what is about it and the rule's own thing."""
        inner = self._with(attrs.evolve(self._names, member="it"))
        alone = [Part(self._class(group.classes), "member")]
        both: list[Part] = []
        conditions: list[n.Expr] = [*group.filters]
        if group.where is not None:
            conditions += group.where.parts if isinstance(group.where, n.And) else (group.where,)
        for condition in conditions:
            part = inner.state(condition)
            (both if part.about in ("both", "root") else alone).append(part)
        apart = [self._names.of(near.thing.text) for near in group.near]
        both += [inner._reach("member", of, near.reach) for of, near in zip(apart, group.near, strict=True)]
        for of in dict.fromkeys([*apart, *(self._names.of(name.text) for name in group.other)]):
            clause = self._using if of == "second" else None
            both.append(Part(self._nodes.add(("others", clause), "pair"), "both"))
        member = self.join(True, alone)
        node = self.lift(member, "member")
        if not both:
            return node, None
        pair = self.join(True, both)
        return node, self.lift(pair, "both")


def union(abouts: Sequence[About]) -> About:
    """What all of these together are about."""
    met = set(abouts) - {""}
    if not met:
        return ""
    return "both" if len(met) > 1 or "both" in met else met.pop()


def spoken_of(node: object) -> list[n.Name]:
    """The names of things in a condition, `it` among them."""
    found: list[n.Name] = []
    for part in walk(node):
        match part:
            case n.Apply():
                found += [part.thing, *part.others]
            case n.Near() | n.Attribute():
                found.append(part.thing)
            case n.Group():
                found += part.other
            case n.Call():
                found += [a for a in part.args if isinstance(a, n.Name)]
    return found


def _zones(group: n.Group) -> tuple[str, ...]:
    """The zones that the members of a group are in."""
    found = [
        zone.text
        for part in walk((group.filters, group.where or ()))
        if isinstance(part, n.Apply) and part.word.text == "in"
        for zone in part.names
    ]
    return tuple(dict.fromkeys(found))


def _constant(amount: n.Amount) -> float:
    assert isinstance(amount, n.Quantity)  # parameters are put in before rules are planned
    return float(value(amount.number, amount.unit))
