"""What the XML of a sheet tells, however it is written and wherever the stream is cut."""

from __future__ import annotations

from io import BytesIO

import pytest

from features.cli.console import UserError
from features.workbook.scan import SheetFacts, column_number, count_columns, read_chunks, scan_sheet

HEAD = b'<?xml version="1.0"?><worksheet><sheetData>'


def scan(rows: bytes) -> SheetFacts:
    return scan_sheet(BytesIO(HEAD + rows + b"</sheetData></worksheet>"))


def test_hidden_lines_in_every_spelling() -> None:
    rows = (
        b'<row r="1"/><row r="3" hidden="1"/><row hidden=\'true\' r=\'5\'/><row r="7" hidden="0"/>'
        b'<row hidden = "1"></row><row r="9" ht="3" hidden="false"/>'
    )
    assert scan(rows).hidden == {3, 5, 8}


def test_hidden_columns_in_every_spelling() -> None:
    columns = (
        b'<cols><col min="2" max="2" width="9" hidden="1"/><col width="9" hidden=\'true\' max=\'6\' min=\'5\'/>'
        b'<col min="8" max="9" hidden="0"/><col min="10" max="10" width="9"/><col hidden="1"/></cols>'
    )
    content = b"<worksheet>" + columns + b'<sheetData><row r="1"/></sheetData></worksheet>'
    assert scan_sheet(BytesIO(content)).hidden_columns == {1, 4, 5}
    prefixed = b'<x:worksheet><x:cols><x:col min="3" max="3" hidden="1"/></x:cols></x:worksheet>'
    assert scan_sheet(BytesIO(prefixed)).hidden_columns == {2}


def test_a_prefix_before_every_tag() -> None:
    content = b'<x:worksheet><x:sheetData><x:row r="2" hidden="1"/></x:sheetData></x:worksheet>'
    assert scan_sheet(BytesIO(content)).hidden == {2}


def test_formulas_without_a_result() -> None:
    rows = (
        b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>x</f></c><c r="AA2"><f t="shared" si="0"/><v></v></c>'
        b'<c r="D2"><v>1</v></c></row>'
    )
    assert scan(rows).formulas == {(2, 1), (2, 26)}


def test_cells_that_hold_an_error() -> None:
    rows = (
        b'<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c t=\'e\' r="C2" s="1"><f>x</f><v>#REF!</v></c>'
        b'<c r="D2" t="str"><v>e</v></c><c r="E2"><v>1</v></c></row>'
    )
    assert scan(rows).errors == {(2, 0), (2, 2)}
    assert scan(b'<row r="2"><c r="A2"><v>1</v></c></row>').errors == set()


def test_a_stream_longer_than_a_block_is_not_cut_inside_a_row() -> None:
    row = b'<row r="%d"%s><c r="A%d" t="s"><v>1</v></c><c r="B%d"><f>A1</f></c></row>'
    content = b"".join(row % (n, b' hidden="1"' if n % 1000 == 0 else b"", n, n) for n in range(1, 90_001))
    facts = scan(content)
    assert len(content) > 1 << 22
    assert facts.hidden == set(range(1000, 90_001, 1000))
    assert len(facts.formulas) == 90_000
    assert facts.last_line == 90_000


def test_a_tag_that_never_ends_does_not_fill_the_memory() -> None:
    chunks = list(read_chunks(BytesIO(b"<" + b"a" * (3 << 22))))
    assert max(map(len, chunks)) < 2 << 22
    assert sum(map(len, chunks)) == (3 << 22) + 1


@pytest.mark.parametrize("place", [0, 5_000_000])
def test_declarations_are_found_wherever_they_stand(place: int) -> None:
    content = b"<a>" + b" " * place + b"<!DOCTYPE x>"
    with pytest.raises(UserError, match="document type"):
        list(read_chunks(BytesIO(content)))


@pytest.mark.parametrize("content", [b"\xff\xfe<\0a\0", b"\xfe\xff\0<", b"<\0a\0>\0"])
def test_other_encodings_cannot_hide_a_declaration(content: bytes) -> None:
    with pytest.raises(UserError, match="not UTF-8"):
        list(read_chunks(BytesIO(content)))


def test_the_extent_counts_only_cells_that_hold_something() -> None:
    near = scan(b'<row r="40"><c r="A40"><v>1</v></c></row><row r="99"/>')
    assert (near.last_line, near.cells, near.beyond_zz) == (99, 99 * 702, False)
    styled = scan(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="2"/></row>')
    assert styled.cells == 99_999 * 702
    far = scan(b'<row r="700000"><c r="C700000"><v>1</v></c><c r=\'AAA3\'><v>1</v></c></row>')
    assert far.cells == 700_000 * 703
    assert far.beyond_zz


def test_columns_are_counted_when_it_matters() -> None:
    assert count_columns(BytesIO(b'<c r="AC2"><v>1</v></c><c r="AZ2" s="1"/>')) == 29
    assert count_columns(BytesIO(b'<c r="B2"><v>1</v></c>')) == 26
    assert [column_number(word) for word in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16_384]
