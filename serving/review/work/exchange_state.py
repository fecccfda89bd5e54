"""How the export into the ledger stands, in figures: when it ran last, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session

from features.definition.structure import COUNTY_DIGITS
from serving.review.access.viewer import May, Viewer
from serving.review.exchange.runs import last_run
from serving.review.store.trail import OutboxRow


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """The last export that was made, the fault of a later one that was not, and rows that wait or were refused.

    ``waiting`` and ``refused``: rows by table of the ledger, of the viewer's counties.
    """

    made_at: datetime | None
    failed_at: datetime | None
    fault: str
    waiting: Mapping[str, int]
    refused: Mapping[str, int]


def exchange_state(session: Session, viewer: Viewer) -> ExchangeState:
    """How the export stands for a viewer who may read figures."""
    viewer.require(May.READ_FIGURES)
    last, made = last_run(session), last_run(session, good=True)
    failed = last if last is not None and last.fault else None
    return ExchangeState(
        made_at=made.at if made else None,
        failed_at=failed.at if failed else None,
        fault=failed.fault or "" if failed else "",
        waiting=_rows(session, viewer, OutboxRow.fault.is_(None)),
        refused=_rows(session, viewer, OutboxRow.fault.is_not(None)),
    )


def _rows(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> Mapping[str, int]:
    counties = [OutboxRow.county.startswith(own[:COUNTY_DIGITS], autoescape=True) for own in viewer.regions]
    mine = true() if "" in viewer.regions else or_(false(), *counties)
    query = (
        select(OutboxRow.table, func.count())
        .where(OutboxRow.exported_at.is_(None), which, mine)
        .group_by(OutboxRow.table)
        .order_by(OutboxRow.table)
    )
    return {table: count for table, count in session.execute(query)}  # noqa: C416 - rows are no pairs to a type checker
