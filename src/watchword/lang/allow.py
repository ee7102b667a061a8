"""`# allow: W201 until 2027-01-01`: a comment that silences a warning of one clause, for a time or for good.

It stands behind the clause, or on a line of its own above it. Errors cannot be allowed. One that silences nothing, or
whose day has passed, is a warning itself, so that none outlives its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import attrs

from watchword.lang.findings import CODES, Finding, finding, ordered
from watchword.lang.format import comments, pieces_of
from watchword.lang.parse import parse
from watchword.text import Source, Span

_ALLOW = re.compile(r"#\s*allow\s*:\s*(?P<codes>[^#]*?)(?:\s+until\s+(?P<day>\S+))?\s*$", re.IGNORECASE)
LATER = frozenset({"W203", "W209", "W214"})
"""Warnings that only a detector or a scene can give: that one of these was not given says nothing here."""
_BRACKETS = re.compile(r"\([^()]*\band\b")


@attrs.define
class _Allowance:
    source: Source
    code: str
    comment: Span
    of: Span | None
    """The clause it is about."""
    day: date | None = None
    wrong: str = ""
    used: bool = False

    def covers(self, found: Finding) -> bool:
        """True where it is about a finding's place and code."""
        return (
            self.of is not None
            and found.source is self.source
            and found.code == self.code
            and self.of.start <= found.span.start < max(self.of.end, self.of.start + 1)
        )

    def tidied(self) -> bool:
        """True where W201 was allowed and a tidy layout has since put the brackets."""
        clause = self.source.text[self.of.start : self.of.end] if self.of else ""
        return self.code == "W201" and _BRACKETS.search(clause) is not None


def allowed(findings: Iterable[Finding], sources: Iterable[Source], today: date) -> tuple[Finding, ...]:
    """The findings without the warnings that comments allow, and with what is wrong with those comments.

    Args:
        findings: What a check found.
        sources: The texts it was found in, included ones too.
        today: The day on which `until` is judged.
    """
    every = [a for source in sources if "allow" in source.text for a in _allowances(source)]
    kept = []
    for found in findings:
        covering = [a for a in every if a.covers(found) and not a.wrong and not found.is_error]
        for one in covering:
            one.used = True
        if not any(a.day is None or today <= a.day for a in covering):
            kept.append(found)
    for one in every:
        got = f"allow: {one.code}{f' until {one.day}' if one.day else ''}"
        if one.used and one.day is not None and one.day < today:
            kept.append(finding("W211", one.source, one.comment, got=got, hint="mend the clause, or set another day"))
        elif one.wrong or not (one.used or one.code in LATER or one.tidied()):
            why = one.wrong or "nothing of the kind is found here"
            kept.append(finding("W210", one.source, one.comment, got=got, why=why, hint="leave the comment out"))
    return ordered(kept)


def _allowances(source: Source) -> list[_Allowance]:
    pieces = [piece for item in parse(source)[0] for piece in pieces_of(source.text, item)]
    found = []
    for comment in comments(source.text):
        match = _ALLOW.match(comment.text)
        if match is None:
            continue
        if comment.own:
            piece = next((p for p in pieces if p.end > comment.start), None)
        else:
            piece = next((p for p in reversed(pieces) if p.start < comment.start), None)
        at = Span(comment.start, comment.start + len(comment.text))
        of = None if piece is None else Span(piece.start, piece.end)
        day, wrong = None, ""
        if match["day"]:
            try:
                day = date.fromisoformat(match["day"])
            except ValueError:
                wrong = f"`{match['day']}` is no day: write 2027-01-01"
        for code in re.split(r"[,\s]+", match["codes"].strip()):
            one = _Allowance(source, code, at, of, day, wrong)
            if not wrong and code not in CODES:
                one.wrong = "there is no such code"
            elif not wrong and code.startswith("E"):
                one.wrong = "an error cannot be allowed"
            found.append(one)
    return found
