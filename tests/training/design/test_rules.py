"""The design data file, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from training.design.rules import RULES, load_rules


def test_the_shipped_rules_declare_every_quantity() -> None:
    rules = load_rules()
    assert set(rules.half_width) == set(rules.expected) == {
        "prevalence", "precision_at_k", "recall_at_k", "found_per_places",
    }  # fmt: skip
    assert rules.interval.method == "wilson"


def test_a_wrong_value_is_named(tmp_path: Path) -> None:
    path = tmp_path / "design.toml"
    path.write_text(RULES.read_text(encoding="utf-8").replace('"wilson"', '"guess"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"interval\.method"):
        load_rules(path)
