"""One pass over the parts of a package: nothing dangerous in them, and what only the XML of a sheet tells.

The XML is never parsed into a tree. Patterns are matched on a stream, so that memory does not depend on the part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from features.cli.console import UserError

_CHUNK = 1 << 22
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST_DECLARATION = 16
_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
# Cells that hold something and stand right of column Z or below line 99,999; the quotation mark makes the search fast.
_FAR_CELLS = tuple(
    re.compile(quote + rb"(?:([A-Z]{2,3})(\d{1,7})|([A-Z])(\d{6,7}))" + quote + rb"[^<>]*(?<!/)>")
    for quote in (b'"', b"'")
)
_NEAR_ROW, _NEAR_COLUMN = 99_999, 26


@dataclass(slots=True)
class SheetFacts:
    """What the XML of one sheet says: hidden lines, and the rectangle its cells span at most."""

    hidden: set[int]
    last_line: int = 0
    far_line: int = 0
    columns: int = _NEAR_COLUMN

    @property
    def cells(self) -> int:
        """The cells of the rectangle. Lines below 99,999 count only if a cell there holds something."""
        return max(self.far_line, min(self.last_line, _NEAR_ROW)) * self.columns


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The content of a part, cut only before a ``<``, so that every tag is whole.

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
        cut = max(content.rfind(b"<"), 0)
        # A tag that never ends would be kept for ever.
        if len(content) - cut > _CHUNK:
            cut = len(content) - _LONGEST_DECLARATION
        kept = content[cut:]
        yield content[:cut]
    yield kept


def scan_sheet(stream: IO[bytes]) -> SheetFacts:
    """Hidden lines and extent of one sheet's XML."""
    facts = SheetFacts(set())
    row: re.Pattern[bytes] | None = None
    for content in read_chunks(stream):
        if row is None:
            found = _PREFIX.search(content)
            row = re.compile(b"<" + ((found.group(1) or b"") if found else b"") + rb"row\b[^>]*>")
        _note_rows(row, content, facts)
        _note_far_cells(content, facts)
    return facts


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


def column_number(letters: bytes) -> int:
    """The number, from 1, of a column called by letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
