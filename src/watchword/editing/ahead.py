"""What may come next in a half-written item: which keywords, and what a name there would speak of.

The parser itself is asked. Its table says which terminals are legal after a text. What a *name* would be, it does not
say; so the text is finished in the shortest way with a made-up name in it, and the tree tells what became of the name.
So completion knows nothing of the grammar that could grow out of date.
"""

from __future__ import annotations

import re

import attrs
from lark import Token, UnexpectedInput
from lark.parsers.lalr_interactive_parser import InteractiveParser

from watchword.editing.mentions import mentions
from watchword.lang.parse import cut, parse, parser
from watchword.lang.vocabulary import choices, clauses
from watchword.text import Source

MADE_UP = "zz_name"
_FILL = {
    "NAME": "zz_other",
    "NUMBER": "1",
    "DURATION": "1s",
    "MEASURE": "1m",
    "WINDOW": "01:00-02:00",
    "STRING": '"x"',
    "DOLLAR": "$zz",
    "MORE": ">",
    "AT_LEAST": ">=",
}
_SOONEST = (
    *("$END", "RBRACE", "RPAR", "_OVER", "MORE", "EQUAL", "DURATION", "NUMBER", "MEASURE", "STRING", "WINDOW", "GAP"),
    *("SEVERITY", "PLACE", "SIGNAL_KIND", "OUTCOME", "NAME", "COLON", "LPAR", "_IS", "_OF", "_ZONE", "_LINE", "_IN"),
)
_TELLING = ("$END", "RBRACE", "RPAR", "NAME", "_IS", "_OF", "_ZONE", "_LINE", "LPAR", "EQUAL", "MORE", "_LABELLED")
"""Terminals behind a name that tell what it is; what else may follow tells nothing new."""
_LONGEST = 40


@attrs.frozen
class Role:
    """What a name here would be: a mention's kind, the node it would stand in, and the terminal behind it.

    `new` is True where it would be given here.
    """

    kind: str
    node: object = attrs.field(eq=False)
    follow: str
    new: bool = False


@attrs.frozen(eq=False)
class Ahead:
    """A half-written item up to a place.

    Attributes:
        text: The item up to the place, or what could be read of it.
        tokens: Its tokens.
        accepts: The terminals that may follow; `$END` where it may end.
    """

    text: str
    tokens: tuple[Token, ...]
    accepts: frozenset[str]
    _state: InteractiveParser

    @property
    def begins(self) -> bool:
        """True where nothing of the item stands yet."""
        return not self.tokens

    @property
    def may_end(self) -> bool:
        """True where what stands is a whole item, or a whole clause of one."""
        return "$END" in self.accepts or "RBRACE" in self.accepts or self.begins

    def phrase(self, terminal: str) -> str:
        """A keyword with those that must follow it: `against flow in zone`, `clear when`."""
        words = [choices()[terminal][0]]
        state = _copied(self._state)
        state.feed_token(Token(terminal, words[0]))
        while len(after := _accepted(state)) == 1 and len(choices().get(only := next(iter(after)), ())) == 1:
            words.append(choices()[only][0])
            state.feed_token(Token(only, words[-1]))
        return " ".join(words)

    def last(self, back: int = 1) -> str:
        """The type of the last token, or of one further back; empty where there is none."""
        return self.tokens[-back].type if len(self.tokens) >= back else ""

    def roles(self) -> list[Role]:
        """What a name here would be; empty where none may stand."""
        if "NAME" not in self.accepts:
            return []
        found: list[Role] = []
        state = _copied(self._state)
        state.feed_token(Token("NAME", MADE_UP))
        after = _accepted(state)
        telling = [t for t in _TELLING if t in after] or sorted(after)[:1]
        for terminal in telling:
            role = self._role(state, terminal)
            if role is not None and role not in found:
                found.append(role)
        return found

    def _role(self, state: InteractiveParser, terminal: str) -> Role | None:
        rest = _finish(state, terminal)
        if rest is None:
            return None
        source = Source("", " ".join([self.text, MADE_UP, *rest]))
        items, findings = parse(source)
        at = len(self.text) + 1
        for item in items if not findings else ():
            for mention in mentions(item, source):
                span = mention.name.span
                if span.end == at + len(MADE_UP) or span.start == at:
                    return Role(mention.kind, mention.node, terminal, mention.defines)
        return None


def _finish(state: InteractiveParser, first: str) -> list[str] | None:
    """The texts of the tokens that end an item, the first of them a terminal's; None where no end is found soon."""
    ahead = _copied(state)
    texts: list[str] = []
    terminal = first
    for _ in range(_LONGEST):
        if terminal == "$END":
            return texts
        text = _text(terminal)
        ahead.feed_token(Token(terminal, text))
        texts.append(text)
        after = _accepted(ahead)
        terminal = next((t for t in _SOONEST if t in after), min(after, default="$END"))
    return None


def _text(terminal: str) -> str:
    if terminal in _FILL:
        return _FILL[terminal]
    if terminal in choices():
        return choices()[terminal][0]
    pattern = next(t.pattern for t in parser().terminals if t.name == terminal)
    return pattern.value.replace("\\", "")


def ahead(before: str) -> Ahead | None:
    """What may come after a text that ends where a token could begin; None where what stands cannot be read.

    Of an item that is broken further up, the last clause alone is read.
    """
    pieces = cut(before)
    start = pieces[-1][0] if pieces else len(before)
    item = before[start:]
    whole = _read(item)
    if whole is not None:
        return whole
    braced = re.match(r"\s*(rule|override)\b[^{]*\{", item)
    if braced is None:
        return None
    head = "rule zz { " if braced[1] == "rule" else "override zz on camera zz { "
    starts = [m.start() for m in re.finditer(rf"(?<![\w.])(?:{'|'.join(clauses())})(?!\w)", item)]
    for at in reversed([s for s in starts if s >= braced.end()][-4:]):
        found = _read(head + item[at:])
        if found is not None:
            return found
    return None


def _read(text: str) -> Ahead | None:
    state = parser().parse_interactive(text)
    try:
        tokens = tuple(state.exhaust_lexer())
    except UnexpectedInput:
        return None
    return Ahead(text, tokens, _accepted(state), state)


def _copied(state: InteractiveParser) -> InteractiveParser:
    copy: InteractiveParser = state.copy()  # type: ignore[no-untyped-call]
    return copy


def _accepted(state: InteractiveParser) -> frozenset[str]:
    return frozenset(state.accepts())  # type: ignore[no-untyped-call]
