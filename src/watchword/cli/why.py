"""`watchword why`: the story of an alert that came; `watchword why-not`: what was missing for one that did not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs
import click
from rich.console import Console
from rich.text import Text

from watchword.cli.lets import option
from watchword.cli.source import START, open_source
from watchword.cli.terminal import Terminal, colour_bars
from watchword.errors import DataError, WatchwordError
from watchword.events import Alert
from watchword.lab import story
from watchword.lab.timeline import STATES, draw
from watchword.lab.trace import FALSE, NOTHING, TRUE, Following, Trace
from watchword.lang import nodes as n
from watchword.lang.findings import did_you_mean
from watchword.lang.ruleset import RuleSet
from watchword.lang.show import show
from watchword.scene import Scene
from watchword.tracks import Tracks
from watchword.units import SECOND, TIME, clock, nanoseconds
from watchword.watch import Watch, read_rules

BEFORE = 60 * SECOND
WORDS = {TRUE: "true", FALSE: "false", NOTHING: "not there"}
RATE = 15.0


@click.command()
@click.argument("alerts", type=click.Path())
@click.argument("id", required=False)
def why(alerts: str, id: str | None) -> None:  # noqa: A002 - it is the alert's id
    """Tell the story of an alert in ALERTS, an alerts.jsonl or the folder that holds it.

    ID is an alert's id, or its beginning; without it all alerts are listed.
    """
    records = story.read(alerts)
    console = Console(highlight=False, soft_wrap=True)
    if id is None:
        for line in story.listed(records):
            console.print(Text(line))
        if not records:
            console.print(Text("no alerts", "dim"))
        return
    console.print(_coloured(story.story(story.of(records, id))))


@click.command(name="why-not")
@click.argument("video")
@click.option("--rules", required=True, help="A rule file (.watch), or a sentence.")
@click.option("--rule", "name", help="Which rule; where there is one, it is that.")
@click.option("--thing", help="The number of the thing, as the tracks have it.")
@click.option("--at", "moment", help="When: 31s, 1:31.5, 2min; the end where not given.")
@click.option("--camera", help="Which camera, where there are several.")
@option
@click.option("--scene", type=click.Path(), help="The camera's scene file (JSON).")
@click.option("--detector", help="What sees, as for `run`.")
@click.option("--tracker", help="What follows, as for `run`.")
@click.option("--start", help=START)
@click.option("--fps", type=float, help="Frames a second, where the input does not say.")
@click.option(
    "--rate", type=float, default=RATE, show_default=True, help="Look at no more than so many frames a second."
)
def why_not(
    video: str,
    rules: str,
    name: str | None,
    thing: str | None,
    moment: str | None,
    camera: str | None,
    lets: dict[str, str],
    scene: str | None,
    detector: str | None,
    tracker: str | None,
    start: str | None,
    fps: float | None,
    rate: float,
) -> None:
    """Tell what of a rule held for a thing at a moment of VIDEO, and how near it came to firing.

    VIDEO is a film, a folder of pictures, or a file of boxes; it is watched from its start to that moment. Times
    count from the film's zero.
    """
    read = read_rules(rules, lets)
    rule = _rule(read, name)
    if rule.each is not None and thing is None:
        raise click.UsageError(f"--thing: rule {rule.name} is about each {_class(rule)}; say which one")
    until = None if moment is None else _time(moment)
    given = Scene.load(scene).at() if scene else None
    source = open_source(video, fps, start, rate, given)
    view = given or source.scene
    watch = Watch(read, scene=view, detector=detector, tracker=tracker, source=source.name, origin=source.origin)
    trace = Trace(rule.name, camera or source.camera, thing if rule.each is not None else None)
    alerts: list[Alert] = []
    seen: dict[str, str] = {}
    last = None
    with watch, Terminal(quiet=False, total=source.total) as terminal:
        for now, frame, table in source.looks():
            if until is not None and now - source.origin > until:
                break
            if frame is not None:
                alerts += watch.step(frame)
            elif isinstance(table, Tracks):
                alerts += watch.observe(table)
            elif table is not None:
                alerts += watch.detected(table)
            trace.look(watch.engine, now)
            if watch.tracks is not None:
                seen |= {str(k): watch.tracks.label(row) for row, k in enumerate(watch.tracks.ids.tolist())}
            last = now
            terminal.look(now - source.origin)
    for note in source.notes:
        terminal.note(note)
    if last is None:
        raise DataError("nothing was looked at by then", where=video, fix="give a later --at")
    if rule.each is not None and not trace.met:
        raise DataError(*_unmet(str(thing), seen))
    if not trace.instances:
        raise DataError(f"rule {rule.name} does not apply to camera {trace.camera}", fix="see --camera and `on camera`")
    labels = read.labels(rule.each.classes) if rule.each is not None else frozenset()
    told = Answer(rule, labels, trace, [a for a in alerts if _about(a, rule, trace)], last, source.origin)
    Console(highlight=False, soft_wrap=True).print(_coloured("\n".join(told.lines())))


def _rule(rules: RuleSet, name: str | None) -> n.Rule:
    known = {rule.name: rule for rule in rules.rules}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name is None:
        raise click.UsageError(f"--rule: say which of {', '.join(known)}")
    if name not in known:
        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise WatchwordError(f"there is no rule `{name}`", where=rules.source.name, fix=hint)
    return known[name]


def _class(rule: n.Rule) -> str:
    return " or ".join(c.text for c in rule.each.classes) if rule.each else ""


def _time(text: str) -> int:
    """31s, 31.5, 1:31.5, 1:02:03, 2min: nanoseconds."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|min|h)?", text.strip()):
        return nanoseconds(found[1], found[2] if found[2] in TIME else "s")
    if found := re.fullmatch(r"(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)", text.strip()):
        return nanoseconds(found[1] or "0", "h") + nanoseconds(found[2], "min") + nanoseconds(found[3], "s")
    raise click.BadParameter(f"{text!r} is no time: 31s, 1:31.5 or 2min", param_hint="--at")


