"""What an editor may offer to do about a finding."""

from __future__ import annotations

import re

import attrs

from watchword.editing.document import Document, Place
from watchword.editing.places import Change
from watchword.lang.findings import Finding
from watchword.text import Span


@attrs.frozen
class Action:
    """A change that mends a finding, with what it does in a few words."""

    title: str
    finding: Finding
    changes: tuple[Change, ...]


def actions(document: Document, start: int, end: int) -> list[Action]:
    """What can be done about the findings that touch a span."""
    found = []
    for finding in document.findings:
        if finding.source is document.rules.source and finding.span.start <= end and finding.span.end >= start:
            action = mend(document, finding)
            if action is not None:
                found.append(action)
    return found


def mend(document: Document, finding: Finding) -> Action | None:
    """The change that mends a finding; None where a person has to say what was meant."""
    change = _change(document, finding)
    if change is None:
        return None
    span, new = change
    old = document.source.text[span.start : span.end]
    title = f"Insert `{new.strip()}`" if not old else f"Change `{old}` to `{new}`" if new else "Leave it out"
    return Action(title, finding, (Change(Place(document.source, span), new),))


def _change(document: Document, finding: Finding) -> tuple[Span, str] | None:
    text = document.source.text
    span, hint = finding.span, finding.hint
    old = text[span.start : span.end]
    if match := re.fullmatch(r"did you mean `([^`]+)`\?", hint):
        # A finding may be about more than the word that is wrong: then it is known by its name.
        wrong = re.search(r"`([^`]+)`", finding.message)
        if wrong is not None and wrong[1] != old and old.count(wrong[1].lstrip("$")) == 1:
            at = span.start + old.index(wrong[1].lstrip("$"))
            return Span(at, at + len(wrong[1].lstrip("$"))), match[1]
        return span, match[1]
    if match := re.fullmatch(r"a unit is glued to its number: `([^`]+)`", hint):
        apart = re.match(r"[\d.]+[ \t]+[a-z%]+", text[span.start :])
        return (Span(span.start, span.start + apart.end()), match[1]) if apart else None
    number = r"(?:`m` is metres; minutes are `min`: |write )`(\d[\d.]*[a-z/%\d]+)`"
    if finding.code == "E001" and (match := re.fullmatch(number, hint)):
        return span, match[1]
    if finding.code == "E002" and hint == "close it with `}`":
        return Span(span.end, span.end), "\n}"
    if finding.code == "W202":
        return _whole_item(document, span), ""
    return None


def _whole_item(document: Document, span: Span) -> Span:
    """The item around a span, with the line's end behind it."""
    item = document.item_at(span.start)
    if item is None:
        return span
    text = document.source.text
    end = item.span.end
    while end < len(text) and text[end] in " \t\r":
        end += 1
    return Span(item.span.start, end + 1 if text[end : end + 1] == "\n" else item.span.end)
