"""One whole training run on the small province, made once per test process and shared by the tests that read it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from features.definition import load_definition
from tests.training.plans import small_plan
from training.plan import ScreeningPlan
from training.run import TrainingResult, train


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run, where it lies, the plan it followed and what it told of its progress."""

    result: TrainingResult
    home: Path
    plan: ScreeningPlan
    told: tuple[tuple[int, int, str], ...]


def run_plan() -> ScreeningPlan:
    """The small plan with room for chance: 1,500 children hold few households that were held out."""
    plan = small_plan()
    return replace(plan, new_household_share=0.25)


@cache
def trained(ledger: Path) -> Trained:
    """Train on a ledger once."""
    home = Path(tempfile.mkdtemp(prefix="mopai-trained-")) / "home"
    told: list[tuple[int, int, str]] = []

    def listen(done: int, total: int, note: str = "") -> None:
        told.append((done, total, note))

    result = train(ledger, run_plan(), home, load_definition(), listen, workers=1)
    return Trained(result, home, run_plan(), tuple(told))
