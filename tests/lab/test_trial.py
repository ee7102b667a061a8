"""Tests are judged as the language says: right ones pass, wrong ones fail and say why."""

from __future__ import annotations

import re

import pytest

from watchword.events import Alert
from watchword.lab import Result, run_tests
from watchword.lab.judge import lives, misses
from watchword.lab.play import play, running
from watchword.lab.scenario import Scenario
from watchword.lang.ruleset import RuleSet
from watchword.run.engine import Engine
from watchword.units import SECOND

RULES = """
zone hall = polygon (100, 100) (1800, 100) (1800, 900) (100, 900)
rule left_bag { each bag b in zone hall when b is unattended for 60s keep 10s }
rule busy { when count of person in zone hall >= 2 for 10s keep 5s }
rule enters: person enters zone hall
rule fast { each person p in zone far_away when p is visible for 5s }
"""
OWNER = """
  given person p tall 150px at (100, 300) from 0s, walks to (500, 300) by 10s, walks to (1500, 300) from 12s by 24s,
    ends 30s
  given bag b at (500, 300) from 9s to 120s
  given dark from 40s to 45s
  given lost b from 50s to 51s
"""
TWO = """
  given person p at (50, 300) from 0s, walks to (500, 300) by 10s, ends 30s
  given person q at (500, 400) from 0s to 25s
"""


def run(text: str, rules: str = RULES) -> Result:
    (result,) = run_tests(RuleSet.loads(f'{rules}\ntest "t" {{ {text} }}', "rules.watch"))
    return result


def test_the_example_of_the_language_passes() -> None:
    result = run(
        f"{OWNER} expect left_bag of b pending at 14.8s, firing at 79.9s, resolved at 130s expect nothing else"
    )
    assert result.passed, result.show()


def parsed(text: str) -> Scenario:
    rules = RuleSet.loads(f'{RULES}\ntest "t" {{ {text} }}', "rules.watch")
    return Scenario.of(rules.tests[0], rules)


@pytest.fixture(scope="module")
def told() -> list[Alert]:
    """What comes of the owner and the bag."""
    made = parsed(f"{OWNER} expect nothing else")
    return play(made, running(made)[0])


@pytest.mark.parametrize(
    "line",
    [
        "expect left_bag of b pending at 14.6s",
        "expect left_bag of b pending at 15s",
        "expect left_bag of b firing at 79.7s",
        "expect left_bag of b firing at 80.1s",
        "expect left_bag of b firing at 79s within 0.8s",
        "expect left_bag of b pending at 14.8s, firing at 79.9s, resolved at 129.8s",
        "expect left_bag of p firing at 79.9s",
        "expect left_bag of b firing at 79.9s on camera b",
        "expect busy firing at 79.9s",
        "expect left_bag of b stale at 40s",
        "expect left_bag of b firing at 79.9s expect left_bag of b firing at 79.9s",
        "expect nothing else",
    ],
)
def test_one_wrong_line_fails_the_test(line: str, told: list[Alert]) -> None:
    assert len(misses(parsed(f"{OWNER} {line}"), told)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "expect left_bag of b firing at 80s",
        "expect left_bag of b firing at 79.8s",
        "expect left_bag of b firing at 79s within 0.9s",
        "expect left_bag firing at 79.9s on camera test",
        "expect left_bag of b resolved at 130s",
        "expect left_bag of b resolved at 130s expect left_bag of b firing at 79.9s",
    ],
)
def test_a_time_is_right_to_one_interval_or_as_within_says(line: str, told: list[Alert]) -> None:
    assert misses(parsed(f"{OWNER} {line} expect nothing else"), told) == []


def test_the_states_of_a_line_are_of_one_alert() -> None:
    given = """given person p at (500, 300) from 0s to 12s given person q at (500, 400) from 0s to 12s
      given person r at (900, 300) from 30s to 42s given person s at (900, 400) from 30s to 42s"""
    made = parsed(f"{given} expect busy firing at 10s, resolved at 18s, firing at 40s within 1.5s expect nothing else")
    alerts = play(made, running(made)[0])
    assert misses(made, alerts) == []
    (miss,) = misses(parsed(f"{given} expect busy firing at 10s, resolved at 48s within 1.5s"), alerts)
    assert miss.outcome == ("resolved", 48 * SECOND)


def test_where_a_line_speaks_of_several_lives() -> None:
    def cut(*states: str) -> list[int]:
        return [len(life) for life in lives([(state, k) for k, state in enumerate(states)])]

    assert cut("pending", "firing", "stale", "firing", "recovering", "resolved") == [6]
    assert cut("pending", "suppressed", "dropped") == [3]
    assert cut("firing", "resolved", "firing") == [2, 1]
    assert cut("firing", "firing") == [1, 1]
    assert cut("firing", "suppressed", "firing") == [1, 2]
    assert cut("pending", "dropped", "pending") == [2, 1]


def test_nothing_else_tells_every_alert_that_nobody_named() -> None:
    result = run(f"{TWO} expect busy firing at 11.2s expect nothing else")
    assert [fault.expected for fault in result.faults] == ["expect nothing else, but enters of p fires at 1.2s"]
    assert run(f"{TWO} expect busy firing at 11.2s expect enters of p firing at 1.2s expect nothing else").passed


