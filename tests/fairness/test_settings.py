"""The numbers of the package come from its data file."""

from __future__ import annotations

from training.fairness.settings import fairness_rule


def test_the_rule_is_read_from_the_data_file() -> None:
    rule = fairness_rule()
    assert rule.groups.fewest_needs == 20
    assert rule.equal_recall.level == "region"
    assert 0 < rule.equal_recall.widest_ratio < 1
    assert rule.ablations.rows_at_most >= rule.ablations.predict_rows_at_most
