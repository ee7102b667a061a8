"""What an editor may offer to do about a finding."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from watchword.editing.document import Document, Place
from watchword.editing.places import Change
from watchword.lang.findings import Finding
from watchword.lang.mend import mended
from watchword.text import Source, Span


@attrs.frozen
class Action:
    """A change that ends a finding.

    Attributes:
        title: What it does, in a few words.
        finding: What it is about; None where it is about all that can be mended.
        changes: What is to stand where.
        mends: True where the text is mended; False where the warning is only allowed.
    """

    title: str
    finding: Finding
    changes: tuple[Change, ...]
    mends: bool = True


@attrs.frozen
class Everything:
    """A change that mends all that can be mended without asking."""

    title: str
    changes: tuple[Change, ...]


def actions(document: Document, start: int, end: int) -> list[Action]:
    """What can be done about the findings that touch a span."""
    return [
        action
        for finding in document.findings
        if finding.source is document.source and finding.span.start <= end and finding.span.end >= start
        for action in _of(document, finding)
    ]


def mend_all(document: Document) -> Everything | None:
    """All fixes made, as `watchword fix` makes them; None where there is none."""
    text, count = mended(document.source, lambda source: document.again(source).findings)
    if not count:
        return None
    whole = Place(document.source, Span(0, len(document.source.text)))
    return Everything(f"Mend {count} mistake{'s' if count > 1 else ''}", (Change(whole, text),))


def _of(document: Document, finding: Finding) -> Iterator[Action]:
    text = document.source.text
    if finding.fix is not None:
        old, new = text[finding.fix.span.start : finding.fix.span.end], finding.fix.text
        title = f"Change `{old}` to `{new}`" if old and new else f"Insert `{new}`" if new else f"Leave `{old}` out"
        yield _action(document, finding, finding.fix.span, new, title)
    elif finding.code == "E002" and finding.hint == "close it with `}`":
        end = finding.span.end
        yield _action(document, finding, Span(end, end), "\n}", "Insert `}`")
    elif finding.code == "W202":
        yield _action(document, finding, _whole_item(document, finding.span), "", "Leave the definition out")
    if not finding.is_error:
        yield from _allowing(document, finding)


def _action(document: Document, finding: Finding, span: Span, new: str, title: str) -> Action:
    return Action(title, finding, (Change(Place(document.source, span), new),))


def _allowing(document: Document, finding: Finding) -> Iterator[Action]:
    """A comment that allows a warning, where one would: behind the clause, else above it."""
    text, at = document.source.text, finding.span.start
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at) if "\n" in text[at:] else len(text)
    indent = text[start : len(text) - len(text[start:].lstrip(" \t"))]
    comment = f"# allow: {finding.code}"
    places = [(Span(start, start), f"{indent}{comment}\n")]
    if "#" not in text[start:end]:
        places.insert(0, (Span(end, end), f"  {comment}"))
    before = [f.code for f in document.findings]
    for span, new in places:
        source = Source(document.source.name, text[: span.start] + new + text[span.end :])
        after = [f.code for f in document.again(source).findings]
        if after.count(finding.code) < before.count(finding.code) and after.count("W210") <= before.count("W210"):
            allow = _action(document, finding, span, new, f"Allow {finding.code} here")
            yield attrs.evolve(allow, mends=False)
            return


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
