"""Rows that speak of one child: for certain (a fault), or probably (a pair for a person)."""

from __future__ import annotations

import polars as pl

from features.definition.structure import CHILD, VALID_FROM
from features.identity.definition import IdentityDefinition
from features.identity.known import COUNTY, KnownHere, index_name, namesake_fields
from features.identity.register_faults import register_faults
from features.ledger.faults import LINE

DUPLICATE, OTHER_NAME, OTHER_COUNTY, NOBODY = "duplicate_child", "known_other_name", "known_other_county", "no_identity"


def repeated(rows: pl.DataFrame, identity: IdentityDefinition) -> pl.DataFrame:
    """Faults of every row but the first that speaks of the same child on the same day."""
    number, name = identity.roles["child_number"], identity.roles["child_name"]
    moment = [CHILD, *(column for column in (VALID_FROM,) if column in rows.columns)]
    first = pl.col(LINE).min().over(moment)
    later = rows.filter(pl.col(CHILD).is_not_null()).with_columns(first.alias("first")).filter(pl.col(LINE) != first)
    by_number = later.filter(pl.col(number).is_not_null())
    by_name = later.filter(pl.col(number).is_null())
    return pl.concat(
        register_faults(part, field, DUPLICATE, other_row=pl.col("first"))
        for part, field in ((by_number, number), (by_name, name))
    )


def nobody(rows: pl.DataFrame, identity: IdentityDefinition) -> pl.DataFrame:
    """Faults of rows that say neither a number nor a name with birth date and village."""
    return register_faults(rows.filter(pl.col(CHILD).is_null()), identity.roles["child_name"], NOBODY)


def against_known(rows: pl.DataFrame, identity: IdentityDefinition, known: KnownHere, county: pl.Expr) -> pl.DataFrame:
    """Warnings of rows whose number is known under another name or birth date, or in another county."""
    namesake = index_name(namesake_fields(identity))
    before = known.frame.select(CHILD, pl.col(namesake).alias("namesake before"), pl.col(COUNTY).alias("county before"))
    both = rows.with_columns(county.alias("county now")).join(before, on=CHILD, how="inner", maintain_order="left")
    other_name = both.filter(pl.col(namesake) != pl.col("namesake before"))
    moved = both.filter(pl.col("county now") != pl.col("county before"))
    name = identity.roles["child_name"]
    return pl.concat(
        [
            register_faults(other_name, name, OTHER_NAME, level="warning"),
            register_faults(moved, name, OTHER_COUNTY, level="warning", detail=pl.col("county before")),
        ]
    )
