"""What people write who do not know the language yet, and what to tell them: told by the words around the fault.

A slip is known by the text before the word that was not expected and by the text from there on. Only words are asked,
no tree: there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from watchword.text import Span

UNITS = {
    "ms": ("milliseconds", "millisecond", "msec", "msecs"),
    "s": ("sec", "secs", "second", "seconds"),
    "min": ("mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"),
    "cm": ("centimetre", "centimetres", "centimeter", "centimeters"),
    "m": ("metre", "metres", "meter", "meters"),
    "px": ("pixel", "pixels"),
    "km/h": ("kmh", "kph", "kmph"),
    "m/s": ("mps",),
    "deg": ("degree", "degrees"),
    "%": ("percent",),
}
"""Each unit as people also write it."""
_UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words}
_EACH = r"\beach\s+(?:\{[^{}]*\}|[\w.]+(?:\s*,\s*[\w.]+)*)\s+"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_WORD = r"(?P<b>[^\W\d]\w*)"
_COMPARED = r"(?:>=|<=|>|<)\s*(?P<a>[^\W\d]\w*)\s+(?:(?:for|and|or)\s+)?"
_HOURS = r"\d[\d:.]*(?:\s*[-–—]\s*[\d:.]+)?"
_BRACKETS = "put brackets around what belongs together"
_BRACES = "a sentence has no `{a}`: write the rule with braces, `{{ each … when … }}`"
_FOR = "`for` stands last, over all; brackets give a part its own: `(… for {a}) {b} …`"
_MANY = r"(?P<b>\d+)\s+[^\W\d]\w*"
_TIME = r"[\d.]+(?:ms|s|min|h)\b"
_GROUPS = "count|density|average|max|min|total|spread|alignment|divergence|flow"


MEANT = {
    "walks": "`is moving`",
    "goes": "`is moving`",
    "stays": "`in zone z for 5min`",
    "number": "`count of …`",
    "amount": "`count of …`",
    "running": "`p.speed > 3m/s`",
    "walking": "`is moving`",
    "parked": "`is still`",
    "stopped": "`is still`",
    "stationary": "`is still`",
    "standing_still": "`is still`",
    "abandoned": "`is unattended`",
    "left": "`is unattended`",
    "fallen": "`is lying`",
    **dict.fromkeys(
        ("loitering", "loiters", "loiter", "lingers", "lingering", "stays", "staying", "waits", "waiting", "remains"),
        "`in zone … for 3min`",
    ),
    **dict.fromkeys(("near", "close", "beside", "by"), "`in zone …`, or of another thing `within 2m of b`"),
    **dict.fromkeys(("inside", "on", "at", "into"), "`in zone …`"),
    **dict.fromkeys(("invisible", "unseen", "gone"), "`not p is visible`, with braces"),
    **dict.fromkeys(("attended", "accompanied"), "`not b is unattended`, with braces"),
    "leaves": "`exits zone z`",
    "passes": "`crosses line l`",
}
"""Words that people try, and what says it."""
MARKS = {
    **dict.fromkeys("'’‘`“”„«»", 'a text stands between plain `"` and `"`'),
    **dict.fromkeys("–—−", "write `-`"),
    **dict.fromkeys("≥⩾", "write `>=`"),
    **dict.fromkeys("≤⩽", "write `<=`"),
    "≠": "write `!=`",
    "²": "write `m2`",
    "&": "write `and`",
    "|": "write `or`",
}
"""Letters that the language does not have, and what to write."""
LASTS = {
    "enters": "say that it is there: `in zone …`",
    "exits": "say that it is not there: `outside zone …`",
    "falls": "say how it is then: `is lying`",
    "appears": "say that it is seen: `is visible`",
}
"""What to say where something that lasts is needed, by the event that was written."""
NOBODY = {
    **dict.fromkeys(("nobody", "noone", "none"), "`no person within 2m of …`"),
    **dict.fromkeys(("somebody", "someone", "anybody", "anyone"), "`any person within 2m of …`"),
}
"""What stands for people where a thing is named, and what says it."""
PLURALS = {"people": "person", "persons": "person", "luggages": "bag"}
"""Plain words for several, which no detector is asked for."""


@attrs.frozen
class Slip:
    """A slip: what to write instead.

    Attributes:
        hint: What to write.
        span: Where the fault is, which may be before the word that was not expected.
        fix: Where there is an obvious one: what is to be replaced, and by what.
    """

    hint: str
    span: Span
    fix: tuple[Span, str] | None = None


@attrs.frozen
class _Case:
    """One kind of slip.

    Attributes:
        before: What stands before the word that was not expected, up to it.
        here: What stands from that word on.
        hint: What to tell; groups of both are filled in.
        put: What is to stand there instead, where that is plain.
        of: The group where what is replaced, or marked, begins; the word itself where there is none.
        mark: True where the caret stands under that group, too.
        wants: What could have stood there, so that it is this slip.
    """

    before: str
    here: str
    hint: str
    put: str | None = None
    of: str = ""
    mark: bool = False
    wants: str = ""


CASES = (
    # ---- names
    _Case(r"\b(?:rule|zone|line|class|let|define|schedule)\s+", r"\d\w*", "a name begins with a letter"),
    _Case(r"", r'"(?P<b>\w+)"', "a name has no quotes: `{b}`", "{b}", wants="NAME"),
    _Case(r"\brule\s+(?P<a>\w+)\s+", r"(?P<b>\w+)(?=\s*[:({])", "a name is one word: `{a}_{b}`", "{a}_{b}", "a"),
    _Case(_EACH, r"(?:when|active|keep|cooldown|message|in)\b", "say what you call each of them: `each person p`"),
    _Case(r"\beach\s+[\w.]+\s+\w+\s*", r",", "a rule has one kind of thing; of another say `any bag within 2m of p`"),
    _Case(
        _EACH.removesuffix(r"\s+") + r"\s+in\s+zone\s+",
        r"",
        "say what you call each of them: `each person p in zone …`",
    ),
    _Case(r"", r"(?P<a>the|an)\b\s*", "leave `{a}` out", ""),
    # ---- clauses
    _Case(r"", r"if\b", "write `when`", "when", wants="_WHEN"),
    _Case(r"\beach\s+[\w.]+\s+\w+\s+(?P<x>if)\s+", _WORD, "write `when`", "when {b}", "x", mark=True),
    _Case(r"\bthen\s+", r"(?P<a>[^\W\d]\w*)", "say how soon: `then within 10s {a} …`", wants="_WITHIN"),
    _Case(r"\bthen\s+for\s+\S+\s+not\b[^()]*", r"(?:and|or)\b", _BRACKETS),
    _Case(r"\brule\s+\w+\s*:[^{}]*", r"(?P<a>and|or)\b", _BRACES),
    _Case(r"\bfor\s+(?P<a>\S+)\s+", r"(?P<b>and|or)\b", _FOR),
    _Case(r"", r"(?:and|or)\b", _BRACKETS),
    _Case(r"\bschedule\s+\w+\s*=\s*", _HOURS, "a window is written `22:00-06:00`"),
    _Case(r"\bon\s+", r"(?P<a>mon|tue|wed|thu|fri|sat|sun)[a-z]+", "write `{a}`", "{a}", wants="DAY"),
    _Case(r"\b(?P<x>[^\W\d]\w*)\s+is\s+not\s+", _WORD, "write `not {x} is {b}`", "not {x} is {b}", "x"),
    _Case(r"\bowner\s+of\s+\w+\s+", r"", "say how near: `within 2m`", wants="_WITHIN"),
    _Case(r"\bmoves\s+", r"", "write `is moving`, or `moves toward zone z`", wants="_TOWARD"),
    _Case(r"\bactive\s+", _HOURS, "give it a name: `schedule night = 22:00-06:00`, and `active night`"),
    # ---- places
    _Case(r"\b(?P<x>is\s+)(?P<a>in|outside)\s+", r"zone\b", "leave `is` out: `{a} zone …`", "{a} zone", "x"),
    _Case(r"\b(?P<x>is\s+)(?P<a>in|outside)\s+", _WORD, "write `{a} zone {b}`", "{a} zone {b}", "x"),
    _Case(r"\b(?P<a>in|outside|enters|exits)\s+", _WORD, "write `{a} zone {b}`", "zone {b}"),
    _Case(r"\bcrosses\s+", _WORD, "write `crosses line {b}`", "line {b}"),
    _Case(r"\bcrosses\s+line\s+\w+\s+", r"in(?:wards)?\b", "write `inward`", "inward"),
    _Case(r"\bcrosses\s+line\s+\w+\s+", r"out(?:wards)?\b", "write `outward`", "outward"),
    _Case(r"\bcrosses\s+line\s+\w+\s+", r"towards?\s+(?P<b>\w+)", "write `to {b}`", "to {b}"),
    _Case(r"\bcrosses\s+line\s+\w+\s+", r"\w+", "a way is `inward`, `outward`, `either way` or `to SIDE`"),
    _Case(r"\bnear\s+", _WORD, "say how near: `within 2m of {b}`"),
    _Case(r"", r"on\s+(?!camera\b|zone\b)(?P<b>[^\W\d]\w*)", "write `in zone {b}`", "in zone {b}"),
    _Case(r"", r"on\s+zone\b", "write `in zone …`", "in zone"),
    _Case(r"\bwhen\s+(?P<a>[^\W\d]\w*)\s+(?:for\s+)?", r"", "say of whom: `when p is {a} …`", of="a", mark=True),
    # ---- numbers
    _Case(r"", rf">=?\s*(?P<b>{_TIME})", "write `for {b}`", "for {b}", wants="FOR"),
    _Case(r"\b(?P<x>(?:more|longer)\s+than)\s+", rf"(?P<b>{_TIME})", "write `for {b}`", "for {b}", "x", mark=True),
    _Case(
        r"\b(?P<x>more\s+than)\s+", _MANY, "count with braces: `{{ when count of person … > {b} }}`", of="x", mark=True
    ),
    _Case(r"\b(?P<x>(?P<a>[^\W\d]\w*)\s+(?P<b>count|density))\s+", r"", "write `{b} of {a} …`", of="x", mark=True),
    _Case(r"", rf"(?:more|longer)\s+than\s+(?P<b>{_TIME})", "write `for {b}`", "for {b}"),
    _Case(r"\b(?P<x>more|longer)\s+", rf"than\s+(?P<b>{_TIME})", "write `for {b}`", "for {b}", "x", mark=True),
    _Case(r"\b(?P<x>more|greater|larger|higher)\s+", r"than\b", "write `>`", ">", "x", mark=True),
    _Case(r"\b(?P<x>less|fewer|smaller|lower)\s+", r"than\b", "write `<`", "<", "x", mark=True),
    _Case(r"\brule\s+\w+\s*:\s*", _MANY, "count with braces: `{{ when at least {b} person … }}`"),
    _Case(rf"\b(?P<a>{_GROUPS})\s*\(\s*(?P<b>\w+)\s+", r"", "write `{a} of {b} …`"),
    _Case(r"\b(?P<a>rate|share)\s*\(", r"", "write `{a} of (…) over 1min`"),
    _Case(_COMPARED, r"", "a number stands here, or `${a}` for a `let`", of="a", mark=True),
    _Case(r"=\s*", r"[<>]", "write `>=` or `<=`"),
    _Case(r"=\s*", r"=", "write `=`"),
)
NEAR = 500
"""So many letters before a fault, and behind it, are asked."""
_BIGGER = re.compile(r"(?:more|greater|over|above|larger|exceeds)\b(?:\s+than\b)?")
_SMALLER = re.compile(r"(?:less|fewer|under|below|smaller)\b(?:\s+than\b)?")


def slip(text: str, at: int, got: str, expected: set[str]) -> Slip | None:
    """The slip that was made where a word was not expected.

    Args:
        text: The item.
        at: Where the word begins.
        got: The word.
        expected: What could have stood there.
    """
    first = max(0, at - NEAR)  # what is further away has no say, and takes no time
    found = next(_found(text[first : at + NEAR], at - first, got, expected), None)
    if found is None:
        return None
    fix = None if found.fix is None else (found.fix[0].moved(first), found.fix[1])
    return Slip(found.hint, found.span.moved(first), fix)


def leftover(text: str, at: int, got: str) -> str:
    """A hint where the word is none that was misspelt."""
    if re.search(r"\brule\s+\w+[^{}:]*\{\s*\Z", text[max(0, at - NEAR) : at]) and re.match(r"[^\W\d]", got):
        if re.fullmatch(_GROUPS, got):
            return f"say when: `when {got} of person …`"
        return "between braces it is `each person p when p …`; a sentence stands behind a colon"
    return "leave it out" if got in (",", ".", "{") else ""


def _found(text: str, at: int, got: str, expected: set[str]) -> Iterator[Slip]:
    yield from _unit(text, at, expected)
    if "MORE" in expected:
        for pattern, sign in ((_BIGGER, ">"), (_SMALLER, "<")):
            if match := pattern.match(text, at):
                yield Slip(f"write `{sign}`", Span(at, match.end()), (Span(at, match.end()), sign))
    if re.fullmatch(r"[<>]=?|=|between|rises|drops", got):
        yield from _attribute(text, at)
    for case in CASES:
        before = re.search(rf"(?:{case.before})\Z", text[:at])
        here = re.compile(case.here).match(text, at)
        if before is None or here is None or (case.wants and case.wants not in expected):
            continue
        said = {**before.groupdict(), **here.groupdict()}
        start = before.start(case.of) if case.of else at
        span = Span(start, before.end(case.of)) if case.mark else Span(at, at + (len(here[0].rstrip()) or len(got)))
        fix = None if case.put is None else (Span(start, here.end()), case.put.format(**said))
        yield Slip(case.hint.format(**said), span, fix)


def _unit(text: str, at: int, expected: set[str]) -> Iterator[Slip]:
    """A number whose unit stands apart, or is another word."""
    if not expected & {"DURATION", "MEASURE", "NUMBER"}:
        return
    match = re.compile(rf"{_NUMBER}(?P<apart>[ \t]*)(?P<unit>[^\W\d]\w*(?:/\w+)?|%)").match(text, at)
    if match is None:
        return
    unit = _UNIT_OF.get(match["unit"], match["unit"])
    span = Span(at, match.end())
    if match["unit"] == "m" and "DURATION" in expected:
        meant = f"{match['number']}min"
        yield Slip(f"`m` is metres; minutes are `min`: `{meant}`", span, (span, meant))
    elif unit in UNITS and (match["apart"] or unit != match["unit"]):
        meant = match["number"] + unit
        glued = "a unit is glued to its number: " if match["apart"] else "write "
        yield Slip(f"{glued}`{meant}`", span, (span, meant))
    elif not match["apart"] and unit not in UNITS and not re.match(r"[\d.]+\w+/", match[0]):
        yield Slip("units are ms, s, min, h, cm, m, m/s, km/h, px, px/s, %", span)


def _attribute(text: str, at: int) -> Iterator[Slip]:
    """`p speed > 3`: an attribute without its dot."""
    from watchword.words import ATTRIBUTES  # they are only asked where something is wrong

    before = re.search(r"\b(?P<thing>[^\W\d]\w*)\s+(?P<name>[^\W\d]\w*)\s*\Z", text[:at])
    if before is None:
        return
    span = Span(before.start(), before.end("name"))
    if before["name"] == "dwell":
        yield Slip(f"write `dwell of {before['thing']} in zone …`", span)
    elif before["name"] in ATTRIBUTES:
        meant = f"{before['thing']}.{before['name']}"
        yield Slip(f"write `{meant}`", span, (span, meant))
