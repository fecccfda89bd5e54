"""The small province's model as release, its ledger, and one county whose records are unlike those it learned from."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.importer import import_folder
from models.release.gate.people import People
from tests.conftest import SMALL_PROVINCE
from tests.training.monitor.conftest import released_copy
from training.region.check import Checked, CheckRequest, check_region

AS_OF = SMALL_PROVINCE.last_day
OWNER = "Li Hua"


@pytest.fixture(scope="session")
def county(province: Path) -> str:
    """The first county of the province."""
    return min(path.name for path in province.iterdir() if path.name.isdecimal())


@pytest.fixture(scope="session")
def unlike(province: Path, county: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of that county alone with columns empty and distances and grandparents foreign."""
    sent = tmp_path_factory.mktemp("unlike")
    shutil.copytree(province / county, sent / "sent" / county)
    _change(sent / "sent" / county / "children.parquet", ["boarding", "guardian_birth_year", "guardianship_state"])
    homes = sent / "sent" / county / "households.parquet"
    _change(homes, ["dwelling", "water", "income_source", "registered_poor"])
    far = [(pl.col(name) * 6 + 20).alias(name) for name in ("distance_school_km", "distance_clinic_km")]
    pl.read_parquet(homes).with_columns(far).write_parquet(homes)
    import_folder(sent / "sent", sent / "ledger", load_definition())
    return sent / "ledger"


def _change(path: Path, empty: list[str]) -> None:
    rows = pl.read_parquet(path)
    rows.with_columns(pl.lit(None, dtype=rows.schema[name]).alias(name) for name in empty).write_parquet(path)


@pytest.fixture
def home(ledger: Path, tmp_path: Path) -> Path:
    """A home of its own with the model in use and its owner registered."""
    place = released_copy(ledger, tmp_path / "released")
    People.of(place).add(OWNER, "a long passphrase of ours", datetime(2026, 1, 1, tzinfo=UTC))
    return place


@pytest.fixture(scope="session")
def shared_home(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that only checks write to."""
    return released_copy(ledger, tmp_path_factory.mktemp("checked") / "home")


@pytest.fixture(scope="session")
def checked(ledger: Path, shared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checked, ...]:
    """All counties of the province checked."""
    out = tmp_path_factory.mktemp("reports")
    return check_region(CheckRequest(ledger, shared_home, "", AS_OF, load_definition(), out, workers=1))


@pytest.fixture(scope="session")
def foreign(unlike: Path, shared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The county whose records are unlike, checked."""
    out = tmp_path_factory.mktemp("foreign")
    copy = tmp_path_factory.mktemp("foreign") / "home"
    shutil.copytree(shared_home, copy)
    (one,) = check_region(CheckRequest(unlike, copy, "", AS_OF, load_definition(), out, workers=1))
    return one
