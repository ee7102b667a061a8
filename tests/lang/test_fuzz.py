"""Whatever is written, what comes back is findings: no other exception, nothing that hangs."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from watchword.errors import RuleError
from watchword.lang import check_sentence, check_text
from watchword.lang.allow import allowed
from watchword.lang.explain import explain
from watchword.lang.findings import show_all
from watchword.lang.format import formatted
from watchword.lang.mend import mended
from watchword.lang.parse import cut
from watchword.lang.report import report, sarif
from watchword.run.plan import unplanned
from watchword.scene import Scene
from watchword.text import Source

STATION = files("watchword.examples").joinpath("station.watch").read_text("utf-8")
SCENE = Scene.load(str(files("watchword.examples").joinpath("station.json")))
TOKENS = sorted(set(re.findall(r"\w+|\S", STATION)))
ODD = [
    *("9" * 400 + "s", "0" * 40, "1e9", "1.5.5", "999999h", "0s", "-1", "\u0663s", "99:99-00:00"),
    *("\x00", "\r", "\ufeff", "\u2028", "é", "文", "$", '"', "#", "'", "\\", "(" * 120, "}" * 9, "{{"),
    *("not " * 200, "it", "in", "zone", "of", ".a"),
]


def mutated(rng: random.Random) -> str:
    """Some items of the station, with pieces left out, doubled, swapped and put in."""
    items = [STATION[a:b] for a, b in cut(STATION)]
    text = "".join(rng.sample(items, rng.randint(1, 4)))
    parts = re.findall(r'"[^"\n]*"|\w+|\s+|[^\w\s]', text)
    for _ in range(rng.randint(0, 6)):
        k = rng.randrange(len(parts) + 1) if parts else 0
        match rng.randrange(6):
            case 0:
                del parts[k : k + rng.randint(1, 3)]
            case 1:
                parts[k:k] = parts[max(0, k - 4) : k]
            case 2:
                parts.insert(k, f" {rng.choice(TOKENS)} ")
            case 3:
                parts.insert(k, rng.choice(ODD))
            case 4 if k < len(parts):
                parts[k] = rng.choice(TOKENS)
            case 5 if k < len(parts) and len(parts[k]) > 1:
                word = parts[k]
                at = rng.randrange(len(word) - 1)
                parts[k] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return "".join(parts)


def look(text: str) -> None:
    source = Source("x.watch", text)
    rules = check_text(source)
    found = [*rules.findings, *rules.resolve({"concourse_1": SCENE, "test": None}), *unplanned(rules)]
    kept = allowed(found, rules.sources, date(2026, 6, 1))
    for one in kept:
        assert 0 <= one.span.start <= one.span.end
        assert one.span.start <= len(one.source.text)
        assert one.message
    show_all(kept)
    report(kept)
    sarif(kept, "1")
    for rule in rules.rules:
        explain(rules, rule).show()
    with suppress(RuleError):  # it cannot be read
        formatted(source)
    mended(source, lambda s: check_text(s).findings)
    check_sentence(text)


def run(seeds: range) -> None:
    for seed in seeds:
        text = mutated(random.Random(seed))
        try:
            look(text)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}\n{text}") from error


def test_three_hundred_broken_files_give_findings_only():
    run(range(300))


@pytest.mark.nightly
def test_ten_thousand_broken_files_give_findings_only():
    run(range(300, 10_300))


def test_random_letters_give_findings_only():
    rng = random.Random(5)
    for _ in range(100):
        look(
            "".join(
                rng.choice(["rule a: ", "\n", " ", chr(rng.randrange(1, 0x3000)), rng.choice(ODD)]) for _ in range(20)
            )
        )


def test_includes_stay_in_the_folder(tmp_path: Path):
    outside, folder = tmp_path / "outside.watch", tmp_path / "rules"
    folder.mkdir()
    outside.write_text("rule x: person is still for 5s\n")
    (folder / "link.watch").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "circle.watch").symlink_to(folder / "circle.watch")
    for path in (
        "../outside.watch",
        "link.watch",
        "up/outside.watch",
        str(outside),
        "circle.watch",
        ".",
        "a\0b",
        "a" * 5000,
    ):
        rules = check_text(Source("r.watch", f'include "{path}"\nrule a: person is still for 5s\n'), folder)
        assert [f.code for f in rules.findings] == ["E301"], path
        assert [rule.name for rule in rules.rules] == ["a"]
