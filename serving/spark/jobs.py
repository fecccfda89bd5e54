"""Jobs on a cluster: run with progress, and what went wrong in words for the user."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from features.cli.console import Progress, UserError
from serving.spark.bootstrap import SAID

if TYPE_CHECKING:
    from pyspark import SparkContext

Result = TypeVar("Result")
_POLL_SECONDS = 0.5


@contextmanager
def said() -> Iterator[None]:
    """Turn the failure of a job into what the executor said, or into where its words stand.

    Raises:
        UserError: the job failed.
    """
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # py4j has no types
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise in_words(str(error)) from error


def run_counted(context: SparkContext, job: Callable[[], Result], total: int, progress: Progress) -> Result:
    """The result of a job while its finished tasks are told to a listener.

    Args:
        context: the session; the job runs in a group of its own.
        job: starts the one job there is, and waits for it.
        total: how many tasks the job has.
        progress: the listener.
    """
    group = f"mopai-{id(job)}"
    found: list[Result] = []
    failed: list[BaseException] = []

    def work() -> None:
        context.setJobGroup(group, "mopai score", interruptOnCancel=True)
        try:
            with said():
                found.append(job())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that waits
            failed.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    progress(0, total)
    try:
        while worker.is_alive():
            worker.join(_POLL_SECONDS)
            progress(min(_finished(context, group), total), total)
    except BaseException:
        context.cancelJobGroup(group)
        raise
    if failed:
        raise failed[0]
    progress(total, total)
    return found[0]


def _finished(context: SparkContext, group: str) -> int:
    tracker = context.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
    stages = [tracker.getStageInfo(stage) for job in jobs if job is not None for stage in job.stageIds]
    return sum(stage.numCompletedTasks for stage in stages if stage is not None)


def in_words(text: str) -> UserError:
    """The error to act on in what a failed job says: an executor's own words, if they are in it."""
    for line in text.splitlines():
        _, mark, words = line.partition(SAID)
        if mark:
            message, _, hint = words.partition("|")
            return UserError(message, hint)
    return UserError(
        "the work on the Spark cluster failed",
        "see the log of the driver and, on the cluster's pages, of the executors",
    )
