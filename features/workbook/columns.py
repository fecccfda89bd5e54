"""What a sender's columns might be: the proposal for one workbook or a folder, added to what a person said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.definition.structure import REGION, VILLAGE_DIGITS
from features.workbook.books import Book, new_headings, open_book
from features.workbook.cells import Vocabulary, normalised
from features.workbook.convert import place_names
from features.workbook.fields import PLACES, Field
from features.workbook.propose import EXACT, Proposal, guess_word, legend, propose, unknown_words
from features.workbook.reading import Language
from features.workbook.senders import NOT_READ, UNDECIDED, SenderMapping, with_new
from features.workbook.sheets import REGISTER, Sheet, mapped_columns


@dataclass(frozen=True, slots=True)
class ColumnsProposal:
    """The mapping with everything new in it, and each heading as a table shows it."""

    mapping: SenderMapping
    proposals: tuple[Proposal, ...]
    new: tuple[str, ...]
    undecided: int

    @property
    def sure(self) -> dict[str, float]:
        """How sure each proposed heading is."""
        return {one.heading: one.sure for one in self.proposals if one.field}


def propose_columns(books: Sequence[Book], language: Language, known: SenderMapping) -> ColumnsProposal:
    """Look through workbooks and propose fields for the headings nobody has confirmed, words and places.

    Args:
        books: workbooks of one sender.
        language: the definition.
        known: what a person said before; never changed, only added to.

    Raises:
        UserError: a workbook is refused or has no table.
    """
    proposals: dict[str, Proposal] = {}
    headings: list[set[str]] = []
    new: dict[str, None] = {}
    mapping = known
    for book in books:
        opened = open_book(book, language, mapping)
        registers = [sheet for sheet in opened.sheets if sheet.kind == REGISTER]
        new |= dict.fromkeys(new_headings(opened, language, known))
        for sheet in registers:
            _propose_sheet(sheet, language, known, proposals)
        headings.append({heading for sheet in registers for heading in sheet.headings.values()})
        found = SenderMapping(known.sender, columns={one.heading: one.field for one in proposals.values()})
        mapping = with_new(mapping, found)
        mapping = with_new(mapping, _words_and_places(registers, language, mapping))
    missing = _sometimes_missing(mapping, headings)
    mapping = with_new(mapping, SenderMapping(known.sender, may_be_missing=missing))
    said = [*mapping.regions.values(), *(ours for words in mapping.values.values() for ours in words.values())]
    return ColumnsProposal(mapping, tuple(proposals.values()), tuple(new), said.count(UNDECIDED))


def _propose_sheet(sheet: Sheet, language: Language, known: SenderMapping, proposals: dict[str, Proposal]) -> None:
    """Add proposals for one sheet's headings; what was said or proposed for a heading before holds for all sheets."""
    said = dict(known.columns) | {one.heading: one.field for one in proposals.values()}
    open_columns = {heading: sheet.cells(column) for column, heading in sheet.headings.items() if heading not in said}
    taken = {said[heading] for heading in sheet.headings.values() if heading in said}
    vocabulary = language.vocabulary(known.decided_values)
    for one in propose(open_columns, language.fields, vocabulary, taken):
        proposals[one.heading] = one
    for column, heading in sheet.headings.items():
        if heading not in proposals:
            (again,) = propose({heading: sheet.cells(column)}, {}, vocabulary)
            proposals[heading] = Proposal(heading, known.columns[heading], EXACT, again.form)


def _words_and_places(sheets: Sequence[Sheet], language: Language, mapping: SenderMapping) -> SenderMapping:
    """Words that nobody has explained, and places without a code."""
    values: dict[str, dict[str, str]] = {}
    regions: dict[str, str] = {}
    vocabulary = language.vocabulary(mapping.decided_values)
    for sheet in sheets:
        columns = mapped_columns(sheet, language.fields, mapping)
        for column, name in columns.items():
            words = _words(sheet, column, language.fields[name], vocabulary)
            if words:
                values[name] = values.get(name, {}) | words
        regions |= _places(sheet, columns, language, vocabulary)
    return SenderMapping(mapping.sender, values=values, regions=regions)


def _words(sheet: Sheet, column: int, field: Field, vocabulary: Vocabulary) -> dict[str, str]:
    """The heading's own legend first, then a guess for words that are nearly known, else a question."""
    told = legend(sheet.headings[column], field, vocabulary)
    unknown = unknown_words(field, sheet.cells(column), vocabulary)
    guessed = {word: guess_word(word, field, vocabulary) or UNDECIDED for word in unknown}
    return guessed | told


def _places(sheet: Sheet, columns: Mapping[int, str], language: Language, vocabulary: Vocabulary) -> dict[str, str]:
    """Names of places where there is no column of codes."""
    rows = sheet.table.rows.select(pl.col(str(column)).alias(name) for column, name in columns.items())
    parts = {
        name: normalised(language.fields[name], rows[name], vocabulary)
        for name in (*PLACES, REGION)
        if name in rows.columns
    }
    if REGION in parts and parts[REGION].str.contains(rf"^\d{{{VILLAGE_DIGITS}}}$").all():
        return {}
    height = pl.DataFrame({"_": pl.repeat(0, sheet.table.rows.height, eager=True)})
    named = place_names(height.with_columns(values.alias(name) for name, values in parts.items()), sheet.grid.sheet)
    return dict.fromkeys(sorted(named.unique().drop_nulls())[: language.headings.sureness.most_places], UNDECIDED)


def _sometimes_missing(mapping: SenderMapping, headings: Sequence[set[str]]) -> tuple[str, ...]:
    """Mapped headings that one of the workbooks lacks: a person sees them in the file and confirms."""
    read = [heading for heading, name in mapping.columns.items() if name != NOT_READ]
    return tuple(heading for heading in read if not all(heading in there for there in headings))
