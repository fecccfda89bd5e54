"""Places to share out: choose some, or a whole village, and say who goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from features.definition.structure import VILLAGE_DIGITS
from serving.review.access.viewer import NotFoundError
from serving.review.store.accounts import Account
from serving.review.store.lists import ListItem
from serving.review.web.ask import Ask, see
from serving.review.web.pages.supervise.paging import Paging
from serving.review.web.pages.supervise.pool import PoolRow, rows_of
from serving.review.web.render import page
from serving.review.work.assigning import Assigned, AssignFaultError, assign, assign_village, village_mark
from serving.review.work.workload import WHICH, PlacesAsked, Which, covers, people_of, places_named, places_of, workload

PATH = "/supervise/places"
_FILTERS = ("which", "account", "village")
# So many places that somebody else changed first are named; an address has no room for more.
_NAMED = 20


def show(ask: Ask) -> Response:
    """The places that were asked for, each with a box to choose it by."""
    return _page(ask, dict(ask.request.query_params), "")


def assign_chosen(ask: Ask) -> Response:
    """Give the chosen places, those of the page, or a village, to the person that was chosen."""
    kept = _kept(ask.form)
    wanted, to = ask.form.get("do", ""), ask.form.get("to", "")
    if not to.isdecimal() or len(to) > 9:
        return _page(ask, kept, "no_person_chosen")
    try:
        if wanted == "village":
            village, mark = kept.get("village", ""), ask.form.get("mark", "")
            done = assign_village(ask.session, ask.viewer, village, mark, int(to), ask.now)
        elif wanted in ("chosen", "page"):
            done = assign(ask.session, ask.viewer, _places(ask.form, whole=wanted == "page"), int(to), ask.now)
        else:
            raise NotFoundError
    except AssignFaultError as error:
        return _page(ask, kept, error.code)
    return see(f"{PATH}?{urlencode({**kept, **_said(done, to)})}")


def _places(form: Mapping[str, str], *, whole: bool) -> dict[int, int]:
    """The chosen places with the versions that were seen: ``v12=3`` is on the page, ``p12`` is chosen."""
    found = {}
    for name, value in form.items():
        number = name[1:]
        wanted = name[:1] == "v" and (whole or f"p{number}" in form)
        if wanted and number.isdecimal() and value.isdecimal() and len(number) < 10 and len(value) < 10:
            found[int(number)] = int(value)
    return found


def _said(done: Assigned, to: str) -> dict[str, str]:
    left = ".".join(str(number) for number in done.meanwhile[:_NAMED])
    return {"given": str(len(done.changed)), "to": to} | ({"left": left} if left else {})


def _kept(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name][:12] for name in _FILTERS if values.get(name)}


def _page(ask: Ask, values: Mapping[str, str], fault: str) -> Response:
    which = _which(values.get("which", ""))
    number, village = values.get("account", ""), values.get("village", "")[:VILLAGE_DIGITS]
    account_id = int(number) if number.isdecimal() and len(number) < 10 else 0
    paging = Paging.of(ask, PATH, which=which, account=str(account_id or ""), village=village)
    asked = PlacesAsked(which, account_id, village, paging.first, paging.count)
    items, matching = places_of(ask.session, ask.viewer, asked, ask.now)
    people, work = people_of(ask.session, ask.viewer), workload(ask.session, ask.viewer, ask.now)
    whole = len(village) == VILLAGE_DIGITS
    return page(
        ask,
        "supervise/places.html.jinja",
        status=400 if fault else 200,
        rows=rows_of(ask, items),
        matching=matching,
        which=which,
        every=WHICH,
        account_id=account_id,
        village=village,
        villages=work.villages,
        people=people,
        able=_able(people, items, village if whole else ""),
        paging=paging,
        pages=paging.pages(matching),
        fault=fault,
        given=ask.number("given") if ask.query("given") else None,
        given_to=_name(people, ask.number("to")),
        left=_left(ask),
        mark=village_mark(ask.session, ask.viewer, village) if whole else "",
        open_there=next((one.load.to_visit for one in work.villages if one.code == village), 0),
        simulated=any(item.visit_list.simulated for item in items),
    )


def _which(given: str) -> Which:
    return next((one for one in WHICH if one == given), "unassigned")


def _able(people: Sequence[Account], items: Sequence[ListItem], village: str) -> list[Account]:
    """Who may go to at least one of the places that are shown."""
    there = {village} if village else {item.region_code for item in items}
    return [one for one in people if any(covers(one, region) for region in there)]


def _name(people: Sequence[Account], account_id: int) -> str:
    return next((one.display_name for one in people if one.id == account_id), "")


def _left(ask: Ask) -> list[PoolRow]:
    """Places that somebody else changed first, as they are now."""
    numbers = [int(number) for number in ask.query("left").split(".") if number.isdecimal() and len(number) < 10]
    return rows_of(ask, places_named(ask.session, ask.viewer, numbers[:_NAMED], ask.now)) if numbers else []
