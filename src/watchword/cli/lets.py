"""`--let crush=4/m2`: quantities that take the place of a file's `let`s, as an option of commands that read rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def option(command: F) -> F:
    """Give a command the option; its argument `lets` is then a mapping of names to quantities."""
    said = "A quantity in place of the file's own `let`: crush=4/m2. May be given more than once."
    return click.option("--let", "lets", multiple=True, metavar="NAME=QUANTITY", help=said, callback=_split)(command)


def _split(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise click.BadParameter(f"{one!r} is not NAME=QUANTITY, such as crush=4/m2")
    return {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in given)}
