"""The rejects workbook: faulty rows as sent, with what is wrong beside them, to be corrected and imported again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from features.cli.console import UserError
from features.definition import Definition
from features.definition.model import Language
from features.identity.definition import IdentityDefinition
from features.workbook.excerpt import close_up, column_width
from features.workbook.place import ROW, errors_of, places_of
from features.workbook.register import Register
from features.workbook.safe_text import begins_formula, cell_text
from features.workbook.save import whole_file
from features.workbook.words import fault_words

REASON_HEADINGS: dict[str, Language] = {"_原因": "zh", "_reason": "en"}
PLACE_HEADING = "_原位置 place"
_REASON_WIDTH, _PLACE_WIDTH = 60, 16
_CELL = {"num_format": "@", "valign": "top", "text_wrap": True}
_HEADING = {"bold": True, "bg_color": "#E7E2EF"}


def write_rejects(
    path: Path,
    register: Register,
    faults: pl.DataFrame,
    definition: Definition,
    identity: IdentityDefinition,
) -> int:
    """Write the rows with errors and return how many there are; nothing is written when there are none.

    One sheet for each of the sender's, under the sender's headings and with the values as sent, every cell as text.
    Columns whose names begin with ``_`` say what is wrong and where the row stood; an import does not read them. Rows
    are written as they come, so that any number of them takes little memory.

    Raises:
        UserError: there is a file already, which may be half corrected by hand, or it cannot be written.
    """
    if path.exists():
        raise UserError(f"{path}: is there already", "give a new file, so that no correction is lost")
    errors = errors_of(faults).filter(pl.col(ROW).is_not_null())
    if errors.is_empty():
        return 0
    reasons = _reasons(errors, register, definition, identity)
    rows = register.places.join(reasons, on=ROW, maintain_order="left")
    rows = rows.join(register.seen, on=ROW, how="left", maintain_order="left")
    with whole_file(path) as unfinished:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(unfinished), options)
        pen = _Pen(book)
        for name, fields in register.columns.items():
            part = rows.filter(pl.col("sheet") == name)
            if part.height:
                _write_sheet(book.add_worksheet(name), close_up(fields), part, pen)
        book.close()
    return rows.height


class _Pen:
    """The looks of cells in one workbook, and how text is written so that it stays text."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        guarded = (False, True)
        self._cell = [book.add_format({**_CELL, "quote_prefix": guard}) for guard in guarded]
        self._heading = [book.add_format({**_CELL, **_HEADING, "quote_prefix": guard}) for guard in guarded]

    def cells(self, sheet: Worksheet, line: int, texts: Sequence[str | None], *, heading: bool = False) -> None:
        """Write one line, ``line`` from 0; where there is no text the cell stays empty."""
        looks = self._heading if heading else self._cell
        for column, text in enumerate(texts):
            if text is not None:
                sheet.write_string(line, column, cell_text(text), looks[begins_formula(text)])


def _write_sheet(sheet: Worksheet, fields: Mapping[str, tuple[int, str]], rows: pl.DataFrame, pen: _Pen) -> None:
    for field, (place, heading) in fields.items():
        sheet.set_column(place, place, column_width(heading, rows[field] if field in rows.columns else None))
    last = len(fields)
    sheet.set_column(last, last + len(REASON_HEADINGS) - 1, _REASON_WIDTH)
    sheet.set_column(last + len(REASON_HEADINGS), last + len(REASON_HEADINGS), _PLACE_WIDTH)
    sheet.freeze_panes(1, 0)
    headings = [heading for _, heading in fields.values()]
    pen.cells(sheet, 0, [*headings, *REASON_HEADINGS, PLACE_HEADING], heading=True)
    sent = [pl.col(field) if field in rows.columns else pl.lit(None, pl.String).alias(field) for field in fields]
    before = pl.format("{}!{}", "sheet", "line").alias("_place")
    for line, row in enumerate(rows.select(*sent, *REASON_HEADINGS, before).iter_rows(), start=1):
        pen.cells(sheet, line, row)


def _reasons(
    errors: pl.DataFrame, register: Register, definition: Definition, identity: IdentityDefinition
) -> pl.DataFrame:
    """Everything wrong with each row, in one text per language. Each different fault is put into words once."""
    asked = ["rule", "field", "detail", "other_row"]
    places = places_of(register) if errors["other_row"].is_not_null().any() else {}
    kinds = errors.select(asked).unique(maintain_order=True)
    said = kinds.with_columns(
        pl.Series(
            heading,
            [
                fault_words(rule, field, detail or "", definition, identity, language, other=places.get(other, ""))
                for rule, field, detail, other in kinds.iter_rows()
            ],
            dtype=pl.String,
        )
        for heading, language in REASON_HEADINGS.items()
    )
    every = errors.join(said, on=asked, how="left", nulls_equal=True, maintain_order="left")
    return every.group_by(ROW, maintain_order=True).agg(
        pl.col(heading).unique(maintain_order=True).str.join("\n") for heading in REASON_HEADINGS
    )
