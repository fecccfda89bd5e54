"""Every feature of random ledgers is the same on pandas, Polars and Spark. All ledgers are one Spark job."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyspark.sql import SparkSession

from features.table import FeatureTable, build_feature_table
from serving.spark.engine import SparkEngine
from tests.builders import COUNTY, Tables, as_pandas, default_definition
from tests.generative.ledgers import AS_OF, ledgers

Matrix = npt.NDArray[np.float32]

CASES = 60
# Enough to see that ledgers told apart by their keys do not mix in one table.
ALONE = 20
_KEYS = ("row_id", "retracts", "child_id", "household_id", "visit_id", "finding_id")


@pytest.mark.slow
def test_pandas_polars_and_spark_give_the_same_values(engine: SparkEngine) -> None:
    cases = _cases()
    one_by_one = [_built(tables) for tables in cases[:ALONE]]
    keyed = [_keyed(tables, case) for case, tables in enumerate(cases)]
    union = {name: pl.concat([tables[name] for tables in keyed]) for name in keyed[0]}
    polars, pandas = _built(union), _built(as_pandas(union))
    session = SparkSession(engine.context)
    spark = _built({name: session.createDataFrame(frame.to_arrow()) for name, frame in union.items()})
    found = pl.DataFrame(pl.from_arrow(spark.frame.toArrow())).sort("child_id")
    children = polars.frame["child_id"].to_list()
    assert len(children) > CASES
    assert children == found["child_id"].to_list() == pandas.frame["child_id"].to_list()
    _same(polars, polars.matrix(), found.select(polars.contract.names).to_numpy())
    _same(polars, polars.matrix(), pandas.matrix())
    ours, alone = _in_union(polars, one_by_one)
    _same(polars, ours, alone)
    for name in ("dates", "audit"):
        theirs = pl.DataFrame(pl.from_arrow(getattr(spark, name).toArrow())).sort("child_id")
        assert theirs.equals(getattr(polars, name)), name


def _cases() -> list[Tables]:
    drawn: list[Tables] = []

    @settings(
        max_examples=CASES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(ledgers())
    def draw(tables: Tables) -> None:
        drawn.append(tables)

    draw()
    return drawn


def _keyed(tables: Tables, case: int) -> Tables:
    """A ledger whose numbers and villages carry its case; villages of another county still lie in another."""
    sign = pl.lit(f"{case}|")
    made = {}
    for name, frame in tables.items():
        columns = [(sign + pl.col(key)).alias(key) for key in _KEYS if key in frame.columns]
        if "region_code" in frame.columns:
            village = pl.col("region_code")
            own = pl.when(village.str.starts_with(COUNTY)).then(pl.lit(COUNTY)).otherwise(pl.lit("elsewhere"))
            columns.append((own + sign + village).alias("region_code"))
        made[name] = frame.with_columns(columns)
    return made


def _built(tables: Any) -> FeatureTable:
    return build_feature_table(tables, default_definition(), AS_OF, county=COUNTY)


def _in_union(union: FeatureTable, tables: list[FeatureTable]) -> tuple[Matrix, Matrix]:
    """The rows of the children of some ledgers in the table of all, and as each ledger's own table has them."""
    place = {child: at for at, child in enumerate(union.frame["child_id"])}
    names = [f"{case}|{child}" for case, table in enumerate(tables) for child in table.frame["child_id"]]
    return union.matrix()[[place[name] for name in names]], np.concatenate([table.matrix() for table in tables])


def _same(table: FeatureTable, ours: Matrix, theirs: Matrix) -> None:
    """To the last bit: features are counts, sums of whole numbers, and quotients of them."""
    different = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs))).all(axis=0)
    assert not different.any(), [table.contract.names[column] for column in np.flatnonzero(different)]
