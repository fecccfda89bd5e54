"""The workbook a township fills in, written from the definition: drop-downs, notes, text columns, an example."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from features.cli.console import UserError
from features.definition import Definition, Label
from features.definition.model import Language
from features.definition.structure import REGION
from features.identity.definition import IdentityDefinition
from features.ledger.read_text import IGNORED_PREFIX
from features.workbook.save import whole_file
from features.workbook.template_columns import Languages, TemplateColumn, TemplateSheet, note, said, template_sheets

SETTINGS = Path(__file__).resolve().parent / "template.toml"
_FIRST_ROW = 1
"""The example; the headings are row 0."""
_LONGEST_MESSAGE = 255
_LONGEST_TITLE = 32
_TEXT = {"num_format": "@"}
_HEADING = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#C9C4D3"}
_EXAMPLE = {"italic": True, "font_color": "#7A7A7A", "bg_color": "#EFEFEF"}
_REQUIRED_HEADING, _REQUIRED_CELL, _OTHER_HEADING = "#F7D774", "#FFF8E1", "#E7E2EF"
_TEXT_KINDS = ("string", "category", "categories", "boolean", "name", "id_number", "phone", "address", "number")


@dataclass(frozen=True, slots=True)
class _Pen:
    """What writing one workbook needs: the book, its settings, its languages, and where its lists of words stand."""

    book: xlsxwriter.Workbook
    settings: Mapping[str, Any]
    languages: Languages
    lists: Mapping[str, str]
    freeze_after: str

    @property
    def words(self) -> Language:
        """The language of the drop-downs: a cell holds one word, Chinese where both are asked for."""
        return "en" if self.languages == "en" else "zh"

    def layout(self, name: str) -> int:
        """One of the sizes."""
        return int(self.settings["layout"][name])


def write_template(
    out: Path, definition: Definition, identity: IdentityDefinition, languages: Languages, *, overwrite: bool = False
) -> None:
    """Write the workbook as a whole or not at all.

    Raises:
        UserError: the file is there already and ``overwrite`` is not set, or it cannot be written.
    """
    if out.exists() and not overwrite:
        raise UserError(f"{out}: is there already", "give another name, or --overwrite to replace it")
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    sheets = template_sheets(definition, identity, settings)
    with whole_file(out) as unfinished:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(unfinished), options)
        # The moment of writing would make every copy of a template differ.
        book.set_properties({"created": datetime(2016, 1, 1)})  # noqa: DTZ001 - a fixed day, not a moment
        _write_book(book, sheets, definition, settings, languages, freeze_after=identity.roles["child_name"])
        book.close()


def _write_book(
    book: xlsxwriter.Workbook,
    sheets: list[TemplateSheet],
    definition: Definition,
    settings: Mapping[str, Any],
    languages: Languages,
    *,
    freeze_after: str,
) -> None:
    help_sheet = book.add_worksheet(_own_sheet("help", settings, languages))
    written = [book.add_worksheet(said(sheet.title, languages)) for sheet in sheets]
    lists_sheet = book.add_worksheet(_own_sheet("lists", settings, languages))
    lists_sheet.hide()
    lists = _write_lists(lists_sheet, sheets, "en" if languages == "en" else "zh")
    pen = _Pen(book, settings, languages, lists, freeze_after)
    _write_help(help_sheet, pen, definition)
    for worksheet, sheet in zip(written, sheets, strict=True):
        _write_sheet(worksheet, sheet, pen, definition)


def _own_sheet(name: str, settings: Mapping[str, Any], languages: Languages) -> str:
    """The name of a sheet that an import passes over."""
    return IGNORED_PREFIX + said(Label(**settings["sheets"][name]), languages)


def _write_lists(worksheet: Worksheet, sheets: list[TemplateSheet], language: Language) -> dict[str, str]:
    """Put every list of words below another in one column; the name of a column of the ledger -> where its list is."""
    where: dict[tuple[str, ...], str] = {}
    found: dict[str, str] = {}
    line = 0
    for column in (column for sheet in sheets for column in sheet.columns if column.words):
        words = tuple(word.text(language) for word in column.words)
        if words not in where:
            for offset, word in enumerate(words):
                worksheet.write_string(line + offset, 0, word)
            where[words] = f"='{worksheet.get_name()}'!$A${line + 1}:$A${line + len(words)}"
            line += len(words)
        found[column.name] = where[words]
    return found


def _write_help(worksheet: Worksheet, pen: _Pen, definition: Definition) -> None:
    title = pen.book.add_format({"bold": True, "font_size": 16, "font_color": "#3D2B56"})
    body = pen.book.add_format({"text_wrap": True, "valign": "top"})
    worksheet.hide_gridlines(2)
    worksheet.set_column(0, 1 if pen.languages == "both" else 0, 64, body)
    languages: tuple[Language, ...] = ("zh", "en") if pen.languages == "both" else (pen.languages,)
    for column, language in enumerate(languages):
        worksheet.write_string(0, column, definition.label.text(language), title)
        for line, text in enumerate(pen.settings["help"], start=2):
            number = f"{line - 1}. "
            worksheet.write_string(line, column, number + text[language], body)
    for line in range(2, 2 + len(pen.settings["help"])):
        worksheet.set_row(line, 36)


def _write_sheet(worksheet: Worksheet, sheet: TemplateSheet, pen: _Pen, definition: Definition) -> None:
    names = [column.name for column in sheet.columns]
    worksheet.freeze_panes(1, 1 + (names.index(pen.freeze_after) if pen.freeze_after in names else 0))
    worksheet.set_row(0, pen.layout("heading_height"))
    for place, column in enumerate(sheet.columns):
        _write_column(worksheet, place, column, pen, definition)
    mark = pen.book.add_format(_TEXT | _EXAMPLE)
    worksheet.write_string(_FIRST_ROW, 0, str(pen.settings["example"]["mark"]), mark)


def _write_column(worksheet: Worksheet, place: int, column: TemplateColumn, pen: _Pen, definition: Definition) -> None:
    look: dict[str, object] = {"num_format": "yyyy-mm-dd"} if column.kind == "date" else {}
    if column.kind in _TEXT_KINDS and not _is_number(column):
        look = dict(_TEXT)
    cells = look | ({"bg_color": _REQUIRED_CELL} if column.required else {})
    heading = said(column.label, pen.languages, "\n") + (" *" if column.required else "")
    worksheet.set_column(place, place, _width(column, heading, pen), pen.book.add_format(cells))
    fill = {"bg_color": _REQUIRED_HEADING if column.required else _OTHER_HEADING}
    worksheet.write_string(0, place, heading, pen.book.add_format(_HEADING | fill))
    worksheet.write_comment(0, place, note(column, pen.settings), {"x_scale": 2.4, "y_scale": 2.2, "author": "Mopai"})
    _write_example(worksheet, place, column, pen, look)
    rule = _validation(column, place, pen, definition)
    if rule:
        worksheet.data_validation(_FIRST_ROW, place, pen.layout("rows"), place, rule | _message(column, pen))


def _is_number(column: TemplateColumn) -> bool:
    return column.column is not None and column.kind in ("integer", "number")


def _width(column: TemplateColumn, heading: str, pen: _Pen) -> int:
    if column.kind == "id_number" or column.name == REGION:
        return pen.layout("number_width")
    longest = max(len(line.encode("gb18030")) for line in heading.split("\n"))
    words = max((len(word.text(pen.words).encode("gb18030")) for word in column.words), default=0)
    return min(pen.layout("wide"), max(pen.layout("narrow"), longest // 2 + 4, words + 4))


def _write_example(
    worksheet: Worksheet, place: int, column: TemplateColumn, pen: _Pen, look: Mapping[str, object]
) -> None:
    style = pen.book.add_format({**look, **_EXAMPLE})
    example = pen.settings["example"]
    own = example.get(column.name)
    if column.name in example["empty"]:
        worksheet.write_blank(_FIRST_ROW, place, None, style)
    elif column.words:
        word = next((word for word in column.words if word.zh == own), column.words[0])
        worksheet.write_string(_FIRST_ROW, place, word.text(pen.words), style)
    elif column.kind == "date":
        worksheet.write_datetime(_FIRST_ROW, place, datetime.combine(own or example["date"], time()), style)
    elif _is_number(column):
        low = column.column.minimum if column.column is not None else None
        worksheet.write_number(_FIRST_ROW, place, own or low or 0, style)
    else:
        text = example.get(column.name, example.get(column.kind, example["text"]))
        worksheet.write_string(_FIRST_ROW, place, str(text), style)


def _validation(column: TemplateColumn, place: int, pen: _Pen, definition: Definition) -> dict[str, object]:
    """What a spreadsheet lets into the cells of a column; {} for anything."""
    declared = column.column
    if column.name in pen.lists and column.kind != "categories":
        return {"validate": "list", "source": pen.lists[column.name]}
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": definition.dates_from,
            "maximum": definition.dates_to,
        }
    if _is_number(column) and declared is not None and None not in (declared.minimum, declared.maximum):
        kind = "integer" if column.kind == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": declared.minimum, "maximum": declared.maximum}
    cell = xl_rowcol_to_cell(_FIRST_ROW, place)
    if column.kind == "id_number":
        return {"validate": "custom", "value": f"=OR(LEN({cell})=18,LEN({cell})=15)"}
    return {}


def _message(column: TemplateColumn, pen: _Pen) -> dict[str, object]:
    """What is shown beside the cell, and when something else was typed."""
    text = said(column.wanted, pen.languages, "\n")[:_LONGEST_MESSAGE]
    title = column.label.text(pen.words)[:_LONGEST_TITLE]
    error = text or title
    return {"input_title": title, "input_message": text, "error_title": title, "error_message": error}
