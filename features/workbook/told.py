"""A report as data: counts, faults by rule, choices made; its workbook and its page say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.definition import Definition, Label
from features.definition.model import Language
from features.identity.definition import IdentityDefinition
from features.ledger.faults import shown_header
from features.workbook.counts import IntakeCounts
from features.workbook.place import ROW, places_of
from features.workbook.register import Register
from features.workbook.words import fault_words, field_label, load_words, value_label, wanted_words

LANGUAGES: tuple[Language, Language] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class FieldFaults:
    """The faults of one rule in one column: where they stand, at most so many, and how many there are.

    ``said`` is what is wrong, of faults of the whole workbook, which have no place.
    """

    label: Label
    wanted: Label | None
    places: tuple[str, ...]
    said: tuple[Label, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RuleFaults:
    """The faults of one rule, by column, most frequent first; ``more`` columns are left out."""

    title: Label
    do: Label
    level: str
    count: int
    fields: tuple[FieldFaults, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that a person must tell apart or join; ``other`` is None for one of an earlier import."""

    kind: Label
    row: int
    other: int | None
    probability: float | None
    agreed: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class MappedSheets:
    """How the columns of some sheets were read: the heading as sent and our column."""

    sheets: tuple[str, ...]
    columns: tuple[tuple[str, Label], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that a report tells. ``faults`` are located and numbered ``_fault``."""

    register: Register
    faults: pl.DataFrame
    uncertain: pl.DataFrame
    counts: IntakeCounts
    definition: Definition
    identity: IdentityDefinition

    def label(self, field: str) -> Label:
        """The name of a column."""
        return field_label(field, self.definition, self.identity)

    @property
    def imported_before(self) -> Label:
        """What stands for the place of a row of an earlier import."""
        return load_words().pairs["known"]

    def place(self, row: int | None) -> str:
        """Where a row stands, as text without anything personal; a row of an earlier import stands nowhere."""
        if row is None:
            return f"{self.imported_before.zh} {self.imported_before.en}"
        sheet, line = self.register.places.row(by_predicate=pl.col(ROW) == row)[1:3]
        return f"{shown_header(sheet)}!{line}"

    def counted(self) -> list[tuple[Label, int]]:
        """The numbers at the head; what is nothing is left out, but for the first three."""
        counts = self.counts
        taken = (
            Label("已收入台账的行", "rows taken into the ledger")
            if counts.imported
            else Label("可以收入的行", "rows in order")
        )
        hidden = int(self.register.places["hidden"].sum())
        lines = [
            (Label("读到的儿童行", "rows of children read"), counts.read),
            (taken, counts.new),
            (Label("有错、未收的行", "rows with errors, not taken"), counts.rejected),
            (Label("台账已有、不重复收的行", "rows the ledger has already"), counts.repeated),
            (Label("儿童", "children"), counts.children),
            (Label("家庭", "households"), counts.households),
            (Label("隐藏的行（也读入）", "hidden rows (read too)"), hidden),
            (Label("待人核对的成对记录", "pairs for a person to decide"), self.uncertain.height),
            *((Label(f"略过：{why.zh}", f"left out: {why.en}"), number) for why, number in self._left_out()),
        ]
        return [(label, number) for place, (label, number) in enumerate(lines) if number or place < 3]

    def _left_out(self) -> list[tuple[Label, int]]:
        words = load_words().left_out
        return [(words.get(why, Label(why, why)), number) for why, number in self.counts.left_out.items()]

    def by_rule(self, limits: Mapping[str, int]) -> list[RuleFaults]:
        """The faults by rule, errors first, then the most frequent. No value is in it, only places."""
        groups = self.faults.group_by("level", "rule", maintain_order=True).len("count")
        ordered = groups.sort("level", "count", descending=[False, True], maintain_order=True)
        return [self._rule(level, rule, limits) for level, rule, _ in ordered.iter_rows()]

    def _rule(self, level: str, rule: str, limits: Mapping[str, int]) -> RuleFaults:
        words, kept = load_words().of_rule(rule), limits["faults_per_rule"]
        faults = self.faults.filter((pl.col("level") == level) & (pl.col("rule") == rule))
        counts = faults["field"].value_counts().sort("count", "field", descending=[True, False]).rows()
        fields = tuple(
            self._field(field, faults.filter(pl.col("field") == field), limits["places_per_fault"], wanted=words.wanted)
            for field, _ in counts[:kept]
        )
        return RuleFaults(words.title, words.do, level, faults.height, fields, len(counts) - len(fields))

    def _field(self, field: str, faults: pl.DataFrame, most: int, *, wanted: bool) -> FieldFaults:
        whole = faults.filter(pl.col(ROW).is_null())
        label = load_words().whole_book if whole.height and not field else self.label(field)
        said = tuple(self._said(fault) for fault in whole.head(most).iter_rows(named=True))
        placed = faults.drop_nulls("cell").head(most).select("sheet", "cell").iter_rows()
        places = tuple(f"{shown_header(sheet)}!{cell}" for sheet, cell in placed)
        return FieldFaults(label, self._wanted(field) if wanted else None, places, said, faults.height)

    def _said(self, fault: Mapping[str, Any], where: str = "") -> Label:
        zh, en = (
            fault_words(
                fault["rule"], fault["field"], fault["detail"] or "", self.definition, self.identity, language,
                other=where,
            )
            for language in LANGUAGES
        )  # fmt: skip
        return Label(zh, en)

    def _wanted(self, field: str) -> Label:
        return Label(*(wanted_words(field, self.definition, self.identity, language) for language in LANGUAGES))

    def words_by_fault(self) -> dict[int, Label]:
        """What to say of each fault; its detail, such as a date, is in it, so only for the workbook."""
        places = places_of(self.register)
        asked = self.faults.select("_fault", "rule", "field", "detail", "other_row")
        kinds: dict[tuple[object, ...], Label] = {}
        words = {}
        for fault in asked.iter_rows(named=True):
            key = (fault["rule"], fault["field"], fault["detail"], fault["other_row"])
            if key not in kinds:
                other = fault["other_row"]
                kinds[key] = self._said(fault, "" if other is None else places.get(other, ""))
            words[fault["_fault"]] = kinds[key]
        return words

    def pairs(self) -> list[Pair]:
        """The pairs to decide, the most probable first."""
        ordered = self.uncertain.sort("probability", descending=True, nulls_last=True, maintain_order=True)
        columns = ordered.select(ROW, "_row_other", "kind", "probability", "agreed")
        return [
            Pair(load_words().pairs[kind], row, other, probability, tuple(self.label(field) for field in agreed or ()))
            for row, other, kind, probability, agreed in columns.iter_rows()
        ]

    def mappings(self) -> list[MappedSheets]:
        """How columns were read; sheets with the same headings together."""
        alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for sheet, fields in self.register.columns.items():
            ordered = sorted(fields.items(), key=lambda item: item[1][0])
            alike.setdefault(tuple((heading, field) for field, (_, heading) in ordered), []).append(sheet)
        return [
            MappedSheets(
                tuple(map(shown_header, sheets)),
                tuple((shown_header(heading), self.label(field)) for heading, field in columns),
            )
            for columns, sheets in alike.items()
        ]

    def defaults(self) -> list[tuple[Label, Label]]:
        """Columns filled with one value for all rows, and the value in words."""
        given = self.counts.defaults.items()
        return [(self.label(field), value_label(field, value, self.definition)) for field, value in given]
