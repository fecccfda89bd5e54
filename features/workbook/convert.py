"""From the sheets of a workbook to its register: cells read, places found, and everything odd said as a fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from features.cli.console import UserError
from features.definition.structure import FILE_STATUS, RECORDED_ON, REFUSED_ON, REGION, VALID_FROM, VILLAGE_DIGITS
from features.ledger.faults import shown_header
from features.ledger.parse import parse
from features.workbook.books import OpenBook
from features.workbook.cells import counted_from_1900, normalised
from features.workbook.fields import PLACES, Field
from features.workbook.grid import LINE
from features.workbook.reading import Language, Reading
from features.workbook.register import PLACES_SCHEMA, REGISTER_FAULTS, Register
from features.workbook.sheets import REGISTER, Sheet, mapped_columns, with_merged

ROW = "_row"
_BETWEEN_PLACES = "/"
_ERROR_TEXT = r"^#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$"
"""What a spreadsheet shows where a formula failed (ECMA-376 18.18.11, and two newer ones), pasted as text."""


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """A workbook as read: its register, what was noticed on the way, and what was put in where nothing was said.

    ``left_out`` counts rows that are none of a child, by reason; ``defaults`` are values for every row, by field.
    """

    register: Register
    faults: pl.DataFrame
    left_out: Mapping[str, int]
    defaults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet's share of the register."""

    sheet: Sheet
    rows: pl.DataFrame
    seen: pl.DataFrame
    places: pl.DataFrame
    columns: Mapping[int, str]
    faults: list[pl.DataFrame]


def read_workbook(opened: OpenBook, reading: Reading) -> ReadWorkbook:
    """Read one workbook by its sender's mapping.

    Raises:
        UserError: nothing says when its rows were recorded.
    """
    parts: list[_Part] = []
    number = 0
    for sheet in opened.sheets:
        part = _read_part(sheet, reading, number)
        number += part.places.height
        parts.append(part)
    defaults = _defaults(opened.book.name, parts, reading)
    faults = [fault for part in parts for fault in part.faults]
    faults += [fault_rows([None], "", "sheet_skipped", detail=str(number)) for number in opened.skipped]
    faults += _of_book(parts, defaults)
    register = _register(parts, reading, defaults)
    why = pl.Series([reason for part in parts for reason in part.sheet.table.left_out.values()], dtype=pl.String)
    left_out = dict(why.value_counts(sort=True).iter_rows())
    return ReadWorkbook(register, pl.concat([pl.DataFrame(schema=REGISTER_FAULTS), *faults]), left_out, defaults)


def _read_part(sheet: Sheet, reading: Reading, first: int) -> _Part:
    """Cells of one sheet by field, each row with its number; rows without any value are passed over."""
    language = reading.language
    fields = language.fields if sheet.kind == REGISTER else language.fields_of(sheet.kind)
    columns = mapped_columns(sheet, fields, reading.mapping)
    names = [str(column) for column in columns]
    merged = with_merged(sheet).select(LINE, *names)
    held = merged.select(pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_not_null() for name in names)))
    merged = merged.filter(held.to_series()).rename({str(column): name for column, name in columns.items()})
    places = _places(sheet, merged[LINE], first)
    seen = merged.join(places.select(ROW, pl.col("line").alias(LINE)), on=LINE, maintain_order="left").drop(LINE)
    vocabulary = language.vocabulary(reading.mapping.decided_values)
    late = {name for name in columns.values() if fields[name].type == "date" and sheet.grid.since_1904}
    sent = seen.with_columns(counted_from_1900(seen[name]) for name in late)
    rows = sent.select(ROW, *(normalised(fields[name], sent[name], vocabulary) for name in columns.values()))
    faults = [_hidden_faults(sheet, places), *_left_out_faults(sheet, places)]
    faults += _hidden_columns(sheet, rows, columns)
    rows, lost = _without_lost_cells(sheet, rows, places, columns)
    faults += lost
    dated = [fields[name] for name in columns.values() if fields[name].type == "date"]
    rows, unread = _without_unread_dates(rows, dated, language)
    faults += unread
    if sheet.kind == REGISTER:
        rows, unknown = _with_regions(sheet, rows, reading)
        faults.append(unknown)
    return _Part(sheet, rows, seen, places, columns, faults)


