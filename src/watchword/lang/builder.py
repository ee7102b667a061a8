"""What all builders of nodes share: the way through Lark's tree; places, names and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lark import Token, Tree
from lark.tree import Meta

from watchword.lang import nodes as n
from watchword.text import Span
from watchword.units import nanoseconds


@cache
def _method(kind: Any, rule: Any) -> Callable[..., Any]:
    method: Callable[..., Any] = getattr(kind, rule)
    return method


class Builder:
    """What both builders share: places, names and numbers."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def transform(self, tree: Tree[Token]) -> Any:
        """The node of a tree. Every method takes the place and the children, so no wrapper need stand between."""
        children = [self.transform(c) if isinstance(c, Tree) else c for c in tree.children]
        kind: Any = type(self)
        method = _method(kind, tree.data)
        return method(self, tree.meta, children)

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

    def _ns(self, token: Token) -> int:
        quantity = self._quantity(token)
        return nanoseconds(quantity.number, quantity.unit)
