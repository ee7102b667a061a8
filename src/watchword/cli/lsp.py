"""`watchword lsp`: the language server for editors."""

from __future__ import annotations

import click

from watchword.errors import WatchwordError


@click.command()
@click.option("--stdio", is_flag=True, hidden=True, help="What some editors add; there is no other way.")
def lsp(stdio: bool) -> None:  # noqa: ARG001
    """Serve editors: mistakes, completion, meanings, definitions, renaming, over standard input and output.

    Not for people: an editor starts it. See docs/editors.md.
    """
    try:
        from watchword.lsp import server
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        fix = 'pip install "watchword[lsp]"'
        raise WatchwordError("the language server needs pygls, which is not installed", fix=fix) from None
    server().start_io()
