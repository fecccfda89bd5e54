"""The duties of the children of a few households without a data-frame engine: ``duties`` for plain rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.definition.structure import (
    CHILD,
    CHILDREN,
    CLOSES,
    DOMAIN,
    DUE_ON,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    MET,
    OPENS,
    RECORDED_ON,
    SEVERITY,
    STATUS,
    VISIT,
    VISITED_ON,
    VISITS,
)
from features.known import EPOCH, day_number
from features.record.gather import holds
from features.record.rows import Row, Tables, latest
from features.record.state import Known
from models.policy.due_dates import INTERVAL, NOT_ASSESSED
from models.policy.duties import RULE
from models.policy.open_findings import OPEN_FINDING
from models.policy.policy import Policy
from models.policy.red_items import RED_ITEM, RedItem

NO_DUTY: Mapping[str, Any] = {
    "duty": False, "duty_rule": None, "duty_due_on": None, "duty_overdue_days": None, "duty_severity": None,
    "duty_rules": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """A rule that applies to a child: the day it asks for, its place among the kinds of rule, its name."""

    day: int
    severity: int
    rule: str


def record_duties(
    known: Known, tables: Tables, children: Iterable[str], policy: Policy, open_status: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """The duty of each of some children of the state: child_id -> the columns of ``duties``.

    Args:
        known: what was known of their households.
        tables: the rows ``known`` was read from, those taken back included.
        children: the children asked for.
        policy: the rules in force.
        open_status: the status codes that mean a finding is open.
    """
    facts = _Facts.of(known, tables, policy, open_status)
    horizon = day_number(known.as_of) + policy.period_days
    return {child: _duty(facts.of_child(child, horizon), known.as_of) for child in children}


def _duty(urgent: list[_Due], as_of: dt.date) -> Mapping[str, Any]:
    if not urgent:
        return NO_DUTY
    first = urgent[0]
    return {
        "duty": True,
        "duty_rule": first.rule,
        "duty_due_on": _date(first.day),
        "duty_overdue_days": max(0, day_number(as_of) - first.day),
        "duty_severity": first.severity,
        "duty_rules": [{RULE: due.rule, DUE_ON: _date(due.day)} for due in urgent],
    }


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rules read: the last completed visit by household, the first record by child, and open findings."""

    known: Known
    policy: Policy
    last_met: Mapping[str, int]
    first_known: Mapping[str, int]
    findings: Sequence[Row]

    @staticmethod
    def of(known: Known, tables: Tables, policy: Policy, open_status: Sequence[str]) -> _Facts:
        day = day_number(known.as_of)
        met: dict[str, int] = {}
        for visit in latest(known.rows[VISITS], (VISIT,)).values():
            if visit.get(MET) is True and visit[VISITED_ON] <= day:
                met[visit[HOUSEHOLD]] = max(met.get(visit[HOUSEHOLD], visit[VISITED_ON]), visit[VISITED_ON])
        first: dict[str, int] = {}
        for row in tables[CHILDREN]:
            if row[RECORDED_ON] <= day and row.get(CHILD) is not None:
                first[row[CHILD]] = min(first.get(row[CHILD], row[RECORDED_ON]), row[RECORDED_ON])
        findings = latest(known.rows[FINDINGS], (FINDING,)).values()
        return _Facts(known, policy, met, first, [row for row in findings if _is_open(row, open_status, day)])

    def of_child(self, child: str, horizon: int) -> list[_Due]:
        """The rules due by a day, the most urgent first."""
        state = self.known.state[child]
        found = (*self._red_items(state), *self._level(state), *self._findings(state))
        return sorted(due for due in found if due.day <= horizon)

    def _red_items(self, state: Row) -> Iterator[_Due]:
        for item in self.policy.red_items:
            if _applies(item, state, self.known.as_of):
                day = self._interval(state, item.forces)
                if day is not None:
                    yield _Due(day, self._severity(RED_ITEM), item.rule)

    def _level(self, state: Row) -> Iterator[_Due]:
        if self.policy.levels is None:
            return
        level = state.get(self.policy.levels.column)
        code = NOT_ASSESSED if level is None else level
        day = self._interval(state, code)
        if day is not None:
            yield _Due(day, self._severity(f"{INTERVAL}:{code}"), f"{INTERVAL}:{code}")

    def _findings(self, state: Row) -> Iterator[_Due]:
        worst: dict[tuple[str, int], int] = {}
        for row in self.findings:
            about = row.get(CHILD)
            mine = about == state[CHILD] if about is not None else row[HOUSEHOLD] == state[HOUSEHOLD]
            day = self._follow_up(row, state[HOUSEHOLD]) if mine else None
            if day is not None:
                key = (row[DOMAIN], row[SEVERITY])
                worst[key] = min(worst.get(key, day), day)
        for (domain, severity), day in worst.items():
            kind = f"{OPEN_FINDING}:{severity}"
            yield _Due(day, self._severity(kind), f"{OPEN_FINDING}:{domain}:{severity}")

    def _interval(self, state: Row, level: str) -> int | None:
        interval = self.policy.intervals.by_level.get(level)
        if interval is None:
            return None
        met, known_on = self.last_met.get(state[HOUSEHOLD]), self.first_known[state[CHILD]]
        at_first = known_on + interval.first_visit_days
        if met is None:
            return at_first
        return met + interval.days if met >= known_on else min(met + interval.days, at_first)

    def _follow_up(self, finding: Row, home: str) -> int | None:
        days = self.policy.follow_up.days.get(finding[SEVERITY])
        stated = finding.get(DUE_ON)
        due: int | None = stated if stated is not None else None if days is None else finding[OPENS] + days
        met = self.last_met.get(home)
        if due is None or met is None or met < due or days is None:
            return due
        return met + days

    def _severity(self, kind: str) -> int:
        places = self.policy.most_severe_first
        return places.index(kind) if kind in places else len(places)


def _applies(item: RedItem, state: Row, as_of: dt.date) -> bool:
    if item.younger_than is not None:
        born = state.get(item.younger_than.column)
        if born is None or born <= day_number(item.younger_than.born_after(as_of)):
            return False
    return any(holds(case, state) for case in item.cases)


def _is_open(finding: Row, open_status: Sequence[str], day: int) -> bool:
    closes = finding.get(CLOSES)
    return finding.get(STATUS) in open_status and finding[OPENS] <= day and (closes is None or closes > day)


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)
