"""`watchword fix`: what is wrong with rule files and can be mended without asking."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from watchword.cli.check import every_finding
from watchword.cli.rewriting import difference, read, write
from watchword.lang.findings import Finding
from watchword.lang.load import folder_of
from watchword.lang.mend import mended
from watchword.lang.ruleset import check_text
from watchword.scene import Scene
from watchword.text import Source


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--scene", type=click.Path(), help="A scene file (JSON) whose zones and lines the rules may name.")
def fix(files: tuple[str, ...], diff: bool, scene: str | None) -> None:
    """Mend rule FILES where it is plain how: a name misspelt, a unit apart from its number, a clause that says nothing.

    Exit code 0 where no error is left, 1 where there is.
    """
    view = Scene.load(scene) if scene else None
    bad = False
    for path in files:
        text, folder = read(path), folder_of(path)

        def check(source: Source, folder: object = folder) -> Iterable[Finding]:
            return every_finding(check_text(source, folder), view)  # type: ignore[arg-type]

        made, count = mended(Source(path, text), check)
        left = sum(f.is_error for f in check(Source(path, made)))
        bad |= left > 0
        if diff:
            click.echo(difference(path, text, made), nl=False)
            continue
        if made != text:
            write(path, made)
        rest = f", {left} error{'' if left == 1 else 's'} left: watchword check {path}" if left else ""
        click.echo(f"{path}: {count} mended{rest}")
    sys.exit(1 if bad else 0)
