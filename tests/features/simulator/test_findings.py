"""What visits find, and how findings end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.simulator.findings import (
    HOUSEHOLD_ITSELF,
    Findings,
    HouseholdNeeds,
    Looked,
    close_on_paper,
    households,
    look,
    look_again,
    record,
)
from features.simulator.scene import Scene
from features.simulator.shapes import Finding, Settings
from features.simulator.visits import Visits
from features.simulator.words import Domain, FileStatus, Purpose, Status
from tests.features.simulator.conftest import FIRST_DAY

DAY = FIRST_DAY + 100


def _everywhere(scene: Scene, purpose: Purpose = Purpose.ROUTINE, *, met: bool = True) -> Visits:
    count = len(scene.people.households)
    return Visits(
        number=np.arange(count, dtype=np.int32),
        household=np.arange(count),
        day=np.full(count, DAY, np.int32),
        visitor=np.zeros(count, np.int32),
        purpose=np.full(count, purpose, np.int8),
        met=np.full(count, met),
    )


def _seen(scene: Scene, visits: Visits, settings: Settings) -> Looked:
    """Every child seen, every domain looked at."""
    return look(scene, visits, replace(settings.visiting, child_seen=1.0, child_seen_boarding=1.0, all_domains=1.0))


def _rules(settings: Settings, **changed: Any) -> Finding:
    sure: dict[str, Any] = {
        "sensitivity": dict.fromkeys(Domain.codes(), 99.0),
        "false_alarm": 0.0,
        "severity_noise": 0.0,
    }
    return replace(settings.finding, **{**sure, **changed})


def test_only_met_visits_look_and_only_at_children_on_file(scene: Scene, settings: Settings) -> None:
    assert len(look(scene, _everywhere(scene, met=False), settings.visiting).child) == 0
    scene.people.children.status[0] = FileStatus.MOVED
    looked = look(scene, _everywhere(scene), settings.visiting)
    assert looked.child.tolist() == list(range(1, len(scene.people.children)))
    assert (looked.visit == scene.people.children.household[looked.child]).all()


def test_unseen_children_are_not_looked_at_and_boarders_are_seen_less(scene: Scene, settings: Settings) -> None:
    kids = scene.people.children
    kids.boarding[:] = np.arange(len(kids)) % 2 == 0
    rules = replace(settings.visiting, child_seen=0.9, child_seen_boarding=0.3)
    looked = look(scene, _everywhere(scene), rules)
    assert not looked.domains[~looked.seen].any()
    assert looked.domains[looked.seen].any(axis=1).all()
    assert looked.seen[kids.boarding].mean() < looked.seen[~kids.boarding].mean() - 0.3


def test_some_visits_look_at_fewer_domains(scene: Scene, settings: Settings) -> None:
    looked = look(scene, _everywhere(scene), replace(settings.visiting, all_domains=0.0))
    counts = looked.domains[looked.seen].sum(axis=1)
    assert counts.min() >= 1
    assert counts.mean() < 4


def test_a_need_is_found_where_it_is(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[3, Domain.MEDICAL] = 2
    scene.needs.begun[3] = DAY - 5
    scene.needs.grade[5, Domain.LIVING] = 1
    scene.needs.begun[5] = DAY + 1
    visits = _everywhere(scene)
    findings = Findings.none()
    new = record(scene, visits, _seen(scene, visits, settings), _rules(settings), findings)
    assert np.flatnonzero(new).tolist() == [3]
    rows = findings.rows.joined()
    written = rows["opening"]
    assert rows["child"][written].tolist() == [3]
    assert rows["domain"][written].tolist() == [Domain.MEDICAL]
    assert rows["severity"][written].tolist() == [2]
    assert rows["due"][written].tolist() == [DAY + settings.finding.due_days[2]]
    assert scene.needs.open_grade[3, Domain.MEDICAL] == 2
    assert len(findings.assessments) == len(scene.people.children)


def test_an_open_finding_is_not_found_again_unless_it_is_graver(scene: Scene, settings: Settings) -> None:
    visits = _everywhere(scene)
    findings = Findings.none()
    scene.needs.grade[3, 1] = 1
    record(scene, visits, _seen(scene, visits, settings), _rules(settings), findings)
    assert not record(scene, visits, _seen(scene, visits, settings), _rules(settings), findings).any()
    scene.needs.grade[3, 1] = 3
    assert record(scene, visits, _seen(scene, visits, settings), _rules(settings), findings)[3]
    rows = findings.rows.joined()
    closed = ~rows["opening"]
    assert rows["finding"][closed].tolist() == [0]
    assert rows["severity"][rows["opening"]].tolist() == [1, 3]


def test_visitors_and_reports_change_what_is_found(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[:] = 1
    visits = _everywhere(scene)
    plain = dict.fromkeys(Domain.codes(), 0.0)

    def found(skill: float, purpose: Purpose) -> int:
        scene.places.visitor_skill[0] = skill
        scene.needs.open_grade[:] = 0
        findings = Findings.none()
        visits = _everywhere(scene, purpose)
        record(scene, visits, _seen(scene, visits, settings), _rules(settings, sensitivity=plain), findings)
        return len(findings.rows)

    before = scene.places.visitor_skill[0].copy()
    keen, blind = found(2.0, Purpose.ROUTINE), found(-2.0, Purpose.ROUTINE)
    told = found(-2.0, Purpose.REPORT)
    scene.places.visitor_skill[0] = before
    assert keen > 4 * blind
    assert told > blind
    assert len(visits)


def test_false_alarms_are_mild_and_grades_can_be_one_off(scene: Scene, settings: Settings) -> None:
    visits = _everywhere(scene)
    findings = Findings.none()
    record(
        scene, visits, _seen(scene, visits, settings), _rules(settings, false_alarm=1.0, severity_noise=1.0), findings
    )
    severity = findings.rows.joined()["severity"]
    assert set(severity) == {1, 2}


def test_a_later_visit_closes_what_has_ended_and_dates_what_remains(scene: Scene, settings: Settings) -> None:
    visits = _everywhere(scene)
    findings = Findings.none()
    scene.needs.grade[2:4, 0] = 1
    record(scene, visits, _seen(scene, visits, settings), _rules(settings), findings)
    scene.needs.grade[2, 0] = 0
    scene.needs.open_due[2:4, 0] = DAY - 1
    look_again(scene, visits, _seen(scene, visits, settings), _rules(settings, closed_on_visit=1.0), findings)
    assert scene.needs.open_grade[2:4, 0].tolist() == [0, 1]
    assert scene.needs.open_due[3, 0] == DAY + settings.finding.again_due_days
    rows = findings.rows.joined()
    assert rows["status"].tolist().count(Status.CLOSED) == 1
    assert rows["day"][rows["status"] == Status.CLOSED].tolist() == [DAY]


@pytest.mark.parametrize(("chance", "closed"), [(0.0, 1), (1.0, 2)])
def test_paper_closes_findings_of_closed_files_and_some_others(
    scene: Scene, settings: Settings, chance: float, closed: int
) -> None:
    scene.needs.open_grade[:2, 0] = 1
    scene.people.children.status[0] = FileStatus.MOVED
    findings = Findings.none()
    close_on_paper(scene, _rules(settings, closed_on_paper=chance), findings, DAY)
    assert len(findings.rows) == closed
    assert scene.needs.open_grade[:2, 0].sum() == 2 - closed


def test_needs_of_the_household_itself_have_no_child(scene: Scene, settings: Settings) -> None:
    state = HouseholdNeeds.none(len(scene.people.households))
    findings = Findings.none()
    rules = _rules(
        settings, household_onset={"sound": 1.0, "poor": 1.0, "dangerous": 1.0}, household_seen=1.0, household_ends=1.0
    )
    households(scene, _everywhere(scene), state, rules, findings, DAY + 3)
    rows = findings.rows.joined()
    opened = rows["opening"]
    assert opened.sum() == len(scene.people.households)
    assert set(rows["child"][opened]) == {HOUSEHOLD_ITSELF}
    assert set(rows["domain"][opened]) == {Domain.LIVING}
    assert set(rows["day"][~opened]) == {DAY + 3}
    assert not state.grade.any()
    assert not state.open_grade.any()
