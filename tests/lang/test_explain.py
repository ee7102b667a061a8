"""A rule explained: what is said is in it, and what is not run is told."""

from __future__ import annotations

from watchword.lang import RuleSet
from watchword.lang.explain import explain
from watchword.run.footprint import footprint
from watchword.run.plan import unplanned
from watchword.words import WORDS

TEXT = """
schedule night = 22:00-06:00
zone hall = polygon (0, 0) (90, 0) (90, 90)
rule left "Left" (d = 60s) {
  each bag b in zone hall
  when b is unattended for $d
  keep 10s  cooldown 5min per b  active night
}
rule many { when count of person in zone hall > 40 and no car for 10s }
rule enters: person enters zone hall
rule fast: person in zone hall with speed > 2m/s for 2s
"""


def shown(name: str) -> str:
    rules = RuleSet.loads(TEXT)
    return explain(rules, next(r for r in rules.rules if r.name == name)).show()


def test_a_full_rule():
    said = shown("left")
    for part in ("called b",
                 "held without a break for 60 s", "- b is in zone hall", "- b is unattended", "stays up 10 s",
                 "quiet for 5 min", "clock stands still", "pending 60 s", "keep 10 s", "cooldown 5 min", "zones: hall",
                 "who came with it", "time zone", "People who walk past do not attend"):  # fmt: skip
        assert part in said, part


def test_moments_stand_over_their_marks():
    above, below = explain_time("left")
    assert [above.index(w) for w in ("holds", "told", "no longer", "over")] == [
        k for k, c in enumerate(below) if c in "├┼"
    ]


def explain_time(name: str) -> tuple[str, ...]:
    rules = RuleSet.loads(TEXT)
    return explain(rules, next(r for r in rules.rules if r.name == name)).time


def test_absence_says_that_the_clock_starts_again():
    assert "the clock starts again" in shown("many")
    assert "there is no car" in shown("many")


def test_an_event_is_over_at_its_moment():
    assert "tells at the moment when the person enters zone hall" in shown("enters")
    assert explain_time("enters") == ("│ happens: told and over",)


def test_metres_need_the_ground():
    assert "the ground measured (its calibration), for `2m/s`" in shown("fast")


def test_what_is_explained_runs():
    assert unplanned(RuleSet.loads(TEXT)) == []


def test_the_example_of_every_word_can_be_explained():
    for word in WORDS.values():
        rules = RuleSet.loads(word.example)
        for rule in rules.rules:
            made = explain(rules, rule)
            assert word.name in dict(made.words), word.name
            assert made.show()


def test_figures_are_told_where_they_are_asked_for():
    rules = RuleSet.loads(TEXT)
    left = next(rule for rule in rules.rules if rule.name == "left")
    made = explain(rules, left, footprint(rules, left))
    plain, more = made.show(), made.show(more=True)
    assert "KB for each person or thing" in plain
    assert not any(word in plain for word in ("bytes", "horizon", "clocks", "frames"))
    assert "bytes a thing" in more
    assert "horizon: " in more


def test_letters_of_a_meaning_are_said_with_their_values():
    assert "R is 2 m" in " ".join(shown("left").split())
