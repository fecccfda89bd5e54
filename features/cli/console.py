"""What every command shares: where things are kept, how progress and errors look, how JSON is printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

HOME_VARIABLE = "MOPAI_HOME"
DEFAULT_HOME = ".mopai"


class UserError(Exception):
    """Something the user can put right. ``message`` says what was found; ``hint`` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str]]:
        """Keep both parts when the error crosses a process border."""
        return (type(self), (self.message, self.hint))


class Progress(Protocol):
    """Told how far long work has come. ``total`` may be given once, with the first call."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Say that ``done`` of ``total`` parts are finished."""


def silent(done: int, total: int, note: str = "") -> None:
    """A progress listener that shows nothing."""


def home() -> Path:
    """The folder that holds everything a run writes: ``MOPAI_HOME`` or ``./.mopai``. Not created here."""
    return Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME))


def stderr_console() -> Console:
    """A console on standard error: progress and errors go there, results go to standard output."""
    from rich.console import Console

    return Console(stderr=True)


@contextmanager
def progress_bar(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on standard error while the block runs; ``quiet`` shows none."""
    if quiet:
        yield silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Bar(*columns, console=stderr_console()) as bar:
        task = bar.add_task(title, total=None, note="")

        def listen(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield listen


def print_json(content: Mapping[str, object]) -> None:
    """Print one JSON object on standard output, Chinese as it is."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=str, allow_nan=False) + "\n")


def report(error: UserError) -> None:
    """Show an error and the next step on standard error."""
    console = stderr_console()
    console.print("[bold red]error:[/bold red]", end=" ")
    console.print(error.message, markup=False, highlight=False, soft_wrap=True)
    if error.hint:
        console.print("[bold]next:[/bold]", end=" ")
        console.print(error.hint, markup=False, highlight=False, soft_wrap=True)
