"""Every name in an item: what it speaks of, and whether it is defined there. Rename and completion stand on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from watchword.lang import nodes as n
from watchword.lang.refs import defined, refs, walk
from watchword.text import Source, Span

_FIELDS: Mapping[tuple[type, str], str] = MappingProxyType(
    {
        (n.Apply, "thing"): "thing",
        (n.Apply, "others"): "thing",
        (n.Apply, "word"): "word",
        (n.Apply, "compass"): "compass",
        (n.Near, "thing"): "thing",
        (n.Group, "other"): "thing",
        (n.Attribute, "thing"): "thing",
        (n.Attribute, "name"): "attribute",
        (n.Of, "word"): "word",
        (n.Of, "attribute"): "attribute",
        (n.OfCondition, "word"): "word",
        (n.OfZone, "words"): "word",
        (n.Way, "side"): "side",
        (n.Call, "args"): "thing",
        (n.Using, "word"): "word",
        (n.Using, "thing"): "thing",
        (n.GivenThing, "label"): "class",
        (n.GivenSpell, "label"): "class",
        (n.Expect, "thing"): "thing",
        (n.Override, "camera"): "camera",
        (n.LineDef, "sides"): "side",
        (n.Signal, "at"): "place",
    }
)
"""Fields that hold names, besides those that `refs` knows."""

_BINDS: Mapping[tuple[type, str], str] = MappingProxyType(
    {
        (n.Each, "name"): "thing",
        (n.EachZone, "name"): "zone",
        (n.Using, "name"): "thing",
        (n.GivenThing, "name"): "thing",
        (n.DefineDef, "parameters"): "parameter",
    }
)
"""Fields that give a name to something within the item."""

LOCAL = frozenset({"thing", "parameter", "zone", "let", "line", "class"})
"""Kinds of mention that may speak of what the item itself binds."""


@attrs.frozen
class Mention:
    """A name in an item.

    Attributes:
        kind: "class", "zone", "line", "let", "define", "schedule", "signal", "rule": of the file; "thing", "parameter":
            of the item; "word", "attribute": of the language; "side", "compass", "camera", "place"; "new": given here.
        name: The name with its place; without the `$` of a parameter.
        defines: True where it is defined here.
        local: True where it is known in this item only.
        node: What it is a part of.
    """

    kind: str
    name: n.Name
    defines: bool = False
    local: bool = False
    node: object = attrs.field(default=None, repr=False, eq=False)


def mentions(item: n.Item, source: Source) -> list[Mention]:
    """Every name in an item that stands in the text, in its order."""
    found = [m for m in _all(item, source) if _stands(m.name, source)]
    bound = {m.name.text: m.kind for m in found if m.defines and m.local}
    settled = [
        attrs.evolve(m, kind=bound[m.name.text], local=True)
        if m.kind in LOCAL and m.name.text in bound and not _is_item(m, item)
        else m
        for m in found
    ]
    unique = {(m.kind, m.name.span.start, m.name.span.end): m for m in settled}
    return sorted(unique.values(), key=lambda m: m.name.span.start)


def _is_item(mention: Mention, item: n.Item) -> bool:
    return mention.node is item and mention.defines and not mention.local


def _stands(name: n.Name, source: Source) -> bool:
    # A few nodes are given names that nobody wrote: the `it` of a filter.
    return source.text[name.span.start : name.span.end].replace(" ", "") == name.text


def _all(item: n.Item, source: Source) -> Iterator[Mention]:
    override = isinstance(item, n.Override)
    known = {id(name): kind for kind, name in refs(item)}
    for part in walk(item):
        if not isinstance(part, n.Placed):
            continue
        own = defined(part)
        if own is not None:
            yield Mention(own[0], own[1], defines=True, node=part)
        if isinstance(part, n.Param):
            name = n.Name(part.name, span=Span(part.span.start + 1, part.span.end))
            yield Mention("let", name, node=part)
            continue
        if isinstance(part, n.Setting):
            yield Mention("parameter", part.name, defines=not override, local=not override, node=part)
        if isinstance(part, n.Include) and part.name is not None:
            yield Mention("new", part.name, defines=True, node=part)
        if isinstance(part, n.GivenSpell) and part.name is not None:
            yield Mention("signal" if part.kind == "signal" else "thing", part.name, node=part)
        if isinstance(part, n.Clause):
            yield from _clause(part, source)
        for field in attrs.fields(type(part)):
            value = getattr(part, field.name)
            for name in value if isinstance(value, tuple) else (value,):
                if not isinstance(name, n.Name):
                    continue
                key = type(part), field.name
                if id(name) in known:
                    yield Mention(known[id(name)], name, node=part)
                elif key in _BINDS:
                    yield Mention(_BINDS[key], name, defines=True, local=True, node=part)
                elif key in _FIELDS:
                    yield Mention(_FIELDS[key], name, node=part)
        if isinstance(part, n.ZoneMade):
            yield from (Mention("zone", name, node=part) for _, name in part.rest)


def _clause(clause: n.Clause, source: Source) -> Iterator[Mention]:
    kind = {"on": "camera", "cooldown": "thing"}.get(clause.keyword)
    if kind:
        keys = ("zone", "line", "camera", "rule") if kind == "thing" else ()
        names = [v for v in clause.values if isinstance(v, n.Name) and v.text not in keys]
        yield from (Mention(kind, name, node=clause) for name in names)
    elif clause.keyword == "except":
        return
    elif clause.keyword == "message":
        text = source.text[clause.span.start : clause.span.end]
        for match in re.finditer(r"\{(\$?)([^\W\d]\w*)[^{}]*\}", text):
            span = Span(clause.span.start + match.start(2), clause.span.start + match.end(2))
            if match[1] or "." in match[0]:
                yield Mention("let" if match[1] else "thing", n.Name(match[2], span=span), node=clause)
