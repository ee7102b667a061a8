"""What a check says: one value a fault, all wording on one screen. A code is never used for another fault again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

import attrs

from watchword.errors import RuleError
from watchword.text import Source, Span, excerpt

CODES: dict[str, str] = {
    "E001": "`{got}` was not expected here",
    "E002": "the text ends in the middle of {what}",
    "E003": "`{got}` is no letter of the language",
    "E004": "this is language {got}; Watchword reads language 1",
    "E005": "the file is too large: {got}",
    "E006": "this nests too deep",
    "E007": "`{got}` is more than is read: {why}",
    "E101": "there is no class `{name}`",
    "E102": "there is no word `{name}`",
    "E103": "nothing here is called `{name}`",
    "E104": "there is no zone `{name}`",
    "E105": "there is no line `{name}`",
    "E106": "there is no camera `{name}`",
    "E107": "line `{line}` has no side `{name}`",
    "E108": "line `{line}` has no sides, so `{name}` says nothing",
    "E109": "a thing has no attribute `{name}`",
    "E111": "there is no schedule `{name}`",
    "E112": "there is no signal `{name}`",
    "E113": "there is no parameter `${name}`",
    "E114": "there is no condition `{name}`",
    "E115": "there is no rule `{name}`",
    "E116": "rule `{rule}` has no parameter `{name}`",
    "E201": "`{got}` happens at a moment; here something that lasts is needed",
    "E202": "`{got}` is a {kind}; here {wanted} is needed",
    "E203": "clause `{clause}` is given twice",
    "E204": "`{name}` is defined twice",
    "E205": "a thing cannot be called `{name}`: that is {what}",
    "E206": "class `{name}` is made of itself",
    "E207": "{message}",
    "E208": "a message has no field `{name}`",
    "E209": "rule `{rule}` has no `when`",
    "E210": "`{clause}` makes no sense here: {why}",
    "E211": "the sentence gives its time twice",
    "E212": "`{got}` needs a moment to stand with, and here are two",
    "E213": "`{word}` does not go with {what}",
    "E214": "`{name}` takes {wanted}, and here are {got}",
    "E215": "`{got}` is a {kind}; `{name}` takes a {wanted} here",
    "E216": "`{name}` needs a time to look back: `over 1min`",
    "E217": "`{name}` does not go with `{what}`",
    "E301": "`{path}` cannot be included: {why}",
    "E302": "{what} needs camera {camera} to be calibrated, and it is not",
    "E303": "zone `{name}` has no flow",
    "E305": "`unless firing` goes round in a circle: {path}",
    "E306": "condition `{name}` is made of itself",
    "E307": "`{name}` needs camera {camera} to know where north is, and it does not",
    "E308": "zone `{name}` is made of itself",
    "E401": "`{name}` is read and checked, but this version does not run it",
    "W201": "`for` over `and` and `or` together: brackets make plain what is meant",
    "W202": "{what} `{name}` is not used",
    "W203": "no detector here is known to see a `{name}`",
    "W204": "there is no rule in this file",
    "W205": "this is never true: {why}",
    "W206": "this is always true: {why}",
    "W207": "{what} is shorter than two frames of a camera at 10 a second",
    "W208": "the rule asks for absence and does not say what a gap is",
    "W209": "no detector here is known to give `{name}`",
    "W210": "`{got}` allows nothing: {why}",
    "W211": "`{got}` has ended: what it allowed is told again",
    "W212": "`{got}` is longer than its bound, `{bound}`: it holds in time only where it began before",
    "W213": "`{name}` is anywhere in the picture: nothing says how near",
    "W214": "metres are a guess in zone `{name}`: {why}",
    "W215": "{what} `{name}` is not drawn for `{at}`: there the rule says nothing",
    "W216": "`{name}` is read in UTC, London's winter time: {why}",
}
"""Each code's message; `{…}` is filled in where the fault is found."""


@attrs.frozen
class Place:
    """A second place that a fault has to do with, and what stands there."""

    source: Source = attrs.field(repr=False)
    span: Span
    note: str


@attrs.frozen
class Edit:
    """A change that mends a fault: what is to stand in the place of a span."""

    span: Span
    text: str


