"""Evidence is what the run judged, and half of it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from tests.training.trained import trained
from training.evaluation import estimate
from training.evidence import evidence_folder, read_evidence, write_evidence


def test_the_kept_rows_give_the_run_s_own_estimates(ledger: Path) -> None:
    run = trained(ledger)
    kept = read_evidence(run.home, run.result.model_id, load_definition())
    assert kept.plan == run.plan
    for one in run.result.estimates:
        assert estimate(one.name, one.window, kept.estimate_rows(one.name, one.window), kept.plan) == one


def test_no_evidence_is_said_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no evidence of model 0000") as caught:
        read_evidence(tmp_path, "0000", load_definition())
    assert "train" in caught.value.hint


def test_half_a_folder_is_refused_and_writing_again_repairs_it(ledger: Path, tmp_path: Path) -> None:
    run = trained(ledger)
    kept = read_evidence(run.home, run.result.model_id, load_definition())
    folder = write_evidence(tmp_path, kept)
    (folder / "test.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match="no evidence"):
        read_evidence(tmp_path, kept.model_id, load_definition())
    write_evidence(tmp_path, kept)
    assert read_evidence(tmp_path, kept.model_id, load_definition()).seen.equals(kept.seen)
    assert [path.name for path in folder.parent.iterdir()] == [kept.model_id]


def test_evidence_of_another_definition_is_refused(ledger: Path, tmp_path: Path) -> None:
    run = trained(ledger)
    kept = read_evidence(run.home, run.result.model_id, load_definition())
    write_evidence(tmp_path, kept)
    facts = evidence_folder(tmp_path, kept.model_id) / "evidence.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"definition_hash": "other"}))
    with pytest.raises(UserError, match="another version of the definition"):
        read_evidence(tmp_path, kept.model_id, load_definition())
