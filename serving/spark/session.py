"""A quiet session on an existing Spark cluster, and what to do when there is none."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from features.cli.console import UserError

if TYPE_CHECKING:
    from pyspark import SparkContext

LOG = "spark-driver.log"
STANDALONE = "spark://"
PYTHON, PYTHON_VARIABLE = "spark.pyspark.python", "PYSPARK_PYTHON"
_CONNECT_SECONDS = 5.0

# Only what makes the run quiet and its memory known; everything else is the cluster's or the user's to say.
_SETTINGS: Mapping[str, str] = {
    "spark.app.name": "mopai score",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
}


@contextmanager
def spark_context(master: str, settings: Mapping[str, str], logs: Path) -> Iterator[SparkContext]:
    """A context on the cluster at ``master``, ended with the block. What Java says goes to a file in ``logs``.

    Args:
        master: the URL of the cluster, as ``spark://HOST:7077``.
        settings: Spark settings of the user, which go before ours.
        logs: the folder for the driver's log.

    Raises:
        UserError: PySpark or Java is missing, nobody answers at the URL, or Spark refuses to start.
    """
    _require_pyspark()
    _require_java()
    _require_answer(master)
    choose_python(master, settings)
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / LOG).open("wb") as log:
        context = _started(master, {**_SETTINGS, **settings}, log.fileno(), logs / LOG)
        try:
            yield context
        finally:
            context.stop()
            _end_java()


@contextmanager
def without_pandas_warning() -> Iterator[None]:
    """PySpark warns of every pandas it has not seen yet; nothing here goes through its pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


def spark_settings(given: Sequence[str]) -> dict[str, str]:
    """Spark settings from ``KEY=VALUE`` words. UserError when one is something else."""
    found = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not equals or not key.startswith("spark."):
            raise UserError(f"--spark-conf {word}: wanted spark.KEY=VALUE", "as in: spark.executor.memory=4g")
        found[key] = value
    return found


def choose_python(master: str, settings: Mapping[str, str]) -> None:
    """PySpark reads which Python executors run from the environment alone."""
    if PYTHON in settings:
        os.environ[PYTHON_VARIABLE] = settings[PYTHON]
    elif master.startswith("local"):
        os.environ.setdefault(PYTHON_VARIABLE, sys.executable)


def _require_pyspark() -> None:
    from importlib.util import find_spec

    if find_spec("pyspark") is None:
        raise UserError("PySpark is not installed", "install it with: pip install 'mopai[spark]'")


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").is_file()):
        raise UserError(
            "Java is missing, which Spark runs on", "install it with: apt-get install openjdk-17-jre-headless"
        )


def _require_answer(master: str) -> None:
    """Spark itself tries for a minute before it says that nobody is there."""
    if not master.startswith(STANDALONE):
        return
    places = master.removeprefix(STANDALONE).split(",")
    if not any(_answers(place) for place in places):
        raise UserError(f"no Spark cluster answers at {master}", "give --master the URL that the cluster's page shows")


def _answers(place: str) -> bool:
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _started(master: str, settings: Mapping[str, str], log: int, path: Path) -> SparkContext:
    with without_pandas_warning():
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # py4j has no types
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
        from pyspark.java_gateway import launch_gateway

        conf = SparkConf(loadDefaults=False).setMaster(master).setAll(list(settings.items()))
        try:
            gateway = launch_gateway(conf, {"stderr": log, "stdout": log})  # type: ignore[no-untyped-call]  # of PySpark
            return SparkContext(conf=conf, gateway=gateway)
        except (Py4JError, PySparkException, OSError, RuntimeError) as error:
            raise UserError(
                f"no session on the Spark cluster {master}", f"check --master; the reason stands in {path}"
            ) from error


def _end_java() -> None:
    """Let the Java process end with its session: the next one starts with its own settings."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway  # noqa: SLF001 - PySpark has no public way to end it
    if gateway is not None:
        gateway.shutdown()
        process = getattr(gateway, "proc", None)
        if process is not None:
            process.stdin.close()
            process.wait()
    SparkContext._gateway = None  # noqa: SLF001
    SparkContext._jvm = None  # noqa: SLF001
