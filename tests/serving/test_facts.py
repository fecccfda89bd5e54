"""Values and dates of declared features: one-hot parts read back as one value, what is not known stays so."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features.contract import FeatureContract, feature_contract
from features.definition.feature import feature_specs
from serving.batch.facts import source_dates, source_values, sources_of
from tests.builders import default_definition

CONTRACT = FeatureContract(
    ("age", "kind__a", "kind__b", "kind__c", "visits"),
    ("age", "kind", "kind", "kind", "visits"),
    (0,) * 5,
    ((0, 1),) * 5,
)
NAN = float("nan")


def test_the_parts_of_a_category_are_one_value_its_place() -> None:
    matrix = np.array(
        [[7.5, 0, 0, 1, 2], [NAN, 1, 0, 0, NAN], [3, 0, 0, 0, 0], [3, NAN, NAN, NAN, 0]], dtype=np.float32
    )
    values = source_values(matrix, CONTRACT)
    expected = [[7.5, 2, 2], [NAN, 0, NAN], [3, NAN, 0], [3, NAN, 0]]
    np.testing.assert_array_equal(values, expected)
    assert sources_of(CONTRACT) == ("age", "kind", "visits")


def test_no_rows_and_no_features_have_no_values() -> None:
    assert source_values(np.empty((0, 5), dtype=np.float32), CONTRACT).shape == (0, 3)
    empty = FeatureContract((), (), (), ())
    assert source_values(np.empty((2, 0), dtype=np.float32), empty).shape == (2, 0)
    assert source_dates(pl.DataFrame({"child_id": ["a", "b"]}), empty, default_definition()).shape == (2, 0)


def test_the_day_of_a_feature_is_that_of_the_table_it_reads() -> None:
    definition = default_definition()
    contract = feature_contract(definition)
    days = {f"date_{name}": [date(2018, 1, place + 1), None] for place, name in enumerate(definition.tables)}
    found = source_dates(
        pl.DataFrame({"child_id": ["a", "b"], **days}, schema_overrides=dict.fromkeys(days, pl.Date)),
        contract,
        definition,
    )
    tables = [spec.table for spec in feature_specs(definition)]
    assert found.shape == (2, len(tables))
    assert found[0].tolist() == [days[f"date_{table}"][0] for table in tables]
    assert np.isnat(found[1]).all()
