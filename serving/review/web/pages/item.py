"""One household of the list: why it is there, the reader's own rating, and what became of the visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.cases.dossier import dossier
from serving.review.cases.persons import Persons, called, persons_of
from serving.review.settings import settings
from serving.review.store.accounts import Account
from serving.review.store.decisions import Rating
from serving.review.store.lists import ListItem, Status
from serving.review.web.ask import Ask, see, whole
from serving.review.web.pages.rows import row_of
from serving.review.web.pages.told import others, said_of_place
from serving.review.web.render import page
from serving.review.work.after_visits import after_visits
from serving.review.work.changes import Change, ChangeFaultError, change_status
from serving.review.work.my_list import find_item, rated_by
from serving.review.work.overrides import thread_of
from serving.review.work.ratings import own_rating, rate
from serving.review.work.visits import standing_visits


def show(ask: Ask) -> Response:
    """The household's page."""
    return _page(ask, None)


def give_rating(ask: Ask) -> Response:
    """Keep the reader's own rating; then the page shows the model's."""
    given = ask.form.get("rating", "")
    if given not in set(Rating):
        raise NotFoundError
    rate(ask.session, ask.viewer, _number(ask), Rating(given), ask.now)
    return see(f"/list/{_number(ask)}?rated=1")


def save(ask: Ask) -> Response:
    """Save what became of the visit, or say what is missing and keep what was typed."""
    try:
        change_status(ask.session, ask.viewer, read_change(ask), ask.now)
    except ChangeFaultError as error:
        return _page(ask, error.code)
    return see(f"/list?saved={_number(ask)}")


def read_change(ask: Ask) -> Change:
    """What the form wants.

    Raises:
        ChangeFaultError: no day, or a status or reason that is none.
        NotFoundError: not one of our forms.
    """
    form = ask.form
    version, status = whole(form.get("version", "")), form.get("status", "")
    if version is None or status not in set(Status):
        raise NotFoundError
    try:
        on = date.fromisoformat(form.get("on", ""))
    except ValueError as error:
        raise ChangeFaultError("day_unknown") from error
    # The reason's field stays filled in when a person changes their mind about the status.
    reason = (form.get("reason") or None) if status in settings().reasons else None
    return Change(_number(ask), version, Status(status), on, reason, form.get("note", "").strip() or None)


def changed_words(ask: Ask, item: ListItem) -> str:
    """Who changed a place last, and when; empty if nobody did."""
    if item.changed_by is None or item.changed_at is None:
        return ""
    who = ask.session.get_one(Account, item.changed_by)
    return ask.words("item.changed", who=who.display_name, when=ask.words.moment(item.changed_at))


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["item"])


def _page(ask: Ask, fault: str | None) -> Response:
    item = find_item(ask.session, ask.viewer, _number(ask), "household", ask.now)
    today = settings().day_of(ask.now)
    after = after_visits(ask.session, ask.viewer, [item])[item.id]
    persons = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id]).get(item.household_id)
    row = row_of(item, rated_by(ask.session, ask.viewer, [item.id]), ask.words, today, persons, after)
    family = _family(ask, item, persons, must_rate=row.must_rate)
    if family["said"] is None:  # refused since the list was made, or to be rated first
        row = replace(row, band="")
    kept = {
        "status": item.status.value, "on": str(item.status_on or today), "reason": item.reason or "",
        "note": item.note or "",
    }  # fmt: skip
    return page(
        ask,
        "item.html.jinja",
        status=200 if fault is None else 400,
        row=row,
        item=item,
        fault=fault,
        form={**kept, **ask.form} if fault else kept,
        statuses=list(Status),
        reasons=settings().reasons,
        ratings=list(Rating),
        today=today,
        rated=bool(ask.query("rated")),
        own=own_rating(ask.session, ask.viewer, item.id),
        last=next((one for one in reversed(standing_visits(ask.session, ask.viewer, item)) if one.met), None),
        changed=changed_words(ask, item),
        note_characters=settings().note_characters,
        simulated=item.visit_list.simulated,
        threads=thread_of(ask.session, ask.viewer, item),
        **family,
    )


def _family(ask: Ask, item: ListItem, persons: Persons | None, *, must_rate: bool) -> dict[str, object]:
    """Who lives there and what is known of them; what the model says only to who need not rate first."""
    viewer, household, words = ask.viewer, item.household_id, ask.words
    told = dossier(ask.session, ask.desk, viewer, household, item.region_code, words.language, ask.now)
    driver = None if told is None else told.child(item.driver_child_id)
    names = {} if persons is None else persons.children
    return {
        "called": called(persons, household, words.language),
        "persons": persons,
        "told": told,
        "driver": driver,
        "driver_called": names.get(item.driver_child_id or "") or words("household.child", number=item.driver_child_id),
        "said": None if must_rate or (driver and driver.refused_on) else said_of_place(item, told, words),
        "others": () if must_rate else others(item, told, words),
    }
