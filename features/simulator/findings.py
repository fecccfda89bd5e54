"""What visits find: children seen, domains looked at, needs recorded as findings, findings closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.changes import Index, members_of
from features.simulator.log import RowLog
from features.simulator.needs import DOMAINS, NeedState
from features.simulator.population import Bits, Codes, Ints
from features.simulator.scene import Scene
from features.simulator.shapes import Finding, Visiting
from features.simulator.visits import Visits
from features.simulator.words import Domain, Dwelling, Purpose, Status

HOUSEHOLD_ITSELF = np.int32(-1)


@dataclass(frozen=True, slots=True)
class Findings:
    """What is written down: assessments, and findings with their closings as later rows."""

    assessments: RowLog
    rows: RowLog

    @classmethod
    def none(cls) -> Findings:
        """Nothing was found yet."""
        return cls(RowLog(), RowLog())


@dataclass(frozen=True, slots=True)
class HouseholdNeeds:
    """Needs of the household itself (its dwelling), by household: grade (0 = none), open grade and finding."""

    grade: Codes
    open_grade: Codes
    open_finding: Ints

    @classmethod
    def none(cls, households: int) -> HouseholdNeeds:
        """No household needs anything yet."""
        return cls(np.zeros(households, np.int8), np.zeros(households, np.int8), np.zeros(households, np.int32))


@dataclass(frozen=True, slots=True)
class Looked:
    """Children on met visits: the visit's place in the month, the child, and what was looked at (child x domain)."""

    visit: Index
    child: Index
    seen: Bits
    domains: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Opened:
    """Findings to be written down as open, one entry each; ``child`` is -1 for the household itself."""

    visit: Ints
    household: Index
    child: npt.NDArray[np.signedinteger]
    domain: npt.NDArray[np.signedinteger]
    severity: Codes
    day: Ints
    due: npt.NDArray[np.signedinteger]


def look(scene: Scene, visits: Visits, rules: Visiting) -> Looked:
    """Draw which children met visits see and which domains are looked at: usually all five, sometimes fewer."""
    rng, people = scene.rng, scene.people
    met = np.flatnonzero(visits.met)
    of, child = members_of(people, visits.household[met])
    there = people.in_ledger()[child] & (people.children.entry[child] <= visits.day[met][of])
    of, child = of[there], child[there]
    chance = np.where(people.children.boarding[child], rules.child_seen_boarding, rules.child_seen)
    seen = rng.random(len(child)) < chance
    some = rng.random((len(child), DOMAINS), np.float32) < rules.domain_looked_at
    some[np.arange(len(child)), rng.integers(0, DOMAINS, len(child))] = True
    full = rng.random(len(child)) < rules.all_domains
    return Looked(met[of], child, seen, (some | full[:, None]) & seen[:, None])


def record(scene: Scene, visits: Visits, looked: Looked, rules: Finding, findings: Findings) -> Bits:
    """Write assessments and new findings down and open them; returns children with a new finding as a mask."""
    rng, state = scene.rng, scene.needs
    bits = 1 << np.arange(DOMAINS)
    findings.assessments.add(
        visit=visits.number[looked.visit],
        household=visits.household[looked.visit].astype(np.int32),
        child=looked.child.astype(np.int32),
        day=visits.day[looked.visit],
        seen=looked.seen,
        domains=(looked.domains * bits).sum(axis=1).astype(np.int8),
    )
    found, grade = _discover(scene, visits, looked, rules)
    row, domain = np.nonzero(found)
    child, visit = looked.child[row], looked.visit[row]
    severity = _written_grade(rng, grade[row, domain], rules)
    better = severity > state.open_grade[child, domain]
    domain, child, visit, severity = domain[better], child[better], visit[better], severity[better]
    day = visits.day[visit]
    _close_milder(state, findings, child, domain, day)
    due = day + np.array(rules.due_days)[severity]
    state.open_grade[child, domain] = severity
    state.open_finding[child, domain] = len(findings.rows) + np.arange(len(child))
    state.open_due[child, domain] = due
    opened = Opened(visits.number[visit], visits.household[visit], child, domain, severity, day, due)
    write_opened(findings, opened)
    mask = np.zeros(len(state.grade), bool)
    mask[child] = True
    return mask


def _discover(scene: Scene, visits: Visits, looked: Looked, rules: Finding) -> tuple[Bits, Codes]:
    """What is found (looked-at child x domain) and its true grade; a false alarm counts as the mildest grade."""
    rng, state, places = scene.rng, scene.needs, scene.places
    grade, begun = state.grade[looked.child], state.begun[looked.child]
    present = (grade > 0) & (begun <= visits.day[looked.visit][:, None])
    base = np.array([rules.sensitivity[code] for code in Domain.codes()])
    told = rules.after_report * (visits.purpose[looked.visit] == Purpose.REPORT)
    skill = places.visitor_skill[visits.visitor[looked.visit]]
    odds = base + skill + rules.severity_sensitivity * (grade - 1) + told[:, None]
    chance = np.where(present, 1.0 / (1.0 + np.exp(-odds)), rules.false_alarm)
    found = looked.domains & (rng.random(chance.shape, np.float32) < chance)
    return found, np.where(present, grade, 1).astype(np.int8)


