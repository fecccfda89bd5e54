"""How names and shares are written in reports on regions."""

from __future__ import annotations

from collections.abc import Sequence

from features.definition import Label
from training.monitor.words import percent


def joined(labels: Sequence[Label]) -> Label:
    """Names in one line."""
    return Label("、".join(one.zh for one in labels), ", ".join(one.en for one in labels))


def share_words(share: float) -> str:
    """A share in per cent, with a decimal below ten."""
    return percent(share) if share >= 0.1 or share == 0 else f"{100 * share:.1f}%"
