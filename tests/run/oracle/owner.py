"""Owners, and whether somebody attends a thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle.film import Thing, UndecidedError
from watchword.lang import nodes as n

if TYPE_CHECKING:
    from oracle.asks import Asks


def unattended(asks: Asks, node: n.Apply, thing: Thing, look: int, known: int) -> tuple[Any, Any]:
    raise UndecidedError("owners")
