"""Random rules, as text: built from the words that the engine runs, or from those of the variable ORACLE_WORDS."""

from __future__ import annotations

import os
from functools import cache

from hypothesis import strategies as st

from watchword.errors import RuleError
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene

FRAME = (1920, 1080)
MAP = """
zone a = polygon (150, 150) (950, 150) (950, 450) (150, 450) flowing (0, 0) to (100, 0)
zone b = polygon (550, 350) (1350, 350) (1350, 750) (550, 750)
line l = (650, 150) to (650, 950) from west to east
signal armed is state
signal bell is event
"""
STATES = {
    "in": ["{p} in zone a", "{p} in zone b"],
    "outside": ["{p} outside zone a"],
    "visible": ["{p} is visible"],
    "still": ["{p} is still"],
    "moving": ["{p} is moving"],
    "against": ["{p} against flow in zone a"],
    "moves": ["{p} moves toward 80deg", "{p} moves toward zone b"],
    "lying": ["{p} is lying"],
    "standing": ["{p} is standing"],
    "alone": ["{p} is alone"],
    "signal": ["signal armed"],
    "width": ["{p}.width > 45px"],
    "height": ["{p}.height between 50px and 120px"],
    "aspect": ["{p}.aspect > 0.9"],
    "speed": ["{p}.speed > 23px/s", "{p}.speed < 71px/s"],
    "heading": ["{p}.heading between 50deg and 200deg"],
    "seen_for": ["{p}.seen_for > 3.1s"],
    "dwell": ["dwell of {p} in zone a > 2.1s"],
    "column": ["{p}.helmet < 0.5"],
    "near": ["no person within 250px of {p}", "count of bag within 350px of {p} >= 1"],
    "other": ["any person other than {p}", "count of person other than {p} where (it is still) < 2"],
    "rate": ["rate of ({p} enters zone a) over 4.2s > 0.3/s", "rate of ({p} crosses line l) over 4.2s < 0.3/s"],
    "share": ["share of ({p} in zone a) over 3.2s > 45%"],
}
EVENTS = {
    "enters": ["{p} enters zone a", "{p} enters zone b"],
    "exits": ["{p} exits zone b"],
    "crosses": ["{p} crosses line l", "{p} crosses line l inward", "{p} crosses line l to west"],
    "appears": ["{p} appears"],
    "disappears": ["{p} disappears"],
    "becomes": ["{p} becomes moving"],
    "falls": ["{p} falls"],
    "bell": ["signal bell"],
}
CROWDS = {
    "count": ["count of person in zone a >= 2", "count of {{person, bag}} < 2", "no person in zone b", "any bag",
              "exactly 1 person"],
    "where": ["every person in zone a is still", "exactly 1 person where (it is still)",
              "any bag where (it is moving)"],
    "compare": ["count of person > count of bag"],
    "average": ["average width of {{person, bag}} > 51px", "average speed of person > 40px/s"],
    "max": ["max speed of person in zone a > 40px/s"],
    "min": ["min width of {{person, bag}} < 51px"],
    "total": ["total width of {{person, bag}} > 101px"],
    "spread": ["spread of person > 151px"],
    "alignment": ["alignment of person > 0.61"],
    "divergence": ["divergence of person > 0.11"],
    "distinct": ["distinct person in zone a over 4.2s > 1"],
    "flow": ["flow of person across line l over 4.2s > 0", "flow of person across line l inward over 4.2s >= 1"],
    "rises": ["count of person rises by 1 over 3.2s", "count of person drops by 1 over 3.2s"],
}  # fmt: skip
CLAUSES = {
    "keep": ["keep 1s", "keep 4s", "keep 15s"],
    "cooldown": ["cooldown 3s", "cooldown 6s per rule", "cooldown 6s per camera"],
    "gap": [
        "gap freeze",
        "gap reset",
        "gap assume",
        "gap reset after 4s",
        "gap freeze after 1s",
        "gap assume after 5s",
    ],
    "grace": ["grace 600ms", "grace 1.6s"],
    "except": ["except nobody when {{other}}"],
    "clear": ["clear when {{other}}"],
    "severity": ["severity low, high after 3.1s", "severity low, medium after 1s, critical after 5.1s"],
    "unless": ["unless firing r0"],
}
"""Here `{other}` stands for a further state."""
SHAPES = {"for": "", "nested": "", "sequence": "", "absence": ""}
ABOUT = {"each": "each {kind} p"}
ASKED = {w for w in os.environ.get("ORACLE_WORDS", "").split(",") if w}


def runs(rule: str) -> bool:
    """Whether the engine runs a rule, or says that it reads it alone."""
    try:
        Engine(RuleSet.loads(MAP + "rule r0: person in zone a\n" + rule), scene=Scene(frame=FRAME))
    except RuleError as error:
        if any(f.code != "E401" for f in error.findings if f.is_error):
            raise
        return False
    return True


def one(text: str) -> str:
    return f"rule r1 {{ each person p when {text} }}"


