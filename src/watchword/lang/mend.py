"""What can be mended without asking: the fixes that findings bring, applied until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from watchword.lang.findings import Edit, Finding
from watchword.text import Source

ROUNDS = 20
"""A broken item shows its first mistake only, so that a second look may find more; it ends here in any case."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits; of two that overlap the first is made."""
    parts: list[str] = []
    end = 0
    for edit in sorted(set(edits), key=lambda e: (e.span.start, e.span.end, e.text)):
        if edit.span.start >= end:
            parts += [text[end : edit.span.start], edit.text]
            end = edit.span.end
    return "".join([*parts, text[end:]])


def mended(source: Source, check: Callable[[Source], Iterable[Finding]]) -> tuple[str, int]:
    """A text with all fixes made, and how many there were.

    Args:
        source: The text.
        check: What finds its mistakes; findings of other texts are left alone.
    """
    text, count, seen = source.text, 0, {source.text}
    for _ in range(ROUNDS):
        now = Source(source.name, text)
        edits = {f.fix for f in check(now) if f.fix is not None and f.source is now}
        text = apply(text, edits)
        if text in seen:
            return now.text, count
        seen.add(text)
        count += len(edits)
    return text, count
