"""What a supervisor has to decide today, in counts, and how far the month is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.exchange.terms import Terms
from serving.review.store.base import Base
from serving.review.store.decisions import Correction, CorrectionState, Override
from serving.review.store.lists import ListItem, Stratum, VisitList
from serving.review.store.visits import ReportTask
from serving.review.work.current import current_places
from serving.review.work.pool import pools_of
from serving.review.work.tasks import waiting_for_report
from serving.review.work.workload import Workload, workload


@dataclass(frozen=True, slots=True)
class Today:
    """Counts of what waits for a decision; ``overloaded`` are the lists whose duties alone exceed their capacity."""

    lists: Sequence[VisitList]
    work: Workload
    tasks: int
    tasks_late: int
    overrides: int
    corrections: int
    new: int
    random_kept: int
    overloaded: Sequence[tuple[VisitList, Terms]]

    @property
    def villages_over(self) -> int:
        """Villages with more places than one director can visit."""
        return sum(village.over for village in self.work.villages)

    @property
    def newest(self) -> date | None:
        """The day of the newest record behind the oldest of the lists."""
        return min((one.data_newest_on for one in self.lists if one.data_newest_on is not None), default=None)


def today_of(session: Session, viewer: Viewer, now: datetime) -> Today:
    """What waits in the viewer's regions. Counts alone: no household is named, so no access is noted."""
    lists = pools_of(session, viewer)
    waiting = within(viewer, May.SUPERVISE, ReportTask.region_code) & waiting_for_report()
    places = current_places(viewer, May.SUPERVISE)
    by_lot = ListItem.stratum == Stratum.RANDOM
    terms = [(one, Terms.read(one.terms)) for one in lists]
    return Today(
        lists=lists,
        work=workload(session, viewer, now),
        tasks=_count(session, ReportTask, waiting),
        tasks_late=_count(session, ReportTask, waiting & (ReportTask.due_at < now)),
        overrides=_count(
            session, Override, within(viewer, May.SUPERVISE, Override.region_code),
            Override.answered_at.is_(None), Override.withdrawn_at.is_(None),
        ),
        corrections=_count(
            session, Correction, within(viewer, May.SUPERVISE, Correction.region_code),
            Correction.state == CorrectionState.WAITING,
        ),
        new=session.scalar(places.where(ListItem.new).with_only_columns(func.count())) or 0,
        random_kept=session.scalar(places.where(by_lot).with_only_columns(func.count())) or 0,
        overloaded=[(one, said) for one, said in terms if said.known and said.overloaded],
    )  # fmt: skip


def _count(session: Session, table: type[Base], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
