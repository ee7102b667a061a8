"""Faults that users of other systems told in public, as tests in the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchword.lab import run_tests
from watchword.lab.play import play, running
from watchword.lab.scenario import Scenario
from watchword.lang.ruleset import RuleSet

CASES = Path(__file__).parents[3] / "shared" / "cases"
FILES = sorted(CASES.glob("*.watch"))


def run(path: Path, *, restart: bool = False) -> None:
    results = run_tests(RuleSet.load(path), restart=restart)
    if any(result.not_run for result in results):
        pytest.skip(f"does not run yet: {results[0].left_out[0].findings[0].message}")
    assert results
    assert all(result.passed for result in results), "\n".join(r.show() for r in results if not r.passed)


def test_the_cases_are_there() -> None:
    if not FILES:
        pytest.skip("the cases are not there: ../shared/cases")
    assert len(FILES) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_comes_out_right(path: Path) -> None:
    run(path)


@pytest.mark.parametrize("dark", ["30s to 40s", "80s to 90s"])
def test_a_process_that_is_away_for_ten_seconds_loses_and_doubles_nothing(dark):
    path = CASES / "25-restart-midway.watch"
    if not path.exists():
        pytest.skip("the cases are not there: ../shared/cases")
    first = "given dark from 30s to 40s"
    text = path.read_text("utf-8")
    assert first in text
    rules = RuleSet.loads(text.replace(first, f"{first}\n  given dark from {dark}" if dark not in first else first))
    scenario = Scenario.of(rules.tests[0], rules)
    kept, _ = running(scenario)
    away = int(dark.split("s")[0]) * 1_000_000_000  # saved at the last look before it, taken up at the first after it
    alerts = play(scenario, kept, [away])
    assert alerts == play(scenario, kept)
    assert len({a.id for a in alerts}) == len({a.since for a in alerts}) == 1
    (fired,) = [a for a in alerts if a.state == "firing" and not a.reason]
    seconds = [ns / 1e9 for ns in (fired.time - scenario.origin, fired.observed, fired.gap)]
    assert seconds == pytest.approx([70, 60, 10], abs=0.11)  # a look every 0.1 s


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_restart_on_the_way_changes_nothing(path: Path) -> None:
    run(path, restart=True)
