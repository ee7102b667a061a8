"""What a rule file defines, by kind and name; and the classes of the library that the package ships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import attrs

from watchword.lang import library as shipped
from watchword.lang import nodes as n
from watchword.lang.findings import Finding, Place, finding
from watchword.lang.load import Placed
from watchword.lang.refs import defined

Classes = Mapping[str, frozenset[str]]


@attrs.frozen(eq=False)
class Names:
    """The definitions of a file and of all it includes, and the named conditions of the library.

    Attributes:
        items: By kind ("class", "zone", "line", "let", "define", "schedule", "signal", "rule") and name.
        classes: Every class as the set of labels it stands for, the library's too.
    """

    items: Mapping[str, Mapping[str, Placed]]
    classes: Classes

    def get(self, kind: str) -> Mapping[str, Placed]:
        """The definitions of a kind by name."""
        return self.items.get(kind, {})

    def zone_members(self, name: str) -> tuple[str, ...]:
        """The zones that a name stands for: itself, or the members of its group, groups in groups opened."""
        return self._members(name, ())

    def _members(self, name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        placed = self.get("zone").get(name)
        if placed is None or not isinstance(placed.item, n.ZonesDef) or name in above:
            return (name,)
        found = [m for member in placed.item.members for m in self._members(member.text, (*above, name))]
        return tuple(dict.fromkeys(found))

    def define(self, name: str) -> n.DefineDef | None:
        """A named condition."""
        placed = self.get("define").get(name)
        return placed.item if placed is not None and isinstance(placed.item, n.DefineDef) else None

    def let(self, name: str) -> n.Quantity | None:
        """A named quantity."""
        placed = self.get("let").get(name)
        return placed.item.value if placed is not None and isinstance(placed.item, n.LetDef) else None

    def signal(self, name: str) -> str:
        """The kind of a signal, "state" or "event"; empty where it is not declared."""
        placed = self.get("signal").get(name)
        return placed.item.kind if placed is not None and isinstance(placed.item, n.SignalDef) else ""


@cache
def library() -> Classes:
    """The classes of the library file that the package ships."""
    classes, findings = expand(shipped.placed(), {})
    assert not findings
    return classes


def expand(placed: Iterable[Placed], known: Classes) -> tuple[Classes, list[Finding]]:
    """Every class as the set of labels it stands for; its own name inside its definition is the detector's label."""
    findings: list[Finding] = []
    own = {p.item.name.text: (p.item, p.source) for p in placed if isinstance(p.item, n.ClassDef)}
    made: dict[str, frozenset[str]] = {}

    def labels(name: str, under: tuple[str, ...]) -> frozenset[str]:
        if name in made:
            return made[name]
        if name not in own:
            return known.get(name, frozenset({name}))
        found: set[str] = set()
        item, source = own[name]
        for member in item.members:
            if member.text == name:
                found.add(name.rpartition(".")[2])  # in an included file as in this one
            elif member.text in under:
                findings.append(finding("E206", source, member.span, name=member.text, hint="leave one of the two out"))
            else:
                found |= labels(member.text, (*under, name))
        made[name] = frozenset(found)
        return made[name]

    for name in own:
        labels(name, ())
    return MappingProxyType({**known, **made}), findings


def gather(placed: Iterable[Placed]) -> tuple[Names, list[Finding]]:
    """The definitions of a file; a finding for each name defined twice within its kind."""
    findings: list[Finding] = []
    items: dict[str, dict[str, Placed]] = {}
    listed = list(placed)
    for each in listed:
        if isinstance(each.item, n.Language) and each.item.version.number != "1":
            span = each.item.version.span
            findings.append(finding("E004", each.source, span, got=each.item.version.number, hint="write `language 1`"))
        what = defined(each.item)
        if what is None:
            continue
        kind, name = what
        first = items.setdefault(kind, {}).setdefault(name.text, each)
        if first is not each:
            known = defined(first.item)
            assert known is not None
            other = Place(first.source, known[1].span, "first defined here")
            hint = "take another name"
            findings.append(finding("E204", each.source, name.span, name=name.text, other=other, hint=hint))
    classes, found = expand(listed, library())
    items["define"] = {**shipped.conditions(), **items.get("define", {})}
    return Names(MappingProxyType(items), classes), [*findings, *found]
