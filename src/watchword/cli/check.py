"""`watchword check`: what is wrong with rule files, without running them."""

from __future__ import annotations

import sys

import click

from watchword.cli.terminal import show_findings
from watchword.lang.findings import ordered, show_all
from watchword.lang.ruleset import check_file
from watchword.scene import Scene


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--scene", type=click.Path(), help="A scene file (JSON) whose zones and lines the rules may name.")
def check(files: tuple[str, ...], scene: str | None) -> None:
    """Check rule FILES: every mistake, with its place and what to write instead.

    Exit code 0 where there is no error, 1 where there is, 2 where a file cannot be read.
    """
    view = Scene.load(scene) if scene else None
    bad = False
    for path in files:
        rules = check_file(path)
        findings = list(rules.findings)
        if view is not None or not any(rule.cameras for rule in rules.rules):
            findings = list(ordered([*findings, *rules.resolve(dict.fromkeys(_cameras(rules.rules), view))]))
        if findings:
            show_findings(show_all(findings))
        errors = any(f.is_error for f in findings)
        bad |= errors
        if not errors:
            n = len(rules.rules)
            click.echo(f"{path}: {n} rule{'' if n == 1 else 's'}, no errors")
    sys.exit(1 if bad else 0)


def _cameras(rules: tuple[object, ...]) -> list[str]:
    """The cameras that rules name, and one that none does."""
    named = {c.text for rule in rules for c in getattr(rule, "cameras", None) or ()}
    return [*sorted(named), ""]
