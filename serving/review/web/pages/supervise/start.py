"""What needs a decision today, and how far the month is: counts that lead to their lists."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from serving.review.settings import settings
from serving.review.web.ask import Ask
from serving.review.web.render import page
from serving.review.work.exchange_state import exchange_state
from serving.review.work.today import Today, today_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits: its word, how many, where they are listed, and how many of them are late."""

    word: str
    count: int
    path: str
    late: int = 0


def show(ask: Ask) -> Response:
    """The one page to begin with."""
    found, today = today_of(ask.session, ask.viewer, ask.now), settings().day_of(ask.now)
    last = max((one.period_to for one in found.lists), default=None)
    return page(
        ask,
        "supervise/start.html.jinja",
        found=found,
        waiting=_waiting(found),
        first=min((one.period_from for one in found.lists), default=None),
        last=last,
        over=last is not None and last < today,
        age=None if found.newest is None else (today - found.newest).days,
        simulated=any(one.simulated for one in found.lists),
        exchange=exchange_state(ask.session, ask.viewer),
    )


def _waiting(found: Today) -> list[Waiting]:
    """In the order in which they cannot wait."""
    work = found.work
    return [
        Waiting("waits.tasks", found.tasks, "/tasks", found.tasks_late),
        Waiting("waits.overdue", work.whole.overdue, "/supervise/places?which=overdue"),
        Waiting("waits.unassigned", work.unassigned, "/supervise/places?which=unassigned"),
        Waiting("waits.overloaded", found.villages_over, "/supervise/workload#villages"),
        Waiting("waits.overrides", found.overrides, "/overrides"),
        Waiting("waits.corrections", found.corrections, "/corrections"),
        Waiting("waits.new", found.new, "/supervise/pool?show=new"),
    ]
