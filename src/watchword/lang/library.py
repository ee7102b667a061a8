"""What the package ships in the language itself: classes, and crowd words as named conditions (`library.watch`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import attrs

from watchword.lang import nodes as n
from watchword.lang.load import Placed
from watchword.lang.parse import parse
from watchword.text import Source

NAME = "library.watch"


@attrs.frozen
class Told:
    """A named condition of the library, for people: how it is called, what it means, and a rule that calls it."""

    name: str
    stands: str
    prose: str
    example: str


@cache
def placed() -> tuple[Placed, ...]:
    """The items of the library."""
    source = Source(NAME, files("watchword.lang").joinpath(NAME).read_text("utf-8"))
    items, findings = parse(source)
    assert not findings
    return tuple(Placed(item, source) for item in items)


def path() -> str:
    """The library as a file, for an editor to open."""
    return str(files("watchword.lang").joinpath(NAME))


@cache
def conditions() -> Mapping[str, Placed]:
    """The named conditions of the library."""
    return MappingProxyType({p.item.name.text: p for p in placed() if isinstance(p.item, n.DefineDef)})


@cache
def told() -> Mapping[str, Told]:
    """The named conditions of the library in words: what stands above each, its last line being the example."""
    found = {}
    for name, one in conditions().items():
        assert isinstance(one.item, n.DefineDef)
        above = re.search(r"((?:^#[^\n]*\n)+)\Z", one.source.text[: one.item.span.start], re.MULTILINE)
        *prose, example = [line.lstrip("# ") for line in above[1].splitlines()] if above else ["", ""]
        stands = f"{name}({', '.join(p.text for p in one.item.parameters)})"
        found[name] = Told(name, stands, " ".join(prose), example)
    return MappingProxyType(found)
