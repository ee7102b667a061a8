"""Text to tree. A file is cut into items first, so that every broken one is reported and the others still load."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.tree import Meta

from watchword.lang import nodes as n
from watchword.lang.findings import Finding, did_you_mean, finding
from watchword.text import Source, Span

LARGEST = 4_000_000
"""Characters a file may have."""
DEEPEST = 100
"""How deep brackets may nest."""

_SKIP = r'"(?:\\.|[^"\\\n])*"|\#[^\n]*'
# An item begins at its keyword, where what follows can be nothing else; at a line's start less is asked for, so that a
# rule without its colon is still a rule of its own.
_ITEM = (
    r"(?P<item>(?:class|zone|line)\s+[^\W\d]\w*\s*="
    r"|rule\s+[^\W\d]\w*\s*(?:[:{]|\"[^\"\n]*\"\s*\{)"
    r"|^[ \t]*(?:rule|class|language|test|let|define|include|schedule|signal|override|zones)\b(?=[ \t])"
    r"|^(?:zone|line)[ \t]+[^\W\d]\w*[ \t]*(?:polygon|\())"
)
_CUT = re.compile(f"{_SKIP}|{_ITEM}", re.MULTILINE)

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
    """The parser, built when first needed."""
    return Lark(grammar(), parser="lalr", propagate_positions=True, maybe_placeholders=True)


def grammar() -> str:
    """The text of the grammar."""
    return files("watchword.lang").joinpath("grammar.lark").read_text("utf-8")


def keywords() -> tuple[str, ...]:
    """Every keyword of the grammar, sorted."""
    return tuple(sorted(re.findall(r"^_?[A-Z]+\.2: /([a-z]+)", grammar(), re.MULTILINE)))


@v_args(meta=True)
class _Build(Transformer[Token, Any]):
    """Lark's tree to nodes; places are moved to where the item stands in its file."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self._offset = offset

    def _at(self, meta: Meta) -> Span:
        return Span(meta.start_pos + self._offset, meta.end_pos + self._offset)

    def _of(self, token: Token) -> Span:
        assert token.start_pos is not None
        assert token.end_pos is not None
        return Span(token.start_pos + self._offset, token.end_pos + self._offset)

    def _name(self, token: Token) -> n.Name:
        return n.Name(str(token), span=self._of(token))

    def _quantity(self, token: Token) -> n.Quantity:
        match = re.fullmatch(r"([\d.]+)(.*)", token)
        assert match is not None
        return n.Quantity(match[1], match[2], span=self._of(token))

    # -- what a file holds

    def language(self, meta: Meta, c: list[Token]) -> n.Language:
        return n.Language(self._quantity(c[0]), span=self._at(meta))

    def class_def(self, meta: Meta, c: list[Any]) -> n.ClassDef:
        return n.ClassDef(self._name(c[0]), c[1], span=self._at(meta))

    def class_names(self, _meta: Meta, c: list[Token]) -> tuple[n.Name, ...]:
        return tuple(map(self._name, c))

    def signed(self, _meta: Meta, c: list[Token | None]) -> float:
        return float("".join(x for x in c if x))

    def point(self, _meta: Meta, c: list[float]) -> tuple[float, float]:
        return c[0], c[1]

    def anchor(self, _meta: Meta, c: list[Token]) -> str | float:
        return float(c[0][:-1]) / 100 if c[0].type == "PERCENT" else str(c[0])

    def flow(self, _meta: Meta, c: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        return tuple(c)

    def zone_def(self, meta: Meta, c: list[Any]) -> n.ZoneDef:
        return n.ZoneDef(self._name(c[0]), tuple(c[1:-2]), c[-2] or "bottom", c[-1], span=self._at(meta))

    def line_def(self, meta: Meta, c: list[Any]) -> n.LineDef:
        sides = (self._name(c[3]), self._name(c[4])) if c[3] else None
        return n.LineDef(self._name(c[0]), c[1], c[2], sides, span=self._at(meta))

    def rule_short(self, meta: Meta, c: list[Any]) -> n.RuleDef:
        return n.RuleDef(self._name(c[0]), None, c[1], span=self._at(meta))

    def rule_full(self, meta: Meta, c: list[Any]) -> n.RuleDef:
        return n.RuleDef(self._name(c[0]), c[1] and unquote(c[1]), tuple(c[2:]), span=self._at(meta))

    # -- the short form

    def subject(self, _meta: Meta, c: list[Any]) -> tuple[n.Name, ...]:
        names: tuple[n.Name, ...] = c[0]
        return names

    def sentence(self, meta: Meta, c: list[Any]) -> n.Sentence:
        return n.Sentence(c[0], tuple(c[1:]), span=self._at(meta))

    def _bare(self, meta: Meta, word: Token, **rest: Any) -> n.Apply:
        return n.Apply(self._name(word), n.Name("it", span=self._of(word)), **rest, span=self._at(meta))

    def bare_state(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, c[0], values=c[1] or ())

    def bare_zone(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, c[0], names=(self._name(c[1]),))

    def bare_line(self, meta: Meta, c: list[Any]) -> n.Apply:
        return self._bare(meta, c[0], names=(self._name(c[1]),), way=c[2])

    def with_(self, meta: Meta, c: list[Any]) -> n.With:
        return n.With(c[0], span=self._at(meta))

    def held(self, meta: Meta, c: list[Token]) -> n.Held:
        return n.Held(self._quantity(c[1]), span=self._at(meta))

    # -- the full form

    def each(self, meta: Meta, c: list[Any]) -> n.Each:
        return n.Each(c[0], self._name(c[1]), tuple(c[2:]), span=self._at(meta))

    def filter(self, meta: Meta, c: list[Token]) -> n.Apply:
        return self._bare(meta, c[0], names=(self._name(c[1]),))

    def when(self, meta: Meta, c: list[Any]) -> n.When:
        return n.When(c[0], span=self._at(meta))

    def on_camera(self, meta: Meta, c: list[Token]) -> n.Clause:
        return n.Clause("on", tuple(map(self._name, c)), span=self._at(meta))

    def keep(self, meta: Meta, c: list[Token]) -> n.Clause:
        return n.Clause("keep", (self._quantity(c[0]),), span=self._at(meta))

    def cooldown(self, meta: Meta, c: list[Any]) -> n.Clause:
        return n.Clause("cooldown", (self._quantity(c[0]), *(k for k in c[1:] if k)), span=self._at(meta))

    def key(self, _meta: Meta, c: list[Token]) -> n.Name:
        return self._name(c[0])

    def key_zone(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("zone", span=self._at(meta))

    def key_line(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("line", span=self._at(meta))

    def key_camera(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("camera", span=self._at(meta))

    def key_rule(self, meta: Meta, _c: list[Token]) -> n.Name:
        return n.Name("rule", span=self._at(meta))

    def gap(self, meta: Meta, c: list[Any]) -> n.Clause:
        after = (self._quantity(c[1]),) if c[1] else ()
        return n.Clause("gap", (self._name(c[0]), *after), span=self._at(meta))

    def severity(self, meta: Meta, c: list[Token]) -> n.Clause:
        return n.Clause("severity", (self._name(c[0]),), span=self._at(meta))

    def message(self, meta: Meta, c: list[Token]) -> n.Clause:
        return n.Clause("message", (unquote(c[0]),), span=self._at(meta))

    def label(self, meta: Meta, c: list[Token]) -> n.Clause:
        return n.Clause("label", (self._name(c[0]), unquote(c[1])), span=self._at(meta))

    # -- conditions

    def for_expr(self, meta: Meta, c: list[Any]) -> n.For:
        return n.For(c[0], self._quantity(c[2]), span=self._at(meta))

    def or_expr(self, meta: Meta, c: list[Any]) -> n.Or:
        return n.Or(tuple(c), span=self._at(meta))

    def and_expr(self, meta: Meta, c: list[Any]) -> n.And:
        return n.And(tuple(c), span=self._at(meta))

    def negated(self, meta: Meta, c: list[Any]) -> n.Not:
        return n.Not(c[0], span=self._at(meta))

    def bracket(self, _meta: Meta, c: list[Any]) -> n.Expr:
        body: n.Expr = c[0]
        return body

    def thing_state(self, meta: Meta, c: list[Any]) -> n.Apply:
        return n.Apply(self._name(c[1]), self._name(c[0]), values=c[2] or (), span=self._at(meta))

    def thing_zone(self, meta: Meta, c: list[Token]) -> n.Apply:
        return n.Apply(self._name(c[1]), self._name(c[0]), (self._name(c[2]),), span=self._at(meta))

    def thing_line(self, meta: Meta, c: list[Any]) -> n.Apply:
        names = (self._name(c[2]),)
        return n.Apply(self._name(c[1]), self._name(c[0]), names, way=c[3], span=self._at(meta))

    def group(self, meta: Meta, c: list[Any]) -> n.Group:
        return n.Group(c[0], tuple(c[1:-1]), c[-1], span=self._at(meta))

    def compare(self, _meta: Meta, c: list[Token]) -> str:
        return str(c[0])

    def count(self, meta: Meta, c: list[Any]) -> n.Count:
        return n.Count(c[0], c[1], self._quantity(c[2]), span=self._at(meta))

    def quantity(self, _meta: Meta, c: list[Token]) -> n.Quantity:
        return self._quantity(c[0])

    def arguments(self, _meta: Meta, c: list[n.Quantity]) -> tuple[n.Quantity, ...]:
        return tuple(c)

    def inward(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("inward", span=self._at(meta))

    def outward(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("outward", span=self._at(meta))

    def either(self, meta: Meta, _c: list[Token]) -> n.Way:
        return n.Way("either", span=self._at(meta))

    def to_side(self, meta: Meta, c: list[Token]) -> n.Way:
        return n.Way("to", self._name(c[0]), span=self._at(meta))


setattr(_Build, "with", _Build.with_)  # a rule of the grammar that Python cannot name


def unquote(token: str) -> str:
    r"""The text of a string token: its quotes off, \" and \\ undone."""
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def cut(text: str) -> list[tuple[int, int]]:
    """Where the items of a file start and end. What stands before the first is one, too, unless it is all comments."""
    starts = [m.start("item") for m in _CUT.finditer(text) if m.group("item")]
    if not starts or re.sub(r"#[^\n]*", "", text[: starts[0]]).strip():
        starts = [0, *starts]
    return [(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True) if text[a:b].strip()]


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


def parse_sentence(source: Source) -> tuple[n.RuleDef | None, list[Finding]]:
    """A sentence alone, which is then the rule named `rule`."""
    head = "rule rule: "
    found = _parse(source, head + source.text, -len(head))
    if isinstance(found, Finding):
        return None, [found]
    assert isinstance(found, n.RuleDef)
    return found, []


def _parse(source: Source, text: str, offset: int) -> n.Item | Finding:
    depth = 0
    for match in re.finditer(f"{_SKIP}|[()]", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth > DEEPEST:
            at = Span(match.start() + offset, match.end() + offset)
            return finding("E006", source, at, hint=f"brackets nest at most {DEEPEST} deep")
    try:
        tree = parser().parse(text)
        item: n.Item = _Build(offset).transform(tree)
        return item
    except UnexpectedInput as error:
        return _unexpected(source, text, offset, error)
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:  # a thousand `not`s
        first = re.match(r"\s*\w+", text)
        at = Span(max(0, offset), max(0, offset) + (len(first[0]) if first else 1))
        return finding("E006", source, at, hint="say it in fewer steps")


def _unexpected(source: Source, text: str, offset: int, error: UnexpectedInput) -> Finding:
    """What the reader stumbled over, said for the person who wrote it."""
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
            return finding("E003", source, Span(start, start + 1), got=got, hint="leave it out")
        expected = set(error.allowed or ())
    else:
        what = re.match(r"\s*\w+(\s+\w+)?", text)
        named = f"`{' '.join(what[0].split())}`" if what and offset >= 0 else "the sentence"
        expected = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
        at = Span(max(0, end - 1), end)
        hint = "close it with `}`" if "RBRACE" in expected else _wanted(expected)
        return finding("E002", source, at, what=named, hint=hint)
    start = max(0, start)
    after = source.text[start + len(got) : end]
    hint = _hint_number(got, after, expected) or _hint_text(got)
    hint = hint or did_you_mean(got, _words(expected)) or _wanted(expected)
    return finding("E001", source, Span(start, start + max(1, len(got))), got=got, hint=hint)


def _hint_text(got: str) -> str:
    return 'close the text with `"` in its line' if got == '"' else ""


def _hint_number(got: str, after: str, expected: set[str]) -> str:
    apart = re.match(r"[ \t]+(ms|s|min|h|px|cm|m|%)(?!\w)", after)
    if re.fullmatch(r"[\d.]+", got) and apart:
        return f"a unit is glued to its number: `{got}{apart[1]}`"
    match = re.fullmatch(r"([\d.]+)([^\W\d]\w*)", got)
    if match is None:
        return ""
    if match[2] == "m" and "DURATION" in expected:
        return f"`m` is metres; minutes are `min`: `{match[1]}min`"
    units = {"sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "m", "mins": "min", "minute": "min"}
    units |= {"minutes": "min", "hour": "h", "hours": "h", "hr": "h", "metre": "m", "meter": "m", "metres": "m"}
    unit = units.get(match[2])
    return f"write `{match[1]}{unit}`" if unit else "units are ms, s, min, h, m, cm, px, %"


def _words(expected: set[str]) -> set[str]:
    return {e.removeprefix("_").lower() for e in expected if re.fullmatch(r"_[A-Z]+|FOR", e)}


def _wanted(expected: set[str]) -> str:
    plain = [_READABLE[e] for e in sorted(expected) if e in _READABLE and e != "FOR"]
    words = [f"`{w}`" for w in sorted(_words(expected))]
    both = plain + words
    if not both or len(both) > 8:
        return ""
    return f"expected {', '.join(both[:-1])} or {both[-1]}" if len(both) > 1 else f"expected {both[0]}"
