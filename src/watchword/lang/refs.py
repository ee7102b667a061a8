"""Which names in a tree speak of what is defined elsewhere, and the same tree with other names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

import attrs

from watchword.lang import nodes as n
from watchword.words import WORDS

T = TypeVar("T")

_FIELDS: dict[tuple[type, str], str] = {
    (n.Apply, "classes"): "class",
    (n.Group, "classes"): "class",
    (n.Each, "classes"): "class",
    (n.Using, "classes"): "class",
    (n.Sentence, "classes"): "class",
    (n.ClassDef, "members"): "class",
    (n.Of, "line"): "line",
    (n.OfZone, "zone"): "zone",
    (n.ZoneName, "name"): "zone",
    (n.LineName, "name"): "line",
    (n.ZoneMade, "first"): "zone",
    (n.ZonesDef, "members"): "zone",
    (n.EachZone, "group"): "zone",
    (n.Call, "name"): "define",
    (n.Signal, "name"): "signal",
    (n.Override, "name"): "rule",
    (n.Expect, "rule"): "rule",
}
"""Fields that hold names of one kind of thing. Groups of zones are of the kind `zone`."""

_DEFINED: dict[type, str] = {
    n.ClassDef: "class",
    n.ZoneDef: "zone",
    n.ZoneMade: "zone",
    n.ZonesDef: "zone",
    n.LineDef: "line",
    n.LetDef: "let",
    n.DefineDef: "define",
    n.ScheduleDef: "schedule",
    n.SignalDef: "signal",
    n.RuleDef: "rule",
}


def defined(item: object) -> tuple[str, n.Name] | None:
    """What an item defines: its kind and name; None where it defines nothing."""
    kind = _DEFINED.get(type(item))
    name = getattr(item, "name", None)
    return (kind, name) if kind and isinstance(name, n.Name) else None


def _kind(node: object, field: str) -> str | None:
    if isinstance(node, n.Apply) and field == "names":
        word = WORDS.get(node.word.text)
        return "line" if (word and word.shape == "W line NAME") or node.way else "zone"
    if isinstance(node, n.Clause) and field == "values":
        return {"active": "schedule", "unless": "rule"}.get(node.keyword)
    return _FIELDS.get((type(node), field))


def fields(node: n.Placed) -> tuple[str, ...]:
    """The names of a node's parts."""
    kind: Any = type(node)
    return _fields(kind)


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in attrs.fields(kind) if f.name != "span")


def walk(node: object) -> Iterator[object]:
    """A node and every node in it, in the order of the text."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(reversed(part))
        elif isinstance(part, n.Placed):
            yield part
            if not isinstance(part, n.Name | n.Quantity):
                inner = [getattr(part, field) for field in fields(part)]
                waiting.extend(v for v in reversed(inner) if isinstance(v, n.Placed | tuple))


def refs(node: object) -> Iterator[tuple[str, n.Name]]:
    """The kind and name of each name in a tree that speaks of something defined elsewhere."""
    for part in walk(node):
        if isinstance(part, n.Param):
            yield "let", n.Name(part.name, span=part.span)
        if isinstance(part, n.ZoneMade):
            yield from (("zone", name) for _, name in part.rest)
        if not isinstance(part, n.Placed):
            continue
        for field in fields(part):
            kind = _kind(part, field)
            if kind:
                value = getattr(part, field)
                for name in value if isinstance(value, tuple) else (value,):
                    if isinstance(name, n.Name):
                        yield kind, name


def rename(node: T, new: Callable[[str, n.Name], n.Name]) -> T:
    """The same tree with the names that speak of what is defined elsewhere, and the defined names, made new."""
    found: Any = _rename(node, new)
    return found  # type: ignore[no-any-return]


def _rename(node: Any, new: Callable[[str, n.Name], n.Name]) -> Any:
    if isinstance(node, tuple):
        return tuple(_rename(part, new) for part in node)
    if isinstance(node, n.Param):
        return attrs.evolve(node, name=new("let", n.Name(node.name, span=node.span)).text)
    if not isinstance(node, n.Placed):
        return node
    changed: dict[str, Any] = {}
    own = defined(node)
    for field in attrs.fields(type(node)):
        if field.name == "span":
            continue
        value = getattr(node, field.name)
        kind = _kind(node, field.name)
        if own is not None and field.name == "name":
            kind = own[0]
        if isinstance(node, n.ZoneMade) and field.name == "rest":
            changed["rest"] = tuple((how, new("zone", name)) for how, name in value)
        elif kind and isinstance(value, tuple):
            changed[field.name] = tuple(new(kind, v) if isinstance(v, n.Name) else _rename(v, new) for v in value)
        elif kind and isinstance(value, n.Name):
            changed[field.name] = new(kind, value)
        else:
            changed[field.name] = _rename(value, new)
    return attrs.evolve(node, **changed)
