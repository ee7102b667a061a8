"""Write the generated parts of language.md: what stands between `<!-- words -->` and `<!-- /words -->`, and so on.

python docs/make_language.py [FILE]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from watchword.lang import tables
from watchword.lang.check import FIELDS
from watchword.lang.findings import CODES
from watchword.lang.library import told
from watchword.lang.names import library
from watchword.lang.ruleset import RuleSet
from watchword.scene import Scene
from watchword.units import KINDS
from watchword.words import WORDS, Word
from watchword.words.labels import EXPERIMENTAL, KNOWN

PAGE = Path(__file__).with_name("language.md")
SHAPES = {
    "is W": "p is {}",
    "W": "p {}",
    "W zone NAME": "p {} zone z",
    "W line NAME": "p {} line l",
    "W flow in zone NAME": "p {} flow in zone z",
    "W toward WAY": "p {} toward north",
    "W R of THING": "p {} 2m of b",
    "W CLASS": "p {} bag",
    "W of GROUP": "{} of person in zone z",
    "W ATTRIBUTE of GROUP": "{} speed of person in zone z",
    "W of (CONDITION)": "{} of (p in zone z)",
    "W share of zone NAME": "{} share of zone z",
    "W(…)": "{}(p, b)",
    ".W": "p.{}",
}
"""How a word of each shape stands in a sentence."""


def words() -> str:
    """A section a word that runs: how it stands, what it means, an example that the tests check."""
    return "\n".join(section(word) for word in WORDS.values() if word.build)


def later() -> str:
    """A row a word that is read and checked, and not run."""
    rows = [f"| `{stands(word)}` | {word.kind} | {word.prose} |" for word in WORDS.values() if not word.build]
    return "\n".join(["| word | kind | means |", "| --- | --- | --- |", *rows, ""]) if rows else "None.\n"


def stands(word: Word) -> str:
    """A word in the place where it stands."""
    return SHAPES[word.shape].format(word.name)


def section(word: Word) -> str:
    """One word."""
    lines = [f"### {word.name}", "", f"`{stands(word)}` · {word.kind}", "", word.prose, ""]
    lines += [
        f"* `{p.name}`, a {' or '.join(word_of(kind) for kind in p.measures)}: {p.default}" for p in word.parameters
    ]
    lines += [""] if word.parameters else []
    lines += [f"```{fence(word.example)}", word.example, "```", ""]
    return "\n".join(lines)


def fence(example: str) -> str:
    """How an example is set: as rules checked with the station of the docs, or as text where it has no ground."""
    found = RuleSet.loads(example).resolve({"hall": Scene.load(PAGE.with_name("station.json"))})
    return "text" if any(f.is_error for f in found) else "watch"


def word_of(kind: str) -> str:
    """A kind of quantity in words."""
    return kind.replace("picture length", "length in the picture").replace("picture speed", "speed in the picture")


def crowd() -> str:
    """A section a named condition of the library."""
    parts = [
        f"### {t.name}\n\n`{t.stands}`\n\n{t.prose}\n\n```{fence(t.example)}\n{t.example}\n```\n"
        for t in told().values()
    ]
    return "\n".join(parts)


def units() -> str:
    """The units by what they measure."""
    kinds: dict[str, list[str]] = {}
    for unit, kind in KINDS.items():
        if unit:
            kinds.setdefault(kind, []).append(f"`{unit}`")
    rows = [f"| {word_of(kind)} | {', '.join(u)} |" for kind, u in kinds.items()]
    return "\n".join(["| measures | units |", "| --- | --- |", *rows, ""])


def classes() -> str:
    """The classes that are known without a definition."""
    rows = [f"| `{name}` | {', '.join(f'`{x}`' for x in sorted(labels))} |" for name, labels in library().items()]
    known = ", ".join(f"`{name}`" for name in sorted(KNOWN))
    some = ", ".join(f"`{name}`" for name in sorted(EXPERIMENTAL))
    doubt = f"Experimental, as good as the detector that gives them, which is to be tried first: {some}."
    return "\n".join(
        ["| class | stands for |", "| --- | --- |", *rows, "", f"Labels that are known: {known}.", "", doubt, ""]
    )


def fields() -> str:
    """What a message may name."""
    of_thing = "`{p.id}`, `{p.class}` and every attribute, such as `{p.speed}`, of the bound thing `p`"
    return f"Fields: {', '.join(f'`{{{f}}}`' for f in FIELDS)}; {of_thing}; `{{$x}}` for a parameter.\n"


def findings() -> str:
    """Every code with its message."""
    rows = [f"| {code} | {message.replace('|', '/')} |" for code, message in CODES.items()]
    return "\n".join(["| code | says |", "| --- | --- |", *rows, ""])


PARTS: dict[str, Callable[[], str]] = {
    "words": words, "later": later, "crowd": crowd, "units": units, "classes": classes, "fields": fields,
    "findings": findings,
}  # fmt: skip


def made(text: str) -> str:
    """The page with its generated parts written anew."""
    for name, part in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        assert pattern.search(text), f"the page has no place for {name}"
        text = pattern.sub(lambda m, part=part: m[1] + "\n" + part() + "\n" + m[2], text)  # type: ignore[misc]
    return text


def main() -> None:
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.write_text(made(page.read_text("utf-8")), "utf-8")
    if page == PAGE:
        tables.write(Path(tables.__file__).with_name("grammar.json"))


if __name__ == "__main__":
    main()
