"""What is judged: the bundle as it lies there, and its audit."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from models.release.gate.subject import audit_path, read_subject
from models.release.manifest import BODY, CARD, MANIFEST, BundleError, digest
from tests.models.release.gate.made import FIGURES, TODAY, Standing


def test_a_subject_is_bound_to_both_files_and_holds_the_figures_of_both(standing: Standing) -> None:
    standing.audit()
    found = read_subject(standing.store, standing.model_id, TODAY)
    manifest = json.loads((standing.store.bundles / standing.model_id / MANIFEST).read_bytes())
    assert found.binding.body_sha256 == manifest[BODY]
    assert found.binding.audit_sha256 == digest(audit_path(standing.store.home, standing.model_id).read_bytes())
    assert found.figures == {
        **FIGURES,
        "bundle.test.known.model.auc": 0.7412,
        "bundle.test.new_household.model.auc": None,
        "bundle.test.known.random.auc": 0.5,
        "data.age_days": 31.0,
    }
    assert found.simulated is False
    assert found.audit_fault == ""


def test_without_an_audit_there_are_only_the_bundles_figures(standing: Standing) -> None:
    found = read_subject(standing.store, standing.model_id, TODAY)
    assert found.binding.audit_sha256 is None
    assert found.audit_fault == "there is no audit"
    assert "known.gain" not in found.figures


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"figures": {"x": "much"}, "model_id": "1"}', "cannot be read"),
        ('{"figures": {}, "model_id": "1111"}', "speaks of model 1111"),
    ],
)
def test_an_audit_that_cannot_be_used_gives_no_figure(standing: Standing, text: str, fault: str) -> None:
    standing.audit()
    audit_path(standing.store.home, standing.model_id).write_text(text, encoding="utf-8")
    found = read_subject(standing.store, standing.model_id, TODAY)
    assert fault in found.audit_fault
    assert "known.gain" not in found.figures


@pytest.mark.parametrize(
    ("card", "simulated"),
    [
        ('---\nmodel: "x"\nsimulated: true\n---\n# Card\n', True),
        ("---\nsimulated: false\n---\n", False),
        ("# Card\n\nsimulated: true\n", None),
        ("---\nmodel: 1\n---\nsimulated: true\n", None),
    ],
)
def test_the_front_matter_of_the_card_says_whether_the_data_were_simulated(
    tmp_path: Path, card: str, simulated: object
) -> None:
    made = Standing.make(tmp_path, card=card)
    assert read_subject(made.store, made.model_id, TODAY).simulated is simulated


def test_a_bundle_without_a_last_judged_date_has_no_age(tmp_path: Path) -> None:
    made = Standing.make(tmp_path)
    folder = made.store.bundles / made.model_id
    assert read_subject(made.store, made.model_id, date(2018, 8, 1)).figures["data.age_days"] == 0
    (folder / CARD).write_text("changed", encoding="utf-8")
    with pytest.raises(BundleError, match="changed since it was written"):
        read_subject(made.store, made.model_id, TODAY)


def test_a_bundle_under_another_name_is_refused(standing: Standing) -> None:
    folder = standing.store.bundles / standing.model_id
    folder.rename(folder.with_name("1" * 16))
    with pytest.raises(BundleError, match=f"holds the model {standing.model_id}"):
        read_subject(standing.store, "1" * 16, TODAY)
