"""My list: what to visit now, in order; filtered, searched and moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.cases.persons import Persons, called, persons_of
from serving.review.cases.pinyin import pinyin_key
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Status
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rows import row_of, unseen_words, village_words
from serving.review.web.render import page
from serving.review.work.after_visits import after_visits
from serving.review.work.changes import Change, change_status, move
from serving.review.work.my_list import Line, ListPart, Order, Wanted, Why, find_item, my_lines, part_of
from serving.review.work.tasks import open_tasks

_STEPS = {"up": -1, "down": 1}
_WHYS: tuple[Why, ...] = get_args(Why)
_ORDERS: tuple[Order, ...] = get_args(Order)
_FILTERS = ("status", "village", "why", "order")
_LONGEST_SEARCH = 64


def show(ask: Ask) -> Response:
    """The list, or the part of it that was asked for."""
    number, count = max(ask.number("page"), 1), settings().page_items
    lines = my_lines(ask.session, ask.viewer)
    wanted, held = _wanted(ask, (number - 1) * count, count), None
    if wanted.order == "name":
        held = names_of(ask, lines)
        wanted = replace(wanted, turns=_turns_by_name(held))
    part = part_of(ask.session, ask.viewer, lines, wanted, "list", ask.now)
    kept = {name: value for name in _FILTERS if (value := ask.query(name)[:12])}
    turning = {
        "number": number,
        "pages": max(1, -(-part.matching // count)),
        "link": lambda page_number: "/list?" + urlencode({**kept, "page": page_number}),
        "keep": urlencode({**kept, "page": number}),
        "filtered": bool(kept),
        "sought": "",
    }
    return _page(ask, part, wanted, turning, held)


def find(ask: Ask) -> Response:
    """The places whose number or names hold what was typed; sent as a form, so that no name stands in an address."""
    sought = ask.form.get("text", "").strip()[:_LONGEST_SEARCH]
    if not sought:
        return see("/list")
    lines = my_lines(ask.session, ask.viewer)
    homes, held, text = [line.household_id for line in lines], names_of(ask, lines), sought.lower()
    names = {home: (persons.guardian, *persons.children.values()) for home, persons in held.items()}
    only = frozenset(home for home in homes if any(text in name.lower() for name in (home, *names.get(home, ()))))
    wanted = Wanted(count=settings().page_items, only=only)
    part = part_of(ask.session, ask.viewer, lines, wanted, "search", ask.now)
    turning = {"number": 1, "pages": 1, "link": None, "keep": "", "filtered": True, "sought": sought}
    return _page(ask, part, wanted, turning, held)


def find_again(ask: Ask) -> Response:
    """A search has no address of its own: reloading it shows the list."""
    del ask
    return see("/list")


def act(ask: Ask) -> Response:
    """A button of the list: ``done:ITEM:VERSION``, ``up:ITEM:VERSION`` or ``down:ITEM:VERSION``."""
    what, item_id, version = _button(ask.form.get("do", ""))
    back = "/list?" + ask.form.get("keep", "")
    if what in _STEPS:
        moved = move(ask.session, ask.viewer, item_id, version, _STEPS[what], ask.now)
        return see(f"{back}#i{item_id}" if moved else f"{back}&end=1")
    today = settings().day_of(ask.now)
    change_status(ask.session, ask.viewer, Change(item_id, version, Status.DONE, today), ask.now)
    # Marked at once, then completed: what was seen there is what the next lists learn from.
    return see(f"/list/{item_id}/visit")


def shared(ask: Ask, part: ListPart, held: Mapping[str, Persons]) -> dict[str, Any]:
    """What the page, the paper and the workbook all say of a part of the list, with the names that are given."""
    today = settings().day_of(ask.now)
    newest = min((one.data_newest_on for one in part.lists if one.data_newest_on), default=None)
    after = after_visits(ask.session, ask.viewer, part.items)
    return {
        "rows": [
            row_of(item, part.rated, ask.words, today, held.get(item.household_id), after[item.id])
            for item in part.items
        ],
        "part": part,
        "newest": newest,
        "age": None if newest is None else (today - newest).days,
        "simulated": any(one.simulated for one in part.lists),
        "to_visit": part.by_status.get(Status.OPEN, 0),
        "visited": part.by_status.get(Status.DONE, 0),
    }


def names_of(ask: Ask, places: Iterable[Line | ListItem]) -> Mapping[str, Persons]:
    """Who lives in the households of these places, as far as it is held."""
    return persons_of(ask.session, ask.desk, ask.viewer, [place.household_id for place in places])


def _page(
    ask: Ask, part: ListPart, wanted: Wanted, turning: Mapping[str, Any], held: Mapping[str, Persons] | None
) -> Response:
    """The page; ``held`` are the names of the whole list where they were opened already."""
    tasks = open_tasks(ask.session, ask.viewer)
    return page(
        ask,
        "list.html.jinja",
        statuses=list(Status),
        whys=_WHYS[1:],
        orders=_ORDERS[1:] if len(part.villages) > 1 else _ORDERS[2:],
        wanted=wanted,
        saved=_saved(ask),
        notice=_notice(ask),
        tasks=len(tasks),
        tasks_due=ask.words.moment(tasks[0].due_at) if tasks else "",
        tasks_late=bool(tasks) and tasks[0].due_at < ask.now,
        heads=_heads(ask, part) if wanted.order == "village" else {},
        **turning,
        **shared(ask, part, names_of(ask, part.items) if held is None else held),
    )


def _heads(ask: Ask, part: ListPart) -> dict[int, tuple[str, str]]:
    """Where a village begins on the page: its code, and what going there costs."""
    heads: dict[int, tuple[str, str]] = {}
    before = ""
    for item in part.items:
        if item.region_code != before:
            cost = village_words(item.shown.get("village", {}), ask.words)
            heads[item.id] = (ask.words("list.village", code=item.region_code), cost)
        before = item.region_code
    return heads


def _button(value: str) -> tuple[str, int, int]:
    what, *numbers = value.split(":")
    if (
        what not in (*_STEPS, "done")
        or len(numbers) != 2
        or not all(number.isdecimal() and len(number) < 10 for number in numbers)
    ):
        return "", 0, 0
    return what, int(numbers[0]), int(numbers[1])


def _wanted(ask: Ask, first: int, count: int) -> Wanted:
    status = ask.query("status") if ask.query("status") in set(Status) else ""
    why: Why = next((one for one in _WHYS if one == ask.query("why")), "")
    order: Order = next((one for one in _ORDERS if one == ask.query("order")), "")
    return Wanted(status, ask.query("village")[:12], first, count, why, order)


def _turns_by_name(held: Mapping[str, Persons]) -> dict[str, int]:
    """The turn of each household whose name is held, as Chinese readers look names up."""
    order = sorted(held, key=lambda home: (pinyin_key(called(held[home], home)), home))
    return {home: turn for turn, home in enumerate(order)}


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
    held = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id]).get(item.household_id)
    name = item.household_id if held is None else called(held, item.household_id, ask.words.language)
    unseen = unseen_words(after_visits(ask.session, ask.viewer, [item])[item.id], ask.words, held)
    return " ".join(
        filter(None, (ask.words("list.saved", household=name, status=ask.words(f"status.{item.status}")), unseen))
    )
