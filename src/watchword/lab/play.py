"""A scenario through the engine: which of its rules run there, what they tell, and the same with restarts between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from watchword.events import Alert
from watchword.lab.scenario import Scenario
from watchword.lang import nodes as n
from watchword.lang.findings import Finding
from watchword.lang.refs import walk
from watchword.lang.ruleset import RuleSet
from watchword.run.engine import Engine
from watchword.run.plan import unplanned
from watchword.scene import Scene
from watchword.units import MINUTE, SECOND, TIME, nanoseconds

MOST_AFTER = 15 * MINUTE
WAITING = ("pending", "suppressed")
Look = Callable[[Engine, int], None]


@attrs.frozen
class LeftOut:
    """A rule that does not run in a test, and what is wrong with it there."""

    rule: str
    findings: tuple[Finding, ...]

    @property
    def unready(self) -> bool:
        """Whether nothing is wrong with it but that this version does not run it."""
        return all(f.code == "E401" for f in self.findings)


def running(scenario: Scenario) -> tuple[RuleSet, tuple[LeftOut, ...]]:
    """The rules that run in a scenario: a rule about zones, cameras or metres that it does not give is left out."""
    rules = scenario.rules
    here = tuple(_on(rule, scenario) for rule in rules.rules)
    out: dict[str, LeftOut] = {}
    for rule in here:
        own = {k: v for k, v in rules.overrides.items() if k[0] == rule.name}
        alone = attrs.evolve(rules, rules=(rule,), overrides=own)
        scenes: dict[str, Scene | None] = dict(scenario.scenes)
        wrong = tuple(f for f in (*alone.resolve(scenes), *unplanned(alone)) if f.is_error)
        if wrong:
            out[rule.name] = LeftOut(rule.name, wrong)
    more = True
    while more:  # a rule that waits for one that does not run does not run
        needing = (r for r in rules.rules if r.name not in out and any(u.text in out for u in r.unless))
        found = {
            r.name: LeftOut(r.name, next(out[u.text] for u in r.unless if u.text in out).findings) for r in needing
        }
        out |= found
        more = bool(found)
    kept = tuple(rule for rule in here if rule.name not in out)
    overrides = {k: v for k, v in rules.overrides.items() if k[0] not in out}
    return attrs.evolve(rules, rules=kept, overrides=overrides), tuple(out.values())


def _on(rule: n.Rule, scenario: Scenario) -> n.Rule:
    """A rule on those of its cameras that the scenario has; where it has none of them, as it is."""
    cameras = tuple(c for c in rule.cameras or () if c.text in scenario.scenes)
    return attrs.evolve(rule, cameras=cameras) if cameras else rule


def play(scenario: Scenario, rules: RuleSet, restarts: Sequence[int] = (), look: Look | None = None) -> list[Alert]:
    """The alerts that a scenario brings about.

    Args:
        scenario: The test.
        rules: Those of its rules that run.
        restarts: Times of the test (ns): at the first look at or after each, the engine is saved, thrown away and
            restored in a new one.
        look: Called with the engine after each look and with its time, ns since 1970.
    """
    engine = _engine(scenario, rules)
    found: list[Alert] = []
    waiting = sorted(restarts)
    looked = 0
    until = scenario.end + _horizon(scenario, rules)
    last = max((t for e in _expected(scenario) for _, t in e.outcomes), default=0)
    for moment in scenario.moments(until):
        at = moment.time - scenario.origin
        if at > max(scenario.end, last) + scenario.interval and not _anything(engine):
            if not _waiting(found, scenario.origin + scenario.end):
                break
            if at < looked + SECOND:
                continue  # deadlines are exact however often one looks
        looked = at
        while waiting and at >= waiting[0]:
            waiting.pop(0)
            saved = engine.snapshot()
            engine = _engine(scenario, rules)
            engine.restore(saved)
        for signal in moment.signals:
            where = {"camera": signal.camera} if signal.camera else {}
            engine.signal(signal.name, moment.time, signal.value, **where)
        if moment.tracks is not None:
            found += engine.observe(moment.tracks)
            if look is not None:
                look(engine, moment.time)
    return list(_within(found, scenario.origin + scenario.end))


def _engine(scenario: Scenario, rules: RuleSet) -> Engine:
    return Engine(rules, scenario.scenes, source=scenario.test.name, origin=scenario.origin)


def _within(alerts: Sequence[Alert], end: int) -> Iterator[Alert]:
    """Those of alerts that opened while the test ran: after its end none is opened."""
    opened: dict[str, bool] = {}
    for alert in alerts:
        if opened.setdefault(alert.id, alert.since <= end):
            yield alert


def _waiting(alerts: Sequence[Alert], end: int) -> bool:
    """Whether an alert that opened in time may still fire; what has fired may fire on for ever."""
    last = {alert.id: alert.state for alert in _within(alerts, end)}
    return any(state in WAITING for state in last.values())


def _anything(engine: Engine) -> bool:
    """Whether a thing is not yet forgotten."""
    return any(engine.bank(camera.name).things.alive.any() for camera in engine.cameras)


def _expected(scenario: Scenario) -> tuple[n.Expect, ...]:
    return tuple(line for line in scenario.test.lines if isinstance(line, n.Expect))


def _horizon(scenario: Scenario, rules: RuleSet) -> int:
    """How long after its end what is under way may take to be settled, ns: by the times that its rules name."""
    longest = 0
    for rule in rules.rules:
        parts = (rule.when, rule.clear or (), rule.excepted, rule.rises)
        named = (p for p in walk(parts) if isinstance(p, n.Quantity) and p.unit in TIME)
        total = sum(nanoseconds(p.number, p.unit) for p in named)
        longest = max(longest, total + rule.keep + (rule.cooldown or 0) + (rule.gap_after or 0) + rule.grace)
    after = min(MINUTE + longest, MOST_AFTER)
    late = max((t for e in _expected(scenario) for _, t in e.outcomes), default=0)
    return max(after, late - scenario.end + 2 * scenario.interval)
