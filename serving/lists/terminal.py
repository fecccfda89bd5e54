"""A list in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from serving.lists import words as w
from serving.lists.view import ListView

_SHOWN = (("turn",), ("household", "child"), ("why", "due"), ("level",), ("marks",))


def print_list(view: ListView, console: Console) -> None:
    """Show a list: facts, warnings, the visits in their order, the villages, and what was left out."""
    if view.simulated:
        console.print(Text(view.simulated, style="reverse"))
    console.print(Text(f"{view.title}  {view.facts[1][1]}", style="bold"))
    for label, value in view.facts:
        console.print(Text.assemble((f"{label}  ", "dim"), value))
    for warning in view.warnings:
        console.print(Text(f"! {warning}", style="bold"))
    console.print(Text("   ".join(f"{label} {count}" for label, count in view.counts)))
    if view.rows:
        console.print(_visits(view))
    console.print(_villages(view))
    for note in (view.say(w.GROUPED), *view.notes):
        console.print(Text(note, style="dim"))


def _visits(view: ListView) -> Table:
    """The visits; who and why take two lines each, so that the table fits eighty columns."""
    table = Table(expand=True)
    for names in _SHOWN:
        table.add_column(" / ".join(view.say(w.COLUMNS[name]) for name in names), overflow="fold")
    for row in view.rows:
        cells = ["\n".join(row.cells[name] for name in names if row.cells[name]) for names in _SHOWN]
        table.add_row(*map(Text, cells), style="bold" if row.kind == "duty" else "")
    return table


def _villages(view: ListView) -> Table:
    table = Table(title=view.say(w.VILLAGES), title_justify="left")
    for label in w.VILLAGE_COLUMNS.values():
        table.add_column(view.say(label), overflow="fold")
    for village in view.villages:
        table.add_row(*(Text(village[name]) for name in w.VILLAGE_COLUMNS))
    return table
