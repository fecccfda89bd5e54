"""The numbers of the package are data."""

from __future__ import annotations

from training.stability.settings import stability_rule


def test_intervals_are_of_95_per_cent() -> None:
    assert stability_rule().bootstrap.confidence == 0.95
    assert stability_rule().bootstrap.draws >= 200
