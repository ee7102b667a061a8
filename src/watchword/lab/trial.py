"""The tests of a rule file, run and judged, with what a person needs to see why one fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from watchword.errors import WatchwordError
from watchword.events import Alert
from watchword.lab.judge import Miss, about, misses
from watchword.lab.play import LeftOut, play, running
from watchword.lab.scenario import Scenario
from watchword.lab.timeline import STATES, Mark, draw, in_seconds
from watchword.lab.trace import Lane, Trace
from watchword.lang import nodes as n
from watchword.lang.ruleset import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene
from watchword.units import SECOND

AROUND = 30 * SECOND
WIDTH = 100
PICTURES = 5
"""So many faults of a test are shown with a picture; of more, only what came is told."""
MOST = 3
"""So many zones of an `each zone` rule are shown where it is not known which one is meant."""


@attrs.frozen
class Fault:
    """What is wrong with a test.

    Attributes:
        place: `file:line:column` of the line that does not hold.
        expected: That line, or what else is wrong.
        came: What came instead; or what to do.
        picture: The parts of the rule around that moment, as text; empty where there is nothing to show.
    """

    place: str
    expected: str
    came: str
    picture: str = ""

    def show(self) -> str:
        """The fault as text."""
        return "\n".join(part for part in (f"{self.place}: {self.expected}", f"  {self.came}", self.picture) if part)


@attrs.frozen
class Result:
    """How a test went.

    Attributes:
        file: The rule file.
        name: The test's name.
        line: The line it begins on, from 1.
        faults: What is wrong; empty where it passes.
        left_out: Rules of the file that do not run in it, and why.
    """

    file: str
    name: str
    line: int
    faults: tuple[Fault, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all it expects has come."""
        return not self.faults

    @property
    def not_run(self) -> bool:
        """Whether it fails because this version does not run a rule that it speaks of."""
        codes = {f.code for out in self.left_out for f in out.findings}
        return bool(self.faults) and all(fault.expected.endswith(NOT_RUN) for fault in self.faults) and "E401" in codes

    def show(self) -> str:
        """The test and its faults as text."""
        head = f"{self.file}:{self.line}: {self.name}"
        return "\n".join([head, *(_indented(fault.show()) for fault in self.faults)])


NOT_RUN = "does not run here"


def run_tests(rules: RuleSet, pattern: str = "", *, scene: Scene | None = None, restart: bool = False) -> list[Result]:
    """Run the tests of a rule file.

    Args:
        rules: The file, read.
        pattern: Only tests in whose name this regular expression is found.
        scene: What cameras look at in tests that give no scene.
        restart: Run each again with the engine saved and restored on the way; the same has to come.
    """
    return list(trials(rules, pattern, scene=scene, restart=restart))


def trials(rules: RuleSet, pattern: str = "", *, scene: Scene | None = None, restart: bool = False) -> Iterator[Result]:
    """The same, one by one as they are run."""
    wanted = re.compile(pattern)
    for test in rules.tests:
        if wanted.search(test.name):
            yield _trial(test, rules, scene, restart)


def _trial(test: n.TestDef, rules: RuleSet, scene: Scene | None, restart: bool) -> Result:
    line, _ = rules.source.place(test.span.start)
    result = Result(rules.source.name, test.name, line)
    where = rules.source.at(test.span)
    if not any(isinstance(x, n.Expect | n.ExpectNothing) for x in test.lines):
        hint = "write `expect RULE firing at 10s`, or `expect nothing else`"
        return attrs.evolve(result, faults=(Fault(where, "it expects nothing", hint),))
    try:
        scenario = Scenario.of(test, rules, scene)
        kept, left_out = running(scenario)
        result = attrs.evolve(result, left_out=left_out)
        named = {x.rule.text: x for x in test.lines if isinstance(x, n.Expect)}
        else_too = any(isinstance(x, n.ExpectNothing) for x in test.lines)
        bad = [out for out in left_out if out.rule in named or (else_too and out.unready)]
        if not kept.rules and not bad:
            bad = list(left_out[:1])
        if bad:
            return attrs.evolve(result, faults=tuple(_not_run(out, where) for out in bad))
        alerts = play(scenario, kept)
        found = misses(scenario, alerts)
        faults = _faults(scenario, kept, alerts, found) if found else []
        if restart and not faults:
            faults = _restarted(scenario, kept, alerts, where)
    except WatchwordError as error:
        return attrs.evolve(result, faults=(Fault(where, "it cannot run", str(error)),))
    return attrs.evolve(result, faults=tuple(faults))


