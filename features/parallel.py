"""Work over counties in separate processes: spawned, one Polars thread each, gone when their parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from features.cli.console import Progress, UserError, silent

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    progress: Progress = silent,
    note: Callable[[Item], str] = str,
) -> list[Result]:
    """Results of ``function`` for every item, in the order of the items.

    With one worker (or one item) everything runs in this process. ``function`` and the items must be picklable.
    The first error stops the work that has not begun and is raised here.

    Raises:
        UserError: the system killed a worker.
    """
    count = min(workers or cores(), len(items))
    if count <= 1:
        return [_told(function, item, number, len(items), progress, note) for number, item in enumerate(items)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker) as pool:
        waiting = {pool.submit(function, item): position for position, item in enumerate(items)}
        pending = set(waiting)
        progress(0, len(items))
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                _raise_error(future, pool)
                progress(len(items) - len(pending), len(items), note(items[waiting[future]]))
        return [future.result() for future in waiting]


def _raise_error(future: Future[Result], pool: ProcessPoolExecutor) -> None:
    """Raise the error of finished work, after calling off the work that waits."""
    error = future.exception()
    if error is None:
        return
    pool.shutdown(wait=False, cancel_futures=True)
    if isinstance(error, BrokenProcessPool):
        raise UserError(
            "a worker process was killed", "memory may have run out: close other programs, run again"
        ) from error
    raise error


def _told(
    function: Callable[[Item], Result],
    item: Item,
    number: int,
    total: int,
    progress: Progress,
    note: Callable[[Item], str],
) -> Result:
    progress(number, total, note(item))
    result = function(item)
    progress(number + 1, total, note(item))
    return result


def _begin_worker() -> None:
    """Runs before anything heavy is imported in the worker, so Polars sees its thread count."""
    for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: multiprocessing.process.BaseProcess) -> None:
    """A killed parent must not leave workers that go on writing."""
    parent.join()
    os._exit(1)
