"""States and quantities at each look, as they are known at a later one.

A value is (held, fresh): with what was held over, and by what was seen alone. States are True, False or None (unknown);
quantities are (low, high) or None.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import attrs

from oracle import crowd, spells
from oracle import ground as g
from oracle.film import FALSE, TRUE, UNKNOWN, S, Stretch, Thing, UndecidedError
from watchword.lang import nodes as n
from watchword.units import nanoseconds, value

OPS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


def opposite(truth):
    return UNKNOWN if truth is UNKNOWN else not truth


def every(truths):
    truths = list(truths)
    return FALSE if FALSE in truths else UNKNOWN if UNKNOWN in truths else TRUE


def some(truths):
    return opposite(every(map(opposite, truths)))


def ns(amount: n.Amount) -> int:
    return nanoseconds(amount.number, amount.unit)


def number(amount: n.Amount) -> float:
    return float(value(amount.number, amount.unit))


@attrs.frozen
class Row:
    """The value at a look, or of the dark before one (look None)."""

    look: int | None
    held: object
    fresh: object
    dark: bool = False
    """Whether it lies in a hole: of the camera, or of the thing that the rule binds."""
    time: int | None = None
    """When what is held began, where it began between two looks."""
    waits: bool = False
    """Whether `grace` waits for what is seen to last."""


NOT_THERE = (UNKNOWN, UNKNOWN)


class Asks:
    """What one rule asks of one stretch."""

    def __init__(self, stretch: Stretch, rules: Any, rule: n.Rule, schedule=None) -> None:
        self.stretch, self.rules, self.rule = stretch, rules, rule
        self.times = stretch.times
        self.limits = stretch.limit(rule.gap_after or 2 * S)
        self.dark = [k > 0 and self.times[k] - self.times[k - 1] > self.limits[k] for k in range(len(self.times))]
        self.gap = rule.gap or ("reset" if absent(rule.when) else "freeze")
        self._rows: dict[Any, list[Row]] = {}
        self.memo: dict[Any, Any] = {}
        self.later: int | None = None
        """Where a group is asked of a look as it was known then: the look by which a `grace` may have borne it out."""

    # ---- names

    def zone(self, name: n.Name) -> tuple[g.Point, ...]:
        return self.rules.names.get("zone")[name.text].item.points

    def flow(self, name: n.Name) -> g.Point:
        (a, b) = self.rules.names.get("zone")[name.text].item.flow
        return b[0] - a[0], b[1] - a[1]

    def line(self, name: n.Name) -> n.LineDef:
        return self.rules.names.get("line")[name.text].item

    def labels(self, names: tuple[n.Name, ...]) -> frozenset[str]:
        return self.rules.labels(names)

    def people(self) -> list[Thing]:
        return [t for t in self.stretch.things if any(s.label in self.rules.people for s in t.sights.values())]

    # ---- what was known of a thing

    def hole(self, thing: Thing, look: int, known: int) -> bool:
        """Whether a look lies in a hole of the thing's, as is known at a later look."""
        last = thing.last(look)
        again = min((s for s in thing.sights if look < s <= known), default=known)
        return any(self.times[k] - self.times[last] > self.limits[k] for k in range(last + 1, again + 1))

    def of_sight(self, thing: Thing, look: int, known: int, ask: Callable[[int], Any]) -> tuple[Any, Any]:
        """What is asked of a sight: held over until it proves to be a hole."""
        last = thing.last(look)
        if last is None:
            return NOT_THERE
        if last == look:
            return ask(last), ask(last)
        return (UNKNOWN if self.hole(thing, look, known) else ask(last)), UNKNOWN

    def place(self, thing: Thing, look: int, known: int) -> tuple[Any, Any]:
        if thing.end(look)[0] in ("over", "gone"):
            return NOT_THERE
        return self.of_sight(thing, look, known, lambda s: thing.sights[s].place)

    def apart(self, one: Thing, other: Thing, look: int, known: int) -> tuple[Any, Any]:
        pairs = zip(self.place(one, look, known), self.place(other, look, known), strict=True)
        return tuple(None if p is None or q is None else g.dist(p, q) for p, q in pairs)

    # ---- states

    def rows(self, node: n.Expr, env: dict[str, Thing], known: int) -> list[Row]:
        about = {name: thing for name, thing in env.items() if name in spoken_of(node)}
        key = (node, tuple((k, t.key, t.first) for k, t in sorted(about.items())), known)
        if key not in self._rows:
            self._rows[key] = self._work_out(node, about, known)
        # What does not speak of a thing was so before the thing was there.
        first = self.first(env, known)
        rows = self._rows[key]
        start = next((k for k, row in enumerate(rows) if row.look == first), len(rows))
        self.whole(rows[start:], env, known)
        return [attrs.evolve(rows[start], time=None), *rows[start + 1 :]]

    def whole(self, rows: list[Row], env: dict[str, Thing], known: int) -> None:
        """Refuse what the prose leaves open: another part told the condition while a hole was not known to be one."""
        held = {row.look: row for row in rows if row.look is not None}
        for thing in env.values():
            for look, row in held.items():
                if look in thing.sights or row.held is not UNKNOWN or not self.hole(thing, look, known):
                    continue
                for later in range(look + 1, known + 1):
                    if later in thing.sights:
                        break
                    if held[later].fresh is not UNKNOWN and not self.hole(thing, look, later):
                        raise UndecidedError("a hole that was not known yet when another part told the condition")

    def first(self, env: dict[str, Thing], known: int) -> int:
        """The first look of the present lives of these things."""
        return max((t.lives(known)[-1][0] for t in env.values()), default=0)

    def _work_out(self, node: n.Expr, env: dict[str, Thing], known: int) -> list[Row]:
        match node:
            case n.For():
                return self._held_long(node, env, known)
            case n.Not():
                rows = self.rows(node.body, env, known)
                return [turned(r) for r in rows]
            case n.And() | n.Or():
                join = every if isinstance(node, n.And) else some
                parts = list(zip(*(self.rows(p, env, known) for p in node.parts), strict=True))
                before = [None, *parts]
                return [self.joined(r, b, join) for r, b in zip(parts, before, strict=False)]
        rows = []
        first = max((t.first for t in env.values()), default=0)
        for look in range(first, known + 1):
            if self.dark[look] and look > first:
                rows.append(Row(None, UNKNOWN, UNKNOWN, True))
            dark = any(self.hole(thing, look, known) for thing in env.values() if look not in thing.sights)
            value = self.at(node, env, look, known)
            changed = look > first and value[0] is not rows[-1].held
            time = crowd.dated(self, node, env, look) if changed else None
            rows.append(Row(look, *value, dark, time))
        return rows

    def at(self, node: n.Expr, env: dict[str, Thing], look: int, known: int) -> tuple[Any, Any]:
        match node:
            case n.Apply():
                return self.apply(node, env, look, known)
            case n.Count():
                counts = crowd.counted(self, node.group, env, look, known)
                limit = number(node.number)
                return tuple(compared(c, node.op, (limit, limit)) for c in counts)
            case n.Compare():
                left = self.quantity(node.left, env, look, known)
                right = self.quantity(node.right, env, look, known)
                return tuple(compared(x, node.op, y) for x, y in zip(left, right, strict=True))
            case n.Changes():
                return spells.changes(self, node, env, look)
            case n.Signal():
                return (self.signal(node, look),) * 2
            case n.For() | n.Not() | n.And() | n.Or():
                found = [r for r in self.rows(node, env, known) if r.look == look]
                return (found[0].held, found[0].fresh) if found else NOT_THERE
        raise UndecidedError(f"the oracle does not know {type(node).__name__}")

    def signal(self, node: n.Signal, look: int):
        name = node.name.text + (f"@{node.at.text}" if node.at else "")
        heard = [*self.stretch.heard, *(one for k in range(look + 1) for one in self.stretch.looks[k].signals)]
        told = [(time, value) for what, time, value in heard if what == name and time <= self.times[look]]
        return max(told, key=lambda one: one[0])[1] if told else UNKNOWN

    def apply(self, node: n.Apply, env: dict[str, Thing], look: int, known: int) -> tuple[Any, Any]:
        thing = env[node.thing.text]

        def of_sight(ask: Callable[[int], Any]) -> tuple[Any, Any]:
            return self.of_sight(thing, look, known, ask)

        match node.word.text:
            case "in" | "outside":
                later = known if self.later is None else self.later
                held, fresh = of_sight(lambda s: self.inside(thing, node.names[0], s, later))
                if fresh is not UNKNOWN and fresh is not g.inside(self.zone(node.names[0]), thing.sights[look].place):
                    fresh = UNKNOWN  # `grace` waits for what is seen to last
                return (held, fresh) if node.word.text == "in" else (opposite(held), opposite(fresh))
            case "visible":
                return look in thing.sights, look in thing.sights
            case "still":
                return of_sight(lambda s: thing.still[s])
            case "moving":
                return of_sight(lambda s: opposite(thing.still[s]))
            case "against":
                return of_sight(lambda s: self._against(node, thing, s))
            case "moves":
                return of_sight(lambda s: self._toward(node, thing, s))
            case "lying":
                return of_sight(lambda s: lying(thing, s))
            case "standing":
                return of_sight(lambda s: standing(thing, s))
            case "within":
                reach = number(node.values[0])
                gaps = self.apart(thing, env[node.others[0].text], look, known)
                return tuple(None if d is None else d <= reach for d in gaps)
            case "alone":
                return self._alone(thing, look, known)
            case "unattended":
                from oracle.owner import unattended

                return unattended(self, node, thing, look, known)
        raise UndecidedError(f"the oracle does not know `{node.word.text}`")

    def inside(self, thing: Thing, zone: n.Name, sight: int, known: int) -> bool:
        """Whether it is in a zone; with `grace`, once a look that long after the change has seen it still so."""
        sights = next(life for life in thing.lives(known) if sight in life)
        where = {s: g.inside(self.zone(zone), thing.sights[s].place) for s in sights}
        stable = where[sights[0]]
        for k, s in enumerate(sights):
            if s > sight:
                break
            if where[s] is not stable:
                run = list(takewhile(lambda x, was=stable: where[x] is not was, sights[k:]))
                if self.times[run[-1]] - self.times[s] >= self.rule.grace:
                    stable = where[s]
        return stable

    def _against(self, node: n.Apply, thing: Thing, sight: int):
        if not g.inside(self.zone(node.names[0]), thing.sights[sight].place):
            return FALSE
        if thing.still[sight] is not FALSE:
            return FALSE if thing.still[sight] else UNKNOWN
        return g.between(thing.slope[sight], self.flow(node.names[0])) > 120

    def _toward(self, node: n.Apply, thing: Thing, sight: int):
        if node.names and g.inside(self.zone(node.names[0]), thing.sights[sight].place):
            return FALSE
        if thing.still[sight] is not FALSE:
            return FALSE if thing.still[sight] else UNKNOWN
        here = thing.sights[sight].place
        if node.names:
            goal = g.nearest(self.zone(node.names[0]), here)
            way = (goal[0] - here[0], goal[1] - here[1])
            return g.between(thing.slope[sight], way) <= 45
        turn = abs(g.heading(thing.slope[sight]) - number(node.values[0])) % 360
        return min(turn, 360 - turn) <= 45

    def _alone(self, thing: Thing, look: int, known: int) -> tuple[Any, Any]:
        held, fresh = [], []
        for other in self.people():
            if other is thing or other.last(look) is None:
                continue
            member = crowd.there(self, other, look)
            last = thing.last(look)
            reach = 3 * thing.sights[last].height
            near = g.dist(thing.sights[last].place, other.sights[other.last(look)].place) <= reach
            held.append(every([member[0], near]))
            fresh.append(every([member[1], near]))
        mine = self.of_sight(thing, look, known, lambda _: TRUE)
        values = opposite(some(held)), opposite(some(fresh))
        return tuple(UNKNOWN if m is UNKNOWN else v for m, v in zip(mine, values, strict=True))

    # ---- quantities

    def quantity(self, node: n.Measure, env: dict[str, Thing], look: int, known: int) -> tuple[Any, Any]:
        match node:
            case n.Quantity():
                return ((number(node), number(node)),) * 2
            case n.Attribute():
                return tuple(map(exact, self.attribute(env[node.thing.text], node.name.text, look, known)))
            case n.Call() if node.name.text == "distance":
                one, other = (env[a.text] for a in node.args)
                return tuple(map(exact, self.apart(one, other, look, known)))
            case n.Of() if node.word.text == "dwell":
                thing = env[node.group.classes[0].text]
                return tuple(map(exact, spells.dwell(self, thing, node.group.filters[0].names[0], look, known)))
            case n.OfCondition() if node.word.text == "share":
                return self.as_seen(env, look, known, exact(spells.share(self, node, env, look)))
            case n.OfCondition() if node.word.text == "rate":
                return self.as_seen(env, look, known, spells.rate(self, node, env, look))
            case n.Of() | n.OfZone():
                return crowd.quantity(self, node, env, look, known)
        raise UndecidedError(f"the oracle does not know {type(node).__name__}")

    def as_seen(self, env: dict[str, Thing], look: int, known: int, found: Any) -> tuple[Any, Any]:
        """What is measured over a time about a thing: unknown in its holes, and held over while it is unseen."""
        if any(self.hole(thing, look, known) for thing in env.values() if look not in thing.sights):
            return UNKNOWN, UNKNOWN
        return found, found if all(look in thing.sights for thing in env.values()) else UNKNOWN

    def attribute(self, thing: Thing, name: str, look: int, known: int) -> tuple[Any, Any]:
        if name == "seen_for":
            held = (self.times[look] - self.times[thing.first]) / S
            return held, held
        return self.of_sight(thing, look, known, lambda s: attribute_of(thing, s, name))

    # ---- time

    def _held_long(self, node: n.For, env: dict[str, Thing], known: int) -> list[Row]:
        rows = holes(self.rows(node.body, env, known))
        found = []
        for k, row in enumerate(rows):
            held, fresh, time = row.held, row.fresh, row.time
            if held is TRUE:
                since, _ = self.clock(rows[: k + 1])
                due = since + ns(node.duration)
                held = self.times[row.look] >= due
                fresh = UNKNOWN if fresh is UNKNOWN else held
                before = next((r.held for r in reversed(found) if r.held is not UNKNOWN), FALSE)
                time = due if held and before is FALSE else None
            found.append(Row(row.look, held, fresh, row.dark, time))
        return found

    def joined(self, parts: tuple[Row, ...], before: tuple[Row, ...] | None, join: Callable[[Any], Any]) -> Row:
        """All or any of these: what decides it begins with its first part, what needs all of them with their last."""
        held = join(p.held for p in parts)
        time = None
        if parts[0].look is not None and before is not None:
            like = [(p, b) for p, b in zip(parts, before, strict=True) if p.held is held]
            times = [self.began(p) for p, b in like if p.time is not None or b.held is not held]
            if times and held is (FALSE if join is every else TRUE):
                time = min(times) if len(times) == len(like) else None
            elif times:
                time = max(times)
        return Row(parts[0].look, held, join(p.fresh for p in parts), any(p.dark for p in parts), time)

    def began(self, row: Row) -> int:
        return self.times[row.look] if row.time is None else row.time

    def clock(self, rows: list[Row]) -> tuple[int | None, int | None]:
        """Since when the state of these rows has held, moved on by its holes; and the last look's reset, if any."""
        since = reset = known = start = hole = None
        waited = 0
        rows = holes(rows)
        for k, row in enumerate(rows):
            reset = None
            if row.held is UNKNOWN:
                # A hole is unknown back to the last sight; what is unknown for another reason waits from its look on.
                if start is None:
                    start = known if row.dark or known is None else self.times[row.look]
                if row.dark and hole is None:
                    hole = known if k == 0 or rows[k - 1].held is not UNKNOWN else self.times[rows[k - 1].look]
                if not row.dark and k + 1 < len(rows) and not rows[k + 1].dark:
                    waited += self.times[rows[k + 1].look] - self.times[row.look]
                continue
            now = max(self.times[row.look], row.time or 0)
            if row.held is FALSE:
                since = None
            elif since is None:
                since = self.began(row)
            elif hole is not None and self.gap == "reset":
                since, reset = now, hole
            elif hole is not None and self.gap == "assume":
                since += waited
            elif start is not None:
                since += now - start
            hole, waited, start = None, 0, None
            known = now
        return since, reset


