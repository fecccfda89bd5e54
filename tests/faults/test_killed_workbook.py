"""An import of a workbook that is killed loses nothing: run again, ledger and identities are as if it had not been."""

from __future__ import annotations

import pickle
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.definition import Label
from features.definition.structure import CHILD, CHILDREN
from features.identity.decisions import NO_DECISIONS
from features.identity.vault import Vault
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore, verify
from features.workbook.aside import FOLDER
from features.workbook.books import Book
from features.workbook.intake import IntakeRequest, take_in
from features.workbook.request import NAME, PERSONS, WRITE
from tests import people, workbooks
from tests.features.workbook.books import COUNTY, language, proposed, reading

KILLED_AT = """
import os, pickle, signal, sys
from pathlib import Path
from features.workbook.intake import take_in
def progress(done, total, note=""):
    if note.startswith(sys.argv[2]) and done == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
take_in(pickle.loads(Path(sys.argv[1]).read_bytes()), progress)
"""


def request(path: Path, home: Path) -> IntakeRequest:
    used = reading(replace(proposed(path), confirmed=True))
    return IntakeRequest([Book(COUNTY, path, path.name)], used, home, home / "ledger", NO_DECISIONS, imports=True)


def children(home: Path) -> pl.Series:
    """The children in a ledger, of whom there are none before its first import."""
    if not (home / "ledger" / MANIFEST).exists():
        return pl.Series(CHILD, [], dtype=pl.String)
    store = LedgerStore.open(home / "ledger")
    verify(store)
    return store.read(COUNTY).tables[CHILDREN][CHILD]


def vault(home: Path) -> Vault:
    return Vault.open(home, language().identity)


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbooks.township(tmp_path_factory.mktemp("sent") / "a.xlsx", 20).path


@pytest.fixture(scope="module")
def unhurt(township: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an import nobody killed."""
    home = tmp_path_factory.mktemp("unhurt")
    take_in(request(township, home))
    return home


@pytest.mark.slow
@pytest.mark.parametrize(("step", "done"), [(NAME, 0), (WRITE, 1), (PERSONS, 40)], ids=["name", "write", "persons"])
def test_killed_at_a_step_and_run_again(step: Label, done: int, township: Path, unhurt: Path, tmp_path: Path) -> None:
    in_ledger = step is PERSONS
    home = tmp_path / "home"
    (home / "identities").mkdir(parents=True, mode=0o700)
    shutil.copy2(unhurt / "identities" / "key", home / "identities" / "key")
    asked = request(township, home)
    (tmp_path / "asked").write_bytes(pickle.dumps(asked))
    command = [sys.executable, "-c", KILLED_AT, str(tmp_path / "asked"), step.en, str(done)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    left = [path for path in (home / FOLDER).rglob("*") if path.is_file()]
    names = [child.name.encode() for child in people.children(20)]
    assert any(path.stat().st_size for path in left)
    assert not any(name in path.read_bytes() for path in left for name in names)
    assert vault(home).known().frame.is_empty()
    assert (len(children(home)) > 0) is in_ledger

    (book,) = take_in(asked).books
    assert book.repeated == (len(children(unhurt)) if in_ledger else 0)
    assert children(home).equals(children(unhurt))
    stores = [LedgerStore.open(one / "ledger") for one in (home, unhurt)]
    assert stores[0].content_hash() == stores[1].content_hash()
    assert vault(home).persons(children(home)).equals(vault(unhurt).persons(children(home)))
    assert vault(home).known().frame.height == children(unhurt).n_unique()
    assert [path.name for path in (home / FOLDER).iterdir()] == ["lock"]
