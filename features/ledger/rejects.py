"""Rejected rows as the sender wrote them, with the reason beside each, ready to be corrected and sent again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.ledger.faults import LINE, Faults
from features.ledger.parse import as_text
from features.ledger.read_source import Sheet


def write_rejects(sheet: Sheet, faults: Faults, folder: Path) -> None:
    """Write ``folder/COUNTY/TABLE.csv``: the sender's columns, then ``_reason``, ``_file``, ``_row``.

    UTF-8 with a mark, so that a spreadsheet shows Chinese. An import reads the folder as it is.
    """
    reasons = faults.group_by("row", maintain_order=True).agg(_reason().str.join("; ").alias("_reason"))
    sent = sheet.seen.join(reasons, left_on=LINE, right_on="row", how="inner", maintain_order="left")
    out = pl.DataFrame(
        [
            *(as_text(sent[name]).alias(header) for name, header in sheet.headers.items()),
            sent["_reason"],
            pl.Series("_file", [sheet.file.name] * sent.height, dtype=pl.String),
            sent[LINE],
        ]
    )
    path = folder / sheet.file.county / f"{sheet.file.table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    out.write_csv(path, include_bom=True)


def _reason() -> pl.Expr:
    return pl.format("{}: {}, wanted {}", "column", "rule", "wanted")


def require_free(folder: Path) -> None:
    """Refuse a rejects folder that holds something: it may be half corrected by hand."""
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: not empty", "give an empty or new folder with --rejects")
