"""Offsets in a text, and places as editors count them: line and column, both from 0, the column in units of a code."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

import attrs

_END = re.compile(r"\r\n|\n|\r")
"""What ends a line to an editor (Language Server Protocol 3.17). Python's `splitlines` knows more."""


@attrs.define(slots=False, eq=False)
class Lines:
    """A text cut into lines.

    Attributes:
        text: The text.
        encoding: What a column counts: units of "utf-16" (what editors do if not told otherwise), "utf-8" or "utf-32".
    """

    text: str
    encoding: str = "utf-16"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in _END.finditer(self.text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; one behind the end of its line is that end."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        row = _END.sub("", self.text[start:end])
        if row.isascii() or self.encoding == "utf-32":
            return start + min(column, len(row))
        units = 0
        for k, letter in enumerate(row):
            if units >= column:
                return start + k
            units += self._width(letter)
        return start + len(row)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : offset]
        if before.isascii() or self.encoding == "utf-32":
            return line, len(before)
        return line, sum(map(self._width, before))

    def _width(self, letter: str) -> int:
        return len(letter.encode("utf-8")) if self.encoding == "utf-8" else 1 + (letter > "\uffff")
