"""Good rows enter once and in one step."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.check import Counts
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore, verify
from tests.builders import make_tables, write_source
from tests.features.ledger.senders import COUNTY, GOOD, VILLAGE, bytes_of, send

DEFINITION = load_definition()


def test_good_rows_enter_in_one_step(tmp_path: Path) -> None:
    report = import_folder(send(tmp_path / "s"), tmp_path / "l", DEFINITION)
    assert report.counties == (COUNTY,)
    assert report.total == Counts(read=8, accepted=8, repeated=0, rejected=0)
    verify(LedgerStore.open(tmp_path / "l"))


def test_importing_the_same_again_changes_no_byte(tmp_path: Path) -> None:
    source = send(tmp_path / "s")
    import_folder(source, tmp_path / "l", DEFINITION)
    before = bytes_of(tmp_path / "l")
    report = import_folder(source, tmp_path / "l", DEFINITION)
    assert report.total == Counts(read=8, accepted=0, repeated=8, rejected=0)
    assert report.counties == ()
    assert bytes_of(tmp_path / "l") == before


def test_rows_without_numbers_are_known_again_by_what_they_say(tmp_path: Path) -> None:
    bare = {name: "\n".join(line.split(",", 1)[1] for line in text.splitlines()) for name, text in GOOD.items()}
    source = send(tmp_path / "s", **bare)
    import_folder(source, tmp_path / "l", DEFINITION)
    assert import_folder(source, tmp_path / "l", DEFINITION).total.repeated == 8


def test_steps_and_their_order_do_not_change_what_is_stored(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    import_folder(send(tmp_path / "s"), whole, DEFINITION)
    for name, text in GOOD.items():
        header, *rows = text.splitlines()
        for number, row in enumerate(reversed(rows)):
            import_folder(send(tmp_path / f"{name}{number}", **{name: f"{header}\n{row}\n"}), parts, DEFINITION)
    assert LedgerStore.open(whole).content_hash() == LedgerStore.open(parts).content_hash()


def test_only_changed_tables_are_written_anew_and_old_ones_go_at_the_next_import(tmp_path: Path) -> None:
    ledger = tmp_path / "l"
    import_folder(send(tmp_path / "s"), ledger, DEFINITION)
    later = f"row_id,household_id,region_code,valid_from,recorded_on\nr9,h9,{VILLAGE},2017-01-01,2017-01-02\n"
    import_folder(send(tmp_path / "s2", households=later), ledger, DEFINITION)
    files = {name: table.file for name, table in LedgerStore.open(ledger).manifest.counties[COUNTY].items()}
    assert files["households"] == f"county={COUNTY}/00002/households.parquet"
    assert files["children"] == f"county={COUNTY}/00001/children.parquet"
    old = ledger / f"county={COUNTY}/00001/households.parquet"
    assert old.exists()
    import_folder(send(tmp_path / "s2"), ledger, DEFINITION)
    assert not old.exists()
    verify(LedgerStore.open(ledger))


def test_good_rows_enter_although_others_are_rejected(tmp_path: Path) -> None:
    wrong = {**GOOD, "visits": GOOD["visits"].replace("report", "gossip")}
    report = import_folder(send(tmp_path / "s", **wrong), tmp_path / "l", DEFINITION, rejects=tmp_path / "r")
    assert report.total == Counts(read=8, accepted=7, repeated=0, rejected=1)
    assert report.rejects == tmp_path / "r"
    assert LedgerStore.open(tmp_path / "l").rows(COUNTY)["visits"] == 1


def test_nothing_good_leaves_no_ledger(tmp_path: Path) -> None:
    report = import_folder(send(tmp_path / "s", visits=GOOD["visits"]), tmp_path / "l", DEFINITION)
    assert report.total.accepted == 0
    with pytest.raises(UserError, match="no ledger there"):
        LedgerStore.open(tmp_path / "l")


def test_a_correction_is_taken_back_and_both_are_kept(tmp_path: Path) -> None:
    import_folder(send(tmp_path / "s"), tmp_path / "l", DEFINITION)
    header = "row_id,child_id,valid_from,recorded_on,retracts,household_id,birth_date,file_status"
    text = f"{header}\nx,c1,2016-09-01,2016-09-01,r1,,,\n"
    report = import_folder(send(tmp_path / "s2", children=text), tmp_path / "l", DEFINITION)
    assert report.faults.is_empty()
    children = LedgerStore.open(tmp_path / "l").read(COUNTY).tables["children"]
    assert children.filter(retracts="r1")["row_id"].to_list() == ["x"]
    assert children.height == 3


def test_processes_give_the_same_ledger_as_one(tmp_path: Path) -> None:
    for county in ("520101", "520102", "520103"):
        send(tmp_path / "s", county)
    told: list[tuple[int, int]] = []
    import_folder(tmp_path / "s", tmp_path / "one", DEFINITION, workers=1)
    import_folder(
        tmp_path / "s",
        tmp_path / "two",
        DEFINITION,
        workers=2,
        progress=lambda done, total, _="": told.append((done, total)),
    )
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert told[-1] == (3, 3)


def test_a_ledger_of_another_definition_is_refused_and_left_alone(tmp_path: Path) -> None:
    import_folder(send(tmp_path / "s"), tmp_path / "l", DEFINITION)
    before = bytes_of(tmp_path / "l")
    with pytest.raises(UserError, match="holds rows of the definition"):
        import_folder(tmp_path / "s", tmp_path / "l", replace(DEFINITION, version="2099.1"))
    assert bytes_of(tmp_path / "l") == before


def test_simulated_rows_never_enter_a_ledger_of_real_ones(tmp_path: Path) -> None:
    made = write_source(make_tables(households=[{"source": "simulated"}]), tmp_path / "made")
    import_folder(send(tmp_path / "s"), tmp_path / "l", DEFINITION)
    with pytest.raises(UserError, match="simulated rows"):
        import_folder(made, tmp_path / "l", DEFINITION)
    assert import_folder(made, tmp_path / "m", DEFINITION).simulated
    real = write_source(
        make_tables(households=[{"household_id": "h7", "valid_from": date(2016, 2, 1)}]), tmp_path / "r"
    )
    assert import_folder(real, tmp_path / "m", DEFINITION).simulated


def test_a_simulated_province_is_imported_whole(province: Path, ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    assert store.simulated
    assert len(store.counties()) == 3
    sent = sum(1 for _ in province.glob("??????/children.parquet"))
    assert sent == 3
    again = shutil.copytree(ledger, ledger.parent / "again")
    assert import_folder(province, again, DEFINITION).total.accepted == 0


def test_csv_and_parquet_of_the_same_rows_give_the_same_ledger(province: Path, ledger: Path, tmp_path: Path) -> None:
    county = LedgerStore.open(ledger).counties()[0]
    (tmp_path / "s" / county).mkdir(parents=True)
    for path in (province / county).glob("*.parquet"):
        pl.read_parquet(path).write_csv(tmp_path / "s" / county / f"{path.stem}.csv")
    assert import_folder(tmp_path / "s", tmp_path / "l", DEFINITION).faults.is_empty()
    from_csv = LedgerStore.open(tmp_path / "l").read(county).tables
    for name, frame in LedgerStore.open(ledger).read(county).tables.items():
        assert_frame_equal(from_csv[name], frame)


def test_a_rejects_folder_in_use_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    source = send(tmp_path / "s")
    with pytest.raises(UserError, match="not empty"):
        import_folder(source, tmp_path / "l", DEFINITION, rejects=source)
    assert not (tmp_path / "l").exists()
