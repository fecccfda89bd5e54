"""Labels, each counted by hand on a small ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.builders import Row, default_definition, make_tables, retraction
from tests.training.plans import small_plan
from training.labels import domain_labels, label_cohort, visit_outcomes, visit_weights
from training.plan import ScreeningPlan

AS_OF = date(2016, 5, 1)
VISIT_DAY = date(2016, 6, 1)
CUT = date(2017, 1, 1)
EVERY_DOMAIN = ";education;guardianship;living;medical;rehabilitation;"
SEEN: Row = {"domains_assessed": EVERY_DOMAIN}


def plan_with(**rule: Any) -> ScreeningPlan:
    plan = small_plan()
    return replace(plan, label=replace(plan.label, **rule))


def labels(
    *,
    plan: ScreeningPlan | None = None,
    as_of: date = AS_OF,
    cut: date = CUT,
    children: Sequence[Row] = ({},),
    **rows: Sequence[Row],
) -> list[dict[str, Any]]:
    """The label rows of a ledger's children, in the order of their numbers; visits and assessments have defaults."""
    given = {"visits": [{}], "assessments": [SEEN], "findings": []} | {
        name: list(found) for name, found in rows.items()
    }
    tables = make_tables(children=children, **given)
    plan = plan or plan_with()
    cohort = tables["children"].select("child_id", "household_id")
    outcomes = visit_outcomes(tables, default_definition(), plan, cut)
    return label_cohort(cohort, outcomes, as_of, plan.label.horizon_days).to_dicts()


def label(**given: Any) -> bool | None:
    (row,) = labels(**given)
    return row["label"]


# ---------------------------------------------------------------- the visit that gives the label


def test_a_visit_that_found_a_need_labels_the_child() -> None:
    (row,) = labels(findings=[{}])
    assert row["label"] is True
    assert row["all_needs"] is True
    assert row["outcome"] == "labelled"
    assert row["visit_id"] == "v1"


def test_a_visit_that_found_nothing_labels_the_child_too() -> None:
    assert label() is False


def test_no_visit_no_label() -> None:
    (row,) = labels(visits=[], assessments=[])
    assert (row["label"], row["all_needs"], row["outcome"], row["visit_id"]) == (None, None, "no_visit", None)


@pytest.mark.parametrize(("days", "outcome"), [(0, "no_visit"), (1, "labelled"), (90, "labelled"), (91, "no_visit")])
def test_the_horizon_begins_after_the_as_of_date_and_includes_its_last_day(days: int, outcome: str) -> None:
    (row,) = labels(visits=[{"visited_on": AS_OF + timedelta(days)}])
    assert row["outcome"] == outcome


def test_an_attempt_that_met_nobody_is_not_a_visit() -> None:
    (row,) = labels(visits=[{"met": False}])
    assert row["outcome"] == "no_visit"


def test_the_first_completed_visit_counts_and_not_a_later_one() -> None:
    visits = [{}, {"visit_id": "v2", "visited_on": date(2016, 6, 20)}]
    assessments = [SEEN, {"visit_id": "v2", **SEEN}]
    later = {"visit_id": "v2", "opens": date(2016, 6, 20)}
    assert label(visits=visits, assessments=assessments, findings=[later]) is False


def test_an_attempt_leaves_the_label_to_the_next_completed_visit() -> None:
    visits = [{"visit_id": "v0", "visited_on": date(2016, 5, 20), "met": False}, {}]
    assert label(visits=visits, findings=[{}]) is True


def test_a_visit_triggered_by_a_report_gives_no_label() -> None:
    (row,) = labels(visits=[{"purpose": "report"}], findings=[{}])
    assert (row["label"], row["outcome"]) == (None, "no_visit")


def test_after_a_report_visit_the_next_visit_labels_and_knows_the_reported_need() -> None:
    visits = [{"visit_id": "v0", "visited_on": date(2016, 5, 20), "purpose": "report"}, {}]
    reported = {"finding_id": "f0", "visit_id": "v0", "opens": date(2016, 5, 20)}
    assert label(visits=visits, findings=[reported, {}]) is False


def test_two_visits_on_one_day_are_taken_in_the_order_of_their_numbers() -> None:
    visits = [{"visit_id": "v2"}, {"visit_id": "v1"}]
    assessments = [{"visit_id": "v2", **SEEN}, {"visit_id": "v1", **SEEN}]
    (row,) = labels(visits=visits, assessments=assessments, findings=[{"visit_id": "v2"}])
    assert (row["visit_id"], row["label"]) == ("v1", False)


def test_a_visit_to_another_household_labels_nobody_here() -> None:
    assert label(visits=[{"household_id": "h2"}]) is None


# ---------------------------------------------------------------- nobody looked, no label


