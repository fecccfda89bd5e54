"""The tables of a workbook's sheets, and for each what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.ledger.read_text import IGNORED_PREFIX
from features.workbook.fields import Field
from features.workbook.grid import LINE, Grid
from features.workbook.header import SheetTable, find_table
from features.workbook.headings import plain
from features.workbook.propose import known_headings, own_words
from features.workbook.reading import Language
from features.workbook.senders import NOT_READ, SenderMapping

REGISTER = ""
"""The kind of a sheet with a row for each child."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``kind`` is REGISTER or the ledger table its headings are of; ``headings`` by spreadsheet column."""

    grid: Grid
    table: SheetTable
    kind: str
    headings: Mapping[int, str]

    @property
    def lower_headings(self) -> list[str]:
        """The headings in the order of the sheet."""
        return list(self.headings.values())

    def cells(self, column: int) -> pl.Series:
        """What was sent in one column, in the rows of the table."""
        return self.table.rows[str(column)]


def read_sheets(grids: list[Grid], language: Language, mapping: SenderMapping) -> tuple[list[Sheet], list[int]]:
    """The sheets with a table, and the numbers (from 1) of the others. A sheet named with _ in front is passed over."""
    words = known_headings(language.headings, language.fields, mapping.columns)
    tables = {name: own_words(language.fields_of(name)) for name in language.definition.tables}
    every = words.union(*tables.values())
    sheets: list[Sheet] = []
    skipped: list[int] = []
    for number, grid in enumerate(grids, start=1):
        if grid.sheet.startswith(IGNORED_PREFIX):
            continue
        table = find_table(grid, language.headings.layout, every)
        if table is None:
            skipped.append(number)
            continue
        read = {column: text for column, text in table.headings.items() if not text.startswith(IGNORED_PREFIX)}
        sheets.append(Sheet(grid, table, _kind(read, tables, language), read))
    return sheets, skipped


def _kind(headings: Mapping[int, str], tables: Mapping[str, Mapping[str, str]], language: Language) -> str:
    """A ledger table has all its key columns in our own words, and each of its headings is one of them."""
    for table, words in tables.items():
        said = {words.get(plain(text)) for text in headings.values()}
        if set(language.definition.tables[table].key) <= said and None not in said:
            return table
    return REGISTER


def own_columns(sheet: Sheet, fields: Mapping[str, Field]) -> dict[int, str]:
    """The columns whose headings are our own words: spreadsheet column -> field."""
    words = own_words(fields)
    return {column: words[plain(text)] for column, text in sheet.headings.items() if plain(text) in words}


def mapped_columns(sheet: Sheet, fields: Mapping[str, Field], mapping: SenderMapping) -> dict[int, str]:
    """The columns to read: spreadsheet column -> field. The sender's mapping goes before our own words.

    Of two columns for one field, which ``columns_twice`` tells, the first counts.
    """
    return {columns[0]: name for name, columns in _columns_by_field(sheet, fields, mapping).items()}


def columns_twice(sheet: Sheet, fields: Mapping[str, Field], mapping: SenderMapping) -> dict[str, list[str]]:
    """The fields that several columns of the sheet would fill, and the headings of these."""
    found = _columns_by_field(sheet, fields, mapping)
    return {name: [sheet.headings[one] for one in columns] for name, columns in found.items() if len(columns) > 1}


def _columns_by_field(sheet: Sheet, fields: Mapping[str, Field], mapping: SenderMapping) -> dict[str, list[int]]:
    own = own_columns(sheet, fields)
    found: dict[str, list[int]] = {}
    for column, heading in sheet.headings.items():
        name = mapping.columns.get(heading, own.get(column, NOT_READ))
        if name != NOT_READ and name in fields:
            found.setdefault(name, []).append(column)
    return found


def with_merged(sheet: Sheet) -> pl.DataFrame:
    """The rows with the value of cells merged over several lines in each of these lines."""
    rows = sheet.table.rows
    columns = set(rows.columns)
    first = sheet.table.header_line + 1
    filled = [
        (line, str(column), area.top)
        for area in sheet.grid.merged
        if area.top >= first and area.bottom > area.top
        for column in range(area.left, area.right + 1)
        for line in range(area.top + 1, area.bottom + 1)
        if str(column) in columns
    ]
    for name in {name for _, name, _ in filled}:
        source = pl.DataFrame(
            [(line, top) for line, column, top in filled if column == name],
            schema={LINE: pl.Int64, "top": pl.Int64}, orient="row",
        ).join(rows.select(pl.col(LINE).alias("top"), pl.col(name).alias("merged")), on="top")  # fmt: skip
        rows = rows.join(source.select(LINE, "merged"), on=LINE, how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce(name, "merged").alias(name)).drop("merged")
    return rows
