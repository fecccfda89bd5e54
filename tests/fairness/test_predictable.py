"""A group that an input gives away is told; one dealt by lot is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fairness.grouped import definition_of_made, grouped_dataset
from training.fairness.predictable import Predicted, latest_rows, predict_groups
from training.fairness.refits import protected_groups
from training.fairness.settings import fairness_rule

RULE = fairness_rule().ablations
GROUPS = protected_groups(definition_of_made())


@pytest.fixture(scope="module")
def predicted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Predicted, ...]:
    dataset = grouped_dataset(tmp_path_factory.mktemp("grouped"))
    return predict_groups(latest_rows(dataset, RULE, 1), GROUPS, RULE, 1)


def test_each_kind_with_two_groups_is_predicted_and_two_groups_once(predicted: tuple[Predicted, ...]) -> None:
    assert [(one.kind, one.group) for one in predicted] == [
        ("sex", "girl"), ("ethnicity", "minority"), ("county", "520001"),
    ]  # fmt: skip


def test_what_an_input_gives_away_is_told_and_a_lot_is_not(predicted: tuple[Predicted, ...]) -> None:
    sex, ethnicity, _ = predicted
    assert ethnicity.auc.value == pytest.approx(1, abs=0.01)
    assert sex.auc.lower is not None
    assert sex.auc.upper is not None
    assert sex.auc.lower < 0.5 < sex.auc.upper


def test_only_the_newest_date_is_read_and_rows_are_bounded_by_households(tmp_path: Path) -> None:
    dataset = grouped_dataset(tmp_path)
    whole = latest_rows(dataset, RULE, 1)
    assert whole.rows["as_of"].unique().to_list() == [dataset.windows.test[-1]]
    few = latest_rows(dataset, replace(RULE, predict_rows_at_most=100), 1)
    assert 40 < few.rows.height < 180
    assert len(few.matrix) == few.rows.height
    assert few.rows.group_by("household_id").len()["len"].unique().to_list() == [2]


def test_groups_with_few_members_are_left_out(tmp_path: Path) -> None:
    part = latest_rows(grouped_dataset(tmp_path), RULE, 1)
    assert predict_groups(part, GROUPS, replace(RULE, fewest_members=10_000), 1) == ()
