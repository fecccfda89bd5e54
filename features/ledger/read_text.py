"""Read a CSV file as a spreadsheet shows it: every value as text, rows numbered from the header as 1."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.ledger.faults import LINE, Check, Faults, run_checks

IGNORED_PREFIX = "_"
"""Columns a sender's file may carry without their being read: rejects files say their reason in such columns."""

_ENCODINGS = ("utf-8-sig", "gb18030")
_FIELDS = "_fields"


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
    header = [field.strip() for field in next(_records(text), [])]
    if not any(header):
        raise UserError("empty", "the first line holds the column names")
    return header


def read_body(text: str, header: list[str], name: str) -> tuple[pl.DataFrame, Faults]:
    """The rows below the header with their LINE, and a fault for each with too many or too few fields.

    The faulty rows are in the frame too, cut or filled to the width of the header.
    """
    counts = _field_counts(text)
    uneven = counts.filter((counts[_FIELDS] != len(header)) & (counts[_FIELDS] > 0))
    try:
        body = _read_even(text, header) if uneven.is_empty() else _read_uneven(text, header)
    except pl.exceptions.PolarsError as error:
        raise UserError("not a readable CSV", "a quotation mark may be missing its partner") from error
    seen = uneven.select(pl.col(_FIELDS).alias("(row)"))
    check = Check("fields", "(row)", pl.lit(value=True), f"{len(header)} fields, as the header has")
    return body, run_checks(uneven, name, [check], seen)


def _records(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""))


def _field_counts(text: str) -> pl.DataFrame:
    """LINE and number of fields of each row below the header; blank rows have none."""
    if '"' in text:
        counts = pl.Series(_FIELDS, [len(record) for record in islice(_records(text), 1, None)], dtype=pl.Int64)
    else:
        lines = pl.Series(_FIELDS, text.splitlines()[1:], dtype=pl.String)
        counts = (lines.str.count_matches(",", literal=True) + 1).cast(pl.Int64).set(lines == "", 0)
    return counts.to_frame().with_row_index(LINE, offset=2).cast({LINE: pl.Int64})


def _read_even(text: str, header: list[str]) -> pl.DataFrame:
    body = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False, new_columns=header)
    return _numbered(body)


def _read_uneven(text: str, header: list[str]) -> pl.DataFrame:
    width = len(header)
    records = [(record + [""] * width)[:width] for record in islice(_records(text), 1, None)]
    return _numbered(pl.DataFrame(records, schema=dict.fromkeys(header, pl.String), orient="row"))


def _numbered(body: pl.DataFrame) -> pl.DataFrame:
    """The columns to read, with LINE; rows in which nothing is written are left out but counted."""
    values = [name for name in body.columns if not name.startswith(IGNORED_PREFIX)]
    numbered = body.select(values).with_row_index(LINE, offset=2).cast({LINE: pl.Int64})
    return numbered.filter(~pl.all_horizontal(pl.col(values).is_null() | (pl.col(values) == "")))
