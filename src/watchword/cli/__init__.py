"""The command line: the only part that prints. Exit codes: 0 fine, 1 findings, 2 cannot run."""

from __future__ import annotations

import sys

import click

from watchword.errors import RuleError, WatchwordError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """Commands whose modules are imported when they are called, so that `--help` is quick."""

    HOME = {  # noqa: RUF012 - a constant of the class
        "calibrate": "calibrate",
        "check": "check",
        "demo": "demo",
        "detect": "stages",
        "explain": "explain",
        "fix": "fix",
        "fmt": "fmt",
        "lsp": "lsp",
        "models": "models",
        "run": "run",
        "test": "test",
        "track": "stages",
        "why": "why",
        "why-not": "why",
        "words": "words",
    }

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands, in the order of a first visit."""
        return [
            *("demo", "run", "check", "test", "why", "why-not", "explain", "fmt", "fix", "words", "models"),
            "calibrate",
            *("detect", "track"),
            "lsp",
        ]

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """A command by its name."""
        if name not in self.HOME:
            return None
        from importlib import import_module

        command: click.Command = getattr(import_module(f"watchword.cli.{self.HOME[name]}"), name.replace("-", "_"))
        return command


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(package_name="watchword", prog_name="watchword")
def group() -> None:
    """Rules over camera footage: who or what, where, for how long; told to a person who decides."""


def main() -> None:
    """Run the command line; what goes wrong is said in words, with exit code 2."""
    try:
        sys.exit(group.main(standalone_mode=False) or 0)  # click gives the code of its own Exit back
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except RuleError as error:
        from watchword.cli.terminal import show_findings

        show_findings(str(error), error=True)
        sys.exit(2)
    except WatchwordError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone; there is nobody to tell
        sys.exit(141)
