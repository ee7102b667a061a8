"""Checked rules to steps: equal parts share a node, nodes of one operator at one depth share a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from watchword.lang import nodes as n
from watchword.lang.check import walk
from watchword.lang.kinds import kind
from watchword.lang.rewrite import is_absence, ns
from watchword.lang.ruleset import RuleSet
from watchword.run.cameras import GAP
from watchword.run.logic import POLICIES
from watchword.run.steps import Atoms, Classes, Counts, Hold, Join, Negate, Spread, Step

IT = n.Name("it")


@attrs.frozen
class Node:
    """A node of the plan: where its values stand and what it is made of."""

    scope: str
    index: int
    level: int
    key: tuple[Any, ...] = attrs.field(repr=False)
    children: tuple[Node, ...] = ()


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
        counts: The nodes of its counts.
        unattended: Its first `is unattended`, which knows an owner.
    """

    rule: n.Rule
    node: Node
    parts: tuple[tuple[n.Expr, Node], ...]
    duration: int
    policy: int
    after: int
    event: bool
    counts: tuple[Node, ...]
    unattended: n.Apply | None


class Planner:
    """Gathers nodes rule by rule, then makes the steps."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._nodes: dict[tuple[Any, ...], Node] = {}
        self._size = {"thing": 0, "camera": 0}
        self._after = GAP
        self._policy = 0

    def plan(self, rules: Sequence[n.Rule]) -> tuple[list[Root], list[Step], dict[str, int]]:
        """The roots in the order of the rules, the steps in the order to run them, and how many nodes there are."""
        roots = [self._root(rule) for rule in rules]
        return roots, self._steps(), dict(self._size)

    def _root(self, rule: n.Rule) -> Root:
        body, duration = (rule.when.body, ns(rule.when.duration)) if isinstance(rule.when, n.For) else (rule.when, 0)
        default = "reset" if is_absence(rule.when) else "freeze"
        self._after = GAP if rule.gap_after is None else rule.gap_after
        self._policy = POLICIES[rule.gap or default]
        node = self._node(body)
        parts = tuple((p, self._node(p)) for p in (body.parts if isinstance(body, n.And) else (body,)))
        if rule.each is not None:
            labels = self._rules.labels(rule.each.classes)
            of_class = self._add(("class", labels, self._after), "thing")
            node = self._join(True, [of_class, self._as_thing(node)])
        counts = tuple(found for found in self._under(node) if found.key[0] == "count")
        owned = (p for p in walk(rule.when) if isinstance(p, n.Apply) and p.word.text == "unattended")
        event = kind(rule.when) == "event"
        return Root(rule, node, parts, duration, self._policy, self._after, event, counts, next(owned, None))

    def _under(self, node: Node) -> list[Node]:
        return [node, *(x for child in node.children for x in self._under(child))]

    def _add(self, key: tuple[Any, ...], scope: str, children: Sequence[Node] = ()) -> Node:
        full = (scope, *key, tuple((c.scope, c.index) for c in children))
        if full not in self._nodes:
            level = 1 + max((c.level for c in children), default=0)
            self._nodes[full] = Node(scope, self._size[scope], level, key, tuple(children))
            self._size[scope] += 1
        return self._nodes[full]

    def _as_thing(self, node: Node) -> Node:
        return node if node.scope == "thing" else self._add(("spread",), "thing", [node])

    def _join(self, every: bool, parts: Sequence[Node]) -> Node:
        if any(p.scope == "thing" for p in parts):
            parts = [self._as_thing(p) for p in parts]
        parts = list(dict.fromkeys(parts))
        if len(parts) == 1:
            return parts[0]
        return self._add(("and" if every else "or",), parts[0].scope, parts)

    def _node(self, node: n.Expr) -> Node:
        match node:
            case n.Apply():
                same = attrs.evolve(node, thing=IT)  # whatever the rule calls it, it is the thing of the row
                return self._add(("atom", same, self._after), "thing")
            case n.And():
                return self._join(True, [self._node(p) for p in node.parts])
            case n.Or():
                return self._join(False, [self._node(p) for p in node.parts])
            case n.Not():
                child = self._node(node.body)
                return self._add(("not",), child.scope, [child])
            case n.For():
                child = self._node(node.body)
                return self._add(("for", ns(node.duration), self._policy), child.scope, [child])
            case n.Count():
                return self._count(node)
            case _:
                raise AssertionError(f"{type(node).__name__} is no node that runs")  # `RuleSet.unrun` has said so

    def _count(self, node: n.Count) -> Node:
        group = node.group
        parts: list[Node] = [self._add(("class", self._rules.labels(group.classes), self._after), "thing")]
        parts += [self._node(f) for f in group.filters]
        if group.where is not None:
            parts.append(self._as_thing(self._node(group.where)))
        member = self._join(True, parts)
        assert isinstance(node.number, n.Quantity)
        return self._add(("count", node.op, float(node.number.number), self._after), "camera", [member])

    def _steps(self) -> list[Step]:
        groups: dict[tuple[Any, ...], list[Node]] = {}
        for node in self._nodes.values():
            what = node.key[0]
            word = node.key[1].word.text if what == "atom" else ""
            groups.setdefault((node.level, what, word, node.scope), []).append(node)
        ordered = sorted(groups.items(), key=lambda group: group[0])
        return [self._step(what, word, scope, nodes) for (_, what, word, scope), nodes in ordered]

    def _step(self, what: str, word: str, scope: str, nodes: list[Node]) -> Step:
        out = np.array([node.index for node in nodes], np.intp)
        first = np.array([node.children[0].index if node.children else 0 for node in nodes], np.intp)
        if what in ("atom", "class", "count"):
            after = np.array([node.key[-1] for node in nodes], np.int64)
            if what == "atom":
                return Atoms(word, [node.key[1] for node in nodes], out, after)
            if what == "class":
                return Classes([node.key[1] for node in nodes], out, after)
            return Counts(out, first, [node.key[1] for node in nodes], [node.key[2] for node in nodes], after)
        if what == "spread":
            return Spread(out, first)
        if what == "not":
            return Negate(scope, out, first)
        if what == "for":
            durations = np.array([node.key[1] for node in nodes], np.int64)
            return Hold(scope, out, first, durations, [node.key[2] for node in nodes])
        return Join(scope, what == "and", out, [[c.index for c in node.children] for node in nodes])


def needs(roots: Sequence[Root]) -> int:
    """The shortest gap limit that any rule asks for, ns."""
    return min((root.after for root in roots), default=GAP)
