"""A person sees a place differently: one reason, one button."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.cases.persons import persons_of
from serving.review.overrule import overrule_settings
from serving.review.settings import settings
from serving.review.store.decisions import Rating
from serving.review.store.lists import Stratum
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rows import row_of
from serving.review.web.render import page
from serving.review.work.changes import ChangeFaultError
from serving.review.work.my_list import find_item, rated_by
from serving.review.work.overruling import Overruling, overrule


def show(ask: Ask) -> Response:
    """The reasons and the buttons."""
    return _page(ask, None)


def save(ask: Ask) -> Response:
    """Keep it and show the thread, or say what is missing and keep what was typed."""
    wanted = ask.form.get("wanted", "")
    if wanted not in set(Rating):
        raise NotFoundError
    text = ask.form.get("note", "").strip() or None
    wish = Overruling(_number(ask), Rating(wanted), ask.form.get("reason", ""), text)
    try:
        made = overrule(ask.session, ask.viewer, wish, ask.now)
    except ChangeFaultError as error:
        return _page(ask, error.code)
    return see(f"/overrides/{made.id}?made=1")


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["item"])


def _page(ask: Ask, fault: str | None) -> Response:
    item = find_item(ask.session, ask.viewer, _number(ask), "overrule", ask.now)
    persons = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id]).get(item.household_id)
    rated = rated_by(ask.session, ask.viewer, [item.id])
    row = row_of(item, rated, ask.words, settings().day_of(ask.now), persons)
    return page(
        ask,
        "overrides/overrule.html.jinja",
        status=200 if fault is None else 400,
        item=item,
        row=row,
        fault=fault,
        form=ask.form,
        reasons=overrule_settings().reasons,
        correct_instead=overrule_settings().correct_instead,
        ratings=list(Rating),
        by_lot=item.stratum is Stratum.RANDOM,
        note_characters=settings().note_characters,
        simulated=item.visit_list.simulated,
    )
