"""What a half-written item binds: things, zones, parameters. Read by pattern, for what does not parse has no tree."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from watchword.lang.parse import cut

_NAME = r"[^\W\d]\w*"
_SUBJECT = rf"(?:\{{[^}}]*\}}|{_NAME}(?:\.{_NAME})?(?:\s*,\s*{_NAME}(?:\.{_NAME})?)*)"
_SKIPPED = re.compile(r'"(?:\\.|[^"\\\n])*"?|#[^\n]*')
_EACH = re.compile(rf"\beach\s+(?!zone\s+{_NAME}\s+of\b)({_SUBJECT})\s+({_NAME})")
_EACH_ZONE = re.compile(rf"\beach\s+zone\s+({_NAME})\s+of\b\s*({_NAME}(?:\.{_NAME})?)?")
_USING = re.compile(rf"\busing\s+({_SUBJECT})\s+({_NAME})\s*=")
_GIVEN = re.compile(rf"\bgiven\s+({_NAME})\s+({_NAME})\s+(?:tall|at)\b")
_DEFINE = re.compile(rf"\s*define\s+{_NAME}\s*\(([^)]*)\)")
_RULE = re.compile(rf"\s*rule\s+{_NAME}\s*\(([^)]*)\)")
_SETTING = re.compile(rf"({_NAME})\s*=\s*([^\s,)]+)")


@attrs.frozen
class Scope:
    """What an item binds, by name, each with the words that bind it.

    Attributes:
        things: Things: `each bag b`, `using person o = …`, `given person p …`.
        zones: Zones: `each zone z of platforms`.
        parameters: Parameters, with their value: `dwell = 60s`; those of a `define` have none.
        arguments: True where the parameters are those of a `define`, which may stand for things, too.
        it: True inside a `where (…)`, where `it` stands for each of the group.
    """

    things: Mapping[str, str]
    zones: Mapping[str, str]
    parameters: Mapping[str, str]
    arguments: bool = False
    it: bool = False


def scope(text: str, offset: int) -> Scope:
    """What is bound in the item around an offset."""
    start, end = around(text, offset)
    item = blanked(text[start:end])
    before = item[: offset - start]
    things = {m[2]: f"each {m[1]}" for m in _EACH.finditer(item)}
    things |= {m[2]: f"using {m[1]}" for m in _USING.finditer(item)}
    things |= {m[2]: f"given {m[1]}" for m in _GIVEN.finditer(item)}
    zones = {m[1]: f"each zone of {m[2]}" if m[2] else "each zone" for m in _EACH_ZONE.finditer(item)}
    define, rule = _DEFINE.match(item), _RULE.match(item)
    parameters: dict[str, str] = {}
    if define:
        parameters = dict.fromkeys(re.findall(_NAME, define[1]), "")
    elif rule:
        parameters = {m[1]: m[2] for m in _SETTING.finditer(rule[1])}
    return Scope(things, zones, parameters, define is not None, _in_where(before))


def around(text: str, offset: int) -> tuple[int, int]:
    """Where the item around an offset starts and ends; behind the last item, that one."""
    pieces = [(a, b) for a, b in cut(text) if a <= offset]
    return pieces[-1] if pieces else (offset, offset)


def blanked(text: str) -> str:
    """A text of the same length whose comments, and what stands in quotes, are blanks."""
    return _SKIPPED.sub(lambda m: " " * len(m[0]), text)


def _in_where(before: str) -> bool:
    at = max((m.end() for m in re.finditer(r"\bwhere\s*\(", before)), default=-1)
    return at >= 0 and before.count("(", at) >= before.count(")", at)
