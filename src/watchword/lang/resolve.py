"""What is wrong with rules once it is known which cameras there are and what they look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import attrs

from watchword.errors import SceneError
from watchword.lang import drawn
from watchword.lang import nodes as n
from watchword.lang.check import names_of
from watchword.lang.conditions import ConditionCheck
from watchword.lang.findings import Finding, did_you_mean, finding
from watchword.lang.kinds import metric_places
from watchword.lang.load import Placed
from watchword.lang.names import Names
from watchword.lang.parse import of_spoiled
from watchword.lang.refs import refs, walk
from watchword.scene import Line, Scene, Size, Zone
from watchword.text import Source
from watchword.units import IN_PICTURE

BEYOND = 0.1
"""So large a share of a zone may lie beyond what is known of the ground."""
Known = tuple[dict[str, Zone], dict[str, Line], list[Finding]]


class Rules(Protocol):
    """What is asked of a rule set."""

    @property
    def rules(self) -> tuple[n.Rule, ...]: ...  # noqa: D102 - as RuleSet says
    @property
    def broken(self) -> tuple[Placed, ...]: ...  # noqa: D102
    @property
    def spoiled(self) -> frozenset[tuple[str, str]]: ...  # noqa: D102
    @property
    def names(self) -> Names: ...  # noqa: D102
    @property
    def findings(self) -> tuple[Finding, ...]: ...  # noqa: D102
    def source_of(self, rule: n.Rule, /) -> Source: ...  # noqa: D102
    def zones_of(self, rule: n.Rule, /) -> list[n.Name]: ...  # noqa: D102
    def on(self, rule: n.Rule, camera: str, /) -> n.Rule: ...  # noqa: D102
    def known(self, frame: Size | None, scene: Scene | None, /) -> Known: ...  # noqa: D102


@attrs.frozen
class _Camera:
    name: str
    scene: Scene | None
    zones: dict[str, Zone]
    lines: dict[str, Line]
    preset: str = ""

    @property
    def shown(self) -> str:
        if self.preset:
            return f"{self.name} at {self.preset}" if self.name else self.preset
        return self.name or (self.scene.name if self.scene else "") or "here"


def resolved(rules: Rules, scenes: Mapping[str, Scene | None]) -> list[Finding]:
    """What is wrong with rules on these cameras (None: nothing is known of what one looks at).

    A rule has to apply to one camera at least, and needs of every camera it applies to what it asks for: metres, flows,
    sides, north. Of a rule with other mistakes its zones and lines are looked up all the same.
    """
    findings: list[Finding] = []
    cameras = []
    for name, scene in scenes.items():
        views: Mapping[str, Scene | None] = {"": None} if scene is None else scene.views
        for preset, view in views.items():
            zones, lines, wrong = rules.known(view.frame if view else None, view)
            cameras.append(_Camera(name, view, zones, lines, preset))
            findings += [one for one in wrong if one not in findings]
    for rule in rules.rules:
        findings += _rule(rules, rule, cameras)
    for placed in rules.broken:
        findings += [f for f in _broken(rules, placed, cameras) if not any(_within(f, told) for told in rules.findings)]
    return [f for f in findings if not of_spoiled(f, rules.spoiled)]


def _rule(rules: Rules, rule: n.Rule, cameras: list[_Camera]) -> list[Finding]:
    source = rules.source_of(rule)
    if rule.cameras is not None:
        known = [camera.name for camera in cameras]
        for name in rule.cameras:
            if name.text not in known:
                notes = [f"cameras: {', '.join(k for k in known if k)}"] if any(known) else []
                hint = did_you_mean(name.text, known)
                return [finding("E106", source, name.span, name=name.text, hint=hint, notes=notes)]
        named = {c.text for c in rule.cameras}
        cameras = [camera for camera in cameras if camera.name in named]
    found: list[Finding] | None = None
    wrong: dict[tuple[str, object], list[tuple[Finding, str]]] = {}
    zones, lines = rules.zones_of(rule), names_of(rule)[1]
    lacking: dict[str, list[tuple[Finding, str]]] = {}
    runs: set[str] = set()
    for camera in cameras:
        missing = _missing(rules, source, zones, lines, camera)
        if missing:
            found = missing if found is None else found
            lacking.setdefault(camera.name, []).extend((one, camera.shown) for one in missing[:1] if camera.preset)
            continue
        found = []
        runs.add(camera.name)
        here = rules.on(rule, camera.name)
        for one in [
            *_with_scene(here, camera, source, rules.names),
            *_clock(here, camera, source),
            *_far_off(here, rules.zones_of(here), camera, source, rules.names),
        ]:
            wrong.setdefault((one.code, one.span), []).append((one, camera.shown))
    for where, missed in lacking.items():
        for one, at in missed if where in runs else ():
            wrong.setdefault(("W215", one.span), []).append((_elsewhere(source, one, at), at))
    return [*(found or []), *(_once(same) for same in wrong.values())]


def _elsewhere(source: Source, missing: Finding, at: str) -> Finding:
    """A zone or line that a turning camera has in other presets only."""
    what = "line" if missing.code == "E105" else "zone"
    name = source.text[missing.span.start : missing.span.end]
    hint = "draw it there too, if the place is to be seen there; else allow this"
    return finding("W215", source, missing.span, what=what, name=name, at=at, hint=hint)


def _within(one: Finding, other: Finding) -> bool:
    """Whether a finding lies in the place of another."""
    same = one.source.name == other.source.name
    return same and other.span.start <= one.span.start and one.span.end <= other.span.end


def _once(same: list[tuple[Finding, str]]) -> Finding:
    """The same fault on several cameras, told of the first."""
    (first, _), *rest = same
    others = ", ".join(camera for _, camera in rest[:5]) + (", …" if len(rest) > 5 else "")
    return attrs.evolve(first, notes=(*first.notes, f"also on: {others}")) if rest else first


def _broken(rules: Rules, placed: Placed, cameras: list[_Camera]) -> list[Finding]:
    """The zones and lines of a rule that has other mistakes, where no camera has them."""
    assert isinstance(placed.item, n.RuleDef)
    body = placed.item.body
    bound = {c.name.text for c in body if isinstance(c, n.EachZone)} if isinstance(body, tuple) else set()
    named = [(kind, name) for kind, name in refs(placed.item) if name.text not in bound]
    zones = [name for kind, name in named if kind == "zone"]
    lines = [name for kind, name in named if kind == "line"]
    every = [_missing(rules, placed.source, zones, lines, camera) for camera in cameras]
    return every[0] if every and all(every) else []


def _missing(
    rules: Rules, source: Source, zones: Iterable[n.Name], lines: Iterable[n.Name], camera: _Camera
) -> list[Finding]:
    lacking = [lack for zone in zones for lack in drawn.lacking(zone, source, rules.names, camera.zones)]
    return [
        *(_unknown(name, at, "E104", "zones", camera.zones, camera.scene) for name, at in lacking),
        *(
            _unknown(x, source, "E105", "lines", camera.lines, camera.scene)
            for x in lines
            if x.text not in camera.lines
        ),
    ]


def _unknown(name: n.Name, source: Source, code: str, what: str, known: Iterable[str], scene: Scene | None) -> Finding:
    where = f" of {scene.name}" if scene else ""
    drawn_so = (
        f"zone {name.text} = polygon (x, y) (x, y) (x, y)"
        if what == "zones"
        else f"line {name.text} = (x, y) to (x, y)"
    )
    listed = ", ".join(known) or f"none; draw it in this file: `{drawn_so}`, or give a scene that has it"
    notes = [f"{what}{where}: {listed}"]
    return finding(code, source, name.span, name=name.text, hint=did_you_mean(name.text, known), notes=notes)


def _with_scene(rule: n.Rule, camera: _Camera, source: Source, names: Names) -> list[Finding]:
    """What only a scene can tell: sides of its lines, flows of its zones, north, metres."""
    check = ConditionCheck(source, names)
    scene, conditions = camera.scene, (rule.when, rule.clear or (), rule.excepted)
    for part in walk(conditions):
        if isinstance(part, n.Apply | n.Of) and part.way is not None and scene is not None:
            name = part.names[0].text if isinstance(part, n.Apply) and part.names else ""
            name = part.line.text if isinstance(part, n.Of) and part.line else name
            if name in scene.lines and name not in names.get("line"):
                check.way(part.way, name, scene.lines[name].sides)
        if isinstance(part, n.Apply) and part.word.text == "against":
            for zone in part.names:
                if zone.text in camera.zones and camera.zones[zone.text].flow is None:
                    hint = f"draw it: `zone {zone.text} = polygon … flowing (x, y) to (x, y)`"
                    check.add("E303", zone.span, name=zone.text, hint=hint)
        if isinstance(part, n.Apply) and part.compass is not None and (scene is None or scene.north is None):
            hint = 'say degrees, such as `90deg`, or give the scene `"north": 40`'
            check.add("E307", part.compass.span, name=part.compass.text, camera=f"`{camera.shown}`", hint=hint)
    if scene is None or scene.ground is None or not scene.ground.metric:
        for span, kind, text in metric_places(conditions)[:1]:
            unit = IN_PICTURE.get(kind)
            ground = "give the scene four points of the ground"
            hint = f"say it in {unit}, or {ground}" if unit else ground
            check.add("E302", span, what=f"`{text}`", camera=f"`{camera.shown}`", hint=hint)
    return check.findings


def _clock(rule: n.Rule, camera: _Camera, source: Source) -> Iterator[Finding]:
    """Hours of the day, where nobody said which clock they are read by."""
    if rule.active is None or (camera.scene is not None and camera.scene.time_zone is not None):
        return
    who = f"camera `{camera.shown}`" if camera.shown != "here" else "the camera"
    why = f"no scene says in which time zone {who} hangs"
    hint = 'give its scene, with `"time_zone": "Europe/Paris"`'
    if camera.scene is not None:
        why = f"the scene of {who} gives no time zone"
        hint = 'write it into the scene: `"time_zone": "Europe/Paris"`'
    yield finding("W216", source, rule.active.span, name=rule.active.text, why=why, hint=hint)


def _far_off(rule: n.Rule, zones: Iterable[n.Name], camera: _Camera, source: Source, names: Names) -> list[Finding]:
    """Zones of a rule that asks for metres, where the camera's calibration does not reach."""
    metric = metric_places((rule.when, rule.clear or (), rule.excepted))
    ground = camera.scene.ground if camera.scene else None
    if not metric or ground is None or not ground.metric:
        return []
    from watchword.calibration import meets_horizon, outside  # it loads NumPy: only metres ask for it

    check = ConditionCheck(source, names)
    known = "points" if ground.pairs else "people"
    told = set()
    try:
        for zone in zones:
            if zone.span in told:  # of a group of zones the first
                continue
            share = outside(ground, camera.zones[zone.text])
            if meets_horizon(ground, camera.zones[zone.text]):
                why = f"it reaches the horizon of camera `{camera.shown}`, where nothing has a place on the ground"
                hint = "draw it up to where people stand"
            elif share > BEYOND:
                where = f"beyond the {known} by which camera `{camera.shown}` knows the ground"
                why = f"{share * 100:.0f} % of it lies {where}"
                hint = f"give the scene {known} around it"
            else:
                continue
            told.add(zone.span)
            check.add("W214", zone.span, name=zone.text, why=why, hint=hint)
    except SceneError as error:
        span, _, text = metric[0]
        check.add("E302", span, what=f"`{text}`", camera=f"`{camera.shown}`", hint=str(error))
    return check.findings
