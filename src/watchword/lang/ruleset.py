"""A rule file, read and checked; and where its rules apply once the cameras' scenes are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import attrs

from watchword.errors import SceneError, WatchwordError
from watchword.lang import load as loading
from watchword.lang import nodes as n
from watchword.lang.check import RuleCheck, names_of, overridden
from watchword.lang.conditions import ConditionCheck
from watchword.lang.findings import Finding, did_you_mean, finding, ordered, raise_errors
from watchword.lang.kinds import metric_places
from watchword.lang.load import Placed, folder_of
from watchword.lang.names import Classes, Names, gather
from watchword.lang.parse import parse_sentence
from watchword.lang.refs import refs, walk
from watchword.lang.rewrite import desugared
from watchword.lang.show import show
from watchword.scene import Line, Scene, Size, Zone
from watchword.text import Source, Span
from watchword.units import IN_PICTURE
from watchword.words import WORDS


@attrs.frozen(eq=False)
class RuleSet:
    """Rules with what their file defines.

    Attributes:
        source: The text they were read from.
        rules: Without sugar, in the order of the file; those with errors are left out.
        names: What the file and its includes define.
        overrides: Rules as they are on one camera, by rule and camera.
        tests: The `test` blocks of the file.
        findings: All that the check found, warnings too.
    """

    source: Source
    rules: tuple[n.Rule, ...]
    names: Names
    overrides: Mapping[tuple[str, str], n.Rule]
    tests: tuple[n.TestDef, ...]
    findings: tuple[Finding, ...]

    @property
    def classes(self) -> Classes:
        """Every class as the set of labels it stands for."""
        return self.names.classes

    @property
    def people(self) -> frozenset[str]:
        """The labels of people: what the class `person` stands for."""
        return self.classes.get("person", frozenset({"person"}))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a rule file.

        Raises:
            RuleError: It holds errors; all of them are in `.findings`.
            WatchwordError: It cannot be read.
        """
        rules = check_file(path)
        raise_errors(rules.findings)
        return cls(**attrs.asdict(rules, recurse=False))

    @classmethod
    def loads(cls, text: str, name: str = "rules") -> Self:
        """Read rules from text; `name` stands in messages.

        Raises:
            RuleError: It holds errors; all of them are in `.findings`.
        """
        rules = check_text(Source(name, text))
        raise_errors(rules.findings)
        return cls(**attrs.asdict(rules, recurse=False))

    def source_of(self, rule: n.Rule) -> Source:
        """The text that a rule stands in: the file's, or that of one it includes."""
        placed = self.names.get("rule").get(rule.name)
        return placed.source if placed else self.source

    @property
    def sources(self) -> tuple[Source, ...]:
        """The file's text, and those of the files it includes that define something."""
        placed = [p.source for kind in self.names.items.values() for p in kind.values()]
        return tuple({id(source): source for source in (self.source, *placed)}.values())

    def known(self, frame: Size | None, scene: Scene | None) -> tuple[dict[str, Zone], dict[str, Line], list[Finding]]:
        """The zones and lines that hold for a camera: the scene's, and the file's in a frame of this size."""
        findings: list[Finding] = []
        zones = dict(scene.zones) if scene else {}
        lines = dict(scene.lines) if scene else {}
        view = scene.view if scene else "eye"
        for name, placed in self.names.get("zone").items():
            if isinstance(placed.item, n.ZoneDef):
                zone = zone_of(placed, frame)
                if isinstance(zone, Finding):
                    findings.append(zone)
                else:
                    zones[name] = attrs.evolve(zone, view=view)
        for name, placed in self.names.get("line").items():
            line = line_of(placed, frame)
            if isinstance(line, Finding):
                findings.append(line)
            else:
                lines[name] = attrs.evolve(line, view=view)
        return zones, lines, findings

    def on(self, rule: n.Rule, camera: str) -> n.Rule:
        """A rule as it is on a camera: with its override there."""
        return self.overrides.get((rule.name, camera), rule)

    def applying(self, camera: str, frame: Size | None, scene: Scene | None) -> tuple[n.Rule, ...]:
        """The rules that apply to a camera: those that name it or none, and whose every zone and line is known."""
        zones, lines, _ = self.known(frame, scene)
        found = [self.on(rule, camera) for rule in self.rules]
        return tuple(
            rule
            for rule in found
            if (rule.cameras is None or camera in {c.text for c in rule.cameras})
            and all(z.text in zones for z in names_of(rule)[0])
            and all(x.text in lines for x in names_of(rule)[1])
        )

    def resolve(self, scenes: Mapping[str, Scene | None]) -> list[Finding]:
        """What is wrong once it is known which cameras there are and what they look at (None: nothing is known).

        A rule has to apply to one camera at least.
        """
        findings: list[Finding] = []
        for scene in scenes.values():
            findings += self.known(scene.frame if scene else None, scene)[2]
        for rule in self.rules:
            findings += self._resolve(rule, scenes)
        return findings

    def _resolve(self, rule: n.Rule, scenes: Mapping[str, Scene | None]) -> list[Finding]:
        source = self.source_of(rule)
        candidates = scenes
        if rule.cameras is not None:
            for name in rule.cameras:
                if name.text not in scenes:
                    notes = [f"cameras: {', '.join(k for k in scenes if k)}"] if any(scenes) else []
                    hint = did_you_mean(name.text, scenes)
                    return [finding("E106", source, name.span, name=name.text, hint=hint, notes=notes)]
            named = {c.text for c in rule.cameras}
            candidates = {k: v for k, v in scenes.items() if k in named}
        zones, lines = names_of(rule)
        found: list[Finding] | None = None
        for camera, scene in candidates.items():
            own_zones = [*self.names.get("zone"), *(scene.zones if scene else ())]
            own_lines = [*self.names.get("line"), *(scene.lines if scene else ())]
            missing = [
                *_missing(source, "E104", "zones", zones, own_zones, scene),
                *_missing(source, "E105", "lines", lines, own_lines, scene),
            ]
            if not missing:
                return self._with_scene(self.on(rule, camera), camera, scene, source)
            found = missing if found is None else found
        return found or []

    def _with_scene(self, rule: n.Rule, camera: str, scene: Scene | None, source: Source) -> list[Finding]:
        """What only a scene can tell: sides of its lines, flows of its zones, metres."""
        check = ConditionCheck(source, self.names)
        zones, _, _ = self.known(scene.frame if scene else None, scene)
        shown = camera or (scene.name if scene else "") or "here"
        for part in walk((rule.when, rule.clear or (), rule.excepted)):
            if isinstance(part, n.Apply | n.Of) and part.way is not None and scene is not None:
                name = part.names[0].text if isinstance(part, n.Apply) and part.names else ""
                name = part.line.text if isinstance(part, n.Of) and part.line else name
                if name in scene.lines and name not in self.names.get("line"):
                    check.way(part.way, name, scene.lines[name].sides)
            if isinstance(part, n.Apply) and part.word.text == "against":
                for zone in part.names:
                    if zone.text in zones and zones[zone.text].flow is None:
                        hint = f"draw it: `zone {zone.text} = polygon … flowing (x, y) to (x, y)`"
                        check.add("E303", zone.span, name=zone.text, hint=hint)
            if isinstance(part, n.Apply) and part.compass is not None and (scene is None or scene.north is None):
                hint = 'say degrees, such as `90deg`, or give the scene `"north": 40`'
                check.add("E307", part.compass.span, name=part.compass.text, camera=f"`{shown}`", hint=hint)
        if scene is None or scene.ground is None or not scene.ground.pairs:
            for span, kind, text in metric_places((rule.when, rule.clear or (), rule.excepted))[:1]:
                unit = IN_PICTURE.get(kind)
                hint = (
                    f"say it in {unit}, or give the scene four points of the ground"
                    if unit
                    else ("give the scene four points of the ground")
                )
                check.add("E302", span, what=f"`{text}`", camera=f"`{shown}`", hint=hint)
        return check.findings

    def unrun(self) -> list[Finding]:
        """What of the rules this version reads and checks, but does not run."""
        found: list[Finding] = []
        for rule in (*self.rules, *self.overrides.values()):
            source = self.source_of(rule)
            for zone in names_of(rule)[0]:
                made = self.names.get("zone").get(zone.text)
                if made is not None and isinstance(made.item, n.ZoneMade):
                    text = f"zone {zone.text}, made of other zones,"
                    found.append(finding("E401", source, zone.span, name=text, hint="draw it as a polygon for now"))
            for part in walk((rule.when,)):
                text, at = _unrun(part)
                if text:
                    found.append(finding("E401", source, at, name=text, hint="leave it out for now"))
            clauses = {
                "grace": rule.grace > 0,
                "clear when": rule.clear is not None,
                "unless firing": bool(rule.unless),
                "except": bool(rule.excepted),
                "active": rule.active is not None,
                "using": rule.using is not None,
                "each zone": rule.zone is not None,
                "severity … after": bool(rule.rises),
            }
            for name, used in clauses.items():
                if used:
                    found.append(finding("E401", source, rule.span, name=name, hint="leave it out for now"))
        return list(ordered(found))

    def labels(self, names: Iterable[n.Name]) -> frozenset[str]:
        """The detector's labels that these classes stand for."""
        return frozenset().union(*(self.classes.get(name.text, frozenset({name.text})) for name in names))


