"""Places in a text, and how to show one: a span, the text it lies in, and an excerpt with a caret."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from unicodedata import east_asian_width

import attrs


@attrs.frozen
class Span:
    """A piece of a text, from `start` up to `end` (offsets in characters, end excluded)."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def moved(self, by: int) -> Span:
        """The same piece, so many characters further on."""
        return Span(self.start + by, self.end + by)


@attrs.define(slots=False, eq=False)
class Source:
    """A text with the name of the file it came from."""

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def at(self, span: Span) -> str:
        """`file:line:column` of a span, which terminals make clickable."""
        line, column = self.place(span.start)
        return f"{self.name}:{line}:{column}"


def width(text: str) -> int:
    """How many terminal columns a text takes (wide letters take two)."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def excerpt(source: Source, span: Span, note: str = "", mark: str = "^") -> str:
    """The line of a span with carets under it and a note behind them.

    A span over several lines is marked to the end of its first. Tabs become one space, so that the carets stand right.
    """
    number, column = source.place(span.start)
    text = source.line(number).replace("\t", " ")
    stop = min(len(text), column - 1 + max(1, span.end - span.start))
    marked = text[column - 1 : stop]
    margin = " " * len(str(number))
    carets = " " * width(text[: column - 1]) + mark * max(1, width(marked))
    return f"{margin} |\n{number} | {text}\n{margin} | {carets}{' ' + note if note else ''}\n{margin} |"
