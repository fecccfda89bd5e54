"""The engine a person chose on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from features.cli.console import UserError
from serving.batch.engine import Engine

EngineName = Literal["local", "spark"]


@contextmanager
def chosen_engine(name: EngineName, master: str | None, settings: Sequence[str], home: Path) -> Iterator[Engine | None]:
    """The engine of a name for the block; None for the processes of this machine.

    Args:
        name: local or spark.
        master: the URL of the cluster.
        settings: Spark settings as ``spark.KEY=VALUE``.
        home: where the driver's log goes, in ``logs/``.

    Raises:
        UserError: the options do not go together, or there is no session to be had on the cluster.
    """
    if name == "local":
        if master is not None or settings:
            raise UserError("--master and --spark-conf go with --engine spark", "add --engine spark, or leave them out")
        yield None
        return
    if master is None:
        raise UserError("--engine spark: no cluster is named", "give --master, as in spark://HOST:7077")
    from serving.spark.engine import spark_engine
    from serving.spark.session import spark_settings

    with spark_engine(master, spark_settings(settings), home / "logs") as engine:
        yield engine
