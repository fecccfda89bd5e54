"""What only the records of an old .xls tell: whether its days count from 1904, and which rows and columns are hidden.

The file is a compound file ([MS-CFB]) whose stream "Workbook" (or "Book", before Excel 97) is a row of records
([MS-XLS]). Nothing else of it is read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from features.cli.console import UserError
from features.workbook.scan import SheetFacts

_HEADER, _ENTRY, _IN_HEADER = 512, 128, 109
_LAST_SECTOR = 0xFFFFFFFA  # MAXREGSECT: what is greater is no sector.
_SMALL = 4096  # Streams below are kept elsewhere; spreadsheet programs fill a workbook up to it.
_BOF, _EOF, _DATE_MODE, _SHEET, _COLUMNS, _ROW = 0x0809, 0x000A, 0x0022, 0x0085, 0x007D, 0x0208
_BIFF8 = 0x0600
_ROW_HIDDEN, _COLUMN_HIDDEN, _WIDE_LETTERS = 0x20, 0x01, 0x01


@dataclass(frozen=True, slots=True)
class OldFacts:
    """What an .xls says. ``sheets`` is None of books before Excel 97, which do not tell what is hidden."""

    since_1904: bool
    sheets: dict[str, SheetFacts] | None


def scan_old(content: bytes) -> OldFacts:
    """What the records of an .xls say.

    Raises:
        UserError: it is cut off or no compound file with a workbook in it.
    """
    try:
        return _scan(_stream(content))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        hint = "open it in the spreadsheet program, save it as 'Excel workbook (.xlsx)', and send that"
        raise UserError("it is damaged or was cut off", hint) from error


def _scan(stream: bytes) -> OldFacts:
    since_1904, modern = False, True
    sheets: dict[str, SheetFacts] = {}
    for number, data in _records(stream, 0):
        if number == _BOF:
            modern = struct.unpack_from("<H", data)[0] == _BIFF8
        elif number == _DATE_MODE:
            since_1904 = struct.unpack_from("<H", data)[0] == 1
        elif number == _SHEET and modern:
            begins, _, length, wide = struct.unpack_from("<IHBB", data)
            name = data[8:].decode("utf-16-le") if wide & _WIDE_LETTERS else data[8 : 8 + length].decode("latin-1")
            sheets[name] = _sheet(stream, begins)
    return OldFacts(since_1904, sheets if modern else None)


def _sheet(stream: bytes, begins: int) -> SheetFacts:
    facts = SheetFacts()
    for number, data in _records(stream, begins):
        if number == _ROW and struct.unpack_from("<H", data, 12)[0] & _ROW_HIDDEN:
            facts.hidden.add(struct.unpack_from("<H", data)[0] + 1)
        elif number == _COLUMNS and struct.unpack_from("<H", data, 8)[0] & _COLUMN_HIDDEN:
            first, last = struct.unpack_from("<HH", data)
            facts.hidden_columns.update(range(first, last + 1))
    return facts


def _records(stream: bytes, begins: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, from its beginning to its end, without parts inside it such as charts."""
    depth, place = 0, begins
    while True:
        number, length = struct.unpack_from("<HH", stream, place)
        depth += (number == _BOF) - (number == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield number, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _stream(content: bytes) -> bytes:
    """The stream with the workbook, put together from its sectors."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    tables = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    more, numbers = struct.unpack_from("<I", content, 68)[0], size // 4
    while more <= _LAST_SECTOR and len(tables) * size <= len(content):
        *further, more = struct.unpack_from(f"<{numbers}I", content, _place(more, size))
        tables += further
    after: list[int] = []
    for table in tables:
        if table <= _LAST_SECTOR:
            after += struct.unpack_from(f"<{numbers}I", content, _place(table, size))
    folder = _chain(content, struct.unpack_from("<I", content, 48)[0], after, size)
    for entry in range(0, len(folder), _ENTRY):
        letters = struct.unpack_from("<H", folder, entry + 64)[0]
        name = folder[entry : entry + max(letters - 2, 0)].decode("utf-16-le")
        begins, length = struct.unpack_from("<II", folder, entry + 116)
        if name in ("Workbook", "Book") and length >= _SMALL:
            return _chain(content, begins, after, size)[:length]
    raise IndexError("no stream of a workbook")


def _place(sector: int, size: int) -> int:
    return _HEADER + sector * size if size == _HEADER else (sector + 1) * size


def _chain(content: bytes, begins: int, after: list[int], size: int) -> bytes:
    """The sectors that follow one another. A chain that returns to itself ends at the number of all sectors."""
    parts: list[bytes] = []
    sector = begins
    while sector <= _LAST_SECTOR and len(parts) < len(after):
        place = _place(sector, size)
        parts.append(content[place : place + size])
        sector = after[sector]
    return b"".join(parts)
