"""A drawn pilot: the whole frame with its chances, duties for certain, visit lists without a formula or a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.check import check_folder
from tests.training.region.conftest import AS_OF, county, home
from training.pilot.draw import Drawn, DrawRequest, draw_pilot
from training.pilot.sheet import write_sheets

__all__ = ["county", "home"]


@pytest.fixture
def request_(ledger: Path, home: Path, county: str, tmp_path: Path) -> DrawRequest:
    return DrawRequest(ledger, home, county, AS_OF, 0.05, tmp_path / "pilot", load_definition())


def _rows(drawn: Drawn, county: str) -> pl.DataFrame:
    return pl.read_parquet(drawn.folder / county / "assignments.parquet")


def test_the_whole_frame_is_logged_with_the_chance_of_each_household(request_: DrawRequest, county: str) -> None:
    drawn = draw_pilot(request_)
    rows = _rows(drawn, county)
    assert rows["household_id"].is_unique().all()
    assert set(rows["frame_size"]) == {rows.height}
    due, free = (rows.filter(pl.col("stratum") == stratum) for stratum in ("duty", "random"))
    assert due["drawn"].all()
    assert set(due["inclusion_probability"]) == {1.0}
    assert due.height == drawn.duties
    assert free["drawn"].sum() == drawn.size.households
    assert set(free["inclusion_probability"]) == {drawn.size.households / free.height}
    assert set(rows["list_id"]) == {drawn.list_id}


def test_the_lot_depends_on_the_seed_alone(request_: DrawRequest, county: str, tmp_path: Path) -> None:
    first, again = draw_pilot(request_), draw_pilot(replace(request_, out=tmp_path / "again"))
    other = draw_pilot(replace(request_, seed=2, out=tmp_path / "other"))
    assert _rows(first, county).equals(_rows(again, county))
    drawn = [set(_rows(one, county).filter("drawn")["household_id"]) for one in (first, other)]
    assert drawn[0] != drawn[1]


def test_the_ledger_takes_it_without_a_fault(request_: DrawRequest, ledger: Path) -> None:
    drawn = draw_pilot(request_)
    assert check_folder(drawn.folder, load_definition(), ledger=ledger).faults.is_empty()


def test_the_visit_lists_hold_those_drawn_in_the_order_of_villages(request_: DrawRequest, county: str) -> None:
    drawn = draw_pilot(request_)
    wanted = _rows(drawn, county).filter("drawn").height
    text = pl.read_csv(drawn.csv, infer_schema=False)
    sheet = openpyxl.load_workbook(drawn.workbook).active
    assert sheet is not None
    assert text.height == sheet.max_row - 3 == wanted
    assert text["村 village"].is_sorted()
    assert set(text["原因 reason"]) == {"应办走访 visit due", "抽签 by lot"}


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {
            "household_id": ["=1+1", "h2"],
            "region_code": ["520001001001", None],
            "children": [1, 2],
            "stratum": ["random", "duty"],
            "due_on": [None, AS_OF],
        }
    )
    book, text = write_sheets(rows, tmp_path, "pilot", AS_OF)
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert all(cell.data_type != "f" for cell in cells)
    assert ",=1" not in text.read_text(encoding="utf-8")


@pytest.mark.parametrize("half_width", [0.0, 0.6])
def test_a_half_width_that_is_none_is_refused(request_: DrawRequest, half_width: float) -> None:
    with pytest.raises(UserError, match="wanted a share between 0 and"):
        draw_pilot(replace(request_, half_width=half_width))


def test_a_county_without_households_is_refused(request_: DrawRequest) -> None:
    with pytest.raises(UserError, match="no household of county"):
        draw_pilot(replace(request_, as_of=AS_OF.replace(year=2018)))


def test_a_folder_that_cannot_be_written_is_said(request_: DrawRequest, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        draw_pilot(replace(request_, out=blocked))
    with pytest.raises(UserError, match="cannot be written"):
        write_sheets(
            pl.DataFrame(
                schema={
                    "region_code": pl.String,
                    "household_id": pl.String,
                    "children": pl.Int64,
                    "stratum": pl.String,
                    "due_on": pl.Date,
                }
            ),
            blocked,
            "p",
            AS_OF,
        )