def _unmet(thing: str, seen: dict[str, str]) -> tuple[str, ...]:
    there = ", ".join(f"{label} #{key}" for key, label in list(seen.items())[:12])
    more = f" and {len(seen) - 12} more" if len(seen) > 12 else ""
    return (f"no thing {thing} was there by then; there were: {there}{more}" if seen else "no thing was there by then",)


def _about(alert: Alert, rule: n.Rule, trace: Trace) -> bool:
    if alert.rule != rule.name or alert.camera != trace.camera:
        return False
    return rule.each is None or any(str(t.id) == str(trace.thing) for t in alert.things[:1])


@attrs.frozen
class Answer:
    """What there is to say: the rule, its labels, what was followed, the alerts that came; now and zero in ns."""

    rule: n.Rule
    labels: frozenset[str]
    trace: Trace
    alerts: list[Alert]
    now: int
    zero: int

    def lines(self) -> Iterator[str]:
        """All of it, line by line."""
        about = f"  {self.trace.label} #{self.trace.thing}" if self.rule.each is not None else ""
        yield f"{self.rule.name}{about}  {self.trace.camera}  at {self._clock(self.now)}"
        for one in self.trace.instances:
            yield show(one.root.rule.when) + (f"  in zone {one.zone}" if one.zone else "")
            yield ""
            yield from self._values(one)
            yield ""
            yield from self._nearest(one)
            yield ""
            yield self._picture(one)

    def _clock(self, time: int) -> str:
        return clock(time - self.zero)

    def _values(self, one: Following) -> Iterator[str]:
        for lane in one.lanes:
            value, since = lane.at(self.now)
            when = f"since {self._clock(since):>7}" if since is not None and value != NOTHING else ""
            numbers = [m.show(m.now) for m in one.margins if m.text == lane.text and m.now is not None]
            said = f"  (now {', '.join(numbers)})" if numbers else ""
            yield f"  {WORDS.get(value, 'unknown'):<9}  {when:<13}  {lane.text}{said}"

    def _nearest(self, one: Following) -> Iterator[str]:
        """Whether it fired, was held back, or how near it came: for how long, and by which numbers."""
        fired = [a for a in self.alerts if a.state == "firing" and not a.reason]
        if fired:
            yield f"it fired at {', '.join(self._clock(a.time) for a in fired)} (`watchword why` tells of it)"
            return
        if self.rule.each is not None and self.trace.label not in self.labels:
            yield f"the rule is about each {_class(self.rule)}, and this is a {self.trace.label}"
            return
        if back := [a for a in self.alerts if a.state == "suppressed"]:
            yield f"it was held back at {self._clock(back[-1].time)}: {back[-1].reason}"
        near = []
        if one.held.until is not None and one.held.needed:
            held = f"held {one.held.longest / SECOND:.1f}" if one.held.longest else "true for one look,"
            near.append(f"{held} of {one.held.needed / SECOND:.12g} s, at {self._clock(one.held.until)}")
        near += [
            f"{m.show(m.closest)}, at {self._clock(m.when)}  ({m.text})"
            for m in one.margins
            if m.closest is not None and m.when is not None and not m.reached
        ]
        yield from (f"closest: {text}" for text in near)
        never = [
            lane.text
            for lane in one.lanes
            if not lane.text.startswith("except ") and all(value != TRUE for _, value in lane.changes)
        ]
        yield from (f"never true: {text}" for text in never)
        if not never and one.held.until is None:
            yield "never true all at once"

    def _picture(self, one: Following) -> str:
        """The last minute."""
        lanes = [attrs.evolve(x, changes=[(t - self.zero, value) for t, value in x.changes]) for x in one.lanes]
        life = attrs.evolve(one.whole, changes=[(a.time - self.zero, STATES[a.state]) for a in self.alerts])
        end = max(self.now - self.zero, SECOND)
        start = max(0, end - BEFORE)
        drawn = draw(lanes, [life] if self.alerts else [], [], start, end)
        return "\n".join(f"  {line}" if line else "" for line in drawn.split("\n"))


def _coloured(text: str) -> Text:
    shown = Text(text)
    shown.highlight_regex(r"\A.*$", "bold")
    shown.highlight_regex(r"(?m)^ +true\b", "green")
    shown.highlight_regex(r"(?m)^ +false\b", "red")
    shown.highlight_regex(r"(?m)^ +unknown\b", "yellow")
    shown.highlight_regex(r"(?m)^(closest|never true).*$", "bold yellow")
    colour_bars(shown)
    return shown
