"""`watchword test`: the tests that stand in rule files."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from watchword.cli.lets import option
from watchword.cli.terminal import colour_bars, show_findings
from watchword.errors import WatchwordError
from watchword.lab.junit import Suite, junit
from watchword.lab.timeline import fit
from watchword.lab.trial import Result, trials
from watchword.lang.ruleset import RuleSet
from watchword.scene import Scene

SCHEMA = 1


@click.command()
@click.argument("files", nargs=-1)
@click.option("--run", "pattern", default="", help="Only tests in whose name this regular expression is found.")
@click.option("--junit", "report", type=click.Path(dir_okay=False), help="Write a JUnit XML file, too.")
@click.option("--scene", type=click.Path(), help="What cameras look at in tests that give no scene (JSON).")
@option
@click.option("--restart", is_flag=True, help="Run each test again with the engine saved and restored on the way.")
@click.option("--json", "as_json", is_flag=True, help="Results as one JSON object; nothing else.")
@click.option("--quiet", is_flag=True, help="Print failures only.")
def test(
    files: tuple[str, ...],
    pattern: str,
    report: str | None,
    scene: str | None,
    lets: dict[str, str],
    restart: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the tests in rule FILES (or folders; without any, in every .watch file from here down).

    A test that fails shows what came, and each part of the rule around that moment. Exit code 0 where all pass, 1
    where one fails, 2 where a file has errors or there is no test to run.
    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise click.BadParameter(f"{pattern!r} is no regular expression: {error}", param_hint="--run") from None
    told = Told(quiet=quiet or as_json, silent=as_json)
    view = Scene.load(scene).at() if scene else None
    suites = [_suite(path, pattern, view, lets, restart, told) for path in _paths(files)]
    results = [result for suite in suites for result, _ in suite.results]
    if report:
        try:
            Path(report).write_text(junit(suites), "utf-8")
        except OSError as error:
            raise WatchwordError(f"cannot be written: {error.strerror}", where=report) from None
    if as_json:
        click.echo(json.dumps(_json(suites), ensure_ascii=False, indent=2))
    else:
        told.summary(results)
    if not results and not any(suite.error for suite in suites):
        raise WatchwordError("there is no test to run", fix='write one: `test "name" { given … expect … }`')
    sys.exit(2 if any(suite.error for suite in suites) else int(any(not result.passed for result in results)))


def _paths(files: tuple[str, ...]) -> Iterator[str]:
    for name in files or (".",):
        path = Path(name)
        if not path.is_dir():
            yield name
            continue
        for file in sorted(path.rglob("*.watch")):
            if not any(part.startswith(".") for part in file.relative_to(path).parts):
                yield str(file)


def _suite(path: str, pattern: str, scene: Scene | None, lets: dict[str, str], restart: bool, told: Told) -> Suite:
    try:
        rules = RuleSet.load(path, lets=lets)
    except WatchwordError as error:
        show_findings(str(error), error=True)
        return Suite(path, error=str(error))
    found = []
    told.begin(path)
    before = time.perf_counter()
    for result in trials(rules, pattern, scene=scene, restart=restart):
        now = time.perf_counter()
        found.append((result, now - before))
        before = now
        told.one(result)
    told.end([result for result, _ in found])
    return Suite(path, found)


def _json(suites: list[Suite]) -> dict[str, Any]:
    tests = [
        {
            "file": result.file,
            "line": result.line,
            "name": result.name,
            "passed": result.passed,
            "seconds": round(spent, 3),
            "left_out": [out.rule for out in result.left_out],
            "faults": [
                {"place": f.place, "expected": f.expected, "came": f.came, "picture": f.picture} for f in result.faults
            ],
        }
        for suite in suites
        for result, spent in suite.results
    ]
    return {
        "schema": SCHEMA,
        "passed": sum(bool(one["passed"]) for one in tests),
        "failed": sum(not one["passed"] for one in tests),
        "errors": [{"file": suite.file, "message": suite.error} for suite in suites if suite.error],
        "tests": tests,
    }


class Told:
    """Prints as the tests go: a line a file with a dot a test, then its failures.

    Args:
        quiet: Failures only.
        silent: Nothing at all.
    """

    def __init__(self, *, quiet: bool, silent: bool) -> None:
        self._quiet = quiet
        self._console = Console(highlight=False, soft_wrap=True, quiet=silent)
        self._began = time.perf_counter()

    def begin(self, path: str) -> None:
        """A file."""
        if not self._quiet:
            self._console.print(Text(f"{path}  "), end="")

    def one(self, result: Result) -> None:
        """A test of it."""
        if not self._quiet:
            self._console.print(Text(".", "green") if result.passed else Text("F", "bold red"), end="")

    def end(self, results: list[Result]) -> None:
        """The file is done: its failures."""
        if not self._quiet:
            self._console.print("" if results else Text("no tests", "dim"))
        for result in results:
            if not result.passed:
                self._console.print(_failure(result))
        if self._quiet:
            return
        left_out: dict[str, str] = {out.rule: out.findings[0].message for r in results for out in r.left_out}
        if left_out:
            names = fit(f"  without {', '.join(left_out)}", 60)
            self._console.print(Text(f"{names} ({len(left_out)}): {next(iter(left_out.values()))}", "dim"))

    def summary(self, results: list[Result]) -> None:
        """What it came to."""
        failed = sum(not result.passed for result in results)
        if self._quiet or not results:
            return
        text = Text(f"{len(results) - failed} passed", "green" if not failed else "")
        if failed:
            text.append(f", {failed} failed", "bold red")
        self._console.print(text.append(f" · {time.perf_counter() - self._began:.1f} s", "not bold dim"))


def _failure(result: Result) -> Text:
    text = Text(f"\n{result.show()}\n")
    text.highlight_regex(r"(?m)^\S.*$", "bold red")
    text.highlight_regex(r"(?m)^  \S+:\d+:\d+:", "dim")
    colour_bars(text)
    text.highlight_regex(r"(?m)▲ expected.*$", "bold yellow")
    return text
