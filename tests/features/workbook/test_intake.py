"""Workbooks go into the ledger whole or not at all, twice is once, and every fault is given back to its row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from features.cli.console import UserError
from features.identity.decisions import NO_DECISIONS
from features.identity.vault import Vault
from features.ledger.store import LedgerStore
from features.workbook.answer import answer, rejects_file, require_free_rejects
from features.workbook.books import Book, find_books
from features.workbook.intake import IntakeRequest, take_in
from features.workbook.reading import Reading
from features.workbook.results import BookResult, IntakeResult
from features.workbook.senders import SenderMapping
from tests import attacks, people, workbooks
from tests.features.workbook.books import COUNTY, language, proposed, reading, workbook

VILLAGES = dict(zip(workbooks.VILLAGE_SHEETS, people.VILLAGES, strict=True))
CODES = {
    "guardian_type": {"1": "grandparents", "2": "relatives", "3": "friends", "5": "none"},
    "father_state": {"0": "home", "1": "away_in_province", "2": "away_other_province", "4": "deceased"},
    "mother_state": {"0": "home", "1": "away_in_province", "2": "away_other_province", "5": "out_of_contact"},
    "schooling": {"0": "not_yet", "1": "kindergarten", "2": "primary", "3": "junior"},
    "health": {"1": "healthy", "2": "disabled", "3": "ill"},
    "sex": {"1": "boy", "2": "girl"},
}


def _reading(*paths: Path) -> Reading:
    mapping = proposed(*paths)
    values = {name: words | CODES.get(name, {}) for name, words in mapping.values.items()} | CODES
    regions = {place: VILLAGES.get(place, "?") for place in mapping.regions}
    return reading(replace(mapping, confirmed=True, values=values, regions=regions))


def _take(home: Path, used: Reading, *paths: Path, imports: bool = True) -> IntakeResult:
    books = [Book(COUNTY, path, path.name) for path in paths]
    return take_in(IntakeRequest(books, used, home, home / "ledger", NO_DECISIONS, imports))


def _counts(book: BookResult) -> tuple[int, int, int, int]:
    return book.read, book.new, book.repeated, book.rejected


def _errors(book: BookResult) -> set[tuple[int, str, str]]:
    found = book.faults.filter(pl.col("level") == "error").join(book.places, on="_row")
    return set(found.select("line", "field", "rule").iter_rows())


def _warned(book: BookResult, rule: str) -> set[tuple[int, str]]:
    found = book.faults.filter((pl.col("level") == "warning") & (pl.col("rule") == rule)).join(book.places, on="_row")
    return set(found.select("line", "field").iter_rows())


def test_every_planted_error_is_found_at_its_cell_and_nothing_else(tmp_path: Path) -> None:
    ugly = workbooks.township(tmp_path / "a.xlsx")
    (book,) = _take(tmp_path, _reading(ugly.path), ugly.path).books
    planted = {
        (item.line, item.field, {"duplicate": "duplicate_child"}.get(item.what, item.what))
        for item in ugly.planted
        if item.what not in ("hidden_row", "required") and item.field
    }
    unread = {(10, "parents_away_since", "unreadable_date")}
    assert _errors(book) == planted - unread
    assert _warned(book, "date_left_out") == {(10, "parents_away_since")}, "the row is kept without the date"
    assert _counts(book) == (19, 13, 0, 6)


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    home = tmp_path / "home"
    (checked,) = _take(home, _reading(path), path, imports=False).books
    assert not home.exists()
    (imported,) = _take(home, _reading(path), path).books
    assert _counts(checked) == _counts(imported)


def test_the_second_import_changes_nothing(tmp_path: Path) -> None:
    path = workbooks.old_book(tmp_path / "c.xls").path
    used = _reading(path)
    (first,) = _take(tmp_path, used, path).books
    assert (first.read, first.repeated) == (18, 0)
    assert first.new >= 15
    store = LedgerStore.open(tmp_path / "ledger")
    before = store.content_hash()
    (second,) = _take(tmp_path, used, path).books
    assert _counts(second) == (18, 0, first.new, first.rejected)
    assert LedgerStore.open(tmp_path / "ledger").content_hash() == before
    assert _take(tmp_path, used, path, imports=False).books[0].repeated == first.new


def test_names_go_only_to_the_table_of_identities(tmp_path: Path) -> None:
    ugly = workbooks.township(tmp_path / "a.xlsx")
    (book,) = _take(tmp_path, _reading(ugly.path), ugly.path).books
    children = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["children"]
    assert children.height == book.new
    persons = Vault.open(tmp_path, language().identity).persons(children["child_id"])
    assert set(persons["name"].drop_nulls()) <= {child.name for child in ugly.children.values()}
    assert persons.height == book.new
    for table in LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables.values():
        said = table.write_csv()
        assert not any(child.name in said or child.id_number in said for child in ugly.children.values())


def test_a_family_in_two_workbooks_is_one_and_a_child_keeps_its_number(tmp_path: Path) -> None:
    head = ["儿童姓名", "性别", "出生日期", "行政区划代码", "监护人姓名", "监护人公民身份号码", "儿童公民身份号码"]
    guardian = ["模拟监护", people.id_number("520102", people.INVESTIGATED.replace(year=1955), 3, girl=False)]
    births = [people.INVESTIGATED.replace(year=year) for year in (2008, 2010)]
    rows = [
        ["模拟甲", "男", births[0], "520101001201", *guardian, people.id_number("520101", births[0], 1, girl=False)],
        ["模拟乙", "女", births[1], "520101001201", *guardian, people.id_number("520101", births[1], 1, girl=True)],
    ]
    paths = [workbook(tmp_path / f"{number}.xlsx", [head, row]) for number, row in enumerate(rows)]
    result = _take(tmp_path, reading(), *paths)
    assert [_counts(book) for book in result.books] == [(1, 1, 0, 0), (1, 1, 0, 0)]
    children = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["children"]
    assert (children["child_id"].n_unique(), children["household_id"].n_unique()) == (2, 1)
    later = replace(reading(), recorded_on=reading().recorded_on and people.INVESTIGATED.replace(year=2017))
    _take(tmp_path, later, paths[0])
    again = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["children"]
    assert (again.height, again["child_id"].n_unique()) == (3, 2)


def test_a_child_in_two_workbooks_of_one_day_counts_once_and_is_said(tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    copy = tmp_path / "b.xlsx"
    copy.write_bytes(path.read_bytes())
    home, used = tmp_path / "home", _reading(path)
    for _ in range(2):
        first, second = _take(home, used, path, copy).books
        said = second.faults.filter(pl.col("rule") == "sent_twice")
        assert (second.new, second.repeated, second.rejected, said.height) == (
            0,
            13,
            6,
            14,
        )  # two of them have errors too
        assert "sent_twice" not in first.faults["rule"]
    assert LedgerStore.open(home / "ledger").read(COUNTY).tables["children"].height == 13


def test_rejected_rows_are_corrected_and_come_in(tmp_path: Path) -> None:
    ugly = workbooks.township(tmp_path / "a.xlsx")
    used = _reading(ugly.path)
    result = _take(tmp_path, used, ugly.path)
    (told,) = answer(result, used, report=tmp_path / "report", rejects=tmp_path / "rejects")
    assert told.rejects == rejects_file(result.books[0].book, tmp_path / "rejects")
    assert told.report is not None
    assert told.report.page.exists()
    with pytest.raises(UserError, match="is there already"):
        require_free_rejects([result.books[0].book], tmp_path / "rejects")
    require_free_rejects([result.books[0].book], None)
    book = openpyxl.load_workbook(told.rejects)
    sheet = book.worksheets[0]
    health = [cell.value for cell in sheet[1]].index("健康状况") + 1
    for line in range(2, sheet.max_row + 1):
        if sheet.cell(line, health).value == "头晕目眩":
            sheet.cell(line, health).value = "患病"
    book.save(told.rejects)
    (again,) = _take(tmp_path, used, told.rejects).books
    assert again.read == 6
    assert "unmapped_value" not in again.faults["rule"]
    assert again.new + again.repeated + again.rejected == 6
    held = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["children"].height
    assert held == result.books[0].new + again.new


def test_an_answer_is_only_written_where_it_is_asked_for(tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    used = _reading(path)
    result = _take(tmp_path, used, path, imports=False)
    (told,) = answer(result, used, report=None, rejects=None)
    assert (told.report, told.rejects) == (None, None)
    (only,) = answer(result, used, report=None, rejects=tmp_path / "r")
    assert only.report is None
    assert only.rejects is not None


def test_a_broken_workbook_does_not_stop_the_others(tmp_path: Path) -> None:
    good = workbooks.township(tmp_path / "a.xlsx").path
    attacks.xml_entity(tmp_path / "b.xlsx")
    used = _reading(good)
    books = find_books(tmp_path, COUNTY)
    result = take_in(IntakeRequest(books, used, tmp_path / "h", tmp_path / "h" / "ledger", NO_DECISIONS, imports=True))
    assert [bool(book.refused) for book in result.books] == [False, True]
    assert "entities" in result.books[1].refused
    assert result.books[0].new == 13
    assert not result.good
    told = answer(result, used, report=tmp_path / "r", rejects=tmp_path / "r")
    assert told[1].report is None
    assert told[0].report is not None
    assert told[0].report.page.parent.name == "a"
    with pytest.raises(UserError, match="entities"):
        _take(tmp_path / "h", used, tmp_path / "b.xlsx")


def test_only_broken_workbooks_import_nothing(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        attacks.xml_entity(tmp_path / name)
    result = _take(tmp_path / "h", reading(), tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert result.outcome is None
    assert not result.good


def test_a_workbook_of_visits_finds_its_households(tmp_path: Path) -> None:
    ugly = workbooks.township(tmp_path / "a.xlsx")
    _take(tmp_path, _reading(ugly.path), ugly.path)
    household = LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables["households"]["household_id"][0]
    visits = [
        ["走访编号", "家庭编号", "走访日期", "走访缘由", "是否见到"],
        ["v1", household, "2016-07-30", "例行走访", "是"],
    ]
    visits.append(["v2", "h-nobody", "2016-07-30", "例行走访", "是"])
    path = workbook(tmp_path / "v.xlsx", visits)
    (book,) = _take(tmp_path, reading(), path).books
    assert _counts(book) == (2, 1, 0, 1)
    assert _errors(book) == {(3, "household_id", "reference")}
    assert _counts(_take(tmp_path, reading(), path).books[0]) == (2, 0, 1, 1)


def test_many_rows_of_an_old_sender_keep_their_place(tmp_path: Path) -> None:
    """Rows after an error are not shifted: the fault of a line is the fault of that line."""
    head = ["儿童姓名", "性别", "出生日期", "行政区划代码", "住房"]
    rows = [[f"模拟{n}", "男", f"2009-01-{n % 28 + 1:02d}", "520101001201", "安全"] for n in range(60)]
    rows[17][1] = "不明白"
    rows[41][2] = "2009-02-30"
    rows[42][3] = "5201"
    (book,) = _take(tmp_path, reading(), workbook(tmp_path / "a.xlsx", [head, *rows])).books
    assert _errors(book) >= {(19, "sex", "unmapped_value"), (43, "birth_date", "unreadable_date")}
    assert {line for line, _, _ in _errors(book)} == {19, 43, 44}


def test_a_mapping_for_another_definition_has_no_hold(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["娃娃名字", "男女"], ["模拟甲", "男"]])
    with pytest.raises(UserError, match="nobody has confirmed"):
        _take(tmp_path, reading(SenderMapping("x", True, {"别的": "name"})), path)


def test_every_step_is_told_in_the_language_asked_for(tmp_path: Path) -> None:
    head = ["儿童姓名", "性别", "出生日期", "行政区划代码"]
    path = workbook(tmp_path / "a.xlsx", [head, ["模拟甲", "男", "2009-01-02", "520101001201"]])
    told: list[str] = []

    def listen(done: int, total: int, note: str = "") -> None:
        assert 0 <= done <= total
        told.append(note.partition(" ")[0])

    books = [Book(COUNTY, path, path.name)]
    take_in(IntakeRequest(books, reading(), tmp_path, tmp_path / "l", NO_DECISIONS, imports=True), listen, "zh")
    assert list(dict.fromkeys(told)) == ["读取", "认定是谁", "分到台账各表", "核对并写入台账", "汇总", "写入身份信息"]


def test_what_is_so_of_the_whole_workbook_is_told_each_time(tmp_path: Path) -> None:
    """Two sheets without headings are two faults, though neither has a row."""
    rows = [["儿童姓名", "性别", "出生日期", "行政区划代码"], ["模拟甲", "男", "2009-01-02", "520101001201"]]
    path = workbook(tmp_path / "a.xlsx", {"甲": rows, "乙": [["说明"]], "丙": [["说明"]]})
    (book,) = _take(tmp_path, reading(), path).books
    assert book.faults.filter(pl.col("rule") == "sheet_skipped")["detail"].to_list() == ["2", "3"]