@cache
def running() -> dict[str, list[str]]:
    """The texts that run, by word."""
    plain = {**STATES, **EVENTS, **CROWDS}
    found = {word: texts for word, texts in plain.items() if all(runs(one(t.format(p="p"))) for t in texts)}
    clause = "rule r1 {{ each person p when p in zone b {} }}"
    found |= {
        word: texts
        for word, texts in CLAUSES.items()
        if all(runs(clause.format(t.format(other="x").replace("{other}", "p is still"))) for t in texts)
    }
    if runs(one("p enters zone a then within 5s p exits zone a")):
        found["sequence"] = []
    if runs(one("p enters zone a then for 5s not p is still")):
        found["absence"] = []
    return found


def texts(words: dict[str, list[str]]) -> list[str]:
    return [t for w in words if w in running() for t in running()[w]]


def states(p: str, depth: int = 2):
    """Conditions of a thing; with words asked for, these come often."""
    plain = st.sampled_from(texts(STATES)).map(lambda t: t.format(p=p))
    asked = [t for w in STATES if w in ASKED and w in running() for t in running()[w]]
    crowd = [t for w in CROWDS if w in ASKED and w in running() for t in running()[w]]
    if asked or crowd:
        plain = st.one_of(plain, st.sampled_from(asked + crowd).map(lambda t: t.format(p=p)))
    else:
        plain = st.one_of(plain, plain, st.sampled_from(texts(CROWDS)).map(lambda t: t.format(p=p)))
    return logic(plain, depth)


def crowds(depth: int = 2):
    asked = [t for w in CROWDS if w in ASKED and w in running() for t in running()[w]]
    return logic(st.sampled_from(asked or texts(CROWDS)).map(lambda t: t.format(p="")), depth)


def logic(plain, depth: int):
    if depth == 0:
        return plain
    inner = logic(plain, depth - 1)
    pairs = st.tuples(inner, inner).filter(lambda p: p[0] != p[1])
    return st.one_of(
        plain,
        inner.map(lambda c: f"not ({c})"),
        pairs.map(lambda p: f"({p[0]} and {p[1]})"),
        pairs.map(lambda p: f"({p[0]} or {p[1]})"),
        inner.filter(lambda c: "for 1.1s" not in c).map(lambda c: f"(({c}) for 1.1s)"),
    )


@st.composite
def events(draw, p: str):
    plain = st.sampled_from(texts(EVENTS)).map(lambda t: t.format(p=p))
    asked = [t for w in EVENTS if w in ASKED and w in running() for t in running()[w]]
    if asked:
        plain = st.sampled_from(asked).map(lambda t: t.format(p=p))
    if ASKED & {"sequence", "absence"} or ("sequence" in running() and not ASKED and draw(st.integers(0, 2)) == 0):
        any_step = st.one_of(plain, states(p, 0).map(lambda c: f"({c})"))
        said = draw(any_step)
        for _ in range(draw(st.integers(1, 2))):
            if "absence" in running() and draw(st.booleans()):
                said += f" then for {draw(st.sampled_from(['1.1s', '3.1s']))} not ({draw(any_step)})"
            else:
                said += f" then within {draw(st.sampled_from(['1.1s', '4.1s', '15.1s']))} {draw(any_step)}"
        return said
    said = draw(plain)
    return said if "disappears" in said or draw(st.booleans()) else f"({said} and {draw(states(p, 0))})"


@st.composite
def rules(draw, name: str):
    """One rule."""
    kind = draw(st.integers(0, 5))
    if ASKED and not ASKED & (set(STATES) | set(CLAUSES) | {"for", "nested"}):
        kind = 0 if ASKED & set(CROWDS) else 1
    words = [w for w in ("gap", "cooldown", "grace", "except", "unless") if w in running()]
    if kind == 1:
        head, when = "each {person, bag} p", draw(events("p"))
        words.remove("gap") if "gap" in words else None
    else:
        head = "" if kind == 0 else draw(st.sampled_from(["each person p", "each {person, bag} p"]))
        when = draw(crowds() if kind == 0 else states("p"))
        hold = draw(st.sampled_from(["", " for 2s", " for 5s"]))
        when = f"({when}){hold}"
        words += [w for w in ("keep", "clear", "severity") if w in running()]
    chosen = [w for w in words if w in ASKED or draw(st.integers(0, 3)) == 0]
    if name == "r0" and "unless" in chosen:
        chosen.remove("unless")
    other = crowds(0) if kind == 0 else states("p", 0)
    clauses = [draw(st.sampled_from(CLAUSES[w])).replace("{{other}}", draw(other)) for w in chosen]
    return f"rule {name} {{ {head} when {when} {' '.join(clauses)} }}"


@st.composite
def files(draw):
    found = [draw(rules("r0"))]
    if draw(st.booleans()) or "unless" in ASKED:
        found.append(draw(rules("r1")))
    return MAP + "\n".join(found)
