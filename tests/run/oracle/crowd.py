"""Groups: who is in them, surely or perhaps, and what is measured of them."""

from __future__ import annotations

from itertools import product
from math import cos, radians
from typing import TYPE_CHECKING, Any

from oracle import ground as g
from oracle.film import FALSE, TRUE, UNKNOWN, Thing, UndecidedError
from watchword.lang import nodes as n

if TYPE_CHECKING:
    from oracle.asks import Asks


def there(asks: Asks, thing: Thing, look: int) -> tuple[Any, Any]:
    """Whether a thing is to be counted at all at a look, as is known then: seen, held over, unsure, or out."""
    last = thing.last(look)
    if last is None:
        return FALSE, FALSE
    if last == look:
        return TRUE, TRUE
    if thing.end(look)[0] == "over":
        return FALSE, FALSE
    if any(asks.times[k] - asks.times[last] > asks.limits[k] for k in range(last, look + 1)):
        return FALSE, FALSE
    return (TRUE if thing.told_end(look) is None else UNKNOWN), UNKNOWN


def dated(asks: Asks, node: Any, env: dict[str, Thing], look: int) -> int | None:
    """When a number changed before the look that tells it: one of the group had ended, and nothing else changed."""
    if env:
        return None
    if isinstance(node, n.Count):
        return left(asks, node.group, look)
    if not isinstance(node, n.Compare):
        return None
    dates = []
    for side in (node.left, node.right):
        if isinstance(side, n.Of) and side.word.text == "count" and (date := left(asks, side.group, look)) is not None:
            dates.append(date)
        elif isinstance(side, n.Quantity):
            continue
        elif (
            asks.quantity(side, env, look, look)[0] != asks.quantity(side, env, look - 1, look - 1)[0]
            or asks.dark[look]
        ):
            return None
    return max(dates, default=None)


def left(asks: Asks, group: n.Group, look: int) -> int | None:
    """The end of the last of those who go out of a group at a look, where nobody else has come or gone since."""
    ends = []
    for thing, held in standing(asks, group, look).items():
        ended = thing.told_end(look)
        if held is FALSE and ended is not None and standing(asks, group, look - 1).get(thing, FALSE) is not FALSE:
            ends.append(ended)
    for k in range(1, look + 1):
        now, before = standing(asks, group, k), standing(asks, group, k - 1)
        if asks.dark[k] or any(now[t] is not before.get(t, FALSE) for t in now if t.told_end(k) is None):
            ends = [end for end in ends if asks.times[k] <= end]
    return max(ends, default=None)


def standing(asks: Asks, group: n.Group, look: int) -> dict[Thing, Any]:
    """Of each thing met so far whether it is in a group at a look."""
    key = ("standing", group, look)
    if key not in asks.memo:
        found = {t: FALSE for t in asks.stretch.things if t.last(look) is not None}
        asks.memo[key] = found | {t: held for t, held, _ in members(asks, group, {}, look, look)}
    return asks.memo[key]


def members(asks: Asks, group: n.Group, env: dict[str, Thing], look: int, known: int) -> list[tuple[Thing, Any, Any]]:
    """(thing, held, fresh) of each that may be in a group at a look."""
    from oracle.asks import every, number

    labels = asks.labels(group.classes)
    others = {id(env[near.thing.text]) for near in group.near} | {id(env[name.text]) for name in group.other}
    found = []
    for thing in asks.stretch.things:
        held, fresh = there(asks, thing, look)
        if held is FALSE or id(thing) in others or thing.sights[thing.last(look)].label not in labels:
            continue
        its = {**env, "it": thing}
        asks.later = known
        parts = [asks.at(part, its, look, look) for part in [*group.filters, *([group.where] if group.where else [])]]
        asks.later = None
        for near in group.near:
            apart = asks.apart(thing, env[near.thing.text], look, look)
            parts.append(tuple(None if d is None else d <= number(near.reach) for d in apart))
        unsure = held is UNKNOWN
        held = every([held, *(p[0] for p in parts)])
        # What its tracker ended is not held over: it was there, or it was not.
        hidden = fresh is UNKNOWN
        refs = all(look in env[near.thing.text].sights for near in group.near)
        fresh = held if unsure or (hidden and held is FALSE and refs) else every([fresh, *(p[1] for p in parts)])
        fresh = UNKNOWN if hidden and not unsure and not (held is FALSE and refs) else fresh
        found.append((thing, held, fresh))
    return found


