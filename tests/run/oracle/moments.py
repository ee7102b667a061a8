"""Events: when they happened and at which look that was decided; and sequences of them."""

from __future__ import annotations

import itertools
from itertools import takewhile
from typing import TYPE_CHECKING

import attrs

from oracle import ground as g
from oracle.film import FALSE, TRUE, UNKNOWN, S, Thing, UndecidedError
from watchword.lang import nodes as n

if TYPE_CHECKING:
    from oracle.asks import Asks, Row

Moment = tuple[int, int]
"""When it happened, and the look that decided it."""
EVENTS = {"enters", "exits", "crosses", "appears", "disappears", "falls", "drops", "takes"}


def is_event(asks: Asks, node: n.Expr) -> bool:
    match node:
        case n.Apply():
            return node.word.text in EVENTS
        case n.Becomes() | n.Sequence():
            return True
        case n.Signal():
            return asks.rules.names.get("signal")[node.name.text].item.kind == "event"
        case n.And() | n.Or():
            return any(is_event(asks, p) for p in node.parts)
    return False


def moments(asks: Asks, node: n.Expr, env: dict[str, Thing], known: int) -> list[Moment]:
    """All that was decided up to a look, in order."""
    key = ("moments", node, tuple((k, t.key, t.first) for k, t in sorted(env.items())), known)
    if key not in asks.memo:
        asks.memo[key] = sorted(set(_moments(asks, node, env, known)), key=lambda m: (m[1], m[0]))
    return asks.memo[key]


def _moments(asks: Asks, node: n.Expr, env: dict[str, Thing], known: int) -> list[Moment]:
    match node:
        case n.And():
            events = [p for p in node.parts if is_event(asks, p)]
            states = [p for p in node.parts if not is_event(asks, p)]
            found = [set(moments(asks, p, env, known)) for p in events]
            both = set.intersection(*found)
            return [m for m in both if all(when(asks, p, env, m) is TRUE for p in states)]
        case n.Or():
            return [m for p in node.parts for m in happenings(asks, p, env, known)]
        case n.Becomes():
            return becoming(asks, node.state, env, known)
        case n.Sequence():
            return sequence(asks, node, env, known)
        case n.Signal():
            name = node.name.text + (f"@{node.at.text}" if node.at else "")
            return [
                (time, k)
                for k in range(known + 1)
                for what, time, _ in asks.stretch.looks[k].signals
                if what == name and k >= asks.first(env, known)
            ]
    thing = env[node.thing.text]
    match node.word.text:
        case "appears":
            return [(asks.times[thing.first], thing.first)]
        case "disappears":
            return disappearing(asks, thing, known)
        case "enters" | "exits":
            return entering(asks, thing, asks.zone(node.names[0]), node.word.text == "enters", known)
        case "crosses":
            from oracle.spells import wanted_way

            wanted = wanted_way(asks, node.names[0], node.way)
            found = crossings(asks, thing, asks.line(node.names[0]), known)
            return [(time, decided) for time, decided, way in found if wanted in (None, way)]
        case "falls":
            return falling(asks, thing, known)
    raise UndecidedError(f"the oracle does not know `{node.word.text}`")


def happenings(asks: Asks, node: n.Expr, env: dict[str, Thing], known: int) -> list[Moment]:
    """An event's moments; a state's are those at which it becomes true."""
    return moments(asks, node, env, known) if is_event(asks, node) else becoming(asks, node, env, known)


def when(asks: Asks, state: n.Expr, env: dict[str, Thing], moment: Moment):
    """What a state was at an event's moment."""
    time, known = moment
    look = max((k for k in range(known + 1) if asks.times[k] <= time), default=None)
    if look is None or look < asks.first(env, known):
        return UNKNOWN
    # A moment between two looks may lie in a hole.
    if (
        asks.times[look] < time
        and look < known
        and (
            asks.dark[look + 1] or any(look + 1 not in t.sights and asks.hole(t, look + 1, known) for t in env.values())
        )
    ):
        return UNKNOWN
    return asks.at(state, env, look, known)[0]


def becoming(asks: Asks, node: n.Expr, env: dict[str, Thing], known: int) -> list[Moment]:
    """From false to true, or from unknown if it was not true when last known."""
    found = []
    for k in range(met(env), known + 1):
        rows = asks.rows(node, env, k)
        if rows[-1].fresh is not TRUE:
            continue
        began = since(asks, rows)
        before = [r for r in rows[:-1] if r.look is not None and asks.times[r.look] < began and r.held is not UNKNOWN]
        told = {m[0] for m in found}
        if (not before or before[-1].held is FALSE) and began not in told:
            found.append((began, k))
    return found


def since(asks: Asks, rows: list[Row]) -> int:
    began = rows[-1]
    for row in reversed(rows):
        if row.held is not TRUE:
            break
        began = row
    return asks.began(began)


def disappearing(asks: Asks, thing: Thing, known: int) -> list[Moment]:
    found = []
    before = "alive"
    for k in range(thing.first, known + 1):
        what, date = thing.end(k)
        if what in ("gone", "over") and before not in ("gone", "over"):
            found.append((date, k))
        before = what
    return found


def met(env: dict[str, Thing]) -> int:
    return max((t.first for t in env.values()), default=0)


