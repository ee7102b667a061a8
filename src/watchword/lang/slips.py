"""What people write who do not know the language yet, and what to tell them: told by the words around the fault.

A slip is known by the text before the word that was not expected and by the text from there on. Only words are asked,
no tree: there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from watchword.lang.findings import distance
from watchword.text import Span
from watchword.units import TIME

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
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_EACH = r"\beach\s+(?:\{[^{}]*\}|[\w.]+(?:\s*,\s*[\w.]+)*)\s+"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_WORD = r"(?P<b>[^\W\d]\w*)"
_COMPARED = r"(?:>=|<=|>|<)\s*(?P<a>[^\W\d]\w*)\s+(?:(?:for|and|or)\s+)?"
_HOURS = r"(?:from\s+)?\d[\d:.]*(?:\s*[-–—]\s*[\d:.]+)?"
_HOURS_OR_NIGHT = r"(?:the\s+)?(?:nights?|days?|weekends?|\d)\w*"
_ON_DUTY = "hours need braces, and a name: `schedule night = 22:00-06:00`, and in the rule `active night`"
_CLAUSE = "active|keep|cooldown|severity|message|gap|grace|each|when|unless|except"
_WALKS = "who walks is written `given person p at (1, 2) from 0s, walks to (8, 9) by 5s`"
_NOTHING = "that nothing may be told is written `expect nothing else`"
_GIVEN = r"(?P<b>clock|rate|scene|dark|lost|signal|person|bag|vehicle)\b"
_MORE_NAME_NOT = ("polygon", "on", "is", "to")
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
    _Case(
        r"\brule\s+", r'"', "a name comes first: `rule left_bag …`; a title in quotes may follow in the braces' form"
    ),
    _Case(_EACH + r"\w+\s*", r",(?=\s*(?:\n|when\b))", "leave `,` out: each clause has a line of its own", ""),
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
    _Case(r"\brule\s+\w+\s*:[^{}]*", rf"(?:at|by|during|active)\s+{_HOURS_OR_NIGHT}", _ON_DUTY),
    _Case(r"\brule\s+\w+\s*:[^{}]*", rf"(?P<a>{_CLAUSE})\b", _BRACES),
    _Case(r"\{[^{}]*", r"\)\s*\Z", "write `}}`", "}}\n", wants="RBRACE"),
    _Case(r"\b(?:when|keep|cooldown|active|severity|message)\s*", r":", "leave `:` out", ""),
    _Case(
        r"\bwhen\s+(?P<a>in|outside|enters|exits)\s+zone\s+",
        r"(?P<b>\w+)",
        "say who is meant: `when p {a} zone {b} …`",
    ),
    _Case(r"\bschedule\s+\w+\s*=\s*", _HOURS, "hours are written `22:00-06:00`"),
    _Case(r"\bon\s+", r"(?P<a>mon|tue|wed|thu|fri|sat|sun)[a-z]+", "write `{a}`", "{a}", wants="DAY"),
    _Case(r"\b(?P<x>[^\W\d]\w*)\s+is\s+not\s+", _WORD, "write `not {x} is {b}`", "not {x} is {b}", "x"),
    _Case(r"\bowner\s+of\s+\w+\s+", r"", "say how near: `within 2m`", wants="_WITHIN"),
    _Case(r"\bmoves\s+", r"", "write `is moving`, or `moves toward zone z`", wants="_TOWARD"),
    _Case(
        r"\bactive\s+(?:from\s+)?",
        _HOURS,
        "give the hours a name: `schedule night = 22:00-06:00` outside of the rule, and `active night` here",
    ),
    # ---- places
    _Case(
        r"\bagainst\s+flow\s+",
        r"(?P<b>(?:for|>)\s*\S+)\s+(?P<c>in\s+zone\s+\w+)",
        "the zone comes first: `against flow {c} {b}`",
        "{c} {b}",
    ),
    _Case(r"\bagainst\s+flow\s*", r"", "say where: `against flow in zone …`", wants="_IN"),
    _Case(
        r"\bof\s+(?P<a>\w+)\s+(?P<x>[<>]=?\s*[\d.]+)\s+",
        r"(?P<b>in\s+zone\s+\w+)",
        "the zone comes first: `of {a} {b} {x}`",
        "{b} {x}",
        "x",
        mark=True,
    ),
    _Case(r"\(\s*-?[\d.]+\s+", r"-?[\d.]+", "a corner has a comma: `(x, y)`", wants="COMMA"),
    _Case(r"\bzone\s+\w+\s*=\s*", r"\(", "write `polygon` before the corners", "polygon ("),
    _Case(r"\b(?:zone|line|schedule|class|let)\s+\w+\s*", r":", "write `=` in the place of `:`", " =", wants="EQUAL"),
    _Case(r"\b(?:zone|line|schedule|class|let)\s+\w+\s*", r"", "write `=` behind the name", wants="EQUAL"),
    _Case(r"\bline\s+\w+\s*=\s*\([^()]*\)\s*,?\s*", r"\(", "write `to` between the ends", "to (", wants="_TO"),
    _Case(r"\bclass\s+\w+\s*=[^\n]*\b(?P<a>\w+)\s+", _WORD, "write a comma between: `{a}, {b}`"),
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
    # ---- tests
    _Case(r"\bgiven\s+", r"\d+\s+\w+", "write a line for each: `given person p1 at …`, `given person p2 at …`"),
    _Case(r"\bgiven\s+(?P<a>\w+)\s+at\s*", r"", "call it something: `given {a} x at …`", wants="_AT"),
    _Case(r"\bgiven\s+\w+\s+\w+\s+", r"(?P<b>\([^()]*\))", "write `at {b}`", "at {b}"),
    _Case(r"\bgiven\s+\w+\s+\w+\s+at\s+", r"(?P<b>\d+)\s*,\s*(?P<c>\d+)", "write `({b}, {c})`", "({b}, {c})"),
    _Case(r"\bgiven\s+\w+\s+\w+\s+(?:\([^()]*\)|[^,\n(])*", r"(?:walks|to|from)\b(?!\s*\d)", _WALKS),
    _Case(r"\bwalks\s+to\s*\([^()]*\)\s*", r"", "say when it is there: `, walks to (x, y) by 9s`", wants="_BY"),
    _Case(r"\bgiven\s+[^\n]*\)\s*", r"", "say from when, and until when: `from 0s to 30s`", wants="_FROM"),
    _Case(r"\bgiven\s+clock\s+", r"(?P<b>[\d:]+)", 'write `"{b}"`', '"{b}"'),
    _Case(r"\bexpect\s+(?P<x>no|not|never|nobody)\s+", r"", _NOTHING, of="x", mark=True),
    _Case(r"\bexpect\s+\w+\s+", r"(?:never|not|no)\b", _NOTHING),
    _Case(r"\bexpect\s+nothing\s*", r"", "write `expect nothing else`", wants="_ELSE"),
    _Case(r"\bexpect\s+(?P<a>\w+)\s*", r"", "say what and when: `expect {a} firing at 10s`", wants="OUTCOME"),
    _Case(r"\bexpect\s+[^\n]*\b(?P<a>firing|resolved|pending)\s*", r"", "say when: `{a} at 10s`", wants="_AT"),
    _Case(r"\btest\s+\"[^\"]*\"\s*\{[^{}]*", _GIVEN, "write `given {b} …`", "given {b}", wants="_GIVEN"),
    _Case(r"\btest\s+\"[^\"]*\"\s*\{[^{}]*", r"\w+", "a test has lines with `given` and `expect`", wants="_GIVEN"),
)
_NAMED = re.compile(r"\b(?:rule|zone|line|class|let|schedule)[ \t]+(?P<a>[^\W\d]\w*)(?P<gap>[ \t]*)\Z")
_MORE_NAME = re.compile(r"[-.]?\w+(?:[ \t.-]+\w+)*(?=[ \t]*(?:[:({=]|\"[^\"\n]*\"[ \t]*\{))")
_WINDOW = re.compile(
    r"(?:from[ \t]+)?(?P<h>\d\d?)(?:[:.h](?P<m>\d\d))?[ \t]*(?P<p>am|pm|h)?[ \t]*(?:-|–|—|to\b|until\b|till\b)[ \t]*"
    r"(?P<i>\d\d?)(?:[:.h](?P<n>\d\d))?[ \t]*(?P<q>am|pm|h)?(?![\w:])"
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
    yield from _longer(text, at)
    yield from _unit(text, at, expected)
    yield from _name(text, at)
    yield from _hours(text, at)
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
    yield from _spaced(text, at, expected)


def _unit(text: str, at: int, expected: set[str]) -> Iterator[Slip]:
    """A number whose unit stands apart, or is another word."""
    if not expected & {"DURATION", "MEASURE", "NUMBER"}:
        return
    said = re.compile(rf"(?P<n>{'|'.join(_NUMBERS)})\s+(?P<u>{'|'.join(_UNIT_OF)})\b").match(text, at)
    if said is not None:
        meant, span = f"{_NUMBERS.index(said['n'])}{_UNIT_OF[said['u']]}", Span(at, said.end())
        yield Slip(f"write `{meant}`", span, (span, meant))
    words = "|".join((*UNITS, *_UNIT_OF))
    if "DURATION" in expected and (of_clock := re.compile(r"(\d+):(\d\d)(?![\w:-])").match(text, at)):
        seconds = int(of_clock[1]) * 60 + int(of_clock[2])
        yield Slip(f"a time is a number and its unit: `{seconds}s`", Span(at, of_clock.end()))
    if "DURATION" in expected and (bare := re.compile(rf"(\d+)(?![\w.:]|[ \t]*(?:{words})\b)").match(text, at)):
        yield Slip(f"a time has a unit: `{bare[1]}s` or `{bare[1]}min`", Span(at, bare.end()))
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


def _longer(text: str, at: int) -> Iterator[Slip]:
    """`more than 45 seconds`, where a time is meant."""
    before = re.search(r"\b(?:more|longer)\s+(?:than\s+)?\Z", text[:at])
    here = re.compile(r"(?:than\s+)?(?P<n>\d+(?:\.\d+)?)\s+(?P<u>[^\W\d]\w*)").match(text, at)
    unit = _UNIT_OF.get(here["u"], here["u"]) if here else ""
    if before is not None and here is not None and unit in TIME:
        meant, span = f"for {here['n']}{unit}", Span(before.start(), here.end())
        yield Slip(f"write `{meant}`", span, (span, meant))


def _name(text: str, at: int) -> Iterator[Slip]:
    """`rule left bag`, `rule left-bag`, `zone waiting room`: a name of several words."""
    before = _NAMED.search(text, 0, at)
    here = _MORE_NAME.match(text, at)
    if before is not None and here is not None and not {*here[0].split()} & {*_MORE_NAME_NOT}:
        meant = re.sub(r"\W+", "_", before["a"] + before["gap"] + here[0])
        span = Span(before.start("a"), here.end())
        yield Slip(f"a name is one word: `{meant}`", span, (span, meant))


def _spaced(text: str, at: int, expected: set[str]) -> Iterator[Slip]:
    """`in zone platform 1`: the name of a place in two words."""
    used = re.search(r"\b(?:zone|line)[ \t]+(?P<a>[^\W\d]\w*)[ \t]+\Z", text[:at])
    word = re.compile(r"\w+").match(text, at)
    keywords = {e.removeprefix("_").lower() for e in expected}
    if (
        used
        and word
        and word[0] not in _MORE_NAME_NOT
        and not any(distance(word[0], k) <= (2 if len(k) > 4 else 1) for k in keywords)
    ):
        yield Slip(f"a name is one word: `{used['a']}_{word[0]}`", Span(at, word.end()))


def _hours(text: str, at: int) -> Iterator[Slip]:
    """`23.00-05.00`, `11pm-5am`, `23h to 5h`: hours of the day as people also write them."""
    if not re.search(r"\bschedule\s+\w+\s*=[^=\n]*\Z", text[:at]):
        return
    match = _WINDOW.match(text, at)
    if match is None:
        return
    times = []
    for hour, minute, half in (match.group("h", "m", "p"), match.group("i", "n", "q")):
        number = int(hour) % 12 + (12 if half == "pm" else 0) if half in ("am", "pm") else int(hour)
        times.append((number, int(minute or 0)))
    if all(hour < 25 and minute < 60 for hour, minute in times):
        meant = "-".join(f"{hour:02}:{minute:02}" for hour, minute in times)
        plain = (match["m"] and match["n"]) or (match["p"] and match["q"])
        span = Span(at, match.end())
        yield Slip(f"hours are written `{meant}`", span, (span, meant) if plain else None)


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
