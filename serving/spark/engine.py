"""Counties scored and written by the executors of a Spark cluster; their households are placed here.

Every county is one task that runs the operators on Polars frames, as one machine does, so the files have the same
bytes. The operators also run on Spark frames (the tests hold them equal), but far slower: see
``tests/benchmarks/spark.py``. What decides the order is a few columns of one row per household, which one machine
sorts in seconds even for a country.
"""

from __future__ import annotations

import pickle
import secrets
import shutil
import tempfile
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from features.cli.console import Progress, UserError, silent
from models.release.bundle import Bundle
from serving.batch.engine import Placed
from serving.batch.ranks import listed_twice, region_ranks
from serving.batch.tasks import CountyScored, CountyTask
from serving.spark import bootstrap
from serving.spark.jobs import run_counted, said
from serving.spark.parcel import Parcel, send_parcel
from serving.spark.session import spark_context

if TYPE_CHECKING:
    from pyspark import SparkContext

    from serving.spark.worker import CountyOutcome

# Enough parts that no core waits long for another, few enough that each is worth its start.
PARTS_PER_CORE = 2


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """A session on a cluster, and a folder for what is sent to it."""

    context: SparkContext
    folder: Path

    def score(self, tasks: Sequence[CountyTask], bundle: Bundle, progress: Progress = silent) -> Placed:
        """Score every county on the executors, place the households here, and have the executors write the files.

        Raises:
            UserError: no county can be scored, or an executor cannot work: it lacks a library, or does not see the
                ledger or the folder of scores.
        """
        parcel = send_parcel(self.context, bundle.path, self.folder)
        errand = _errand(tasks, parcel)
        outcomes = self._outcomes(tasks, parcel, errand, progress)
        missing = {county: one for county, one in sorted(outcomes.items()) if isinstance(one, UserError)}
        scored = [_scored(task, outcomes[task.county]) for task in tasks if task.county not in missing]
        if not scored:
            raise next(iter(missing.values()))
        ranks = region_ranks([(one.facts.county, one.task.staged) for one in scored])
        files = self._finished(ranks, tasks[0].staging, parcel, errand)
        _clear(tasks[0].staging)
        return Placed(tuple(scored), listed_twice(ranks), files, missing)

    def _outcomes(
        self, tasks: Sequence[CountyTask], parcel: Parcel, errand: bytes, progress: Progress
    ) -> Mapping[str, CountyOutcome | UserError]:
        """The largest counties begin, so that none of them is alone at the end."""
        largest = sorted(tasks, key=lambda task: -sum(task.store.rows(task.county).values()))
        counties = [task.county for task in largest]
        spread = self.context.parallelize(counties, len(counties))
        done = spread.mapPartitions(self._task(parcel, "score_counties", errand))
        return dict(run_counted(self.context, done.collect, len(counties), progress))

    def _finished(
        self, ranks: Mapping[str, pl.DataFrame], staging: Path, parcel: Parcel, errand: bytes
    ) -> dict[str, str]:
        """Have each county's file written with its places; these lie in ``staging`` for the executors."""
        from serving.spark.worker import places_of

        for county, places in ranks.items():
            places.write_ipc(places_of(staging, county))
        parts = min(len(ranks), PARTS_PER_CORE * self.context.defaultParallelism)
        spread = self.context.parallelize(list(ranks), parts)
        with said():
            return dict(ChainMap(*spread.mapPartitions(self._task(parcel, "finish_counties", errand)).collect()))

    def _task(self, parcel: Parcel, function: str, errand: bytes) -> bootstrap.Task:
        return bootstrap.on_executor(parcel.packages, parcel.content, parcel.versions, function, errand)


@contextmanager
def spark_engine(master: str, settings: Mapping[str, str], logs: Path) -> Iterator[SparkEngine]:
    """An engine on the cluster at ``master``; the session ends with the block.

    Raises:
        UserError: there is no session to be had (see ``spark_context``).
    """
    with tempfile.TemporaryDirectory(prefix="mopai-spark-") as folder, spark_context(master, settings, logs) as context:
        yield spark_engine_of(context, Path(folder))


def spark_engine_of(context: SparkContext, folder: Path) -> SparkEngine:
    """An engine on a session that is there already."""
    from pyspark import cloudpickle

    # Executors do not have the module these functions come from before the functions have run.
    cloudpickle.register_pickle_by_value(bootstrap)  # type: ignore[no-untyped-call]  # of PySpark
    return SparkEngine(context, folder)


def _errand(tasks: Sequence[CountyTask], parcel: Parcel) -> bytes:
    """What all executors are told, with a sign in the folder of scores by which they know that they see it."""
    from serving.spark.worker import SHARED, CountyOrder, Errand

    first, sign = tasks[0], secrets.token_hex(16)
    (first.staging / SHARED).write_text(sign, encoding="utf-8")
    orders = {
        task.county: CountyOrder(task.scoring.policy, task.scoring.suspended, task.scoring.region) for task in tasks
    }
    shared = (first.store, first.region, first.scoring.as_of, first.scoring.definition)
    return pickle.dumps(Errand(*shared, first.staging, sign, parcel.bundle, orders))


def _scored(task: CountyTask, outcome: CountyOutcome | UserError) -> CountyScored:
    if isinstance(outcome, UserError):
        raise outcome
    return CountyScored(task, outcome.facts, outcome.rules, outcome.files)


def _clear(staging: Path) -> None:
    """Leave only the files of the result: what was staged, the sign, and what a lost executor had begun go."""
    for path in (*staging.glob("*.arrow"), *staging.glob(".*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
