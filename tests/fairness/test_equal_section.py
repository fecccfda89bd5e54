"""The section on equal recall: a verdict first, its price, and cut-offs kept as data that is off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.definition import load_definition
from features.definition.groups import audit_groups
from models.policy.equal_recall import read_equal_recall
from tests.fairness.simulated import EARLIER, LATER, lots_of, window
from tests.training.audited import audited
from tests.training.plans import small_plan
from training.fairness.equal_recall import EqualRecallRequest, EqualRecallResult, equal_recall
from training.fairness.equal_section import FILE, describe, section
from training.fairness.settings import fairness_rule

GROUPS = audit_groups(load_definition()).groups
RULE = fairness_rule().equal_recall


def result(chance: float, group: str = "ethnicity") -> EqualRecallResult:
    earlier = window(EARLIER, 1)
    request = EqualRecallRequest("m", earlier, window(LATER, 2), lots_of(earlier, chance), small_plan(), RULE)
    return equal_recall(request, GROUPS[group])


def test_what_may_be_used_says_its_effect_and_price() -> None:
    made = describe((result(0.5),), RULE)
    assert "may be used" in made.findings[0].en
    assert "precision changes by −" in made.findings[0].en
    assert "默认关闭" in made.findings[-1].zh
    assert made.figures["fitted"] == 1
    assert made.figures["refused"] == 0
    assert made.figures["largest_price"] is not None
    assert made.figures["largest_price"] < 0
    assert made.figures["least_recall_ratio"] == pytest.approx(1, abs=0.3)
    (kept,) = read_equal_recall(made.files[FILE])
    assert (kept.group, kept.switched_on, kept.refused) == ("ethnicity", False, "")
    assert len(made.tables[0].rows) == 2
    assert len(made.pictures) == 1


def test_what_is_refused_says_why() -> None:
    made = describe((result(0.0), result(0.5, "disability")), RULE)
    assert "refused, since random places and duties hold too few known needs" in made.findings[0].en
    assert "nothing is fitted" in made.findings[1].en
    assert made.figures["refused"] == 2
    (kept,) = read_equal_recall(made.files[FILE])
    assert "no_lots" in kept.refused


def test_without_a_named_group_it_says_so() -> None:
    made = describe((), RULE)
    assert "names no group" in made.findings[0].en
    assert made.figures["largest_price"] is None


@pytest.mark.slow
def test_the_section_of_a_trained_model(ledger: Path) -> None:
    context = audited(ledger)
    made = section(context)
    assert made.key == "equal_recall"
    assert set(made.data) == {"ethnicity", "disability"}
    none = section(replace(context, definition=replace(context.definition, audit={})))
    assert none.data == {}
