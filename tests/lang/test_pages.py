"""Every code has its page; its bad example gives exactly that code, and its good one none."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest

from watchword.lang import check_text
from watchword.lang.allow import allowed
from watchword.lang.findings import CODES
from watchword.lang.pages import PAGES, Page
from watchword.run.plan import unplanned
from watchword.scene import Scene
from watchword.text import Source

DOCS = Path(__file__).parents[2] / "docs"
STATION = Scene.load(DOCS / "station.json")


def codes(text: str, page: Page, folder: Path, scene: str) -> list[str]:
    rules = check_text(Source("rules.watch", text), folder)
    found = list(rules.findings)
    if page.asks == "scene" and not any(f.is_error for f in found):
        found += rules.resolve({"hall": Scene.loads(scene) if scene else STATION})
    if page.asks == "run":
        found += unplanned(rules)
    if page.asks == "detector":
        watch = pytest.importorskip("watchword").Watch(rules, detector="motion")
        found += watch.unseen()
    return [f.code for f in allowed(found, rules.sources, date(2026, 6, 1))]


def test_every_code_has_a_page():
    assert sorted(PAGES) == sorted(CODES)


@pytest.mark.parametrize("code", sorted(PAGES))
def test_the_bad_example_gives_this_code_and_the_good_one_none(code: str, tmp_path: Path):
    page = PAGES[code]
    again = {"W207"} if code == "W211" else set()  # what was allowed is told again
    assert set(codes(page.bad, page, tmp_path, page.scene)) == {code} | again
    assert codes(page.good, page, tmp_path, page.right or page.scene) == []


def test_the_pages_are_up_to_date():
    spec = importlib.util.spec_from_file_location("make_findings", DOCS / "make_findings.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    there = {path.name: path.read_text("utf-8") for path in (DOCS / "findings").glob("*.md")}
    assert there == made.pages(), "run `python docs/make_findings.py`"
