"""Text to tree. A file is cut into items first, so that every broken one is reported and the others still load."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from lark import Lark, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from watchword.lang import nodes as n
from watchword.lang import tables
from watchword.lang.findings import Edit, Finding, finding, word_meant
from watchword.lang.scenario import BuildAll
from watchword.lang.slips import MARKS, leftover, slip
from watchword.text import Source, Span
from watchword.units import HOUR, TIME

LARGEST = 1_000_000
"""Characters a file may have."""
DEEPEST = 100
"""How deep brackets may nest."""

DIGITS = 30
"""Digits that a number may have: no tool that draws zones writes more."""
LONGEST = 20 * 366 * 24 * HOUR
"""The longest time, ns: sums of some of them and the date still fit 64 bits."""

SKIP = r'"(?:\\.|[^"\\\n])*"|\#[^\n]*'
"""What may hold anything: a text in quotes, a comment."""
_NAMELESS = (
    r"^(?!(?:when|each|using|given|expect|test|polygon|active|keep|message|severity|rule)\b)"
    r"[^\W\d]\w*[ \t]*(?:\"[^\"\n]*\"[ \t]*)?(?::|\{)"
)
"""A rule whose word `rule` was forgotten."""
# An item begins at its keyword, where what follows can be nothing else; at a line's start less is asked for, so that a
# rule without its colon is still a rule of its own.
_ITEM = (
    r"(?P<item>(?<!given )(?:"
    r"(?:class|zones|let|schedule)\s+[^\W\d]\w*\s*="
    r"|zone\s+[^\W\d]\w*\s*=\s*(?:polygon\b|[\w.]+\s+(?:minus|plus|overlap)\b)"
    r"|line\s+[^\W\d]\w*\s*=\s*\("
    r"|rule\s+[^\W\d]\w*\s*(?:[:{(]|\"[^\"\n]*\"\s*[{(])"
    r"|define\s+[^\W\d]\w*\s*\(|signal\s+[^\W\d]\w*\s+is\b|override\s+[\w.]+\s+on\b|test\s*\"|include\s*\""
    r"|^[ \t]*(?:rule|class|language|test|let|define|include|schedule|signal|override|zones)\b(?=[ \t])"
    r"|^[ \t]*(?:Rule|Class|Let|Define|Schedule|Zone|Line)[ \t]+\w+[ \t]*[:={(]"
    r"|^(?:zone|line)[ \t]+[^\W\d]\w*[ \t]*(?:=|:|polygon\b|\()"
    r"|^(?:zone|line)[ \t]+[^\W\d]\w*(?:[ \t-]+\w+){1,2}[ \t]*=[ \t]*(?:polygon\b|\()"
    rf"|{_NAMELESS}))"
)
_BOUND = re.compile(rf"{SKIP}|[()]|(?P<number>\d[\d.]{{5,}})(?P<unit>(?:ms|min|s|h)(?![\w/]))?")
_CUT = re.compile(f"{SKIP}|{_ITEM}", re.MULTILINE)

_READABLE = {
    "NAME": "a name",
    "STRING": 'a text in "…"',
    "DURATION": "a time such as 5s or 2min",
    "LENGTH": "a length such as 2m",
    "PERCENT": "a share such as 50%",
    "NUMBER": "a number",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "EQUAL": "`=`",
    "FOR": "`for`",
    "MORE": "`>`",
    "AT_LEAST": "`>=`",
    "LESSTHAN": "`<`",
    "__ANON_0": "`<=`",
    "__ANON_1": "`!=`",
    "MINUS": "`-`",
    "GAP": "`freeze`, `reset` or `assume`",
    "SEVERITY": "`info`, `low`, `medium`, `high` or `critical`",
    "PLACE": "`bottom`, `centre` or `any`",
    "$END": "the end",
}


@cache
def parser() -> Lark:
    """The parser, from the shipped tables or built, when first needed."""
    return tables.shipped(grammar()) or Lark(grammar(), **tables.OPTIONS)


@cache
def grammar() -> str:
    """The text of the grammar."""
    return files("watchword.lang").joinpath("grammar.lark").read_text("utf-8")


@cache
def keywords() -> tuple[str, ...]:
    """Every keyword of the grammar, sorted."""
    return tuple(sorted(re.findall(r"^_?[A-Z]+\.2: /([a-z]+)", grammar(), re.MULTILINE)))


def cut(text: str) -> list[tuple[int, int]]:
    """Where the items of a file start and end. What stands before the first is one, too, unless it is all comments."""
    starts = [m.start("item") for m in _CUT.finditer(text) if m.group("item")]
    if not starts or re.sub(r"#[^\n]*", "", text[: starts[0]]).strip():
        starts = [0, *starts]
    return [(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True) if text[a:b].strip()]


def is_file_text(text: str) -> bool:
    """True where a text is what a rule file holds, and no sentence alone."""
    match = _CUT.search(text)
    return match is not None and match.group("item") is not None


def parse(source: Source) -> tuple[list[n.Item], list[Finding]]:
    """The items of a file that can be read, and a finding for each that cannot."""
    items: list[n.Item] = []
    findings: list[Finding] = []
    if len(source.text) > LARGEST:
        got = f"{len(source.text):,} characters; {LARGEST:,} are read"
        return [], [finding("E005", source, Span(0, 1), got=got, hint="split it into several files")]
    for start, end in cut(source.text):
        text = source.text[start:end]
        if not re.sub(r"#[^\n]*", "", text).strip():
            continue
        found = _parse(source, text, start)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            items.append(found)
    return items, findings


_HEAD = re.compile(r"\s*(rule|zones?|line|schedule|class|let|define|signal)\s+(\w+(?:[ \t-]+\w+)*)", re.IGNORECASE)
_KINDS = {"E101": "class", "E104": "zone", "E105": "line", "E111": "schedule", "E112": "signal", "E113": "let"}
_KINDS |= {"E114": "define", "E115": "rule"}


def spoiled(findings: Iterable[Finding]) -> frozenset[tuple[str, str]]:
    """Kind and name of what is defined by items that could not be read."""
    found: set[tuple[str, str]] = set()
    for one in findings:
        if one.code not in ("E001", "E002", "E003", "E006", "E007"):
            continue
        text = one.source.text
        for start, end in cut(text):
            head = _HEAD.match(text, start, end) if start <= one.span.start < end else None
            if head is not None:
                kind, name = head[1].lower(), head[2]
                words = re.split(r"[ \t-]+", name)
                several = {"_".join(words[: k + 1]) for k in range(len(words))}
                found |= {("zone" if kind == "zones" else kind, each) for each in several}
    return frozenset(found)


def of_spoiled(one: Finding, names: frozenset[tuple[str, str]]) -> bool:
    """True where a finding misses a name only because its definition could not be read, which is told already."""
    name = one.source.text[one.span.start : one.span.end].removeprefix("$")
    return (_KINDS.get(one.code, ""), name) in names


def parse_sentence(source: Source) -> tuple[n.RuleDef | None, list[Finding]]:
    """A sentence alone, which is then the rule named `rule`."""
    head = "rule rule: "
    found = _parse(source, head + source.text, -len(head))
    if isinstance(found, Finding):
        return None, [found]
    assert isinstance(found, n.RuleDef)
    return found, []


def _parse(source: Source, text: str, offset: int) -> n.Item | Finding:
    wrong = _beyond(source, text, offset)
    if wrong is not None:
        return wrong
    try:
        tree = parser().parse(text)
        item: n.Item = BuildAll(offset).transform(tree)
        return item
    except UnexpectedInput as error:
        return _unexpected(source, text, offset, error)
    except RecursionError:  # a thousand `not`s
        first = re.match(r"\s*\w+", text)
        at = Span(max(0, offset), max(0, offset) + (len(first[0]) if first else 1))
        return finding("E006", source, at, hint="say it in fewer steps")


def _beyond(source: Source, text: str, offset: int) -> Finding | None:
    """Brackets that nest too deep, numbers that are too long, times beyond all use."""
    depth = 0
    for match in _BOUND.finditer(text):
        at = Span(max(0, match.start() + offset), max(0, match.end() + offset))
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth > DEEPEST:
            return finding("E006", source, at, hint=f"brackets nest at most {DEEPEST} deep")
        number, unit = match["number"], match["unit"]
        if number is None:
            continue
        if len(number) > DIGITS:
            got = f"{number[:12]}… ({len(number):,} digits)"
            return finding("E007", source, at, got=got, why=f"a number has at most {DIGITS} digits")
        if unit and number.count(".") < 2 and float(number) * TIME[unit] > LONGEST:
            return finding("E007", source, at, got=match[0], why="the longest time is 20 years")
    return None


_COLON_AND_BRACE = re.compile(r"""\s*rule\s+\w+\s*(?:"[^"\n]*"\s*)?(:)\s*\{\s*\w+\s+\w""")
"""A rule in braces with the colon of a rule that is a sentence; a set of classes would go on with a comma."""


