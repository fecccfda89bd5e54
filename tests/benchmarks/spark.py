"""A region scored by the processes of one machine against a Spark cluster, and features on frames of either.

The first table shows what the cluster itself costs: the same counties, once with as many processes as the cluster has
cores. The second is why a county is one task that runs on Polars frames in an executor: the operators give the same
features on Spark frames, but plan and shuffles of hundreds of them cost far more than a county's rows do (measured for
1,000 children on two cores: 50 times the seconds of Polars, on values without a difference).

Example: python -m tests.benchmarks.spark --ledger ledger --home home/demo --as-of 2026-06-30 --rows 1000
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pyspark.sql import SparkSession

from features.definition.structure import CHILD
from features.table import build_feature_table
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.spark.engine import SparkEngine, spark_engine
from serving.spark.session import without_pandas_warning
from tests.benchmarks.feature_data import AS_OF, make_data
from tests.benchmarks.features import Matrix, largest_difference
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.builders import default_definition


def whole_runs(request: ScoreRequest, engine: SparkEngine, repeats: int) -> Row:
    """Scoring of a ledger on both, after a first run of each. The difference is 0 if the files are the same bytes."""
    with tempfile.TemporaryDirectory(dir=request.ledger.parent) as folder:
        local, spark = (replace(request, out=Path(folder) / name) for name in ("local", "spark"))
        contestants = {
            "Spark": lambda: score_region(spark, engine=engine),
            "processes of one machine": lambda: score_region(local),
        }
        timings = race(contestants, repeats=repeats)
        ours, theirs = ScoreFolder.open(spark.out).manifest, ScoreFolder.open(local.out).manifest
    difference = 0.0 if ours == theirs else float("inf")
    title = f"score {ours.counts()['children']:,} children"
    return compare(title, timings, "Spark", "processes of one machine", max_difference=difference)


def feature_runs(children: int, engine: SparkEngine, repeats: int) -> Row:
    """The features of one county on Polars and on Spark frames, each until they are here."""
    tables = make_data(children)
    session = SparkSession(engine.context)
    spread = {name: session.createDataFrame(frame.to_arrow()) for name, frame in tables.items()}
    contestants = {"Polars frames": lambda: features_of(tables), "Spark frames": lambda: features_of(spread)}
    timings = race(contestants, repeats=repeats)
    difference = largest_difference(features_of(tables), features_of(spread))
    title = f"features of {children:,} children"
    return compare(title, timings, "Polars frames", "Spark frames", max_difference=difference)


def features_of(tables: Mapping[str, Any]) -> Matrix:
    """The feature values of a county's tables, as frames of any engine."""
    table = build_feature_table(tables, default_definition(), AS_OF, county="")
    frame = table.frame
    if not isinstance(frame, pl.DataFrame):
        frame = pl.DataFrame(pl.from_arrow(frame.toArrow())).sort(CHILD)
    return np.asarray(frame.select(table.contract.names).to_numpy(), dtype=np.float32)


def main() -> None:
    """Measure the sizes named, on one session."""
    parser = arguments("The batch on Spark, and features on frames of Spark.", rows=[1_000])
    parser.add_argument("--ledger", type=Path, required=True, help="the ledger to score")
    parser.add_argument("--home", type=Path, required=True, help="the home with the release")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True, help="the day to speak for")
    parser.add_argument("--master", default="local-cluster[2,1,1024]", help="URL of the cluster")
    asked = parser.parse_args()
    request = ScoreRequest(asked.ledger, "", asked.as_of, Path(), asked.home)
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as logs,
        spark_engine(asked.master, {}, Path(logs)) as engine,
        without_pandas_warning(),
    ):
        print(f"session: {time.perf_counter() - started:.1f} s")
        rows = [whole_runs(request, engine, asked.repeats)]
        rows += [feature_runs(children, engine, asked.repeats) for children in asked.rows or [1_000]]
    show(rows, asked.json)


if __name__ == "__main__":
    main()
