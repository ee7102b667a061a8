"""Conditions in plain English, for people who want to be sure what a rule says."""

from __future__ import annotations

from collections.abc import Iterable

from watchword.lang import nodes as n
from watchword.lang.show import show

OPS = {
    ">": "more than",
    ">=": "at least",
    "<": "less than",
    "<=": "at most",
    "=": "exactly",
    "!=": "anything but",
}


def amount(node: n.Amount) -> str:
    """A quantity as people write it: `60 s`, `2 m`, `60%`."""
    if isinstance(node, n.Param):
        return f"${node.name}"
    return f"{node.number} {node.unit}" if node.unit and node.unit[0] not in "%/" else node.number + node.unit


def classes(names: Iterable[n.Name]) -> str:
    """`bag`, `fire or smoke`."""
    return " or ".join(name.text for name in names)


def lines(node: n.Expr, it: str) -> list[str]:
    """A condition as lines, what belongs together further in.

    Args:
        node: A condition, without sugar or with it.
        it: What `it` is called.
    """
    match node:
        case n.And():
            return ["all of these:", *_listed(node.parts, it)]
        case n.Or():
            return ["any of these:", *_listed(node.parts, it)]
        case n.Sequence():
            steps = [f"- then, within {amount(s.bound)}, {_inline(s.body, it)}" if s.kind == "within" else
                     f"- and then for {amount(s.bound)} not: {_inline(s.body, it)}" for s in node.steps]  # fmt: skip
            return ["this happens in order:", f"  - {_inline(node.first, it)}", *(f"  {s}" for s in steps)]
        case _:
            return [_inline(node, it)]


def _listed(parts: Iterable[n.Expr], it: str) -> list[str]:
    found = []
    for part in parts:
        first, *rest = lines(part, it)
        found += [f"  - {first}", *(f"    {line}" for line in rest)]
    return found


def _inline(node: n.Expr, it: str) -> str:
    match node:
        case n.And():
            return " and ".join(_inline(p, it) for p in node.parts)
        case n.Or():
            return "either " + " or ".join(_inline(p, it) for p in node.parts)
        case n.Not():
            return f"it is not so that {_inline(node.body, it)}"
        case n.For():
            return f"{_inline(node.body, it)}, without a break for {amount(node.duration)}"
        case n.Sequence():
            return "; ".join(line.strip(" -") for line in lines(node, it))
        case n.Apply():
            return said(node, it)
        case n.Becomes():
            return f"{_name(node.state.thing, it)} becomes {node.state.word.text}"
        case n.Signal():
            return f"the host says `{show(node)}`"
        case n.Count():
            return _count(node, it)
        case n.Some():
            return show(node)
        case n.Compare():
            return f"{measure(node.left, it)} is {OPS[node.op]} {measure(node.right, it)}"
        case n.Between():
            ends = f"{measure(node.low, it)} and {measure(node.high, it)}"
            return f"{measure(node.value, it)} is between {ends}"
        case n.Changes():
            way = "risen" if node.up else "dropped"
            return f"{measure(node.value, it)} has {way} by {amount(node.by)} against {amount(node.over)} before"
        case n.Call():
            return show(node)


def _name(thing: n.Name, it: str) -> str:
    return it if thing.text == "it" else thing.text


def said(node: n.Apply, it: str) -> str:
    """A word said of a thing."""
    thing, word = _name(node.thing, it), node.word.text
    if word in ("in", "outside"):
        return f"{thing} is {word} zone {node.names[0].text}"
    if word == "against":
        return f"{thing} goes against the flow in zone {node.names[0].text}"
    if node.others:
        return f"{thing} is within {amount(node.values[0])} of {_name(node.others[0], it)}"
    return f"{thing} {show(node).partition(' ')[2]}"


def group(node: n.Group, it: str) -> str:
    """`person in zone hall within 2 m of b`."""
    parts = [classes(node.classes), *(show(f).partition(" ")[2] for f in node.filters)]
    parts += [f"within {amount(near.reach)} of {_name(near.thing, it)}" for near in node.near]
    parts += [f"other than {_name(name, it)}" for name in node.other]
    parts += [f"of which is true: {_inline(node.where, 'it')}"] if node.where else []
    return " ".join(parts)


def _count(node: n.Count, it: str) -> str:
    who = group(node.group, it)
    number = node.number.number if isinstance(node.number, n.Quantity) else ""
    if (node.op, number) in ((">=", "1"), (">", "0")):
        return f"there is a {who}"
    if (node.op, number) in (("<", "1"), ("<=", "0"), ("=", "0")):
        return f"there is no {who}"
    return f"the number of {who} is {OPS[node.op]} {amount(node.number)}"


def measure(node: n.Measure, it: str) -> str:
    """A quantity, named."""
    match node:
        case n.Quantity() | n.Param():
            return amount(node)
        case n.Attribute():
            return f"the {node.name.text.replace('_', ' ')} of {_name(node.thing, it)}"
        case n.Of():
            text = show(node)
            return f"the number of {text}" if node.word.text == "distinct" else f"the {text}"
        case _:
            return f"the {show(node)}"
