"""What a name at a place means, where it is defined, where else it stands, and what renaming it would change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from watchword.editing import describe
from watchword.editing.document import Document, Place
from watchword.editing.mentions import Mention
from watchword.editing.scope import around, blanked, scope
from watchword.errors import WatchwordError
from watchword.lang import library
from watchword.lang import nodes as n
from watchword.lang.vocabulary import UNITS, keywords
from watchword.text import Source, Span
from watchword.words import WORDS

_TOKEN = re.compile(r"\d+(?:\.\d+)?[a-z%/\d]*|\$?[^\W\d]\w*(?:\.[^\W\d]\w*)?")


@attrs.frozen
class Note:
    """What is said of a place: Markdown, and the span it is about."""

    text: str
    span: Span


@attrs.frozen
class Change:
    """A piece of a text and what stands there instead."""

    place: Place
    new: str


def hover(document: Document, offset: int) -> Note | None:
    """What stands at an offset, for a person: a name's definition, a word's or keyword's meaning, a unit's measure."""
    found = document.mention_at(offset)
    if found is not None:
        mention = found[1]
        text = _said_of(document, mention)
        if text:
            return Note(text, mention.name.span)
    return _plain(document, offset)


def _said_of(document: Document, mention: Mention) -> str:
    name, names = mention.name.text, document.rules.names
    if mention.kind in ("word", "attribute"):
        word = WORDS.get(name)
        return describe.word_prose(word) if word else f"`{name}`: an attribute that a detector gives"
    if mention.local:
        bound = scope(document.source.text, mention.name.span.start)
        how = bound.things.get(name) or bound.zones.get(name)
        value = bound.parameters.get(name, "")
        return f"`{name}`: {how}" if how else f"`{name}` = {value}" if value else f"`{name}`: a parameter"
    if mention.kind == "parameter":
        return f"`{name}`: a parameter of the rule"
    if mention.kind == "class" and name not in names.get("class"):
        return describe.class_prose(name, names)
    placed = names.get(mention.kind).get(name)
    if placed is not None:
        rule = next((r for r in document.rules.rules if mention.kind == "rule" and r.name == name), None)
        english = describe.rule_prose(document.rules, rule) if rule else ""
        return english or describe.placed_prose(mention.kind, placed, names)
    for file in document.scenes:
        known = {"zone": file.scene.every_zone, "line": file.scene.every_line}.get(mention.kind, {})
        if name in known:
            return describe.scene_prose(mention.kind, name, file)
    return ""


def _plain(document: Document, offset: int) -> Note | None:
    """What a token means where its item cannot be read, or where it is no name."""
    start, end = around(document.source.text, offset)
    text = blanked(document.source.text[start:end])
    for match in _TOKEN.finditer(text):
        span = Span(match.start() + start, match.end() + start)
        if not span.start <= offset <= span.end:
            continue
        said = _token(document, match[0], text[: match.start()], offset)
        if said:
            return Note(said, span)
    return None


def _token(document: Document, token: str, before: str, offset: int) -> str:
    names = document.rules.names
    unit = re.fullmatch(r"[\d.]+(.+)", token)
    if unit and unit[1] in UNITS:
        return describe.unit_prose(unit[1])
    bound = scope(document.source.text, offset)
    if token.startswith("$"):
        value = bound.parameters.get(token[1:])
        placed = names.get("let").get(token[1:])
        return f"`{token[1:]}` = {value}" if value else describe.placed_prose("let", placed, names) if placed else ""
    thing, _, attribute = token.partition(".")
    if thing in bound.things:
        return describe.example_of(attribute) if attribute else f"`{thing}`: {bound.things[thing]}"
    behind = (before.split() or [""])[-1]
    for kind in ("zone", "line") if behind in ("zone", "line") else ():
        mention = Mention(kind, n.Name(token), node=None)
        said = _said_of(document, mention)
        if said:
            return said
    if token in keywords() or token in WORDS:
        return describe.example_of(token)
    if token in names.classes:
        return describe.class_prose(token, names)
    return ""


def definition(document: Document, offset: int) -> Place | None:
    """Where the name at an offset is defined, in this text, an included one or a scene; of an include, its file."""
    item = document.item_at(offset)
    if isinstance(item, n.Include) and item.at.start <= offset <= item.at.end:
        path = Path(document.source.name).resolve().parent / item.path
        return Place(Source(str(path), ""), Span(0, 0)) if path.is_file() else None
    found = document.mention_at(offset)
    if found is not None:
        return document.target(*found)
    before = re.search(r"\b(zone|line)\s+([\w.]*)\Z", document.source.text[:offset])
    if before is None:  # the item cannot be read: what is behind `zone` is a zone all the same
        return None
    rest = re.match(r"[\w.]*", document.source.text[offset:])
    name = n.Name(before[2] + (rest[0] if rest else ""))
    return document.target(n.Include("", None), Mention(before[1], name))


def references(document: Document, offset: int, others: Iterable[Document] = ()) -> list[Place]:
    """Where the name at an offset stands, its definition among them, in this text and the others.

    Args:
        document: The text.
        offset: A place in it.
        others: Further texts that may include this one, or be included by it.
    """
    place = definition(document, offset)
    if place is None or place.span.start == place.span.end:
        return []
    found: dict[tuple[str, int], Place] = {}
    for one in (document, *others):
        for place_ in _standing(one, place):
            found.setdefault((_path(place_.source), place_.span.start), place_)
    return sorted(found.values(), key=lambda p: (p.source.name, p.span.start))


def _standing(document: Document, target: Place) -> Iterator[Place]:
    for item, mention in ((i, m) for i, found in document.mentions for m in found):
        at = document.target(item, mention)
        if at is not None and _path(at.source) == _path(target.source) and at.span == target.span:
            last = mention.name.text.rpartition(".")[2]  # of `site.hall` the last part is the file's own name for it
            yield Place(document.source, Span(mention.name.span.end - len(last), mention.name.span.end))


def _path(source: Source) -> str:
    return str(Path(source.name).resolve())


def renamable(document: Document, offset: int) -> Span | None:
    """The name at an offset that may be given another; None where there is none, or where a scene defines it."""
    found = document.mention_at(offset)
    place = definition(document, offset)
    if found is None or place is None or place.span.start == place.span.end:
        return None
    if place.source.name.endswith((".json", library.NAME)):
        return None
    last = found[1].name.text.rpartition(".")[2]
    return Span(found[1].name.span.end - len(last), found[1].name.span.end)


def rename(document: Document, offset: int, new: str, others: Iterable[Document] = ()) -> list[Change]:
    """What has to change for the name at an offset to be another, in this text and the others.

    Raises:
        WatchwordError: There is nothing to rename, or the new name is none, is a word of the language, or is taken.
    """
    span = renamable(document, offset)
    found = document.mention_at(offset)
    if span is None or found is None:
        raise WatchwordError("only what a rule file defines can be renamed; a scene's zones are renamed in the scene")
    if not re.fullmatch(r"[^\W\d]\w*", new):
        raise WatchwordError(f"`{new}` is no name: a name is letters, digits and `_`, and begins with a letter")
    item, mention = found
    if new in keywords() or (mention.local and new in WORDS):
        raise WatchwordError(f"`{new}` is a word of the language")
    if new != mention.name.text and _taken(document, item, mention, new):
        raise WatchwordError(f"there is a {mention.kind} `{new}` already")
    return [Change(place, new) for place in references(document, offset, others)]


def _taken(document: Document, item: n.Item, mention: Mention, new: str) -> bool:
    if mention.local:
        return any(m.name.text == new for m in document.mentions_in(item) if m.kind not in ("word", "attribute"))
    prefix, dot, _ = mention.name.text.rpartition(".")
    whole = f"{prefix}{dot}{new}"
    return whole in document.rules.names.get(mention.kind) or document.in_scene(mention.kind, whole) is not None
