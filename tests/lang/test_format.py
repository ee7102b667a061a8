"""The formatter: meaning kept, comments kept, the second time nothing changes."""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.errors import RuleError
from watchword.lang.allow import allowed
from watchword.lang.format import comments, formatted
from watchword.lang.parse import SKIP, parse
from watchword.lang.ruleset import check_text
from watchword.text import Source

GOLDEN = sorted((Path(__file__).parent / "layout").glob("*.watch"))
BROKEN = Path(__file__).parent / "broken"

ITEMS = (
    "language 1",
    'include "site/lobby.watch" as site',
    "class luggage = bag, backpack, {x}",
    "schedule night = 22:00-06:00, 00:00-24:00 on sat, sun",
    "let crush = 3.5/m2",
    "define near(x, r) = no person within $r of x for 5s",
    "zone booth = polygon (1, 2) (3, 4.5) (7, 0) anchor 50% flowing (1, 2) to (3, 4)",
    "zone quiet = booth minus kiosk",
    "line gate = (1, 2) to (3, 4) from street to lobby",
    "signal armed is state",
    "rule a: {{bag, car}} unattended(2m, 5s) > 60s in zone hall",
    (
        'rule b "two # no comment {{" (d = 60s, e = 2m) {{ each bag b in zone a where (it is still) '
        "when (b is still or not b in zone a) and b is visible for $d "
        'keep 10s cooldown 5min per b, camera message "it\'s # \\"here\\"" except staff when b in zone c }}'
    ),
    "rule c {{ when count of person > 4 and any person in zone a or no {{bag, car}} for 5s }}",
    "rule d {{ each person p when p enters zone a then within 10s p exits zone a then for 5s not p is visible }}",
    "override b on camera c7 {{ d = 30s keep 60s }}",
    (
        'test "t" {{ given person p tall 150px at (1, 2) from 0s, walks to (3, 4) by 10s, ends 30s '
        "given dark from 4s to 5s given zone z = polygon (1, 2) (3, 4) (5, 0) "
        "expect b of p pending at 1s, firing at 2s within 1s expect nothing else }}"
    ),
)


@st.composite
def untidy(draw: st.DrawFn) -> str:
    """A rule file with spaces, line ends and comments in odd places."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    chosen = draw(st.lists(st.sampled_from(ITEMS), max_size=5))
    text = "\n".join(item.format(x="suitcase") if "{x}" in item else item.format() for item in chosen)
    parts = []
    for part in re.split(rf"({SKIP}|\s+)", text):
        if part and part.isspace():
            part = part if rng.random() < 0.6 else rng.choice(("\n", "  ", "\n\n\n", "\t", "\n  "))
            # An item starts a line of its own here as there, so that a comment never ends between `given` and `zone`.
            while rng.random() < 0.2:
                part += rng.choice(("# note\n", "#\n", "  # é 文\n\n", "\n# allow: W201\n   "))
        parts.append(part or "")
    head = rng.choice(("", "# head\n", "\n\n# head\n\n"))
    return head + "".join(parts) + rng.choice(("", "\n", "  # end", "\n\n# end\n\n"))


@settings(max_examples=150, deadline=None)
@given(untidy())
def test_meaning_and_comments_are_kept_and_it_is_stable(text: str):
    source = Source("x", text)
    items, findings = parse(source)
    if findings:  # a line end before `zone` in a test begins an item
        with pytest.raises(RuleError):
            formatted(source)
        return
    made = formatted(source)
    assert parse(Source("x", made))[0] == items
    assert [c.text for c in comments(made)] == [c.text for c in comments(text)]
    assert formatted(Source("x", made)) == made
    assert "\n\n\n" not in made
    assert not re.search(r"[ \t]$", made, re.MULTILINE)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_this_text_is_laid_out_so(path: Path, request: pytest.FixtureRequest):
    made = formatted(Source(path.name, path.read_text("utf-8")))
    golden = path.with_suffix(".txt")
    if request.config.getoption("--update-golden"):
        golden.write_text(made, "utf-8")
    assert made == golden.read_text("utf-8")
    assert formatted(Source(path.name, made)) == made


def test_there_are_golden_layouts():
    assert len(GOLDEN) >= 4


def test_a_file_that_cannot_be_read_is_refused():
    with pytest.raises(RuleError):
        formatted(Source("x", "rule a bag in\nrule b: person in zone a\n"))


def test_every_broken_file_is_refused_or_laid_out_without_loss():
    for path in sorted(BROKEN.glob("*.watch")):
        source = Source(path.name, path.read_text("utf-8"))
        items, findings = parse(source)
        if findings:
            with pytest.raises(RuleError):
                formatted(source)
        else:
            assert parse(Source("x", formatted(source)))[0] == items


ALLOWED = [
    "rule a {\n  each person p\n  when p is still and p in zone a or p in zone b for 5s  # allow: W201\n  keep 5s\n}\n",
    "rule a { each person p\n  # allow: W201, W207\n  when p is still and p in zone a or p in zone b for 50ms\n}\n",
    "rule a { each person p\n  when p is moving and  # allow: W207\np in zone a  # x\n  or p in zone b for 50ms\n}\n",
    "rule a {\n  each person p when p is still\n  # allow: W207\n  for 50ms keep 5s  # a note\n}\n",
    "rule a { each person p when p is still for 50ms  # allow: W207\n}\nrule b: person is still for 50ms\n",
    "rule a: person is still  # allow: W207\n  for 50ms\nrule b: person is still for 5s\n",
    "rule a { each person p  when p is still for 50ms  keep 5s  # allow: W207\n}\n",
    "rule a {\n  each person p  # allow: W207\n  when p is still for 50ms\n}\n",
    "rule a {  # allow: W207\n  each person p when p is still for 50ms }\n",
]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_allowed_stays_allowed_and_nothing_else_is(text: str):
    def told(now: str) -> list[str]:
        rules = check_text(Source("a", now))
        return [f.code for f in allowed(rules.findings, rules.sources, date(2026, 6, 1))]

    before, after = told(text), told(formatted(Source("a", text)))
    assert [code for code in before if code != "W201"] == after  # the layout puts the brackets that W201 asks for


def test_times_of_a_test_keep_the_units_of_their_writer():
    text = (
        'test "t" {\n'
        "  given person p at (1, 2) from 0s, walks to (3, 4) by 1.5min, ends 240s\n"
        "  given person q at (1, 2) from 0s to 4min  # not 240s\n"
        "  expect x of p firing at 3min, resolved at 200s within 1min\n"
        "}\n"
    )
    assert formatted(Source("t.watch", text)) == text
