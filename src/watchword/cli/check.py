"""`watchword check`: what is wrong with rule files, without running them."""

from __future__ import annotations

import json
import sys
from datetime import date

import click

from watchword.cli.lets import option
from watchword.lang.allow import allowed
from watchword.lang.findings import Finding, ordered, show_all
from watchword.lang.ruleset import RuleSet, check_file
from watchword.scene import Scene


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--scene", type=click.Path(), help="A scene file (JSON) whose zones and lines the rules may name.")
@option
@click.option("--memory", is_flag=True, help="Say of each rule how far back it looks and what it remembers, in bytes.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--json", "style", flag_value="json", help="Findings as one JSON object.")
@click.option("--sarif", "style", flag_value="sarif", help="Findings as a SARIF 2.1.0 log.")
@click.option(
    "--annotations", "--github", "style", flag_value="github", help="Findings as annotations of a workflow's log."
)
def check(
    files: tuple[str, ...], scene: str | None, lets: dict[str, str], memory: bool, strict: bool, style: str | None
) -> None:
    """Check rule FILES: every mistake, with its place and what to write instead.

    A comment `# allow: CODE until 2027-01-01` behind a clause, or above it, silences that warning there. Exit code 0
    where there is no error, 1 where there is, 2 where a file cannot be read.
    """
    view = Scene.load(scene) if scene else None
    every: list[Finding] = []
    for path in files:
        rules = check_file(path, lets)
        kept = allowed(ordered(every_finding(rules, view)), rules.sources, date.today())  # noqa: DTZ011 - the day where the writer is
        every += kept
        if style is None:
            if kept:
                _show(kept)
            n = len(rules.rules)
            if not _bad(kept, strict):
                click.echo(f"{path}: {n} rule{'' if n == 1 else 's'}, no errors")
                if memory:
                    _memory(rules)
    if style is not None:
        _tell(every, style, strict)
    sys.exit(1 if _bad(every, strict) else 0)


def every_finding(rules: RuleSet, view: Scene | None) -> list[Finding]:
    """What is wrong with rules, on the cameras too where it can be asked: a scene is given, or no camera is named."""
    if view is None and any(rule.cameras for rule in rules.rules):
        return list(rules.findings)
    return [*rules.findings, *rules.resolve(dict.fromkeys(_cameras(rules.rules), view))]


def _bad(findings: list[Finding] | tuple[Finding, ...], strict: bool) -> bool:
    return any(strict or f.is_error for f in findings)


def _memory(rules: RuleSet) -> None:
    from watchword.run.footprint import footprint, show  # it loads NumPy, which takes a while
    from watchword.run.plan import unplanned

    if unplanned(rules):
        return
    width = max((len(rule.name) for rule in rules.rules), default=0)
    for rule in rules.rules:
        click.echo(f"  {rule.name:<{width}}  {show(footprint(rules, rule))}")


def _show(findings: tuple[Finding, ...]) -> None:
    text = show_all(findings)
    if sys.stdout.isatty():  # what colours takes a while to load
        from watchword.cli.terminal import show_findings

        show_findings(text)
    else:
        click.echo(text)


def _tell(findings: list[Finding], style: str, strict: bool) -> None:
    from watchword.lang.report import github, report, sarif

    if style == "github":
        for line in github(findings, strict=strict):
            click.echo(line)
        return
    if style == "json":
        made = report(findings)
    else:
        from importlib.metadata import version

        made = sarif(findings, version("watchword"), strict=strict)
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


def _cameras(rules: tuple[object, ...]) -> list[str]:
    """The cameras that rules name, and one that none does."""
    named = {c.text for rule in rules for c in getattr(rule, "cameras", None) or ()}
    return [*sorted(named), ""]
