"""One whole training run on the small province, made once and shared by the tests of all processes that read it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from features.definition import load_definition
from tests.sharing import made_once
from tests.training.plans import small_plan
from training.plan import ScreeningPlan
from training.run import TrainingResult, train

_RESULT = "trained.pickle"


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
    """Train on a ledger once; what is made lies beside the ledger."""
    made = made_once(ledger.parent, "trained", lambda folder: _train(ledger, folder)) / _RESULT
    kept: Trained = pickle.loads(made.read_bytes())  # noqa: S301 - written below, by this run
    return kept


def _train(ledger: Path, folder: Path) -> None:
    home = folder / "home"
    told: list[tuple[int, int, str]] = []

    def listen(done: int, total: int, note: str = "") -> None:
        told.append((done, total, note))

    result = train(ledger, run_plan(), home, load_definition(), listen, workers=1)
    (folder / _RESULT).write_bytes(pickle.dumps(Trained(result, home, run_plan(), tuple(told))))