def holes(rows: list[Row]) -> list[Row]:
    """What is only held over when a hole begins is part of it: it goes back to the last look that knew by sight."""
    found = list(rows)
    for k, row in enumerate(rows):
        if row.held is UNKNOWN and row.dark:
            for j in range(k - 1, -1, -1):
                if rows[j].fresh is not UNKNOWN or rows[j].held is UNKNOWN:
                    break
                found[j] = attrs.evolve(rows[j], held=UNKNOWN, dark=True, time=None)
    return found


def turned(row: Row) -> Row:
    return Row(row.look, opposite(row.held), opposite(row.fresh), row.dark, row.time)


def spoken_of(node: Any) -> set[str]:
    """The names of things that a condition speaks of."""
    if isinstance(node, tuple):
        return set().union(*map(spoken_of, node))
    if isinstance(node, n.Name):
        return {node.text}
    if not isinstance(node, n.Placed):
        return set()
    return set().union(*(spoken_of(getattr(node, a.name)) for a in attrs.fields(type(node)) if a.name != "span"))


def exact(x: float | None):
    return None if x is None else (x, x)


def compared(left, op: str, right):
    """Known where all numbers of both intervals agree."""
    if left is None or right is None:
        return UNKNOWN
    found = {OPS[op](x, y) for x in left for y in right}
    if op in ("=", "!=") and len(found) == 1 and max(left[0], right[0]) <= min(left[1], right[1]) and left != right:
        return UNKNOWN
    return found.pop() if len(found) == 1 else UNKNOWN


