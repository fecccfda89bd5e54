"""Work over counties in separate processes: spawned, one Polars thread each, gone when their parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from features.cli.console import Progress, UserError, silent

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that all hold one common thing, sent to each of them once. Without a pool the work is done here."""

    common: Any
    pool: ProcessPoolExecutor | None

    def map(
        self,
        function: Callable[[Any, Item], Result],
        items: Sequence[Item],
        *,
        progress: Progress = silent,
        note: Callable[[Item], str] = str,
        finished: Callable[[Item, Result], None] = lambda _item, _result: None,
    ) -> list[Result]:
        """Results of ``function(common, item)`` for every item, in the order of the items.

        ``finished`` hears here of each result as it comes. The first error stops the work that has not begun and is
        raised here.

        Raises:
            UserError: the system killed a worker.
        """

        def told(item: Item, result: Result, done: int) -> None:
            finished(item, result)
            progress(done, len(items), note(item))

        progress(0, len(items))
        if self.pool is None:
            results = []
            for item in items:
                results.append(function(self.common, item))
                told(item, results[-1], len(results))
            return results
        waiting = {self.pool.submit(_with_common, function, item): position for position, item in enumerate(items)}
        pending, count = set(waiting), 0
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                _raise_error(future, self.pool)
                count += 1
                told(items[waiting[future]], future.result(), count)
        return [future.result() for future in waiting]


@contextmanager
def processes(common: object, count: int) -> Iterator[Workers]:
    """Workers for the block; with a count of one everything runs in this process. ``common`` must be picklable."""
    if count <= 1:
        yield Workers(common, None)
        return
    context = multiprocessing.get_context("spawn")
    # Pickled here, so that a worker reads it only after its thread count is set.
    sent = (pickle.dumps(common),)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker, initargs=sent) as pool:
        yield Workers(common, pool)


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
    with processes(function, min(workers or cores(), len(items))) as held:
        return held.map(_call, items, progress=progress, note=note)


def _call(function: Callable[[Item], Result], item: Item) -> Result:
    return function(item)


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


# For Polars' allocator: what one county freed is kept for the next, in large pages.
_MEMORY = "dirty_decay_ms:10000,muzzy_decay_ms:-1,background_thread:false,thp:always"
_sent: list[bytes] = []


def _begin_worker(common: bytes) -> None:
    """Runs before anything heavy is imported in the worker, so Polars sees its thread count."""
    for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ.setdefault("_RJEM_MALLOC_CONF", _MEMORY)
    _sent.append(common)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


@cache
def _common() -> Any:  # noqa: ANN401 - what the parent sent
    return pickle.loads(_sent[0])  # noqa: S301 - from the parent process


def _with_common(function: Callable[[Any, Item], Result], item: Item) -> Result:
    return function(_common(), item)


def _follow(parent: multiprocessing.process.BaseProcess) -> None:
    """A killed parent must not leave workers that go on writing."""
    parent.join()
    os._exit(1)
