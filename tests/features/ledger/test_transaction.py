"""Writers of a store: one at a time, all or nothing, and never in a folder that is something else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.manifest import Manifest, StoredTable
from features.ledger.store import LedgerStore
from features.ledger.transaction import LOCK, STAGING, WRITER, commit, writing

BLANK = Manifest.blank(load_definition())


def stage(staging: Path, content: bytes = b"x") -> StoredTable:
    (staging / "520101").mkdir(exist_ok=True)
    (staging / "520101" / "visits.parquet").write_bytes(content)
    return StoredTable("520101/visits.parquet", 1, "0" * 64, None, None, 0)


def test_a_committed_file_is_in_the_manifest_and_staging_is_gone(tmp_path: Path) -> None:
    with writing(tmp_path / "l") as staging:
        committed = commit(tmp_path / "l", staging, BLANK, {"520101": {"visits": stage(staging, b"one")}})
    assert LedgerStore.open(tmp_path / "l").manifest == committed
    assert committed.counties["520101"]["visits"].file == "county=520101/00001/visits.parquet"
    assert (tmp_path / "l" / "county=520101/00001/visits.parquet").read_bytes() == b"one"
    assert not (tmp_path / "l" / STAGING).exists()
    assert not (tmp_path / "l" / WRITER).exists()


def test_what_is_not_committed_is_gone(tmp_path: Path) -> None:
    with writing(tmp_path / "l") as staging:
        stage(staging)
    assert [path.name for path in (tmp_path / "l").iterdir()] == [LOCK]


def test_generations_the_manifest_does_not_know_go_at_the_next_writing(tmp_path: Path) -> None:
    ledger = tmp_path / "l"
    with writing(ledger) as staging:
        first = commit(ledger, staging, BLANK, {"520101": {"visits": stage(staging, b"one")}})
        commit(ledger, staging, first, {"520101": {"visits": stage(staging, b"two")}})
    orphan = ledger / "county=520199" / "00007"
    orphan.mkdir(parents=True)
    (orphan / "visits.parquet").write_bytes(b"x")
    with writing(ledger):
        assert not orphan.exists()
        assert not (ledger / "county=520101/00001").exists()
        assert (ledger / "county=520101/00002/visits.parquet").read_bytes() == b"two"


def test_a_second_writer_is_told_whom_to_wait_for(tmp_path: Path) -> None:
    with writing(tmp_path / "l"), pytest.raises(UserError, match=f"process {os.getpid()} on") as raised:  # noqa: SIM117
        with writing(tmp_path / "l", wait_seconds=0.05):
            pytest.fail("two writers at once")
    assert "wait" in raised.value.hint


def test_a_writer_that_left_no_name_is_still_waited_for(tmp_path: Path) -> None:
    with FileLock(tmp_path / LOCK), pytest.raises(UserError, match="another import is writing"):  # noqa: SIM117
        with writing(tmp_path, wait_seconds=0.05):
            pytest.fail("two writers at once")


def test_a_folder_of_other_things_is_never_tidied(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(UserError, match=r"holds other things \(photo.jpg\)"), writing(tmp_path):
        pytest.fail("wrote into it")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_folder_that_cannot_be_made_is_an_error_to_act_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="file") as raised, writing(tmp_path / "file" / "ledger"):
        pytest.fail("wrote into a file")
    assert "can be written" in raised.value.hint


def test_generations_count_on_from_the_newest(tmp_path: Path) -> None:
    table = StoredTable("county=520101/00041/visits.parquet", 1, "0" * 64, None, None, 0)
    before = replace(BLANK, counties={"520101": {"visits": table}})
    with writing(tmp_path / "l") as staging:
        committed = commit(tmp_path / "l", staging, before, {"520101": {"visits": stage(staging)}})
    assert committed.counties["520101"]["visits"].file == "county=520101/00042/visits.parquet"
