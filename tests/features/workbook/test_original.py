"""A copy of a sender's workbook acts on nobody and keeps what was written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from features.workbook.original import cell_at, open_original, sheets_of
from tests.attacks import DANGEROUS, external_link, formulas
from tests.workbooks import TOWNSHIP_SHEET, township


def saved(path: Path, out: Path) -> str:
    """All parts of the copy as one text."""
    open_original(path).save(out)
    with zipfile.ZipFile(out) as parts:
        return "".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_formulas_links_and_programs_are_gone(tmp_path: Path) -> None:
    content = saved(external_link(tmp_path / "a.xlsx"), tmp_path / "out.xlsx")
    assert "<f>" not in content
    assert "ddeLink" not in content
    assert "calc.exe" not in content
    book = load_workbook(tmp_path / "out.xlsx")
    cell = book[TOWNSHIP_SHEET]["X5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=DDE("cmd","/C calc","1")', "s", True)
    assert book[TOWNSHIP_SHEET]["Y5"].hyperlink is None
    assert book[TOWNSHIP_SHEET]["Y5"].value == "点此"


def test_dangerous_text_stays_text_word_for_word(tmp_path: Path) -> None:
    saved(formulas(tmp_path / "a.xlsx"), tmp_path / "out.xlsx")
    sheet = sheets_of(load_workbook(tmp_path / "out.xlsx"))[0]
    cells = [cell_at(sheet, line, 2) for line in range(2, len(DANGEROUS) + 2)]
    assert [cell.value for cell in cells] == [text.replace("\r", "\n") for text in DANGEROUS]  # as XML reads it
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if not str(cell.value).startswith("a;"))


def test_results_take_the_place_of_formulas(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("甲")
    sheet.write_formula(0, 0, "=1+1", None, 2)
    sheet.write_formula(1, 0, '="="&"1"', None, "=1")
    book.close()
    copy = sheets_of(open_original(tmp_path / "a.xlsx"))[0]
    assert [(cell.value, cell.data_type) for cell in (copy["A1"], copy["A2"])] == [(2, "n"), ("=1", "s")]


def test_an_array_formula_without_result_stays_as_text(tmp_path: Path) -> None:
    path = township(tmp_path / "a.xlsx", 3).path
    book = load_workbook(path)
    book[TOWNSHIP_SHEET]["X1"] = ArrayFormula("X1:X2", "=SUM(A1:A2)")
    book.save(path)
    cell = sheets_of(open_original(path))[0]["X1"]
    assert (cell.value, cell.data_type) == ("=SUM(A1:A2)", "s")


def test_names_that_call_out_are_dropped_and_others_kept(tmp_path: Path) -> None:
    path = township(tmp_path / "a.xlsx", 3).path
    book = load_workbook(path)
    book.defined_names["bad"] = DefinedName("bad", attr_text="cmd|'/C calc'!A0")
    book.defined_names["good"] = DefinedName("good", attr_text=f"'{TOWNSHIP_SHEET}'!$A$1:$A$3")
    book.save(path)
    assert list(open_original(path).defined_names) == ["good"]


def test_merged_cells_and_hidden_rows_are_kept_and_written_at_their_first_cell(tmp_path: Path) -> None:
    sheet = sheets_of(open_original(township(tmp_path / "a.xlsx").path))[0]
    assert "A1:U1" in {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.row_dimensions[11].hidden
    assert cell_at(sheet, 1, 7).coordinate == "A1"
