"""What a name, a word or a keyword means, as Markdown for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchword.editing.document import SceneFile
from watchword.lang import nodes as n
from watchword.lang.explain import explain
from watchword.lang.kinds import kind
from watchword.lang.load import Placed
from watchword.lang.names import Names
from watchword.lang.ruleset import RuleSet
from watchword.lang.vocabulary import GLOSSES
from watchword.units import KINDS
from watchword.words import WORDS, Word

STANDS = {
    "is W": "p is {}",
    "W": "p {}",
    "W zone NAME": "p {} zone z",
    "W line NAME": "p {} line l",
    "W flow in zone NAME": "p {} flow in zone z",
    "W toward WAY": "p {} toward zone z",
    "W R of THING": "p {} 2m of x",
    "W CLASS": "p {} bag",
    "W of GROUP": "{} of person in zone z",
    "W ATTRIBUTE of GROUP": "{} speed of person in zone z",
    "W of (CONDITION)": "{} of (…) over 1min",
    "W share of zone NAME": "{} share of zone z",
    "W(…)": "{}(a, b)",
    ".W": "p.{}",
}
LONGEST = 12
"""Lines of a definition that are shown."""


def stands(word: Word) -> str:
    """How a word stands in a condition, and what kind of value that is."""
    return f"{STANDS.get(word.shape, '{}').format(word.name)} · {word.kind}"


def word_prose(word: Word) -> str:
    """A word: how it stands, what it means, what it takes, and an example."""
    lines = [f"**{word.name}** · {word.kind}", "", word.prose]
    if word.parameters:
        lines.append("")
        lines += [f"* `{p.name}`, a {_measures(p.measures)}: {p.default} where not said" for p in word.parameters]
    if word.measures:
        lines += ["", f"Measured as a {_measures(word.measures)}."]
    if word.metric:
        lines += ["", "Needs a calibrated camera."]
    return "\n".join([*lines, "", fenced(word.example)])


def _measures(kinds: Iterable[str]) -> str:
    return " or ".join(m.replace("picture length", "length in the picture") for m in kinds)


def keyword_prose(keyword: str) -> str:
    """A keyword; empty where it only joins others."""
    gloss = GLOSSES.get(keyword, "")
    return f"**{keyword}**\n\n{gloss}" if gloss else ""


def unit_prose(unit: str) -> str:
    """A unit: what it measures."""
    return f"`{unit}` measures {KINDS[unit].replace('picture ', 'in the picture: ')}"


def class_prose(name: str, names: Names) -> str:
    """A class: the labels it stands for."""
    labels = names.classes.get(name)
    if labels is None or labels == frozenset({name}):
        return f"`{name}`: a label of the detector"
    return f"class `{name}`: any of {', '.join(sorted(labels))}"


def placed_prose(kind_: str, placed: Placed, names: Names) -> str:
    """A definition: its text, the comment above it, and the file it stands in."""
    item = placed.item
    text = placed.source.text
    assert isinstance(item, n.Placed)
    shown = text[item.span.start : item.span.end].strip()
    lines = shown.splitlines()
    if len(lines) > LONGEST:
        shown = "\n".join([*lines[:LONGEST], "…"])
    parts = [fenced(shown)]
    comment = _above(text, item.span.start)
    if comment:
        parts.append(comment)
    if isinstance(item, n.ClassDef):
        parts.append(class_prose(item.name.text, names))
    if isinstance(item, n.LetDef):
        parts.append(f"A {KINDS[item.value.unit]}.")
    if isinstance(item, n.DefineDef):
        parts.append(f"A named condition, a {kind(item.body, names)}.")
    if isinstance(item, n.ZonesDef):
        parts.append("A group of zones.")
    line, _ = placed.source.place(item.span.start)
    return "\n\n".join([*parts, f"{kind_} in {placed.source.name}, line {line}"])


def rule_prose(rules: RuleSet, rule: n.Rule) -> str:
    """A rule in plain English, what it is in time, and what it needs."""
    told = explain(rules, rule)
    parts = [f"**{told.name}**", _markdown(told.says)]
    if told.time:
        parts.append("```text\n" + "\n".join(told.time) + "\n```")
    needs = [f"* {need}" for need in told.needs]
    return "\n\n".join([*parts, *(["Needs:\n\n" + "\n".join(needs)] if needs else [])])


def _markdown(lines: Iterable[str]) -> str:
    """Lines of which those that begin with a dash are items of lists, by how far in they stand."""
    made, least = "", 0
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if line.lstrip().startswith("- "):
            item = made.rpartition("\n")[2].lstrip().startswith("- ")
            least = min(least, indent) if item else indent
            made += ("\n" if item else "\n\n") + line[least:]
        else:
            item = made.rpartition("\n")[2].lstrip().startswith("- ")
            made += ("\n\n" if item else " ") + line.strip()
    return made.strip()


def scene_prose(kind_: str, name: str, file: SceneFile) -> str:
    """A zone or a line of a scene."""
    if kind_ == "zone":
        zone = file.scene.every_zone[name]
        facts = [f"{len(zone.points)} corners"]
        facts += [f"anchor {zone.anchor}"] if zone.anchor != "bottom" else []
        facts += [f"flowing {zone.flow[0]} to {zone.flow[1]}"] if zone.flow else []
    else:
        line = file.scene.every_line[name]
        facts = [f"{line.start} to {line.end}"]
        facts += [f"from {line.sides[0]} to {line.sides[1]}"] if line.sides else ["no sides named"]
    return f"{kind_} **{name}** of scene {file.path.name}: {', '.join(facts)}"


def fenced(code: str) -> str:
    """Code as a block of Markdown."""
    return f"```watch\n{code}\n```"


def _above(text: str, start: int) -> str:
    lines = text[:start].rstrip(" \t").splitlines()
    found: list[str] = []
    while lines and (match := re.fullmatch(r"\s*#\s?(.*)", lines[-1])):
        found.insert(0, match[1])
        lines.pop()
    return " ".join(found)


def example_of(name: str) -> str:
    """The prose of a word or keyword by its name; empty where there is none."""
    word = WORDS.get(name)
    return word_prose(word) if word else keyword_prose(name)
