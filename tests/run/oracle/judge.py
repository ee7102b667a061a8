"""The life of alerts: all rules over one camera's film, look by look."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import attrs

from oracle.asks import Asks, Row, ns
from oracle.film import FALSE, TRUE, UNKNOWN, Film, Stretch, Thing, stretches
from oracle.moments import is_event, moments
from watchword.lang import nodes as n


@attrs.frozen(order=True)
class Record:
    rule: str
    thing: str
    decided: int
    time: int
    state: str
    since: int
    reason: str = ""
    severity: str = "medium"

    def __str__(self) -> str:
        at, decided, since = (f"{x / 1e9:g}" for x in (self.time, self.decided, self.since))
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.rule} {self.thing:>3} {self.state:<10} at {at} s, decided {decided} s, since {since} s{why}"


class Camera:
    """What outlives a stretch: cooldowns."""

    def __init__(self) -> None:
        self.free: dict[tuple, int] = {}
        """By rule and key: until when it is not again for this key."""


def judge(rules: Any, film: Film) -> list[Record]:
    told: list[Record] = []
    camera = Camera()
    for stretch in stretches(film):
        order = judged_first(list(rules.rules))
        askings = {rule.name: Asks(stretch, rules, rule) for rule in order}
        lives: dict[tuple, Life] = {}
        for look in range(len(stretch.times)):
            for rule in order:
                for thing in bound(stretch, rules, rule, look):
                    key = rule.name, id(thing)
                    if key not in lives:
                        lives[key] = Life(askings[rule.name], thing, lives, camera, told)
                    lives[key].step(look)
        if stretch.final is not None:
            reason, time, decided = stretch.final
            for life in lives.values():
                life.lost(reason, time, decided)
            if reason == "restart":
                camera = Camera()
    return told


def judged_first(rules: list[n.Rule]) -> list[n.Rule]:
    """Each after those that it asks whether they fire."""
    found: list[n.Rule] = []
    while len(found) < len(rules):
        done = {r.name for r in found}
        found += [r for r in rules if r.name not in done and all(u.text in done for u in r.unless)]
    return found


def bound(stretch: Stretch, rules: Any, rule: n.Rule, look: int) -> list[Thing | None]:
    if rule.each is None:
        return [None]
    labels = rules.labels(rule.each.classes)
    return [t for t in stretch.things if t.first <= look and t.sights[t.first].label in labels]


class Life:
    """One rule and one thing (or none)."""

    def __init__(self, asks: Asks, thing: Thing | None, lives: dict, camera: Camera, told: list[Record]) -> None:
        self.asks, self.rule, self.times = asks, asks.rule, asks.times
        self.thing, self.lives, self.camera, self.records = thing, lives, camera, told
        self.env = {self.rule.each.name.text: thing} if thing is not None else {}
        when = self.rule.when
        self.event = is_event(asks, when)
        self.hold = ns(when.duration) if isinstance(when, n.For) else 0
        self.body = when.body if isinstance(when, n.For) else when
        self.state, self.opened, self.last, self.end = "idle", 0, 0, 0
        self.severity, self.fired, self.risen = self.rule.severity, 0, 0
        self.spent = False
        self.blocked = ""

    # ---- telling

    def tell(self, state: str, time: int, look: int, reason: str = "", decided: int | None = None) -> None:
        self.last = max(time, self.last)
        name = "" if self.thing is None else str(self.thing.key)
        at = self.times[look] if decided is None else decided
        record = Record(self.rule.name, name, at, self.last, state, self.opened, reason, self.severity)
        self.records.append(record)

    @property
    def key(self) -> tuple:
        per = self.rule.per
        if {"camera", "rule"} & set(per) or self.thing is None:
            return (self.rule.name,)
        return self.rule.name, self.thing.key, self.thing.first

    def idle(self) -> None:
        self.state, self.last, self.blocked = "idle", 0, ""

    def resolve(self, time: int, look: int, reason: str = "", decided: int | None = None) -> None:
        self.tell("resolved", time, look, reason, decided)
        self.cool(self.last)
        self.idle()

    def cool(self, resolved: int) -> None:
        if self.rule.cooldown is not None:
            free = self.camera.free
            free[self.key] = max(free.get(self.key, 0), resolved + self.rule.cooldown)

    def lost(self, reason: str, time: int, decided: int) -> None:
        if self.state in ("pending", "suppressed"):
            self.tell("dropped", time, -1, reason, decided)
        elif self.state in ("firing", "stale", "recovering"):
            self.resolve(time, -1, reason, decided)

    # ---- what holds it back

    @property
    def up(self) -> bool:
        return self.state in ("firing", "stale", "recovering")

    def cooling(self) -> bool:
        """Whether another alert of its key is up."""
        if self.rule.cooldown is None:
            return False
        return any(
            life is not self and life.rule.name == self.rule.name and life.key == self.key and life.up
            and not (life.state == "recovering" and life.limbo)
            for life in self.lives.values()
        )  # fmt: skip

    limbo = False

    def block(self, look: int, due: int) -> tuple[str, int]:
        """Why an alert that is due is held back (empty: it is not), and from when it may fire."""
        now = self.times[look]
        for one in self.rule.excepted:
            if self.asks.at(one.body, self.env, look, look)[0] is not FALSE:
                return f"except {one.name.text}", now
        for name in self.rule.unless:
            if any(life.fires(look) for life in self.lives.values() if life.rule.name == name.text):
                return f"unless {name.text}", now
        if self.rule.cooldown is not None:
            until = self.camera.free.get(self.key, 0)
            if self.cooling() or until > now:
                return "cooldown", now
            return "", max(due, until)
        return "", due

    def fires(self, look: int) -> bool:
        return self.up or self.happened == look

    happened = -1

    # ---- a look

    def rows(self, node: n.Expr, look: int) -> list[Row]:
        """The past of a condition: false of a thing that has ended, unknown of one that may come back."""
        rows = []
        for row in self.asks.rows(node, self.env, look):
            held, fresh = row.held, row.fresh
            if row.look is not None and self.thing is not None:
                what, _ = self.thing.end(row.look)
                if what in ("over", "gone"):
                    held = fresh = FALSE
                elif what == "limbo":
                    held = fresh = UNKNOWN
            dark = row.dark
            if row.look is not None and self.thing is not None and row.look not in self.thing.sights:
                limbo = self.thing.end(row.look)[0] == "limbo"
                dark = dark or limbo or self.asks.hole(self.thing, row.look, look)
            rows.append(Row(row.look, held, fresh, dark, row.time))
        return self.steady(rows) if self.rule.grace and node is self.body else rows

    def steady(self, rows: list[Row]) -> list[Row]:
        """Flicker shorter than `grace` is not seen: a change counts once a look that long after it sees it still so."""
        found, stable, began = [], FALSE, None
        for k, row in enumerate(rows):
            if row.held is UNKNOWN:  # it neither bears a change out nor ends it
                found.append(row)
                continue
            if row.held is stable:
                began = None
            elif began is None:
                began = k
                run = takewhile(lambda r, v=row.held: r.held in (v, UNKNOWN), rows[k:])
                since = self.asks.began(row) + self.rule.grace
                borne = any(r.fresh is row.held and self.times[r.look] >= since for r in run)
                if borne or self.ended(row.look):
                    stable, began = row.held, None
            fresh = UNKNOWN if row.fresh is UNKNOWN else stable
            found.append(Row(row.look, stable, fresh, row.dark, row.time, row.fresh not in (stable, UNKNOWN)))
        return found

    def run(self, rows: list[Row], through: bool = False) -> Row:
        """The first of the rows at the end that are alike; what `grace` waited for began before a hole."""
        first = rows[-1]
        for row in reversed(rows):
            if row.held is UNKNOWN and through:
                continue
            if row.held is not first.held:
                break
            first = row
        return first

    def ended(self, look: int) -> bool:
        return self.thing is not None and self.thing.end(look)[0] in ("over", "gone")

    def step(self, look: int) -> None:
        if self.event:
            self.happen(look)
            return
        if self.thing is not None and self.state == "idle" and self.thing.end(look)[0] == "over":
            return
        now = self.times[look]
        rows = self.rows(self.body, look)
        if (
            self.state == "firing" and rows[-2:-1] and rows[-2].held is UNKNOWN and rows[-2].dark
        ):  # only now is it known to be a hole
            self.state = "stale"
            self.tell("stale", self.last_known(look), look)
        held, fresh = rows[-1].held, UNKNOWN if rows[-1].waits else rows[-1].fresh
        what, date = self.thing.end(look) if self.thing is not None else ("alive", 0)
        if what not in ("over", "gone"):
            date = self.asks.began(self.run(rows, self.rule.grace > 0)) if held is FALSE else now
        elif held is FALSE and not self.ended(
            self.run(rows, self.rule.grace > 0).look
        ):  # it had failed before the end was known
            date = self.asks.began(self.run(rows, self.rule.grace > 0))
        since, reset = self.asks.clock(rows)
        if reset is not None and self.state in ("pending", "suppressed"):
            self.tell("dropped", reset, look)
            self.idle()
        if held is FALSE:
            self.spent = False
        cleared = self.cleared(look) if self.up and what == "alive" else None
        if cleared is not None:
            if self.state != "recovering":
                self.spent = held is not FALSE
            self.fail(cleared, look)
        elif held is UNKNOWN:
            if what == "limbo" and self.state in ("firing", "stale"):
                self.rise(look, self.thing.end(look)[1])
                self.tell("recovering", self.thing.end(look)[1], look)
                self.state, self.end, self.limbo = "recovering", self.last, True
                self.cool(self.last)
            elif self.state == "firing" and rows[-1].dark:
                self.state = "stale"
                self.tell("stale", self.last_known(look), look)
        elif self.rule.clear is not None and self.up and what == "alive":
            clear = self.rows(self.rule.clear, look)[-1].fresh
            if (self.state == "stale" and fresh is not UNKNOWN) or (self.state == "recovering" and clear is FALSE):
                self.back(look)
        elif fresh is FALSE:
            self.fail(date, look)
        elif fresh is TRUE:
            if self.state in ("pending", "suppressed") and (failed := self.failing(rows[:-1])) is not None:
                self.tell("dropped", failed, look)
                self.idle()
            if self.state in ("stale", "recovering"):
                self.back(look)
            elif self.state in ("idle", "pending", "suppressed") and not self.spent:
                self.hold_on(since, look)
        self.rise(look, now, ending=False)

    def hold_on(self, since: int, look: int) -> None:
        now, due = self.times[look], since + self.hold
        if self.state == "idle":
            self.opened, self.state = since, "pending"
            self.severity, self.risen = self.rule.severity, 0
            if due > now:
                self.tell("pending", since, look)
        if due > now:
            return
        reason, may = self.block(look, due)
        if reason:
            if self.state != "suppressed":
                self.state, self.blocked = "suppressed", reason
                self.tell("suppressed", due, look, reason)
            self.blocked = reason
            return
        was = self.blocked
        if self.state == "suppressed":
            may = max(may, self.last) if was == "cooldown" else now
        self.state, self.blocked = "firing", ""
        self.tell("firing", may, look)
        self.fired = self.last

    def back(self, look: int) -> None:
        reason = "seen again" if self.state == "stale" else "holds again"
        self.state, self.limbo = "firing", False
        self.tell("firing", self.times[look], look, reason)

    def fail(self, date: int, look: int) -> None:
        now = self.times[look]
        if self.state in ("pending", "suppressed"):
            self.tell("dropped", date, look)
            self.idle()
        if self.state in ("firing", "stale"):
            self.rise(look, date)
            self.end = max(date, self.last)
            if self.rule.keep:
                self.tell("recovering", self.end, look)
            self.state = "recovering"
        if self.state == "recovering" and self.end + self.rule.keep <= now:
            self.resolve(self.end + self.rule.keep, look)

    def cleared(self, look: int) -> int | None:
        """Since when the second condition has held, which alone ends an alert once it has fired."""
        rows = self.rows(self.rule.clear, look) if self.rule.clear is not None else []
        return self.asks.began(self.run(rows)) if rows and rows[-1].fresh is TRUE else None

    def rise(self, look: int, until: int, ending: bool = True) -> None:
        while self.state == "firing" and self.risen < len(self.rule.rises):
            severity, after = self.rule.rises[self.risen]
            if self.fired + after > until or (ending and self.fired + after == until):
                return
            self.severity = severity
            self.risen += 1
            self.tell("firing", self.fired + after, look, "severity")

    def happen(self, look: int) -> None:
        """An event's alert fires and resolves at its moment."""
        for time, decided in moments(self.asks, self.rule.when, self.env, look):
            if decided != look:
                continue
            self.opened = time
            self.severity = self.rule.severity
            reason, _ = self.block(look, time)
            if reason:
                self.tell("suppressed", time, look, reason)
                self.idle()
                continue
            self.happened = look
            self.tell("firing", time, look)
            self.resolve(time, look)

    def last_known(self, look: int) -> int:
        """The last look before this one that knew by sight, as it was known then."""
        rows = self.rows(self.body, look - 1)
        return self.times[max(r.look for r in rows if r.look is not None and r.fresh is not UNKNOWN)]

    def failing(self, rows: list[Row]) -> int | None:
        """Since when, at the end of these rows, the condition has been false by what was held over."""
        since = None
        for row in reversed(rows):
            if row.held is not FALSE or row.fresh is not UNKNOWN:
                break
            since = self.asks.began(row)
        return since
