"""The real visit records of Chicago, read from where they lie and never copied into the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from features.definition import Definition, load_definition
from features.ledger.importer import import_folder
from features.ledger.mapping import load_mapping, map_source
from tests.sharing import made_once, shared_root

VARIABLE = "MOPAI_REAL_DATA"
VISITS = "chicago_food_visits.parquet"
CHICAGO = Path(__file__).parent / "chicago"
_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "data"


def visits_path() -> Path:
    """Where the city's table lies on this machine, whether it is there or not."""
    return Path(os.environ.get(VARIABLE, _BESIDE_THE_REPOSITORY)) / VISITS


@pytest.fixture(scope="session")
def chicago_visits() -> Path:
    """Path of the city's table; a test that needs it says by name that it is absent."""
    path = visits_path()
    if not path.is_file():
        pytest.skip(f"real data absent: {path} (set {VARIABLE} to the folder that holds {VISITS})")
    return path


@pytest.fixture(scope="session")
def chicago_definition() -> Definition:
    """The definition that makes a ledger of the city's table."""
    return load_definition(CHICAGO)


@pytest.fixture(scope="session")
def chicago_source(
    chicago_visits: Path, chicago_definition: Definition, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The city's visits in the sender's layout, made by the mapping. Read only."""
    mapping = load_mapping(CHICAGO / "mapping.toml", chicago_definition)
    made = made_once(
        shared_root(tmp_path_factory), "chicago", lambda folder: map_source(chicago_visits, mapping, folder / "source")
    )
    return made / "source"


@pytest.fixture(scope="session")
def chicago_ledger(
    chicago_source: Path, chicago_definition: Definition, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the ledger store of the city's visits, imported without a fault. Read only."""

    def make(folder: Path) -> None:
        report = import_folder(chicago_source, folder / "ledger", chicago_definition)
        assert report.faults.is_empty(), report.faults.head(5).to_dicts()

    return made_once(shared_root(tmp_path_factory), "chicago-ledger", make) / "ledger"
