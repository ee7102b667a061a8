"""A slow judge of rules, one thing at a time, that looks back over the whole past at every look.

It shares no code with the engine. At each look it writes the past down anew as it is known by then (what was held over
and has since proved to be a hole is unknown), reads the clock off that, and moves the alert on. Conditions are tuples:

    ("in", zone)  ("out", zone)  ("visible",)  ("not", c)  ("and", c, …)  ("or", c, …)  ("for", c, ns)

Things move all the time, except those that never do (`stays`), so that stillness needs no measuring here.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import attrs

S = 1_000_000_000
TRUE, FALSE, UNKNOWN = True, False, None


@attrs.frozen
class Seen:
    """What a stream says of one number: at which looks it was seen and in which zones, and when its end was told."""

    id: int
    stays: bool
    sights: dict[int, frozenset[str]]
    ends: dict[int, int] = attrs.field(factory=dict)
    """By look, the time its tracker says that it ended."""


@attrs.frozen
class Rule:
    condition: tuple
    hold: int
    keep: int
    gap: str
    after: int = 2 * S


def opposite(value):
    return UNKNOWN if value is UNKNOWN else not value


def every(values):
    values = list(values)
    return FALSE if FALSE in values else UNKNOWN if UNKNOWN in values else TRUE


def kleene(condition, zone, visible):
    """A condition without `for`, given what is known of zones (None: nothing) and whether the thing is visible."""
    match condition:
        case ("in", name):
            return UNKNOWN if zone is None else name in zone
        case ("out", name):
            return UNKNOWN if zone is None else name not in zone
        case ("visible",):
            return visible
        case ("not", body):
            return opposite(kleene(body, zone, visible))
        case ("and", *parts):
            return every(kleene(p, zone, visible) for p in parts)
        case ("or", *parts):
            return opposite(every(opposite(kleene(p, zone, visible)) for p in parts))


class Judge:
    """One rule over the looks of one camera."""

    def __init__(self, rule: Rule, looks: list[int]) -> None:
        self.rule, self.looks = rule, looks
        passed = [b - a for a, b in pairwise(looks)]
        usual = [int(median(passed[max(0, i - 101) : i - 1])) if i > 1 else 0 for i in range(len(looks))]
        self.limit = [max(rule.after, 3 * u) for u in usual]
        self.dark = [i > 0 and passed[i - 1] > self.limit[i] for i in range(len(looks))]
        away = [passed[i - 1] if i and passed[i - 1] > max(2 * S, 3 * usual[i]) else 0 for i in range(len(looks))]
        self.dark_until = [sum(away[: i + 1]) for i in range(len(looks))]

    def judge(self, seen: Seen) -> list[tuple]:
        told = []
        for first, sights, replaced in self.lives(seen):
            told += Life(self, seen, first, sights, replaced).told()
        return told

    def memory(self, seen: Seen, sights: list[int]) -> int:
        still = seen.stays and len(sights) >= 3 and self.looks[sights[-1]] - self.looks[sights[0]] >= S
        return 30 * S if still else 10 * S

    def unseen(self, last: int, now: int) -> int:
        return self.looks[now] - self.looks[last] - (self.dark_until[now] - self.dark_until[last])

    def lives(self, seen: Seen):
        """The sights of each thing that had the number in turn, and the look at which the next one took it."""
        sights: list[int] = []
        for look in sorted(seen.sights):
            if sights and self.unseen(sights[-1], look) > self.memory(seen, sights):
                yield sights[0], sights, look
                sights = []
            sights = [*sights, look]
        if sights:
            yield sights[0], sights, len(self.looks)


class Life:
    """One thing under one rule."""

    def __init__(self, judge: Judge, seen: Seen, first: int, sights: list[int], replaced: int) -> None:
        self.judge, self.rule, self.looks = judge, judge.rule, judge.looks
        self.seen, self.first, self.sights, self.replaced = seen, first, sights, replaced

    def last_sight(self, look: int) -> int:
        return max(s for s in self.sights if s <= look)

    def end(self, look: int) -> tuple[str, int]:
        """What has become of the thing at a look: alive, or (how it ended, when)."""
        last = self.last_sight(look)
        if last == look:
            return "alive", 0
        mine = [s for s in self.sights if s <= look]
        ends = [(k, t) for k, t in sorted(self.seen.ends.items()) if last < k <= look]
        date = max(ends[0][1], self.looks[last]) if ends else self.looks[last]
        memory = self.judge.memory(self.seen, mine)
        if look >= self.replaced or self.judge.unseen(last, look) > memory:
            return "over", date
        if ends:
            return ("gone" if memory == 10 * S else "limbo"), date
        return "alive", 0

    def zone_at(self, look: int, known: int):
        """The zones the thing was in at a look, as it is known at a later one; None where not known."""
        last = self.last_sight(look)
        if last == look:
            return self.seen.sights[look]
        again = min([s for s in self.sights if look < s <= known], default=known)
        hole = any(self.looks[k] - self.looks[last] > self.judge.limit[k] for k in range(last + 1, again + 1))
        return None if hole else self.seen.sights[last]

    def past(self, condition: tuple, known: int) -> list[tuple[int | None, object, object]]:
        """(look, value, value by what was seen alone) from the first sight on; look None stands for the dark."""
        if condition[0] == "for":
            return self.held_long(condition, known)
        if condition[0] in ("not", "and", "or") and "for" in str(condition):
            parts = [self.past(c, known) for c in condition[1:]]
            rows = []
            for row in zip(*parts, strict=True):
                values, fresh = [r[1] for r in row], [r[2] for r in row]
                if condition[0] == "not":
                    rows.append((row[0][0], opposite(values[0]), opposite(fresh[0])))
                elif condition[0] == "and":
                    rows.append((row[0][0], every(values), every(fresh)))
                else:
                    rows.append((row[0][0], *(opposite(every(map(opposite, v))) for v in (values, fresh))))
            return rows
        rows = []
        for look in range(self.first, known + 1):
            if self.judge.dark[look] and look > self.first:
                rows.append((None, UNKNOWN, UNKNOWN))
            here = look in self.sights
            zone = self.zone_at(look, known)
            rows.append((look, kleene(condition, zone, here), kleene(condition, zone if here else None, here)))
        return rows

    def held_long(self, condition: tuple, known: int):
        _, body, duration = condition
        rows = self.past(body, known)
        found = []
        for k, (look, value, fresh) in enumerate(rows):
            if value is TRUE:
                since, _ = self.clock(rows[: k + 1])
                value = self.looks[look] - since >= duration
                fresh = UNKNOWN if fresh is UNKNOWN else value
            found.append((look, value, fresh))
        return found

    def clock(self, rows) -> tuple[int | None, int | None]:
        """Since when the state of these rows has held, moved on by its holes; and the last look's reset, if any."""
        since = reset = None
        known = None
        hole = False
        for look, value, fresh in rows:
            reset = None
            if value is UNKNOWN:
                hole = True
                continue
            now = self.looks[look]
            if value is FALSE:
                since = None
            elif since is None:
                since = now
            elif hole:
                if self.rule.gap == "freeze":
                    since += now - known
                elif self.rule.gap == "reset":
                    since, reset = now, known
            hole = False
            if fresh is not UNKNOWN:
                known = now
        return since, reset

    def rows(self, known: int):
        """The past of the rule's condition: false of a thing that has ended, unknown of one that may come back."""
        rows = []
        for look, value, fresh in self.past(self.rule.condition, known):
            if look is not None:
                what, _ = self.end(look)
                if what in ("over", "gone"):
                    value = fresh = FALSE
                elif what == "limbo":
                    value = fresh = UNKNOWN
            rows.append((look, value, fresh))
        return rows

    def told(self) -> list[tuple]:
        told: list[tuple] = []
        state, opened, last, end = "idle", 0, 0, None

        def tell(what: str, time: int) -> None:
            nonlocal last
            last = max(time, last)
            told.append((self.seen.id, what, last, now, opened))

        for look in range(self.first, len(self.looks)):
            now = self.looks[look]
            rows = self.rows(look)
            if state == "firing" and rows[-2:-1] and rows[-2][1] is UNKNOWN:  # only now it is known that it was a hole
                state = "stale"
                tell("stale", self.last_known(rows[:-1]))
            _, value, fresh = rows[-1]
            what, date = self.end(look)
            date = date if what in ("over", "gone") else now
            since, reset = self.clock(rows)
            if reset is not None and state == "pending":
                tell("dropped", reset)
                state, last = "idle", 0
            if value is UNKNOWN:
                if what == "limbo" and state in ("firing", "stale"):
                    tell("recovering", self.end(look)[1])
                    state, end = "recovering", last
                elif state == "firing":
                    state = "stale"
                    tell("stale", self.last_known(rows))
            elif fresh is FALSE:
                if state == "pending":
                    tell("dropped", self.failing(rows[:-1]) or date)
                    state, last = "idle", 0
                if state in ("firing", "stale"):
                    end = max(self.failing(rows[:-1]) or date, last)
                    if self.rule.keep:
                        tell("recovering", end)
                    state = "recovering"
                if state == "recovering" and end + self.rule.keep <= now:
                    tell("resolved", end + self.rule.keep)
                    state, last = "idle", 0
            elif fresh is TRUE:
                if state == "pending" and (failed := self.failing(rows[:-1])) is not None:
                    tell("dropped", failed)
                    state, last = "idle", 0
                if state in ("stale", "recovering"):
                    state = "firing"
                    tell("firing", now)
                elif state in ("idle", "pending"):
                    if state == "idle":
                        opened = since
                        state = "pending"
                        if since + self.rule.hold > now:
                            tell("pending", since)
                    if since + self.rule.hold <= now:
                        state = "firing"
                        tell("firing", since + self.rule.hold)
            if what == "over" and state == "idle":
                break
        return told

    def last_known(self, rows) -> int:
        return self.looks[max(look for look, _, fresh in rows if fresh is not UNKNOWN)]

    def failing(self, rows) -> int | None:
        """Since when, at the end of these rows, the condition has been false by what was held over."""
        since = None
        for look, value, fresh in reversed(rows):
            if value is not FALSE or fresh is not UNKNOWN:
                break
            since = self.looks[look]
        return since