@pytest.mark.parametrize(
    ("assessment", "outcome"),
    [
        ({"seen": False, **SEEN}, "not_seen"),
        ({"domains_assessed": ";living;medical;"}, "partly_assessed"),
        ({"domains_assessed": ";"}, "partly_assessed"),
        ({"domains_assessed": None}, "partly_assessed"),
    ],
)
def test_a_child_who_was_not_wholly_assessed_has_no_label_need_or_not(assessment: Row, outcome: str) -> None:
    (without,) = labels(assessments=[assessment])
    (found,) = labels(assessments=[assessment], findings=[{}])
    assert (without["label"], without["outcome"], without["partly_positive"]) == (None, outcome, False)
    assert (found["label"], found["outcome"], found["partly_positive"]) == (None, outcome, True)
    assert found["all_needs"] is None


def test_a_child_without_an_assessment_has_no_label_and_a_need_recorded_all_the_same_is_counted() -> None:
    (without,) = labels(assessments=[])
    (found,) = labels(assessments=[], findings=[{}])
    assert (without["label"], without["outcome"], without["partly_positive"]) == (None, "not_seen", False)
    assert (found["label"], found["outcome"], found["partly_positive"]) == (None, "not_seen", True)


def test_only_the_plans_domains_need_to_be_looked_at() -> None:
    plan = plan_with(domains=("living", "medical"))
    looked = [{"domains_assessed": ";living;medical;"}]
    assert label(plan=plan, assessments=looked, findings=[{}]) is True
    assert label(plan=plan, assessments=looked, findings=[{"domain": "education"}]) is False


# ---------------------------------------------------------------- one domain at a time


def by_domain(row: dict[str, Any]) -> dict[str, bool | None]:
    """The labels of the domains, by domain."""
    return {name: row[f"label_{name}"] for name in default_definition().domains}


def test_a_need_labels_its_own_domain_and_no_other() -> None:
    (row,) = labels(findings=[{"domain": "medical"}])
    assert by_domain(row) == {name: name == "medical" for name in default_definition().domains}


def test_a_domain_that_was_looked_at_has_a_label_even_where_others_were_not() -> None:
    looked = [{"domains_assessed": ";education;medical;"}]
    findings = [{"domain": "medical"}, {"finding_id": "f2", "domain": "living"}]
    (row,) = labels(assessments=looked, findings=findings)
    assert row["label"] is None
    assert by_domain(row) == {
        "living": None, "education": False, "medical": True, "rehabilitation": None, "guardianship": None,
    }  # fmt: skip


@pytest.mark.parametrize("assessment", [{"seen": False, **SEEN}, {"domains_assessed": None}, {"domains_assessed": ";"}])
def test_no_domain_has_a_label_where_nobody_looked(assessment: Row) -> None:
    (row,) = labels(assessments=[assessment], findings=[{}])
    assert set(by_domain(row).values()) == {None}


def test_an_open_need_is_new_in_no_domain_and_a_worse_one_in_its_own() -> None:
    (same,) = labels(findings=[earlier(domain="living"), {"domain": "living"}])
    (worse,) = labels(findings=[earlier(domain="living", severity=1), {"domain": "living", "severity": 3}])
    assert set(by_domain(same).values()) == {False}
    assert by_domain(worse) == {name: name == "living" for name in default_definition().domains}


def test_only_the_plans_domains_have_labels() -> None:
    (row,) = labels(plan=plan_with(domains=("medical", "living")))
    assert [name for name in row if name.startswith("label_")] == ["label_living", "label_medical"]
    assert domain_labels(("living", "medical")) == ("label_living", "label_medical")


def test_a_child_has_a_new_need_exactly_if_it_has_one_in_some_domain() -> None:
    for findings in ([], [{"domain": "education"}], [earlier(), {}]):
        (row,) = labels(findings=findings)
        assert row["label"] == any(by_domain(row).values())


# ---------------------------------------------------------------- what is new


def earlier(**columns: Any) -> dict[str, Any]:
    """A finding that an earlier visit opened."""
    return {"finding_id": "f0", "visit_id": "v0", "opens": date(2016, 3, 1)} | columns


def closing(day: date, **columns: Any) -> dict[str, Any]:
    """The row that closes the earlier finding."""
    return earlier(status="closed", closes=day, valid_from=day) | columns


def test_a_need_in_a_domain_with_an_open_finding_is_not_new() -> None:
    (row,) = labels(findings=[earlier(), {}])
    assert (row["label"], row["all_needs"]) == (False, True)


def test_a_need_in_another_domain_is_new() -> None:
    assert label(findings=[earlier(domain="education"), {}]) is True


def test_a_more_severe_need_than_the_open_one_is_new() -> None:
    assert label(findings=[earlier(severity=1), {"severity": 2}]) is True
    assert label(findings=[earlier(severity=2), {"severity": 1}]) is False


def test_a_need_in_a_domain_whose_finding_was_closed_before_is_new() -> None:
    assert label(findings=[earlier(), closing(date(2016, 5, 31)), {}]) is True


def test_a_finding_closed_on_the_day_of_the_visit_was_still_open_just_before() -> None:
    assert label(findings=[earlier(), closing(VISIT_DAY), {}]) is False


def test_a_finding_whose_closing_date_is_written_in_its_row_is_closed_from_then() -> None:
    assert label(findings=[earlier(closes=date(2016, 5, 31)), {}]) is True