def _unrun(part: object) -> tuple[str, Span]:
    """What of a node is not run, and where; empty where it runs."""
    match part:
        case n.Apply():
            word = WORDS.get(part.word.text)
            if part.others or part.classes or part.compass or word is None or not word.build:
                return part.word.text, part.word.span
        case n.Becomes() | n.Signal() | n.Changes() | n.Sequence() | n.Compare() | n.Call():
            return show(part), part.span
        case n.Group() if part.near or part.other:
            return show(part), part.span
    return "", Span(0, 0)


def _missing(
    source: Source, code: str, what: str, names: Iterable[n.Name], known: list[str], scene: Scene | None
) -> list[Finding]:
    where = f" of {scene.name}" if scene else ""
    listed = ", ".join(known) if known else f"none; define one in the file, or give a scene that has {what}"
    return [
        finding(
            code,
            source,
            name.span,
            name=name.text,
            hint=did_you_mean(name.text, known),
            notes=[f"{what}{where}: {listed}"],
        )
        for name in names
        if name.text not in known
    ]


def zone_of(placed: Placed, frame: Size | None) -> Zone | Finding:
    """The zone that a file defines, in a frame of this size; a finding where it makes no sense."""
    definition = placed.item
    assert isinstance(definition, n.ZoneDef)
    try:
        flow = definition.flow
        ends = (flow[0], flow[1]) if flow else None
        name = definition.name.text.replace(".", "_")
        return Zone(name, definition.points, anchor=definition.anchor, flow=ends, frame=frame)
    except SceneError as error:
        return finding("E207", placed.source, definition.span, message=error.message, hint=error.fix)


