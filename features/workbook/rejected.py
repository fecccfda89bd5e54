"""The rejects workbook: faulty rows as sent, with what is wrong beside them, to be corrected and imported again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from features.cli.console import UserError
from features.definition import Definition
from features.definition.model import Language
from features.identity.definition import IdentityDefinition
from features.workbook.excerpt import excerpt, write_heading
from features.workbook.original import as_text, cell_at, sheets_of
from features.workbook.place import ROW, errors_of, places_of
from features.workbook.register import Register
from features.workbook.safe_text import cell_text
from features.workbook.save import save_book
from features.workbook.words import fault_words

REASON_HEADINGS: dict[str, Language] = {"_原因": "zh", "_reason": "en"}
PLACE_HEADING = "_原位置 place"
_REASON_WIDTH = 60


def write_rejects(
    path: Path,
    register: Register,
    faults: pl.DataFrame,
    definition: Definition,
    identity: IdentityDefinition,
) -> int:
    """Write the rows with errors and return how many there are; nothing is written when there are none.

    One sheet for each of the sender's, under the sender's headings and with the values as sent. Columns whose names
    begin with ``_`` say what is wrong and where the row stood; an import does not read them.

    Raises:
        UserError: there is a file already, which may be half corrected by hand.
    """
    if path.exists():
        raise UserError(f"{path}: is there already", "give a new file, so that no correction is lost")
    errors = errors_of(faults).filter(pl.col(ROW).is_not_null())
    rows = errors[ROW].unique()
    if rows.is_empty():
        return 0
    made = excerpt(register, rows, most=rows.len())
    reasons = {language: _reasons(errors, register, definition, identity, language) for language in ("zh", "en")}
    before = places_of(register)
    for sheet in sheets_of(made.book):
        first = len(made.columns[sheet.title]) + 1
        for offset, heading in enumerate((*REASON_HEADINGS, PLACE_HEADING)):
            write_heading(sheet, first + offset, heading)
            if heading != PLACE_HEADING:
                sheet.column_dimensions[get_column_letter(first + offset)].width = _REASON_WIDTH
        for row, line in made.places.filter(pl.col("sheet") == sheet.title).select(ROW, "line").iter_rows():
            texts = (*(reasons[language][row] for language in REASON_HEADINGS.values()), before[row])
            for offset, text in enumerate(texts):
                cell = cell_at(sheet, line, first + offset)
                as_text(cell, cell_text(text))
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    save_book(made.book, path)
    return rows.len()


def _reasons(
    errors: pl.DataFrame, register: Register, definition: Definition, identity: IdentityDefinition, language: Language
) -> dict[int, str]:
    """Everything wrong with each row, in one text."""
    places = places_of(register)
    said: dict[int, list[str]] = {}
    for row, field, rule, detail, other in errors.select(ROW, "field", "rule", "detail", "other_row").iter_rows():
        words = fault_words(
            rule, field, detail or "", definition, identity, language, other=places.get(other, "") if other else ""
        )
        said.setdefault(row, []).append(words)
    return {row: "\n".join(dict.fromkeys(texts)) for row, texts in said.items()}
