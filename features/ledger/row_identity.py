"""Which rows are new, which were sent before, and which contradict another row."""

from __future__ import annotations

import hashlib

import polars as pl

from features.definition import Table
from features.definition.structure import RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM
from features.ledger.contracts import content_columns
from features.ledger.faults import Check

_CONTENT = "_content"
_BETWEEN = "\x1f"


def with_row_ids(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with a record number where the sender gave none: the first 32 digits of a hash of what it says.

    Hashed (sha256) is ``column=value`` of every known value in the order of the definition, so that a column added
    later changes no number.
    """
    missing = rows[ROW_ID].is_null()
    if not missing.any():
        return rows
    parts = [pl.format(f"{name}={{}}", pl.col(name).cast(pl.String)) for name in content_columns(table)]
    said = rows.filter(missing).select(pl.concat_str(parts, separator=_BETWEEN, ignore_nulls=True)).to_series()
    hashes = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in said]
    positions = missing.arg_true()
    return rows.with_columns(rows[ROW_ID].scatter(positions, hashes))


def sort_out(rows: pl.DataFrame, stored: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, int]:
    """Drop the rows that are stored already or stand twice in the file, and mark those that contradict.

    Returns the other rows and how many were dropped.
    Marks: ``number used`` (the record number stands for other content, here or in the store) and ``key used``
    (another row says something else of the same key, for the same day, recorded on the same day).
    """
    content = [*content_columns(table)]
    new = rows.with_columns(pl.struct(content).hash().alias(_CONTENT))
    old = stored.select(
        ROW_ID, *table.key, VALID_FROM, RECORDED_ON, RETRACTS, pl.struct(content).hash().alias(_CONTENT)
    )
    known = old.select(ROW_ID, pl.col(_CONTENT).alias("stored"))
    new = new.join(known, on=ROW_ID, how="left", maintain_order="left")
    kept = new.filter(pl.col("stored").is_null() | (pl.col("stored") != pl.col(_CONTENT)))
    kept = kept.unique([ROW_ID, _CONTENT], keep="first", maintain_order=True)
    marked = kept.with_columns((pl.col("stored").is_not_null() | (pl.len().over(ROW_ID) > 1)).alias("number used"))
    return _mark_keys(marked, old, table).drop("stored", _CONTENT), rows.height - kept.height


def _mark_keys(new: pl.DataFrame, old: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Two rows that nobody can put in an order: as-of reading would have to guess."""
    moment = [*table.key, VALID_FROM, RECORDED_ON]
    columns = [*moment, ROW_ID, RETRACTS, _CONTENT]
    every = pl.concat([old.select(columns), new.select(columns)])
    taken_back = every[RETRACTS].drop_nulls()
    standing = every.filter(pl.col(RETRACTS).is_null() & ~pl.col(ROW_ID).is_in(taken_back.implode()))
    clashes = (
        standing.select(*moment, _CONTENT).unique().group_by(moment).len().filter(pl.col("len") > 1).select(moment)
    )
    if clashes.is_empty():
        return new.with_columns(pl.lit(value=False).alias("key used"))
    clashes = clashes.with_columns(pl.lit(value=True).alias("clash"))
    standing_ids = standing[ROW_ID].implode()
    return (
        new.join(clashes, on=moment, how="left", maintain_order="left")
        .with_columns((pl.col("clash").fill_null(value=False) & pl.col(ROW_ID).is_in(standing_ids)).alias("key used"))
        .drop("clash")
    )


def identity_checks(table: Table) -> list[Check]:
    """The faults of rows marked by ``sort_out``."""
    key = " and ".join(table.key)
    return [
        Check("record number used", ROW_ID, pl.col("number used"), "a number no other row of this table has", True),
        Check(
            "contradiction", table.key[0], pl.col("key used"),
            f"one row per {key}, {VALID_FROM} and {RECORDED_ON}; correct a row by taking it back ('{RETRACTS}')",
            free_text=True,
        ),
    ]  # fmt: skip


def retraction_checks(table: Table) -> list[Check]:
    """The faults of rows marked by ``mark_retractions``."""
    return [
        Check("retracts", RETRACTS, pl.col("no target"), "the record number of a row in this table", True),
        Check("retracts", RETRACTS, pl.col("other key"), f"a row of the same {' and '.join(table.key)}", True),
        Check("retracts", RETRACTS, pl.col("takes back a retraction"), "a row that itself takes nothing back", True),
    ]


def mark_retractions(accepted: pl.DataFrame, stored: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The accepted rows that take another back, marked where the other row is not there or is another thing."""
    taking = accepted.filter(pl.col(RETRACTS).is_not_null())
    columns = [ROW_ID, RETRACTS, *table.key]
    targets = pl.concat([stored.select(columns), accepted.select(columns)]).select(
        pl.col(ROW_ID).alias("target"),
        pl.col(RETRACTS).is_not_null().alias("takes back a retraction"),
        *(pl.col(name).alias(f"{name} there") for name in table.key),
    )
    marked = taking.join(
        targets, left_on=RETRACTS, right_on="target", how="left", coalesce=False, maintain_order="left"
    )
    differs = pl.any_horizontal(pl.col(name) != pl.col(f"{name} there") for name in table.key)
    return marked.with_columns(pl.col("target").is_null().alias("no target"), differs.alias("other key"))
