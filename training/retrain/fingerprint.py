"""What a model is made of: when none of it has changed, training again would make the same model."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from features.definition import Definition
from features.ledger.store import LedgerStore
from training.plan import ScreeningPlan

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("features", "models", "training")
LEARNERS = ("lightgbm", "numpy", "polars", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of the ledger's rows, the plan, the definition, and of the code with the versions it learns with."""

    data: str
    plan: str
    definition: str
    code: str

    @staticmethod
    def of(store: LedgerStore, plan: ScreeningPlan, definition: Definition) -> Fingerprint:
        """The fingerprint of a training run on a ledger as it is now."""
        return Fingerprint(store.content_hash(), plan.hash, definition.hash, code_hash())

    def changed(self, before: Fingerprint | None) -> tuple[str, ...]:
        """The parts that differ from an earlier fingerprint; all of them when there is none."""
        parts = asdict(self)
        return tuple(name for name, value in parts.items() if before is None or asdict(before)[name] != value)


@lru_cache(maxsize=1)
def code_hash() -> str:
    """A hash of the sources that make a model and of the versions of the packages they learn with."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    digest.update(" ".join(f"{name} {version(name)}" for name in LEARNERS).encode())
    return digest.hexdigest()
