"""``mopai ledger columns``, and what ``check`` and ``import`` do with workbooks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.cli.console import UserError, home, print_json, progress_bar
from features.cli.language import LanguageOption, language_of

if TYPE_CHECKING:
    from features.identity.decisions import Decisions
    from features.workbook.columns import ColumnsProposal
    from features.workbook.reading import Language, Reading

_DECISIONS = "decisions.csv"


@dataclass(frozen=True, slots=True)
class WorkbookOptions:
    """What a person typed for ``check`` or ``import`` of workbooks."""

    source: Path
    county: str | None
    sender: str | None
    definition: str
    ledger: Path | None
    recorded_on: date | None
    report: Path | None
    rejects: Path | None
    language: Literal["zh", "en"] | None
    json: bool


def add_to(ledger_app: typer.Typer) -> None:
    """Add the command to ``mopai ledger``."""
    ledger_app.command("columns", epilog="Example: mopai ledger columns from-township.xlsx --sender baiyun")(columns)


def take_workbooks(options: WorkbookOptions, *, imports: bool) -> bool | None:
    """Check or import workbooks and say what became of them.

    Returns true when every row is in order, None when good rows are but others are not, false when nothing is good.
    """
    from features.workbook import listing
    from features.workbook.answer import answer, require_free_rejects
    from features.workbook.books import find_books
    from features.workbook.intake import IntakeRequest, take_in

    reading = _reading(options)
    ledger = options.ledger or home() / "ledger"
    books = find_books(options.source, options.county)
    require_free_rejects(books, options.rejects)
    request = IntakeRequest(books, reading, home(), ledger, _decisions(), imports)
    with progress_bar("importing workbooks" if imports else "checking workbooks", quiet=options.json) as progress:
        result = take_in(request, progress, language_of(options.language))
        answers = answer(result, reading, report=options.report, rejects=options.rejects, progress=progress)
    if options.json:
        print_json(listing.result_json(result, reading, answers, ledger))
    else:
        listing.print_result(result, reading, answers, language_of(options.language))
    some = any(book.new + book.repeated for book in result.books)
    if some and not options.json:
        counties = sorted({book.book.county for book in result.books if book.new + book.repeated})
        typer.echo(_next_step(options, counties, imports=imports))
    if result.good:
        return True
    return None if some else False


def _next_step(options: WorkbookOptions, counties: list[str], *, imports: bool) -> str:
    from features.workbook.next_step import after_check, after_import

    tongue = language_of(options.language)
    if imports:
        return after_import(counties, tongue)
    return after_check(options.source, options.sender, options.county, options.recorded_on, tongue)


def _reading(options: WorkbookOptions) -> Reading:
    from features.workbook.reading import Language, Reading
    from features.workbook.senders import SenderMapping, load_sender, sender_file

    language = Language.load(options.definition)
    mapping = SenderMapping(options.sender or "")
    if options.sender:
        path = sender_file(home(), options.sender)
        mapping = load_sender(path, language.fields) if path.exists() else mapping
    return Reading(language, options.county or "", options.sender or "", mapping, options.recorded_on)


def _decisions() -> Decisions:
    from features.identity.decisions import load_decisions
    from features.identity.keys import identities_folder

    return load_decisions(identities_folder(home()) / _DECISIONS)


def columns(
    source: Annotated[Path | None, typer.Argument(help="A workbook, or a folder of workbooks of one sender.")] = None,
    *,
    sender: Annotated[str, typer.Option(help="Short name of the sender; its mapping is kept under it.")] = "",
    county: Annotated[str | None, typer.Option(help="County code, six digits; only for folders without it.")] = None,
    definition: Annotated[
        str, typer.Option("--definition", help="Ledger definition: a name or a folder.")
    ] = "left_behind",
    confirm: Annotated[bool, typer.Option("--confirm", help="Confirm the mapping as it stands in the file.")] = False,
    fields: Annotated[bool, typer.Option("--fields", help="List the fields a mapping may name, and stop.")] = False,
    language: LanguageOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Propose which column of a sender's workbook is which field, and keep it for a person to correct and confirm.

    The mapping is a file to read and edit: MOPAI_HOME/senders/NAME.toml. Once it is confirmed, every workbook of the
    sender with these headings is read by it; headings that are new or gone are asked for again.
    """
    from features.workbook import listing
    from features.workbook.next_step import after_columns
    from features.workbook.reading import Language

    known = Language.load(definition)
    if fields:
        if json:
            print_json(listing.fields_json(known))
        else:
            listing.print_fields(known)
        return
    if source is None or not sender:
        raise UserError("which workbook, and whose is it?", "mopai ledger columns FILE --sender NAME")
    found, file = _proposed(source, sender, county, known, confirm=confirm)
    if json:
        print_json(listing.columns_json(found, file))
        return
    listing.print_columns(found, known, file, language_of(language))
    confirmed = found.mapping.confirmed
    if not confirmed:
        confirmed = _ask(file, source, sender, language_of(language))
    if confirmed:
        typer.echo(after_columns(source, sender, county, language_of(language)))


def _ask(file: Path, source: Path, sender: str, tongue: Literal["zh", "en"]) -> bool:
    """Confirm at once where a person is there to be asked; else say how. Says whether it was confirmed."""
    question, done, how = _ASKED[tongue]
    if sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm(question, default=False):
        _confirm(file)
        typer.echo(done)
        return True
    typer.echo(f"{how} mopai ledger columns {source} --sender {sender} --confirm")
    return False


_ASKED: Mapping[Literal["zh", "en"], tuple[str, str, str]] = {
    "zh": ("以上对照是否正确？", "已确认", "请逐行核对并修改对照表，然后运行："),
    "en": ("Is this right?", "confirmed", "look through the mapping, correct it, then:"),
}


def _proposed(
    source: Path, sender: str, county: str | None, language: Language, *, confirm: bool
) -> tuple[ColumnsProposal, Path]:
    """The proposal, saved. With ``confirm`` it is confirmed, if everything in it stood in the file before."""
    from dataclasses import replace

    from features.workbook.books import find_books
    from features.workbook.columns import propose_columns
    from features.workbook.senders import SenderMapping, load_sender, save_sender, sender_file

    file = sender_file(home(), sender)
    known = load_sender(file, language.fields) if file.exists() else SenderMapping(sender)
    found = propose_columns(find_books(source, county or _ANY_COUNTY), language, known)
    if found.mapping != known or not file.exists():
        save_sender(file, found.mapping, language.fields, found.sure)
        if confirm:
            raise UserError(
                f"{file}: there are headings, words or places in it now that were not there before",
                "look through them, then run the same line again",
            )
    elif confirm:
        _confirm(file)
        found = replace(found, mapping=replace(found.mapping, confirmed=True))
    return found, file


_ANY_COUNTY = "000000"
"""Columns are the same in every county, so none need be named for them."""


def _confirm(file: Path) -> None:
    from features.workbook.senders import confirm_sender

    confirm_sender(file)
