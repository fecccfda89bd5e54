"""The same rows and seed give the same booster bytes, and directions hold."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.made import CONTRACT, WINDOWS, make_part
from tests.training.plans import small_plan
from training.fit import Sample, binned, booster_parameters, grow, grow_until_no_gain
from training.labels import LABEL
from training.learn import without_thread_count
from training.tune import sample_of


def sample() -> Sample:
    part = make_part(WINDOWS.fit)
    return sample_of(part.where(part.rows[LABEL].is_not_null().to_numpy()))


def booster_text(threads: int, seed: int = 1) -> str:
    plan = small_plan()
    parameters = booster_parameters(plan, CONTRACT, threads) | {"seed": seed, "feature_fraction": 0.7}
    parameters |= {"bagging_fraction": 0.7, "min_data_in_leaf": 5}
    booster = grow(binned(sample(), CONTRACT, parameters), parameters, 30)
    return without_thread_count(booster.model_to_string())


def test_two_runs_give_the_same_bytes() -> None:
    assert booster_text(1) == booster_text(1)


def test_one_and_two_threads_give_the_same_bytes() -> None:
    assert booster_text(1) == booster_text(2)


def test_another_seed_gives_other_trees() -> None:
    assert booster_text(1) != booster_text(1, seed=2)


def test_the_thread_count_is_no_part_of_the_text() -> None:
    assert "[num_threads: 0]" in booster_text(2)
    assert without_thread_count("a\n[num_threads: 16]\nb") == "a\n[num_threads: 0]\nb"


def test_parameters_carry_the_plans_depth_and_the_contracts_directions() -> None:
    plan = small_plan()
    parameters = booster_parameters(plan, CONTRACT, threads=2)
    assert parameters["max_depth"] == plan.learning.depth
    assert parameters["monotone_constraints"] == list(CONTRACT.directions)
    assert parameters["deterministic"] is True
    assert parameters["force_row_wise"] is True


def test_a_feature_with_a_direction_never_works_against_it() -> None:
    plan = small_plan()
    parameters = booster_parameters(plan, CONTRACT, 1) | {"min_data_in_leaf": 5}
    contrary = sample()
    turned = Sample(contrary.matrix, 1 - contrary.labels, contrary.weights)
    booster = grow(binned(turned, CONTRACT, parameters), parameters, 20)
    rows = np.repeat(contrary.matrix[:50], 21, axis=0)
    rows[:, 0] = np.tile(np.linspace(-3, 3, 21, dtype=np.float32), 50)
    scores = np.asarray(booster.predict(rows, raw_score=True)).reshape(50, 21)
    assert (np.diff(scores, axis=1) >= 0).all()


def test_growth_stops_when_the_validation_loss_falls_no_more() -> None:
    parameters = booster_parameters(small_plan(), CONTRACT, 1) | {"min_data_in_leaf": 5, "learning_rate": 0.5}
    training = binned(sample(), CONTRACT, parameters).construct()
    other = make_part(WINDOWS.test, seed=9)
    judged = sample_of(other.where(other.rows[LABEL].is_not_null().to_numpy()))
    validation = training.create_valid(judged.matrix, judged.labels, weight=judged.weights)
    booster = grow_until_no_gain(training, validation, parameters, rounds=200, patience=5)
    assert 0 < booster.best_iteration < 200


def test_weights_change_the_trees() -> None:
    parameters = booster_parameters(small_plan(), CONTRACT, 1)
    given = sample()
    even = Sample(given.matrix, given.labels, np.ones_like(given.weights))
    uneven = Sample(given.matrix, given.labels, np.where(given.labels > 0, 5.0, 1.0))
    texts = [grow(binned(one, CONTRACT, parameters), parameters, 5).model_to_string() for one in (even, uneven)]
    assert texts[0] != texts[1]
    assert given.weights.max() == pytest.approx(0.5)  # two siblings share the weight of their visit
