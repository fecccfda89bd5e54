"""CSV as spreadsheets write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from features.ledger.faults import LINE
from features.ledger.read_text import decode, read_body, read_header

TEXT = "编号,名称\n1,危房\n2,安全\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_the_encodings_spreadsheets_write(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert decode(path) == TEXT


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"a,b\n1,\x00\n", "a,b\n1,2\n".encode("utf-16")])
def test_what_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not text"):
        decode(path)


@pytest.mark.parametrize("text", ["", "\n1,2\n", " , \n"])
def test_a_file_without_a_first_line_is_empty(text: str) -> None:
    with pytest.raises(UserError, match="empty"):
        read_header(text)


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    body, faults = read_body("a,b\n1,2\n\n,\n3,4\r\n", ["a", "b"], "a.csv")
    assert body.rows() == [(2, "1", "2"), (5, "3", "4")]
    assert faults.is_empty()


def test_a_header_alone_has_no_rows() -> None:
    body, faults = read_body("a,b\n", ["a", "b"], "a.csv")
    assert body.is_empty()
    assert body.columns == [LINE, "a", "b"]
    assert faults.is_empty()


def test_quoted_commas_and_line_breaks_stay_in_their_field() -> None:
    body, faults = read_body('a,b\n"1,5","x\ny"\n2,z\n', ["a", "b"], "a.csv")
    assert body.rows() == [(2, "1,5", "x\ny"), (3, "2", "z")]
    assert faults.is_empty()


@pytest.mark.parametrize("text", ["a,b\n1,2\n3\n4,5,6\n7,8\n", 'a,b\n"1",2\n3\n4,5,6\n7,8\n'])
def test_rows_of_another_width_are_faults_and_the_others_are_read(text: str) -> None:
    body, faults = read_body(text, ["a", "b"], "a.csv")
    assert body.rows() == [(2, "1", "2"), (3, "3", ""), (4, "4", "5"), (5, "7", "8")]
    assert faults.select("row", "value", "wanted").rows() == [
        (3, "1", "2 fields, as the header has"),
        (4, "3", "2 fields, as the header has"),
    ]


def test_only_line_breaks_break_lines() -> None:
    body, faults = read_body("a,b\r\n1\u2028x,2\r\n\r\n3\x0c,4\r\n", ["a", "b"], "a.csv")
    assert body.rows() == [(2, "1\u2028x", "2"), (4, "3\x0c", "4")]
    assert faults.is_empty()


def test_a_stray_quotation_mark_inside_a_value_is_a_value() -> None:
    body, faults = read_body('a,b\n5" pipe,2\n', ["a", "b"], "a.csv")
    assert body.rows() == [(2, '5" pipe', "2")]
    assert faults.is_empty()


@pytest.mark.parametrize("text", ['a,b\n1,2\n3,"4\n', 'a,b\n"1"x,2\n'])
def test_a_quotation_mark_without_its_partner_is_named_by_line(text: str) -> None:
    with pytest.raises(UserError, match="not a readable CSV at line"):
        read_body(text, ["a", "b"], "a.csv")
