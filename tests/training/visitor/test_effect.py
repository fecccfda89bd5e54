"""Tests of ``training.visitor.effect``."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from training.visitor.effect import VisitorEffects, _Grouped, fit_effects, latent_share, row_effects


def _visits(
    spread: float, *, visitors: int = 40, each: int = 50, seed: int = 1
) -> tuple[pl.Series, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(visitors), each)
    effects = random.normal(0.0, spread, visitors)
    offsets = random.normal(0.0, 0.8, who.size)
    labels = (random.random(who.size) < expit(offsets - 1.5 + effects[who])).astype(np.float64)
    return pl.Series([f"w{number:03}" for number in who]), labels, offsets, effects


def _fitted(visitors: pl.Series, labels: np.ndarray, offsets: np.ndarray) -> VisitorEffects:
    found = fit_effects(visitors, labels, offsets, np.ones(labels.size))
    assert found is not None
    return found


@pytest.mark.parametrize("spread", [0.4, 0.9])
def test_the_variance_the_visits_were_made_with_lies_in_the_interval(spread: float) -> None:
    visitors, labels, offsets, _ = _visits(spread)
    found = _fitted(visitors, labels, offsets)
    assert found.lower < spread**2 < found.upper
    assert found.lower < found.variance < found.upper
    assert found.intercept == pytest.approx(-1.5, abs=0.3)
    assert 0 < found.share < 1


def test_visitors_who_do_not_differ_have_no_variance_worth_speaking_of() -> None:
    visitors, labels, offsets, _ = _visits(0.0)
    found = _fitted(visitors, labels, offsets)
    assert found.lower == 0
    assert found.variance < 0.05


def test_effects_follow_the_truth_and_are_drawn_towards_0() -> None:
    visitors, labels, offsets, effects = _visits(0.9)
    found = _fitted(visitors, labels, offsets)
    assert np.corrcoef(found.log_odds, effects)[0, 1] > 0.85
    assert np.abs(found.log_odds).mean() < np.abs(effects).mean()
    assert found.visitors == tuple(sorted(found.visitors))


def test_a_visitor_with_few_visits_is_drawn_further_to_0() -> None:
    visitors, labels, offsets, _ = _visits(0.9)
    few = pl.Series(["many"] * 400 + ["few"] * 4)
    more = np.ones(404)
    found = fit_effects(
        pl.concat([visitors, few]), np.concatenate([labels, more]), np.concatenate([offsets, 0 * more]),
        np.ones(labels.size + 404),
    )  # fmt: skip
    assert found is not None
    many, once = found.of(pl.Series(["many", "few"]))
    assert many > once > 0


def test_an_offset_that_explains_the_visitors_leaves_nothing() -> None:
    visitors, labels, offsets, effects = _visits(0.9)
    explained = offsets + effects[np.repeat(np.arange(40), 50)]
    assert _fitted(visitors, labels, explained).variance < 0.05
    assert _fitted(visitors, labels, offsets).variance > 0.5


def test_the_likelihood_is_that_of_numerical_integration() -> None:
    random = np.random.default_rng(2)
    groups = np.repeat(np.arange(3), [2, 10, 40])
    labels = (random.random(52) < 0.3).astype(np.float64)
    offsets, weights = random.normal(size=52), random.uniform(0.3, 1.0, 52)
    data = _Grouped(groups, ("a", "b", "c"), labels, offsets, weights)

    def exact(group: int) -> float:
        rows = groups == group

        def density(effect: float) -> float:
            odds = offsets[rows] - 0.7 + effect
            return float(
                np.exp(weights[rows] @ (labels[rows] * odds - np.logaddexp(0, odds))) * norm.pdf(effect, 0, 1.1)
            )

        return float(np.log(quad(density, -8, 8)[0]))

    assert data.log_likelihood(-0.7, 1.1) == pytest.approx(sum(map(exact, range(3))), abs=1e-5)


def test_a_visitor_who_is_not_known_has_no_effect_and_is_not_counted() -> None:
    visitors, labels, offsets, _ = _visits(0.9)
    with_unknown = pl.concat([visitors, pl.Series([None] * 50, dtype=pl.String)])
    found = fit_effects(
        with_unknown, np.concatenate([labels, np.ones(50)]), np.concatenate([offsets, np.zeros(50)]),
        np.ones(labels.size + 50),
    )  # fmt: skip
    assert found is not None
    assert found.rows == labels.size
    assert found.of(pl.Series([None, "nobody", "w000"]))[:2].tolist() == [0.0, 0.0]
    assert np.allclose(found.log_odds, _fitted(visitors, labels, offsets).log_odds)


def test_one_visitor_or_one_kind_of_label_cannot_be_compared() -> None:
    two, one = pl.Series(["a", "b"] * 5), pl.Series(["a"] * 10)
    labels = np.array([0.0, 1.0] * 5)
    assert fit_effects(one, labels, np.zeros(10), np.ones(10)) is None
    assert fit_effects(two, np.zeros(10), np.zeros(10), np.ones(10)) is None
    assert row_effects(one, labels, np.zeros(10), np.ones(10)).tolist() == [0.0] * 10


def test_the_effects_of_rows_are_those_of_their_visitors() -> None:
    visitors, labels, offsets, _ = _visits(0.9, visitors=10)
    found = row_effects(visitors, labels, offsets, np.ones(labels.size))
    assert np.allclose(found, _fitted(visitors, labels, offsets).of(visitors))


def test_visitors_who_differ_without_bound_have_an_interval_up_to_the_end() -> None:
    visitors = pl.Series(["a"] * 30 + ["b"] * 30)
    labels = np.repeat([0.0, 1.0], 30)
    found = fit_effects(visitors, labels, np.zeros(60), np.ones(60))
    assert found is not None
    assert found.upper == 25.0
    assert latent_share(found.variance) > 0.5