def _places(sheet: Sheet, lines: pl.Series, first: int) -> pl.DataFrame:
    """Where every row stands: rows of children, and rows left out that are said so."""
    every = pl.concat([lines, pl.Series(list(sheet.table.left_out), dtype=pl.Int64).alias(LINE)]).sort()
    hidden = every.is_in(list(sheet.grid.hidden or ())) | sheet.grid.hidden_sheet
    columns = [
        pl.int_range(first + 1, first + 1 + len(every), eager=True).alias(ROW),
        pl.repeat(sheet.grid.sheet, len(every), dtype=pl.String, eager=True).alias("sheet"),
        every.alias("line"),
        hidden.alias("hidden"),
    ]
    return pl.DataFrame(columns, schema=PLACES_SCHEMA)


def fault_rows(
    rows: Iterable[int | None], field: str, rule: str, *, level: str = "warning", detail: str = ""
) -> pl.DataFrame:
    """The same fault for some rows."""
    found = [(row, field, rule, "", level, None, detail) for row in rows]
    return pl.DataFrame(found, schema=REGISTER_FAULTS, orient="row")


def _hidden_faults(sheet: Sheet, places: pl.DataFrame) -> pl.DataFrame:
    """Hidden rows are read like others, but nobody may say afterwards that they did not know."""
    if sheet.grid.hidden_sheet:
        return fault_rows(places[ROW].head(1), "", "hidden_sheet", detail=str(places.height))
    return fault_rows(places.filter("hidden")[ROW], "", "hidden_row")


def _hidden_columns(sheet: Sheet, rows: pl.DataFrame, columns: Mapping[int, str]) -> list[pl.DataFrame]:
    """Hidden columns that are read and hold something, by their headings as sent."""
    return [
        fault_rows([None], name, "hidden_column", detail=shown_header(sheet.headings[column]))
        for column, name in columns.items()
        if column in sheet.grid.hidden_columns and rows[name].null_count() < rows.height
    ]


def _left_out_faults(sheet: Sheet, places: pl.DataFrame) -> list[pl.DataFrame]:
    rows = dict(places.select("line", ROW).iter_rows())
    return [fault_rows([rows[line]], "", f"left_out_{why}") for line, why in sheet.table.left_out.items()]


