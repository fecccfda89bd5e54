"""The rows a visitor effect is measured on: each visit once."""

from __future__ import annotations

import polars as pl

from features.definition import structure as s
from training.dataset import AS_OF
from training.labels import LABEL, visit_weights

WEIGHT = "weight"


def visit_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Labelled rows, one per visit and child (that of the newest as-of date), each visit with a total ``weight`` of 1.

    Rows whose visitor is not known stay, with a null visitor_id.
    """
    found = (
        rows.with_row_index("_place")
        .filter(pl.col(LABEL).is_not_null())
        .sort(AS_OF, s.CHILD)
        .unique([s.VISIT, s.CHILD], keep="last", maintain_order=True)
        .sort("_place")
        .drop("_place")
    )
    return found.with_columns(visit_weights(found[s.VISIT]).alias(WEIGHT))
