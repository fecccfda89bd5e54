"""Retraining: once when something changed, not again; taken up after a kill; nothing promoted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.release.bundle import is_whole
from models.release.current import ReleaseStore
from tests.conftest import SMALL_PROVINCE
from tests.training.trained import run_plan, trained
from training.evidence import evidence_folder
from training.retrain.fingerprint import Fingerprint
from training.retrain.run import RetrainRequest, newest_record, retrain, stands
from training.retrain.state import LastRun, alone, read_last, write_last

ONLY = ("known",)


def _request(ledger: Path, home: Path) -> RetrainRequest:
    return RetrainRequest(ledger, home, run_plan(), load_definition(), only=ONLY, workers=1)


def _files(home: Path) -> dict[str, int]:
    return {str(path.relative_to(home)): path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def trained_home(ledger: Path, tmp_path: Path) -> Path:
    """A home as a retraining leaves it that was killed between training and audit."""
    home = tmp_path / "home"
    shutil.copytree(trained(ledger).home, home)
    (home / "retrain").mkdir()
    now = Fingerprint.of(LedgerStore.open(ledger), run_plan(), load_definition())
    write_last(home, LastRun(now, trained(ledger).result.model_id))
    return home


def test_with_nothing_new_nothing_is_done(ledger: Path, trained_home: Path) -> None:
    done = replace(read_last(trained_home) or pytest.fail("nothing written"), audited=True, compared_with="")
    write_last(trained_home, done)
    retrain(_request(ledger, trained_home))
    before = _files(trained_home)
    made = retrain(_request(ledger, trained_home))
    assert made.nothing_new
    assert (made.model_id, made.steps, made.changed, made.released) == (done.model_id, (), (), "")
    assert _files(trained_home) == before


def test_a_model_without_its_bundle_or_evidence_stands_no_longer(ledger: Path, trained_home: Path) -> None:
    request, last = _request(ledger, trained_home), read_last(trained_home)
    assert last is not None
    assert stands(last, request)
    bundle = ReleaseStore(trained_home).bundles / last.model_id
    bundle.rename(trained_home / "gone")
    assert not stands(last, request)
    (trained_home / "gone").rename(bundle)
    shutil.rmtree(evidence_folder(trained_home, last.model_id))
    assert not stands(last, request)


def test_two_retrainings_at_once_are_refused(ledger: Path, trained_home: Path) -> None:
    with alone(trained_home), pytest.raises(UserError, match="another retraining is running"):
        retrain(_request(ledger, trained_home))


def test_the_list_is_of_the_day_of_the_newest_record(ledger: Path) -> None:
    assert 0 <= (SMALL_PROVINCE.last_day - newest_record(LedgerStore.open(ledger))).days < 31


@pytest.mark.slow
def test_a_run_killed_before_its_audit_is_taken_up_there(ledger: Path, trained_home: Path) -> None:
    made = retrain(_request(ledger, trained_home))
    assert made.steps == ("audit",)
    assert made.changed == ()
    assert (evidence_folder(trained_home, made.model_id) / "audit.json").is_file()
    ReleaseStore(trained_home).promote(made.model_id)
    again = retrain(_request(ledger, trained_home))
    assert again.nothing_new
    assert again.released == made.model_id


def _start(ledger: Path, home: Path) -> subprocess.Popen[bytes]:
    code = (
        "from pathlib import Path; from tests.training.retrain.test_run import _request; "
        "from training.retrain.run import retrain; import sys; retrain(_request(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", code, str(ledger), str(home)]
    return subprocess.Popen(command, cwd=root, start_new_session=True, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_nothing_half_and_the_next_run_does_it_all(ledger: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    running = _start(ledger, home)
    deadline = time.monotonic() + 120
    while not list(home.glob("training-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert list(home.glob("training-*"))
    assert read_last(home) is None
    assert ReleaseStore(home).list() == ()
    made = retrain(_request(ledger, home))
    assert made.steps == ("train", "audit")
    assert made.changed == ("data", "plan", "definition", "code")
    assert made.model_id == trained(ledger).result.model_id
    assert is_whole(ReleaseStore(home).bundles / made.model_id)

    ReleaseStore(home).promote(made.model_id)
    plan = replace(run_plan(), seed=7, hash="another")
    other = retrain(replace(_request(ledger, home), plan=plan))
    assert other.steps == ("train", "audit", "compare")
    assert other.changed == ("plan",)
    assert other.model_id != made.model_id
    assert other.released == ReleaseStore(home).pointer().model_id == made.model_id
    assert retrain(replace(_request(ledger, home), plan=plan)).nothing_new