@attrs.frozen
class Finding:
    """One fault: its code, where it is, what is wrong, and what to write instead.

    Attributes:
        code: Stable; begins with E (an error: the file cannot run) or W (a warning).
        message: What is wrong, in the writer's words.
        source: The text it is about.
        span: The place in it.
        hint: What to write instead, beside the caret.
        notes: What else helps: the names there are.
        other: Where two places disagree, the other one.
        fix: The change that mends it, where there is an obvious one.
    """

    code: str
    message: str
    source: Source = attrs.field(repr=False)
    span: Span
    hint: str = ""
    notes: tuple[str, ...] = ()
    other: Place | None = None
    fix: Edit | None = None

    @property
    def is_error(self) -> bool:
        """True where the file cannot run because of it."""
        return self.code.startswith("E")

    @property
    def where(self) -> str:
        """`file:line:column`."""
        return self.source.at(self.span)

    def show(self) -> str:
        """The finding as text: place, fault, the line with a caret, what to do."""
        kind = "error" if self.is_error else "warning"
        number, _ = self.source.place(self.span.start)
        margin = " " * len(str(number))
        notes = "".join(f"\n{margin} = {note}" for note in self.notes)
        other = ""
        if self.other is not None:
            number, _ = self.other.source.place(self.other.span.start)
            shown = excerpt(self.other.source, self.other.span, self.other.note, "-")
            other = f"\n{' ' * len(str(number))}::: {self.other.source.at(self.other.span)}\n{shown}"
        return (
            f"{kind}[{self.code}]: {self.message}\n{margin}--> {self.where}\n"
            f"{excerpt(self.source, self.span, self.hint)}{other}{notes}"
        )


def finding(
    code: str,
    source: Source,
    span: Span,
    *,
    hint: str = "",
    notes: Iterable[str] = (),
    other: Place | None = None,
    fix: Edit | None = None,
    **values: object,
) -> Finding:
    """The finding of a code, its message filled in; where the hint is a name to take, that is the fix."""
    fix = fix or _fix(code, source, span, hint)
    return Finding(code, CODES[code].format(**values), source, span, hint, tuple(notes), other, fix)


def _fix(code: str, source: Source, span: Span, hint: str) -> Edit | None:
    meant = re.fullmatch(r"did you mean `([\w.]+)`\?", hint)
    if meant and certain(source.text[span.start : span.end].removeprefix("$"), meant[1]):
        dollar = "$" if source.text[span.start : span.start + 1] == "$" else ""
        return Edit(span, dollar + meant[1])
    if hint == "leave it out" and code == "E210":
        return Edit(span, "")
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one; empty where none is."""
    folded = {k.casefold(): k for k in sorted(known, reverse=True)}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def distance(a: str, b: str) -> int:
    """How many letters have to be changed, added, left out or swapped with a neighbour (restricted Damerau)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]


def slip_of(name: str, known: set[str]) -> str:
    """The known name that this one is a slip of: one letter off, two of a long one; empty where there is none."""
    near = "" if name in known else nearest(name, known)
    return near if near and distance(name, near) <= (2 if len(near) > 4 else 1) else ""


def certain(written: str, meant: str) -> bool:
    """True where a name can be nothing but a slip of another: its words one letter off, digits and first letters same.

    `attended` is no slip of `unattended`, `platform_2` none of `platform_1`, nor `door_east` of `door_west`.
    """
    a, b = written.casefold(), meant.casefold()
    if a.replace("_", "") == b.replace("_", ""):
        return True
    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b) or len(a) < 4:
        return False
    first, second = a.split("_"), b.split("_")
    if len(first) != len(second):
        return distance(a, b) == 1 and a[0] == b[0]
    return all(
        x == y or (len(x) >= 3 and len(y) >= 3 and distance(x, y) == 1 and ({*x[:2]} == {*y[:2]} or x[0] == y[0]))
        for x, y in zip(first, second, strict=True)
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest name, or with two that are as near; empty where none is near."""
    known = list(known)
    near = nearest(name, known)
    if not near:
        return ""
    off = distance(name.casefold(), near.casefold())
    other = nearest(name, [k for k in known if k != near])
    if other and off and distance(name.casefold(), other.casefold()) == off:
        return f"did you mean `{near}` or `{other}`?"
    return f"did you mean `{near}`?"


def word_meant(name: str, known: Iterable[str]) -> str:
    """A hint with the word of the language that this is a slip of; none that only looks like it, or is its opposite."""
    known = {*known}
    near = slip_of(name.casefold(), known) or (name.casefold() if name.casefold() in known else "")
    if (
        not near
        or (name != near and name.endswith(near))
        or any(name == prefix + near for prefix in ("in", "un", "im", "non", "dis"))
    ):
        return ""
    return did_you_mean(name, known)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the text, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (f.source.name, f.span.start, f.code)))


def show_all(findings: Sequence[Finding]) -> str:
    """All findings as text, and a last line that counts them."""
    errors = sum(f.is_error for f in findings)
    warnings = len(findings) - errors
    counts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return "\n\n".join([*(f.show() for f in findings), " and ".join(counts)])


def raise_errors(findings: Sequence[Finding]) -> None:
    """Raise what the findings hold of errors, all of them at once.

    Raises:
        RuleError: One finding or more is an error.
    """
    errors = [f for f in findings if f.is_error]
    if errors:
        raise RuleError(findings, show_all(errors))
