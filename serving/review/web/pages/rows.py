"""A place on a list in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from serving.review.settings import settings
from serving.review.store.lists import ListItem, Stratum
from serving.review.words import Words
from serving.review.work.my_list import hides_band


@dataclass(frozen=True, slots=True)
class Row:
    """What a page shows of a place. ``band`` is empty while the reader must rate first, and for duties."""

    item: ListItem
    duty: str
    due: str
    due_class: str
    band: str
    must_rate: bool
    marks: tuple[str, ...]
    last_visit: str


def row_of(item: ListItem, rated: frozenset[int], words: Words, today: date) -> Row:
    """One place in words."""
    hidden = hides_band(item, rated)
    band = "" if hidden or item.is_duty or item.band is None else words(f"band.{item.band}")
    due, due_class = _due(item, words, today)
    last = words("list.no_visit")
    if item.last_visit_on is not None:
        last = words("list.last_visit", day=words.day(item.last_visit_on))
    duty = words.either(item.shown["duty"]) if item.is_duty and item.shown.get("duty") else ""
    return Row(item, duty, due, due_class, band, hidden, _marks(item, words, hidden=hidden), last)


def _due(item: ListItem, words: Words, today: date) -> tuple[str, str]:
    """How long there is, and how pressing it looks."""
    if item.duty_due_on is None:
        return "", ""
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
        "list.random": item.stratum is Stratum.RANDOM and not hidden,
        "list.by_hand": item.stratum is Stratum.BY_HAND,
        "list.moved": item.moved_by_hand,
    }
    return tuple(words(key) for key, holds in said.items() if holds)
