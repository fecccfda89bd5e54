"""Find a sender's files and read each into typed rows, with what could not be read as faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import Column, Definition, Table
from features.definition.structure import DEFINITION_VERSION, SOURCE
from features.ledger.contracts import POLARS_TYPES, all_columns, table_of
from features.ledger.faults import (
    LINE,
    Check,
    Faults,
    file_fault,
    join_faults,
    no_faults,
    run_checks,
    shown_header,
)
from features.ledger.parse import WANTED, parse
from features.ledger.read_text import IGNORED_PREFIX, decode, read_body, read_header


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of one table of one county. ``name`` is how errors call it."""

    county: str
    table: str
    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read: ``seen`` as the sender wrote it, ``rows`` typed, in the same order and both with their LINE.

    ``headers`` gives the sender's name of each column in ``seen``. ``refused`` says that the file as a whole cannot
    be used; then there are no rows.
    """

    file: SourceFile
    headers: Mapping[str, str]
    seen: pl.DataFrame
    rows: pl.DataFrame
    faults: Faults
    refused: bool = False


def read_sheet(file: SourceFile, definition: Definition) -> Sheet:
    """Read one CSV (UTF-8 or GB18030) or Parquet file. One that is no such file is refused with a fault."""
    try:
        return _read(file, definition)
    except UserError as error:
        return _refused(file, file_fault(file.name, "", "unreadable", f"{error.message}: {error.hint}"))


def _refused(file: SourceFile, faults: Faults) -> Sheet:
    return Sheet(file, {}, pl.DataFrame(), pl.DataFrame(), faults, refused=True)


def _read(file: SourceFile, definition: Definition) -> Sheet:
    table = table_of(definition, file.table)
    text = decode(file.path) if file.path.suffix.lower() == ".csv" else None
    whole = _read_parquet(file) if text is None else pl.DataFrame()
    header = whole.columns if text is None else read_header(text)
    names, faults = _match_columns(file, table, header)
    if not faults.is_empty():
        return _refused(file, faults)
    ragged = no_faults()
    if text is not None:
        whole, ragged = read_body(text, header, file.name)
    else:
        whole = whole.select(names.values()).with_row_index(LINE, offset=1).cast({LINE: pl.Int64})
    seen = whole.select(LINE, *(pl.col(sent).alias(name) for name, sent in names.items()))
    marked = _type_rows(seen, table, definition)
    checks = [_readable(column, definition) for column in all_columns(table) if column.name in names]
    found = run_checks(marked, file.name, checks, seen)
    rows = marked.select(
        LINE,
        *(column.name for column in all_columns(table) if column.name not in (SOURCE, DEFINITION_VERSION)),
        pl.col(SOURCE).fill_null(file.path.name),
        pl.col(DEFINITION_VERSION).fill_null(definition.version),
    )
    return Sheet(file, names, seen, rows, join_faults([ragged, found]))


def _type_rows(seen: pl.DataFrame, table: Table, definition: Definition) -> pl.DataFrame:
    """The typed rows with their LINE, and beside each column that was sent a mask of what could not be read."""
    made = [seen[LINE]]
    for column in all_columns(table):
        if column.name in seen.columns:
            codes = definition.codes.get(column.codes or "", {})
            typed, unread = parse(column, codes, seen[column.name])
            made += [typed.alias(column.name), unread.alias(f"{column.name} unread")]
        else:
            made.append(pl.Series(column.name, [None] * seen.height, dtype=POLARS_TYPES[column.type]))
    return pl.DataFrame(made)


def _readable(column: Column, definition: Definition) -> Check:
    codes = ", ".join(definition.code_values(column))
    fails = pl.col(f"{column.name} unread")
    if column.type == "category":
        return Check("code", column.name, fails, f"one of {codes}")
    if column.type == "categories":
        return Check("code", column.name, fails, f"any of {codes}, separated by ';'")
    return Check("type", column.name, fails, WANTED[column.type])


def _match_columns(file: SourceFile, table: Table, header: Sequence[str]) -> tuple[dict[str, str], Faults]:
    """Which sent column holds which column of the table; a header may be a name or a label in either language."""
    words = {word: c.name for c in all_columns(table) for word in (c.label.zh, c.label.en, c.name)}
    if not words.keys() & set(header):
        wanted = f"column names in the first line, such as {', '.join(table.key)}"
        return {}, file_fault(file.name, "", "no header", wanted)
    names: dict[str, str] = {}
    faults: list[Faults] = []
    for number, sent in enumerate(header, start=1):
        name = words.get(sent)
        if sent.startswith(IGNORED_PREFIX):
            continue
        if name is None:
            wanted = "a column of the ledger definition: delete it, or begin its name with '_' and it is not read"
            faults.append(file_fault(file.name, shown_header(sent) or f"(number {number})", "unknown column", wanted))
        elif name in names:
            faults.append(file_fault(file.name, sent, "column twice", f"'{name}' only once"))
        else:
            names[name] = sent
    for column in all_columns(table):
        if column.name not in names and (column.required or column.name in table.key):
            wanted = f"a column '{column.name}' ({column.label.zh}, {column.label.en})"
            faults.append(file_fault(file.name, column.name, "missing column", wanted))
    return names, join_faults(faults)


def _read_parquet(file: SourceFile) -> pl.DataFrame:
    try:
        return pl.read_parquet(file.path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError("not a whole Parquet file", "send it again, uncut") from error
