"""Children who left the cohort with an open finding: no list has them, so that somebody must be told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD, SEVERITY
from models.policy.open_findings import by_child, open_findings


def outside_with_finding(
    tables: Mapping[str, pl.DataFrame],
    state: pl.DataFrame,
    listed: pl.DataFrame,
    open_status: Sequence[str],
    least_severity: int,
    as_of: date,
) -> int:
    """How many children of the state, but not of the cohort, have an open finding that no listed child carries."""
    return left_with_finding(tables, state, listed, open_status, least_severity, as_of).len()


def left_with_finding(
    tables: Mapping[str, pl.DataFrame],
    state: pl.DataFrame,
    listed: pl.DataFrame,
    open_status: Sequence[str],
    least_severity: int,
    as_of: date,
) -> pl.Series:
    """The children of the state, but not of the cohort, who have an open finding that no listed child carries.

    A finding of a whole household is carried by the children of it that are listed still.

    Args:
        tables: the ledger tables of one county, or of several with nothing in common.
        state: child_id and household_id of every child as known on ``as_of``.
        listed: child_id and household_id of the children of the cohort.
        open_status: the status codes that mean a finding is open.
        least_severity: findings less severe do not count.
        as_of: the day whose knowledge counts.
    """
    severe = open_findings(tables, open_status, as_of).filter(pl.col(SEVERITY) >= least_severity)
    carried = pl.col(CHILD).is_null() & pl.col(HOUSEHOLD).is_in(listed[HOUSEHOLD].unique().implode())
    left = state.join(listed, on=CHILD, how="anti")
    return by_child(severe.filter(~carried), left)[CHILD].unique()
