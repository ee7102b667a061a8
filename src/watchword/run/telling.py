"""What an alert says of its rule: names, the parts of the condition, one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import attrs

from watchword.events import Thing, show_time
from watchword.lang import nodes as n
from watchword.lang.check import walk
from watchword.lang.show import show
from watchword.run.cameras import Camera
from watchword.run.plan import Root
from watchword.run.things import Things
from watchword.units import SECOND
from watchword.words import WORDS


@attrs.frozen
class Said:
    """What is the same in all alerts of a rule, made once.

    Attributes:
        zones: Names of the zones its condition speaks of.
        lines: Names of the lines.
        parts: The text of each part of the condition.
        body: The text of the condition, without its `for`.
        labels: The rule's.
    """

    zones: tuple[str, ...]
    lines: tuple[str, ...]
    parts: tuple[str, ...]
    body: str
    labels: dict[str, str]

    @classmethod
    def of(cls, root: Root) -> Self:
        """What there is to say of a rule."""
        rule = root.rule
        places = list(_places(rule.when))
        body = rule.when.body if isinstance(rule.when, n.For) else rule.when
        return cls(
            tuple(dict.fromkeys(name for name, line in places if not line)),
            tuple(dict.fromkeys(name for name, line in places if line)),
            tuple(show(expression) for expression, _ in root.parts),
            show(body),
            dict(rule.labels),
        )


def _places(node: n.Expr) -> Iterator[tuple[str, bool]]:
    """The names of places in a condition, and whether each is a line."""
    for part in walk(node):
        if isinstance(part, n.Apply) and part.names:
            word = WORDS.get(part.word.text)
            yield part.names[0].text, word is not None and word.shape == "W line NAME"
        elif isinstance(part, n.Count):
            for filter_ in part.group.filters:
                yield from _places(filter_)


def thing_of(things: Things, slot: int, camera: Camera, role: str) -> Thing:
    """A thing as it is now, its box in the pixels of its frame."""
    left, top, right, bottom = things.box[slot].tolist()
    x, y = camera.scale
    box = (left / x, top / y, right / x, bottom / y)
    return Thing(things.ids[slot], things.labels[things.label[slot]], box, role, int(things.first[slot]))


def span(ns: int) -> str:
    """How long, for a person."""
    return f"{ns / SECOND:.1f} s" if ns < 600 * SECOND else f"{ns / (60 * SECOND):.0f} min"


def why(rule: n.Rule, body: str, things: tuple[Thing, ...], count: int | None, since: int, time: int) -> str:
    """One sentence: who, what, for how long."""
    text = body
    if rule.each is not None and things:
        name, classes = rule.each.name.text, rule.each.classes
        who = f"{classes[0].text if len(classes) == 1 else things[0].label} #{things[0].id}"
        words = text.split(" ")
        seen = False
        for k, word in enumerate(words):
            if word.lstrip("(") == name:
                words[k] = word.replace(name, "" if seen else who)
                seen = True
        text = " ".join(word for word in words if word).replace("( ", "(")
        if not seen:
            text = f"{who}: {text}"
    if count is not None:
        text = f"{text} (now {count})"
    return text + (f" for {span(time - since)} since {show_time(since)}" if time > since else f" at {show_time(time)}")


def message(rule: n.Rule, fields: dict[str, str], things: tuple[Thing, ...]) -> str:
    """The rule's message, its fields filled in."""
    if rule.each is not None and things:
        name = rule.each.name.text
        fields = {**fields, f"{name}.id": str(things[0].id), f"{name}.class": things[0].label}
    text = rule.message
    for name, value in fields.items():
        text = text.replace("{" + name + "}", value)
    return text
