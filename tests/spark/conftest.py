"""One session for all tests: a cluster of two worker processes, which takes longer to start than most tests run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from serving.spark.engine import SparkEngine, spark_engine
from serving.spark.session import without_pandas_warning
from tests.serving.conftest import model, released_home, scored

__all__ = ["model", "released_home", "scored"]

MASTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """An engine on that cluster. What Spark leaves in its own folder is removed."""
    logs = tmp_path_factory.mktemp("spark-logs")
    with spark_engine(MASTER, {"spark.sql.shuffle.partitions": "2"}, logs) as made, without_pandas_warning():
        application = made.context.applicationId
        yield made
    shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)
