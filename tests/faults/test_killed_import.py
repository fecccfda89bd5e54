"""An import killed in the middle leaves the ledger as it was, and the next one succeeds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore, verify
from features.ledger.transaction import STAGING
from tests.faults.provinces import start, store_bytes, write_counties
from tests.features.ledger.senders import send

PATIENCE_SECONDS = 60.0
IN_PROCESSES = """
import sys
from pathlib import Path
from features.definition import load_definition
from features.ledger.importer import import_folder
import_folder(Path(sys.argv[1]), Path(sys.argv[2]), load_definition(), workers=2)
"""


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    import_folder(send(tmp_path / "first", "529901"), tmp_path / "ledger", load_definition())
    return tmp_path / "ledger"


def staged(ledger: Path) -> bool:
    return any((ledger / STAGING).glob("*/*/*.parquet"))


def test_killed_in_the_middle_nothing_has_changed_and_the_next_import_succeeds(ledger: Path, tmp_path: Path) -> None:
    source = write_counties(tmp_path / "source", counties=3, households=4_000)
    before = store_bytes(ledger)
    importing = start("ledger", "import", source, "--ledger", ledger)
    wait_until(lambda: staged(ledger))
    importing.send_signal(signal.SIGKILL)
    assert importing.wait() == -signal.SIGKILL
    importing.communicate()
    assert store_bytes(ledger) == before
    assert (ledger / STAGING).exists()
    verify(LedgerStore.open(ledger))

    report = import_folder(source, ledger, load_definition())
    assert report.faults.is_empty()
    assert not (ledger / STAGING).exists()
    store = LedgerStore.open(ledger)
    assert store.counties() == ("520001", "520002", "520003", "529901")
    assert store.rows("520003")["visits"] == 20_000
    verify(store)


@pytest.mark.slow
def test_workers_of_a_killed_import_do_not_go_on_writing(ledger: Path, tmp_path: Path) -> None:
    source = write_counties(tmp_path / "source", counties=4, households=4_000)
    before = store_bytes(ledger)
    importing = subprocess.Popen([sys.executable, "-c", IN_PROCESSES, str(source), str(ledger)], start_new_session=True)
    wait_until(lambda: staged(ledger))
    workers = psutil.Process(importing.pid).children(recursive=True)
    assert workers
    os.kill(importing.pid, signal.SIGKILL)
    importing.wait()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)
    assert alive == []
    assert store_bytes(ledger) == before


@pytest.mark.slow
def test_two_imports_at_once_come_one_after_the_other(ledger: Path, tmp_path: Path) -> None:
    one = write_counties(tmp_path / "one", counties=2, households=500)
    other = send(tmp_path / "other", "529902")
    both = [start("ledger", "import", source, "--ledger", ledger) for source in (one, other)]
    for importing in both:
        _, err = importing.communicate(timeout=PATIENCE_SECONDS)
        assert importing.returncode == 0, err
    store = LedgerStore.open(ledger)
    assert store.counties() == ("520001", "520002", "529901", "529902")
    verify(store)
