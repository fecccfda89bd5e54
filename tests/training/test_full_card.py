"""The whole card: valid front matter, and everything a reader must find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from features.definition import load_definition
from models.release.current import ReleaseStore
from models.release.gate.promote import promote_by_rule
from models.release.gate.subject import audit_path
from tests.training.gated import TODAY, Gated, demo_criteria, gated
from training.card_sources import CardRequest, CardSources, card_sources
from training.full_card import full_card


@pytest.fixture(scope="module")
def made(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Gated:
    """A released model; read only."""
    found = gated(ledger, tmp_path_factory.mktemp("card") / "home")
    promote_by_rule(ReleaseStore(found.home), found.model_id, demo_criteria(), TODAY)
    return found


def sources(made: Gated, contact: str = "") -> CardSources:
    return card_sources(CardRequest(made.home, made.model_id[:6], load_definition(), demo_criteria(), TODAY, contact))


def front(card: str) -> dict[str, Any]:
    found = yaml.safe_load(card.split("---\n", 2)[1])
    assert isinstance(found, dict)
    return found


def test_the_front_matter_is_data(made: Gated) -> None:
    found = front(full_card(sources(made, "模型办公室: 0851-0000 # not a comment")))
    assert found["model_id"] == made.model_id
    assert found["contact"] == "模型办公室: 0851-0000 # not a comment"
    assert found["approvals"] == ["Li Hua (model owner)", "王芳 (model owner)"]
    assert (found["simulated"], found["in_use"], found["criteria"], found["criteria_met"]) == (True, True, "demo", True)
    assert found["figures"]["known.gain_over_best"] == 0.081
    assert found["figures"]["groups.least_recall_ratio_by_lot"] is None
    assert found["windows"]["test"] == list(sources(made).evidence.dates["test"])
    assert found["refit"].startswith("none: what was judged is what is released")
    assert found["state_of"] == "2018-09-01"
    assert len(found["bundle_sha256"]) == len(found["audit_sha256"]) == 64
    assert found["releases"][0]["criteria"] == "demo"
    assert any("removal of a child" in words for words in found["not_for"])


def test_a_reader_finds_figures_groups_approvals_and_limits(made: Gated) -> None:
    card = full_card(sources(made))
    for words in (
        "## 不得用于 Not for",
        "处罚任何人，或对家庭、监护人施压 punishment of anybody",
        "Made from a simulated ledger",
        "| known.gain_over_best | 0.081 | 0.012 to 0.150 |",
        "| groups.least_recall_ratio_by_lot | not estimable |  |",
        "## 各组 Groups",
        "- 各组相近 The groups are alike.",
        "| 女 girl | 120 \\| 3 |",
        "| approval | 王芳 | model owner | 2018-09-01 | read in full | counts |",
        "assessment.pdf, 2018-08-01, sha256 abab",
        "启用中 in use",
        "不重新拟合",
        "## 局限 Limits",
        "to be named by the region that uses it",
        "Apache-2.0",
        "## 训练时的说明 What training wrote",
        "## Estimates",
    ):
        assert words in card, words
    assert card == full_card(sources(made))


def test_a_model_that_was_not_audited_says_so_and_shows_what_is_missing(made: Gated) -> None:
    whole = sources(made)
    bare = replace(
        whole,
        audit={},
        rows=(),
        moves=(),
        released=False,
        subject=replace(whole.subject, audit_fault="there is no audit"),
        evidence=replace(whole.evidence, simulated=False),
    )
    card = full_card(bare)
    assert "审计 Audit: there is no audit." in card
    assert "未启用 not in use" in card
    assert "## 批准与影响评估 Approvals and impact assessment\n\n无 none" in card
    assert "Made from a simulated ledger" not in card.split("## 训练时的说明")[0]


def test_signatures_that_no_longer_count_and_overrides_are_shown(ledger: Path, tmp_path: Path) -> None:
    made = gated(ledger, tmp_path / "home")
    made.audit(figures={})
    found = sources(made)
    shown = replace(
        found,
        moves=({"moved_at": "2018", "action": "promote", "override": "a flood", "overridden_by": ["Li", "Wang"]},),
    )
    card = full_card(shown)
    assert card.count("for another bundle or audit, or signed again") == 3
    assert "OVERRIDE: a flood (Li, Wang)" in card
    assert "| NO |" in card
    assert front(card)["approvals"] == []
    audit_path(made.home, made.model_id).unlink()
    assert sources(made).audit == {}
