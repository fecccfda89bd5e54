"""Each criterion says what was seen, what is wanted, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.release.gate.check import Finding, counting, findings
from models.release.gate.criteria import Bound
from models.release.gate.rows import Document
from models.release.gate.subject import read_subject
from tests.models.release.gate.made import FIGURES, TODAY, Standing, criteria


def found(standing: Standing, *, on: date = TODAY, **changes: object) -> dict[str, Finding]:
    subject = read_subject(standing.store, standing.model_id, on)
    wanted = replace(criteria(), **changes)
    return {one.key: one for one in findings(subject, wanted, standing.rows.read(), on)}


def test_nothing_done_yet_names_everything_with_a_next_step(standing: Standing) -> None:
    seen = {key: (one.met, one.seen) for key, one in found(standing).items()}
    assert seen == {
        "audit": (False, "there is no audit"),
        "data": (True, "a real ledger"),
        "known.gain": (False, "not in the audit"),
        "groups.ratio": (False, "not in the audit"),
        "impact": (False, "none"),
        "approvals": (False, "none"),
    }
    failing = [one for one in found(standing).values() if not one.met]
    assert all(one.next for one in failing)
    assert found(standing)["known.gain"].next == f"mopai audit --model {standing.model_id}"


def test_everything_done_meets_every_criterion(standing: Standing) -> None:
    standing.complete()
    assert all(one.met for one in found(standing).values())
    assert found(standing)["approvals"].seen == "Li Hua (owner), 王芳 (owner)"
    assert str(found(standing)["known.gain"]) == "增益 gain: seen 0.05, wanted above 0 and at most 0.5"
    assert found(standing)["known.gain"].to_json()["next"] == ""


@pytest.mark.parametrize("value", [0.0, -0.1, 0.6])
def test_a_figure_out_of_bounds_is_not_met(standing: Standing, value: float) -> None:
    standing.audit({**FIGURES, "known.gain": value})
    assert not found(standing)["known.gain"].met


def test_not_estimable_fails_unless_the_criterion_says_why_it_may_be(standing: Standing) -> None:
    standing.audit({"known.gain": None})
    assert (found(standing)["known.gain"].met, found(standing)["known.gain"].seen) == (False, "not estimable")
    bounds = tuple(replace(bound, unknown_because="groups are small") for bound in criteria().bounds)
    allowed = found(standing, bounds=bounds)
    assert allowed["known.gain"].met
    assert "groups are small" in allowed["known.gain"].seen
    assert not allowed["groups.ratio"].met, "a figure the audit does not speak of is no figure"


def test_a_figure_of_the_bundle_that_is_not_there_is_named(standing: Standing) -> None:
    bound = Bound("bundle.nothing", criteria().purpose, "a test", "train", at_least=0.0)
    assert found(standing, bounds=(bound,))["bundle.nothing"].seen == "not in the bundle"


@pytest.mark.parametrize(
    ("card", "allowed", "met"),
    [
        ("---\nsimulated: true\n---\n", False, False),
        ("---\nsimulated: true\n---\n", True, True),
        ("---\nsimulated: false\n---\n", True, True),
        ("# nothing said\n", False, False),
        ("# nothing said\n", True, False),
    ],
)
def test_simulated_data_only_where_the_criteria_say_so(tmp_path: Path, card: str, allowed: bool, met: bool) -> None:  # noqa: FBT001
    made = Standing.make(tmp_path, card=card)
    assert found(made, simulated=allowed)["data"].met is met


def test_the_same_person_counts_once(standing: Standing) -> None:
    standing.audit()
    for _ in range(3):
        standing.sign("Li Hua")
    one = found(standing)["approvals"]
    assert not one.met
    assert one.seen == "Li Hua (owner)"


def test_what_was_signed_for_another_audit_does_not_count(standing: Standing) -> None:
    standing.complete()
    standing.audit({**FIGURES, "known.gain": 0.06})
    seen = found(standing)
    assert seen["known.gain"].met
    assert seen["approvals"].seen == "none (2 signed for another bundle or audit)"
    assert seen["impact"].seen == "none (1 signed for another bundle or audit)"
    assert not seen["approvals"].met
    assert not seen["impact"].met


def test_an_old_or_future_assessment_does_not_count(standing: Standing) -> None:
    standing.audit()
    for days in (366, -1):
        document = Document("old.pdf", TODAY - timedelta(days=days), "0" * 64)
        standing.sign("Li Hua", "impact", document=document)
        assert not found(standing)["impact"].met
        assert found(standing)["impact"].seen == f"dated {document.dated}"
    standing.sign("Li Hua", "impact", document=Document("new.pdf", TODAY - timedelta(days=365), "0" * 64))
    assert found(standing)["impact"].met


def test_a_tampered_row_is_a_finding_that_no_override_helps_against(standing: Standing) -> None:
    standing.complete()
    path = standing.rows.path
    path.write_text(path.read_text(encoding="utf-8").replace("owner", "boss", 1), encoding="utf-8")
    seen = found(standing)
    assert seen["rows"].seen.startswith("row 1 (impact, Li Hua): changed after it was signed")
    assert not seen["rows"].overridable
    assert not seen["impact"].met


def test_only_rows_of_the_asked_kind_count(standing: Standing) -> None:
    standing.complete()
    subject = read_subject(standing.store, standing.model_id, TODAY)
    rows = standing.rows.read()
    assert [row.number for row in counting(subject, rows, "approval")] == [2, 3]
    assert counting(subject, rows, "override") == ()