def entering(asks: Asks, thing: Thing, ring: tuple[g.Point, ...], inward: bool, known: int) -> list[Moment]:
    found = []
    grace = asks.rule.grace
    for sights in thing.lives(known):
        where = [g.inside(ring, thing.sights[s].place) for s in sights]
        if grace:
            stable, began = where[0], None
            for s, here in zip(sights, where, strict=True):
                if here is stable:
                    began = None
                    continue
                began = s if began is None else began
                if asks.times[s] - asks.times[began] >= grace:
                    stable = here
                    if here is inward:
                        found.append((asks.times[began], s))
                    began = None
            continue
        for k in range(1, len(sights)):
            old, new = sights[k - 1], sights[k]
            if where[k - 1] is not where[k]:
                if where[k] is inward:
                    found.append((asks.times[new], new))
            elif where[k] or asks.times[new] - asks.times[old] > asks.limits[new]:
                continue
            elif g.through(ring, thing.sights[old].place, thing.sights[new].place):
                found.append((asks.times[new], new))
    return found


def crossings(asks: Asks, thing: Thing, line: n.LineDef, known: int) -> list[tuple[int, int, str]]:
    """Dated at the first look no longer on the old side, decided when the new one is committed.

    With `grace` the look that decides it, or one before, has seen it off the old side for that long without a break.
    """
    found = []
    for sights in thing.lives(known):
        away = {s: g.side(line.start, line.end, thing.sights[s].place) for s in sights}
        side = {s: (away[s] > 0) - (away[s] < 0) for s in sights}
        committed = {s for s in sights if abs(away[s]) >= max(2.0, 0.05 * thing.sights[s].height)}
        old: tuple[int, int] | None = None
        for s in sights:
            if old is None or (s in committed and side[s] == old[1]):
                old = (s, side[s]) if s in committed else old
                continue
            path = [x for x in sights if old[0] <= x <= s]
            off = [x for x in path if side[x] * old[1] <= 0]
            stays = [list(run) for gone, run in itertools.groupby(path, key=off.__contains__) if gone]
            stays = [run for run in stays if asks.times[run[-1]] - asks.times[run[0]] >= asks.rule.grace]
            if not stays or s not in off or not committed & set(takewhile(off.__contains__, reversed(path))):
                continue
            places = [thing.sights[x].place for x in path]
            if any(g.meet(line.start, line.end, p, q) for p, q in itertools.pairwise(places)):
                found.append((asks.times[stays[0][0]], s, "in" if old[1] > 0 else "out"))
            old = (s, -old[1])
    return found


def falling(asks: Asks, thing: Thing, known: int) -> list[Moment]:
    from oracle.asks import lying

    found = []
    for sights in thing.lives(known):
        for before, now in itertools.pairwise(sights):
            begins = lying(thing, before) is FALSE and lying(thing, now) is TRUE
            if begins and asks.times[now] - asks.times[before] <= 2 * S:
                found.append((asks.times[now], now))
    return found


# ---- sequences


def sequence(asks: Asks, node: n.Sequence, env: dict[str, Thing], known: int) -> list[Moment]:
    from oracle.asks import ns

    found: list[Moment] = []
    reached, at, _began = -1, 0, 0  # the last step done (-1: none), its time, and the look that decided it
    for look in range(met(env), known + 1):
        for time, decided in happenings(asks, node.first, env, look):
            if decided == look:
                reached, at, _began = 0, time, look
        if reached < 0:
            continue
        thing = next(iter(env.values()), None)
        if thing is not None and thing.end(look)[0] in ("gone", "over") and not waits(node.steps[reached].body):
            reached = -1
            continue
        while 0 <= reached < len(node.steps):
            step = node.steps[reached]
            if step.kind == "within":
                times = [t for t, k in happenings(asks, step.body, env, look) if k == look and t >= at]
                if times and min(times) <= at + ns(step.bound):
                    reached, at, _began = reached + 1, min(times), look
                    continue
            else:
                done = absence(asks, step, env, at, look)
                if done is FALSE:
                    reached = -1
                elif done is not UNKNOWN:
                    reached, at, _began = reached + 1, done, look
                    continue
            break
        if reached == len(node.steps):
            found.append((at, look))
            reached = -1
    return found


def waits(body: n.Expr) -> bool:
    return isinstance(body, n.Apply) and body.word.text == "disappears"


def absence(asks: Asks, step: n.Step, env: dict[str, Thing], start: int, look: int):
    """When an absence that is counted from a time had lasted; False where it failed, None where it lasts still."""
    from oracle.asks import Row, ns, opposite

    first = asks.first(env, look)
    if is_event(asks, step.body):
        happened = [t for t, k in moments(asks, step.body, env, look) if t >= start]
        thing = next(iter(env.values()), None)
        rows = []
        for k in range(first, look + 1):
            if asks.dark[k] and k > first:
                rows.append(Row(None, UNKNOWN, UNKNOWN, True))
            seen = asks.of_sight(thing, k, look, lambda _: TRUE) if thing else (TRUE, TRUE)
            rows.append(Row(k, *seen, seen[0] is UNKNOWN))
        if happened and min(happened) < start + ns(step.bound):
            return FALSE
    else:
        rows = [Row(r.look, opposite(r.held), opposite(r.fresh), r.dark) for r in asks.rows(step.body, env, look)]
    later: list[Row] = []
    for k, r in enumerate(rows):
        if r.look is None:
            later += [r] if later else []
        elif asks.times[r.look] >= start:
            later.append(r)
        elif k + 1 < len(rows) and rows[k + 1].look is not None and asks.times[rows[k + 1].look] > start:
            later.append(attrs.evolve(r, time=start))  # as it was when it is counted from
    if any(r.held is FALSE for r in later):
        return FALSE
    if not later or later[-1].held is UNKNOWN:
        return UNKNOWN
    since, _ = asks.clock(later)
    if since is None or later[-1].fresh is UNKNOWN or asks.times[look] < since + ns(step.bound):
        return UNKNOWN
    return since + ns(step.bound)