def near(group: n.Group, env: dict[str, Thing]) -> list[Thing]:
    return [env[one.thing.text] for one in group.near]


def counted(asks: Asks, group: n.Group, env: dict[str, Thing], look: int, known: int) -> list[tuple[float, float]]:
    if any(look not in thing.sights and asks.hole(thing, look, known) for thing in near(group, env)):
        return [UNKNOWN, UNKNOWN]  # who is near a thing that is in a hole
    if any(look not in thing.sights for thing in near(group, env)):
        who = members(asks, group, env, look, known)
        sure = sum(m[1] is TRUE for m in who)
        return [(sure, sure + sum(m[1] is UNKNOWN for m in who)), UNKNOWN]
    who = members(asks, group, env, look, known)
    found = []
    for values in ([m[1] for m in who], [m[2] for m in who]):
        sure = sum(v is TRUE for v in values)
        found.append((sure, sure + sum(v is UNKNOWN for v in values)))
    return found


def quantity(asks: Asks, node: n.Of | n.OfZone, env: dict[str, Thing], look: int, known: int) -> tuple[Any, Any]:
    from oracle import spells

    if isinstance(node, n.OfZone):
        raise UndecidedError("the oracle does not measure areas")
    match node.word.text:
        case "count":
            return tuple(counted(asks, node.group, env, look, known))
        case "distinct":
            return (spells.distinct(asks, node, env, look),) * 2
        case "flow":
            return (spells.flow(asks, node, env, look),) * 2
        case "average" | "total" | "max" | "min":
            return tuple(
                of_attribute(asks, node, [(m[0], m[1 + k]) for m in members(asks, node.group, env, look, look)], look)
                for k in (0, 1)
            )
        case "spread" | "alignment" | "divergence":
            who = members(asks, node.group, env, look, look)
            held = shape(node.word.text, [m[0] for m in who if m[1] is TRUE], look)
            hidden = any(m[1] is not m[2] for m in who)
            return held, None if hidden else held
    raise UndecidedError(f"the oracle does not know {node.word.text}")


def of_attribute(asks: Asks, node: n.Of, who: list[tuple[Thing, Any]], look: int):
    """The least and the greatest that any choice of the unsure gives."""
    from oracle.asks import attribute_of

    known = []
    for thing, member in who:
        if member is FALSE:
            continue
        x = (
            asks.attribute(thing, "seen_for", look, look)[0]
            if node.attribute.text == "seen_for"
            else attribute_of(thing, thing.last(look), node.attribute.text)
        )
        if x is not None:
            known.append((x, member))
    sure = [x for x, member in known if member is TRUE]
    unsure = [x for x, member in known if member is UNKNOWN]
    if node.word.text == "total" and not known:  # of nobody it is nothing; of some of whom nothing is known it is not
        return (0.0, 0.0) if all(member is FALSE for _, member in who) else None
    found = []
    for choice in product((0, 1), repeat=len(unsure)):
        chosen = sure + [x for x, c in zip(unsure, choice, strict=True) if c]
        if not chosen:
            if node.word.text == "total":
                found.append(0.0)
                continue
            return None
        match node.word.text:
            case "average":
                found.append(sum(chosen) / len(chosen))
            case "total":
                found.append(sum(chosen))
            case "max":
                found.append(max(chosen))
            case "min":
                found.append(min(chosen))
    return min(found), max(found)


def shape(word: str, who: list[Thing], look: int):
    places = [t.sights[t.last(look)].place for t in who]
    ways = [t.slope[t.last(look)] if t.still[t.last(look)] is FALSE else None for t in who]
    middle = tuple(sum(p[k] for p in places) / len(places) for k in (0, 1)) if places else (0, 0)
    going = [(p, (w[0] / g.length(w), w[1] / g.length(w))) for p, w in zip(places, ways, strict=True) if w and any(w)]
    match word:
        case "spread":
            x = sum(g.dist(p, middle) for p in places) / len(places) if len(places) > 1 else None
        case "alignment":
            x = (
                g.length((sum(w[0] for _, w in going) / len(going), sum(w[1] for _, w in going) / len(going)))
                if going
                else None
            )
        case _:
            if len(places) < 2 or not going:
                return None
            turns = []
            for p, w in going:
                out = (p[0] - middle[0], p[1] - middle[1])
                if g.length(out) < 1e-9:
                    continue  # from the middle there is no way to who is in it
                turns.append(cos(radians(g.between(w, out))))
            x = sum(turns) / len(turns) if turns else None
    return None if x is None else (x, x)
