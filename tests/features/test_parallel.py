"""Work in processes: in order, one Polars thread each, and errors come home."""

from __future__ import annotations

import os
import signal

import pytest

from features.cli.console import UserError
from features.parallel import cores, map_processes, processes


def double(number: int) -> int:
    return 2 * number


def threads(_: int) -> tuple[int, str]:
    import polars as pl

    return pl.thread_pool_size(), os.environ["OMP_NUM_THREADS"]


def fail_at_two(number: int) -> int:
    if number == 2:
        raise UserError("two is wrong", "give another")
    return number


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    told: list[tuple[int, int, str]] = []
    results = map_processes(
        double, [3, 1, 2], workers=workers, progress=lambda done, total, note="": told.append((done, total, note))
    )
    assert results == [6, 2, 4]
    assert told[-1][:2] == (3, 3)
    assert {note for _, _, note in told} >= {"1", "2", "3"}


def test_each_process_has_one_thread() -> None:
    assert map_processes(threads, [1, 2], workers=2) == [(1, "1"), (1, "1")]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised_here_with_its_hint(workers: int) -> None:
    with pytest.raises(UserError, match="two is wrong") as raised:
        map_processes(fail_at_two, [1, 2, 3, 4], workers=workers)
    assert raised.value.hint == "give another"


def test_a_killed_worker_is_an_error_to_act_on() -> None:
    with pytest.raises(UserError, match="worker process was killed"):
        map_processes(die, [1, 2], workers=2)


def test_no_items_no_results() -> None:
    assert map_processes(double, []) == []
    assert cores() >= 1


def scaled(times: int, number: int) -> int:
    return times * number


@pytest.mark.parametrize("count", [1, 2])
def test_workers_share_one_thing_and_each_result_is_heard_of(count: int) -> None:
    heard: dict[int, int] = {}
    with processes(3, count) as workers:
        assert workers.map(scaled, [1, 2], finished=heard.__setitem__) == [3, 6]
        assert workers.map(scaled, [5]) == [15]
    assert heard == {1: 3, 2: 6}