def attribute_of(thing: Thing, sight: int, name: str) -> float | None:
    seen = thing.sights[sight]
    match name:
        case "width":
            return seen.width
        case "height":
            return seen.height
        case "aspect":
            return seen.width / seen.height
        case "area":
            return seen.width * seen.height
        case "score":
            return 1.0
        case "speed":
            return None if thing.slope[sight] is None else g.length(thing.slope[sight])
        case "heading":
            return None if thing.still[sight] is not FALSE else g.heading(thing.slope[sight])
    return seen.columns.get(name)


def lying(thing: Thing, sight: int):
    found = UNKNOWN
    for s in next(life for life in thing.lives(sight) if sight in life):
        if s <= sight:
            seen = thing.sights[s]
            if seen.width > 1.2 * seen.height:
                found = TRUE
            elif seen.height > 1.5 * seen.width or found is not TRUE:
                found = FALSE
    return found


def standing(thing: Thing, sight: int):
    seen = thing.sights[sight]
    return every([seen.height > 1.5 * seen.width, thing.still[sight]])


def absent(node: n.Expr, positive: bool = True) -> bool:
    """Whether a condition asks that something is not there (section 6)."""
    match node:
        case n.Not():
            return absent(node.body, not positive)
        case n.And() | n.Or():
            return any(absent(p, positive) for p in node.parts)
        case n.For():
            return absent(node.body, positive)
        case n.Count():
            return node.op == "=" or node.op in (("<", "<=") if positive else (">", ">=", "!="))
        case n.Apply():
            return node.word.text == "visible" and not positive
        case n.Sequence():
            return positive and any(s.kind == "absent" for s in node.steps)
    return False
