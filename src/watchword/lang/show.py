"""Tree to text: the canonical way to write a condition. Reading it gives the same tree."""

from __future__ import annotations

from functools import singledispatch

from watchword.lang import nodes as n
from watchword.words import WORDS

_LEVEL = {n.For: 0, n.Or: 1, n.And: 2, n.Not: 3}


@singledispatch
def show(node: object) -> str:
    """The canonical text of a condition or a part of one."""
    raise TypeError(f"{type(node).__name__} has no text")


def _inner(node: n.Expr, level: int) -> str:
    text = show(node)
    return f"({text})" if _LEVEL.get(type(node), 4) < level else text


@show.register
def _(node: n.Quantity) -> str:
    return node.number + node.unit


@show.register
def _(node: n.Way) -> str:
    if node.kind == "to":
        assert node.side is not None
        return f"to {node.side.text}"
    return "either way" if node.kind == "either" else node.kind


def _phrase(node: n.Apply) -> str:
    word = node.word.text
    if node.names:
        shape = WORDS[word].shape if word in WORDS else "W zone NAME"
        what = "line" if shape == "W line NAME" else "zone"
        return f"{word} {what} {node.names[0].text}{' ' + show(node.way) if node.way else ''}"
    values = f"({', '.join(map(show, node.values))})" if node.values else ""
    return f"is {word}{values}"


@show.register
def _(node: n.Apply) -> str:
    return f"{node.thing.text} {_phrase(node)}"


@show.register
def _(node: n.Group) -> str:
    names = [c.text for c in node.classes]
    classes = names[0] if len(names) == 1 else f"{{{', '.join(names)}}}"
    filters = "".join(f" {_phrase(f)}" for f in node.filters)
    where = f" where ({show(node.where)})" if node.where else ""
    return f"{classes}{filters}{where}"


@show.register
def _(node: n.Count) -> str:
    return f"count of {show(node.group)} {node.op} {node.number.number}"


@show.register
def _(node: n.Not) -> str:
    return f"not {_inner(node.body, 3)}"


@show.register
def _(node: n.And) -> str:
    return " and ".join(_inner(part, 3) for part in node.parts)


@show.register
def _(node: n.Or) -> str:
    return " or ".join(_inner(part, 2) for part in node.parts)


@show.register
def _(node: n.For) -> str:
    return f"{_inner(node.body, 1)} for {show(node.duration)}"
