"""The root of the command line. Packages register their commands through the entry-point group ``mopai.commands``.

Each entry point names a function ``register(app: typer.Typer) -> None``. A module that holds one imports nothing
heavy at its top, so that ``mopai --help`` is instant.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from features.cli.console import UserError, report

COMMANDS = "mopai.commands"


def build() -> typer.Typer:
    """Make the application with every registered command, in the order of the work."""
    app = typer.Typer(
        name="mopai",
        help="Order home visits by where a visit is likely to find a new need, with reasons, for human review.",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for entry in sorted(entry_points(group=COMMANDS), key=lambda found: found.name):
        entry.load()(app)
    return app


def main() -> None:
    """Run the command line. Errors a person can act on end with exit code 1 and no traceback."""
    try:
        build()()
    except UserError as error:
        report(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
