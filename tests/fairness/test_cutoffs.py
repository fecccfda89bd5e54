"""Cut-offs by group reach the same recall with the places there are."""

from __future__ import annotations

import numpy as np
import pytest

from training.fairness.cutoffs import Needs, fit_cutoffs

LOTS = np.random.default_rng(7)
SIZE = 20_000
GROUP = np.where(LOTS.random(SIZE) < 0.3, "b", "a")
NEED = LOTS.random(SIZE) < 0.15
SCORE = LOTS.normal(size=SIZE) + 1.5 * NEED - 0.8 * (NEED & (GROUP == "b"))
NEEDS = Needs(SCORE[NEED], GROUP[NEED], np.ones(int(NEED.sum())))


def recall(cutoffs: dict[str, float], name: str) -> float:
    of = NEED & (name == GROUP)
    return float((SCORE[of] >= cutoffs[name]).mean())


def test_recall_is_equal_and_the_places_are_used_up() -> None:
    fitted = fit_cutoffs(SCORE, GROUP, NEEDS, ["a", "b"], 2_000)
    assert recall(dict(fitted.cutoffs), "a") == pytest.approx(recall(dict(fitted.cutoffs), "b"), abs=0.005)
    listed = sum(int((SCORE[name == GROUP] >= cut).sum()) for name, cut in fitted.cutoffs.items())
    assert listed <= 2_000
    assert listed == pytest.approx(2_000, abs=10)
    assert fitted.cutoffs["b"] < fitted.cutoffs["a"]
    assert fitted.recall == pytest.approx(recall(dict(fitted.cutoffs), "a"), abs=0.005)


def test_weights_stand_for_needs_that_were_seen_seldom() -> None:
    low = (SCORE < 0.5).astype(float) * 9 + 1
    weighted = fit_cutoffs(SCORE, GROUP, Needs(SCORE[NEED], GROUP[NEED], low[NEED]), ["a", "b"], 2_000)
    share = low[NEED & (weighted.cutoffs["a"] <= SCORE) & (GROUP == "a")].sum() / low[NEED & (GROUP == "a")].sum()
    assert share == pytest.approx(weighted.recall, abs=0.01)


def test_groups_without_a_name_share_a_cutoff() -> None:
    groups = np.where(LOTS.random(SIZE) < 0.2, "c", GROUP)
    needs = Needs(SCORE[NEED], groups[NEED], np.ones(int(NEED.sum())))
    fitted = fit_cutoffs(SCORE, groups, needs, ["a", "b"], 2_000)
    of = NEED & (groups == "c")
    assert (SCORE[of] >= fitted.otherwise).mean() == pytest.approx(fitted.recall, abs=0.01)
    none = Needs(
        needs.scores[needs.groups != "c"], needs.groups[needs.groups != "c"], np.ones(int((needs.groups != "c").sum()))
    )
    assert np.isfinite(fit_cutoffs(SCORE, groups, none, ["a", "b"], 2_000).otherwise)
