"""The price of being new, on the same rows at the same k."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.training.counties.test_folds import RULE
from tests.training.counties.test_left_out import RECIPE
from tests.training.made import make_dataset
from tests.training.plans import small_plan
from training.counties.price import Prices, price_of
from training.dataset import Part
from training.labels import LABEL
from training.material import Material, material
from training.stability.resample import Interval


def made_rows(folder: Path, *, contrary: bool) -> Material:
    """Two counties; where ``contrary``, need tells the contrary in one of them."""
    made = material(make_dataset(folder), 10_000, 10_000, small_plan().seed)
    if not contrary:
        return made
    flipped = pl.when(pl.col("county") == "520001").then(~pl.col(LABEL)).otherwise(pl.col(LABEL)).alias(LABEL)
    flag = (pl.col("county") == "520001").cast(pl.Float32)

    def turned(part: Part) -> Part:
        matrix = part.matrix.copy()
        matrix[:, 3] = part.rows.select(flag).to_series().to_numpy()
        return Part(matrix, part.rows.with_columns(flipped))

    return Material(turned(made.fit), turned(made.test), thinned=False)


@pytest.fixture
def alike(tmp_path: Path) -> Prices:
    return price_of(made_rows(tmp_path, contrary=False), ("household", "county", "prefecture"), RECIPE, RULE, 1)


def value(one: Interval) -> float:
    assert one.value is not None
    return one.value


def test_where_counties_are_alike_being_new_costs_little(alike: Prices) -> None:
    for one in (alike.of("household"), alike.of("county")):
        assert abs(value(one.price)) < 0.1
        assert (one.price.lower or 0) <= value(one.price) <= (one.price.upper or 0)
        assert value(one.price) == pytest.approx(value(one.known) - value(one.new))
        assert value(one.new) > value(alike.random) + 0.05


def test_where_a_county_is_another_world_being_new_costs_much(tmp_path: Path) -> None:
    recipe = replace(RECIPE, contract=replace(RECIPE.contract, directions=(0, 0, 0, 0)), rounds=40)
    found = price_of(made_rows(tmp_path, contrary=True), ("county",), recipe, RULE, 1).of("county")
    assert (found.price.lower or 0) > 0.2
    assert found.estimable


def test_one_prefecture_is_not_estimable(alike: Prices) -> None:
    one = alike.of("prefecture")
    assert not one.estimable
    assert (one.new.value, one.price.lower) == (None, None)
    assert one.known.value is not None


def test_the_same_rows_and_seed_give_the_same_price(alike: Prices, tmp_path: Path) -> None:
    again = price_of(made_rows(tmp_path, contrary=False), ("household", "county", "prefecture"), RECIPE, RULE, 1)
    assert again == alike
