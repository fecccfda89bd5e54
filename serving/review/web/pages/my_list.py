"""My list: what to visit now, in order, and on paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.settings import settings
from serving.review.store.lists import Status
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rows import row_of
from serving.review.web.render import page
from serving.review.work.changes import Change, change_status, move
from serving.review.work.my_list import ListPart, Wanted, find_item, my_list

_STEPS = {"up": -1, "down": 1}
# More than any list holds: on paper there are no pages to turn.
_WHOLE = 100_000


def show(ask: Ask) -> Response:
    """The list, or the part of it that was asked for."""
    number = max(ask.number("page"), 1)
    count = settings().page_items
    part = my_list(ask.session, ask.viewer, _wanted(ask, (number - 1) * count, count), "list", ask.now)
    pages = max(1, -(-part.matching // count))
    return page(
        ask,
        "list.html.jinja",
        number=number,
        pages=pages,
        statuses=list(Status),
        chosen=_status(ask),
        village=ask.query("village"),
        link=lambda page_number: "/list?" + urlencode({**_filter(ask), "page": page_number}),
        keep=urlencode({**_filter(ask), "page": number}),
        saved=_saved(ask),
        notice=_notice(ask),
        **_shared(ask, part),
    )


def show_paper(ask: Ask) -> Response:
    """The whole list for paper, without names."""
    part = my_list(ask.session, ask.viewer, _wanted(ask, 0, _WHOLE), "print", ask.now)
    return page(ask, "paper.html.jinja", **_shared(ask, part))


def act(ask: Ask) -> Response:
    """A button of the list: ``done:ITEM:VERSION``, ``up:ITEM:VERSION`` or ``down:ITEM:VERSION``."""
    what, item_id, version = _button(ask.form.get("do", ""))
    back = "/list?" + ask.form.get("keep", "")
    if what in _STEPS:
        moved = move(ask.session, ask.viewer, item_id, version, _STEPS[what], ask.now)
        return see(f"{back}#i{item_id}" if moved else f"{back}&end=1")
    today = settings().day_of(ask.now)
    change_status(ask.session, ask.viewer, Change(item_id, version, Status.DONE, today), ask.now)
    return see(f"{back}&saved={item_id}")


def _button(value: str) -> tuple[str, int, int]:
    what, *numbers = value.split(":")
    if what not in (*_STEPS, "done") or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        return "", 0, 0
    return what, int(numbers[0]), int(numbers[1])


def _wanted(ask: Ask, first: int, count: int) -> Wanted:
    return Wanted(_status(ask), ask.query("village")[:12], first, count)


def _status(ask: Ask) -> str:
    given = ask.query("status")
    return given if given in set(Status) else ""


def _filter(ask: Ask) -> dict[str, str]:
    return {name: value for name in ("status", "village") if (value := ask.query(name)[:12])}


def _notice(ask: Ask) -> str:
    keys = {"end": "list.at_end", "meanwhile": "list.meanwhile"}
    return next((ask.words(key) for name, key in keys.items() if ask.query(name)), "")


def _saved(ask: Ask) -> str:
    """What was just saved, in words; only of a place the reader may see."""
    number = ask.number("saved")
    if not number:
        return ""
    try:
        item = find_item(ask.session, ask.viewer, number, "list", ask.now)
    except NotFoundError:
        return ""
    return ask.words("list.saved", household=item.household_id, status=ask.words(f"status.{item.status}"))


def _shared(ask: Ask, part: ListPart) -> dict[str, Any]:
    """What the page and the paper both show."""
    today = settings().day_of(ask.now)
    newest = min((one.data_newest_on for one in part.lists if one.data_newest_on), default=None)
    return {
        "rows": [row_of(item, part.rated, ask.words, today) for item in part.items],
        "part": part,
        "newest": newest,
        "age": None if newest is None else (today - newest).days,
        "simulated": any(one.simulated for one in part.lists),
        "to_visit": part.by_status.get(Status.OPEN, 0),
        "visited": part.by_status.get(Status.DONE, 0),
    }
