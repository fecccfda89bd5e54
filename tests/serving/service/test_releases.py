"""Releases under load: ready only with a sound one, taken up by all workers, no failed request, no damaged bundle."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.release.bundle import write_bundle
from models.release.current import ReleaseStore
from tests.models.making import bundle_content
from tests.serving.service.conftest import Server, copied_home, start
from tests.serving.service.requests import family

WITHIN = 5.0


@pytest.fixture(scope="module")
def moved(released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of two workers that starts without any release; its pointer may be moved."""
    home = tmp_path_factory.mktemp("moved")
    running = start(home, workers=2)
    assert_not_ready(running)
    copied_home(released_home, home)
    running.wait_for("/readyz", 200)
    yield running
    running.stop()


def assert_not_ready(server: Server) -> None:
    with server.client() as client:
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.post("/v1/score", json={})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")
        assert client.get("/v1/model").status_code == 503


@contextmanager
def load(server: Server, request: dict[str, Any]) -> Iterator[list[tuple[float, int, str]]]:
    """Ask again and again from two threads; gives when, with what status and by which release it was answered."""
    seen: list[tuple[float, int, str]] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            # A connection each, so that every worker is asked.
            with server.client() as client:
                answer = client.post("/v1/score", json=request)
            seen.append((time.monotonic(), answer.status_code, answer.json().get("model_id", "")))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_a_release_and_its_rollback_are_taken_up_by_all_without_a_failed_request(
    moved: Server, county_request: dict[str, Any], tmp_path: Path
) -> None:
    store = ReleaseStore(moved.home)
    first = store.current().name
    second = store.install(write_bundle(tmp_path, bundle_content(num_leaves=5)))
    request = family(county_request, county_request["children"][0]["child_id"])
    with load(moved, request) as seen:
        time.sleep(2)
        moves = []
        for model, move in ((second, lambda: store.promote(second)), (first, store.rollback)):
            move()
            moves.append((time.monotonic(), model))
            time.sleep(WITHIN + 2)
    failed = sum(status != 200 for _, status, _ in seen)
    print(f"\npromotion and rollback under load: {len(seen)} requests, {failed} failed")  # noqa: T201 - shown with -s
    assert failed == 0
    for at, model in moves:
        later = [by for when, _, by in seen if at + WITHIN <= when < at + WITHIN + 2]
        assert later
        assert set(later) == {model}


@pytest.mark.slow
def test_a_damaged_bundle_is_refused_and_the_old_release_goes_on(
    moved: Server, county_request: dict[str, Any], tmp_path: Path
) -> None:
    store = ReleaseStore(moved.home)
    first = store.current().name
    # Promotion would refuse a damaged bundle; the disk fails after it.
    damaged = store.install(write_bundle(tmp_path, bundle_content(num_leaves=6)))
    booster = store.bundles / damaged / "booster.txt"
    booster.write_text(booster.read_text().replace("0.0", "0.1", 1))
    pointer = moved.home / "releases" / "current.json"
    pointer.write_text(pointer.read_text().replace(first, damaged, 1))
    request = family(county_request, county_request["children"][0]["child_id"])
    with load(moved, request) as seen:
        moved.wait(lambda _: moved.log.read_text().count(f"release {damaged} refused") >= 2)
        time.sleep(1)
    print(f"\ndamaged bundle refused under load: {len(seen)} requests, all by {first}")  # noqa: T201 - shown with -s
    assert {(status, by) for _, status, by in seen} == {(200, first)}
    with moved.client() as client:
        assert client.get("/readyz").status_code == 200
    pointer.write_text(pointer.read_text().replace(damaged, first, 1))
