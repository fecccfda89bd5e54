"""A workbook comes back: first what it would change, then saving it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.cases.persons import persons_of
from serving.review.settings import settings
from serving.review.store.lists import Status
from serving.review.web.ask import Ask, see, whole
from serving.review.web.pages.rows import row_of
from serving.review.web.render import page
from serving.review.work.hand_in import Beside, HandIn, apply, compare
from serving.review.workbook.layout import reason_codes, workbook_settings
from serving.review.workbook.read import BookFaultError, BookRow, ReadBook, read_list


def show(ask: Ask) -> Response:
    """The form, and after saving what was saved."""
    return _form(ask, None)


def look(ask: Ask) -> Response:
    """What a workbook would change, row by row; nothing is saved yet."""
    try:
        book = read_list(ask.files.get("book", b""))
    except BookFaultError as error:
        return _form(ask, error.code)
    return _preview(ask, compare(ask.session, ask.viewer, book, ask.now))


def save(ask: Ask) -> Response:
    """Save what was looked at; if somebody was faster meanwhile, look again."""
    book = ReadBook(_rows(ask.form.get("rows", "")), ())
    mine, theirs = _choices(ask, "mine"), _choices(ask, "theirs")
    done = apply(ask.session, ask.viewer, book, mine, theirs, ask.now)
    if not done.saved:
        return _preview(ask, done, again=True)
    return see(f"/list/upload?saved={len(done.changes)}")


def _form(ask: Ask, fault: str | None) -> Response:
    saved = ask.words("workbook.saved", count=ask.number("saved")) if ask.query("saved") else ""
    return page(
        ask, "workbook/upload.html.jinja", status=200 if fault is None else 400, fault=fault, saved=saved
    )  # fmt: skip


def _preview(ask: Ask, found: HandIn, *, again: bool = False) -> Response:
    most = workbook_settings().changes_at_most
    conflicts = found.conflicts[:most]
    changes = found.changes[: most - len(conflicts)]
    more = len(found.changes) + len(found.conflicts) - len(changes) - len(conflicts)
    homes = [one.item.household_id for one in (*changes, *conflicts)]
    held = persons_of(ask.session, ask.desk, ask.viewer, homes)
    today = settings().day_of(ask.now)
    called = {
        one.item.id: row_of(one.item, frozenset(), ask.words, today, held.get(one.item.household_id)).called
        for one in (*changes, *conflicts)
    }
    return page(
        ask,
        "workbook/preview.html.jinja",
        changes=changes,
        conflicts=conflicts,
        bad=found.bad,
        same=found.same,
        more=more,
        again=again,
        called=called,
        rows=json.dumps([_packed(one) for one in (*changes, *conflicts)], ensure_ascii=False, separators=(",", ":")),
    )


def _packed(one: Beside) -> list[Any]:
    row = one.row
    return [
        row.line, row.item_id, row.version, row.was, row.household_id, row.status.value,
        "" if row.on is None else row.on.isoformat(), row.reason or "", row.note or "",
    ]  # fmt: skip


def _rows(packed: str) -> tuple[BookRow, ...]:
    """The rows as the preview sent them.

    Raises:
        NotFoundError: not one of our forms.
    """
    try:
        rows = json.loads(packed)
        if isinstance(rows, list) and len(rows) <= workbook_settings().changes_at_most:
            return tuple(_row(one) for one in rows)
    except (ValueError, TypeError, RecursionError) as error:
        raise NotFoundError from error
    raise NotFoundError


def _row(packed: list[Any]) -> BookRow:
    line, item, version, was, household, status, on, reason, note = packed
    if not all(type(text) is str for text in (was, household, status, on, reason, note)):
        raise TypeError
    if reason and reason not in reason_codes():
        raise ValueError(reason)
    day = date.fromisoformat(on) if on else None
    return BookRow(
        _key(line), _key(item), _key(version), was, household, Status(status), day, reason or None, note or None
    )


def _key(given: object) -> int:
    number = whole(str(given))
    if number is None:
        raise ValueError
    return number


def _choices(ask: Ask, which: str) -> dict[int, int]:
    """The conflicts that were decided one way: ``choice-ITEM`` is ``mine:VERSION`` or ``theirs:VERSION``."""
    found: dict[int, int] = {}
    for name, value in ask.form.items():
        _, _, item = name.partition("choice-")
        said, _, version = value.partition(":")
        number, seen = whole(item), whole(version)
        if said == which and number is not None and seen is not None:
            found[number] = seen
    return found
