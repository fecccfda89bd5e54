"""The folder of scores the service may read: the village totals its batch wrote, and what its page shows."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition.structure import REGION
from features.ledger.manifest import sha256_of
from features.record.rows import Row
from features.record.table import Area
from serving.batch.folder import ScoreFolder
from serving.batch.output import MANIFEST, standing
from serving.batch.tasks import AREA
from serving.service.settings import limits

NOTHING: Area = {}


@dataclass(frozen=True, slots=True)
class CountyArea:
    """The totals of a county's villages, and the day they speak for; None where there are none to use."""

    rows: Area
    as_of: dt.date | None


@dataclass(slots=True)
class ScoreStore:
    """The last folder of scores: read again when the batch replaces it."""

    folder: Path | None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read: tuple[tuple[Path, int, int], ScoreFolder] | None = None
    _areas: dict[str, Area] = field(default_factory=dict)

    def current(self) -> ScoreFolder | None:
        """The folder as it is now; None when there is none, or while it is replaced."""
        with self._lock:
            return self._current()

    def area(self, county: str, as_of: dt.date) -> CountyArea:
        """The totals of a county for a day: those of the last batch, unless made later or too long before."""
        with self._lock:
            folder = self._current()
            if folder is None or county not in folder.counties():
                return CountyArea(NOTHING, None)
            age = (as_of - folder.manifest.as_of).days
            if not 0 <= age <= limits().area_days:
                return CountyArea(NOTHING, None)
            if county not in self._areas:
                self._areas[county] = _read_area(folder, county)
            return CountyArea(self._areas[county], folder.manifest.as_of)

    def _current(self) -> ScoreFolder | None:
        if self.folder is None:
            return None
        try:
            place = standing(self.folder)
            found = (place / MANIFEST).stat()
            version = (place, found.st_mtime_ns, found.st_ino)
            if self._read is None or self._read[0] != version:
                self._read = (version, ScoreFolder.open(place))
                self._areas.clear()
        except (OSError, UserError):
            return None
        return self._read[1]


def _read_area(folder: ScoreFolder, county: str) -> Mapping[str, Row]:
    name = f"{AREA}/{county}.parquet"
    path = folder.folder / name
    if sha256_of(path) != folder.manifest.files.get(name):
        raise UserError(f"{path}: changed since it was written", "score the region again")
    return {row[REGION]: row for row in pl.read_parquet(path).to_dicts()}