def test_a_finding_opened_again_is_open() -> None:
    again = earlier(valid_from=date(2016, 5, 25), severity=1)
    assert label(findings=[earlier(severity=3), closing(date(2016, 5, 20)), again, {"severity": 2}]) is True
    assert label(findings=[earlier(severity=1), closing(date(2016, 5, 20)), again | {"severity": 3}, {}]) is False


def test_an_open_need_alone_counts_for_all_needs_only() -> None:
    (row,) = labels(findings=[earlier()])
    assert (row["label"], row["all_needs"]) == (False, True)


def test_an_escalation_of_the_open_finding_itself_is_new_on_the_visit_that_made_it() -> None:
    escalated = earlier(visit_id="v1", severity=3, valid_from=VISIT_DAY)
    assert label(findings=[earlier(severity=1), escalated]) is True
    assert label(findings=[earlier(severity=3), escalated]) is False


def test_a_later_change_of_a_finding_is_not_what_the_visit_found() -> None:
    assert label(plan=plan_with(severity=2), findings=[{"severity": 1}, {"severity": 3, "valid_from": CUT}]) is False


def test_a_need_solved_on_the_spot_was_found_all_the_same() -> None:
    solved = {"status": "closed", "closes": VISIT_DAY, "row_id": "findings-solved"}
    assert label(findings=[{}, solved]) is True


def test_a_need_sent_only_in_its_closed_state_was_found_all_the_same() -> None:
    assert label(findings=[{"status": "closed", "closes": VISIT_DAY}]) is True


def test_a_closing_row_that_names_the_visit_is_no_need_of_that_visit() -> None:
    (row,) = labels(findings=[earlier(), closing(VISIT_DAY, visit_id="v1")])
    assert row["label"] is False


def test_severity_below_the_plans_does_not_count() -> None:
    plan = plan_with(severity=2)
    assert label(plan=plan, findings=[{"severity": 1}]) is False
    assert label(plan=plan, findings=[{"severity": 2}]) is True
    (mild,) = labels(plan=plan, findings=[earlier(severity=1)])
    assert mild["all_needs"] is False


# ---------------------------------------------------------------- households and siblings


def test_a_households_need_counts_for_each_assessed_child() -> None:
    children = [{}, {"child_id": "c2"}, {"child_id": "c3"}]
    assessments = [SEEN, {"child_id": "c2", **SEEN}, {"child_id": "c3", "seen": False}]
    rows = labels(children=children, assessments=assessments, findings=[{"child_id": None}])
    assert [row["label"] for row in rows] == [True, True, None]


def test_a_childs_own_need_is_not_its_siblings() -> None:
    children = [{}, {"child_id": "c2"}]
    assessments = [SEEN, {"child_id": "c2", **SEEN}]
    rows = labels(children=children, assessments=assessments, findings=[{}])
    assert [row["label"] for row in rows] == [True, False]


def test_an_open_household_finding_makes_the_childs_need_in_that_domain_known() -> None:
    assert label(findings=[earlier(child_id=None), {}]) is False


def test_an_open_finding_of_one_child_leaves_the_households_need_new_for_the_other() -> None:
    children = [{}, {"child_id": "c2"}]
    assessments = [SEEN, {"child_id": "c2", **SEEN}]
    rows = labels(children=children, assessments=assessments, findings=[earlier(), {"child_id": None}])
    assert [row["label"] for row in rows] == [False, True]


# ---------------------------------------------------------------- what is known


def test_findings_recorded_after_the_cut_off_are_not_known() -> None:
    late = {"recorded_on": date(2017, 2, 1)}
    assert label(findings=[late]) is False
    assert label(findings=[late], cut=date(2017, 2, 1)) is True


def test_a_visit_recorded_after_the_cut_off_is_not_known() -> None:
    assert label(visits=[{"recorded_on": date(2017, 2, 1)}]) is None


def test_a_retracted_finding_was_not_found() -> None:
    taken_back = retraction("findings", "findings-0", date(2016, 7, 1))
    assert label(findings=[{}, taken_back]) is False
    assert label(findings=[{}, taken_back], cut=date(2016, 6, 30)) is True


def test_a_corrected_severity_counts_as_corrected() -> None:
    corrected = {"severity": 1, "recorded_on": date(2016, 7, 1)}
    assert label(plan=plan_with(severity=2), findings=[{}, corrected]) is False
    assert label(plan=plan_with(severity=2), findings=[{}, corrected], cut=date(2016, 6, 30)) is True


def test_labels_keep_the_cohorts_rows_and_order() -> None:
    children = [{"child_id": name, "household_id": f"h-{name}"} for name in ("c3", "c1", "c2")]
    rows = labels(children=children)
    assert [row["child_id"] for row in rows] == ["c3", "c1", "c2"]
    assert all(row["visitor_id"] is None for row in rows)


# ---------------------------------------------------------------- weights


def test_each_visit_has_a_total_weight_of_one_over_everything_it_labels() -> None:
    visits = pl.Series("visit_id", ["v1", "v2", "v1", "v1", "v3"])
    weights = visit_weights(visits)
    assert weights.to_list() == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3, 1])
    assert weights.sum() == pytest.approx(3)
