"""What a rule, a part of one, a zone means, as a short text: the same wherever the meaning is the same.

By these a snapshot finds what did not change. Places in a text, and wording for people, are no part of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from watchword.lang import nodes as n
from watchword.lang.check import names_of
from watchword.lang.refs import walk
from watchword.lang.ruleset import RuleSet
from watchword.run.plan import Root
from watchword.run.terms import Node
from watchword.scene import Scene, Size


def said(value: object) -> str:
    """A value in full, without what is no part of its equality; sets and mappings sorted."""
    kind: Any = type(value)
    if attrs.has(kind):
        inner = (f"{f.name}={said(getattr(value, f.name))}" for f in attrs.fields(kind) if f.eq)
        return f"{kind.__name__}({','.join(inner)})"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{said(k)}:{said(v)}" for k, v in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ",".join(sorted(map(said, value))) + "}"
    if isinstance(value, tuple | list):
        return "(" + ",".join(map(said, value)) + ")"
    return repr(value)


def mark(*values: object) -> str:
    """A short text for values: equal for equal ones."""
    return hashlib.sha256(said(values).encode()).hexdigest()[:24]


class NodeMarks:
    """The marks of a plan's nodes: what each asks, and of what."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, node: Node) -> str:
        """The mark of a node."""
        found = self._known.get(id(node))
        if found is None:
            inner = [self.of(child) for child in node.children]
            found = self._known[id(node)] = mark(node.scope, node.kind, node.key, inner)
        return found

    def under(self, nodes: Iterable[Node]) -> set[str]:
        """The marks of nodes, and of all that they stand on."""
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if (one := self.of(node)) not in found:
                found.add(one)
                waiting += node.children
        return found


def nodes_of(root: Root) -> list[Node]:
    """The nodes that decide about a rule's alerts."""
    clear = [] if root.clear is None else [root.clear]
    return [root.node, *clear, *(node for _, node in root.excepted), *(node for _, node in root.parts)]


def rule_mark(rules: RuleSet, rule: n.Rule) -> str:
    """What a rule means: its text without title, message, labels and cameras, and what its file says of names in it."""
    bare = attrs.evolve(rule, title="", message="", labels=(), cameras=None)
    parts = list(walk(bare))
    classes = {c.text for part in parts for c in getattr(part, "classes", ())}
    signals = {part.name.text for part in parts if isinstance(part, n.Signal)}
    schedule = rules.names.get("schedule").get(rule.active.text) if rule.active is not None else None
    zones, lines = asked_of(rules, rule)
    return mark(
        bare,
        {name: rules.labels([n.Name(name)]) for name in classes},
        rules.people,
        {name: rules.names.signal(name) for name in signals},
        schedule.item if schedule is not None else None,
        _drawn(rules, "zone", zones),
        _drawn(rules, "line", lines),
    )


def _drawn(rules: RuleSet, kind: str, names: Iterable[str]) -> dict[str, object]:
    """What a file says of zones or lines, and of those that they are made of."""
    placed = rules.names.get(kind)
    found: dict[str, object] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in placed and name not in found:
            item = placed[name].item
            found[name] = item
            waiting += [part.text for part in walk(item) if isinstance(part, n.Name)]
    return found


def rule_key(rule: n.Rule) -> str:
    """Which rule it is, by name; of `each zone` which instance."""
    return f"{rule.name} of {rule.zone.group.text}" if rule.zone else rule.name


def asked_of(rules: RuleSet, rule: n.Rule) -> tuple[set[str], set[str]]:
    """The names of the zones and lines that an instance of a rule speaks of."""
    return {name.text for name in rules.zones_of(rule)}, {name.text for name in names_of(rule)[1]}


def view_mark(scene: Scene | None, frame: Size | None) -> str:
    """How a camera sees: all of its scene but zones and lines."""
    if scene is None:
        return mark(frame)
    return mark(frame, scene.view, scene.ground, scene.north, scene.clock)
