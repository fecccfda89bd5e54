"""What to tell somebody who is new to the list; nothing once a visit was recorded."""

from __future__ import annotations

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.store.trail import AccessEntry
from serving.review.store.visits import VisitRecord


def hint_for(session: Session, viewer: Viewer) -> str:
    """The key of the hint that comes next for a viewer; empty when none does."""
    mine = within(viewer, May.WORK_CASES, VisitRecord.region_code)
    recorded = exists().where(VisitRecord.account_id == viewer.account_id, mine)
    opened = exists().where(AccessEntry.account_id == viewer.account_id, AccessEntry.purpose == "household")
    key = case((recorded, ""), (opened, "hint.record"), else_="hint.open")
    return str(session.scalar(select(key)))
