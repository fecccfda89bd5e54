"""Read a CSV file as a spreadsheet shows it: every value as text, rows numbered from the header as 1."""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.ledger.faults import LINE, Check, Faults, run_checks
from features.workbook.safe_text import restored, restored_text

IGNORED_PREFIX = "_"
"""Columns a sender's file may carry without their being read: rejects files say their reason in such columns."""

_ENCODINGS = ("utf-8-sig", "gb18030")
_FIELDS = "_fields"
_QUOTE = '"'
_MARK = "'"
"""Stands before what a spreadsheet would take for a formula; see ``features.workbook.safe_text``."""


def decode(path: Path) -> str:
    """The text of a file in UTF-8 (with or without a mark) or GB18030, as Chinese Excel writes it."""
    content = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UserError("not text in UTF-8 or GB18030", "save it as 'CSV UTF-8'")


def read_header(text: str) -> list[str]:
    """The column names in the first line."""
    header = [restored_text(field.strip()) for field in next(iter(_records(text, most=1)), [])]
    if not any(header):
        raise UserError("empty", "the first line holds the column names")
    return header


def read_body(text: str, header: list[str], name: str) -> tuple[pl.DataFrame, Faults]:
    """The rows below the header with their LINE, and a fault for each with too many or too few fields.

    The faulty rows are in the frame too, cut or filled to the width of the header. A file without quotation marks is
    read by columns; one with them row by row, since they may hold commas and line breaks.
    """
    records = _records(text)[1:] if _QUOTE in text else None
    counts = _count_fields(text) if records is None else pl.Series([len(record) for record in records], dtype=pl.Int64)
    fields = counts.alias(_FIELDS).to_frame().with_row_index(LINE, offset=2).cast({LINE: pl.Int64})
    uneven = fields.filter((pl.col(_FIELDS) != len(header)) & (pl.col(_FIELDS) > 0))
    if records is None and uneven.is_empty():
        body = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False, new_columns=header, quote_char=None)
    else:
        body = _in_columns(records or _records(text)[1:], header)
    seen = uneven.select(pl.col(_FIELDS).alias("(row)"))
    check = Check("fields", "(row)", pl.lit(value=True), f"{len(header)} fields, as the header has")
    if _MARK in text:
        body = body.with_columns(restored(pl.col(name)) for name in header)
    return _numbered(body), run_checks(uneven, name, [check], seen)


def _records(text: str, most: int | None = None) -> list[list[str]]:
    """The fields of each line, quotation marks understood; at most the first ``most`` lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(islice(reader, most))
    except csv.Error as error:
        hint = "a quotation mark lacks its partner, or the file was cut off"
        raise UserError(f"not a readable CSV at line {reader.line_num}", hint) from error


def _count_fields(text: str) -> pl.Series:
    """Fields of each line below the header, of a text without quotation marks; a blank line has none."""
    lines = pl.Series(text.removesuffix("\n").split("\n")[1:], dtype=pl.String)
    counts = lines.str.count_matches(",", literal=True).cast(pl.Int64) + 1
    return counts.set(lines.str.strip_chars("\r") == "", 0)


def _in_columns(records: list[list[str]], header: list[str]) -> pl.DataFrame:
    width = len(header)
    rows = [(record + [""] * width)[:width] for record in records]
    columns = zip(*rows, strict=True) if rows else [()] * width
    return pl.DataFrame(
        [pl.Series(name, values, dtype=pl.String) for name, values in zip(header, columns, strict=True)]
    )


def _numbered(body: pl.DataFrame) -> pl.DataFrame:
    """The columns to read, with LINE; rows in which nothing is written are left out but counted."""
    values = [name for name in body.columns if not name.startswith(IGNORED_PREFIX)]
    numbered = body.select(values).with_row_index(LINE, offset=2).cast({LINE: pl.Int64})
    return numbered.filter(~pl.all_horizontal(pl.col(values).is_null() | (pl.col(values) == "")))
