"""Which workbooks a source holds, for which county, and whether their headings are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from features.cli.console import UserError
from features.definition.structure import COUNTY_DIGITS
from features.ledger.discover import is_county
from features.workbook.grid import read_grids
from features.workbook.headings import plain
from features.workbook.names import is_workbook, sent_files
from features.workbook.propose import shown_headings
from features.workbook.reading import Language, Reading
from features.workbook.safe import require_safe
from features.workbook.senders import NOT_READ, SenderMapping
from features.workbook.sheets import REGISTER, Sheet, columns_twice, own_columns, read_sheets

_MANY = 8


@dataclass(frozen=True, slots=True)
class Book:
    """One workbook of one county. ``name`` is how messages call it."""

    county: str
    path: Path
    name: str


def find_books(source: Path, county: str | None) -> tuple[Book, ...]:
    """The workbooks of a source, sorted: one file, a folder of them, or a folder of county folders.

    Raises:
        UserError: there are none, it cannot be told which county they are of, or they stand beside CSV or Parquet.
    """
    if county is not None and not is_county(county):
        raise UserError(f"county '{county}'", f"a county code has {COUNTY_DIGITS} digits")
    if source.is_file():
        return (Book(_county_of(source, county), source, source.name),)
    others = [path for path in sent_files(source) if path.suffix.lower() in (".csv", ".parquet")]
    if others:
        raise UserError(f"{source}: workbooks and {others[0].name} together", "import them from two folders")
    found = sorted(path for path in sent_files(source) if is_workbook(path))
    return tuple(Book(_county_of(path, county), path, str(path.relative_to(source))) for path in found)


def _county_of(path: Path, county: str | None) -> str:
    if county is not None:
        return county
    if is_county(path.parent.name):
        return path.parent.name
    raise UserError(f"{path.name}: which county is it from?", "give --county and its six digits")


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A workbook's sheets with a table, and the numbers of those without."""

    book: Book
    sheets: list[Sheet]
    skipped: list[int]


def open_book(book: Book, language: Language, mapping: SenderMapping) -> OpenBook:
    """Look into a workbook. UserError when it is refused or has no table."""
    sheets, skipped = read_sheets(read_grids(require_safe(book.path)), language, mapping)
    if not sheets:
        raise UserError(f"{book.name}: no sheet has a row of headings", "write the names of the columns above the rows")
    return OpenBook(book, sheets, skipped)


def require_known(opened: OpenBook, reading: Reading) -> None:
    """Refuse a workbook whose columns nobody has confirmed; the hint is the line to run.

    Raises:
        UserError: the sender's mapping is not confirmed, headings are new or gone, or two are for one field.
    """
    _require_once(opened, reading)
    mapping, book = reading.mapping, opened.book
    new = new_headings(opened, reading.language, mapping)
    if not new and not mapping.columns:
        return
    if not reading.sender:
        raise UserError(
            f"{book.name}: headings that are not the template's: {_some(new)}",
            f"give the sender a short name: mopai ledger columns {book.path} --sender NAME",
        )
    run = f"mopai ledger columns {book.path} --sender {reading.sender}"
    if new:
        raise UserError(f"{book.name}: headings nobody has confirmed for '{reading.sender}': {_some(new)}", run)
    if not mapping.confirmed:
        raise UserError(
            f"the mapping of '{reading.sender}' is not confirmed", f"look through it, then: {run} --confirm"
        )
    gone = gone_headings(opened, reading.language, mapping)
    if gone:
        raise UserError(f"{book.name}: without the headings {_some(gone)}, which '{reading.sender}' sent before", run)


def _require_once(opened: OpenBook, reading: Reading) -> None:
    """Which of two columns is right nobody here can say."""
    language = reading.language
    for sheet in opened.sheets:
        fields = language.fields if sheet.kind == REGISTER else language.fields_of(sheet.kind)
        for name, headings in columns_twice(sheet, fields, reading.mapping).items():
            label, shown = fields[name].label, shown_headings(headings)
            raise UserError(
                f"{opened.book.name}: which column is '{label.zh} {label.en}'? {shown} are all read as it",
                f"write \"\" for all but one of them in the mapping of '{reading.sender}' (then it is not read)"
                if reading.sender
                else "delete all but one of them, or begin their headings with '_' (then they are not read)",
            )


def new_headings(opened: OpenBook, language: Language, mapping: SenderMapping) -> list[str]:
    """The headings of a register that are neither our own words nor in the sender's mapping, each once."""
    found: dict[str, None] = {}
    for sheet in opened.sheets:
        if sheet.kind != REGISTER:
            continue
        own = own_columns(sheet, language.fields)
        for column, heading in sheet.headings.items():
            known = column in own or plain(heading) in language.headings.ignored
            if heading not in mapping.columns and not known:
                found[heading] = None
    return list(found)


def gone_headings(opened: OpenBook, language: Language, mapping: SenderMapping) -> list[str]:
    """The mapped headings a workbook lacks though no other column of it holds the field."""
    here = {heading for sheet in opened.sheets for heading in sheet.headings.values()}
    own = {name for sheet in opened.sheets for name in own_columns(sheet, language.fields).values()}
    held = own | {mapping.columns[heading] for heading in here if heading in mapping.columns}
    return [
        heading
        for heading, name in mapping.columns.items()
        if name != NOT_READ and heading not in here and name not in held and heading not in mapping.may_be_missing
    ]


def _some(headings: list[str]) -> str:
    more = f" and {len(headings) - _MANY} more" if len(headings) > _MANY else ""
    return shown_headings(headings[:_MANY]) + more
