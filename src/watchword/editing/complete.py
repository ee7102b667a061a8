"""What may be written at a place of a rule file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from watchword.editing import describe
from watchword.editing.ahead import Ahead, Role, ahead
from watchword.editing.document import Document
from watchword.editing.scope import Scope, around, blanked, scope
from watchword.lang import nodes as n
from watchword.lang.check import FIELDS
from watchword.lang.conditions import COMPASS
from watchword.lang.kinds import EXAMPLES
from watchword.lang.vocabulary import choices, clauses, openers
from watchword.units import KINDS, TIME
from watchword.words import ATTRIBUTES, WORDS, Word
from watchword.words.labels import KNOWN

MOST_FILES = 500
"""Files below the folder that an `include` is offered."""

_TYPED = re.compile(
    r"(?:(?<![\w$])\$?[^\W\d]\w*|\$|(?<![\w.:])\d+(?:\.\d*)?(?:[a-z]*(?:/[a-z]*\d?)?|/[a-z]*\d?|%)\d?)\Z"
)
_COMMON = frozenset(
    {"person", "bicycle", "car", "bus", "truck", "motorcycle", "dog", "backpack", "handbag", "suitcase"}
)
_COMPARES = frozenset({"MORE", "AT_LEAST", "LESSTHAN", "EQUAL", "__ANON_0", "__ANON_1", "_BETWEEN"})


@attrs.frozen
class Completion:
    """Something that may be written.

    Attributes:
        label: What is offered.
        kind: "keyword", "word", "attribute", "unit", "value", "field", "file", "camera", "side", or a kind of name.
        insert: What is written in place of what was typed.
        start: Where what was typed starts.
        detail: A few words beside it.
        prose: Markdown below it.
        rank: What comes first: 0 what the item binds, 1 the file's names, 2 words, 3 keywords, 4 what begins another
            clause, and labels that few rules speak of.
    """

    label: str
    kind: str
    insert: str
    start: int
    detail: str = ""
    prose: str = ""
    rank: int = 3


def complete(document: Document, offset: int, *, only_where_needed: bool = False) -> list[Completion]:
    """What may be written at an offset, the likeliest first.

    Args:
        document: The text, read.
        offset: The place in it.
        only_where_needed: Nothing where the rule or clause may as well end here: an editor that asks after each blank
            would otherwise be in the way of a new line.
    """
    text = document.source.text
    start, _ = around(text, offset)
    quoted = _quoted(text[start:offset])
    if quoted is not None:
        return _in_quotes(document, offset, start, quoted)
    if "#" in _rest_of_line(text, start, offset):
        return []
    typed = _TYPED.search(text[:offset])
    prefix = typed[0] if typed else ""
    begin = offset - len(prefix)
    state = ahead(text[:begin])
    if state is None:
        fresh = not text[:begin].rpartition("\n")[2].strip()
        return [_keyword(k, k, begin) for k in openers()] if fresh else []
    if only_where_needed and state.may_end:
        return []
    found = _Finder(document, state, scope(text, offset), begin, prefix)
    best: dict[tuple[str, str], Completion] = {}
    for one in found.all():
        known = best.setdefault((one.label, one.insert), one)
        if one.rank < known.rank:
            best[one.label, one.insert] = one
    return sorted(best.values(), key=lambda c: (c.rank, c.label))


def _rest_of_line(text: str, start: int, offset: int) -> str:
    """What of the line before an offset is no text in quotes."""
    line = text[max(start, text.rfind("\n", 0, offset) + 1) : offset]
    return re.sub(r'"(?:\\.|[^"\\])*"', "", line)


def _quoted(before: str) -> str | None:
    """What stands of an open text in quotes, with the word before it; None where none is open."""
    line = before.rpartition("\n")[2]
    plain = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: "'" * len(m[0]), line)
    at = plain.find('"')
    if at < 0 or "#" in plain[:at]:
        return None
    said = blanked(before[: len(before) - len(line) + at]).split()
    return f"{said[-1] if said else ''} {line[at + 1 :]}"


def _in_quotes(document: Document, offset: int, start: int, quoted: str) -> list[Completion]:
    keyword, _, typed = quoted.partition(" ")
    folder = Path(document.source.name).resolve().parent
    if keyword in ("include", "scene") and document.source.name != "rules":
        ending = ".watch" if keyword == "include" else ".json"
        begin = offset - len(typed)
        return [Completion(f, "file", f, begin, "", "", 1) for f in _files(folder, ending, document.source.name)]
    field = re.search(r"\{([^{}]*)$", typed)
    if keyword != "message" or field is None:
        return []
    bound = scope(document.source.text, max(start, offset))
    begin = offset - len(field[1])
    known = [(f, "") for f in FIELDS]
    known += [(f"{t}.{a}", how) for t, how in bound.things.items() for a in ("id", "class", *ATTRIBUTES)]
    known += [(f"${p}", value) for p, value in bound.parameters.items()]
    known += [(f"${name}", "let") for name in document.rules.names.get("let")]
    return [Completion(f, "field", f, begin, detail, "", 1) for f, detail in known]


def _files(folder: Path, ending: str, own: str) -> list[str]:
    found = []
    for path in folder.rglob(f"*{ending}"):
        if path != Path(own).resolve():
            found.append(path.relative_to(folder).as_posix())
        if len(found) >= MOST_FILES:
            break
    return sorted(found)


def _keyword(label: str, phrase: str, begin: int) -> Completion:
    word = WORDS.get(label)
    rank = 4 if label in clauses() or label in openers() else 3
    prose = describe.word_prose(word) if word else describe.keyword_prose(label)
    detail = describe.stands(word) if word else ""
    return Completion(phrase, "keyword", phrase, begin, detail, prose, rank)


class _Finder:
    """All that may stand at one place; some of it more than once."""

    def __init__(self, document: Document, state: Ahead, bound: Scope, begin: int, prefix: str) -> None:
        self._names = document.rules.names
        self._document = document
        self._state = state
        self._bound = bound
        self._begin = begin
        self._prefix = prefix
        last = state.tokens[-1] if state.tokens else None
        free = last is not None and last.type == "NAME" and str(last) not in bound.things
        self._thing_before = last is not None and last.type == "NAME" and not free
        self._behind = self._quantity() if free else None
        self._dotted = last is not None and last.type == "DOT"
        self._left = str(state.tokens[-2]) if self._dotted and len(state.tokens) > 1 else ""
        self._sentence = re.match(r"\s*rule\s+\w+\s*:", state.text) is not None

    def _quantity(self) -> Word | None:
        """The word that the last tokens begin a quantity with: `count`, `average`, `average speed`."""
        before = self._state.last(2)
        word = WORDS.get(str(self._state.tokens[-1]))
        if before == "NAME" and word is not None and word.shape == ".W":
            word = WORDS.get(str(self._state.tokens[-2]))
        known = word is not None and word.kind == "quantity" and word.shape != ".W"
        return word if known and before not in ("_IS", "DOT") else None

    def _make(
        self, label: str, kind: str, insert: str = "", *, detail: str = "", prose: str = "", rank: int = 1
    ) -> Completion:
        return Completion(label, kind, insert or label, self._begin, detail, prose, rank)

    def all(self) -> Iterator[Completion]:
        """Everything."""
        if self._behind is not None and not self._dotted:
            yield from self._after_quantity(self._behind)
            return
        if self._prefix[:1].isdigit():
            yield from self._units()
            return
        if not self._dotted:
            if not self._prefix.startswith("$"):
                yield from self._keywords()
                yield from self._values()
            yield from self._parameters()
        if self._prefix.startswith("$"):
            return
        if "$END" in self._state.accepts or self._state.begins:
            yield from (_keyword(k, k, self._begin) for k in openers())
        for role in self._state.roles():
            of_thing = self._thing_before and isinstance(role.node, n.Of)
            if not role.new and not of_thing:
                yield from self._role(role)

    def _keywords(self) -> Iterator[Completion]:
        for terminal in self._state.accepts & choices().keys():
            if len(choices()[terminal]) > 1:
                yield from (self._make(w, "value", rank=2) for w in choices()[terminal])
            elif not (self._thing_before and terminal == "_OF"):
                yield _keyword(choices()[terminal][0], self._state.phrase(terminal), self._begin)

    def _after_quantity(self, word: Word) -> Iterator[Completion]:
        if word.shape == "W ATTRIBUTE of GROUP" and word.name != str(self._state.tokens[-1]):
            yield self._make("of", "keyword", "of ")
        elif word.shape == "W ATTRIBUTE of GROUP":
            yield from self._attributes(" of ")
        elif word.shape == "W share of zone NAME":
            yield self._make("share of zone", "keyword", "share of zone ")
        elif word.shape.startswith("W of"):
            yield self._make("of", "keyword", "of (" if "(" in word.shape else "of ")

    # ---- numbers

    def _expected(self) -> tuple[str, ...]:
        """What a number here would measure; empty where that is not known."""
        if "MEASURE" not in self._state.accepts:
            return ("time",) if "DURATION" in self._state.accepts else ()
        if self._state.last() == "_WITHIN":
            return ("length", "picture length")
        if self._state.last() not in _COMPARES:
            return ()
        names = [(k, str(t)) for k, t in enumerate(self._state.tokens) if t.type == "NAME"]
        for k, name in reversed(names):
            behind = self._state.tokens[k + 1].type if k + 1 < len(self._state.tokens) else ""
            word = ATTRIBUTES.get(name) or (WORDS.get(name) if behind in ("_OF", "LPAR") else None)
            if word is not None and word.measures:
                return word.measures
            if k < len(self._state.tokens) - 12:
                break
        return ()

    def _units(self) -> Iterator[Completion]:
        number = re.match(r"\d+(?:\.\d+)?", self._prefix)
        if number is None:
            return
        expected = self._expected()
        for unit, kind in KINDS.items():
            terminal = "DURATION" if unit in TIME else "MEASURE"
            if unit and terminal in self._state.accepts and (not expected or kind in expected):
                yield self._make(number[0] + unit, "unit", detail=kind, prose=describe.unit_prose(unit))

    def _values(self) -> Iterator[Completion]:
        if self._state.accepts & {"DURATION", "MEASURE", "NUMBER"}:
            for kind in self._expected():
                yield self._make(EXAMPLES[kind], "value", detail=kind, rank=2)

    def _parameters(self) -> Iterator[Completion]:
        if "DOLLAR" not in self._state.accepts:
            return
        for name, value in self._bound.parameters.items():
            yield self._make(f"${name}", "parameter", detail=value or "parameter", rank=0)
        for name, placed in self._names.get("let").items():
            detail = placed.source.text[placed.item.span.start : placed.item.span.end]
            yield self._make(f"${name}", "let", detail=detail)

    # ---- names

    def _role(self, role: Role) -> Iterator[Completion]:
        match role.kind:
            case "word":
                yield from self._words(role)
            case "attribute":
                yield from self._attributes(" of " if isinstance(role.node, n.Of) else "")
            case "thing":
                yield from self._things()
            case "define":
                if self._state.last() not in _COMPARES:
                    yield from self._named("define", insert="(")
                if not self._dotted:
                    yield from self._shaped(("W(…)",), "(")
            case "side":
                yield from self._sides()
            case "compass":
                yield from (self._make(c, "value") for c in sorted(COMPASS))
            case "camera":
                known = {s.path.stem: s.path.name for s in self._document.scenes}
                known |= {c.text: "" for r in self._document.rules.rules for c in r.cameras or ()}
                yield from (self._make(c, "camera", detail=d) for c, d in sorted(known.items()))
            case "parameter":
                yield from self._settings()
            case "class":
                yield from self._classes()
            case "zone" | "line":
                yield from self._places(role)
            case "schedule" | "signal" | "rule":
                yield from self._named(role.kind)

    def _words(self, role: Role) -> Iterator[Completion]:
        match role.node:
            case n.Apply() if role.follow == "_ZONE":
                yield from self._shaped(("W zone NAME",), " zone ", states=not self._verbs(role))
            case n.Apply() if role.follow == "_LINE":
                yield from self._shaped(("W line NAME",), " line ")
            case n.Apply() if role.follow not in ("LPAR", "NAME"):
                if self._state.last() in ("_IS", "_BECOMES"):
                    yield from self._shaped(("is W",))
                else:
                    yield from self._shaped(("is W", "W") if self._sentence else ("W",))
            case n.Of():
                yield from self._shaped(("W of GROUP",), " of ")
                yield from self._shaped(("W of (CONDITION)",), " of (")
                yield from self._shaped(("W ATTRIBUTE of GROUP",), " ")
                yield from self._shaped(("W share of zone NAME",), " share of zone ")
            case n.Using():
                yield self._word(WORDS["owner"], " of ")

    def _verbs(self, role: Role) -> bool:
        """True where an event may stand: said of a thing, and no filter of a group."""
        assert isinstance(role.node, n.Apply)
        return self._sentence or role.node.thing.span != role.node.word.span

    def _shaped(self, shapes: tuple[str, ...], behind: str = "", *, states: bool = False) -> Iterator[Completion]:
        for word in WORDS.values():
            if (
                word.shape in shapes
                and word.name not in ("distinct", "becomes")
                and not (states and word.kind != "state")
            ):
                yield self._word(word, behind)

    def _word(self, word: Word, behind: str = "") -> Completion:
        label = word.name + (behind.rstrip(" (") if behind.strip() else "")
        return self._make(
            label, "word", word.name + behind, detail=describe.stands(word), prose=describe.word_prose(word), rank=2
        )

    def _attributes(self, behind: str) -> Iterator[Completion]:
        if self._dotted and self._left in self._document.prefixes():
            return
        for word in ATTRIBUTES.values():
            detail = f"{word.kind} · {' or '.join(word.measures)}"
            yield self._make(word.name, "attribute", word.name + behind, detail=detail, prose=describe.word_prose(word))

    def _things(self) -> Iterator[Completion]:
        if self._dotted:
            return
        yield from (self._make(name, "thing", detail=how, rank=0) for name, how in self._bound.things.items())
        if self._bound.arguments:
            yield from (self._make(name, "parameter", detail="parameter", rank=0) for name in self._bound.parameters)
        if self._bound.it:
            yield self._make("it", "thing", detail="each of the group", rank=0)

    def _named(self, kind: str, *, insert: str = "") -> Iterator[Completion]:
        known = self._names.get(kind)
        for name in self._here(known):
            placed = known[name[1]]
            prose = describe.placed_prose(kind, placed, self._names)
            yield self._make(name[0], kind, name[0] + insert, detail=kind, prose=prose)

    def _here(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Names as they are written here, and whole: behind `site.` only what that file defines."""
        for name in names:
            if not self._dotted:
                yield name, name
            elif name.startswith(f"{self._left}."):
                yield name[len(self._left) + 1 :], name

    def _places(self, role: Role) -> Iterator[Completion]:
        groups = isinstance(role.node, n.EachZone)
        if not self._dotted and not groups:
            for name, how in self._bound.zones.items() if role.kind == "zone" else ():
                yield self._make(name, "zone", detail=how, rank=0)
            for file in self._document.scenes:
                for name in file.scene.every_zone if role.kind == "zone" else file.scene.every_line:
                    prose = describe.scene_prose(role.kind, name, file)
                    yield self._make(name, role.kind, detail=file.path.name, prose=prose)
            if self._bound.arguments and role.kind == "zone":
                yield from (self._make(p, "parameter", detail="parameter", rank=0) for p in self._bound.parameters)
        for one in self._named(role.kind):
            whole = f"{self._left}.{one.label}" if self._dotted else one.label
            if not groups or isinstance(self._names.get("zone")[whole].item, n.ZonesDef):
                yield one

    def _classes(self) -> Iterator[Completion]:
        yield from self._named("class")
        if self._dotted:
            return
        own = self._names.get("class")
        for name in sorted({*self._names.classes, *KNOWN} - own.keys()):
            group = len(self._names.classes.get(name, ())) > 1
            prose = describe.class_prose(name, self._names)
            yield self._make(
                name,
                "class",
                detail="class" if group else "label",
                prose=prose,
                rank=1 if group else 2 if name in _COMMON else 4,
            )

    def _sides(self) -> Iterator[Completion]:
        line = next((str(t) for t in reversed(self._state.tokens) if t.type == "NAME"), "")
        placed = self._names.get("line").get(line)
        sides: tuple[str, ...] = ()
        if placed is not None and isinstance(placed.item, n.LineDef) and placed.item.sides:
            sides = tuple(s.text for s in placed.item.sides)
        for file in self._document.scenes:
            if line in file.scene.every_line:
                sides += file.scene.every_line[line].sides or ()
        yield from (self._make(s, "side", detail=f"a side of {line}") for s in dict.fromkeys(sides))

    def _settings(self) -> Iterator[Completion]:
        match = re.match(r"\s*override\s+([\w.]+)", self._state.text)
        placed = self._names.get("rule").get(match[1]) if match else None
        if placed is not None and isinstance(placed.item, n.RuleDef):
            for s in placed.item.settings:
                yield self._make(
                    s.name.text, "parameter", f"{s.name.text} = ", detail=f"{s.value.number}{s.value.unit}"
                )
