"""The list as a workbook: out, filled in, and back in, whatever happened meanwhile."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.viewer import Viewer
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.web.pages.rows import row_of
from serving.review.web.pages.workbook.write import Book, write_list
from serving.review.words import Words
from serving.review.work.changes import Change, change_status
from serving.review.work.hand_in import HandIn, apply, compare
from serving.review.work.my_list import Wanted, my_list
from serving.review.workbook.read import BookFaultError, ReadBook, read_list
from tests.serving.review.making import NEXT_VILLAGE, NOW, account, item_id, loaded, place, sheet

TODAY = date(2018, 7, 5)
FIRST_ROW = 3


@pytest.fixture
def worker(database: Database) -> Viewer:
    loaded(database)
    with database.writing() as session:
        return account(session)


@pytest.fixture
def session(database: Database, worker: Viewer) -> Iterator[Session]:
    assert worker
    with Session(database.writer) as opened:
        yield opened


def written(session: Session, viewer: Viewer, language: str = "zh") -> bytes:
    """The viewer's list as they download it."""
    part = my_list(session, viewer, Wanted(count=1000), "workbook", NOW)
    words = Words("en" if language == "en" else "zh")
    rows = [row_of(item, part.rated, words, TODAY) for item in part.items]
    return write_list(Book(rows, words, False, (date(2018, 6, 30), TODAY), simulated=True))


