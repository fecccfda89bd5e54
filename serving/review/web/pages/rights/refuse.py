"""A guardian refuses the model for a child or for all, or takes the refusal back."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.cases.members import members
from serving.review.cases.persons import Persons, called, persons_of
from serving.review.cases.records import records
from serving.review.settings import settings
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rights.whose import child_said
from serving.review.web.render import page
from serving.review.work.my_list import find_item
from serving.review.work.refusals import RefusalFaultError, refuse, refused_since, withdraw

ALL = "all"


def show(ask: Ask) -> Response:
    """Which children the model is refused for, and the two forms."""
    return _page(ask, None)


def save(ask: Ask) -> Response:
    """Keep a refusal, or take it back."""
    number = int(ask.request.path_params["item"])
    child, back = ask.form.get("child", ""), ask.form.get("back", "")
    try:
        if back:
            withdraw(ask.session, ask.desk, ask.viewer, number, back, ask.now)
        else:
            refuse(ask.session, ask.desk, ask.viewer, number, _children(ask, number, child), ask.now)
    except RefusalFaultError as error:
        return _page(ask, error.code)
    return see(f"/list/{number}/refuse?saved={'back' if back else 'refused'}")


def _children(ask: Ask, number: int, child: str) -> list[str]:
    if child != ALL:
        return [child] if child else []
    item = find_item(ask.session, ask.viewer, number, "refusal", ask.now)
    today = settings().day_of(ask.now)
    own = members(ask.session, ask.desk, ask.viewer, item.household_id, item.region_code, today)
    return [one.child_id for one in own]


def _page(ask: Ask, fault: str | None) -> Response:
    number = int(ask.request.path_params["item"])
    item = find_item(ask.session, ask.viewer, number, "refusal", ask.now)
    household, region, today = item.household_id, item.region_code, settings().day_of(ask.now)
    persons = persons_of(ask.session, ask.desk, ask.viewer, [household]).get(household, Persons())
    found = records(ask.session, ask.desk, ask.viewer, household, region, today)
    since = {} if found is None else refused_since(ask.session, ask.viewer, found, household)
    own = members(ask.session, ask.desk, ask.viewer, household, region, today) if found else ()
    return page(
        ask,
        "refuse.html.jinja",
        status=200 if fault is None else 400,
        item=item,
        family=called(persons, household, ask.words.language),
        fault="facts_missing" if found is None else fault,
        open_to=[
            (one.child_id, child_said(one.child_id, persons, ask.words)) for one in own if one.child_id not in since
        ],
        refused=[
            (one.child_id, child_said(one.child_id, persons, ask.words), since[one.child_id])
            for one in own
            if one.child_id in since
        ],
        saved={"refused": "refuse.saved", "back": "refuse.taken_back"}.get(ask.query("saved"), ""),
        simulated=item.visit_list.simulated,
    )
