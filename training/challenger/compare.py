"""A challenger against the release: same windows, same list; counts for people, pseudonyms in one local file."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from models.release.files import write_file
from training.challenger.listing import ListRequest, both_lists
from training.challenger.moves import ListChange, list_change
from training.challenger.windows import SameWindows, same_windows
from training.evidence import Evidence, read_evidence

FOLDER = "comparisons"


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What to compare: a challenger with the release in use, or with the one named, on a region and day."""

    challenger: str
    release: str | None
    ledger: Path
    region: str
    as_of: date
    home: Path
    definition: Definition
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes. ``windows`` is None, and ``no_windows`` says why, where the release left no evidence here.

    ``moves``: the local file with who stays, enters and leaves; it names children and stays where the ledger is.
    """

    challenger: str
    release: str
    region: str
    as_of: date
    simulated: bool
    windows: SameWindows | None
    no_windows: str
    change: ListChange
    moves: Path

    def to_json(self) -> dict[str, Any]:
        """Figures and counts; nobody is named."""
        change = self.change
        return {
            "challenger": self.challenger,
            "release": self.release,
            "simulated": self.simulated,
            "windows": None if self.windows is None else _windows_json(self.windows),
            "no_windows": self.no_windows or None,
            "list": {
                "region": self.region,
                "as_of": self.as_of.isoformat(),
                "overlap": change.overlap,
                "enters": change.enters,
                "leaves": change.enters,
                **asdict(change),
            },
            "moves": str(self.moves),
        }


def compare(request: CompareRequest, progress: Progress = silent) -> Comparison:
    """Compare a challenger with the release.

    Raises:
        UserError: one of the two is not kept, not sound or made for other features; both are the same; the
            challenger left no evidence; or the region holds nobody on that day.
    """
    store = ReleaseStore(request.home)
    ours = store.resolve(request.challenger)
    theirs = store.current().name if request.release is None else store.resolve(request.release)
    if ours == theirs:
        raise UserError(f"model {ours} is the release: there is nothing to compare", "mopai models list")
    evidence = read_evidence(request.home, ours, request.definition)
    windows, why = _windows(evidence, theirs, request)
    listed = ListRequest(
        ledger=request.ledger,
        region=request.region,
        as_of=request.as_of,
        definition=request.definition,
        challenger=load_bundle(store.bundles / ours, request.definition).model,
        release=load_bundle(store.bundles / theirs, request.definition).model,
        seed=evidence.plan.seed,
    )
    rows = both_lists(listed, workers=request.workers, progress=progress)
    change, moved = list_change(rows, evidence.plan.capacity.share)
    name = f"{ours}-{theirs}-{request.region or 'all'}-{request.as_of}.parquet"
    kept = _keep(request.home / FOLDER / name, moved)
    return Comparison(ours, theirs, request.region, request.as_of, evidence.simulated, windows, why, change, kept)


def _windows(evidence: Evidence, release: str, request: CompareRequest) -> tuple[SameWindows | None, str]:
    try:
        return same_windows(evidence, read_evidence(request.home, release, request.definition)), ""
    except UserError as error:
        return None, error.message


def _keep(path: Path, moved: pl.DataFrame) -> Path:
    """Write who moves, for the owner's eyes: folder and file are closed to others."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    buffer = io.BytesIO()
    moved.write_parquet(buffer)
    write_file(path, buffer.getvalue())
    return path


def _windows_json(windows: SameWindows) -> dict[str, Any]:
    days = {name: [day.isoformat() for day in getattr(windows, name)] for name in ("dates", "left_out")}
    return {**asdict(windows), **days}
