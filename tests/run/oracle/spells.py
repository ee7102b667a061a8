"""Quantities over a time: dwell, share, rate, flow, distinct, and how a quantity has changed."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from oracle import ground as g
from oracle.film import FALSE, TRUE, UNKNOWN, S, Thing
from watchword.lang import nodes as n

if TYPE_CHECKING:
    from oracle.asks import Asks


def dwell(asks: Asks, thing: Thing, zone: n.Name, look: int, known: int) -> tuple[Any, Any]:
    """Seconds inside during this visit; it stands still outside and in gaps, and is 0 after 5 s outside."""

    def at(sight: int) -> float:
        total, left, before = 0, None, None
        for s in (x for x in next(life for life in thing.lives(sight) if sight in life) if x <= sight):
            now = asks.times[s]
            if g.inside(asks.zone(zone), thing.sights[s].place):
                if left is not None and now - left > 5 * S:
                    total = 0
                if before is not None and now - asks.times[before] <= asks.limits[s]:
                    total += now - asks.times[before]
                left, before = None, s
            else:
                left, before = now if left is None else left, None
                if now - left > 5 * S:
                    total = 0
        return total / S

    return asks.of_sight(thing, look, known, at)


def watched(asks: Asks, env: dict[str, Thing], span: int, look: int) -> bool:
    """Whether a window was wholly watched: it has passed since the first look, and no hole is in it."""
    first = asks.first(env, look)
    start = asks.times[look] - span
    if start < asks.times[first]:
        return False
    if any(asks.dark[k] and asks.times[k] > start for k in range(first + 1, look + 1)):
        return False
    # A thing is not watched in its holes.
    return not any(
        asks.times[k] - asks.times[thing.last(k - 1)] > asks.limits[k] and asks.times[k] > start
        for thing in env.values()
        for k in range(first + 1, look + 1)
    )


def share(asks: Asks, node: n.OfCondition, env: dict[str, Thing], look: int) -> float | None:
    from oracle.asks import ns

    span, first = ns(node.over), asks.first(env, look)
    now = asks.times[look]
    if now - asks.times[first] < span:
        return None
    true = seen = 0
    for k in range(first, look):
        held = asks.at(node.body, env, k, k)[0]
        until = min(asks.times[k + 1], asks.times[k] + asks.limits[k + 1])
        part = max(0, until - max(asks.times[k], now - span))
        if held is not UNKNOWN:
            seen += part
            true += part if held else 0
    return None if 2 * seen < span else true / seen


def rate(asks: Asks, node: n.OfCondition, env: dict[str, Thing], look: int):
    from oracle.asks import ns
    from oracle.moments import moments

    span = ns(node.over)
    now = asks.times[look]
    start = max(now - span, asks.times[asks.first(env, look)] - 1)
    many = sum(start < time <= now for time, decided in moments(asks, node.body, env, look) if decided <= look)
    return many * S / span, many * S / span if watched(asks, env, span, look) else inf


def flow(asks: Asks, node: n.Of, env: dict[str, Thing], look: int):
    from oracle.asks import ns
    from oracle.moments import crossings

    span, now = ns(node.over), asks.times[look]
    ways = []
    for thing in asks.stretch.things:
        if thing.first <= look:
            for time, decided, way in crossings(asks, thing, asks.line(node.line), look):
                if thing.sights[thing.last(decided)].label in asks.labels(node.group.classes):
                    inside = [asks.at(p, {**env, "it": thing}, decided, decided)[0] for p in wheres(node.group)]
                    if all(inside) and now - span < time <= now:
                        ways.append(way)
    sure = watched(asks, env, span, look)
    if node.way is None or node.way.kind == "either":
        return (ways.count("in") - ways.count("out"),) * 2 if sure else None
    wanted = wanted_way(asks, node.line, node.way)
    many = ways.count(wanted)
    return many, many if sure else inf


def wheres(group: n.Group) -> list[n.Expr]:
    return [*group.filters, *([group.where] if group.where else [])]


def wanted_way(asks: Asks, line: n.Name, way: n.Way | None) -> str | None:
    if way is None or way.kind == "either":
        return None
    if way.kind == "to":
        return "in" if asks.line(line).sides[1].text == way.side.text else "out"
    return "in" if way.kind == "inward" else "out"


def distinct(asks: Asks, node: n.Of, env: dict[str, Thing], look: int):
    from oracle import crowd
    from oracle.asks import ns

    span, now = ns(node.over), asks.times[look]
    who = set()
    for k in range(look + 1):
        if now - span < asks.times[k]:
            who |= {id(t) for t, held, _ in crowd.members(asks, node.group, env, k, k) if held is TRUE}
    return len(who), len(who) if watched(asks, env, span, look) else inf


def changes(asks: Asks, node: n.Changes, env: dict[str, Thing], look: int) -> tuple[Any, Any]:
    """Against the value at the last look at or before now - D; unknown where that lies in a hole."""
    from oracle.asks import ns, number

    then = asks.times[look] - ns(node.over)
    before = [k for k in range(asks.first(env, look), look + 1) if asks.times[k] <= then]
    if not before or asks.dark[before[-1] + 1] if before and before[-1] < look else not before:
        return UNKNOWN, UNKNOWN
    old = asks.quantity(node.value, env, before[-1], before[-1])[0]
    found = []
    for new in asks.quantity(node.value, env, look, look):
        if new is None or old is None:
            found.append(UNKNOWN)
            continue
        truths = set()
        for x in new:
            for y in old:
                by = number(node.by) * (max(y, 5) if node.by.unit == "%" else 1)
                truths.add((x - y if node.up else y - x) >= by)
        found.append(truths.pop() if len(truths) == 1 else UNKNOWN)
    return tuple(found)


__all__ = ["FALSE", "changes", "distinct", "dwell", "flow", "rate", "share"]
