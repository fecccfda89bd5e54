"""The feature contract and the frames it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.cli.console import UserError
from features.contract import FeatureContract, feature_contract
from features.table import build_feature_table
from tests.builders import COUNTY, default_definition, make_tables

CONTRACT = FeatureContract(("a", "b__x", "b__y"), ("a", "b", "b"), (1, 0, 0), ((0.0, 1.0),) * 3)
FRAME = pl.DataFrame({"child_id": ["c1", "c2"], "a": [1.0, np.nan], "b__x": [0.0, 1.0], "b__y": [2.0, 3.0]})


def test_the_values_in_order_as_32_bit_floats() -> None:
    for frame in (FRAME, FRAME.to_pandas()):
        matrix = CONTRACT.matrix(frame)
        assert matrix.dtype == np.float32
        assert matrix.flags.c_contiguous
        np.testing.assert_array_equal(matrix, [[1, 0, 2], [np.nan, 1, 3]])


def test_nulls_are_not_known() -> None:
    frame = FRAME.with_columns(pl.lit(None, pl.Float32).alias("a"))
    assert np.isnan(CONTRACT.matrix(frame)[:, 0]).all()


def test_a_frame_without_rows_has_an_empty_matrix() -> None:
    assert CONTRACT.matrix(FRAME.clear()).shape == (0, 3)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.drop("b__x"), r"'b__x' is missing \(1 in all\)"),
        (FRAME.select("child_id", "b__x", "a", "b__y"), "found 'b__x' where 'a' belongs"),
        (FRAME.with_columns(extra=1.0), "found 'b__x' where 'a' belongs"),
        (FRAME.with_columns(a=float("inf")), "'a' holds an infinite value"),
        (FRAME.with_columns(b__y=-float("inf")), "'b__y' holds an infinite value"),
    ],
)
def test_a_frame_that_does_not_match_is_refused(frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(UserError, match=message):
        CONTRACT.matrix(frame)


def test_the_contract_goes_through_json() -> None:
    again = FeatureContract.from_json(json.loads(json.dumps(CONTRACT.to_json())))
    assert again == CONTRACT
    assert again.hash == CONTRACT.hash


def test_a_changed_contract_is_refused() -> None:
    raw = CONTRACT.to_json()
    raw["directions"] = [-1, 0, 0]
    with pytest.raises(UserError, match="changed after it was written"):
        FeatureContract.from_json(raw)


def test_every_part_of_the_contract_is_in_its_hash() -> None:
    others = [
        replace(CONTRACT, names=("b", "b__x", "b__y")),
        replace(CONTRACT, sources=("a", "a", "b")),
        replace(CONTRACT, directions=(0, 0, 0)),
        replace(CONTRACT, ranges=((0.0, 2.0),) * 3),
    ]
    assert len({CONTRACT.hash, *(other.hash for other in others)}) == 5


def test_whole_numbers_as_ranges_hash_as_floats() -> None:
    assert replace(CONTRACT, ranges=((0, 1),) * 3).hash == CONTRACT.hash


def test_the_contract_of_the_definition_that_ships() -> None:
    contract = feature_contract(default_definition())
    assert 60 <= len(contract.names) <= 100
    assert len(set(contract.names)) == len(contract.names) == len(contract.sources) == len(contract.directions)
    assert set(contract.directions) <= {-1, 0, 1}
    assert all(low < high and np.isfinite([low, high]).all() for low, high in contract.ranges)
    assert [name for name, source in zip(contract.names, contract.sources, strict=True) if source == "guardian"] == [
        "guardian__grandparents", "guardian__relatives", "guardian__friends", "guardian__one_parent", "guardian__none",
    ]  # fmt: skip


def test_a_table_is_built_to_its_contract() -> None:
    table = build_feature_table(make_tables(children=[{}]), default_definition(), date(2016, 7, 1), county=COUNTY)
    assert tuple(table.frame.columns[3:]) == table.contract.names
    assert isinstance(table.frame, pl.DataFrame)
    assert set(table.frame.dtypes[3:]) == {pl.Float32}


@pytest.mark.parametrize(
    ("feature", "changed"),
    [
        ("distance_school", {"column": "distance_clinic_km"}),
        ("visits_met_share", {"days": 90}),
        ("findings_severe", {"where": {"severity": {"at_least": 3}}}),
        ("age", {"column": "parents_away_since"}),
    ],
)
def test_the_same_names_made_in_another_way_are_another_contract(feature: str, changed: dict[str, object]) -> None:
    definition = default_definition()
    declared = {**definition.features[feature], **changed}
    other = replace(definition, features={**definition.features, feature: declared}, hash="other")
    ours, theirs = feature_contract(definition), feature_contract(other)
    assert ours.names == theirs.names
    assert ours.hash != theirs.hash


def test_words_people_read_are_no_part_of_the_contract() -> None:
    definition = default_definition()
    declared = {**definition.features["age"], "en": "years lived"}
    other = replace(definition, features={**definition.features, "age": declared}, hash="other")
    assert feature_contract(definition).hash == feature_contract(other).hash


def test_another_cohort_is_another_contract() -> None:
    definition = default_definition()
    other = replace(definition, cohort={**definition.cohort, "age_below": 18}, hash="other")
    assert feature_contract(definition).hash != feature_contract(other).hash
