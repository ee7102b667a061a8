"""Every snippet of the README and the docs does what it says.

    ```python    runs, in the order of its page, in a folder with the files of an imagined station
    ```watch     is a rule file, or a sentence, that checks clean against the station's scene
    ```console   `$ command` runs there; lines below it are what it prints (`…` stands for anything)
    ```json      with a "frame" is a scene that loads
    ```output    is what the snippet before it prints (`…` stands for anything)

What `needs` another package, ```python needs supervision, runs where that is installed.

Other fences (text, bash, toml …) are to be read only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from station import film
from watchword import Scene
from watchword.lang.ruleset import RuleSet, check_sentence
from watchword.sim import concourse
from watchword.video import FilmWriter

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: needs (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEGINNERS = "first-rule.md"
"""Its steps start in an empty folder; its scene is that of `watchword demo`."""
STATION = Scene.load(ROOT / "docs" / "station.json")


def snippets(page: Path) -> list[tuple[str, str, int]]:
    """Kind, text and line of each fence of a page, less those that need what is not installed, and their output."""
    text, found, left_out = page.read_text("utf-8"), [], False
    for m in FENCE.finditer(text):
        left_out = importlib.util.find_spec(m[2]) is None if m[2] else left_out and m[1] == "output"
        if not left_out:
            found.append((m[1], m[3], text[: m.start(3)].count("\n")))
    return found


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that snippets run in: a film, a scene, rules."""
    folder = tmp_path_factory.mktemp("station")
    shutil.copy(ROOT / "docs" / "station.json", folder)
    shutil.copy(ROOT / "docs" / "station.watch", folder)
    film(folder / "hall.avi")
    return folder


def matches(want: str, have: str) -> bool:
    """Whether a text is as wanted, where `…` stands for anything."""
    parts = [re.escape(part) for part in re.split("…", want.strip())]
    return re.fullmatch(".*?".join(parts), have.strip(), re.DOTALL) is not None


def demo(folder: Path) -> None:
    """What `watchword demo` leaves for the page of beginners: its film, at a third of its pictures, and its scene."""
    stage = attrs.evolve(concourse(1), fps=5)
    made = folder / "watchword-demo"
    made.mkdir()
    (made / "scene.json").write_text(stage.scene.dumps(), "utf-8")
    with FilmWriter(made / "concourse.mp4", stage.fps, stage.scene.frame) as film:
        for frame in stage.frames():
            film.write(frame.image)


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a fence, each with what it prints. A text between `<<'END'` and `END` belongs to its command."""
    return re.findall(r"^\$ ((?:.*<<'END'\n(?:.*\n)*?END\n)|.*\n)((?:(?!\$ ).*\n)*)", text, re.MULTILINE)


def console(text: str, folder: Path) -> None:
    """Run the commands of a fence and compare what they print."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, want in commands(text):
        if command.strip() == "watchword demo":  # tested for itself; here it would take a minute
            demo(folder)
            continue
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONPATH": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode in (0, 1), f"$ {command}{done.stdout}"
        assert "Traceback" not in done.stdout
        assert not want.strip() or matches(want, done.stdout), f"$ {command}{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_snippet_of_a_page_does_what_it_says(
    page: Path, station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in station.iterdir() if page.name != BEGINNERS else ():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    scenes = dict.fromkeys(("hall", "platform_1"), concourse(1).scene if page.name == BEGINNERS else STATION)
    names: dict[str, Any] = {"__name__": "__snippet__"}
    printed = ""
    for kind, text, line in snippets(page):
        where = f"{page.name}, the fence from line {line} on"
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile("\n" * line + text, str(page), "exec"), names)
            printed = out.getvalue()
        elif kind == "output":
            assert matches(text, printed), f"{where}: prints\n{printed}"
        elif kind == "watch":
            sentence = not re.search(r"^(rule|class|zone|line)\b", text, re.MULTILINE)
            found = check_sentence(text) if sentence else RuleSet.loads(text)
            findings = [*found.findings, *found.resolve(scenes)]
            assert [f for f in findings if f.code != "W204"] == [], f"{where}: " + "\n".join(f.show() for f in findings)
        elif kind == "console":
            console(text, tmp_path)
        elif kind == "json" and "frame" in json.loads(text):
            Scene.loads(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert "://" in target or (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_pages_speak_of_no_machine_and_no_package_host() -> None:
    for page in [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]:
        text = page.read_text("utf-8")
        assert not re.search(r"/(work|tmp|home|root)/", text), page.name
        assert not re.search(r"\b(pypi|github|gitlab|huggingface)\b", text, re.IGNORECASE), page.name


def test_the_check_that_ci_runs_is_the_one_the_readme_tells() -> None:
    last = (ROOT / ".ci" / "run").read_text("utf-8").strip().splitlines()[-1]
    assert last in (ROOT / "README.md").read_text("utf-8")


def test_the_language_page_is_up_to_date(tmp_path: Path) -> None:
    copy = tmp_path / "language.md"
    shutil.copy(ROOT / "docs" / "language.md", copy)
    subprocess.run([sys.executable, str(ROOT / "docs" / "make_language.py"), str(copy)], check=True)
    assert copy.read_text("utf-8") == (ROOT / "docs" / "language.md").read_text("utf-8"), (
        "run `nox -s docs`: the words have changed since docs/language.md was made"
    )
