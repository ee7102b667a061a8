"""What an alert says: names, the parts of the condition, one sentence for a person, the rule's message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

from watchword.events import Alert, Part, Thing, alert_id, show_time
from watchword.lang import nodes as n
from watchword.lang.check import walk
from watchword.lang.show import show
from watchword.run.cameras import Camera
from watchword.run.plan import Root
from watchword.run.terms import Node
from watchword.run.things import Things
from watchword.run.turn import Open
from watchword.units import SECOND
from watchword.words import WORDS

if TYPE_CHECKING:
    from watchword.run.bank import Bank

WHO = "\0"
"""Stands in a rule's sentence where the thing is named."""
FIELD = re.compile(r"\{([^{}]*)\}")
TRUE = {1: True, -1: False}
NOTHING: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Said:
    """What is the same in all alerts of a rule, made once.

    Attributes:
        rule: The rule's name.
        title: Its title, or its name.
        message: As it is written.
        each: True where it is about a thing.
        zone: Of `each zone`, which one.
        zones: Names of the zones its condition speaks of.
        lines: Names of the lines.
        parts: Text, scope and position of each part of the condition.
        sentence: The text of the condition, without its `for`; `WHO` where the thing is named.
        who: The class of the thing, where the rule has one alone.
        labels: The rule's.
        fields: Which fields its message has.
    """

    rule: str
    title: str
    message: str
    each: bool
    zone: str
    zones: tuple[str, ...]
    lines: tuple[str, ...]
    parts: tuple[tuple[str, str, int], ...]
    sentence: str
    who: str
    labels: dict[str, str]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, root: Root) -> Self:
        """What there is to say of a rule."""
        rule = root.rule
        places = list(_places(rule.when))
        body = rule.when.body if isinstance(rule.when, n.For) else rule.when
        classes = rule.each.classes if rule.each else ()
        zone = rule.zone.group.text if rule.zone else ""
        zones = tuple(dict.fromkeys(name for name, line in places if not line))
        return cls(
            rule.name,
            rule.title or rule.name,
            rule.message,
            rule.each is not None,
            zone,
            zones or ((zone,) if zone else ()),
            tuple(dict.fromkeys(name for name, line in places if line)),
            tuple((show(expression), node.scope, node.index) for expression, node in root.parts),
            _sentence(show(body), rule.each.name.text) if rule.each else show(body),
            classes[0].text if len(classes) == 1 else "",
            dict(rule.labels),
            tuple(FIELD.findall(rule.message)),
        )

    def dump(self) -> dict[str, Any]:
        """All of it, for a snapshot."""
        return attrs.asdict(self)

    @classmethod
    def load(cls, saved: Mapping[str, Any]) -> Self:
        """What was saved of it."""
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in saved.items()}
        return cls(**given)


def _places(node: n.Expr) -> Iterator[tuple[str, bool]]:
    """The names of places in a condition, and whether each is a line."""
    for part in walk(node):
        if isinstance(part, n.Apply) and part.names:
            word = WORDS.get(part.word.text)
            yield part.names[0].text, word is not None and word.shape == "W line NAME"
        elif isinstance(part, n.Count):
            for filter_ in part.group.filters:
                yield from _places(filter_)


def _sentence(text: str, name: str) -> str:
    """A condition in which the thing is named once, and that by `WHO`."""
    words = text.split(" ")
    seen = False
    for k, word in enumerate(words):
        if word.lstrip("(") == name:
            words[k] = word.replace(name, "" if seen else WHO)
            seen = True
    text = " ".join(word for word in words if word).replace("( ", "(")
    return text if seen else f"{WHO}: {text}"


POINTS = 32
"""Points of a path that are told, at most."""


