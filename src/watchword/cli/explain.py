"""`watchword explain`: what a rule means, in plain English."""

from __future__ import annotations

import click

from watchword.cli.lets import option
from watchword.errors import WatchwordError
from watchword.lang.explain import explain as explained
from watchword.lang.findings import did_you_mean
from watchword.lang.ruleset import RuleSet


@click.command()
@click.argument("file")
@click.argument("rule", required=False)
@option
@click.option("--more", is_flag=True, help="What it remembers in figures, too: bytes, clocks, windows.")
def explain(file: str, rule: str | None, lets: dict[str, str], more: bool) -> None:
    """Say what the rules of FILE mean, or one RULE: in words and in time, what it remembers and what it needs."""
    rules = RuleSet.load(file, lets=lets)
    names = [r.name for r in rules.rules]
    if rule is not None and rule not in names:
        fix = did_you_mean(rule, names) or f"it has: {', '.join(names) or 'none'}"
        raise WatchwordError(f"has no rule {rule!r}", where=file, fix=fix)
    from watchword.run.footprint import footprint  # it loads NumPy, which takes a while
    from watchword.run.plan import unplanned

    runs = not unplanned(rules)
    for k, each in enumerate(r for r in rules.rules if rule in (None, r.name)):
        kept = footprint(rules, each) if runs else None
        click.echo(("\n" if k else "") + explained(rules, each, kept).show(more=more), nl=False)