def _unexpected(source: Source, text: str, offset: int, error: UnexpectedInput) -> Finding:
    """What the reader stumbled over, said for the person who wrote it."""
    both = _COLON_AND_BRACE.match(text)
    if both is not None:
        colon = Span(both.start(1) + offset, both.end(1) + offset)
        hint = "a rule in braces has no colon: `rule name { … }`"
        return finding("E001", source, colon, got=":", hint=hint, fix=Edit(colon, ""))
    nameless = re.match(_NAMELESS, text)
    if nameless is not None and offset >= 0:
        name = re.match(r"\w+", text)
        assert name is not None
        at = Span(offset, offset + name.end())
        hint = f"a rule begins with `rule`: `rule {nameless[0].strip()} …`"
        return finding("E001", source, at, got=name[0], hint=hint, fix=Edit(at, f"rule {name[0]}"))
    end = len(source.text[: offset + len(text)].rstrip())
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = error.token
        assert token.start_pos is not None
        start, got = token.start_pos + offset, str(token)
        expected = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        at_char = error.pos_in_stream or 0
        start = at_char + offset
        word = re.match(r"\w+|.", text[at_char:])
        got = word[0] if word else ""
        if not (got[:1].isalnum() or got[:1] in '_(){},:=<>!"-.'):
            return _mark(source, start, got)
        expected = set(error.allowed or ())
    else:
        what = re.match(r"\s*\w+(\s+\w+)?", text)
        named = f"`{' '.join(what[0].split())}`" if what and offset >= 0 else "the sentence"
        expected = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
        at = Span(max(0, end - 1), end)
        hint = "close it with `}`" if "RBRACE" in expected else _wanted(expected)
        return finding("E002", source, at, what=named, hint=hint)
    start = max(0, start)
    span, fix = Span(start, start + max(1, len(got))), None
    found = slip(text, start - offset, got, expected)
    if found is not None and found.span.start + offset >= 0:
        hint, span = found.hint, found.span.moved(offset)
        got = source.text[span.start : span.end]
        if found.fix is not None and found.fix[0].start + offset >= 0:
            fix = Edit(found.fix[0].moved(offset), found.fix[1])
    else:
        hint = _hint_text(got) or word_meant(got, _words(expected))
        hint = hint or leftover(text, start - offset, got) or _wanted(expected)
    return finding("E001", source, span, got=got, hint=hint, fix=fix)