def thing_of(things: Things, slot: int, camera: Camera, role: str, with_path: bool) -> Thing:
    """A thing as it is now, its box and its path in the pixels of its frame."""
    x, y = camera.scale
    left, top, right, bottom = things.box[slot].tolist()
    path: tuple[tuple[int, float, float], ...] = ()
    if with_path:
        times, at = things.path(slot)
        step = max(1, -(-len(times) // POINTS))
        kept = slice((len(times) - 1) % step, None, step)  # the newest among them
        path = tuple(zip(times[kept].tolist(), (at[kept, 0] / x).tolist(), (at[kept, 1] / y).tolist(), strict=True))
    box = (left / x, top / y, right / x, bottom / y)
    return Thing(things.ids[slot], things.labels[things.label.item(slot)], box, role, things.first.item(slot), path)


def span(ns: int) -> str:
    """How long, for a person."""
    return f"{ns / SECOND:.1f} s" if ns < 600 * SECOND else f"{ns / (60 * SECOND):.0f} min"


class Teller:
    """Makes alerts of transitions.

    Args:
        source: Name of the stream or hash of the recording; part of the alerts' ids.
        zero: The time that seconds of a camera are counted from, ns.
    """

    def __init__(self, source: str, zero: Callable[[Camera], int]) -> None:
        self._source, self._zero = source, zero
        self._said: dict[int, Said] = {}
        self._shown: dict[tuple[int, int, int, int, str, bool], Thing] = {}

    def begin(self) -> None:
        """A tick begins, which sees things anew."""
        self._shown.clear()

    def thing(self, bank: Bank, slot: int, camera: Camera, with_path: bool, role: str = "thing") -> Thing:
        """A thing as it is now; asked once for each sight of it, however many alerts of a tick speak of it."""
        things = bank.things
        key = (id(bank), slot, things.serial.item(slot), things.sights.item(slot), role, with_path)
        if key not in self._shown:
            self._shown[key] = thing_of(things, slot, camera, role, with_path)
        return self._shown[key]

    def alert(
        self, bank: Bank, root: Root, opened: Open, camera: Camera, state: str, time: int, decided: int, reason: str
    ) -> Alert:
        """The record of a transition; an alert that is told for the first time gets its id."""
        said = self.said(root)
        if not opened.id:
            keys = [f"{bank.things.ids[opened.slot]}"] if said.each else []
            keys += [said.zone] if said.zone else []
            opened.id = alert_id(self._source, said.rule, camera.name, keys, opened.since)
        shown = self._things(bank, root, opened, camera, state not in ("pending", "dropped"))
        count = _count(bank, root, opened, camera)
        asked = {field: _of_thing(bank, root, opened, shown, field) for field in said.fields if "." in field}
        parts = _parts(bank, root, said, opened.slot, camera)
        zero = self._zero(camera)
        return self.record(said, opened, camera, zero, state, time, decided, reason, shown, count, asked, parts)

    def said(self, root: Root) -> Said:
        """What is the same in all alerts of a rule."""
        found = self._said.get(id(root))
        if found is None:
            found = self._said[id(root)] = Said.of(root)
        return found

    def record(
        self,
        said: Said,
        opened: Open,
        camera: Camera,
        zero: int,
        state: str,
        time: int,
        decided: int,
        reason: str,
        things: tuple[Thing, ...] = (),
        count: int | None = None,
        asked: Mapping[str, str] = NOTHING,
        parts: tuple[Part, ...] = (),
    ) -> Alert:
        """The record of a transition, all that is in it given."""
        return Alert(
            id=opened.id,
            rule=said.rule,
            camera=camera.name,
            state=state,  # type: ignore[arg-type]  # the lifecycle's word for it
            time=time,
            decided=decided,
            since=opened.since,
            things=things,
            zones=said.zones,
            lines=said.lines,
            severity=opened.severity,
            title=said.title,
            message=_filled(said, opened, camera.name, time, count, asked) if said.message else "",
            why=_why(said, things, count, opened.since, time),
            reason=reason,
            parts=parts,
            observed=max(0, time - opened.since - opened.gap),
            gap=opened.gap,
            count=count,
            labels=dict(said.labels),
            source=self._source,
            start=zero,
            preset=camera.preset,
        )

    def _things(self, bank: Bank, root: Root, opened: Open, camera: Camera, with_path: bool) -> tuple[Thing, ...]:
        """The thing and its owner; of a rule about a camera, those that made it true."""
        if root.rule.each is not None:
            shown = self.thing(bank, opened.slot, camera, with_path)
            owner = bank.owner_of(root, opened.slot)
            return (shown,) if owner is None else (shown, self.thing(bank, owner, camera, with_path, "owner"))
        members: list[int] = []
        for node in root.groups:
            value = bank.scopes["thing"].value[node.children[0].index]
            slots = bank.things.of_cameras([camera.index])
            members += slots[value[slots] > 0].tolist()
        return tuple(self.thing(bank, slot, camera, with_path) for slot in dict.fromkeys(members))


def _filled(said: Said, opened: Open, camera: str, time: int, count: int | None, asked: Mapping[str, str]) -> str:
    """A rule's message; what it asks of things, and is not given, is a dash."""
    fields = {
        "rule": said.rule,
        "title": said.title,
        "camera": camera,
        "zone": ", ".join(said.zones),
        "line": ", ".join(said.lines),
        "severity": opened.severity,
        "held": span(max(0, time - opened.since)),
        "count": "" if count is None else str(count),
        "time": show_time(time),
        **asked,
    }
    return FIELD.sub(lambda match: fields.get(match[1], "–"), said.message)


def _parts(bank: Bank, root: Root, said: Said, slot: int, camera: Camera) -> tuple[Part, ...]:
    found = []
    for text, scope, index in said.parts:
        where = bank.scopes[scope]
        at = slot if scope == root.node.scope else camera.index
        found.append(Part(text, TRUE.get(where.value.item(index, at)), where.changed.item(index, at)))
    return tuple(found)


def _why(said: Said, things: tuple[Thing, ...], count: int | None, since: int, time: int) -> str:
    """One sentence: who, what, for how long."""
    text = said.sentence
    if things and WHO in text:
        text = text.replace(WHO, f"{said.who or things[0].label} #{things[0].id}")
    if count is not None:
        text = f"{text} (now {count})"
    return text + (f" for {span(time - since)} since {show_time(since)}" if time > since else f" at {show_time(time)}")


def _count(bank: Bank, root: Root, opened: Open, camera: Camera) -> int | None:
    for node in root.groups:
        if node.key[1] == "count":
            number = _number(bank, node, opened, camera)
            return int(number) if np.isfinite(number) else None
    return None


def _number(bank: Bank, node: Node, opened: Open, camera: Camera) -> float:
    return float(bank.scopes[node.scope].low[node.index, opened.slot if node.scope == "thing" else camera.index])


def _of_thing(bank: Bank, root: Root, opened: Open, things: tuple[Thing, ...], field: str) -> str:
    """What a message's `thing.id`, `thing.class` or `thing.ATTR` says; where it is not known, a dash."""
    name, _, attribute = field.partition(".")
    rule = root.rule
    if field in root.fields:
        node, units = root.fields[field]
        number = float(bank.scopes["thing"].low[node.index, opened.slot])
        if not np.isfinite(number):
            return "–"
        metric = len(units) > 1 and np.isfinite(bank.things.ground[opened.slot]).all()
        return f"{number:.4g} {units[1 if metric else 0]}".rstrip()
    second = rule.using is not None and name == rule.using.name.text
    which = things[1:2] if second else things[:1]
    if attribute in ("id", "class"):
        return "–" if not which else str(which[0].id) if attribute == "id" else which[0].label
    return f"{{{field}}}"