def filled_in(content: bytes, rows: Mapping[int, Mapping[str, object]]) -> bytes:
    """The workbook as a person fills it in: values by the number of the row on the list and the code of the column."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    opened = book.worksheets[0]
    columns = {cell.value: cell.column for cell in opened[1]}
    for number, values in rows.items():
        for name, value in values.items():
            cell = opened.cell(FIRST_ROW + number - 1, columns[name])
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def handed_in(
    session: Session, viewer: Viewer, content: bytes, mine: Mapping[int, int] | None = None,
    theirs: Mapping[int, int] | None = None,
) -> HandIn:  # fmt: skip
    found = read_list(content)
    return apply(session, viewer, ReadBook(found.rows, ()), mine or {}, theirs or {}, NOW)


def item(session: Session, number: int) -> ListItem:
    return session.get_one(ListItem, item_id(session, number))


def test_what_goes_out_and_comes_back_untouched_changes_nothing(session: Session, worker: Viewer) -> None:
    found = compare(session, worker, read_list(written(session, worker)), NOW)
    assert (found.changes, found.conflicts, found.bad, found.same) == ((), (), (), 5)


@pytest.mark.parametrize(
    ("language", "done", "postponed", "road"),
    [
        ("zh", "已访", "延期", "道路不通"),
        ("en", "Done", "Postponed", "Road closed"),
        ("zh", "done", "postponed", "road"),
    ],
)
def test_what_was_filled_in_is_saved_once(
    session: Session, worker: Viewer, language: str, done: str, postponed: str, road: str
) -> None:
    rows = {
        3: {"status": done, "on": datetime(2018, 7, 4)},  # noqa: DTZ001 - a day as a spreadsheet holds it
        5: {"status": postponed, "on": "2018年7月5日", "reason": road, "note": "=cmd|' /C calc'!A0"},
    }
    content = filled_in(written(session, worker, language), rows)
    assert {one.row.item_id for one in compare(session, worker, read_list(content), NOW).changes} == {
        item_id(session, 3), item_id(session, 5),
    }  # fmt: skip
    assert item(session, 3).status is Status.OPEN, "looking saves nothing"
    done_now = handed_in(session, worker, content)
    assert (len(done_now.changes), done_now.saved) == (2, True)
    assert (item(session, 3).status, item(session, 3).status_on) == (Status.DONE, date(2018, 7, 4))
    assert (item(session, 5).reason, item(session, 5).note) == ("road", "=cmd|' /C calc'!A0")
    facts = len(session.scalars(select(OutboxRow)).all())
    again = handed_in(session, worker, content)
    assert (again.changes, again.conflicts, again.same) == ((), (), 5)
    assert len(session.scalars(select(OutboxRow)).all()) == facts


def test_no_text_becomes_a_formula(session: Session, worker: Viewer) -> None:
    change_status(session, worker, Change(item_id(session, 3), 1, Status.DONE, TODAY, note="=1+1"), NOW)
    content = written(session, worker)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    assert read_list(content).rows[-1].note == "=1+1"


def test_only_what_is_to_be_filled_in_can_be(session: Session, worker: Viewer) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(written(session, worker))).worksheets[0]
    assert opened.protection.sheet
    names = [cell.value for cell in opened[1]]
    free = {name for name, cell in zip(names, opened[FIRST_ROW], strict=True) if not cell.protection.locked}
    assert free == {"status", "on", "reason", "note"}
    assert "name" not in names
    assert opened.row_dimensions[1].hidden
    assert {str(rule.type) for rule in opened.data_validations.dataValidation} == {"list", "date"}


def test_what_somebody_changed_meanwhile_is_a_conflict_and_nothing_is_lost(session: Session, worker: Viewer) -> None:
    rows = {3: {"status": "延期", "on": "2018-07-05", "reason": "天气"}, 5: {"status": "已访", "on": "2018-07-05"}}
    content = filled_in(written(session, worker), rows)
    change_status(session, worker, Change(item_id(session, 3), 1, Status.DONE, TODAY, note="met"), NOW)
    found = handed_in(session, worker, content)
    assert ([one.item.id for one in found.conflicts], found.saved) == ([item_id(session, 3)], False)
    assert item(session, 5).status is Status.OPEN, "nothing is saved before all is decided"
    kept = handed_in(session, worker, content, theirs={item_id(session, 3): 2})
    assert (kept.saved, item(session, 3).note, item(session, 5).status) == (True, "met", Status.DONE)
    handed_in(session, worker, content, mine={item_id(session, 3): 2})
    assert (item(session, 3).status, item(session, 3).reason) == (Status.POSTPONED, "weather")


def test_a_choice_holds_for_what_was_looked_at(session: Session, worker: Viewer) -> None:
    content = filled_in(written(session, worker), {3: {"status": "已访", "on": "2018-07-04"}})
    change_status(session, worker, Change(item_id(session, 3), 1, Status.DONE, TODAY), NOW)
    change_status(session, worker, Change(item_id(session, 3), 2, Status.DONE, TODAY, note="again"), NOW)
    assert not handed_in(session, worker, content, mine={item_id(session, 3): 2}).saved
    assert handed_in(session, worker, content, mine={item_id(session, 3): 3}).saved


def test_a_place_that_only_moved_is_no_conflict(session: Session, worker: Viewer) -> None:
    content = filled_in(written(session, worker), {3: {"status": "已访", "on": "2018-07-04"}})
    item(session, 3).moved_by_hand = True
    session.flush()
    assert handed_in(session, worker, content).saved
    assert item(session, 3).status is Status.DONE


def test_who_says_what_is_saved_already_changes_nothing(session: Session, worker: Viewer) -> None:
    content = filled_in(written(session, worker), {3: {"status": "已访", "on": "2018-07-05"}})
    change_status(session, worker, Change(item_id(session, 3), 1, Status.DONE, TODAY), NOW)
    assert compare(session, worker, read_list(content), NOW).same == 5


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("book_key", {"key": "x"}), ("book_key", {"version": None}), ("book_status", {"status": "maybe"}),
        ("book_status", {"status": None}), ("book_reason", {"status": "延期", "on": "2018-07-05", "reason": "because"}),
        ("book_day", {"status": "已访"}), ("book_day", {"status": "已访", "on": "soon"}),
        ("book_not_yours", {"key": 999_999}), ("book_not_yours", {"household": "H001001-004"}),
        ("reason_missing", {"status": "未见到", "on": "2018-07-05"}),
        ("day_future", {"status": "已访", "on": "2018-07-06"}),
        ("day_before_list", {"status": "已访", "on": "2018-06-01"}),
        ("note_long", {"status": "已访", "on": "2018-07-05", "note": "x" * 2001}),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_the_others_go_on(
    session: Session, worker: Viewer, fault: str, values: Mapping[str, object]
) -> None:
    content = filled_in(written(session, worker), {3: values, 5: {"status": "已访", "on": "2018-07-05"}})
    found = compare(session, worker, read_list(content), NOW)
    assert [(one.line, one.fault) for one in found.bad] == [(5, fault)]
    assert [one.item.id for one in found.changes] == [item_id(session, 5)]


def test_a_household_that_stands_twice_counts_once(session: Session, worker: Viewer) -> None:
    content = filled_in(written(session, worker), {5: {"key": item_id(session, 3), "household": "H001001-003"}})
    found = read_list(content)
    assert [(one.line, one.fault) for one in found.bad] == [(7, "book_twice")]


def test_places_of_others_are_not_there(database: Database, session: Session, worker: Viewer) -> None:
    supervisor = account(session, Role.SUPERVISOR, name="s")
    content = filled_in(written(session, supervisor), {6: {"status": "已访", "on": "2018-07-05"}})
    found = compare(session, worker, read_list(content), NOW)
    assert [one.fault for one in found.bad] == ["book_not_yours"]
    handed_in(session, supervisor, content)
    assert session.get_one(ListItem, item_id(session, 6, NEXT_VILLAGE)).status is Status.DONE
    assert database


def package(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return package({entry: made.read(entry) for entry in made.namelist()} | {name: part})


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>'


def test_what_must_not_be_opened_is_refused(session: Session, worker: Viewer) -> None:
    good = written(session, worker)
    bad = {
        "nothing": (b"", "book_missing"),
        "text": (b"name,status\n", "book_refused"),
        "old": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "book_refused"),
        "cut off": (good[: len(good) // 2], "book_refused"),
        "macros": (with_part(good, "xl/vbaProject.bin", b"x"), "book_refused"),
        "links": (with_part(good, "xl/externalLinks/externalLink1.xml", b"<x/>"), "book_refused"),
        "bomb": (with_part(good, "xl/bomb.xml", bytes(50_000_000)), "book_refused"),
        "entities": (with_part(good, "xl/sharedStrings.xml", ENTITY), "book_refused"),
        "utf-16 entities": (with_part(good, "xl/sharedStrings.xml", ENTITY.decode().encode("utf-16")), "book_refused"),
        "no package": (package({"a.txt": b"x"}), "book_refused"),
    }
    for name, (content, fault) in bad.items():
        with pytest.raises(BookFaultError) as refused:
            read_list(content)
        assert refused.value.code == fault, name


def test_another_workbook_is_none_of_ours(session: Session, worker: Viewer, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["household", "status"])
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(BookFaultError, match="book_other"):
        read_list((tmp_path / "other.xlsx").read_bytes())
    wide = openpyxl.load_workbook(io.BytesIO(written(session, worker)))
    wide.worksheets[0].cell(100_000, 30).value = "x"
    wide.save(tmp_path / "wide.xlsx")
    with pytest.raises(BookFaultError, match="book_long"):
        read_list((tmp_path / "wide.xlsx").read_bytes())


def test_many_rows_are_no_list(database: Database) -> None:
    loaded(database, sheet(*(place(number) for number in range(1, 2002))))
    with database.writing() as session:
        worker = account(session)
        with pytest.raises(BookFaultError, match="book_long"):
            read_list(written(session, worker))


def test_handing_in_is_logged(database: Database, worker: Viewer) -> None:
    with database.writing() as session:
        content = filled_in(written(session, worker), {3: {"status": "已访", "on": "2018-07-05"}})
    with database.writing() as session:
        handed_in(session, worker, content)
    with database.reading() as session:
        entries = session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()
        assert [(one.purpose, one.action, len(one.records)) for one in entries] == [
            ("workbook", "read", 5), ("workbook_in", "read", 1), ("list", "write", 1),
        ]  # fmt: skip


fills = st.dictionaries(
    st.sampled_from([1, 2, 3, 5]),
    st.sampled_from(
        [
            {"status": "已访", "on": "2018-07-03"},
            {"status": "未见到", "on": "2018-07-04", "reason": "家中无人"},
            {"status": "延期", "on": "2018-07-05", "reason": "天气", "note": "x"},
        ]
    ),
    max_size=4,
)


@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=fills, second=fills, chosen=st.sampled_from(["mine", "theirs"]))
def test_two_who_fill_in_the_same_list_lose_nothing(
    database: Database, worker: Viewer, first: Mapping[int, Mapping[str, str]],
    second: Mapping[int, Mapping[str, str]], chosen: str,
) -> None:  # fmt: skip
    """Whatever two people filled in: the first is saved, and the second overwrites nothing without choosing to."""
    with Session(database.writer) as session:
        content = written(session, worker)
        a, b = filled_in(content, first), filled_in(content, second)
        assert handed_in(session, worker, a).saved
        found = compare(session, worker, read_list(b), NOW)
        clash = {item_id(session, number) for number in first.keys() & second.keys() if first[number] != second[number]}
        assert {one.item.id for one in found.conflicts} == clash
        assert {one.item.id for one in found.changes} == {item_id(session, n) for n in second.keys() - first.keys()}
        seen = {one.item.id: one.item.version for one in found.conflicts}
        assert handed_in(session, worker, b, **{chosen: seen}).saved
        for number in (1, 2, 3, 5):
            said = (second if chosen == "mine" else first).get(number) or first.get(number) or second.get(number)
            day = item(session, number).status_on
            assert (None if day is None else day.isoformat()) == (said or {}).get("on")
