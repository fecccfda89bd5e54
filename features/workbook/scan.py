"""One pass over the parts of a package: nothing dangerous in them, and what only the XML of a sheet tells.

The XML is never parsed into a tree. Patterns are matched on a stream, so that memory does not depend on the part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from features.cli.console import UserError

_CHUNK = 1 << 22
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST_DECLARATION = 16
_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_COLUMNS = re.compile(rb"""<(?:\w+:)?col\s[^>]*>""")
_FROM_TO = tuple(re.compile(rb"""\s%s\s*=\s*["'](\d{1,5})["']""" % name) for name in (b"min", b"max"))
_ROWS_BEGIN = b"sheetData"
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
# Cells that hold something and stand right of column ZZ or below line 99,999; the quotation mark makes the search fast.
_FAR_CELLS = tuple(
    re.compile(quote + rb"(?:([A-Z]{3})(\d{1,7})|([A-Z]{1,2})(\d{6,7}))" + quote + rb"[^<>]*(?<!/)>")
    for quote in (b'"', b"'")
)
_WIDE_CELLS = tuple(re.compile(quote + rb"([A-Z]{2})\d{1,7}" + quote + rb"[^<>]*(?<!/)>") for quote in (b'"', b"'"))
_NEAR_ROW, _NEAR_COLUMN, _ONE_LETTER = 99_999, 702, 26


_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b(?=[^<>]*\st\s*=\s*["']e["'])[^<>]*>""")
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")


@dataclass(slots=True)
class SheetFacts:
    """What the file says of one sheet: hidden lines and columns, lost cells, the rectangle its cells span at most.

    ``formulas`` without a result and ``errors`` such as #N/A are (line from 1, column from 0).
    ``hidden_columns`` are counted from 0.
    """

    hidden: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    last_line: int = 0
    far_line: int = 0
    columns: int = 0
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def cells(self) -> int:
        """At most so many cells has the rectangle. Lines below 99,999 count only if a cell there holds something."""
        return max(self.far_line, min(self.last_line, _NEAR_ROW)) * self.columns

    @property
    def beyond_zz(self) -> bool:
        """Whether a cell that holds something stands right of column ZZ."""
        return self.columns > _NEAR_COLUMN


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The content of a part, cut before a cell or else before a ``<``, so that every tag and cell is whole.

    Raises:
        UserError: it declares a document type or entities, or is in another encoding than XML of a workbook has.
    """
    kept = b""
    first = True
    while block := stream.read(_CHUNK):
        if first and (block.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in block[:4]):
            raise UserError("its XML is not UTF-8", "save it again with a spreadsheet program")
        first = False
        content = kept + block
        if any(word in content for word in _DECLARATIONS):
            raise UserError("its XML declares a document type or entities", "save it again with a spreadsheet program")
        cut = _last_border(content)
        kept = content[cut:]
        yield content[:cut]
    yield kept


def _last_border(content: bytes) -> int:
    """Where to cut: before the last cell, or tag, unless that is so far back that memory would fill."""
    for border in (content.rfind(b"<c "), content.rfind(b"<")):
        if border >= 0 and len(content) - border <= _CHUNK:
            return border
    return max(len(content) - _LONGEST_DECLARATION, 0)


def scan_sheet(stream: IO[bytes]) -> SheetFacts:
    """What one sheet's XML says; its columns are at least 702 (A to ZZ), since looking closer takes time."""
    facts = SheetFacts(columns=_NEAR_COLUMN)
    row: re.Pattern[bytes] | None = None
    begun = b""
    for content in read_chunks(stream):
        if row is None:
            found = _PREFIX.search(content)
            row = re.compile(b"<" + ((found.group(1) or b"") if found else b"") + rb"row\b[^>]*>")
        if not begun:
            head, begun, _ = content.partition(_ROWS_BEGIN)
            _note_columns(head, facts)
        _note_rows(row, content, facts)
        _note_far_cells(content, facts)
        _note_formulas(content, facts)
        _note_errors(content, facts)
    return facts


def count_columns(stream: IO[bytes]) -> int:
    """The columns a sheet without cells right of ZZ really spans."""
    words = {word for content in read_chunks(stream) for pattern in _WIDE_CELLS for word in pattern.findall(content)}
    return max((column_number(word) for word in words), default=_ONE_LETTER)


def _note_columns(head: bytes, facts: SheetFacts) -> None:
    """Hidden columns stand above the rows, neighbours together."""
    for tag in _COLUMNS.findall(head):
        first, last = (pattern.search(tag) for pattern in _FROM_TO)
        if first and last and _HIDDEN.search(tag):
            facts.hidden_columns.update(range(int(first.group(1)) - 1, int(last.group(1))))


def _note_rows(row: re.Pattern[bytes], content: bytes, facts: SheetFacts) -> None:
    for match in row.finditer(content):
        tag = match.group()
        number = _ROW_NUMBER.search(tag)
        facts.last_line = int(number.group(1)) if number else facts.last_line + 1
        if b"hidden" in tag and _HIDDEN.search(tag):
            facts.hidden.add(facts.last_line)


def _note_far_cells(content: bytes, facts: SheetFacts) -> None:
    for pattern in _FAR_CELLS:
        for letters, line, letter, far_line in pattern.findall(content):
            facts.columns = max(facts.columns, column_number(letters or letter))
            facts.far_line = max(facts.far_line, int(line or far_line))


def _note_formulas(content: bytes, facts: SheetFacts) -> None:
    """A formula that was never worked out leaves its cell empty, though something was meant to stand there."""
    for match in _FORMULA.finditer(content):
        begins = content.rfind(b"<c ", 0, match.start())
        ends = content.find(b"</c>", match.end())
        cell = _CELL.search(content, max(begins, 0), match.start())
        if cell is not None and _VALUE.search(content, match.end(), max(ends, match.end())) is None:
            facts.formulas.add((int(cell.group(2)), column_number(cell.group(1)) - 1))


def _note_errors(content: bytes, facts: SheetFacts) -> None:
    """A cell whose formula failed is handed over empty, though something was meant to stand there."""
    if b'"e"' not in content and b"'e'" not in content:
        return
    for match in _ERROR.finditer(content):
        if (cell := _CELL.search(match.group())) is not None:
            facts.errors.add((int(cell.group(2)), column_number(cell.group(1)) - 1))


def column_number(letters: bytes) -> int:
    """The number, from 1, of a column called by letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
