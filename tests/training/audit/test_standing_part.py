"""A part of the audit may stand as the model's audit: promotion reads it, and misses what it does not speak of."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.definition import load_definition
from models.release.current import ReleaseStore
from models.release.gate.criteria import load_criteria
from models.release.gate.promote import judge
from models.release.gate.subject import audit_path
from tests.training.trained import trained
from training.audit.run import AuditRequest, run_audit


@pytest.mark.slow
def test_a_part_is_read_by_promotion_only_where_it_stands(ledger: Path, tmp_path: Path) -> None:
    made = trained(ledger)
    home, model_id = Path(shutil.copytree(made.home, tmp_path / "copy")), made.result.model_id
    request = AuditRequest(ledger, home, model_id, load_definition(), only=("known",), track=False, workers=1)
    run_audit(request)
    assert not audit_path(home, model_id).exists()
    assert run_audit(replace(request, stands=True)).data == audit_path(home, model_id)
    verdict = judge(ReleaseStore(home), model_id, load_criteria(), date(2018, 9, 1))
    seen = {one.key: one.seen for one in verdict.findings}
    assert seen["audit"] == "made"
    assert seen["known.calibration_error"] not in ("not in the audit", "not estimable")
    assert seen["new_county.price"] == "not in the audit"
