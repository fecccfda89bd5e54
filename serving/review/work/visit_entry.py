"""A visit as a person enters it, and what cannot be as it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from features.definition import Definition
from features.definition.structure import PURPOSE, VISITS
from serving.review.report_rules import report_rules
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Status
from serving.review.visit_settings import visit_settings

UNMARKED = "none"
"""The mark of a place of which no visit stands."""


@dataclass(frozen=True, slots=True)
class Look:
    """A child on a visit: seen or not, None where that was not said, and the domains that were looked at."""

    child_id: str
    seen: bool | None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A need as entered; without a child it is the household's. ``finding_id`` is empty for a new one."""

    domain: str
    severity: int | None
    child_id: str | None = None
    danger: str | None = None
    action: str | None = None
    due_on: date | None = None
    finding_id: str = ""


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """A need found before: what the ledger and the database say of it."""

    finding_id: str
    found_by: str
    child_id: str | None
    domain: str
    severity: int
    opened_on: date
    due_on: date | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visit says of an open need: settled, or still open."""

    need: OpenNeed
    closed: bool


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """All that a person says of a visit.

    ``visit_pk``: the visit that is completed or corrected, None for another one. ``mark``: what stood when the form was
    made, see ``mark_of``. ``second``: another list has a visit of that day, and this was another one.
    """

    item_id: int
    mark: str
    visited_on: date
    met: bool
    purpose: str
    visit_pk: int | None = None
    reason: str | None = None
    looks: tuple[Look, ...] = ()
    found: tuple[Found, ...] = ()
    answers: tuple[Answer, ...] = ()
    next_on: date | None = None
    second: bool = False


class VisitFaultError(ValueError):
    """A visit that cannot be as entered. ``faults``: the word of each fault by the field it belongs to.

    Fields: ``on``, ``met``, ``reason``, ``purpose``, ``next``, ``seen:CHILD``, ``need:FINDING``, and of the
    n-th finding ``fn_who``, ``fn_domain`` and so on.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(set(faults.values()))))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Household:
    """Whom and what a visit may speak of: the children that live there, and the words of the ledger."""

    children: Collection[str]
    definition: Definition
    open_needs: Mapping[str, OpenNeed] = field(default_factory=dict)


def purposes(definition: Definition) -> tuple[str, ...]:
    """Why a visit may be made, in the ledger's codes."""
    return definition.code_values(definition.tables[VISITS].columns[PURPOSE])


def faults_of(entry: VisitEntry, item: ListItem, household: Household, now: datetime) -> dict[str, str]:
    """The faults of an entry by field; none when it can be recorded."""
    return {
        **_faults_of_children(entry, household),
        **_faults_of_findings(entry, household),
        **_faults_of_answers(entry, household),
        **_faults_of_visit(entry, item, household, now),
    }


def _faults_of_visit(entry: VisitEntry, item: ListItem, household: Household, now: datetime) -> dict[str, str]:
    faults: dict[str, str] = {}
    if entry.visited_on > settings().day_of(now):
        faults["on"] = "day_future"
    elif entry.visited_on < item.visit_list.as_of:
        faults["on"] = "day_before_list"
    if not entry.met and entry.reason not in settings().reasons[Status.NOT_MET]:
        faults["reason"] = "visit_reason"
    if entry.purpose not in purposes(household.definition):
        faults["purpose"] = "visit_purpose"
    if entry.next_on is not None and entry.next_on < entry.visited_on:
        faults["next"] = "visit_next_early"
    return faults


def _faults_of_children(entry: VisitEntry, household: Household) -> dict[str, str]:
    faults: dict[str, str] = {}
    for look in entry.looks:
        place = f"seen:{look.child_id}"
        if look.child_id not in household.children or not set(look.domains) <= set(household.definition.domains):
            faults[place] = "visit_child"
        elif look.seen and not entry.met:
            faults[place] = "visit_seen_not_met"
        elif look.seen is None and entry.met:
            faults[place] = "visit_seen_unsaid"
        elif look.domains and not look.seen:
            faults[place] = "visit_looked_unseen"
    return faults


def _faults_of_findings(entry: VisitEntry, household: Household) -> dict[str, str]:
    faults: dict[str, str] = {}
    for turn, found in enumerate(entry.found):
        if found.child_id is not None and found.child_id not in household.children:
            faults[f"f{turn}_who"] = "visit_child"
        if found.domain not in household.definition.domains:
            faults[f"f{turn}_domain"] = "visit_domain"
        if found.severity not in household.definition.severities:
            faults[f"f{turn}_severity"] = "visit_severity"
        if found.danger is not None and found.danger not in report_rules().dangers:
            faults[f"f{turn}_danger"] = "visit_danger"
        if found.action is not None and found.action not in visit_settings().actions:
            faults[f"f{turn}_action"] = "visit_action"
        if found.due_on is not None and found.due_on < entry.visited_on:
            faults[f"f{turn}_due"] = "visit_next_early"
    return faults


def _faults_of_answers(entry: VisitEntry, household: Household) -> dict[str, str]:
    faults: dict[str, str] = {}
    for answer in entry.answers:
        place = f"need:{answer.need.finding_id}"
        if household.open_needs.get(answer.need.finding_id) != answer.need:
            faults[place] = "visit_need_gone"
        elif answer.need.opened_on > entry.visited_on:
            faults[place] = "visit_before_need"
    return faults