def _without_lost_cells(
    sheet: Sheet, rows: pl.DataFrame, places: pl.DataFrame, columns: Mapping[int, str]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Numbers a spreadsheet has rounded and errors are taken out, and formulas without a result are named."""
    numbers = dict(places.select("line", ROW).iter_rows())
    faults: list[pl.DataFrame] = []
    rounded, broken = (_by_column(cells, numbers) for cells in (sheet.grid.rounded, sheet.grid.errors))
    for column, name in columns.items():
        written = rows.filter(pl.col(name).str.contains(_ERROR_TEXT))[ROW].to_list()
        for lost, rule, level in (
            (rounded.get(column, []), "id_rounded", "error"),
            ([*broken.get(column, []), *written], "error_cell", "warning"),
        ):
            if lost:
                faults.append(fault_rows(sorted(lost), name, rule, level=level))
                rows = rows.with_columns(pl.when(~pl.col(ROW).is_in(lost)).then(pl.col(name)).alias(name))
    for line, column in sorted(sheet.grid.formulas):
        if line in numbers:
            level = "error" if column in columns else "warning"
            faults.append(fault_rows([numbers[line]], columns.get(column, ""), "formula", level=level))
    return rows, faults


def _without_unread_dates(
    rows: pl.DataFrame, dates: Iterable[Field], language: Language
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Dates nobody can read are left out where a row can do without: it is kept, and the cell is named.

    A row cannot do without what is required, what says who the child is, and the day a family refused the model.
    """
    needed = {language.identity.roles["birth_date"], REFUSED_ON}
    faults: list[pl.DataFrame] = []
    for field in dates:
        if field.column is None or field.column.required or field.name in needed:
            continue
        _, unread = parse(field.column, {}, rows[field.name])
        if unread.any():
            faults.append(fault_rows(rows.filter(unread)[ROW], field.name, "date_left_out"))
            rows = rows.with_columns(pl.when(~unread).then(pl.col(field.name)).alias(field.name))
    return rows, faults


def _by_column(cells: Iterable[tuple[int, int]], numbers: Mapping[int, int]) -> dict[int, list[int]]:
    """The rows of some cells (line, column), column by column."""
    found: dict[int, list[int]] = {}
    for line, column in cells:
        if line in numbers:
            found.setdefault(column, []).append(numbers[line])
    return found


def _with_regions(sheet: Sheet, rows: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Region codes, from a column of codes or from names of places by the sender's list."""
    named = place_names(rows, sheet.grid.sheet)
    code = pl.col(REGION) if REGION in rows.columns else pl.lit(None, pl.String)
    listed = named.replace_strict(reading.mapping.decided_regions, default=None, return_dtype=pl.String)
    found = rows.with_columns(named.alias("named"), listed.alias("listed")).with_columns(
        pl.when(code.str.contains(rf"^\d{{{VILLAGE_DIGITS}}}$"))
        .then(code)
        .otherwise(pl.coalesce("listed", code))
        .alias(REGION)
    )
    unknown = found.filter(pl.col(REGION).is_null())[ROW]
    faults = fault_rows(unknown, REGION, "place_unknown", level="error")
    return found.drop("named", "listed", *(name for name in PLACES if name in rows.columns)), faults


def place_names(rows: pl.DataFrame, sheet: str) -> pl.Series:
    """The place each row names, as the sender's [regions] list it: the columns of names, else the sheet's name."""
    columns = [name for name in (*PLACES, REGION) if name in rows.columns]
    names = [name for name in columns if name != REGION] or columns
    if not names:
        return pl.repeat(sheet, rows.height, dtype=pl.String, eager=True)
    return rows.select(
        pl.concat_str(names, separator=_BETWEEN_PLACES, ignore_nulls=True).replace("", None).fill_null(sheet)
    ).to_series()


def _defaults(name: str, parts: list[_Part], reading: Reading) -> dict[str, str]:
    """What is put in where the workbook says nothing: when its rows were recorded, and that files are in use."""
    defaults: dict[str, str] = {}
    said = {name for part in parts for name in part.columns.values()}
    if reading.recorded_on is not None:
        defaults[RECORDED_ON] = reading.recorded_on.isoformat()
    elif any(RECORDED_ON not in part.columns.values() for part in parts):
        hint = "give --recorded-on with the day the form was filled in, such as 2016-07-31"
        raise UserError(f"{name}: no column says when its rows were recorded", hint)
    register = [part for part in parts if part.sheet.kind == REGISTER]
    if register and any(FILE_STATUS not in part.columns.values() for part in register):
        defaults[FILE_STATUS] = reading.language.definition.roles["active_file_status"][0]
    if VALID_FROM not in said:
        defaults[VALID_FROM] = RECORDED_ON
    return defaults


def _of_book(parts: list[_Part], defaults: Mapping[str, str]) -> list[pl.DataFrame]:
    """What is so of the whole workbook."""
    faults = (
        [fault_rows([None], FILE_STATUS, "assumed", detail=defaults[FILE_STATUS])] if FILE_STATUS in defaults else []
    )
    if any(part.sheet.grid.hidden is None for part in parts):
        faults.append(fault_rows([None], "", "hidden_unknown"))
    return faults


def _register(parts: list[_Part], reading: Reading, defaults: Mapping[str, str]) -> Register:
    rows = [_completed(part, defaults) for part in parts if part.sheet.kind == REGISTER]
    tables: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        if part.sheet.kind != REGISTER:
            tables.setdefault(part.sheet.kind, []).append(_completed(part, defaults))
    empty = pl.DataFrame(schema={ROW: pl.Int64})
    return Register(
        county=reading.county,
        rows=pl.concat([empty, *rows], how="diagonal"),
        places=pl.concat([pl.DataFrame(schema=PLACES_SCHEMA), *(part.places for part in parts)]),
        columns={part.sheet.grid.sheet: _places_of_columns(part) for part in parts},
        seen=pl.concat([empty, *(part.seen for part in parts)], how="diagonal"),
        tables={name: pl.concat(frames, how="diagonal") for name, frames in tables.items()},
    )


def _completed(part: _Part, defaults: Mapping[str, str]) -> pl.DataFrame:
    """Rows with dates of record; of a register also with the status of the file, where the sheet has no such column."""
    rows = part.rows
    for name in (RECORDED_ON, VALID_FROM):
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias(name))
    if RECORDED_ON in defaults:
        rows = rows.with_columns(pl.col(RECORDED_ON).fill_null(defaults[RECORDED_ON]))
    rows = rows.with_columns(pl.col(VALID_FROM).fill_null(pl.col(RECORDED_ON)))
    if part.sheet.kind == REGISTER and FILE_STATUS not in rows.columns and FILE_STATUS in defaults:
        rows = rows.with_columns(pl.lit(defaults[FILE_STATUS]).alias(FILE_STATUS))
    return rows


def _places_of_columns(part: _Part) -> dict[str, tuple[int, str]]:
    return {name: (column, part.sheet.headings[column]) for column, name in part.columns.items()}
