"""Limits are data: read whole, refused with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from training.monitor.limits import LIMITS, load_limits


def test_the_limits_that_ship_go_from_warning_to_suspension() -> None:
    limits = load_limits()
    assert limits.freshness.days < limits.freshness.days_hard
    assert limits.cohort.change < limits.cohort.change_hard
    assert limits.drift.score_effect < limits.drift.score_effect_hard


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("days = 31", 'days = "soon"'), r"freshness\.days"),
        (("days_hard = 92", ""), r"days_hard"),
        (("[drift]", "["), "TOML"),
    ],
)
def test_a_limit_that_cannot_be_used_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = LIMITS.read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "limits.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        load_limits(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.toml"):
        load_limits(tmp_path / "none.toml")
