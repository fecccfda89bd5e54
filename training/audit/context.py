"""What every section of an audit may read: the model, its evidence, the ledger, and the rows with their features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from features.ledger.store import LedgerStore
from models.release.bundle import Bundle, load_bundle
from models.release.current import ReleaseStore
from training.dataset import Dataset, build_dataset
from training.evidence import Evidence, read_evidence


@dataclass(frozen=True, slots=True)
class AuditContext:
    """What a section is made of."""

    evidence: Evidence
    bundle: Bundle
    store: LedgerStore
    definition: Definition
    rows: Callable[[], Dataset]
    home: Path
    threads: int
    progress: Progress

    @property
    def dataset(self) -> Dataset:
        """The plan's rows with features, built again from the same ledger when a section first asks for them."""
        return self.rows()


@contextmanager
def audit_context(
    ledger: Path,
    home: Path,
    model_id: str,
    definition: Definition,
    *,
    threads: int,
    progress: Progress = silent,
) -> Iterator[AuditContext]:
    """Open what an audit of a model reads; the rows lie in a folder that is gone afterwards.

    Raises:
        UserError: there is no such model or evidence, or the ledger is not the one it was trained on.
    """
    evidence = read_evidence(home, model_id, definition)
    store = LedgerStore.open(ledger)
    store.require(definition)
    if store.content_hash() != evidence.data_hash:
        raise UserError(
            f"{ledger}: rows were added since model {model_id} was trained, so its evidence cannot be made again",
            "give the ledger as it was with --ledger, or train again",
        )
    bundle = load_bundle(ReleaseStore(home).bundles / model_id)
    with TemporaryDirectory(dir=home, prefix="audit-") as scratch:
        rows = cache(
            lambda: build_dataset(ledger, evidence.plan, definition, Path(scratch), workers=threads, progress=progress)
        )
        yield AuditContext(evidence, bundle, store, definition, rows, home, threads, progress)
