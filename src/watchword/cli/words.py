"""`watchword words`: the language's reference in the terminal, made from the words themselves."""

from __future__ import annotations

from textwrap import fill, indent

import click

from watchword.errors import WatchwordError
from watchword.lang.findings import did_you_mean
from watchword.lang.library import told
from watchword.lang.parse import keywords
from watchword.words import WORDS, Word

STANDS = {
    "is W": "p is {}",
    "W": "p {}",
    "W zone NAME": "p {} zone z",
    "W line NAME": "p {} line l [inward | outward | to SIDE | either way]",
    "W flow in zone NAME": "p {} flow in zone z",
    "W toward WAY": "p {} toward north | 90deg | zone z",
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
TOPICS = {
    "states": "state",
    "events": "event",
    "quantities": "quantity",
    "zone": "zone",
    "zones": "zone",
    "line": "line",
    "lines": "line",
    "groups": "GROUP",
    "attributes": ".W",
}
"""What may be asked for besides a name: a kind, or a part of a shape."""
TESTS = """tests · what a rule file says of its own rules: who is where and when, and what is to be told

  test "somebody stands" {
    given person p at (300, 400) from 0s to 20s
    given bag b at (310, 400) from 5s, walks to (900, 400) by 15s
    given clock "23:30"
    expect stays of p firing at 15s
    expect nothing else
  }

  given … at (x, y) from … to …   somebody, or something, at a point of the picture; times from the test's start
  …, walks to (x, y) by 15s       goes there, and is there then; again for a further way
  given clock "23:30"             when the test begins, by the clock where the camera hangs; else it is noon
  expect RULE of p firing at 15s  the rule tells of p then; without `of p` where nobody in particular is meant
  expect nothing else             nothing may be told but what the other lines expect

  run them: watchword test FILE; more: docs/testing.md, docs/first-rule.md"""
GRAMMAR = {
    **dict.fromkeys(("test", "tests", "given", "expect", "clock", "walks", "firing"), TESTS),
    **dict.fromkeys(
        ("schedule", "active"),
        "hours · when a rule is on duty\n\n  schedule night = 22:00-06:00, 00:00-24:00 on sat, sun\n\n"
        "  rule a {\n    each person p\n    when p in zone tracks for 2s\n    active night\n  }\n\n"
        "  by the clock where the camera hangs: the scene's time_zone",
    ),
}
"""What else people ask for: parts of a file that are no words of a sentence."""


@click.command()
@click.argument("name", required=False)
def words(name: str | None) -> None:
    """The words of the language: all of them, one by its NAME, or a topic.

    Topics: states, events, quantities, zones, lines, groups, attributes, tests, schedule.
    """
    if name is None:
        for kind, several in (("state", "states"), ("event", "events"), ("quantity", "quantities")):
            click.echo(several)
            _list([w for w in WORDS.values() if w.kind == kind])
            click.echo()
        click.echo("conditions of the library")
        wide = max(len(t.stands) for t in told().values())
        for one in told().values():
            click.echo(f"  {one.stands:<{wide}}  {_first(one.prose)}")
        click.echo()
        later = "" if all(w.build for w in WORDS.values()) else "* read and checked, not run by this version\n"
        click.echo(f"{later}more: watchword words NAME")
        return
    if name in told():
        one = told()[name]
        click.echo(f"{name} · condition\n  {one.stands}\n\n{indent(fill(one.prose, 90), '  ')}\n\n  {one.example}")
        return
    if name in WORDS:
        click.echo(described(WORDS[name]))
        return
    if name in GRAMMAR:
        click.echo(GRAMMAR[name])
        return
    topic = TOPICS.get(name, "")
    about = [w for w in WORDS.values() if topic and (topic == w.kind or topic in w.shape)]
    if not about:
        hint = did_you_mean(name, [*WORDS, *told(), *TOPICS, *GRAMMAR]) or f"topics: {', '.join(TOPICS)}"
        if name in keywords():
            hint = "it is part of how rules are written: see docs/language.md"
            raise WatchwordError(f"{name!r} is no word that a thing does or is", fix=hint)
        raise WatchwordError(f"there is no word {name!r}", fix=hint)
    _list(about)


def _list(some: list[Word]) -> None:
    wide = max(len(w.name) for w in some)
    for word in some:
        click.echo(f"  {word.name:<{wide}}{' ' if word.build else '*'} {_first(word.prose)}")


def _first(prose: str) -> str:
    """The first sentence, or as much of it as a line holds."""
    first = prose.partition(". ")[0].rstrip(".")
    return first if len(first) <= 74 else first[:73].rsplit(" ", 1)[0] + " …"


def described(word: Word) -> str:
    """All that is known of a word, as text."""
    lines = [f"{word.name} · {word.kind}", f"  {STANDS[word.shape].format(word.name)}", ""]
    lines.append(indent(fill(word.prose, 90), "  "))
    lines += [f"  {p.name}: {' or '.join(p.measures)}; where not said {p.default}" for p in word.parameters]
    if word.measures:
        lines.append(f"  measures: {' or '.join(word.measures)}")
    if word.metric:
        lines.append("  needs the ground's calibration")
    if word.over:
        lines.append("  needs a time to look back: over 1min")
    if not word.build:
        lines.append("  read and checked; this version does not run it")
    return "\n".join([*lines, "", f"  {word.example}"])