def test_after_the_end_what_is_under_way_is_settled_and_nothing_opens() -> None:
    rules = """zone z = polygon (0, 0) (900, 0) (900, 900) (0, 900)
      rule empty { when no person in zone z for 5s gap reset }
      rule there: person in zone z for 3s"""
    given = "given person p at (300, 300) from 0s given bag b at (9, 9) from 0s to 4s"
    result = run(f"{given} expect there of p firing at 3s, resolved at 4s expect nothing else", rules)
    assert result.passed, result.show()
    result = run(f"{given} expect empty firing at 11s within 2s", rules)
    assert "The test ends at 4s" in result.faults[0].came


def test_what_began_before_the_end_may_fire_after_it() -> None:
    rules = """zone z = polygon (0, 0) (900, 0) (900, 900) (0, 900)
      rule empty { when no person in zone z for 60s gap reset }"""
    given = "given person p at (300, 300) from 0s to 4s given dark from 20s to 20.1s"
    assert run(f"{given} expect empty firing at 64s within 2.2s expect nothing else", rules).passed


def test_a_rule_about_a_zone_that_the_test_does_not_give_is_left_out() -> None:
    given = "given person p at (300, 300) from 0s to 1s"
    result = run(f"{given} expect nothing else")
    assert result.passed
    assert [out.rule for out in result.left_out] == ["fast"]
    (fault,) = run(f"{given} expect fast of p firing at 9s").faults
    assert fault.expected == "rule fast does not run here"
    assert "there is no zone `far_away`" in fault.came


def test_a_zone_of_the_test_is_a_zone() -> None:
    zone = "given zone far_away = polygon (0, 0) (1900, 0) (1900, 900) (0, 900)"
    assert run(f"{zone} given person p at (300, 300) from 0s to 7s expect fast of p firing at 5s").passed


def test_a_rule_on_a_camera_of_its_own() -> None:
    rules = """zone z = polygon (0, 0) (900, 0) (900, 900) (0, 900)
      rule r { on camera a each person p in zone z when p in zone z for 2s }"""
    given = (
        "given person p at (300, 300) from 0s to 9s on camera a given person q at (300, 300) from 0s to 9s on camera b"
    )
    assert run(f"{given} expect r of p firing at 2s on camera a expect nothing else", rules).passed
    assert not run(f"{given} expect r of q firing at 2s on camera b", rules).passed


def test_a_test_that_expects_nothing_or_cannot_run_fails_in_words() -> None:
    (fault,) = run("given person p at (300, 300) from 0s to 9s").faults
    assert fault.expected == "it expects nothing"
    (fault,) = run('given scene "gone.json" given person p at (300, 300) from 0s to 9s expect nothing else').faults
    assert fault.expected == "it cannot run"
    assert "gone.json" in fault.came


def test_a_name_says_which_tests_to_run() -> None:
    given = "{ given person p at (300, 300) from 0s to 1s expect nothing else }"
    rules = RuleSet.loads(f'{RULES} test "one bag" {given} test "two bags" {given}')
    assert [r.name for r in run_tests(rules, "two|three")] == ["two bags"]


def test_a_failure_shows_the_parts_of_the_rule_around_the_moment() -> None:
    result = run(f"{OWNER} expect left_bag of b firing at 78s expect left_bag of b stale at 42s")
    assert (
        result.faults[0].show()
        == """rules.watch:14:2: expect left_bag of b firing at 78s
  1.9s late: left_bag of b came: pending 14.8s → firing 79.9s → recovering 120s → resolved 130s

                       50s       60s       70s       80s       90s       100s
                     ──┴─────────┴─────────┴─────────┴─────────┴─────────┴───────
    b in zone hall   ████████████████████████████████████████████████████████████
    b is unattended  ████████████████████████████████████████████████████████████
    left_bag of b    pppppppppppppppppppppppppppppppFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
                                                   ▲ expected: firing 78s
                                                    ▲ firing 79.9s

    █ true  ░ unknown  · false
    p pending  F firing  r recovering  s stale  x suppressed"""
    )
    (lane,) = re.findall(r"b is unattended  (.*)", result.faults[1].picture)
    assert lane[28:33] == "░░░░░"
    assert lane.count("░") in (5, 6)  # the look after the dark stands in the sixth


def test_an_engine_that_forgets_over_a_restart_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "snapshot", lambda _: b"")
    monkeypatch.setattr(Engine, "restore", lambda *_: None)
    given = """given zone far_away = polygon (0, 0) (900, 0) (900, 900) (0, 900)
      given person p at (300, 300) from 0s to 7s"""
    rules = RuleSet.loads(f'{RULES} test "t" {{ {given} expect fast of p firing at 5s expect nothing else }}')
    assert run_tests(rules)[0].passed
    (result,) = run_tests(rules, restart=True)
    assert [fault.expected for fault in result.faults] == ["restarted at 2.333s, it tells something else"]
    assert "without a restart: fast of p firing 5s" in result.faults[0].came
