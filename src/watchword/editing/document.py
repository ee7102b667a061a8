"""A rule file as an editor has it: its text, what a check says of it, what it includes, and the scenes beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

import attrs

from watchword.editing.mentions import Mention, mentions
from watchword.errors import WatchwordError
from watchword.lang import library
from watchword.lang import nodes as n
from watchword.lang.allow import allowed
from watchword.lang.findings import Finding, ordered
from watchword.lang.load import Placed, Read, folder_of
from watchword.lang.parse import parse
from watchword.lang.refs import defined
from watchword.lang.ruleset import RuleSet, check_text
from watchword.scene import Scene
from watchword.text import Source, Span

LARGEST_SCENE = 1_000_000
"""Bytes of a JSON file that is looked at: is it a scene?"""
MOST_SCENES = 200
"""JSON files of a folder that are looked at."""


@attrs.frozen(eq=False)
class SceneFile:
    """A scene and the text it was read from."""

    path: Path
    text: str
    scene: Scene


@attrs.frozen
class Place:
    """A span in a text: the document's own, an included file's, or a scene's."""

    source: Source
    span: Span


@attrs.define(slots=False, eq=False)
class Document:
    """A rule file with the texts around it.

    Attributes:
        source: Its text; the name is the path where it has one.
        scenes: The scenes that its rules may mean: the one with the file's own name, else all in its folder.
        rules: The text, checked.
        folder: The folder that may be included from; None: nothing may.
        today: The day on which `# allow: … until` is judged; None: before every day.
        unsaved: Gives the text of an included file that is open and not saved.
    """

    source: Source
    scenes: tuple[SceneFile, ...]
    rules: RuleSet
    folder: Path | None = None
    today: date | None = None
    unsaved: Read | None = None

    @classmethod
    def read(
        cls,
        text: str,
        path: str | Path | None = None,
        scenes: tuple[SceneFile, ...] | None = None,
        today: date | None = None,
        read: Read | None = None,
    ) -> Self:
        """Check a text; without a path nothing is included and there is no scene.

        Args:
            text: The text as the editor has it, saved or not.
            path: The file it belongs to.
            scenes: The scenes to go by; None: those beside the file.
            today: The day on which `# allow: … until` is judged; None: before every day.
            read: Gives the text of an included file that is open and not saved.
        """
        source = Source(str(path) if path else "rules", text)
        folder = folder_of(path) if path else None
        if scenes is None:
            scenes = scenes_beside(Path(path)) if path else ()
        return cls(source, scenes, check_text(source, folder, read=read), folder, today, read)

    def half(self, text: str) -> Self:
        """This document with the text as it is now, and what was known of it when it was last read."""
        return attrs.evolve(self, source=Source(self.source.name, text))

    def again(self, source: Source) -> Self:
        """Another text in this one's place."""
        rules = check_text(source, self.folder, read=self.unsaved)
        return type(self)(source, self.scenes, rules, self.folder, self.today, self.unsaved)

    @cached_property
    def items(self) -> tuple[n.Item, ...]:
        """The items of this text that can be read."""
        return tuple(parse(self.source)[0])

    @cached_property
    def mentions(self) -> tuple[tuple[n.Item, tuple[Mention, ...]], ...]:
        """Every name in it, by the item it stands in."""
        return tuple((item, tuple(mentions(item, self.source))) for item in self.items)

    @cached_property
    def _bound(self) -> Mapping[int, Mapping[str, Place]]:
        """Where each item binds its own names, by the item's identity."""
        return {
            id(item): {m.name.text: Place(self.source, m.name.span) for m in found if m.defines and m.local}
            for item, found in self.mentions
        }

    def mentions_in(self, item: n.Item) -> tuple[Mention, ...]:
        """Every name in one item."""
        return next((found for i, found in self.mentions if i is item), ())

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, in it and in what it includes; with what only the scenes can tell."""
        found = list(self.rules.findings)
        cameras = self._cameras()
        if cameras:
            found += self.rules.resolve(cameras)
        return allowed(ordered(found), self.rules.sources, self.today or date.min)

    def doubtful(self, finding: Finding) -> bool:
        """True where a finding would not stand if there were a scene, and none is beside the file."""
        return not self.scenes and finding.code in ("E104", "E105", "E302", "E303", "E307")

    def _cameras(self) -> Mapping[str, Scene | None]:
        named = {c.text for rule in self.rules.rules for c in rule.cameras or ()}
        own = [s for s in self.scenes if s.path.stem == Path(self.source.name).stem]
        if own:
            return dict.fromkeys([*sorted(named), ""], own[0].scene)
        if self.scenes:
            return {**dict.fromkeys(sorted(named)), **{s.path.stem: s.scene for s in self.scenes}}
        return {} if named or not self.rules.rules else {"": None}

    def prefixes(self) -> frozenset[str]:
        """The names that files are included as."""
        return frozenset(i.name.text for i in self.items if isinstance(i, n.Include) and i.name is not None)

    def item_at(self, offset: int) -> n.Item | None:
        """The item that an offset lies in."""
        return next((i for i in self.items if i.span.start <= offset <= i.span.end), None)

    def mention_at(self, offset: int) -> tuple[n.Item, Mention] | None:
        """The name that an offset lies in, or stands right behind."""
        item = self.item_at(offset)
        if item is None:
            return None
        found = [m for m in self.mentions_in(item) if m.name.span.start <= offset <= m.name.span.end]
        mention = min(found, key=lambda m: m.name.span.end - m.name.span.start, default=None)
        return (item, mention) if mention else None

    def target(self, item: n.Item, mention: Mention) -> Place | None:
        """Where the thing that a mention speaks of is defined; None where no text here defines it."""
        if mention.local:
            return self._bound.get(id(item), {}).get(mention.name.text)
        if mention.kind == "parameter" and isinstance(item, n.Override):
            rule = self.rules.names.get("rule").get(item.name.text)
            settings = rule.item.settings if rule and isinstance(rule.item, n.RuleDef) else ()
            return next((Place(rule.source, s.name.span) for s in settings if s.name == mention.name and rule), None)
        if mention.defines and mention.kind != "new":
            return Place(self.source, mention.name.span)
        placed = self.rules.names.get(mention.kind).get(mention.name.text)
        if placed is not None:
            return _name_of(placed)
        return self.in_scene(mention.kind, mention.name.text)

    def in_scene(self, kind: str, name: str) -> Place | None:
        """Where a scene defines a zone or a line."""
        for file in self.scenes:
            known = {"zone": file.scene.every_zone, "line": file.scene.every_line}.get(kind, {})
            if name in known:
                block = re.search(rf'"{kind}s"\s*:', file.text)
                found = re.compile(rf'"{re.escape(name)}"(?=\s*:)').search(file.text, block.end() if block else 0)
                span = Span(found.start() + 1, found.end() - 1) if found else Span(0, 0)
                return Place(Source(str(file.path), file.text), span)
        return None


def _name_of(placed: Placed) -> Place:
    own, source = defined(placed.item), placed.source
    if source.name == library.NAME:
        source = Source(library.path(), source.text)
    return Place(source, own[1].span if own else placed.item.span)


def scenes_beside(path: Path) -> tuple[SceneFile, ...]:
    """The scene with a rule file's own name; where there is none, every scene in its folder."""
    own = path.with_suffix(".json")
    if own.is_file():
        found = _scene(own)
        return (found,) if found else ()
    try:
        files = sorted(path.parent.glob("*.json"))[:MOST_SCENES]
    except OSError:
        return ()
    return tuple(scene for file in files if (scene := _scene(file)))


def _scene(path: Path) -> SceneFile | None:
    try:
        if path.stat().st_size > LARGEST_SCENE:
            return None
        text = path.read_text("utf-8-sig")
        if '"frame"' not in text:
            return None
        return SceneFile(path, text, Scene.loads(text, path.stem))
    except (OSError, UnicodeDecodeError, RecursionError, WatchwordError):
        return None
