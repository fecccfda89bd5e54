"""Intervals draw whole households; the weighted AUC is that of rows written out as often as they count."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.domains.test_estimate import FIRST, ROWS, row
from training.domains.interval import _day, domain_intervals
from training.metrics import auc


def many(count: int, seed: int = 1) -> pl.DataFrame:
    """Children of one date whose chances tell of their need, with ties."""
    random = np.random.default_rng(seed)
    chances = random.integers(1, 10, count) / 10
    needs = random.random(count) < chances
    rows = [
        row(number, FIRST, float(chance), need=bool(need), likely=bool(chance > 0.5))
        for number, (chance, need) in enumerate(zip(chances, needs, strict=True))
    ]
    return pl.DataFrame(rows, schema_overrides={"label_medical": pl.Boolean})


def test_weights_count_like_rows_written_out_so_often() -> None:
    rows = many(60)
    random = np.random.default_rng(3)
    weights = random.integers(0, 4, 60).astype(np.float64)
    numbered = rows.with_columns(pl.Series("number", range(60)))
    found = _day(numbered, "living").figures(weights)
    again = rows[np.repeat(np.arange(60), weights.astype(np.int64))]
    assert found[0] == pytest.approx(auc(again["label_living"].to_numpy(), again["chance_living"].to_numpy()))
    assert found[1] == pytest.approx(again.filter("likely_living")["label_living"].cast(pl.Float64).to_numpy().mean())


def test_values_are_those_of_the_estimate_and_lie_within_their_ends() -> None:
    found = domain_intervals(many(400), "living", seed=1)
    for one in (found.auc, found.likely_rate):
        assert one.value is not None
        assert one.lower is not None
        assert one.upper is not None
        assert 0 < one.upper - one.lower < 0.2
        assert one.lower < one.value < one.upper
    assert found == domain_intervals(many(400), "living", seed=1)


def test_more_children_give_a_narrower_interval() -> None:
    few, more = (domain_intervals(many(count), "living", seed=1).auc for count in (100, 1_600))
    assert (more.upper or 1) - (more.lower or 0) < ((few.upper or 1) - (few.lower or 0)) / 2


def test_dates_are_measured_apart_and_averaged() -> None:
    found = domain_intervals(ROWS, "living", seed=1)
    assert found.auc.value == pytest.approx((1.0 + 0.25) / 2)
    assert found.likely_rate.value == pytest.approx(1 / 2)


def test_a_domain_never_called_likely_has_no_rate() -> None:
    rows = many(50).with_columns(likely_living=pl.lit(value=False))
    assert domain_intervals(rows, "living", seed=1).likely_rate.value is None
