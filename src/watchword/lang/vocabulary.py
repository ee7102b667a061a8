"""All that may stand in a rule file, read off the grammar and the words: what editors colour and complete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from watchword.lang.parse import grammar
from watchword.units import KINDS
from watchword.words import crowd, motion, owner, posture, space

_CHOICE = re.compile(r"^(_?[A-Z_]+)\.\d: /\(?([a-z]+(?:\|[a-z]+)*)\)?(?:\(-.*\)\?)?\(\?!\\w\)/$", re.MULTILINE)

GLOSSES: Mapping[str, str] = MappingProxyType(
    {
        "active": "The rule looks only in the windows of a schedule: `active night`.",
        "after": "How long until: `gap freeze after 2s`, `severity high after 5min`.",
        "and": "Both hold.",
        "any": "At least one of a group: `any person in zone vault`.",
        "at": "`at least 3 person in zone hall`, `at most 3 …`; in a test, where or when.",
        "between": "From one number to another, both included.",
        "class": "A group of detector labels: `class luggage = bag, backpack, suitcase`.",
        "clear": "A second condition ends the alert: `clear when count of person in zone hall < 30`.",
        "cooldown": "Not again for the same thing, until this long after the alert resolved: `cooldown 5min per b`.",
        "define": "A named condition: `define alone(x, r) = no person within $r of x for 5s`.",
        "each": "The thing that the rule is about, and its name in the rule: `each bag b in zone hall`.",
        "every": "All of a group: `every person is still`.",
        "exactly": "So many, no more and no fewer: `exactly 1 person in zone booth`.",
        "except": "A named exception: `except staff when p in zone office`. No alert while it holds or is unknown.",
        "expect": "In a test: which alert comes, and when.",
        "for": "The whole condition before it has held this long without a break: `for 60s`.",
        "gap": "What a hole in the footage does to `for`: `freeze` the clock, `reset` it, or `assume` it ran on.",
        "given": "In a test: what is there to be seen.",
        "grace": "A flicker shorter than this, either way, is not seen: `grace 3s`.",
        "include": 'Another rule file; its names begin with the name it is given: `include "site.watch" as site`.',
        "keep": "The alert stays up this long after its condition ended: `keep 10s`.",
        "label": 'A text that goes with the alert to whoever receives it: `label desk = "lost property"`.',
        "language": "Which language the file is written in: `language 1`.",
        "let": "A named quantity: `let crush = 3.5/m2`, used as `$crush`.",
        "line": "A line to cross: `line gate = (640, 120) to (640, 900) from street to lobby`.",
        "message": 'What the alert says: `message "Bag {b.id} alone for {held} in {zone}"`.',
        "no": "None of a group: `no person within 5m of b`.",
        "not": "It does not hold.",
        "on": "Only these cameras: `on camera concourse_1, concourse_2`.",
        "or": "One of the two holds, or both.",
        "other": "All but that one: `other than p`.",
        "over": "A time to look back: `over 10min`.",
        "override": "Clauses that are other on one camera: `override crowd on camera hall_2 { keep 60s }`.",
        "per": "What a cooldown counts by: a thing of the rule, `zone`, `line`, `camera` or `rule`.",
        "polygon": "The corners of a zone in the picture, in order: `polygon (0, 0) (640, 0) (640, 360)`.",
        "rises": "Higher than a time ago: `count of person in zone hall rises by 30% over 1min`.",
        "rule": "`rule intrusion: person in zone tracks for 2s`, or a name and clauses between braces.",
        "schedule": "Windows of the day in the camera's time zone: `schedule night = 22:00-06:00`.",
        "severity": "`info`, `low`, `medium`, `high` or `critical`; it may rise: `severity medium, high after 5min`.",
        "signal": "What the host tells, a door or an alarm: `signal armed is state`, then `when signal armed`.",
        "test": 'A story and the alerts it should bring: `test "…" { given … expect … }`.',
        "then": "What comes next, in time: `p enters zone a then within 10s p enters zone b`.",
        "unless": "Held back while another rule's alert is up: `unless firing fire`.",
        "using": "A second thing, picked once and kept: `using person o = owner of b within 2m`.",
        "when": "What has to hold for an alert.",
        "where": "A further condition on each of a group: `where (it is still)`.",
        "with": "A further condition in a sentence: `with speed > 30km/h`.",
        "zone": "A part of the picture: `zone hall = polygon (0, 0) (640, 0) (640, 360)`.",
        "zones": "A group of zones: `zones platforms = p1, p2, p3`.",
    }
)
"""What a keyword is for. Keywords that only join others have none."""


@cache
def choices() -> Mapping[str, tuple[str, ...]]:
    """The words that each terminal of the grammar may be: `{"FOR": ("for",), "GAP": ("freeze", "reset", …), …}`."""
    return MappingProxyType({m[1]: tuple(m[2].split("|")) for m in _CHOICE.finditer(grammar())})


@cache
def keywords() -> frozenset[str]:
    """Every word that the grammar itself knows: keywords, and the values of `gap`, `severity`, days and the like."""
    return frozenset(word for group in choices().values() for word in group)


@cache
def values() -> frozenset[str]:
    """Those of the keywords that are values: of `gap`, of `severity`, days, states of an alert in a test."""
    some = frozenset(word for group in choices().values() if len(group) > 1 for word in group)
    single = frozenset(group[0] for group in choices().values() if len(group) == 1)
    return some - single


@cache
def words() -> frozenset[str]:
    """Every word of the language that is no keyword: `still`, `enters`, `speed`, …; not those of other packages."""
    return frozenset(word.name for room in (crowd, motion, owner, posture, space) for word in room.WORDS) - keywords()


@cache
def openers() -> tuple[str, ...]:
    """The keywords that an item of a file begins with: `rule`, `zone`, `class`, …"""
    return _firsts("start", "item")


@cache
def clauses() -> tuple[str, ...]:
    """The keywords that a clause of a rule begins with: `each`, `when`, `keep`, …"""
    return _firsts("clause", "_simple")


def _firsts(*rules: str) -> tuple[str, ...]:
    from watchword.lang.parse import parser

    seen: set[str] = set()
    found: set[str] = set()
    queue = list(rules)
    while queue:
        name = queue.pop()
        for rule in parser().rules:
            if rule.origin.name == name and rule.expansion:
                first = rule.expansion[0]
                if first.is_term and first.name in choices():
                    found.update(choices()[first.name])
                elif not first.is_term and first.name not in seen:
                    seen.add(first.name)
                    queue.append(first.name)
    return tuple(sorted(found))


UNITS = tuple(sorted((u for u in KINDS if u), key=lambda u: (-len(u), u)))
"""Every unit, longer ones first, so that a pattern made of them takes the longest."""
