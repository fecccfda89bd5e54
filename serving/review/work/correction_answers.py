"""What a supervisor answers to corrections that wait, and what everybody sees of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, NotFoundError, Viewer, within
from serving.review.desk import Desk
from serving.review.settings import settings
from serving.review.store.decisions import Correction, CorrectionState
from serving.review.work.access_log import note
from serving.review.work.correctable import read_value
from serving.review.work.corrections import (
    CorrectionFaultError,
    as_text,
    records_at_hand,
    said_fault,
    subject_of,
    take,
)
from serving.review.work.rights_settings import rights_settings
from serving.review.work.states import changed_states, queue_states


def answer(session: Session, desk: Desk, viewer: Viewer, correction_id: int, seen: str, now: datetime) -> Correction:
    """Take a correction that waits: queue it for the ledger as it stands now.

    Raises:
        NotAllowedError: the viewer supervises nobody.
        NotFoundError: none of that number waits within the viewer's regions.
        CorrectionFaultError: the facts are not at hand, or another value stands now than the supervisor saw.
    """
    kept = _waiting(session, viewer, correction_id)
    today = settings().day_of(now)
    found = records_at_hand(session, desk, viewer, kept.household_id, kept.region_code, today)
    subject, column = subject_of(kept, found)
    states = subject.states(found)
    if not states or (as_text(states[-1].get(column.name)) or "") != seen:
        raise CorrectionFaultError({"": said_fault("changed_meanwhile")})
    value, _ = read_value(found.definition, column, kept.value_is or "")
    made = changed_states(states, subject.table, column.name, value, kept.valid_from)
    take(kept, viewer, now)
    queue_states(session, subject, found, made, now)
    note(session, viewer, "correction", "write", [(kept.household_id, kept.region_code)], now)
    return kept


def decline(
    session: Session, viewer: Viewer, correction_id: int, reason: str, remark: str, now: datetime
) -> Correction:
    """Decline a correction that waits, with a coded reason and maybe a remark.

    Raises:
        NotAllowedError: the viewer supervises nobody.
        NotFoundError: none of that number waits within the viewer's regions.
        CorrectionFaultError: no reason, or a remark that is too long.
    """
    kept = _waiting(session, viewer, correction_id)
    if reason not in rights_settings().corrections.decline_reasons:
        raise CorrectionFaultError({"": said_fault("decline_reason_missing")})
    if len(remark) > settings().note_characters:
        raise CorrectionFaultError({"": said_fault("note_long")})
    kept.state, kept.answered_by, kept.answered_at = CorrectionState.DECLINED, viewer.account_id, now
    kept.answer, kept.answer_note = reason, remark or None
    session.flush()
    note(session, viewer, "correction", "write", [(kept.household_id, kept.region_code)], now)
    return kept


def corrections_of(
    session: Session, viewer: Viewer, now: datetime
) -> tuple[Sequence[Correction], Sequence[Correction]]:
    """Those that wait, the oldest first, and those answered lately: a supervisor's region, anybody else's own."""
    mine = [within(viewer, May.WORK_CASES, Correction.region_code)]
    if not viewer.may(May.SUPERVISE):
        mine.append(Correction.account_id == viewer.account_id)
    waiting = session.scalars(
        select(Correction).where(*mine, Correction.state == CorrectionState.WAITING).order_by(Correction.id)
    ).all()
    answered = session.scalars(
        select(Correction)
        .where(*mine, Correction.state != CorrectionState.WAITING)
        .order_by(Correction.answered_at.desc(), Correction.id.desc())
        .limit(rights_settings().corrections.answered_shown)
    ).all()
    note(
        session,
        viewer,
        "correction",
        "read",
        [(one.household_id, one.region_code) for one in (*waiting, *answered)],
        now,
    )
    return waiting, answered


def _waiting(session: Session, viewer: Viewer, correction_id: int) -> Correction:
    viewer.require(May.SUPERVISE)
    kept = session.scalar(
        select(Correction)
        .where(
            Correction.id == correction_id,
            Correction.state == CorrectionState.WAITING,
            within(viewer, May.SUPERVISE, Correction.region_code),
        )
        .with_for_update()
    )
    if kept is None:
        raise NotFoundError
    return kept
