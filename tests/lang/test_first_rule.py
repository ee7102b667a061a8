"""The page for beginners is honest about what runs."""

from __future__ import annotations

import re
from pathlib import Path

from watchword.lang import RuleSet
from watchword.run.plan import unplanned

PAGE = (Path(__file__).parents[2] / "docs" / "first-rule.md").read_text("utf-8")


def test_a_rule_that_is_not_run_yet_is_marked_so_and_no_other():
    fences = list(re.finditer(r"^```watch\n(.*?)^```\n+(.{0,14})", PAGE, re.MULTILINE | re.DOTALL))
    assert len(fences) >= 8
    for fence in fences:
        runs = not unplanned(RuleSet.loads(fence[1]))
        assert runs != fence[2].startswith("*Not run yet:*"), fence[1]