def _written_grade(rng: np.random.Generator, grade: Codes, rules: Finding) -> Codes:
    off = np.where(rng.random(len(grade)) < rules.severity_noise, rng.choice(np.array([-1, 1]), len(grade)), 0)
    return np.clip(grade + off, 1, 3).astype(np.int8)


def _close_milder(state: NeedState, findings: Findings, child: Index, domain: Index, day: Ints) -> None:
    """Close the milder findings that graver ones replace."""
    milder = state.open_grade[child, domain] > 0
    close(findings, state.open_finding[child[milder], domain[milder]], day[milder])


def close(findings: Findings, finding: Ints, day: Ints) -> None:
    """Close findings by later rows; ``finding`` is the place of the opening row."""
    findings.rows.add(
        finding=finding,
        opening=np.zeros(len(finding), bool),
        status=np.full(len(finding), Status.CLOSED, np.int8),
        day=day,
        **{name: np.full(len(finding), -1, np.int32) for name in ("visit", "household", "child", "severity", "due")},
        domain=np.full(len(finding), -1, np.int8),
    )


def write_opened(findings: Findings, opened: Opened) -> None:
    """Write findings down as open."""
    count = len(opened.visit)
    findings.rows.add(
        finding=(len(findings.rows) + np.arange(count)).astype(np.int32),
        opening=np.ones(count, bool),
        status=np.full(count, Status.OPEN, np.int8),
        day=opened.day,
        visit=opened.visit,
        household=opened.household.astype(np.int32),
        child=opened.child.astype(np.int32),
        severity=opened.severity.astype(np.int32),
        due=opened.due.astype(np.int32),
        domain=opened.domain.astype(np.int8),
    )


def look_again(scene: Scene, visits: Visits, looked: Looked, rules: Finding, findings: Findings) -> None:
    """Close open findings whose need is seen to have ended; give those that remain a new date."""
    state = scene.needs
    child, day = looked.child[looked.seen], visits.day[looked.visit[looked.seen]]
    ended = looked.domains[looked.seen] & (state.open_grade[child] > 0) & (state.grade[child] == 0)
    row, domain = np.nonzero(ended & (scene.rng.random(ended.shape) < rules.closed_on_visit))
    _close_open(state, findings, child[row], domain, day[row])
    row, domain = np.nonzero((state.open_grade[child] > 0) & (state.open_due[child] <= day[:, None]))
    state.open_due[child[row], domain] = day[row] + rules.again_due_days


def close_on_paper(scene: Scene, rules: Finding, findings: Findings, last: int) -> None:
    """Close findings on the last day of a month, on paper: some by chance, all of a child whose file is closed."""
    state = scene.needs
    chance = np.where(scene.people.in_ledger(), rules.closed_on_paper, 1.0)
    paper = (state.open_grade > 0) & (scene.rng.random(state.grade.shape, np.float32) < chance[:, None])
    child, domain = np.nonzero(paper)
    _close_open(state, findings, child, domain, np.full(len(child), last, np.int32))


def _close_open(state: NeedState, findings: Findings, child: Index, domain: Index, day: Ints) -> None:
    close(findings, state.open_finding[child, domain], day)
    state.open_grade[child, domain] = 0


def households(
    scene: Scene, visits: Visits, state: HouseholdNeeds, rules: Finding, findings: Findings, last: int
) -> None:
    """Let a month pass for the needs of households themselves: they begin, are seen on met visits, and end."""
    rng, dwelling = scene.rng, scene.people.households.dwelling
    onset = np.array([rules.household_onset[code] for code in Dwelling.codes()])[dwelling]
    begins = (state.grade == 0) & (rng.random(len(dwelling)) < onset)
    state.grade[begins] = rng.integers(1, 4, int(begins.sum()))
    met = np.flatnonzero(visits.met)
    who = visits.household[met]
    seen = (state.grade[who] > 0) & (state.open_grade[who] == 0) & (rng.random(len(who)) < rules.household_seen)
    who, met = who[seen], met[seen]
    state.open_grade[who] = state.grade[who]
    state.open_finding[who] = len(findings.rows) + np.arange(len(who))
    nobody = np.full(len(who), HOUSEHOLD_ITSELF)
    day = visits.day[met]
    due = day + np.array(rules.due_days)[state.grade[who]]
    domain = np.full(len(who), Domain.LIVING)
    write_opened(findings, Opened(visits.number[met], who, nobody, domain, state.grade[who], day, due))
    ends = (state.grade > 0) & (rng.random(len(dwelling)) < rules.household_ends)
    closed = np.flatnonzero(ends & (state.open_grade > 0))
    close(findings, state.open_finding[closed], np.full(len(closed), last, np.int32))
    state.grade[ends] = 0
    state.open_grade[ends] = 0