_QUOTED = re.compile(r"""[“„«”‘'’`]([^“„«”‘'’`»"\n]*)[”“»‘'’`](?!\w)""")
"""A text between the quotes of a word processor."""


def _mark(source: Source, start: int, got: str) -> Finding:
    """A letter that the language does not have; its fix where it stands for one that it has."""
    at = Span(start, start + 1)
    meant = MARKS.get(got[:1], "leave it out")
    written = re.fullmatch("write `([^`]+)`", meant)
    quoted = _QUOTED.match(source.text, start)
    fix = Edit(at, "") if got == ";" or unicodedata.category(got[:1]) in ("So", "Cf") else None
    if quoted is not None:
        fix = Edit(Span(start, quoted.end()), f'"{quoted[1]}"')
    elif written is not None and got[:1] in "–—−≥⩾≤⩽≠":
        fix = Edit(at, written[1])
    return finding("E003", source, at, got=got, hint=meant, fix=fix)


def _hint_text(got: str) -> str:
    return 'close the text with `"` in its line' if got == '"' else ""


def _words(expected: set[str]) -> set[str]:
    return {e.removeprefix("_").lower() for e in expected if re.fullmatch(r"_[A-Z]+|FOR", e)}


def _wanted(expected: set[str]) -> str:
    plain = [_READABLE[e] for e in sorted(expected) if e in _READABLE and e != "FOR"]
    words = [f"`{w}`" for w in sorted(_words(expected))]
    both = plain + words
    if not both or len(both) > 8:
        return ""
    return f"expected {', '.join(both[:-1])} or {both[-1]}" if len(both) > 1 else f"expected {both[0]}"