def line_of(placed: Placed, frame: Size | None) -> Line | Finding:
    """The line that a file defines; a finding where it makes no sense."""
    definition = placed.item
    assert isinstance(definition, n.LineDef)
    try:
        sides = (definition.sides[0].text, definition.sides[1].text) if definition.sides else None
        return Line(definition.name.text.replace(".", "_"), definition.start, definition.end, sides, frame)
    except SceneError as error:
        return finding("E207", placed.source, definition.span, message=error.message, hint=error.fix)


def load(path: str | Path) -> RuleSet:
    """Read a rule file.

    Raises:
        RuleError: It holds errors; all of them are in `.findings`.
        WatchwordError: It cannot be read.
    """
    return RuleSet.load(path)


def check_file(path: str | Path) -> RuleSet:
    """Read and check a rule file; what is wrong is in `.findings`.

    Raises:
        WatchwordError: It cannot be read.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise WatchwordError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from None
    except UnicodeDecodeError:
        raise WatchwordError("is not text in UTF-8", where=str(path), fix="rule files are plain text") from None
    return check_text(Source(str(path), text), folder_of(path))


def check_text(source: Source, folder: Path | None = None) -> RuleSet:
    """Check rules in text; what is wrong is in `.findings`. Without a folder nothing can be included."""
    placed, findings = loading.load(source, folder)
    return _check(source, placed, findings)


def check_sentence(sentence: str, name: str = "sentence") -> RuleSet:
    """Check a sentence alone, the rule named `rule`; what is wrong is in `.findings`."""
    source = Source(name, sentence)
    item, findings = parse_sentence(source)
    return _check(source, [Placed(item, source)] if item else [], findings)


def _check(source: Source, placed: list[Placed], findings: list[Finding]) -> RuleSet:
    names, found = gather(placed)
    findings = [*findings, *found, *_definitions(names)]
    rules: list[n.Rule] = []
    for each in placed:
        if isinstance(each.item, n.RuleDef):
            found = RuleCheck(each.source, names).rule(each.item)
            findings += found
            if not any(f.is_error for f in found):
                rules.append(desugared(each.item, names))
    overrides: dict[tuple[str, str], n.Rule] = {}
    for each in placed:
        if isinstance(each.item, n.Override):
            findings += _override(each, each.item, names, overrides)
    tests = tuple(p.item for p in placed if isinstance(p.item, n.TestDef))
    findings += [f for test in tests for f in _test(test, names, source)]
    findings += _circles(names)
    if not any(f.is_error for f in findings):
        findings += _unused(placed, names, source) if rules else []
        if not rules and not tests:
            hint = "write one: `rule left_bag: bag unattended > 60s`"
            findings.append(finding("W204", source, Span(0, 0), hint=hint))
    return RuleSet(source, tuple(rules), names, overrides, tests, ordered(findings))


def _definitions(names: Names) -> list[Finding]:
    findings: list[Finding] = []
    for placed in names.get("schedule").values():
        for window in placed.item.windows if isinstance(placed.item, n.ScheduleDef) else ():
            written = placed.source.text[window.span.start : window.span.end]
            if max(window.start, window.end) > 24 * 60 or window.start == 24 * 60 or re.search(r":[6-9]", written):
                message = f"`{written.split()[0]}` is no window of a day"
                hint = "hours go to 24, minutes to 59: `22:00-06:00`"
                findings.append(finding("E207", placed.source, window.span, message=message, hint=hint))
    for kind in ("zone", "line", "define"):
        for placed in names.get(kind).values():
            item = placed.item
            if isinstance(item, n.ZoneDef):
                zone = zone_of(placed, None)
                findings += [zone] if isinstance(zone, Finding) else []
            elif isinstance(item, n.LineDef):
                line = line_of(placed, None)
                findings += [line] if isinstance(line, Finding) else []
            elif isinstance(item, n.DefineDef) and _recurs(item.name.text, item, names, ()):
                findings.append(finding("E306", placed.source, item.name.span, name=item.name.text))
    return findings


def _recurs(target: str, define: n.DefineDef, names: Names, above: tuple[str, ...]) -> bool:
    for part in walk(define.body):
        if isinstance(part, n.Call):
            if part.name.text == target:
                return True
            inner = None if part.name.text in above else names.define(part.name.text)
            if inner is not None and _recurs(target, inner, names, (*above, part.name.text)):
                return True
    return False


def _override(
    placed: Placed, item: n.Override, names: Names, overrides: dict[tuple[str, str], n.Rule]
) -> list[Finding]:
    known = names.get("rule")
    rule = known.get(item.name.text)
    if rule is None or not isinstance(rule.item, n.RuleDef):
        hint = did_you_mean(item.name.text, known)
        return [finding("E115", placed.source, item.name.span, name=item.name.text, hint=hint)]
    own = {s.name.text for s in rule.item.settings}
    findings = [
        finding(
            "E116",
            placed.source,
            s.name.span,
            rule=item.name.text,
            name=s.name.text,
            hint=did_you_mean(s.name.text, own),
        )
        for s in item.settings
        if s.name.text not in own
    ]
    if isinstance(rule.item.body, n.Sentence) and item.clauses:
        hint = "write the rule in the full form, with braces"
        findings.append(
            finding("E217", placed.source, item.clauses[0].span, name=item.name.text, what="a clause", hint=hint)
        )
    if findings:
        return findings
    new = overridden(rule.item, item)
    found = RuleCheck(rule.source, names).rule(new)
    before = RuleCheck(rule.source, names).rule(rule.item)
    found = [f for f in found if f not in before]
    moved = [attrs.evolve(f, source=placed.source) if f.span.end <= len(placed.source.text) else f for f in found]
    if not any(f.is_error for f in found):
        overrides[item.name.text, item.camera.text] = desugared(new, names)
    return moved


def _test(test: n.TestDef, names: Names, source: Source) -> list[Finding]:
    findings = []
    things = {line.name.text for line in test.lines if isinstance(line, n.GivenThing)}
    for line in test.lines:
        if isinstance(line, n.Expect):
            if line.rule.text not in names.get("rule"):
                hint = did_you_mean(line.rule.text, names.get("rule"))
                findings.append(finding("E115", source, line.rule.span, name=line.rule.text, hint=hint))
            if line.thing is not None and line.thing.text not in things:
                hint = did_you_mean(line.thing.text, things)
                findings.append(finding("E103", source, line.thing.span, name=line.thing.text, hint=hint))
        named = line.name if isinstance(line, n.GivenSpell) and line.kind != "signal" else None
        if named is not None and named.text not in things:
            hint = did_you_mean(named.text, things)
            findings.append(finding("E103", source, named.span, name=named.text, hint=hint))
    return findings


def _circles(names: Names) -> list[Finding]:
    """`unless firing` that goes round in a circle, told once."""
    asks: dict[str, tuple[list[n.Name], Source]] = {}
    for name, placed in names.get("rule").items():
        body = placed.item.body if isinstance(placed.item, n.RuleDef) else ()
        if isinstance(body, tuple):
            unless = [c for c in body if isinstance(c, n.Clause) and c.keyword == "unless"]
            asks[name] = ([v for c in unless for v in c.values if isinstance(v, n.Name)], placed.source)
    told: set[str] = set()
    findings = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        for asked in asks.get(name, ([], None))[0]:
            if asked.text in path:
                circle = path[path.index(asked.text) :]
                if not told & set(circle):
                    told.update(circle)
                    source = asks[name][1]
                    shown = " → ".join([*circle, asked.text])
                    findings.append(finding("E305", source, asked.span, path=shown, hint="leave one of them out"))
            else:
                visit(asked.text, (*path, asked.text))

    for name in asks:
        visit(name, (name,))
    return findings


def _unused(placed: list[Placed], names: Names, source: Source) -> list[Finding]:
    """What the file itself defines and nothing uses."""
    used = {(kind, name.text) for p in placed for kind, name in refs(p.item)}
    kinds = (("zone", "zone"), ("line", "line"), ("class", "class"), ("let", "let"), ("define", "define"))
    return [
        finding("W202", source, _span(p), what=what, name=name, hint="leave it out, or use it in a rule")
        for kind, what in kinds
        for name, p in names.get(kind).items()
        if p.source is source and (kind, name) not in used
    ]


def _span(placed: Placed) -> Span:
    name = getattr(placed.item, "name", None)
    return name.span if isinstance(name, n.Name) else placed.item.span


def compile(sentence: str, scene: Scene | None = None) -> RuleSet:  # noqa: A001 - it is what one does with a sentence
    """The rule that a sentence says, named `rule`.

    Raises:
        RuleError: The sentence has errors; with a scene, names it does not hold are among them.
    """
    rules = check_sentence(sentence)
    findings = list(rules.findings)
    if scene is not None and not any(f.is_error for f in findings):
        findings += rules.resolve({"camera": scene})
    raise_errors(findings)
    return rules
