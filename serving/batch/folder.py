"""Read a folder of scores: only files that are what the manifest says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.ledger.manifest import sha256_of
from serving.batch.manifest import ScoreManifest
from serving.batch.output import MANIFEST, standing
from serving.batch.ranks import RANK_REGION

COUNTY = "county"


@dataclass(frozen=True, slots=True)
class ScoreFolder:
    """The scores of a region as one run wrote them."""

    folder: Path
    manifest: ScoreManifest

    @classmethod
    def open(cls, folder: Path) -> ScoreFolder:
        """Open a folder of scores, or those a killed run had put aside. UserError when it is none."""
        place = standing(folder)
        try:
            return cls(place, ScoreManifest.from_json((place / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{folder}: no folder of scores", "make one with: mopai score --out") from error

    def counties(self) -> tuple[str, ...]:
        """The counties that were scored."""
        return tuple(facts.county for facts in self.manifest.counties)

    def read(self, county: str) -> pl.DataFrame:
        """The scores of a county. UserError when the file is not the one the run wrote."""
        name = f"{county}.parquet"
        path = self.folder / name
        if not path.is_file() or sha256_of(path) != self.manifest.files.get(name):
            raise UserError(f"{path}: missing or changed since it was written", "score the region again")
        return pl.read_parquet(path)

    def between(self, first: int, last: int) -> pl.DataFrame:
        """The children of the households in places ``first`` to ``last`` of the region, in order, with their county."""
        parts = [
            self.read(county)
            .filter(pl.col(RANK_REGION).is_between(first, last))
            .with_columns(pl.lit(county).alias(COUNTY))
            for county in self.counties()
        ]
        return pl.concat(parts).sort(RANK_REGION, maintain_order=True)
