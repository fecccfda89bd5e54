"""Damaged files, full disks, folders that cannot be written, and senders who write Chinese."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore, verify
from tests.faults.provinces import MOPAI, store_bytes, write_counties
from tests.features.ledger.senders import COUNTY, GOOD, send

DEFINITION = load_definition()
NOBODY = 65534
SMALL_FILE = 20_000


def mopai(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MOPAI, *map(str, words)], capture_output=True, text=True, check=False)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond SMALL_FILE, as when the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder this process may read but not write, even where tests run as root."""
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_read_only_folder_is_an_error_to_act_on() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        source = send(place / "source")
        with locked(place), pytest.raises(UserError, match="Permission denied") as raised:
            import_folder(source, place / "ledger", DEFINITION)
    assert "can be written" in raised.value.hint


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    import_folder(send(tmp_path / "first", "529901"), ledger, DEFINITION)
    before = store_bytes(ledger)
    source = write_counties(tmp_path / "source", counties=1, households=2_000)
    with full_disk(), pytest.raises(UserError, match="cannot be written") as raised:
        import_folder(source, ledger, DEFINITION)
    assert "has room" in raised.value.hint
    assert store_bytes(ledger) == before
    assert import_folder(source, ledger, DEFINITION).faults.is_empty()


def test_one_damaged_file_of_many_is_named_and_the_others_enter(tmp_path: Path) -> None:
    source = write_counties(tmp_path / "source", counties=2, households=50)
    damaged = source / "520002" / "visits.parquet"
    damaged.write_bytes(damaged.read_bytes()[:1_000])
    done = mopai("ledger", "import", source, "--ledger", tmp_path / "ledger", "--json")
    assert done.returncode == 3
    content = json.loads(done.stdout)
    assert content["refused_files"] == ["520002/visits.parquet"]
    assert content["faults"][0]["rule"] == "unreadable"
    store = LedgerStore.open(tmp_path / "ledger")
    assert store.rows("520001")["assessments"] == 250
    assert store.rows("520002") == {"households": 50, "children": 50}


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    done = mopai("ledger", "check", send(tmp_path / "source", households=""))
    assert done.returncode == 1
    assert f"{COUNTY}/households.csv: refused as a whole" in done.stdout


def test_a_folder_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    source = send(tmp_path / "source")
    done = mopai("ledger", "import", source, "--ledger", tmp_path / "photos")
    assert done.returncode == 1
    assert "it is no ledger" in done.stderr
    shown = mopai("ledger", "show", "--ledger", tmp_path / "photos")
    assert shown.returncode == 1
    assert "no ledger there" in shown.stderr
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


def test_chinese_excel_is_read_and_chinese_faults_show_no_words_of_it(tmp_path: Path) -> None:
    header = "家庭编号,行政区划代码,住房,低保户,已获救助,生效日期,登记日期"
    rows = (
        "h1,520101001001,危房,是,低保；医疗救助,2016-07-01,2016-07-05",
        "h2,520101001001,茅屋,不详,,2016-07-01,2016-07-05",
    )
    folder = tmp_path / "source" / COUNTY
    folder.mkdir(parents=True)
    (folder / "households.csv").write_bytes("\r\n".join([header, *rows, ""]).encode("gb18030"))
    done = mopai("ledger", "import", tmp_path / "source", "--ledger", tmp_path / "ledger", "--rejects", tmp_path / "r")
    assert done.returncode == 3
    assert "茅屋" not in done.stdout + done.stderr
    assert "(not" in done.stdout
    assert "茅屋,不详" in (tmp_path / "r" / COUNTY / "households.csv").read_text(encoding="utf-8-sig")
    row = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["households"].row(0, named=True)
    assert (row["dwelling"], row["dibao"], row["aid_received"]) == ("dangerous", True, ";dibao;medical;")


def test_a_source_that_is_one_file_without_its_county_says_so(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    path.write_text(GOOD["households"], encoding="utf-8")
    done = mopai("ledger", "check", path)
    assert done.returncode == 1
    assert "--county" in done.stderr


@pytest.mark.slow
def test_ten_times_the_rows_enter_as_the_rows_do(tmp_path: Path) -> None:
    for name, households in (("one", 2_000), ("ten", 20_000)):
        source = write_counties(tmp_path / name, counties=2, households=households)
        report = import_folder(source, tmp_path / f"{name}-ledger", DEFINITION)
        assert report.faults.is_empty()
    one, ten = (LedgerStore.open(tmp_path / f"{name}-ledger") for name in ("one", "ten"))
    for county in one.counties():
        assert ten.rows(county) == {table: 10 * rows for table, rows in one.rows(county).items()}
    verify(ten)
    assert pl.concat(ten.read(county).tables["visits"] for county in ten.counties())["visit_id"].n_unique() == 100_000
