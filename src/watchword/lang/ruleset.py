"""A rule file, read and checked; and where its rules apply once the cameras' scenes are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import attrs

from watchword.errors import WatchwordError
from watchword.lang import nodes as n
from watchword.lang.check import (
    Classes,
    RuleCheck,
    check_way,
    doubles,
    expand,
    library,
    line_of,
    names_of,
    rules_of,
    walk,
    zone_of,
)
from watchword.lang.findings import Finding, did_you_mean, finding, ordered, raise_errors
from watchword.lang.parse import parse, parse_sentence
from watchword.scene import Line, Scene, Size, Zone
from watchword.text import Source, Span


@attrs.frozen(eq=False)
class RuleSet:
    """Rules with the classes, zones and lines of their file.

    Attributes:
        source: The text they were read from.
        rules: Without sugar, in the order of the file.
        classes: Every class as the set of labels it stands for.
        zones: As defined in the file.
        lines: As defined in the file.
        findings: All that the check found, warnings too.
    """

    source: Source
    rules: tuple[n.Rule, ...]
    classes: Classes
    zones: Mapping[str, n.ZoneDef]
    lines: Mapping[str, n.LineDef]
    findings: tuple[Finding, ...]

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

    def known(self, frame: Size | None, scene: Scene | None) -> tuple[dict[str, Zone], dict[str, Line], list[Finding]]:
        """The zones and lines that hold for a camera: the scene's, and the file's in a frame of this size."""
        findings: list[Finding] = []
        zones = dict(scene.zones) if scene else {}
        lines = dict(scene.lines) if scene else {}
        view = scene.view if scene else "eye"
        for name, definition in self.zones.items():
            zone = zone_of(definition, frame, self.source)
            if isinstance(zone, Finding):
                findings.append(zone)
            else:
                zones[name] = attrs.evolve(zone, view=view)
        for name, line_def in self.lines.items():
            line = line_of(line_def, frame, self.source)
            if isinstance(line, Finding):
                findings.append(line)
            else:
                lines[name] = attrs.evolve(line, view=view)
        return zones, lines, findings

    def applying(self, camera: str, frame: Size | None, scene: Scene | None) -> tuple[n.Rule, ...]:
        """The rules that apply to a camera: those that name it or none, and whose every zone and line is known."""
        zones, lines, _ = self.known(frame, scene)
        return tuple(
            rule
            for rule in self.rules
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
        candidates = scenes
        if rule.cameras is not None:
            for name in rule.cameras:
                if name.text not in scenes:
                    notes = [f"cameras: {', '.join(scenes)}"] if scenes else []
                    hint = did_you_mean(name.text, scenes)
                    return [finding("E106", self.source, name.span, name=name.text, hint=hint, notes=notes)]
            named = {c.text for c in rule.cameras}
            candidates = {k: v for k, v in scenes.items() if k in named}
        zones, lines = names_of(rule)
        found: list[Finding] | None = None
        for scene in candidates.values():
            missing = [
                *self._missing("E104", "zones", zones, [*self.zones, *(scene.zones if scene else ())], scene),
                *self._missing("E105", "lines", lines, [*self.lines, *(scene.lines if scene else ())], scene),
            ]
            if not missing:
                return self._ways(rule, scene)
            found = missing if found is None else found
        return found or []

    def _missing(
        self, code: str, what: str, names: Iterable[n.Name], known: list[str], scene: Scene | None
    ) -> list[Finding]:
        where = f" of {scene.name}" if scene else ""
        listed = ", ".join(known) if known else f"none; define one in the file, or give a scene that has {what}"
        return [
            finding(
                code,
                self.source,
                name.span,
                name=name.text,
                hint=did_you_mean(name.text, known),
                notes=[f"{what}{where}: {listed}"],
            )
            for name in names
            if name.text not in known
        ]

    def _ways(self, rule: n.Rule, scene: Scene | None) -> list[Finding]:
        check = RuleCheck(self.source, self.classes, self.zones, self.lines)
        for part in walk(rule.when):
            if isinstance(part, n.Apply) and part.way and scene and part.names[0].text in scene.lines:
                check_way(check, part, part.names[0].text, scene.lines[part.names[0].text].sides)
        return check.findings

    def labels(self, names: Iterable[n.Name]) -> frozenset[str]:
        """The detector's labels that these classes stand for."""
        return frozenset().union(*(self.classes.get(name.text, frozenset({name.text})) for name in names))


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
    return check_text(Source(str(path), text))


def check_text(source: Source) -> RuleSet:
    """Check rules in text; what is wrong is in `.findings`."""
    items, findings = parse(source)
    return _check(source, items, findings)


def check_sentence(sentence: str, name: str = "sentence") -> RuleSet:
    """Check a sentence alone, the rule named `rule`; what is wrong is in `.findings`."""
    source = Source(name, sentence)
    item, findings = parse_sentence(source)
    return _check(source, [item] if item else [], findings)


def _check(source: Source, items: list[n.Item], findings: list[Finding]) -> RuleSet:
    findings = [*findings, *doubles(items, source)]
    zones = {i.name.text: i for i in items if isinstance(i, n.ZoneDef)}
    lines = {i.name.text: i for i in items if isinstance(i, n.LineDef)}
    classes, found = expand([i for i in items if isinstance(i, n.ClassDef)], source, library())
    findings += found
    for definition in zones.values():
        zone = zone_of(definition, None, source)
        findings += [zone] if isinstance(zone, Finding) else []
    for line_def in lines.values():
        line = line_of(line_def, None, source)
        findings += [line] if isinstance(line, Finding) else []
    rules, found = rules_of(items, source)
    findings += found
    for rule in rules:
        findings += RuleCheck(source, classes, zones, lines).rule(rule)
    used = [names_of(rule) for rule in rules]
    if rules and not any(f.is_error for f in findings):
        for what, defined, names in (
            ("zone", zones, {z.text for u in used for z in u[0]}),
            ("line", lines, {x.text for u in used for x in u[1]}),
        ):
            findings += [
                finding("W202", source, d.name.span, what=what, name=k, hint="leave it out, or use it in a rule")
                for k, d in defined.items()
                if k not in names
            ]
    if not rules and not any(f.is_error for f in findings):
        findings.append(finding("W204", source, Span(0, 0), hint="write one: `rule left_bag: bag unattended > 60s`"))
    return RuleSet(source, tuple(rules), classes, zones, lines, ordered(findings))


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
