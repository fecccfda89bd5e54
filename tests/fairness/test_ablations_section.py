"""The section on ablations in words: what protected facts would add, what domains add, what inputs give away."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.definition import load_definition
from tests.training.audited import audited
from training.fairness.ablations import Ablation
from training.fairness.ablations_section import describe, section
from training.fairness.predictable import Predicted
from training.fairness.refits import AS_IT_IS, Variant
from training.stability.resample import NOT_ESTIMABLE, Interval

SAME = Ablation(Variant(AS_IT_IS, AS_IT_IS, "", 0), Interval(0.3, 0.2, 0.4), Interval(0.0, 0.0, 0.0), 1.0, None, None)
SEX = Ablation(Variant("with sex", "with", "sex", 2), Interval(0.4, 0.3, 0.5), Interval(0.1, 0.05, 0.15), 0.8, 0.9, 0.7)
WITHOUT_LIVING = Variant("without living", "without", "living", 9)
LIVING = Ablation(WITHOUT_LIVING, Interval(0.2, 0.1, 0.3), Interval(-0.1, -0.2, 0.0), 0.5, None, None)
TOLD = (
    Predicted("sex", "girl", 1_234, Interval(0.55, 0.5, 0.6)),
    Predicted("county", "520001", 900, Interval(1.0, 1.0, 1.0)),
)


def test_a_fact_that_would_add_and_a_domain_that_is_missed_are_named() -> None:
    made = describe((SAME, SEX, LIVING), TOLD, load_definition())
    assert "clearly changes precision: sex" in made.findings[0].en
    assert "basic living" in made.findings[1].en
    assert "Sex: girl" in made.findings[2].en
    assert "facts of the village" in made.findings[3].en
    assert made.figures == {
        "largest_gain_of_protected": 0.1, "largest_loss_without_domain": -0.1, "most_predictable_auc": 1.0,
    }  # fmt: skip


def test_the_table_says_what_each_variant_sees_and_does() -> None:
    table, told = describe((SAME, SEX, LIVING), TOLD, load_definition()).tables
    same, sex, living = table.rows
    assert (getattr(same[0], "en", ""), same[1], same[3]) == ("as it is", "–", "–")
    assert (getattr(sex[0], "zh", ""), sex[1], sex[4], sex[5]) == ("加入性别", "+2", "80 %", "0.70 → 0.90")
    assert (getattr(living[0], "en", ""), living[1]) == ("without basic living", "−9")
    assert told.rows[0][1:] == ("1,234", "0.55 (0.50–0.60)")


def test_where_nothing_is_clear_it_says_so() -> None:
    unclear = Ablation(SEX.variant, NOT_ESTIMABLE, NOT_ESTIMABLE, 1.0, None, None)
    made = describe((SAME, unclear), (), load_definition())
    assert "costs nothing visible" in made.findings[0].en
    assert len(made.findings) == 1
    assert made.pictures == ()
    assert set(made.figures.values()) == {None}


@pytest.mark.slow
def test_the_section_of_a_trained_model(ledger: Path) -> None:
    made = section(audited(ledger))
    assert made.key == "ablations"
    assert {"as it is", "with sex", "with county", "without guardianship"} <= set(made.data["variants"])  # type: ignore[call-overload]
    assert made.figures["most_predictable_auc"] is not None
