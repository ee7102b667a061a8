"""The engine tells exactly what the slow oracle tells, on random rules over random streams."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Judge, Rule, S, Seen
from stream import engine, run

from watchword.tracks import End, Tracks

ZONES = """
zone a = polygon (0, 100) (1920, 100) (1920, 400) (0, 400)
zone b = polygon (0, 300) (1920, 300) (1920, 700) (0, 700)
"""
FOOT = {frozenset("a"): 250, frozenset("ab"): 350, frozenset("b"): 550, frozenset(): 900}

atoms = st.sampled_from([("in", "a"), ("in", "b"), ("out", "a"), ("out", "b"), ("visible",)])
in_zones = st.sampled_from([("in", "a"), ("in", "b"), ("out", "a")])


def logic(parts):
    pairs = st.tuples(parts, parts).filter(lambda p: p[0] != p[1])
    return st.one_of(
        parts,
        parts.map(lambda c: ("not", c)),
        pairs.map(lambda p: ("and", *p)),
        pairs.map(lambda p: ("or", *p)),
    )


held_long = st.tuples(st.just("for"), logic(in_zones), st.sampled_from([1 * S, 3 * S]))
conditions = st.one_of(logic(atoms), logic(logic(atoms)), logic(st.one_of(held_long, in_zones))).filter(
    lambda c: c[0] != "for"  # that is the rule's own `for`
)
rules = st.builds(
    Rule,
    condition=conditions,
    hold=st.sampled_from([0, 2 * S, 5 * S]),
    keep=st.sampled_from([0, 1 * S, 4 * S, 15 * S]),
    gap=st.sampled_from(["freeze", "reset", "assume"]),
    after=st.sampled_from([2 * S, 2 * S, 1 * S, 5 * S]),
)


def show(condition) -> str:
    match condition:
        case ("in", zone):
            return f"p in zone {zone}"
        case ("out", zone):
            return f"p outside zone {zone}"
        case ("visible",):
            return "p is visible"
        case ("not", body):
            return f"not ({show(body)})"
        case ("for", body, duration):
            return f"(({show(body)}) for {duration // S}s)"
        case (word, *parts):
            return "(" + f" {word} ".join(map(show, parts)) + ")"


def text(rules) -> str:
    found = [ZONES]
    for k, rule in enumerate(rules):
        hold = f" for {rule.hold // S}s" if rule.hold else ""
        keep = f" keep {rule.keep // S}s" if rule.keep else ""
        gap = f" gap {rule.gap} after {rule.after // S}s"
        found.append(f"rule r{k} {{ each person p when ({show(rule.condition)}){hold}{keep}{gap} }}")
    return "\n".join(found)


@st.composite
def streams(draw):
    """Times of looks, and what is seen of each number."""
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 2, 2, 3, 6, 12, 30]), min_size=4, max_size=35))
    looks = [0]
    for step in steps:
        looks.append(looks[-1] + step * S // 2)
    seen = []
    for number in range(draw(st.integers(1, 3))):
        stays = draw(st.booleans())
        home = draw(st.sampled_from(list(FOOT)))
        sights, ends, look = {}, {}, 0
        while look < len(looks):
            place = draw(st.sampled_from([None, home, *FOOT]))
            many = draw(st.integers(1, 9))
            if place is not None:
                sights |= dict.fromkeys(range(look, min(look + many, len(looks))), home if stays else place)
            elif look - 1 in sights and draw(st.booleans()):
                ends[look] = draw(st.sampled_from([looks[look], looks[look - 1] + S // 4]))
            look += many
        seen.append(Seen(number, stays, sights, ends))
    return looks, seen


def tables(looks, things) -> list[Tracks]:
    found = []
    for look, time in enumerate(looks):
        here = [t for t in things if look in t.sights]
        boxes = []
        for t in here:
            x = 1000 + 200 * t.id if t.stays else (100, 600)[sum(k <= look for k in t.sights) % 2]
            y = FOOT[t.sights[look]]
            boxes.append((x - 30, y - 150, x + 30, y))
        ended = [End("test", t.id, t.ends[look]) for t in things if look in t.ends]
        found.append(Tracks.of("test", time, [t.id for t in here], boxes, ended=ended))
    return found


def told(alerts, rule):
    return [(a.things[0].id, a.state, a.time, a.decided, a.since) for a in alerts if a.rule == rule]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rules, min_size=1, max_size=2), streams())
def test_the_engine_tells_what_the_oracle_tells(rules, stream):
    looks, things = stream
    alerts = run(engine(text(rules)), tables(looks, things))
    for k, rule in enumerate(rules):
        judge = Judge(rule, looks)
        expected = [row for thing in things for row in judge.judge(thing)]
        assert sorted(told(alerts, f"r{k}"), key=key) == sorted(expected, key=key)


def key(row):
    return (row[0], row[3], row[2])
