"""Every broken text has its exact message: a pair of files, `NAME.watch` and `NAME.txt`.

A text that begins with `# scene` is checked with the station's scene, for its camera `hall`; with `# ground` first,
with the same where the ground of the hall's lower half is known; with `# presets` first, with a turning camera that
has all of it at its gate, and but the hall at its yard; with `# nowhere` first, with a scene that says nothing of where
it is; with `# run` first, as a run would check it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import attrs
import pytest

from watchword.lang import check_text
from watchword.lang.allow import allowed
from watchword.lang.findings import CODES, Finding, ordered, show_all
from watchword.run.plan import unplanned
from watchword.scene import Ground, Scene
from watchword.text import Source

STATION = attrs.evolve(Scene.load(Path(__file__).parents[2] / "docs" / "station.json"), name="station.json")
GROUND = Ground((((0, 540), (0, 0)), ((960, 540), (8, 0)), ((240, 320), (0, 12)), ((720, 320), (8, 12))))
FILES = sorted((Path(__file__).parent / "broken").glob("*.watch"))


def findings(path: Path) -> tuple[Finding, ...]:
    text = path.read_text("utf-8")
    rules = check_text(Source(path.name, text))
    found = list(rules.findings)
    if text.startswith("# scene"):
        found += rules.resolve({"hall": STATION})
    if text.startswith("# ground"):
        found += rules.resolve({"hall": attrs.evolve(STATION, ground=GROUND)})
    if text.startswith("# presets"):
        yard = attrs.evolve(STATION, zones=[STATION.zones["hall"]], lines=[])
        found += rules.resolve({"hall": Scene(frame=STATION.frame, presets={"gate": STATION, "yard": yard})})
    if text.startswith("# nowhere"):
        found += rules.resolve({"hall": Scene(frame=STATION.frame)})
    if text.startswith("# run"):
        found += unplanned(rules)
    return allowed(ordered(found), rules.sources, date(2026, 6, 1))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_text_is_told_in_these_words(path: Path, request: pytest.FixtureRequest):
    said = show_all(findings(path)) + "\n"
    golden = path.with_suffix(".txt")
    if request.config.getoption("--update-golden"):
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8")


def test_there_are_many_and_each_has_a_fault():
    assert len(FILES) >= 80
    for path in FILES:
        assert findings(path), path.name


def test_every_code_has_its_exact_message():
    told = {f.code for path in FILES for f in findings(path)}
    elsewhere = {"E005", "W203"}  # a file too large to keep; what only a detector can tell
    assert told == set(CODES) - elsewhere


@pytest.mark.parametrize("path", [path for path in FILES if path.stem.startswith("ten_")], ids=lambda path: path.stem)
def test_ten_mistakes_are_ten_findings_each_in_its_place(path: Path):
    lines = path.read_text("utf-8").splitlines()
    marked = [k for k, line in enumerate(lines, 1) if "# wrong" in line]
    assert len(marked) == 10
    assert [f.source.place(f.span.start)[0] for f in findings(path)] == marked
    assert [f.where for f in findings(path) if not (f.hint or f.other or f.notes)] == []
    good = {name for name in ("good", "fine") if f"rule {name}" in path.read_text("utf-8")}
    assert good <= {rule.name for rule in check_text(Source(path.name, "\n".join(lines))).rules}


def test_every_broken_rule_is_reported_and_the_good_ones_still_load():
    path = Path(__file__).parent / "broken" / "three_broken_one_good.watch"
    rules = check_text(Source(path.name, path.read_text("utf-8")))
    assert "c" in [rule.name for rule in rules.rules]
    assert [rules.source.place(f.span.start)[0] for f in rules.findings] == [1, 2, 4, 5]
