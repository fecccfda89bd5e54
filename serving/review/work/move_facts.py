"""A household's line of its list as it stands now, as the ledger's assignments have it."""

from __future__ import annotations

from datetime import date, timedelta

from features.definition.structure import ASSIGNMENTS, HOUSEHOLD, SOURCE
from models.policy.lists.assignments import BY_HAND
from serving.review.exchange.facts import Fact, Value
from serving.review.store.lists import ListItem

LIST = "list_id"


def line_of(item: ListItem) -> dict[str, Value]:
    """The columns of the line; a household moved by hand tells it and the reason, as ``mopai list`` does."""
    columns: dict[str, Value] = {
        "as_of": item.visit_list.as_of,
        "model_id": item.visit_list.model_id,
        "stratum": item.stratum.value,
        "frame_size": item.visit_list.frame_size,
        "inclusion_probability": item.inclusion_probability,
        # Who was taken off had been drawn, or put on.
        "drawn": item.listed or item.moved_reason is not None,
        "removed_reason": None if item.listed else item.moved_reason,
    }
    return columns if item.moved_reason is None else {**columns, SOURCE: f"{BY_HAND}:{item.moved_reason}"}


def move_fact(item: ListItem, today: date) -> Fact:
    """The row that logs that a hand put a household on its list or took it off."""
    key = {LIST: item.visit_list.list_id, HOUSEHOLD: item.household_id}
    return Fact(ASSIGNMENTS, item.region_code, key, line_of(item), after_draw(item, today))


def after_draw(item: ListItem, day: date) -> date:
    """The day from which a later row of the line counts: its own, but the one the list speaks for is the draw's."""
    return max(day, item.visit_list.as_of + timedelta(days=1))
