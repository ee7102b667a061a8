"""The canonical layout of a rule file: one clause a line, two spaces in, one blank line, comments in place.

A file is laid out by *pieces*: an item of one line, the head of an item with braces, each of its clauses, its closing
brace. A comment on a line of its own stands before the piece that follows it; one behind a piece stays behind it.
Meaning is never changed: what does not read back as the same tree with the same comments is not handed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from watchword.errors import WatchwordError
from watchword.lang import nodes as n
from watchword.lang.findings import raise_errors
from watchword.lang.parse import SKIP, parse
from watchword.lang.show import show
from watchword.text import Source
from watchword.units import TIME

_TOKEN = re.compile(SKIP)
_BRACE = re.compile(SKIP + r"|\{")
_TIMES = re.compile(SKIP + r"|(?<![\w.])(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|min|s|h)(?![\w/])")
_BLANK = re.compile(r"\n[ \t\r]*\n[ \t\r]*\Z")


@attrs.frozen
class Comment:
    """A comment: its text, where it starts, and whether it has its line to itself."""

    text: str
    start: int
    own: bool


@attrs.define
class Piece:
    """A line to be: its text, its place, how far in it stands, and the comments that go with it."""

    text: str
    start: int
    end: int
    indent: str = ""
    opens: bool = False
    closes: bool = False
    before: list[Comment] = attrs.field(factory=list)
    inside: list[Comment] = attrs.field(factory=list)


def comments(text: str) -> list[Comment]:
    """The comments of a text, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        if match[0].startswith("#"):
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            found.append(Comment(match[0].rstrip(), match.start(), not line.strip()))
    return found


def formatted(source: Source) -> str:
    """The text of a rule file in its canonical layout.

    Raises:
        RuleError: It cannot be read; nothing is laid out.
        WatchwordError: It could not be laid out without a change of meaning.
    """
    items, findings = parse(source)
    raise_errors(findings)
    made = layout(source.text, items)
    again, found = parse(Source(source.name, made))
    why = ""
    if found or again != items:
        why = "the rules would not be the same"
    elif [c.text for c in comments(made)] != [c.text for c in comments(source.text)]:
        why = "a comment would be lost, or move past another"
    elif layout(made, again) != made:
        why = "it would look different the next time"
    if why:
        raise WatchwordError(f"is left as it is: {why}", where=source.name, fix="tell us; meanwhile lay it out by hand")
    return made


def layout(text: str, items: Sequence[n.Item]) -> str:
    """The items of a text, laid out anew, with the comments of the text."""
    pieces = [piece for item in items for piece in pieces_of(text, item)]
    after = _attach(pieces, comments(text))
    lines: list[str] = []
    fresh = True  # at the top of the file or of a pair of braces, where no blank line stands
    for piece in pieces:
        inner = "  " if piece.closes else piece.indent
        for comment in piece.before:
            lines += [""] if _blank(text, comment.start) and not fresh else []
            lines.append(inner + comment.text)
            fresh = False
        behind = [c for c in piece.inside[-1:] if not c.own]
        moved = piece.inside[: len(piece.inside) - len(behind)]
        lines += [""] if _blank(text, piece.start) and not fresh and not piece.closes else []
        lines += [inner + c.text for c in moved]
        lines.append("  ".join([piece.indent + piece.text, *(c.text for c in behind)]))
        fresh = piece.opens
    for comment in after:
        lines += [""] if _blank(text, comment.start) and lines else []
        lines.append(comment.text)
    return "".join(f"{line}\n" for line in lines)


def _blank(text: str, start: int) -> bool:
    return _BLANK.search(text, max(0, start - 200), start) is not None


def pieces_of(text: str, item: n.Item) -> Iterator[Piece]:
    """The lines that an item is laid out in."""
    inner: tuple[n.Placed, ...]
    bare: n.Item
    if isinstance(item, n.RuleDef) and isinstance(item.body, tuple):
        inner, bare = item.body, attrs.evolve(item, body=())
    elif isinstance(item, n.Override):
        inner, bare = (*item.settings, *item.clauses), attrs.evolve(item, settings=(), clauses=())
    elif isinstance(item, n.TestDef):
        inner, bare = item.lines, attrs.evolve(item, lines=())
    else:
        yield Piece(_line(text, item), item.span.start, item.span.end)
        return
    brace = next(m for m in _BRACE.finditer(text, item.span.start) if m[0] == "{")
    yield Piece(show(bare).partition("\n")[0], item.span.start, brace.end(), opens=True)
    for part in sorted(inner, key=lambda p: p.span.start):
        shown = show(part)
        if isinstance(item, n.TestDef):
            shown = _times(shown, text[part.span.start : part.span.end])
        yield Piece(shown, part.span.start, part.span.end, "  ")
    yield Piece("}", item.span.end - 1, item.span.end, closes=True)


def _times(shown: str, written: str) -> str:
    """A line of a test with its times in the units of the writer: `4min` is not made `240s`."""
    own, new = ([m[0] for m in _TIMES.finditer(t) if m["unit"]] for t in (written, shown))
    if [_ns(t) for t in own] != [_ns(t) for t in new]:
        return shown
    kept = iter(own)
    return _TIMES.sub(lambda m: next(kept) if m["unit"] else m[0], shown)


def _ns(time: str) -> Fraction:
    match = _TIMES.fullmatch(time)
    assert match is not None
    return Fraction(match["number"]) * TIME[match["unit"]]


def _line(text: str, item: n.Item) -> str:
    """An item of one line. Of `> 60s` and `for 60s`, which are the same, the writer's stays."""
    shown = show(item)
    for phrase in item.body.phrases if isinstance(item, n.RuleDef) and isinstance(item.body, n.Sentence) else ():
        sign = re.compile(">=?").match(text, phrase.span.start) if isinstance(phrase, n.Held) else None
        if sign and isinstance(phrase, n.Held):
            shown = shown.replace(f" {show(phrase)}", f" {sign[0]} {show(phrase.duration)}", 1)
    return shown


def _attach(pieces: Sequence[Piece], found: Sequence[Comment]) -> list[Comment]:
    """Give each comment to its piece; those after the last are handed back."""
    k = -1
    after = []
    for comment in found:
        while k + 1 < len(pieces) and pieces[k + 1].start <= comment.start:
            k += 1
        if k >= 0 and (not comment.own or comment.start < pieces[k].end):
            pieces[k].inside.append(comment)
        elif k + 1 < len(pieces):
            pieces[k + 1].before.append(comment)
        else:
            after.append(comment)
    return after
