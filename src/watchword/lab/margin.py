"""How near a comparison came to being true: `38 of 40`, `2.4 of 2 m`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs
import numpy as np

from watchword.lang import nodes as n
from watchword.lang.refs import walk
from watchword.run.terms import Node
from watchword.units import SIZE, value

FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}


@attrs.define
class Margin:
    """A number of a rule's condition against its threshold.

    Attributes:
        text: The part of the condition.
        node: The number's node in the plan.
        op: What is asked of it: >, >=, < or <=.
        asked: The threshold as it is written.
        now: The number at the last look, in the threshold's unit; None where it is not known.
        closest: The nearest that it came.
        when: The look at which it did, ns.
    """

    text: str
    node: Node
    op: str
    asked: n.Quantity
    now: float | None = None
    closest: float | None = None
    when: int | None = None

    def look(self, time: int, low: float, high: float) -> None:
        """A look's number, known within bounds (base unit), NaN where it is unknown."""
        known = low if self.op in (">", ">=") else high
        self.now = None if np.isnan(known) else known / float(SIZE.get(self.asked.unit, 1))
        if self.now is None:
            return
        if self.closest is None or (self.now > self.closest if self.op in (">", ">=") else self.now < self.closest):
            self.closest, self.when = self.now, time

    @property
    def reached(self) -> bool:
        """Whether it has been as asked."""
        if self.closest is None:
            return False
        wanted = float(Fraction(self.asked.number))
        return {
            ">": self.closest > wanted,
            ">=": self.closest >= wanted,
            "<": self.closest < wanted,
            "<=": self.closest <= wanted,
        }[self.op]

    def show(self, number: float) -> str:
        """A number beside what is asked: `38 of 40`, `2.4 of at most 2 m`."""
        most = "" if self.op in (">", ">=") else "at most "
        unit = f" {self.asked.unit}" if self.asked.unit else ""
        return f"{number:.3g} of {most}{self.asked.number}{unit}"


def margins(expression: n.Expr, text: str, node: Node) -> Iterator[Margin]:
    """The comparisons with a fixed number in a part of a condition, where the plan keeps the number."""
    written = [part for part in walk(expression) if isinstance(part, n.Quantity)]
    for compare, turned in _compares(node, turned=False):
        _, op, left, right = compare.key
        number = left if right is None else right
        asked = next((q for q in written if float(value(q.number, q.unit)) == number), None)
        if number is None or asked is None or op not in FLIPPED or len(compare.children) != 1:
            continue
        op = FLIPPED[op] if left is not None else op
        yield Margin(text, compare.children[0], OPPOSITE[op] if turned else op, asked)


def _compares(node: Node, *, turned: bool) -> Iterator[tuple[Node, bool]]:
    """Comparisons in a part, and whether a `not` stands over them. What is about pairs of things is not kept."""
    if node.scope == "pair" or node.key[0] in ("group", "spread", "via"):
        return
    if node.key[0] == "compare":
        yield node, turned
        return
    for child in node.children:
        yield from _compares(child, turned=turned != (node.key[0] == "not"))
