"""Tests of ``training.refit``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from tests.training.made import CONTRACT, WINDOWS, make_dataset, make_part
from tests.training.plans import small_plan
from training.learn import learn
from training.plan import ScreeningPlan
from training.refit import Recipe, part_of, refit
from training.tune import sample_of


def test_a_recipe_read_from_the_trees_grows_the_same_trees(tmp_path: Path) -> None:
    plan = small_plan()
    learned = learn(make_dataset(tmp_path), plan, threads=1)
    recipe = Recipe.of(learned.model.booster_text, CONTRACT, plan)
    assert dict(recipe.parameters) == pytest.approx(dict(learned.tuned.parameters), rel=1e-5)
    assert recipe.rounds == learned.tuned.rounds
    again = refit(recipe, sample_of(learned.fit), threads=1)
    assert np.allclose(again(learned.fit.matrix), learned.model.score(learned.fit.matrix), atol=1e-4)


def test_whole_parameters_of_a_plan_stay_whole_when_it_is_kept_as_json() -> None:
    adapter = TypeAdapter(ScreeningPlan)
    plan = small_plan()
    again = adapter.validate_python(json.loads(json.dumps(adapter.dump_python(plan, mode="json"))))
    assert again == plan
    assert {type(again.learning.parameters[name]) for name in ("max_bin", "bagging_freq")} == {int}


def test_trees_that_may_not_see_a_column_do_not_change_with_it() -> None:
    part = make_part(WINDOWS.fit)
    labelled = part.where(part.rows["label"].is_not_null().to_numpy())
    recipe = Recipe(small_plan(), CONTRACT, {"num_leaves": 7}, 10)
    score = refit(recipe, sample_of(labelled), threads=1, columns=np.array([1, 2, 3]))
    other = labelled.matrix.copy()
    other[:, 0] = 99.0
    assert np.array_equal(score(labelled.matrix), score(other))
    assert not np.array_equal(score(labelled.matrix), score(np.flip(other, axis=0)))


def test_the_contract_of_some_columns_keeps_their_directions() -> None:
    some = part_of(CONTRACT, np.array([2, 0]))
    assert some.names == ("noise", "need")
    assert some.directions == (0, 1)
    assert some.ranges == (CONTRACT.ranges[2], CONTRACT.ranges[0])
