"""Rejected rows can be corrected and sent again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.rejects import require_free
from features.ledger.store import LedgerStore
from tests.features.ledger.senders import COUNTY, GOOD, HOUSEHOLDS, send

DEFINITION = load_definition()


def test_rejects_hold_the_senders_columns_and_the_reason(tmp_path: Path) -> None:
    text = HOUSEHOLDS.replace("dwelling", "住房").replace("poor", "草棚")
    import_folder(send(tmp_path / "s", households=text), tmp_path / "l", DEFINITION, rejects=tmp_path / "r")
    path = tmp_path / "r" / COUNTY / "households.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = pl.read_csv(path, infer_schema=False).to_dicts()
    assert row["住房"] == "草棚"
    wanted = "'dwelling' is not one of the allowed words; wanted: one of: sound, poor, dangerous; use one of them."
    assert row["_reason"] == wanted
    assert row["_原因"] == "“住房”填的不是可选项；可填：安全、简陋、危房；请改成其中一项。"
    assert (row["_file"], row["_row"]) == (f"{COUNTY}/households.csv", "3")


def test_corrected_rejects_are_imported_as_they_are(tmp_path: Path) -> None:
    wrong = {**GOOD, "households": HOUSEHOLDS.replace("sound", "hut")}
    first = import_folder(send(tmp_path / "s", **wrong), tmp_path / "l", DEFINITION, rejects=tmp_path / "r")
    assert first.total.rejected == 5
    path = tmp_path / "r" / COUNTY / "households.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("hut", "安全"), encoding="utf-8")
    second = import_folder(tmp_path / "r", tmp_path / "l", DEFINITION, rejects=tmp_path / "r2")
    assert second.faults.is_empty()
    assert second.rejects is None
    assert not (tmp_path / "r2").exists()
    import_folder(send(tmp_path / "good"), tmp_path / "whole", DEFINITION)
    ours, theirs = (LedgerStore.open(tmp_path / name).read(COUNTY).tables for name in ("l", "whole"))
    for name, frame in theirs.items():
        assert frame.drop("source").equals(ours[name].drop("source"))


def test_a_rejected_parquet_row_can_be_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "s" / COUNTY
    folder.mkdir(parents=True)
    wrong = {
        "household_id": ["h1"], "region_code": ["520101001001"], "valid_from": ["2016-01-01"], "recorded_on": [None],
        "aid_received": [["dibao", "medical"]],
    }  # fmt: skip
    pl.DataFrame(wrong).write_parquet(folder / "households.parquet")
    import_folder(tmp_path / "s", tmp_path / "l", DEFINITION, rejects=tmp_path / "r")
    (row,) = pl.read_csv(tmp_path / "r" / COUNTY / "households.csv", infer_schema=False).to_dicts()
    assert row["aid_received"] == "dibao;medical"
    assert row["_row"] == "1"


def test_no_rejected_value_is_a_formula_and_each_comes_back(tmp_path: Path) -> None:
    wild = "=cmd|' /C calc'!A0"
    text = HOUSEHOLDS.replace("r2,", f"{wild},").replace("poor", "草棚")
    import_folder(send(tmp_path / "s", households=text), tmp_path / "l", DEFINITION, rejects=tmp_path / "r")
    path = tmp_path / "r" / COUNTY / "households.csv"
    assert pl.read_csv(path, infer_schema=False)["row_id"].to_list() == ["'" + wild]
    path.write_text(path.read_text(encoding="utf-8").replace("草棚", "poor"), encoding="utf-8")
    assert import_folder(tmp_path / "r", tmp_path / "l", DEFINITION).faults.is_empty()
    assert wild in LedgerStore.open(tmp_path / "l").read(COUNTY).tables["households"]["row_id"].to_list()


def test_a_folder_half_corrected_is_not_written_over(tmp_path: Path) -> None:
    require_free(tmp_path / "new")
    require_free(tmp_path)
    (tmp_path / "x").write_text("x")
    with pytest.raises(UserError, match="not empty"):
        require_free(tmp_path)
