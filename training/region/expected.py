"""What the model finds in counties it did not learn from, as the model's audit has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.audit.run import REPORT
from training.counties.section import KEY
from training.evidence import evidence_folder


@dataclass(frozen=True, slots=True)
class Ends:
    """A figure with its interval; None is not estimable."""

    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Precision at the list's length with counties left out of learning, beside the random order and the known use."""

    new: Ends
    known: Ends
    random: Ends
    counties: int

    @property
    def gain(self) -> float | None:
        """The lower bound over the random order; None where one of them is not estimable."""
        if self.new.lower is None or self.random.value is None:
            return None
        return self.new.lower - self.random.value


def expected_elsewhere(home: Path, model_id: str) -> Elsewhere | None:
    """Read the audit's section on counties left out; None where the model was not audited that far."""
    path = evidence_folder(home, model_id) / f"{REPORT}.json"
    try:
        sections = json.loads(path.read_bytes())["sections"]
        data = sections[KEY]["data"]
        left_out = data["county"]
        return Elsewhere(
            ends_of(left_out["new"]), ends_of(left_out["known"]), ends_of(data["random"]), int(left_out["groups"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ends_of(raw: Mapping[str, Any]) -> Ends:
    """A figure as an audit keeps it."""
    return Ends(raw["value"], raw["lower"], raw["upper"])
