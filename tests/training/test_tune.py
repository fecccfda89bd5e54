"""The search stays inside the fit window, keeps dates and households apart, and repeats itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.cli.console import UserError
from tests.training.made import CONTRACT, WINDOWS, make_part
from tests.training.plans import small_plan
from training.dataset import Part
from training.evaluation import ORDERS_BY_HAND
from training.labels import LABEL
from training.plan import ScreeningPlan, SearchRange
from training.regret import tie
from training.tune import auc_by_date, inner_split, tune


def learning_part() -> Part:
    part = make_part(WINDOWS.fit)
    return part.where(part.rows[LABEL].is_not_null().to_numpy())


def tuning_plan(**changes: object) -> ScreeningPlan:
    plan = small_plan()
    return replace(plan, tuning=replace(plan.tuning, **changes))


def test_the_judging_rows_are_later_and_of_other_households() -> None:
    part, plan = learning_part(), small_plan()
    learn, judge = inner_split(part.rows, plan)
    early, late = part.rows.filter(learn), part.rows.filter(judge)
    assert late["as_of"].min() - early["as_of"].max() >= timedelta(days=plan.windows.gap_days)
    assert not set(early["household_id"]) & set(late["household_id"])
    assert late["as_of"].n_unique() == round(plan.tuning.validation_share * len(WINDOWS.fit))


def test_without_room_for_the_gap_dates_are_cut_all_the_same() -> None:
    part = make_part(WINDOWS.fit[:3])
    part = part.where(part.rows[LABEL].is_not_null().to_numpy())
    learn, judge = inner_split(part.rows, small_plan())
    assert part.rows.filter(learn)["as_of"].max() < part.rows.filter(judge)["as_of"].min()


def test_one_date_is_split_by_household_alone() -> None:
    part = make_part(WINDOWS.fit[:1])
    part = part.where(part.rows[LABEL].is_not_null().to_numpy())
    learn, judge = inner_split(part.rows, small_plan())
    assert not set(part.rows.filter(learn)["household_id"]) & set(part.rows.filter(judge)["household_id"])


def test_rows_to_learn_from_are_thinned_by_whole_households() -> None:
    part = learning_part()
    whole, judge = inner_split(part.rows, small_plan())
    thinned, same = inner_split(part.rows, tuning_plan(rows_at_most=200))
    assert 100 < thinned.sum() < 300
    assert np.array_equal(judge, same)
    kept = set(part.rows.filter(thinned)["household_id"])
    assert part.rows.filter(whole)["household_id"].is_in(kept).sum() == thinned.sum()


def test_a_window_too_thin_to_search_in_is_refused() -> None:
    part = learning_part()
    with pytest.raises(UserError, match="too few labelled visits to search in"):
        inner_split(part.where(part.rows[LABEL].to_numpy()).rows, small_plan())


def test_the_search_repeats_itself_whatever_the_threads() -> None:
    part, plan = learning_part(), small_plan()
    assert tune(part, plan, CONTRACT, threads=1) == tune(part, plan, CONTRACT, threads=2)


def test_the_search_finds_the_signal_within_its_budget_and_space() -> None:
    plan = tuning_plan(trials=3, space={"num_leaves": SearchRange(3, 6, whole=True), "lambda_l2": SearchRange(1, 5)})
    told: list[tuple[int, int]] = []

    def listen(done: int, total: int, note: str = "") -> None:
        assert note.startswith("AUC")
        told.append((done, total))

    tuned = tune(learning_part(), plan, CONTRACT, threads=1, progress=listen)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert len(tuned.trials) == 3
    assert max(tuned.trials) - tie() <= tuned.auc <= max(tuned.trials)
    assert tuned.auc > 0.7
    assert 3 <= tuned.parameters["num_leaves"] <= 6
    assert isinstance(tuned.parameters["num_leaves"], int)
    assert 1 <= tuned.rounds <= plan.learning.rounds


def test_the_choice_is_made_by_regret_over_the_validation_dates_beside_the_orders_by_hand() -> None:
    part, plan = learning_part(), tuning_plan(trials=4)
    tuned = tune(part, plan, CONTRACT, threads=1)
    table = tuned.regret
    assert [one.name for one in table.candidates[:4]] == [f"trial {number}" for number in range(4)]
    assert {one.name for one in table.candidates[4:]} == set(ORDERS_BY_HAND)
    assert not any(one.eligible for one in table.candidates[4:])
    _, judge = inner_split(part.rows, plan)
    assert list(table.dates) == sorted(part.rows.filter(judge)["as_of"].unique().to_list())
    measured = table.candidates[table.chosen()].measured
    assert tuned.auc == pytest.approx(np.mean([area for area in measured if area is not None]))
    assert tuned.auc == tuned.trials[table.chosen()]


def test_auc_is_averaged_over_dates_and_never_pooled() -> None:
    part = learning_part()
    # A score that is only the date's place in the year: within a date it says nothing.
    seasonal = part.rows["as_of"].dt.month().cast(float).to_numpy()
    assert auc_by_date(part.rows, seasonal) == pytest.approx(0.5)
    scores = np.nan_to_num(part.matrix[:, 0].astype(np.float64))
    by_hand = [
        roc_auc_score(day[LABEL].to_numpy(), scores[(part.rows["as_of"] == day["as_of"][0]).to_numpy()])
        for day in part.rows.partition_by("as_of")
    ]
    assert auc_by_date(part.rows, scores) == pytest.approx(np.mean(by_hand))
