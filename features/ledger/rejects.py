"""Rejected rows as the sender wrote them, with the reason beside each, ready to be corrected and sent again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.model import Language
from features.ledger.faults import LINE, Faults
from features.ledger.parse import as_text
from features.ledger.read_source import Sheet
from features.ledger.said import SAID, with_words
from features.workbook.safe_text import write_csv

REASONS: dict[Language, str] = {"zh": "_原因", "en": "_reason"}
"""Columns with what is wrong, which an import does not read."""


def write_rejects(sheet: Sheet, faults: Faults, definition: Definition, folder: Path) -> None:
    """Write ``folder/COUNTY/TABLE.csv``: the sender's columns, then ``_原因``, ``_reason``, ``_file``, ``_row``.

    UTF-8 with a mark, so that a spreadsheet shows Chinese, and no formula in it. An import reads the folder as it is.
    """
    said = (
        with_words(faults, definition).group_by("row", maintain_order=True).agg(pl.col(name) for name in SAID.values())
    )
    sent = sheet.seen.join(said, left_on=LINE, right_on="row", how="inner", maintain_order="left")
    out = pl.DataFrame(
        [
            *(as_text(sent[name]).alias(header) for name, header in sheet.headers.items()),
            *(sent[SAID[language]].list.join(" ").alias(name) for language, name in REASONS.items()),
            pl.Series("_file", [sheet.file.name] * sent.height, dtype=pl.String),
            sent[LINE],
        ]
    )
    write_csv(out, folder / sheet.file.county / f"{sheet.file.table}.csv")


def require_free(folder: Path) -> None:
    """Refuse a rejects folder that holds something: it may be half corrected by hand."""
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: not empty", "give an empty or new folder with --rejects")
