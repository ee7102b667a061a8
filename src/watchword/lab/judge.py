"""What was to come against what came.

An `expect` line names the life of an alert, or several lives one after the other; all states of one life have to be of
one alert. A state's time is right to one interval of looks, or `within D`. `nothing else`: no alert fires but those
that a line has found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from watchword.events import Alert
from watchword.lab.scenario import Scenario
from watchword.lang import nodes as n

Outcome = tuple[str, int]
OVER = frozenset({"resolved", "dropped"})
FIRED = frozenset({"firing", "recovering", "stale"})


@attrs.frozen
class Miss:
    """A line that does not hold.

    Attributes:
        line: The line.
        outcome: The state and time (ns of the test) that were not found; None where an alert fired that nobody named.
        life: The transitions of the alert that comes nearest, or of the one that nobody named; empty where none is.
    """

    line: n.Expect | n.ExpectNothing
    outcome: Outcome | None
    life: tuple[Alert, ...]


def lives(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, ...]]:
    """The states of a line, cut where one alert cannot go on: after its end, or where it begins anew."""
    one: list[Outcome] = []
    for outcome in outcomes:
        if one:
            before, state = one[-1][0], outcome[0]
            anew = state == "pending" or before in OVER or (before == state == "firing")
            if anew or (state in ("suppressed", "dropped") and before in FIRED):
                yield tuple(one)
                one = []
        one.append(outcome)
    if one:
        yield tuple(one)


def misses(scenario: Scenario, alerts: Sequence[Alert]) -> list[Miss]:
    """Every line of a test that does not hold, in their order."""
    told: dict[str, list[Alert]] = {}
    for alert in alerts:
        told.setdefault(alert.id, []).append(alert)
    used: set[tuple[str, int]] = set()
    named: set[str] = set()
    found: list[Miss] = []
    for line in scenario.test.lines:
        if isinstance(line, n.Expect):
            mine = {key: life for key, life in told.items() if about(line, life[0], scenario)}
            tolerance = scenario.interval if line.within is None else line.within
            for life in lives(line.outcomes):
                found += _life(line, life, mine, tolerance, scenario.origin, used, named)
    for line in scenario.test.lines:
        if isinstance(line, n.ExpectNothing):
            others = (life for key, life in told.items() if key not in named and fired(life, scenario))
            found += [Miss(line, None, tuple(life)) for life in others]
    return found


def about(line: n.Expect, alert: Alert, scenario: Scenario) -> bool:
    """Whether an alert is of the rule, the camera and the thing that a line names."""
    if alert.rule != line.rule.text or line.camera not in ("", alert.camera):
        return False
    if line.thing is None:
        return True
    rule = next((r for r in scenario.rules.rules if r.name == alert.rule), None)
    things = [str(thing.id) for thing in alert.things if thing.role == "thing"]
    return line.thing.text in (things[:1] if rule is not None and rule.each is not None else things)


def fired(life: Sequence[Alert], scenario: Scenario) -> bool:
    """Whether an alert fired, and was not opened by the end of the test itself."""
    end = scenario.origin + scenario.end
    firing = [alert.time for alert in life if alert.state == "firing"]
    return bool(firing) and (life[0].since < end or firing[0] <= end)


def _life(
    line: n.Expect,
    life: Sequence[Outcome],
    told: Mapping[str, Sequence[Alert]],
    tolerance: int,
    origin: int,
    used: set[tuple[str, int]],
    named: set[str],
) -> Iterator[Miss]:
    """Look for one alert that lives so; what it uses is not there for other lines."""
    best: tuple[tuple[int, int], str, list[int | None]] | None = None
    for key, alerts in told.items():
        at, off = [], 0
        for state, time in life:
            near = [
                (abs(alert.time - origin - time), k)
                for k, alert in enumerate(alerts)
                if alert.state == state and (key, k) not in used and k not in at
            ]
            off += min(near, default=(0, 0))[0]
            ok = [k for apart, k in sorted(near) if apart <= tolerance]
            at.append(ok[0] if ok else None)
        rank = (-sum(k is not None for k in at), off)
        if best is None or rank < best[0]:
            best = (rank, key, at)
    if best is None:
        yield Miss(line, life[0], ())
        return
    _, key, at = best
    named.add(key)
    used |= {(key, k) for k in at if k is not None}
    for outcome, k in zip(life, at, strict=True):
        if k is None:
            yield Miss(line, outcome, tuple(told[key]))
