"""What people did in the demonstration before its reader comes: by the same functions as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from features.cli.console import UserError
from serving.review.access.viewer import May, Viewer
from serving.review.cases.records import records
from serving.review.desk import Desk
from serving.review.report_rules import report_rules
from serving.review.settings import settings
from serving.review.store.decisions import Rating
from serving.review.store.lists import ListItem
from serving.review.visit_settings import visit_settings
from serving.review.work.assigning import assign_village, village_mark
from serving.review.work.correctable import correctable, held_facts
from serving.review.work.corrections import Asked, as_text, correct
from serving.review.work.current import current_places
from serving.review.work.overruling import Overruling, overrule, reply
from serving.review.work.ratings import rate
from serving.review.work.rights_settings import rights_settings
from serving.review.work.visit_entry import Found, Look, VisitEntry
from serving.review.work.visit_scene import scene_of
from serving.review.work.visits import mark_of, record_visit

_SEEN_LATELY = "上周在村口见过孩子和家里老人，都好。Met the child and the grandparents last week; all well."
_RELATIVE = "姑姑这个月住在家里照顾。An aunt lives with them this month."
_AGREED = "好的，下个月再去。Good, go next month."
_VISITS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, by number."""

    visits: int
    tasks: int
    overrides_waiting: int
    corrections_waiting: int


@dataclass(frozen=True, slots=True)
class _Hand:
    """Somebody at work in the demonstration."""

    session: Session
    desk: Desk
    viewer: Viewer
    now: datetime

    @property
    def today(self) -> date:
        """The day it is where the work is done."""
        return settings().day_of(self.now)

    def places(self) -> Sequence[ListItem]:
        """The places to visit, in order."""
        mine = current_places(self.viewer, May.WORK_CASES).order_by(ListItem.place)
        return self.session.scalars(mine).all()

    def visit(self, item: ListItem, days_ago: int, domain: str = "") -> None:
        """Record a visit on which every child was seen; with ``domain`` it found a severe need there."""
        scene = scene_of(self.session, self.desk, self.viewer, item, self.today)
        children, domains = sorted(scene.household.children), tuple(scene.household.definition.domains)
        severe = max(scene.household.definition.severities)
        action = next(iter(visit_settings().actions))
        entry = VisitEntry(
            item_id=item.id,
            mark=mark_of(scene.visits),
            visited_on=max(self.today - timedelta(days=days_ago), item.visit_list.as_of),
            met=True,
            purpose=visit_settings().purpose_of(item),
            looks=tuple(Look(child, seen=True, domains=domains) for child in children),
            found=(Found(domain, severe, children[0], action=action),) if domain and children else (),
        )
        record_visit(self.session, self.viewer, entry, scene.household, self.now)

    def correct_one(self, items: Sequence[ListItem]) -> int:
        """Say of the first yes-or-no fact that waits for a supervisor that it is wrong; returns how many there were."""
        for item in items:
            found = records(self.session, self.desk, self.viewer, item.household_id, item.region_code, self.today)
            for held in (
                [] if found is None else map(correctable, held_facts(found, item.household_id, item.region_code))
            ):
                table = held.subject.table
                for fact in held.facts:
                    wait = rights_settings().corrections.must_wait(table.name, fact.column.name)
                    if wait and isinstance(fact.value, bool):
                        child = held.subject.number if held.subject.number != item.household_id else ""
                        right = as_text(not fact.value)
                        day = str(item.visit_list.as_of)
                        asked = Asked(item.id, child, fact.column.name, as_text(fact.value) or "", right, day)
                        correct(self.session, self.desk, self.viewer, asked, self.now)
                        return 1
        return 0


def best_village(session: Session, viewer: Viewer) -> str:
    """The village of a supervisor with the shortest list that shows everything: duties, bands, own ratings, the lot.

    Raises:
        UserError: there is no list.
    """
    places = session.scalars(current_places(viewer, May.WORK_CASES)).all()
    if not places:
        raise UserError("the demonstration has no list", "simulate more children: --children 30000")
    villages: dict[str, list[ListItem]] = {}
    for item in places:
        villages.setdefault(item.region_code, []).append(item)

    def shows(items: Sequence[ListItem]) -> int:
        kinds = {(item.is_duty, item.stratum, item.band, item.rating_asked) for item in items}
        bands = {item.band for item in items if not item.rating_asked}
        return 10 * len(bands) + len(kinds)

    return min(villages, key=lambda village: (-min(shows(villages[village]), 35), len(villages[village]), village))


def do_some_work(session: Session, desk: Desk, caseworker: Viewer, supervisor: Viewer, now: datetime) -> Told:
    """Some visits, one of them with a red finding; a rating; overrides and a correction that wait.

    One override is answered, so that a thread can be read.
    """
    village = caseworker.regions[0]
    assign_village(session, supervisor, village, village_mark(session, supervisor, village), caseworker.account_id, now)
    hand = _Hand(session, desk, caseworker, now)
    places = hand.places()
    duties = [item for item in places if item.is_duty]
    others = [item for item in places if not item.is_duty]
    open_to_all = [item for item in others if not item.rating_asked]
    for turn, item in enumerate(duties[1 : 1 + _VISITS]):
        hand.visit(item, days_ago=2 * turn + 2)
    red = duties[1 + _VISITS :][:1]
    for item in red:
        hand.visit(item, 1, _reported(hand, item))
    for item in [item for item in others if item.rating_asked][:1]:
        rate(session, caseworker, item.id, Rating.SOON, now)
    for item in open_to_all[1:2]:
        made = overrule(session, caseworker, Overruling(item.id, Rating.IN_TURN, "relative_cares", _RELATIVE), now)
        reply(session, supervisor, made.id, _AGREED, now)
    for item in open_to_all[:1]:
        overrule(session, caseworker, Overruling(item.id, Rating.IN_TURN, "knows_family", _SEEN_LATELY), now)
    corrected = hand.correct_one(duties[:1] + others)
    return Told(len(duties[1 : 1 + _VISITS]) + len(red), len(red), len(open_to_all[:1]), corrected)


def _reported(hand: _Hand, item: ListItem) -> str:
    """A domain in which a severe need has to be reported."""
    definition = scene_of(hand.session, hand.desk, hand.viewer, item, hand.today).household.definition
    severe = max(definition.severities)
    return next(one for one in definition.domains if report_rules().rule_for(None, one, severe) is not None)
