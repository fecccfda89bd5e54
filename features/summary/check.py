"""Check a county summary that somebody sent: its identities cell by cell, and its counts against the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.ledger.faults import shown
from features.summary.count import PLACE, REGISTERED, TOTAL, Summary
from features.summary.layout import Layout, Sum
from features.workbook.grid import LINE, Grid, read_grids
from features.workbook.safe import require_safe

NOT_A_COUNT, IDENTITY, SUM_OF_ROWS, LEDGER = "not_a_count", "identity", "sum_of_rows", "ledger"
FAULT_SCHEMA = {
    "sheet": pl.String, "cell": pl.String, "place": pl.String, "column": pl.Int64, "rule": pl.String,
    "seen": pl.String, "wanted": pl.String,
}  # fmt: skip

_NUMBER = re.compile(r"[（(]?第?\s*(\d{1,2})(?:\.0)?\s*列?[)）]?")
_COUNT = re.compile(r"(\d{1,9})(?:\.0+)?")
_TOTAL_WORDS = ("合计", "总计", "total")
_CODE = re.compile(r"(?<!\d)(\d{6}|\d{9}|\d{12})(?!\d)")


@dataclass(frozen=True, slots=True)
class SentRow:
    """One row of a summary: its line, its place as far as it is a code or the total, and its counts by number."""

    line: int
    place: str
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class SentSummary:
    """A summary as read: the spreadsheet column (from 0) of each number, the rows, and the cells without a count."""

    sheet: str
    columns: Mapping[int, int]
    rows: tuple[SentRow, ...]
    bad: tuple[tuple[int, int, str, str], ...]

    def cell(self, line: int, number: int) -> str:
        """A cell as a spreadsheet calls it, such as C7."""
        return f"{letters(self.columns[number])}{line}"


def letters(column: int) -> str:
    """A spreadsheet column (from 0) in letters."""
    name, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name


def read_summary(path: Path, layout: Layout) -> SentSummary:
    """Read a summary from the sheet that has the numbers of all columns in one row.

    Raises:
        UserError: the file is no workbook that may be read, no sheet has such a row, or nothing stands below it.
    """
    for grid in read_grids(require_safe(path)):
        if (found := _header(grid, layout)) is not None:
            sent = _read_rows(grid, *found)
            if sent.rows or sent.bad:
                return sent
    last = layout.numbers[-1]
    raise UserError(
        f"{path.name}: no sheet with the column numbers 1 to {last} in one row and counts below it",
        f"number the columns of the summary from 1 to {last} in a row of their own, as Annex 3 does",
    )


def _header(grid: Grid, layout: Layout) -> tuple[int, dict[int, int]] | None:
    for line, cells in grid.head(60):
        found: dict[int, int] = {}
        for column, text in sorted(cells.items()):
            match = _NUMBER.fullmatch(text.strip())
            if match and int(match[1]) in layout.numbers:
                found.setdefault(int(match[1]), column)
        if len(found) == len(layout.numbers):
            return line, found
    return None


def _read_rows(grid: Grid, header: int, columns: dict[int, int]) -> SentSummary:
    rows: list[SentRow] = []
    bad: list[tuple[int, int, str, str]] = []
    first = min(columns.values())
    for said in grid.cells.filter(pl.col(LINE) > header).iter_rows(named=True):
        texts = {number: said.get(str(column)) for number, column in columns.items()}
        counts = {number: _count(text) for number, text in texts.items()}
        if all(count is None for count in counts.values()):
            continue  # the words of the headings, a note, an empty row
        place = _place(" ".join(said[name] or "" for name in said if name != LINE and int(name) < first))
        bad += [(said[LINE], n, place, texts[n] or "") for n, count in counts.items() if count is None]
        rows.append(SentRow(said[LINE], place, {n: count for n, count in counts.items() if count is not None}))
    return SentSummary(grid.sheet, columns, tuple(rows), tuple(bad))


def _place(text: str) -> str:
    """The code in a row's first cells, ``TOTAL`` for a total, else nothing: a name is not repeated."""
    if any(word in text.lower() for word in _TOTAL_WORDS):
        return TOTAL
    code = _CODE.search(text)
    return code[1] if code else ""


def _count(text: str | None) -> int | None:
    """A whole number; an empty cell is none: 0 is written as 0."""
    match = _COUNT.fullmatch((text or "").strip().replace(",", ""))
    return int(match[1]) if match else None


def check_summary(sent: SentSummary, layout: Layout, ours: Sequence[Summary] = ()) -> pl.DataFrame:
    """Faults of FAULT_SCHEMA: cells that hold no count, identities, totals, and counts other than the ledger's."""
    faults = [
        (sent.sheet, sent.cell(line, number), place, number, NOT_A_COUNT, shown(text), "")
        for line, number, place, text in sent.bad
    ]
    for row in sent.rows:
        faults += _broken(sent, row, layout)
    faults += _wrong_totals(sent)
    for summary in ours:
        faults += _against(sent, summary)
    return pl.DataFrame(faults, schema=FAULT_SCHEMA, orient="row").unique(maintain_order=True)


Fault = tuple[str, str, str, int, str, str, str]


def _broken(sent: SentSummary, row: SentRow, layout: Layout) -> Iterator[Fault]:
    """Each sum that does not equal the first of its identity; the cell marked is the one that should hold the sum."""
    for first, other in layout.equations():
        if not {*first, *other} <= row.counts.keys():
            continue
        ours, theirs = (sum(row.counts[number] for number in part) for part in (first, other))
        if ours != theirs:
            yield (
                sent.sheet, sent.cell(row.line, first[0]), row.place, first[0], IDENTITY,
                f"{_said(first)} = {ours}", f"{_said(other)} = {theirs}",
            )  # fmt: skip


def _said(part: Sum) -> str:
    return "+".join(map(str, part))


def _wrong_totals(sent: SentSummary) -> Iterator[Fault]:
    """The total row against the sum of the others, where there is one total and every other row has its counts."""
    totals = [row for row in sent.rows if row.place == TOTAL]
    others = [row for row in sent.rows if row.place != TOTAL]
    if len(totals) != 1 or not others:
        return
    for number in sent.columns:
        if all(number in row.counts for row in (*totals, *others)):
            wanted = sum(row.counts[number] for row in others)
            if totals[0].counts[number] != wanted:
                yield (
                    sent.sheet, sent.cell(totals[0].line, number), TOTAL, number, SUM_OF_ROWS,
                    str(totals[0].counts[number]), str(wanted),
                )  # fmt: skip


def _against(sent: SentSummary, ours: Summary) -> Iterator[Fault]:
    """Counts other than the ledger's. Children with unknown facts are in the sender's count and not in ours."""
    held = {row[PLACE]: row for row in ours.frame.iter_rows(named=True)}
    for row in sent.rows:
        known = held.get(row.place)
        if known is None or row.place == TOTAL:
            continue
        for column in ours.layout.columns:
            numbers = tuple(sorted({column.number, column.together_with or column.number}))
            if column.number != numbers[0] or not {*numbers} <= row.counts.keys():
                continue
            seen, wanted = sum(row.counts[n] for n in numbers), sum(known[str(n)] for n in numbers)
            at_most = wanted + known[REGISTERED] - known["1"]
            if not wanted <= seen <= at_most:
                said = f"{wanted}" if at_most == wanted else f"{wanted}-{at_most}"
                yield (
                    sent.sheet, sent.cell(row.line, column.number), row.place, column.number, LEDGER,
                    str(seen), said,
                )  # fmt: skip
