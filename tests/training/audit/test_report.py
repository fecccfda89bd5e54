"""A report is plain data with the figures that rules read, and names nobody."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from features.cli.console import UserError
from tests.training.audit.made import evidence, report
from training.audit.report import refuse_personal


def test_figures_are_named_by_their_section_and_only_finite() -> None:
    assert report().figures == {"first.gain": 0.25, "first.lost": None, "first.infinite": None}


def test_the_json_holds_everything_but_the_drawings() -> None:
    content = json.loads(report().to_json())
    assert (content["model_id"], content["simulated"], content["plan"]) == ("abc123", True, "demo")
    first = content["sections"]["first"]
    assert first["findings"][0] == {"zh": "主要的话。", "en": "What matters."}
    assert first["pictures"] == [{"zh": "图一", "en": "Picture one"}]
    assert first["tables"][0]["rows"][0][1] == "0.500"
    assert first["data"]["nested"] == [{"value": None}, [1, "two"]]
    assert content["figures"]["first.gain"] == 0.25
    assert "<svg" not in report().to_json()


@pytest.mark.parametrize("column", ["child_id", "household_id", "visit_id", "visitor_id"])
@pytest.mark.parametrize("said", ['{"worst": "%s"}', "<td>%s</td>", "%s finds most", "(%s)"])
def test_a_text_that_names_somebody_is_refused_without_saying_whom(column: str, said: str) -> None:
    made = evidence()
    rows = {"test": made.rows["test"].with_columns(pl.lit("known-0815").alias(column))}
    with pytest.raises(UserError) as caught:
        refuse_personal(said % "known-0815", replace(made, rows=rows))
    assert column in caught.value.message
    assert "0815" not in f"{caught.value.message} {caught.value.hint}"


def test_counts_and_short_numbers_are_no_names() -> None:
    refuse_personal("1,234 children of 520001, 0.123 h0007", evidence())
