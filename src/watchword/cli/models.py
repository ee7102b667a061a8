"""`watchword models`: well-known detection models, and getting one."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from watchword import models as catalogue


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List detection models that can be fetched; `models get NAME` fetches one. Nothing is fetched unasked."""
    if context.invoked_subcommand is not None:
        return
    wide = max(map(len, catalogue.MODELS))
    for model in catalogue.MODELS.values():
        place = catalogue.path_of(model)
        click.echo(f"{model.name:<{wide}}  {model.task}, {model.licence}, {model.size / 1e6:.1f} MB, {model.source}")
        click.echo(f"{'':{wide}}  {model.url}")
        click.echo(f"{'':{wide}}  SHA-256 {model.sha256}")
        if place.is_file():
            click.echo(f"{'':{wide}}  here: {place}")
    click.echo("\nget one: watchword models get NAME; use it: watchword run FILM --detector NAME")


@models.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to put it in; the user's cache where not given.")
@click.option("--quiet", is_flag=True, help="Print nothing but the path.")
def get(name: str, into: Path | None, quiet: bool) -> None:
    """Fetch the model NAME, check its SHA-256, and print where it is. Begun again where it was cut off."""
    model = catalogue.named(name)
    console = Console(stderr=True, quiet=quiet)
    if not quiet:
        click.echo(f"{model.name}, {model.licence}, from {model.url}", err=True)
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=model.size)
        place = catalogue.fetch(model, into, lambda have, size: bar.update(task, completed=have, total=size))
    click.echo(place)
