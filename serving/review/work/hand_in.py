"""A workbook that is handed in beside what is saved by now: what it would change, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import May, Viewer, within
from serving.review.settings import settings
from serving.review.store.lists import ListItem
from serving.review.work.access_log import note
from serving.review.work.changes import Change, ChangeFaultError, change_status, require_possible
from serving.review.workbook.layout import mark_of, mark_of_item
from serving.review.workbook.read import BadRow, BookRow, ReadBook


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of the workbook beside the place as it is saved now."""

    row: BookRow
    item: ListItem


@dataclass(frozen=True, slots=True)
class HandIn:
    """What a workbook comes to.

    ``same``: how many rows change nothing; ``conflicts``: changed by somebody meanwhile; ``saved``: it was applied.
    """

    changes: tuple[Beside, ...]
    conflicts: tuple[Beside, ...]
    bad: tuple[BadRow, ...]
    same: int
    saved: bool = False


def compare(session: Session, viewer: Viewer, book: ReadBook, now: datetime) -> HandIn:
    """Set a workbook beside what is saved; changes nothing, and notes the access.

    A row nobody touched changes nothing, nor does one that says what is saved already: handing in twice is handing in
    once. A row whose place says something else than when the workbook was written is a conflict.
    """
    places = _places(session, viewer, book.rows)
    changes: list[Beside] = []
    conflicts: list[Beside] = []
    bad, same = list(book.bad), 0
    for row in book.rows:
        item = places.get(row.item_id)
        if item is None or item.household_id != row.household_id:
            bad.append(BadRow(row.line, row.household_id, "book_not_yours"))
            continue
        wanted, saved = mark_of(row.status, row.on, row.reason, row.note), mark_of_item(item)
        if wanted in (row.was, saved):
            same += 1
            continue
        try:
            require_possible(session, viewer, item, change_of(row, item, now), now)
        except ChangeFaultError as error:
            bad.append(BadRow(row.line, row.household_id, error.code))
            continue
        (changes if saved == row.was else conflicts).append(Beside(row, item))
    touched = [(one.item.household_id, one.item.region_code) for one in (*changes, *conflicts)]
    note(session, viewer, "workbook_in", "read", touched, now)
    bad.sort(key=lambda one: one.line)
    return HandIn(tuple(changes), tuple(conflicts), tuple(bad), same)


def apply(
    session: Session, viewer: Viewer, book: ReadBook, mine: Mapping[int, int], theirs: Mapping[int, int], now: datetime
) -> HandIn:
    """Save what a workbook changes, all in the transaction it is called in; what could not be decided is given back.

    Args:
        session: of a transaction that writes.
        viewer: whose places.
        book: the rows.
        mine: places where the workbook's word was chosen in a conflict, with the version that was looked at.
        theirs: places where the saved word was chosen, likewise.
        now: the moment.

    Returns:
        What was saved. Or, with ``saved`` false and nothing changed, how things stand: a conflict nobody decided, a
        place that was changed again since it was looked at, or a row that can no longer be used.
    """
    found = compare(session, viewer, book, now)
    open_conflicts = [
        one for one in found.conflicts
        if one.item.version not in (mine.get(one.item.id), theirs.get(one.item.id))
    ]  # fmt: skip
    if open_conflicts or found.bad:
        return found
    chosen = [one for one in found.conflicts if mine.get(one.item.id) == one.item.version]
    saved = (*found.changes, *chosen)
    for one in saved:
        change_status(session, viewer, change_of(one.row, one.item, now), now)
    return HandIn(saved, (), (), found.same, saved=True)


def change_of(row: BookRow, item: ListItem, now: datetime) -> Change:
    """What a row wants, made from the version a place has now."""
    return Change(item.id, item.version, row.status, row.on or settings().day_of(now), row.reason, row.note)


def _places(session: Session, viewer: Viewer, rows: Sequence[BookRow]) -> dict[int, ListItem]:
    mine = within(viewer, May.WORK_CASES, ListItem.region_code)
    query = select(ListItem).where(ListItem.id.in_([row.item_id for row in rows]), mine)
    return {item.id: item for item in session.scalars(query)}
