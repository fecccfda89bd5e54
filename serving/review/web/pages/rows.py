"""A place on a list in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from serving.review.cases.persons import Persons, called
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Stratum
from serving.review.words import Words
from serving.review.work.after_visits import After
from serving.review.work.my_list import hides_band


@dataclass(frozen=True, slots=True)
class Row:
    """What a page shows of a place. ``band`` is empty while the reader must rate first, and for duties.

    ``called`` is the family's name, or its number where no name is held or shown; ``children`` their names.
    ``last_on`` is the day of ``last_visit``; ``unseen`` says which children the visits since the list did not see, and
    ``still_due`` that the child the duty is about is one of them.
    """

    item: ListItem
    duty: str
    due: str
    due_class: str
    band: str
    must_rate: bool
    marks: tuple[str, ...]
    last_visit: str
    last_on: date | None
    unseen: str
    still_due: bool
    called: str
    children: str

    @property
    def named(self) -> bool:
        """Whether a name stands where else the number would."""
        return self.called != self.item.household_id


def row_of(
    item: ListItem,
    rated: frozenset[int],
    words: Words,
    today: date,
    persons: Persons | None = None,
    after: After = After(),  # noqa: B008 - it cannot be changed
) -> Row:
    """One place in words, with names where persons are given, and with what visits since the list changed."""
    hidden = hides_band(item, rated)
    band = "" if hidden or item.is_duty or item.band is None else words(f"band.{item.band}")
    due, due_class = _due(item, words, today, after)
    last_on = after.last_visit(item)
    last = words("list.no_visit") if last_on is None else words("list.last_visit", day=words.day(last_on))
    duty = words.either(item.shown["duty"]) if item.is_duty and item.shown.get("duty") else ""
    marks = _marks(item, words, hidden=hidden)
    held = persons is not None and (persons.guardian or any(persons.children.values()))
    name = called(persons, item.household_id, words.language) if held else item.household_id
    children = words("household.and").join(filter(None, persons.children.values())) if persons is not None else ""
    unseen, still_due = unseen_words(after, words, persons), item.is_duty and after.waits_for_driver(item)
    return Row(item, duty, due, due_class, band, hidden, marks, last, last_on, unseen, still_due, name, children)


def unseen_words(after: After, words: Words, persons: Persons | None) -> str:
    """Which children were not seen yet; empty where all were, or nobody said."""
    if not after.unseen:
        return ""
    names = {} if persons is None else persons.children
    called_children = [names.get(one) or words("household.child", number=one) for one in after.unseen]
    return words("list.not_yet_seen", children=words("household.and").join(called_children))


def village_words(cost: Mapping[str, Any], words: Words) -> str:
    """What a village's visits cost and find, as the list was made; empty where it was made without."""
    if not cost:
        return ""
    if not cost["detour"]:
        return words("list.on_the_way", visits=cost["visits"], duties=cost["duties"])
    if cost["given_up"] is None:
        return words("list.detour", visits=cost["visits"])
    return words("list.detour_finds", visits=cost["visits"], finds=f"{cost['given_up']:.1f}")


def _due(item: ListItem, words: Words, today: date, after: After) -> tuple[str, str]:
    """How long there is, and how pressing it looks."""
    if item.duty_due_on is None:
        return "", ""
    if after.met_on is not None and not after.waits_for_driver(item):
        return words("list.visited", day=words.day(after.met_on)), ""
    left = (item.duty_due_on - today).days
    day = words("list.due", day=words.day(item.duty_due_on, year=item.duty_due_on.year != today.year))
    if left < 0:
        return f"{day} · {words('list.overdue', days=-left)}", "late"
    if left == 0:
        return words("list.today"), "near"
    return f"{day} · {words('list.left', days=left)}", "near" if left <= settings().near_days else ""


def _marks(item: ListItem, words: Words, *, hidden: bool) -> tuple[str, ...]:
    """Short remarks. A place drawn by lot is not told apart before the reader's own rating."""
    said = {
        "list.new": item.new,
        "list.carried": item.carried,
        "list.random": item.listed and item.stratum is Stratum.RANDOM and not hidden,
        "list.by_hand": item.listed and item.stratum is Stratum.BY_HAND,
        "list.moved": item.moved_by_hand,
    }
    return tuple(words(key) for key, holds in said.items() if holds)