def _not_run(out: LeftOut, where: str) -> Fault:
    return Fault(where, f"rule {out.rule} {NOT_RUN}", _indented(out.findings[0].show()).lstrip())


def _restarted(scenario: Scenario, rules: RuleSet, alerts: Sequence[Alert], where: str) -> list[Fault]:
    """Faults where the engine, saved and restored on the way, tells something else."""
    dark = sorted({s.start for s in scenario.spells if s.kind == "dark"})
    for times in ([*dark], [scenario.end // 3], [scenario.end * 2 // 3]):
        if not times:
            continue
        again = play(scenario, rules, times)
        if again != alerts:
            when = ", ".join(map(in_seconds, times))
            return [Fault(where, f"restarted at {when}, it tells something else", _difference(scenario, alerts, again))]
    return []


def _difference(scenario: Scenario, alerts: Sequence[Alert], again: Sequence[Alert]) -> str:
    lost = [_record(scenario, a) for a in alerts if a not in again]
    new = [_record(scenario, a) for a in again if a not in alerts]
    if not lost and not new:
        return "the same transitions, in another order"
    told = [f"without a restart: {', '.join(lost)}"] if lost else []
    return "; ".join(told + ([f"with it: {', '.join(new)}"] if new else []))


def _record(scenario: Scenario, alert: Alert) -> str:
    return f"{alert.rule}{_of(scenario, alert)} {alert.state} {in_seconds(alert.time - scenario.origin)}"


def _of(scenario: Scenario, alert: Alert) -> str:
    """Whom an alert is about; of a rule about the camera as a whole, nobody."""
    bound = any(rule.name == alert.rule and rule.each is not None for rule in scenario.rules.rules)
    return f" of {alert.things[0].id}" if bound and alert.things else ""


# ---- what went wrong


def _faults(scenario: Scenario, rules: RuleSet, alerts: Sequence[Alert], found: Sequence[Miss]) -> list[Fault]:
    """The faults with their pictures; the scenario is played once more, looked at closely."""
    traces = [_trace(scenario, rules, miss) for miss in found]
    closely = traces[:PICTURES]

    def look(engine: Engine, now: int) -> None:
        for trace in closely:
            trace.look(engine, now)

    play(scenario, rules, look=look)
    return [_fault(scenario, alerts, miss, trace) for miss, trace in zip(found, traces, strict=True)]


def _trace(scenario: Scenario, rules: RuleSet, miss: Miss) -> Trace:
    """What to follow: the rule of the line, for the thing it names or the one that comes nearest."""
    name = miss.line.rule.text if isinstance(miss.line, n.Expect) else miss.life[0].rule
    rule = next(r for r in rules.rules if r.name == name)
    asked = miss.line.thing.text if isinstance(miss.line, n.Expect) and miss.line.thing else None
    if rule.each is not None and asked is None:
        labels = rules.labels(rule.each.classes)
        mine = [thing.name.text for thing in scenario.things if thing.label.text in labels]
        asked = str(miss.life[0].things[0].id) if miss.life else next(iter(mine), None)
    thing = next((t for t in scenario.things if t.name.text == asked), None)
    camera = miss.line.camera if isinstance(miss.line, n.Expect) else ""
    camera = camera or (miss.life[0].camera if miss.life else "") or (scenario.camera_of(thing) if thing else "")
    return Trace(name, camera or next(iter(scenario.scenes)), asked if rule.each is not None else None)


def _fault(scenario: Scenario, alerts: Sequence[Alert], miss: Miss, trace: Trace) -> Fault:
    zero = scenario.origin
    marks: list[Mark] = []
    came = ""
    if miss.outcome is None:
        first = next(a for a in miss.life if a.state == "firing")
        what = f"expect nothing else, but {first.rule}{_of(scenario, first)} fires at {in_seconds(first.time - zero)}"
        came = _life(scenario, miss.life)
        moment = first.time - zero
        marks = [Mark(moment, f"firing {in_seconds(moment)}")]
    else:
        assert isinstance(miss.line, n.Expect)
        state, moment = miss.outcome
        of = f" of {miss.line.thing.text}" if miss.line.thing else ""
        what = f"expect {miss.line.rule.text}{of} {state} at {in_seconds(moment)}"
        marks = [Mark(moment, f"expected: {state} {in_seconds(moment)}")]
        same = min((a for a in miss.life if a.state == state), key=lambda a: abs(a.time - zero - moment), default=None)
        if same is not None:
            late = same.time - zero - moment
            marks.append(Mark(same.time - zero, f"{state} {in_seconds(same.time - zero)}"))
            came = f"{in_seconds(abs(late))} {'late' if late > 0 else 'early'}: " if late else "another alert's: "
        came += _life(scenario, miss.life) if miss.life else _none(miss.line, scenario, alerts)
        if moment > scenario.end and same is None:
            came += (
                f"\n  The test ends at {in_seconds(scenario.end)}, with its last `given`: "
                "what is under way then is settled, and nothing new begins."
            )
    return Fault(scenario.rules.source.at(miss.line.span), what, came, _picture(scenario, miss, trace, marks, moment))


def _life(scenario: Scenario, life: Sequence[Alert]) -> str:
    told = []
    for a in life:
        reason = f" ({a.reason})" if a.reason else ""
        told.append(f"{a.state} {in_seconds(a.time - scenario.origin)}{reason}")
    return f"{life[0].rule}{_of(scenario, life[0])} came: {' → '.join(told)}"


def _none(line: n.Expect, scenario: Scenario, alerts: Sequence[Alert]) -> str:
    """What to say where no alert is left that the line could mean."""
    if any(about(line, alert, scenario) for alert in alerts):
        return f"{line.rule.text}: every alert of it is named by other lines"
    others = dict.fromkeys(_of(scenario, a) for a in alerts if a.rule == line.rule.text)
    if others:
        return f"nothing came of {line.rule.text} here; it came{','.join(others)}"
    return f"nothing came of {line.rule.text}"


def _picture(scenario: Scenario, miss: Miss, trace: Trace, marks: Sequence[Mark], moment: int) -> str:
    """The parts of the rule half a minute before and after."""
    zero = scenario.origin
    start = max(0, moment - AROUND)
    lanes: list[Lane] = []
    zones = miss.life[0].zones if miss.life else ()
    for one in [x for x in trace.instances if not x.zone or not zones or x.zone in zones][:MOST]:
        lanes += [attrs.evolve(x, changes=[(time - zero, value) for time, value in x.changes]) for x in one.lanes]
    life = Lane(f"{trace.rule} of {trace.thing}" if trace.thing is not None else trace.rule)
    for alert in miss.life:
        life.changes.append((alert.time - zero, STATES[alert.state]))
    if not lanes:
        return ""
    return "\n" + _indented(draw(lanes, [life] if miss.life else [], marks, start, start + 2 * AROUND, WIDTH), 4)


def _indented(text: str, by: int = 2) -> str:
    return "\n".join(" " * by + line if line else "" for line in text.split("\n"))


__all__ = ["Fault", "Result", "run_tests", "trials"]
