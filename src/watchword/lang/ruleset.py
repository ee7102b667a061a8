"""A rule file, read and checked; and where its rules apply once the cameras' scenes are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import attrs

from watchword.errors import WatchwordError
from watchword.lang import drawn
from watchword.lang import load as loading
from watchword.lang import nodes as n
from watchword.lang.check import RuleCheck, names_of
from watchword.lang.definitions import circles, definitions, override, scenario, unused
from watchword.lang.findings import Finding, finding, ordered, raise_errors
from watchword.lang.lets import Lets, replaced
from watchword.lang.library import NAME as LIBRARY
from watchword.lang.load import Placed, Read, folder_of
from watchword.lang.names import Classes, Names, gather
from watchword.lang.parse import of_spoiled, parse_sentence, spoiled
from watchword.lang.resolve import resolved
from watchword.lang.rewrite import desugared
from watchword.scene import Line, Scene, Size, Zone
from watchword.text import Source, Span


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
        broken: The rules with errors, as they were written.
        spoiled: Kind and name of what is defined in a way that could not be read.
    """

    source: Source
    rules: tuple[n.Rule, ...]
    names: Names
    overrides: Mapping[tuple[str, str], n.Rule]
    tests: tuple[n.TestDef, ...]
    findings: tuple[Finding, ...]
    broken: tuple[Placed, ...] = ()
    spoiled: frozenset[tuple[str, str]] = frozenset()

    @property
    def classes(self) -> Classes:
        """Every class as the set of labels it stands for."""
        return self.names.classes

    @property
    def people(self) -> frozenset[str]:
        """The labels of people: what the class `person` stands for."""
        return self.classes.get("person", frozenset({"person"}))

    @classmethod
    def load(cls, path: str | Path, *, lets: Lets | None = None) -> Self:
        """Read a rule file.

        Args:
            path: The file.
            lets: Quantities that take the place of the file's `let`s: `{"crush": "4/m2"}`.

        Raises:
            RuleError: It holds errors; all of them are in `.findings`.
            WatchwordError: It cannot be read.
        """
        rules = check_file(path, lets)
        raise_errors(rules.findings)
        return cls(**attrs.asdict(rules, recurse=False))

    @classmethod
    def loads(cls, text: str, name: str = "rules", *, lets: Lets | None = None) -> Self:
        """Read rules from text; `name` stands in messages, `lets` take the place of the text's own.

        Raises:
            RuleError: It holds errors; all of them are in `.findings`.
        """
        rules = check_text(Source(name, text), lets=lets)
        raise_errors(rules.findings)
        return cls(**attrs.asdict(rules, recurse=False))

    def source_of(self, rule: n.Rule) -> Source:
        """The text that a rule stands in: the file's, or that of one it includes."""
        placed = self.names.get("rule").get(rule.name)
        return placed.source if placed else self.source

    @property
    def sources(self) -> tuple[Source, ...]:
        """The file's text, and those of the files it includes that define something."""
        placed = [p.source for kind in self.names.items.values() for p in kind.values() if p.source.name != LIBRARY]
        return tuple({id(source): source for source in (self.source, *placed)}.values())

    def known(self, frame: Size | None, scene: Scene | None) -> tuple[dict[str, Zone], dict[str, Line], list[Finding]]:
        """The zones and lines that hold for a camera: the scene's, and the file's in a frame of this size."""
        return drawn.known(self.names, frame, scene)

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
            and all(z.text in zones for z in self.zones_of(rule))
            and all(x.text in lines for x in names_of(rule)[1])
        )

    def zones_of(self, rule: n.Rule) -> list[n.Name]:
        """The zones that a rule speaks of, those of its `each zone` too."""
        group = rule.zone.group if rule.zone else None
        members = self.names.zone_members(group.text) if group else ()
        return [*names_of(rule)[0], *(n.Name(m, span=group.span) for m in members if group)]

    def resolve(self, scenes: Mapping[str, Scene | None]) -> list[Finding]:
        """What is wrong once it is known which cameras there are and what they look at (None: nothing is known).

        A rule has to apply to one camera at least.
        """
        return resolved(self, scenes)

    def labels(self, names: Iterable[n.Name]) -> frozenset[str]:
        """The detector's labels that these classes stand for."""
        return frozenset().union(*(self.classes.get(name.text, frozenset({name.text})) for name in names))


def load(path: str | Path, *, lets: Lets | None = None) -> RuleSet:
    """Read a rule file.

    Args:
        path: The file.
        lets: Quantities that take the place of the file's `let`s: `{"crush": "4/m2"}`.

    Raises:
        RuleError: It holds errors; all of them are in `.findings`.
        WatchwordError: It cannot be read.
    """
    return RuleSet.load(path, lets=lets)


def check_file(path: str | Path, lets: Lets | None = None) -> RuleSet:
    """Read and check a rule file; what is wrong is in `.findings`, of `lets` too.

    Raises:
        WatchwordError: It cannot be read.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise WatchwordError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from None
    except UnicodeDecodeError:
        raise WatchwordError("is not text in UTF-8", where=str(path), fix="rule files are plain text") from None
    return check_text(Source(str(path), text), folder_of(path), lets)


def check_text(
    source: Source, folder: Path | None = None, lets: Lets | None = None, read: Read | None = None
) -> RuleSet:
    """Check rules in text; what is wrong is in `.findings`.

    Args:
        source: The text.
        folder: Where what it includes may lie; without one nothing can be included.
        lets: Quantities that take the place of the text's `let`s.
        read: Gives the text of an included file that is other than on the disk, as one that an editor has open.
    """
    placed, findings = loading.load(source, folder, read)
    placed, found = replaced(placed, lets or {})
    return _check(source, placed, [*findings, *found])


def check_sentence(sentence: str, name: str = "sentence", lets: Lets | None = None) -> RuleSet:
    """Check a sentence alone, the rule named `rule`; what is wrong is in `.findings`. No sentence has a `let`."""
    source = Source(name, sentence)
    item, findings = parse_sentence(source)
    placed, found = replaced([Placed(item, source)] if item else [], lets or {})
    return _check(source, placed, [*findings, *found])


def _check(source: Source, placed: list[Placed], findings: list[Finding]) -> RuleSet:
    lost = spoiled(findings)
    names, found = gather(placed)
    findings = [*findings, *found, *definitions(names)]
    rules: list[n.Rule] = []
    broken: list[Placed] = []
    for each in placed:
        if isinstance(each.item, n.RuleDef):
            found = RuleCheck(each.source, names).rule(each.item)
            findings += found
            if any(f.is_error for f in found):
                broken.append(each)
            else:
                rules.append(desugared(each.item, names))
    overrides: dict[tuple[str, str], n.Rule] = {}
    for each in placed:
        if isinstance(each.item, n.Override):
            findings += override(each, each.item, names, overrides)
    tests = tuple(p.item for p in placed if isinstance(p.item, n.TestDef))
    findings += [f for test in tests for f in scenario(test, names, source)]
    findings += circles(names)
    if not any(f.is_error for f in findings):
        findings += unused(placed, names, source) if rules else []
        if not rules and not tests:
            hint = "write one: `rule left_bag: bag unattended > 60s`"
            findings.append(finding("W204", source, Span(0, 0), hint=hint))
    findings = [f for f in findings if not of_spoiled(f, lost)]
    return RuleSet(source, tuple(rules), names, overrides, tests, ordered(findings), tuple(broken), lost)


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
