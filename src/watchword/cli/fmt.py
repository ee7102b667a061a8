"""`watchword fmt`: rule files in their canonical layout."""

from __future__ import annotations

import sys

import click

from watchword.cli.rewriting import difference, read, write
from watchword.errors import RuleError, WatchwordError
from watchword.lang.format import formatted
from watchword.text import Source


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Lay rule FILES out: one clause a line, two spaces in, comments where they were. Meaning is never changed.

    A file with mistakes is left alone. Exit code 0 fine, 1 a file has mistakes (or, with --check, would change).
    """
    bad = False
    for path in files:
        text = read(path)
        try:
            made = formatted(Source(path, text))
        except RuleError as error:
            click.echo(str(error), err=True)
            click.echo(f"{path}: left alone", err=True)
            bad = True
            continue
        except WatchwordError as error:
            click.echo(f"error: {error}", err=True)
            bad = True
            continue
        if made == text:
            continue
        if diff:
            click.echo(difference(path, text, made), nl=False)
        elif not check:
            write(path, made)
        bad |= check
        if not diff:
            click.echo(f"{path}: {'would be laid out anew' if check else 'laid out anew'}")
    sys.exit(1 if bad else 0)
