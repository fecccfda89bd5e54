"""Where the table of a sheet begins and ends: titles above, headings of one or two rows, totals and notes below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from features.workbook.grid import LINE, Area, Grid
from features.workbook.headings import Layout, both_languages, plain

BETWEEN = "/"
"""Stands between the upper and the lower heading of a column."""

_HEADING_AGAIN = "heading"
_Head = list[tuple[int, dict[int, str]]]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The table of a sheet.

    Attributes:
        headings: spreadsheet column from 0 -> heading as sent, blanks removed; of two rows joined by BETWEEN.
        header_line: the lowest line of the headings.
        rows: LINE and text columns named by spreadsheet column.
        left_out: LINE -> why a row below the headings is none of a child: total, note, example, numbers, heading.
    """

    headings: Mapping[int, str]
    header_line: int
    rows: pl.DataFrame
    left_out: Mapping[int, str]


def find_table(grid: Grid, layout: Layout, known: Collection[str]) -> SheetTable | None:
    """The table of a sheet, or None where no row looks like headings. ``known`` are headings in plain form."""
    head = grid.head(layout.search_lines)
    top = _heading_row(head, layout, known)
    if top is None:
        return None
    lines = _heading_lines(head, top, grid.merged)
    headings = _joined(head, lines, grid.merged)
    below = grid.cells.filter(pl.col(LINE) > max(lines))
    left_out = _headings_again(below, [cells for line, cells in head if line in lines]) | _left_out(
        below, layout, len(headings)
    )
    rows = below.filter(~pl.col(LINE).is_in(list(left_out))) if left_out else below
    return SheetTable(headings, max(lines), rows.select(LINE, *map(str, headings)), left_out)


def _heading_row(head: _Head, layout: Layout, known: Collection[str]) -> int | None:
    """The row with the most words that are headings; without any, the first whose cells are all different words."""
    counted = [sum(_is_known(text, known) for text in cells.values()) for _, cells in head]
    most = max(counted, default=0)
    if most >= layout.least_headings:
        return counted.index(most)
    for place, (_, cells) in enumerate(head):
        widest = max(len(other) for _, other in head)
        texts = [text for text in cells.values() if not _is_number(text)]
        if len(texts) > layout.least_headings and len(set(texts)) == len(cells) and 2 * len(texts) >= widest:
            return place
    return None


def _is_known(text: str, known: Collection[str]) -> bool:
    return plain(text) in known or any(part in known for part in both_languages(text) or ())


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isdigit()


def _heading_lines(head: _Head, top: int, merged: tuple[Area, ...]) -> list[int]:
    """One or two lines: a group is a cell merged over some columns, a title is one merged over all of them."""
    line = head[top][0]
    widest = max(len(other) for _, other in head)
    reaching = max((area.bottom for area in merged if area.top == line), default=line)
    if reaching > line:
        return list(range(line, reaching + 1))
    if top + 1 < len(head) and any(_is_group(area, line, widest) for area in merged) and head[top + 1][0] == line + 1:
        return [line, line + 1]
    above = line - 1
    if any(_is_group(area, above, widest) or area.top <= above < area.bottom == line for area in merged):
        return [above, line]
    return [line]


def _is_group(area: Area, line: int, widest: int) -> bool:
    columns = area.right - area.left + 1
    return area.top == area.bottom == line and columns > 1 and 2 * columns <= max(widest, 4)


def _joined(head: _Head, lines: list[int], merged: tuple[Area, ...]) -> dict[int, str]:
    """The heading of each column: its words from top to bottom, each once, spread over merged cells."""
    rows = {line: dict(cells) for line, cells in head if line in lines}
    for area in merged:
        if area.top in rows and area.left in rows[area.top] and area.top == area.bottom:
            spread = dict.fromkeys(range(area.left, area.right + 1), rows[area.top][area.left])
            rows[area.top] = spread | rows[area.top]
    columns = sorted({column for cells in rows.values() for column in cells})
    headings: dict[int, str] = {}
    taken: dict[str, int] = {}
    for column in columns:
        words = dict.fromkeys("".join(rows[line][column].split()) for line in sorted(rows) if column in rows[line])
        heading = BETWEEN.join(word for word in words if word)
        taken[heading] = taken.get(heading, 0) + 1
        if heading:
            headings[column] = heading if taken[heading] == 1 else f"{heading}#{taken[heading]}"
    return headings


def _headings_again(below: pl.DataFrame, rows: list[dict[int, str]]) -> dict[int, str]:
    """Rows that are the headings once more, as printed pages have them."""
    found: set[int] = set()
    held = pl.sum_horizontal(pl.exclude(LINE).is_not_null())
    for cells in rows:
        same = pl.sum_horizontal((pl.col(str(column)) == text).fill_null(value=False) for column, text in cells.items())
        found |= set(below.filter((same > 1) & (2 * same >= held))[LINE])
    return dict.fromkeys(sorted(found), _HEADING_AGAIN)


def _left_out(below: pl.DataFrame, layout: Layout, columns: int) -> dict[int, str]:
    """Rows that are no child. Only rows with few cells or a telling first word are looked at one by one."""
    names = [name for name in below.columns if name != LINE]
    first = pl.coalesce(pl.col(name) for name in names)
    words = (*layout.total, *layout.note, *layout.example, *layout.number_marks)
    letters = first.str.to_lowercase().str.replace_all(r"[\s\p{P}]", "")
    held = pl.sum_horizontal(pl.col(name).is_not_null() for name in names)
    candidates = below.select(LINE, letters.alias("first"), held.alias("held"), *names).filter(
        pl.any_horizontal(pl.col("first").str.starts_with(word) for word in words) | (pl.col("first") == "1")
    )
    found: dict[int, str] = {}
    top = below[LINE].min()
    for row in candidates.iter_rows(named=True):
        cells = [text for name in names if (text := row[name]) is not None]
        why = _why_left_out(row["first"], cells, layout, columns, first_row=row[LINE] == top)
        if why:
            found[row[LINE]] = why
    return found


def _why_left_out(first: str, cells: list[str], layout: Layout, columns: int, *, first_row: bool) -> str:
    """Why a row is no child, or "". Its first filled cell is ``first`` in plain form."""
    sparse = 2 * len(cells) <= max(columns, 2)
    if first.startswith(layout.total) and (sparse or first in layout.total):
        return "total"
    if first.startswith(layout.note) and sparse:
        return "note"
    if first.startswith(layout.example) and first_row:
        return "example"
    numbers = [text for text in cells if text not in layout.number_marks]
    if first_row and len(cells) > 2 and numbers == [str(number + 1) for number in range(len(numbers))]:
        return "numbers"
    return ""
