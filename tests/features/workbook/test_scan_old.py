"""What only the records of an old .xls tell, and what is no such file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xlwt

from features.cli.console import UserError
from features.workbook.grid import read_grids
from features.workbook.safe import require_safe
from features.workbook.scan_old import scan_old
from tests.features.workbook.books import old_workbook

DATE_MODE = struct.pack("<HHH", 0x22, 2, 0)


def book(tmp_path: Path) -> bytes:
    return old_workbook(tmp_path / "a.xls", {"甲": [["姓名"], ["模拟甲"]], "b": [["x"]]}, [1, 2, 200]).read_bytes()


def test_rows_and_columns_that_are_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    made = xlwt.Workbook()
    for name, hidden in (("甲", 3), ("Sheet 2", 700)):
        sheet = made.add_sheet(name)
        for line in range(800):
            sheet.write(line, 0, f"第{line}行")
        sheet.row(hidden).hidden = True
        sheet.col(hidden % 9).hidden = True
    made.save(str(path))
    facts = scan_old(path.read_bytes())
    assert facts.sheets is not None
    assert {name: (one.hidden, one.hidden_columns) for name, one in facts.sheets.items()} == {
        "甲": ({4}, {3}), "Sheet 2": ({701}, {7}),
    }  # fmt: skip
    assert [(grid.hidden, grid.hidden_columns) for grid in read_grids(require_safe(path))] == [
        (frozenset({4}), frozenset({3})), (frozenset({701}), frozenset({7})),
    ]  # fmt: skip


def test_days_that_count_from_1904_are_told_by_one_record_and_not_by_a_cell(tmp_path: Path) -> None:
    content = book(tmp_path)
    assert not scan_old(content).since_1904
    assert content.count(DATE_MODE) == 1
    assert scan_old(content.replace(DATE_MODE, struct.pack("<HHH", 0x22, 2, 1))).since_1904
    inside = old_workbook(tmp_path / "b.xls", {"a": [["\x22\x00\x02\x00\x01\x00"]]})
    assert not scan_old(inside.read_bytes()).since_1904


def test_a_book_before_excel_97_tells_the_days_only(tmp_path: Path) -> None:
    content = book(tmp_path)
    begin = struct.pack("<HHH", 0x0809, 16, 0x0600)
    old = content.replace(begin, struct.pack("<HHH", 0x0809, 16, 0x0500))
    assert old != content
    assert scan_old(old).sheets is None
    assert not scan_old(old).since_1904


def test_the_sectors_of_a_large_book_are_followed(tmp_path: Path) -> None:
    """More sectors than the header has room for: the list of tables goes on elsewhere."""
    rows = [[f"{line}-{column}" * 30 for column in range(20)] for line in range(2000)]
    path = old_workbook(tmp_path / "a.xls", {"a": rows}, [5], since_1904=True)
    assert path.stat().st_size > 109 * 128 * 512
    facts = scan_old(path.read_bytes())
    assert facts.since_1904
    assert facts.sheets is not None
    assert facts.sheets["a"].hidden_columns == {5}


def test_what_is_cut_off_or_is_no_workbook(tmp_path: Path) -> None:
    content = book(tmp_path)
    for broken in (content[:100], content[:2000], content.replace("Workbook".encode("utf-16-le"), b"x" * 16)):
        with pytest.raises(UserError, match="damaged") as caught:
            scan_old(broken)
        assert "xlsx" in caught.value.hint


def test_a_chain_that_returns_to_itself_ends(tmp_path: Path) -> None:
    content = bytearray(book(tmp_path))
    (table,) = struct.unpack_from("<I", content, 76)
    sectors = len(content) // 512
    struct.pack_into(f"<{min(128, sectors)}I", content, 512 + table * 512, *range(min(128, sectors)))
    with pytest.raises(UserError, match="damaged"):
        scan_old(bytes(content))
