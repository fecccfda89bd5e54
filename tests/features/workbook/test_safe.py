"""Files that are no plain workbooks are refused before anything of them is parsed, and it is said what to do."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.workbook.limits import safe_limits
from features.workbook.safe import require_safe
from tests import attacks, workbooks
from tests.features.workbook.books import old_workbook, workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Path:
    workbook(path, [["姓名", "性别"], ["模拟甲", "男"]])
    with zipfile.ZipFile(path) as archive:
        parts = change({name: archive.read(name) for name in archive.namelist()})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        require_safe(path)
    assert caught.value.message.startswith(path.name)
    assert caught.value.hint
    return caught.value


def test_a_plain_workbook_is_let_in(tmp_path: Path) -> None:
    for book in (workbooks.township(tmp_path / "a.xlsx"), workbooks.old_book(tmp_path / "a.xls")):
        safe = require_safe(book.path)
        assert set(safe.facts or ()) == {sheet for sheet, _ in book.children}
        assert not safe.since_1904


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (attacks.zip_bomb, "a.xlsx", "grows more than 100-fold"),
        (attacks.xml_entity, "a.xlsx", "document type or entities"),
        (attacks.macro_book, "a.xlsx", "macros"),
        (attacks.macro_book, "a.xlsm", "'.xlsm' files are not read"),
        (attacks.external_link, "a.xlsx", "other files or the network"),
    ],
)
def test_attacks_are_refused(make: Callable[[Path], Path], name: str, said: str, tmp_path: Path) -> None:
    assert said in _refusal(make(tmp_path / name)).message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name,sex\n1,2\n", "text that is only called a workbook"),
        (b"  <html><table>", "web page"),
        (b"\x7fELF\0\0\0", "no workbook"),
        (b"PK\x03\x04 cut off", "damaged or was cut off"),
    ],
)
def test_other_files_called_xlsx(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert said in _refusal(path).message


def test_half_a_workbook(tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    path.write_bytes(path.read_bytes()[:-2000])
    assert "cut off" in _refusal(path).message


def test_one_changed_byte_is_damage(tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    content[entry.header_offset + 120] ^= 255
    path.write_bytes(content)
    assert "damaged" in _refusal(path).message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in _refusal(tmp_path / "a.xlsx").message


@pytest.mark.parametrize(
    ("stream", "said"),
    [("_VBA_PROJECT_CUR", "macros"), ("EncryptedPackage", "password"), ("VBA", "macros")],
)
def test_streams_of_old_workbooks(stream: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(OLE + bytes(504) + stream.encode("utf-16-le").ljust(64, b"\0") + bytes(448))
    assert said in _refusal(path).message


def test_the_name_of_a_stream_in_a_cell_is_no_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    old_workbook(path, {"甲": [["看 VBA here"]]})
    assert "VBA here".encode("utf-16-le") in path.read_bytes()
    assert set(require_safe(path).facts or ()) == {"甲"}


def test_macros_declared_but_hidden_under_another_name(tmp_path: Path) -> None:
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    old = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    path = _rewritten(
        tmp_path / "a.xlsx",
        lambda parts: parts | {"[Content_Types].xml": parts["[Content_Types].xml"].replace(old, kind)},
    )
    assert "macros" in _refusal(path).message


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    path = _rewritten(tmp_path / "a.xlsx", lambda parts: {"word/document.xml": b"<w/>"} | {"x": parts["xl/styles.xml"]})
    assert "no Excel workbook" in _refusal(path).message


def test_too_many_parts(tmp_path: Path) -> None:
    extra = {f"x/{number}": b"" for number in range(safe_limits().entries)}
    assert "parts" in _refusal(_rewritten(tmp_path / "a.xlsx", lambda parts: parts | extra)).message


def test_a_declared_size_beyond_the_limit(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "性别"]])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    for at in (24, 20):
        content[place + at : place + at + 4] = (0xFFFFFFF0).to_bytes(4, "little")
    second = content.index(b"PK\x01\x02", place + 4)
    content[second + 24 : second + 28] = content[second + 20 : second + 24] = (0x0FFFFFFF).to_bytes(4, "little")
    path.write_bytes(content)
    assert "unpacked it is larger" in _refusal(path).message


def test_an_entry_with_a_password(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "性别"]])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "password" in _refusal(path).message


def test_two_cells_far_apart_reserve_no_memory(tmp_path: Path) -> None:
    cells = b'<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    def far(parts: dict[str, bytes]) -> dict[str, bytes]:
        name = "xl/worksheets/sheet1.xml"
        return parts | {name: parts[name].replace(b"</sheetData>", cells)}

    assert "more cells than fit" in _refusal(_rewritten(tmp_path / "a.xlsx", far)).message


def test_a_long_sheet_is_measured_by_its_columns(tmp_path: Path) -> None:
    """A formatted column down to the last line and a table beside AA are no reason to refuse."""
    cells = (
        b'<row r="900000"><c r="AA900000"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="1"/></row></sheetData>'
    )

    def far(parts: dict[str, bytes]) -> dict[str, bytes]:
        name = "xl/worksheets/sheet1.xml"
        return parts | {name: parts[name].replace(b"</sheetData>", cells)}

    facts = require_safe(_rewritten(tmp_path / "a.xlsx", far)).facts["Sheet1"]
    assert (facts.far_line, facts.columns, facts.last_line) == (900_000, 27, 1_048_576)


def test_sheets_without_relations_are_only_not_looked_into(tmp_path: Path) -> None:
    def without(parts: dict[str, bytes]) -> dict[str, bytes]:
        return {name: content for name, content in parts.items() if not name.startswith("xl/_rels")}

    assert require_safe(_rewritten(tmp_path / "a.xlsx", without)).facts == {}
