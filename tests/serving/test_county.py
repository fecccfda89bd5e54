"""Scores of one county: who is scored, who is not, and that no score stands without its reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.policy.policy import POLICIES, load_policy
from models.risk_model import RiskModel
from serving.batch.county import NO_SCORE, REFUSED, SCORED, Scoring, data_age, score_children
from serving.batch.folder import ScoreFolder
from tests.builders import COUNTY, Row, default_definition, make_tables
from tests.models.making import domain_models

AS_OF = date(2018, 6, 30)


def _scored(model: RiskModel, as_of: date = AS_OF, **rows: list[Row]) -> dict[str, dict[str, Any]]:
    domains = domain_models(model.contract)
    policy = load_policy(POLICIES / "national.toml")
    scoring = Scoring(model, "m1", default_definition(), policy, as_of, domains=domains)
    frame = score_children(make_tables(**rows), COUNTY, scoring)
    return {row["child_id"]: row for row in frame.to_dicts()}


def _children(**facts: Any) -> list[Row]:
    return [{"child_id": "c1", **facts}, {"child_id": "c2"}]


@pytest.mark.parametrize(("day", "refused"), [(date(2018, 6, 30), True), (date(2018, 7, 1), False), (None, False)])
def test_a_child_whose_guardian_refused_by_the_day_has_neither_score_nor_reasons(
    model: RiskModel, day: date | None, *, refused: bool
) -> None:
    rows = _scored(model, children=_children(model_refused_on=day, guardian_type="none"))
    judged = ("score", "probability", "band", "reasons_up", "reasons_down", "not_known", "domains_likely")
    assert rows["c1"]["status"] == (REFUSED if refused else SCORED)
    assert all((rows["c1"][name] is None) is refused for name in judged)
    assert rows["c1"]["duty"] is True
    assert rows["c2"]["status"] == SCORED


def test_a_refusal_changes_no_other_score(model: RiskModel) -> None:
    with_refusal = _scored(model, children=_children(model_refused_on=date(2018, 1, 1)))["c2"]
    without = _scored(model, children=_children())["c2"]
    assert with_refusal["score"] == without["score"]
    assert with_refusal["reasons_up"] == without["reasons_up"]


def test_no_score_stands_without_reasons_and_none_without_a_score(scored: ScoreFolder) -> None:
    rows = pl.concat([scored.read(county) for county in scored.counties()])
    has_score = rows["score"].is_not_null()
    assert set(rows["status"]) == {SCORED, REFUSED, NO_SCORE}
    for name in ("probability", "band", "reasons_up", "reasons_down", "not_known"):
        assert (rows[name].is_not_null() == has_score).all(), name
    assert (has_score == (rows["status"] == SCORED)).all()
    assert rows["reasons_up"].list.len().max() <= 4
    named = pl.concat([rows["reasons_up"].list.len(), rows["reasons_down"].list.len()])
    assert named.sum() > rows.height


def test_score_probability_and_band_are_those_of_the_model(model: RiskModel, scored: ScoreFolder) -> None:
    rows = scored.read(scored.counties()[0]).filter(pl.col("score").is_not_null())
    scores = rows["score"].to_numpy()
    np.testing.assert_array_equal(rows["probability"].to_numpy(), model.probability(scores))
    assert rows["band"].to_list() == model.cutoffs.band(scores).tolist()


def test_likely_domains_are_those_of_the_models_for_every_scored_child(model: RiskModel, scored: ScoreFolder) -> None:
    rows = pl.concat([scored.read(county) for county in scored.counties()])
    assert (rows["domains_likely"].is_null() == (rows["status"] != SCORED)).all()
    named = rows["domains_likely"].explode().drop_nulls()
    assert set(named) == {"living", "medical"}
    assert rows["domains_likely"].list.len().min() == 0
    assert rows["domains_likely"].list.len().max() <= domain_models(model.contract).likely_rule.at_most


def test_without_any_model_of_a_domain_nothing_is_said_of_them(model: RiskModel) -> None:
    policy = load_policy(POLICIES / "national.toml")
    domains = replace(domain_models(model.contract), domains=domain_models(model.contract).not_fitted)
    scoring = Scoring(model, "m1", default_definition(), policy, AS_OF, domains=domains)
    frame = score_children(make_tables(children=_children()), COUNTY, scoring)
    assert frame["domains_likely"].to_list() == [None, None]
    assert frame["score"].null_count() == 0


def test_the_official_level_stands_apart_with_day_and_assessor(model: RiskModel) -> None:
    level = {"official_level": "yellow", "official_level_on": date(2018, 1, 2), "official_level_by": "W7"}
    rows = _scored(model, children=_children(**level))
    assert {name: rows["c1"][name] for name in level} == level
    assert all(rows["c2"][name] is None for name in level)


def test_a_policy_without_levels_names_none(model: RiskModel) -> None:
    plain = load_policy(POLICIES / "plain.toml")
    scoring = Scoring(model, "m1", default_definition(), plain, AS_OF)
    frame = score_children(make_tables(children=_children(official_level="red")), COUNTY, scoring)
    assert frame["official_level"].null_count() == frame.height == 2
    assert not frame["duty"].any()


def test_only_the_cohort_is_scored(model: RiskModel) -> None:
    children = [
        {"child_id": "active"},
        {"child_id": "closed", "file_status": "moved"},
        {"child_id": "grown", "birth_date": date(2001, 1, 1)},
        {"child_id": "later", "recorded_on": date(2018, 7, 1)},
    ]
    assert set(_scored(model, children=children)) == {"active"}


def test_a_county_without_children_has_no_rows_but_all_columns(model: RiskModel) -> None:
    scoring = Scoring(model, "m1", default_definition(), load_policy(POLICIES / "national.toml"), AS_OF)
    empty = score_children(make_tables(), COUNTY, scoring)
    full = score_children(make_tables(children=_children()), COUNTY, scoring)
    assert empty.height == 0
    assert empty.schema == full.schema


def test_the_age_of_data_counts_what_was_known_of_the_household_and_no_list() -> None:
    tables = make_tables(
        children=[{"child_id": "c1"}, {"child_id": "c2", "household_id": "h2"}],
        visits=[
            {"visited_on": date(2018, 5, 1), "recorded_on": date(2018, 6, 20)},
            {"visit_id": "v2", "visited_on": date(2018, 6, 1), "recorded_on": date(2018, 7, 2)},
        ],
        assignments=[{"household_id": "h2", "recorded_on": date(2018, 6, 29)}],
    )
    ages = data_age(tables, AS_OF)
    assert dict(zip(ages["household_id"], ages["data_age_days"], strict=True)) == {
        "h1": 10,
        "h2": (AS_OF - date(2016, 1, 1)).days,
    }


def test_a_row_says_what_made_it(model: RiskModel) -> None:
    row = _scored(model, children=_children())["c1"]
    assert (row["model_id"], row["as_of"], row["definition_version"]) == ("m1", AS_OF, default_definition().version)


def test_a_definition_without_refusals_scores_everyone(model: RiskModel) -> None:
    definition = default_definition()
    children = definition.tables["children"]
    columns = {name: column for name, column in children.columns.items() if name != "model_refused_on"}
    shorter = replace(definition, tables={**definition.tables, "children": replace(children, columns=columns)})
    scoring = Scoring(model, "m1", shorter, load_policy(POLICIES / "national.toml"), AS_OF)
    tables = make_tables(children=_children(model_refused_on=date(2018, 1, 1)))
    tables["children"] = tables["children"].drop("model_refused_on")
    assert set(score_children(tables, COUNTY, scoring)["status"]) == {SCORED}
