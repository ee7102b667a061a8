"""What can be read and run, and is likely not what was meant: never true, always true, too short, anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from watchword.lang import nodes as n
from watchword.lang.build import FLIPPED
from watchword.lang.findings import Finding, finding
from watchword.lang.refs import walk
from watchword.lang.rewrite import ns
from watchword.lang.show import show
from watchword.text import Source, Span
from watchword.units import KINDS, SECOND, TIME, value
from watchword.words import ATTRIBUTES, WORDS

SHORTEST = SECOND // 5
"""Two frames of a camera at 10 a second, ns."""
SIGNED = frozenset({"flow", "divergence"})
"""Quantities that may be under zero."""
MOST = {"share": 1, "occupied": 1, "alignment": 1, "score": 1, "heading": 360}
"""What some quantities are never over, in the base unit of their kind."""


def doubts(node: n.RuleDef | n.DefineDef, source: Source) -> list[Finding]:
    """Warnings about the conditions of a rule or a named condition; parameters are put in before."""
    found: list[Finding] = []
    for part in walk(node):
        match part:
            case n.For():
                found += _mixed(part, source)
                found += _short(part.duration, f"for {show(part.duration)}", source)
            case n.Held():
                written = source.text[part.span.start : part.span.end]
                found += _short(part.duration, " ".join(written.split()), source)
            case n.Step():
                found += _longer(part.body, part.bound, "within" if part.kind == "within" else "for", source)
            case n.OfCondition():
                found += _longer(part.body, part.over, "over", source)
            case n.And() | n.Or():
                found += _opposites(part, source)
                found += _bounds(part, source)
            case n.Count():
                found += _limit("a count", (0, None), part.op, part.number, part.span, source)
            case n.Compare():
                found += _compared(part, source)
            case n.Between():
                found += _between(part, source)
    return [*found, *_anywhere(node, source)]


# ---- how long


def _short(duration: n.Amount, shown: str, source: Source) -> Iterator[Finding]:
    if isinstance(duration, n.Quantity) and duration.unit in TIME and 0 < ns(duration) < SHORTEST:
        hint = "write 200ms or more, or leave it out"
        yield finding("W207", source, duration.span, what=f"`{shown}`", hint=hint)


def _longer(body: n.Expr, bound: n.Amount, word: str, source: Source) -> Iterator[Finding]:
    if not isinstance(bound, n.Quantity) or bound.unit not in TIME:
        return
    for inner in _joined(body):
        long = inner.duration if isinstance(inner, n.For) else None
        if isinstance(long, n.Quantity) and long.unit in TIME and ns(long) > ns(bound):
            shown = f"for {show(long)}"
            hint = "make the bound longer, or the `for` shorter"
            yield finding("W212", source, long.span, got=shown, bound=f"{word} {show(bound)}", hint=hint)


def _joined(node: n.Expr) -> Iterator[n.Expr]:
    """A condition and those it is joined of by `and`, `or`, `not`."""
    yield node
    match node:
        case n.And() | n.Or():
            for part in node.parts:
                yield from _joined(part)
        case n.Not():
            yield from _joined(node.body)


# ---- and, or


def _mixed(node: n.For, source: Source) -> Iterator[Finding]:
    ors = [part for part in _joined(node.body) if isinstance(part, n.Or)]
    if any(isinstance(part, n.And) and not _in_brackets(part, source) for one in ors for part in one.parts):
        yield finding("W201", source, node.span, hint="put brackets around what belongs together")


def _in_brackets(node: n.Expr, source: Source) -> bool:
    before, after = source.text[: node.span.start].rstrip(), source.text[node.span.end :].lstrip()
    return before.endswith("(") and after.startswith(")")


def _opposites(node: n.And | n.Or, source: Source) -> Iterator[Finding]:
    for part in node.parts:
        if isinstance(part, n.Not) and part.body in node.parts:
            never = isinstance(node, n.And)
            why = f"`{show(part.body)}` and its opposite {'never hold together' if never else 'leave nothing out'}"
            yield finding("W205" if never else "W206", source, part.span, why=why, hint="leave one of the two out")
            return


def _bounds(node: n.And | n.Or, source: Source) -> Iterator[Finding]:
    """Two bounds of one quantity that leave nothing, or leave nothing out."""
    low: dict[object, tuple[Fraction, bool, str]] = {}
    high: dict[object, tuple[Fraction, bool, str]] = {}
    for part in node.parts:
        if not isinstance(part, n.Count | n.Compare):
            continue
        left = part.group if isinstance(part, n.Count) else part.left
        right = part.number if isinstance(part, n.Count) else part.right
        if not isinstance(right, n.Quantity):
            continue
        key, number = (left, KINDS[right.unit]), value(right.number, right.unit)
        if part.op in (">", ">="):
            low[key] = (number, part.op == ">=", show(right))
        elif part.op in ("<", "<="):
            high[key] = (number, part.op == "<=", show(right))
        if key not in low or key not in high:
            continue
        (a, with_a, over), (b, with_b, under) = low[key], high[key]
        if isinstance(node, n.And) and (a > b or (a == b and not (with_a and with_b))):
            why = f"nothing is over {over} and under {under}"
            yield finding("W205", source, part.span, why=why, hint="turn the signs round, or write `or`")
            return
        if isinstance(node, n.Or) and (a < b or (a == b and (with_a or with_b))):
            why = f"whatever it is, it is over {over} or under {under}"
            yield finding("W206", source, part.span, why=why, hint="turn the signs round, or write `and`")
            return


# ---- what a quantity can be


def _compared(node: n.Compare, source: Source) -> Iterator[Finding]:
    left, op, right = node.left, node.op, node.right
    if isinstance(left, n.Quantity):
        left, op, right = right, FLIPPED[op], left
    yield from _limit(f"`{show(left)}`", _range(left), op, right, node.span, source)


def _range(node: n.Measure) -> tuple[int | None, int | None]:
    """The least and the most that a quantity can be; None where that is not known."""
    match node:
        case n.Attribute():
            word = node.name.text if node.name.text in ATTRIBUTES else ""
        case n.Of():
            word = node.attribute.text if node.attribute is not None else node.word.text
            word = word if word in WORDS and node.word.text != "total" else ""
        case n.OfCondition() | n.Call():
            word = (node.word if isinstance(node, n.OfCondition) else node.name).text
            word = word if word in WORDS else ""
        case n.OfZone():
            word = node.words[0].text
        case _:
            word = ""
    return (None if not word or word in SIGNED else 0), MOST.get(word)


def _limit(
    what: str, span: tuple[int | None, int | None], op: n.Op, right: n.Measure, at: Span, source: Source
) -> Iterator[Finding]:
    """A comparison that every value of a quantity meets, or none."""
    if not isinstance(right, n.Quantity):
        return
    number, (least, most) = value(right.number, right.unit), span
    if least is not None and (number < least or (number == least and op in (">=", "<"))):
        always, why = op in (">", ">=", "!="), f"{what} is never under 0"
        hint = "did you mean `> 0`?" if number == least else ""
    elif most is not None and (number > most or (number == most and op in (">", "<="))):
        always, why = op in ("<", "<=", "!="), f"{what} is never over {_most(most, right.unit)}"
        hint = ""
    else:
        return
    yield finding("W206" if always else "W205", source, at, why=why, hint=hint)


def _most(most: int, unit: str) -> str:
    return "100%" if unit == "%" else f"{most}{unit}"


def _between(node: n.Between, source: Source) -> Iterator[Finding]:
    low, high = node.low, node.high
    if not isinstance(low, n.Quantity) or not isinstance(high, n.Quantity) or KINDS[low.unit] != KINDS[high.unit]:
        return
    if value(low.number, low.unit) > value(high.number, high.unit):
        why = f"nothing is between {show(low)} and {show(high)}"
        yield finding("W205", source, low.span.to(high.span), why=why, hint="turn the two round")


# ---- who


def _anywhere(node: n.RuleDef | n.DefineDef, source: Source) -> Iterator[Finding]:
    """A second thing that is said to be another than the first, or is compared with it, wherever it may be."""
    bound = _bound(node)
    for group in (part for part in walk(node) if isinstance(part, n.Group)):
        inside = list(walk(group.where)) if group.where is not None else []
        related = {name.text for name in group.other} | (set(_things(inside)) & bound)
        near = group.near or any(isinstance(p, n.Apply) and p.others for p in inside)
        near = near or any(isinstance(p, n.Call) and p.name.text == "distance" for p in inside)
        if related and not near and not any(f.names for f in group.filters):
            first = min(related)
            yield finding("W213", source, group.span, name=show(group), hint=f"say how near: `within 5m of {first}`")


def _bound(node: n.RuleDef | n.DefineDef) -> set[str]:
    if isinstance(node, n.DefineDef):
        return {p.text for p in node.parameters}
    clauses = node.body if isinstance(node.body, tuple) else ()
    return {c.name.text for c in clauses if isinstance(c, n.Each | n.Using)}


def _things(parts: Iterable[object]) -> Iterator[str]:
    for part in parts:
        match part:
            case n.Attribute() | n.Apply():
                yield part.thing.text
            case n.Call():
                yield from (a.text for a in part.args if isinstance(a, n.Name))
