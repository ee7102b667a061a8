"""Faults that users of other systems told in public, as tests in the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchword.lab import run_tests
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


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_restart_on_the_way_changes_nothing(path: Path) -> None:
    run(path, restart=True)
