"""One session for all tests: a cluster of two worker processes, which takes longer to start than most tests run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from serving.spark.engine import SparkEngine, spark_engine
from serving.spark.session import without_pandas_warning
from tests.serving.conftest import model, released_home, scored

__all__ = ["model", "released_home", "scored"]

MASTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="session", autouse=True)
def _spark_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Workers of such a cluster leave their folders in the home of Spark: here, not among the installed packages."""
    home = tmp_path_factory.mktemp("spark-home")
    for part in Path(pyspark.__file__).parent.iterdir():
        if part.name != "work":
            (home / part.name).symlink_to(part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        yield


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, _spark_home: None) -> Iterator[SparkEngine]:
    """An engine on that cluster."""
    logs = tmp_path_factory.mktemp("spark-logs")
    with spark_engine(MASTER, {"spark.sql.shuffle.partitions": "2"}, logs) as made, without_pandas_warning():
        yield made
