"""A rule watched closely: the values of its parts for one thing, look by look, and how long its condition held."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from watchword.lab.margin import Margin, margins
from watchword.lang.kinds import kind
from watchword.lang.names import Names
from watchword.lang.show import show
from watchword.run.bank import Bank
from watchword.run.cameras import Camera
from watchword.run.engine import Engine
from watchword.run.logic import ASSUME, POLICIES
from watchword.run.plan import Root
from watchword.run.terms import Node
from watchword.tracks import Id

TRUE, UNKNOWN, FALSE, NOTHING = 1, 0, -1, -2
"""Values of a part; nothing: the thing is not there yet, or has ended."""


@attrs.define
class Lane:
    """One value through time, as its changes: (time in ns, value). An event's is true at the looks that decide it."""

    text: str
    event: bool = False
    changes: list[tuple[int, int]] = attrs.field(factory=list)

    def add(self, time: int, value: int) -> None:
        """The value from this time on."""
        if not self.changes or self.changes[-1][1] != value:
            if self.changes and self.changes[-1][0] == time:
                self.changes.pop()
            self.changes.append((time, value))

    def back(self, time: int, value: int) -> None:
        """The value from a time that may lie before the last change: what was written since did not hold."""
        while self.changes and self.changes[-1][0] > time:
            self.changes.pop()
        if self.changes:
            self.add(time, value)

    def at(self, time: int) -> tuple[int, int | None]:
        """The value at a time, and since when it had been so; None where it never was anything."""
        before = [change for change in self.changes if change[0] <= time]
        return (before[-1][1], before[-1][0]) if before else (NOTHING, None)


@attrs.define
class Held:
    """How long the condition of a rule has held without a break, by the rule's gap policy; ns.

    Attributes:
        needed: What the rule's `for` asks.
        longest: The longest so far.
        until: When that was.
    """

    needed: int
    policy: int
    longest: int = 0
    until: int | None = None
    _credit: int = 0
    _last: int | None = None
    _value: int = NOTHING

    def look(self, now: int, value: int, *, hole: bool, seen: bool) -> None:
        """A look's value.

        Args:
            now: Its time, ns.
            value: The condition's.
            hole: Nobody looked since the look before.
            seen: The thing was seen; what is only held over counts once it is seen again.
        """
        if value == TRUE and not seen and not hole:
            return
        passed = 0 if self._last is None else now - self._last
        if value in (FALSE, NOTHING):
            self._credit = 0
        elif hole or value == UNKNOWN or self._value == UNKNOWN:
            if self.policy == POLICIES["reset"]:
                self._credit = 0
            elif self.policy == ASSUME and self._value != NOTHING:
                self._credit += passed
        elif self._value == TRUE:
            self._credit += passed
        self._last, self._value = now, value
        if value == TRUE and (self._credit > self.longest or self.until is None):
            self.longest, self.until = self._credit, now


@attrs.define
class Following:
    """One instance of a rule.

    Attributes:
        root: The rule in the plan.
        parts: Its parts: of its condition, then its schedule, its second thing, its exceptions.
        whole: Its condition, without `for`.
        held: How long that held.
        margins: Its numbers against what is asked of them.
    """

    root: Root
    parts: tuple[tuple[Lane, Node], ...]
    whole: Lane
    held: Held
    margins: tuple[Margin, ...]

    @property
    def lanes(self) -> list[Lane]:
        """The parts through time."""
        return [lane for lane, _ in self.parts]

    @property
    def zone(self) -> str:
        """The zone of an `each zone` rule that it is about."""
        return self.root.rule.zone.group.text if self.root.rule.zone else ""


class Trace:
    """Follows one rule on one camera for one thing. Call `look` after each look.

    Args:
        rule: The rule's name.
        camera: The camera's name.
        thing: The thing's id, a number's digits will do; None for a rule that speaks of the camera as a whole.
    """

    def __init__(self, rule: str, camera: str, thing: Id | None) -> None:
        self.rule, self.camera, self.thing = rule, camera, thing
        self.instances: list[Following] = []
        self.met = False
        self.label = ""

    def look(self, engine: Engine, now: int) -> None:
        """Write down the values that the last look has left."""
        known = next((camera for camera in engine.cameras if camera.name == self.camera), None)
        if known is None or known.last != now:
            return
        bank = engine.bank(self.camera)
        if not self.instances:
            roots = [root for root in bank.roots if root.rule.name == self.rule]
            self.instances = [_follow(root, engine.rules.names) for root in roots]
        slot = self._slot(bank, known.index)
        if slot is not None:
            self.met = True
            self.label = bank.things.labels[bank.things.label[slot]]
        for one in self.instances:
            self._write(one, bank, known, slot, now)

    def _slot(self, bank: Bank, camera: int) -> int | None:
        if self.thing is None:
            return None
        digits = isinstance(self.thing, str) and self.thing.isdecimal()
        names = (self.thing, int(self.thing)) if digits else (self.thing,)
        slots = (bank.things.slot_of.get((camera, name)) for name in names)
        return next((slot for slot in slots if slot is not None), None)

    def _write(self, one: Following, bank: Bank, camera: Camera, slot: int | None, now: int) -> None:
        things, before = bank.things, camera.before
        hole = before is not None and now - before > camera.limit(one.root.after)
        last = now if slot is None else int(things.last[slot])
        gone = slot is not None and bool(things.gone[slot])
        if gone and not one.root.ends:
            end, slot = int(things.end[slot]), None
            for lane in (*one.lanes, one.whole):
                lane.back(end, NOTHING)
        for lane, node in [*one.parts, (one.whole, one.root.node)]:
            value = _value(bank, node, camera.index, slot)
            if hole and before is not None and lane.changes and lane.changes[-1][1] != NOTHING:
                lane.add(before, UNKNOWN)
            if value == UNKNOWN and node.scope == "thing" and last < now:
                lane.back(last, UNKNOWN)
            lane.add(now, value)
        one.held.look(now, one.whole.changes[-1][1], hole=hole, seen=last == now)
        for margin in one.margins:
            where = {"thing": slot, "camera": camera.index}.get(margin.node.scope)
            if where is not None:
                scope, k = bank.scopes[margin.node.scope], margin.node.index
                margin.look(now, float(scope.low[k, where]), float(scope.high[k, where]))


def _follow(root: Root, names: Names) -> Following:
    parts = [(Lane(show(e), kind(e, names) == "event"), node) for e, node in root.parts]
    for node in _under(root.node):
        if node.key[0] == "active":
            parts.append((Lane(f"active {node.key[1]}"), node))
        elif node.key[0] == "second" and root.rule.using is not None:
            parts.append((Lane(f"has its {root.rule.using.name.text}"), node))
    parts += [(Lane(f"except {name}"), node) for name, node in root.excepted]
    numbers = tuple(m for e, node in root.parts for m in margins(e, show(e), node))
    return Following(root, tuple(parts), Lane(root.rule.name), Held(root.duration, root.policy), numbers)


def _under(node: Node) -> Iterator[Node]:
    """The parts of a conjunction, and of those in it."""
    yield node
    if node.key[0] in ("and", "spread", "grace"):
        for child in node.children:
            yield from _under(child)


def _value(bank: Bank, node: Node, camera: int, slot: int | None) -> int:
    where = {"thing": slot, "camera": camera}.get(node.scope)
    if where is None:
        return NOTHING
    return int(bank.scopes[node.scope].value[node.index, where])
