"""Checked rules to steps: equal parts share a node, nodes of one operator at one depth share a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from watchword.lang import nodes as n
from watchword.lang.check import walk
from watchword.lang.findings import Finding, finding, ordered
from watchword.lang.kinds import kind
from watchword.lang.rewrite import argued, is_absence, ns
from watchword.lang.ruleset import RuleSet
from watchword.run.atoms import Across, Amounts, Atoms, Classes, Distances, Others
from watchword.run.cameras import GAP
from watchword.run.groups import Asked, Groups
from watchword.run.host import Active, Host, Told
from watchword.run.logic import POLICIES
from watchword.run.measures import MEASURES, Occupied
from watchword.run.moments import Sequences, Turns
from watchword.run.passes import Reach
from watchword.run.sequences import Becomes, Chain
from watchword.run.sequences import Part as ChainPart
from watchword.run.spans import Different, Flows, Measured, Trends
from watchword.run.steps import Coincide, Compare, HasSecond, Join, Lift, Negate, Side, Spread, Step, Via
from watchword.run.temporal import Hold, Settle
from watchword.run.terms import Names, Node, Nodes, Terms, UnplannedError
from watchword.run.windows import Changes, Rate, Share
from watchword.words import WORDS


@attrs.frozen
class Root:
    """A rule in the plan.

    Attributes:
        rule: The rule.
        node: Its condition, without its `for`.
        parts: Text and node of each part of the condition that evidence speaks of.
        duration: Of its `for`, ns.
        policy: What a gap does to its clock.
        after: Its gap limit, ns.
        event: True where it happens at a moment.
        ends: True where it, or a step of it, is the end of its thing.
        groups: The nodes of what it measures of groups; who is in them made it true.
        unattended: Its first `is unattended`, which knows an owner.
        clear: The node of its `clear when`.
        excepted: Name and node of each exception.
        fields: What the message asks of things: by field its number, and the unit in the picture and on the ground.
        settled: The node of its grace.
    """

    rule: n.Rule
    node: Node
    parts: tuple[tuple[n.Expr, Node], ...]
    duration: int
    policy: int
    after: int
    event: bool
    ends: bool
    groups: tuple[Node, ...]
    unattended: n.Apply | None
    clear: Node | None
    excepted: tuple[tuple[str, Node], ...]
    fields: Mapping[str, tuple[Node, tuple[str, ...]]]
    settled: Node | None = None


class Planner:
    """Gathers nodes rule by rule, then makes the steps.

    Attributes:
        stacks: The nodes of each step, once there are steps.
    """

    def __init__(self, rules: RuleSet, host: Host | None) -> None:
        self._rules, self._host = rules, host
        self._nodes = Nodes()
        self.stacks: list[list[Node]] = []

    def plan(self, rules: Sequence[n.Rule]) -> tuple[list[Root], list[Step], dict[tuple[str, str], int]]:
        """The roots in the order of the rules, the steps in the order to run them, and how many nodes there are."""
        roots = [self.root(rule) for rule in rules]
        return roots, self._steps(), dict(self._nodes.size)

    def pairs_remember(self) -> bool:
        """Whether something is remembered of pairs."""
        return any(n.scope == "pair" and n.key[0] in REMEMBERING for n in self._nodes.nodes.values())

    def reach(self) -> tuple[Reach, ...] | None:
        """How far apart two things may be for a pair of them to matter; None where there is no bound."""
        if self.pairs_remember():
            return None
        most: dict[bool, float] = {}
        for node in self._nodes.nodes.values():
            if node.key[0] == "group" and node.scope == "thing":
                pair = node.children[1]
                bounds = [b for part in (pair.children if pair.key[0] == "and" else (pair,)) if (b := _bound(part))]
                if not bounds:
                    return None
                metric, reach = bounds[0]
                most[metric] = max(reach, most.get(metric, 0.0))
        return tuple(sorted(most.items()))

    def events(self) -> frozenset[tuple[str, int]]:
        """Scope and position of what happens at a moment."""
        return frozenset((node.scope, node.index) for node in self._nodes.nodes.values() if _happens(node))

    def root(self, rule: n.Rule) -> Root:
        """A rule in the plan.

        Raises:
            UnplannedError: It says what cannot be run.
        """
        body, duration = (rule.when.body, ns(rule.when.duration)) if isinstance(rule.when, n.For) else (rule.when, 0)
        after = GAP if rule.gap_after is None else rule.gap_after
        policy = POLICIES[rule.gap or ("reset" if is_absence(rule.when) else "freeze")]
        names = Names(rule.each.name.text if rule.each else None, rule.using.name.text if rule.using else None)
        terms = Terms(self._nodes, self._rules, names, rule.using, after, policy, rule.grace)
        event = kind(rule.when, self._rules.names) == "event"
        condition = terms.state(body)
        parts = tuple((p, terms.state(p).node) for p in (body.parts if isinstance(body, n.And) else (body,)))
        if rule.active is not None:
            condition = terms.join(True, [terms.active(rule.active.text), condition])
        if not event:
            condition = terms.settled(condition, "" if rule.each is None else "root")
        settled = condition.node if rule.grace and not event else None
        groups = tuple(found for found in _under(condition.node) if found.key[0] == "group")
        if rule.each is not None:
            whole = [terms.of_class(rule.each.classes), condition]
            if rule.using is not None:
                whole.append(terms.has_second())
            condition = terms.join(True, whole)
        about = "root" if rule.each is not None else ""

        def lifted(given: n.Expr) -> Node:
            return terms.lift(terms.state(given), about)  # type: ignore[arg-type]  # of the two

        owned = (p for p in walk(rule.when) if isinstance(p, n.Apply) and p.word.text == "unattended")
        ends = any(isinstance(p, n.Apply) and p.word.text == "disappears" for p in walk(rule.when))
        return Root(
            rule,
            condition.node,
            parts,
            duration,
            policy,
            after,
            event,
            ends,
            groups,
            next(owned, None),
            None if rule.clear is None else lifted(rule.clear),
            tuple((e.name.text, lifted(e.body)) for e in rule.excepted),
            _fields(rule, terms),
            settled,
        )

    # ---- steps

    def _steps(self) -> list[Step]:
        found: dict[tuple[Any, ...], list[Node]] = {}
        for node in self._nodes.nodes.values():
            found.setdefault((node.level, *_operator(node)), []).append(node)
        ordered = sorted(found.items(), key=lambda one: tuple(map(str, (f"{one[0][0]:06}", *one[0][1:]))))
        self.stacks = [nodes for _, nodes in ordered]
        return [self._step(nodes) for nodes in self.stacks]

    def _step(self, nodes: list[Node]) -> Step:
        match nodes[0].key[0]:
            case "signal" if self._host is not None:
                return Told([node.key[1:4] for node in nodes], _out(nodes), _after(nodes), self._host)
            case "active" if self._host is not None:
                return Active(_keys(nodes, 1), _out(nodes), self._host)
            case what:
                return _STEPS[what](nodes)


def _fields(rule: n.Rule, terms: Terms) -> Mapping[str, tuple[Node, tuple[str, ...]]]:
    """What a message asks of things, `{b.speed}`: numbers of the plan, and their units."""
    found = {}
    for name, attribute in re.findall(r"\{(\w+)\.(\w+)\}", rule.message):
        if attribute not in ("id", "class"):
            node, measures = terms.attribute(name, attribute)
            found[f"{name}.{attribute}"] = (node, tuple(UNITS[m] for m in measures))
    return found


UNITS = {
    "picture length": "px",
    "length": "m",
    "picture speed": "px/s",
    "speed": "m/s",
    "picture area": "px²",
    "area": "m²",
    "time": "s",
    "angle": "°",
    "plain number": "",
    "share": "",
}
"""How numbers of each kind are told."""


REMEMBERING = ("for", "becomes", "sequence", "changes", "share", "rate")
"""Operators that look back."""


def _bound(node: Node) -> Reach | None:
    """How far apart two things are at most where this is true of them, if it says so."""
    match node:
        case Node(
            key=("compare", "<" | "<=", None, float(reach)), children=(Node(key=("distance", None, bool(m), _)),)
        ):
            return m, reach
    return None


def _under(node: Node) -> list[Node]:
    return [node, *(x for child in node.children for x in _under(child))]


def _operator(node: Node) -> tuple[Any, ...]:
    """What nodes have to have in common to be one step."""
    what = node.key[0]
    match what:
        case "atom" | "amount":
            return (what, node.key[1], node.scope, node.kind)
        case "group":
            return (what, node.key[1], node.key[2], node.scope)
        case "lift":
            return (what, node.key[1], node.kind)
        case "and":
            return (what, _coincide(node), node.scope, node.kind)
        case _:
            return (what, node.scope, node.kind)


def _out(nodes: Sequence[Node]) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.array([node.index for node in nodes], np.intp)


def _first(nodes: Sequence[Node]) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.array([node.children[0].index for node in nodes], np.intp)


def _after(nodes: Sequence[Node]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([node.key[-1] for node in nodes], np.int64)


def _keys(nodes: Sequence[Node], k: int) -> list[Any]:
    return [node.key[k] for node in nodes]


def _compare(nodes: list[Node]) -> Step:
    left: list[Side] = []
    right: list[Side] = []
    for node in nodes:
        children = list(node.children)
        for number, sides in zip(node.key[2:4], (left, right), strict=True):
            sides.append((children.pop(0).index, 0.0) if number is None else (-1, number))
    return Compare(nodes[0].scope, _out(nodes), _keys(nodes, 1), left, right)


def _groups(nodes: list[Node]) -> Step:
    asked = []
    for node in nodes:
        _, _, paired, attributed, zones, metric, _, _, _ = node.key
        rest = [child.index for child in node.children[1:]]
        pair = rest.pop(0) if paired else None
        near = paired and any(one.key[0] in ("distance", "across", "lift") for one in _under(node.children[1]))
        asked.append(Asked(node.children[0].index, pair, rest[0] if attributed else None, zones, metric, near))
    word, out, after = nodes[0].key[1], _out(nodes), _after(nodes)
    if word == "distinct":
        return Different(_keys(nodes, 6), asked, out, after)
    if word == "flow":
        crossing = [(node.children[-2].index, node.children[-1].index) for node in nodes]
        ways = [_WAYS[way] for way in _keys(nodes, 7)]
        return Flows(_keys(nodes, 6), ways, crossing, asked, out, after)
    return Groups(nodes[0].scope, MEASURES[word], asked, out, after, word in ("count", "density"))


_WAYS = {"inward": "in", "outward": "out", "to": "to", "either": "net", "": "net"}


def _trends(nodes: list[Node]) -> Step:
    _, durations, by, percent, up, _ = (list(column) for column in zip(*(node.key for node in nodes), strict=True))
    window = Changes(durations, by, percent, up)
    return Trends(nodes[0].scope, window, _out(nodes), _first(nodes), _after(nodes))


def _sequences(nodes: list[Node]) -> Step:
    chains = []
    for node in nodes:
        _, steps, events, ends, policy, _ = node.key
        parts = [ChainPart("first", 0, events[0], ends[0])]
        for (how, bound), event, end in zip(steps, events[1:], ends[1:], strict=True):
            parts.append(ChainPart(how, bound, event, end))
        chains.append(Chain(tuple(parts), policy))
    bodies = np.array([child.index for node in nodes for child in node.children], np.intp)
    return Sequences(nodes[0].scope, chains, _out(nodes), bodies)


def _measured(nodes: list[Node]) -> Step:
    made = Share if nodes[0].key[0] == "share" else Rate
    return Measured(nodes[0].scope, made(_keys(nodes, 1)), _out(nodes), _first(nodes), _after(nodes))


def _happens(node: Node) -> bool:
    """Whether it is an event: it happens at a moment."""
    match node.key[0]:
        case "becomes" | "sequence":
            return True
        case "atom":
            return WORDS[node.key[1]].kind == "event"
        case "signal":
            return bool(node.key[3])
        case "and" | "or" | "spread" | "lift" | "via":
            return any(_happens(child) for child in node.children)
    return False


def _coincide(node: Node) -> bool:
    """Whether it is an event of events and states together."""
    return node.key[0] == "and" and len({_happens(child) for child in node.children}) == 2


def _join(nodes: list[Node]) -> Step:
    children = [[c.index for c in node.children] for node in nodes]
    if _coincide(nodes[0]):
        events = {c.index for node in nodes for c in node.children if _happens(c)}
        return Coincide(nodes[0].scope, _out(nodes), children, events)
    return Join(nodes[0].scope, nodes[0].key[0] == "and", _out(nodes), children)


def _hold(nodes: list[Node]) -> Step:
    durations = np.array(_keys(nodes, 1), np.int64)
    return Hold(nodes[0].scope, _out(nodes), _first(nodes), durations, _keys(nodes, 2))


_STEPS: Mapping[str, Callable[[list[Node]], Step]] = {
    "atom": lambda nodes: Atoms(nodes[0].key[1], _keys(nodes, 2), _keys(nodes, 3), _out(nodes), _after(nodes)),
    "amount": lambda nodes: Amounts(nodes[0].key[1], _keys(nodes, 2), _out(nodes), _after(nodes)),
    "class": lambda nodes: Classes(_keys(nodes, 1), _out(nodes), _after(nodes)),
    "distance": lambda nodes: Distances(_keys(nodes, 1), _keys(nodes, 2), _out(nodes), _after(nodes)),
    "across": lambda nodes: Across(_keys(nodes, 1), _keys(nodes, 2), _out(nodes), _after(nodes)),
    "others": lambda nodes: Others(_keys(nodes, 1), _out(nodes)),
    "spread": lambda nodes: Spread(nodes[0].kind, _out(nodes), _first(nodes)),
    "lift": lambda nodes: Lift(nodes[0].kind, nodes[0].key[1], _out(nodes), _first(nodes)),
    "via": lambda nodes: Via(nodes[0].kind, _keys(nodes, 1), _out(nodes), _first(nodes), _keys(nodes, 2)),
    "second": lambda nodes: HasSecond(_keys(nodes, 1), _out(nodes)),
    "compare": _compare,
    "group": _groups,
    "occupied": lambda nodes: Occupied(_keys(nodes, 1), _out(nodes), _after(nodes)),
    "and": _join,
    "or": _join,
    "not": lambda nodes: Negate(nodes[0].scope, _out(nodes), _first(nodes)),
    "for": _hold,
    "becomes": lambda nodes: Turns(nodes[0].scope, Becomes(len(nodes)), _out(nodes), _first(nodes)),
    "sequence": _sequences,
    "share": _measured,
    "rate": _measured,
    "changes": _trends,
    "grace": lambda nodes: Settle(nodes[0].scope, _out(nodes), _first(nodes), _keys(nodes, 1), _keys(nodes, 2)),
}
"""What makes the step of some nodes of one operator, by the first of their key."""


def instances(rules: RuleSet, rule: n.Rule, zones: Container[str] | None = None) -> list[n.Rule]:
    """A rule, or of `each zone z of G` one for each zone of the group (that is among `zones`)."""
    if rule.zone is None:
        return [rule]
    found = []
    for name in rules.names.zone_members(rule.zone.group.text):
        if zones is None or name in zones:
            put = {rule.zone.name.text: n.ZoneName(n.Name(name))}

            def said(body: Any, put: Mapping[str, Any] = put) -> Any:
                return None if body is None else argued(body, put)

            excepted = tuple(attrs.evolve(e, body=said(e.body)) for e in rule.excepted)
            zone = attrs.evolve(rule.zone, group=n.Name(name))
            made = attrs.evolve(rule, when=said(rule.when), clear=said(rule.clear), excepted=excepted, zone=zone)
            found.append(made)
    return found


def unplanned(rules: RuleSet) -> list[Finding]:
    """What of the rules is read and checked, but not run."""
    found: list[Finding] = []
    planner = Planner(rules, None)
    for rule in (*rules.rules, *rules.overrides.values()):
        for one in instances(rules, rule)[:1]:
            try:
                planner.root(one)
            except UnplannedError as fault:
                source = rules.source_of(rule)
                span = rule.span if fault.span == n.NOWHERE else fault.span
                found.append(finding("E401", source, span, name=fault.text, hint=fault.hint))
    return list(ordered(found))


def needs(roots: Sequence[Root]) -> int:
    """The shortest gap limit that any rule asks for, ns."""
    return min((root.after for root in roots), default=GAP)
