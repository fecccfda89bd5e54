"""One child explained alone: the numbers of the batch, from its household and the county's area table."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.cli.console import UserError
from features.ledger.importer import import_folder
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.explain_case import ExplainRequest, explain_case, household_tables
from tests.builders import default_definition, make_tables, retraction, write_source
from tests.serving.conftest import AS_OF

REASONS = ("reasons_up", "reasons_down")
SAME = 1e-9  # many rows are explained from tables, one by LightGBM: equal but for the last digits of a double
RANKS = {"rank_village", "rank_county", "rank_region", "household_driver", "county"}


@pytest.fixture
def request_(ledger: Path, released_home: Path) -> ExplainRequest:
    return ExplainRequest(ledger, "", AS_OF, released_home)


def _some_children(scored: ScoreFolder) -> pl.DataFrame:
    """Children of every kind: with siblings and without, with a duty and without, refused."""
    rows = scored.between(1, 10**6)
    siblings = rows.filter(pl.len().over("household_id") > 2).head(1)
    refused = rows.filter(pl.col("status") == "refused").head(1)
    return pl.concat([siblings, refused, rows.filter("duty").head(1), rows.filter(~pl.col("duty")).head(1)])


def test_the_numbers_are_those_of_the_batch(request_: ExplainRequest, scored: ScoreFolder) -> None:
    for row in _some_children(scored).to_dicts():
        explained = explain_case(replace(request_, child_id=row["child_id"]))
        assert explained.county == row["county"]
        plain = set(row) - RANKS - set(REASONS)
        assert {name: explained.row[name] for name in plain} == {name: row[name] for name in plain}
        for name in REASONS:
            assert _facts(explained.row[name]) == _facts(row[name])
            assert _shares(explained.row[name]) == pytest.approx(_shares(row[name]), abs=SAME)


def _facts(reasons: list[dict[str, Any]] | None) -> list[Any]:
    return [(reason["feature"], reason["value"], reason["date"]) for reason in reasons or ()]


def _shares(reasons: list[dict[str, Any]] | None) -> list[float]:
    return [reason["contribution"] for reason in reasons or ()]


def test_json_has_the_row_its_words_and_the_purpose(request_: ExplainRequest, scored: ScoreFolder) -> None:
    row = scored.between(1, 3).filter("household_driver").to_dicts()[0]
    said = json.loads(json.dumps(explain_case(replace(request_, child_id=row["child_id"])).to_json(), default=str))
    assert said["score"] == row["score"]
    assert said["purpose"]["zh"]
    assert said["simulated"] is True
    assert {"rule", "due_on", "zh", "en"} <= set(said["duty_rules"][0])
    for reason in (*said["reasons_up"], *said["reasons_down"]):
        assert {"feature", "value", "contribution", "date", "zh", "en"} <= set(reason)
    assert not {"tie", "duty_severity"} & set(said)
    assert said["domains_without_model"] == ["rehabilitation"]


def test_json_says_what_to_ask_and_to_bring_where_a_need_is_likely(
    request_: ExplainRequest, scored: ScoreFolder
) -> None:
    rows = scored.between(1, 10**6)
    child = rows.filter(pl.col("domains_likely").list.len() > 0)["child_id"][0]
    said = json.loads(json.dumps(explain_case(replace(request_, child_id=child)).to_json(), default=str))
    first = said["domains_likely"][0]
    words = default_definition().visit_help[first["domain"]]
    assert [each["zh"] for each in first["bring"]] == [each.zh for each in words.bring]
    assert [each["en"] for each in first["ask"]] == [each.en for each in words.ask]
    refused = rows.filter(pl.col("status") == "refused")["child_id"][0]
    assert explain_case(replace(request_, child_id=refused)).to_json()["domains_likely"] is None


def test_a_child_without_a_duty_has_no_rules(request_: ExplainRequest, scored: ScoreFolder) -> None:
    child = scored.between(1, 10**6).filter(~pl.col("duty"))["child_id"][0]
    assert explain_case(replace(request_, child_id=child)).to_json()["duty_rules"] == []


def test_an_unknown_child_is_said_without_repeating_its_number(request_: ExplainRequest) -> None:
    with pytest.raises(UserError, match="knows no such child") as caught:
        explain_case(replace(request_, child_id="NOBODY-7"))
    assert "NOBODY-7" not in caught.value.message


def test_a_child_that_is_not_scored_on_the_day_is_said(request_: ExplainRequest, scored: ScoreFolder) -> None:
    child = scored.between(1, 1)["child_id"][0]
    with pytest.raises(UserError, match="not among those scored"):
        explain_case(replace(request_, child_id=child, as_of=date(2020, 1, 1)))


def test_before_a_move_the_child_is_explained_where_it_lived(released_home: Path, tmp_path: Path) -> None:
    moved = date(2018, 5, 1)
    home, away = "520001001001", "520002001001"
    old = make_tables(
        households=[{"region_code": home}, {"region_code": away, "valid_from": moved}],
        children=[{}],
    )
    new = make_tables(
        households=[{"region_code": home, "recorded_on": moved}, {"region_code": away, "valid_from": moved}],
        children=[{"recorded_on": moved}],
    )
    source = tmp_path / "source"
    write_source(old, source, "520001")
    write_source(new, source, "520002")
    assert import_folder(source, tmp_path / "ledger", default_definition()).faults.is_empty()
    request = ExplainRequest(tmp_path / "ledger", "c1", moved - timedelta(days=1), released_home)
    assert explain_case(request).county == "520001"
    assert explain_case(replace(request, as_of=moved)).county == "520002"
    scores = ScoreRequest(tmp_path / "ledger", "", moved, tmp_path / "scores", released_home, workers=1)
    manifest = score_region(scores)
    assert [(facts.county, facts.children) for facts in manifest.counties] == [("520001", 0), ("520002", 1)]
    assert [alarm.kind for alarm in manifest.alarms] == ["region_not_checked", "empty_cohort"]


def test_a_household_is_followed_through_everyone_who_lived_in_it() -> None:
    tables = make_tables(
        children=[
            {"child_id": "c1", "household_id": "h1"},
            {"child_id": "c1", "household_id": "h2", "valid_from": date(2017, 1, 1)},
            {"child_id": "c2", "household_id": "h2"},
            {"child_id": "c3", "household_id": "h3"},
        ],
        visits=[
            {"household_id": "h2"},
            {"visit_id": "v3", "household_id": "h3"},
            retraction("visits", "visits-1", date(2018, 1, 1), visit_id="v3", household_id=None),
        ],
        assessments=[{"child_id": "c2"}, {"visit_id": "v3", "child_id": "c3"}],
        findings=[
            {"child_id": None, "household_id": "h2"},
            {"finding_id": "f3", "visit_id": "v3", "child_id": "c3", "household_id": "h3"},
        ],
    )
    own = household_tables(tables, "c1")
    assert set(own["children"]["child_id"]) == {"c1", "c2"}
    assert own["households"]["household_id"].to_list() == ["h1", "h2"]
    assert own["visits"]["row_id"].to_list() == ["visits-0", "visits-retracts-visits-1"]
    assert own["assessments"].height == own["findings"].height == 1


def test_a_finding_that_a_later_row_gives_to_another_household_is_read_whole() -> None:
    """Else the case would keep a finding that the county knows to be somebody else's."""
    here = {"child_id": None, "visit_id": "v1", "household_id": "h1", "status": "open"}
    tables = make_tables(
        None,
        households=[{"household_id": "h1"}, {"household_id": "h2"}],
        children=[{"child_id": "c1", "household_id": "h1"}],
        findings=[
            here | {"finding_id": "f1"},
            here | {"finding_id": "f1", "household_id": "h2", "visit_id": "v2", "recorded_on": date(2018, 2, 1)},
            here | {"finding_id": "f2", "household_id": "h2", "visit_id": "v2"},
        ],
    )
    assert household_tables(tables, "c1")["findings"]["finding_id"].to_list() == ["f1", "f1"]
