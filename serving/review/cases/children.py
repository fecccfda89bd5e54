"""Each child of a household in the reader's words: facts by heading, level, support, what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from features.definition.structure import CHILDREN, FILE_STATUS, VALID_FROM
from features.record.rows import Row
from serving.cases import Case
from serving.review.cases.layout import Layout
from serving.review.cases.records import Records
from serving.review.cases.values import age_text, code_text, label_text, value_text
from serving.review.words import Words


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact in words. ``changed_on``: since when it is so, where it was different before."""

    label: str
    value: str
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under one heading."""

    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The official level as people assessed it; never a band. ``code`` only chooses how it looks."""

    code: str
    text: str
    on: date | None
    by: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A support domain in which the child is entitled to something and has not got it, or not all of it."""

    domain: str
    state: str
    partly: bool


@dataclass(frozen=True, slots=True)
class ChildTold:
    """A child as the page tells of it. ``called`` is its name, or its number where no name is held.

    ``case`` is what the scores say, if anything; it must not be shown to who is to rate first. Since ``refused_on`` the
    guardian refuses the model, and there is none.
    """

    child_id: str
    called: str
    born: date | None
    age: str
    brief: tuple[str, ...]
    level: Level | None
    groups: tuple[Facts, ...]
    not_known: tuple[str, ...]
    lacking: tuple[Lacking, ...]
    refused_on: date | None
    known_on: date
    case: Case | None


@dataclass(frozen=True, slots=True)
class Telling:
    """What tells of a household: its facts, how the definition wants them shown, the names, and the language.

    ``cases`` is what the scores say, ``refused`` since when the model is refused, both by child.
    """

    known: Records
    layout: Layout
    words: Words
    names: Mapping[str, str]
    cases: Mapping[str, Case] = field(default_factory=dict)
    refused: Mapping[str, date] = field(default_factory=dict)

    def called(self, child_id: str | None) -> str:
        """How a child is named; the whole household where there is none."""
        if child_id is None:
            return self.words("household.whole")
        return self.names.get(child_id) or self.words("household.child", number=child_id)

    def value(self, table: str, name: str, row: Row) -> str:
        """A value in words; empty where it is not known."""
        value: Any = row.get(name)
        definition = self.known.definition
        if value is None:
            return ""
        return value_text(value, definition.tables[table].columns[name], definition, self.words)

    def child(self, child_id: str) -> ChildTold:
        """Tell of one child."""
        states = self.known.states[child_id]
        row = states[-1]
        born = row.get(self.known.definition.cohort.get("birth_column", ""))
        return ChildTold(
            child_id=child_id,
            called=self.called(child_id),
            born=born,
            age=age_text(born, self.known.as_of, self.words),
            brief=self._brief(row),
            level=self.level(row),
            groups=self.facts(CHILDREN, states),
            not_known=self.not_known(CHILDREN, row),
            lacking=self._lacking(row),
            refused_on=self.refused.get(child_id),
            known_on=row[VALID_FROM],
            case=None if child_id in self.refused else self.cases.get(child_id),
        )

    def file_status(self, child_id: str) -> str:
        """Why a child's file is not in use any more."""
        return self.value(CHILDREN, FILE_STATUS, self.known.states[child_id][-1])

    def facts(self, table: str, states: Sequence[Row]) -> tuple[Facts, ...]:
        """What is known, under the headings of the definition."""
        found = []
        for group, names in self.layout.grouped(self.known.definition, table):
            facts = tuple(self._fact(table, name, states) for name in names if states[-1].get(name) is not None)
            if facts:
                own = {"zh": group.zh, "en": group.en} if group else None
                found.append(Facts(self.words.either(own) if own else self.words("household.other_facts"), facts))
        return tuple(found)

    def not_known(self, table: str, row: Row) -> tuple[str, ...]:
        """What the ledger leaves blank; a question that does not arise is none."""
        names = [name for _, group in self.layout.grouped(self.known.definition, table) for name in group]
        open_ones = [name for name in names if row.get(name) is None and self._arises(name, row)]
        return tuple(label_text(table, name, self.known.definition, self.words) for name in open_ones)

    def level(self, row: Row) -> Level | None:
        """The official level a state of a child has."""
        columns = self.layout.level
        code = row.get(columns.column)
        if code is None:
            return None
        text = self.value(CHILDREN, columns.column, row)
        return Level(code, text, row.get(columns.on), row.get(columns.by) or "")

    def _fact(self, table: str, name: str, states: Sequence[Row]) -> Fact:
        value = states[-1][name]
        since = next((at for at in range(len(states) - 1, 0, -1) if states[at - 1].get(name) != value), 0)
        before = states[since - 1].get(name) if since else None
        changed = states[since][VALID_FROM] if before is not None else None
        text = self.value(table, name, states[-1])
        return Fact(label_text(table, name, self.known.definition, self.words), text, changed)

    def _arises(self, name: str, row: Row) -> bool:
        return all(row.get(other) in codes for other, codes in self.layout.asked_if.get(name, {}).items())

    def _brief(self, row: Row) -> tuple[str, ...]:
        columns = self.known.definition.tables[CHILDREN].columns
        said = [(name, self.value(CHILDREN, name, row)) for name in self.layout.brief.columns if name in columns]
        labels = {name: label_text(CHILDREN, name, self.known.definition, self.words) for name, _ in said}
        return tuple(self.words("household.labelled", label=labels[name], value=text) for name, text in said if text)

    def _lacking(self, row: Row) -> tuple[Lacking, ...]:
        support, definition = self.layout.support, self.known.definition
        found = []
        for domain, name in support.columns.items():
            code = row.get(name)
            if code in support.not_covered or code in support.partly:
                state = code_text(code, definition.tables[CHILDREN].columns[name], definition, self.words)
                label = definition.domains[domain].text(self.words.language)
                found.append(Lacking(label, state, code in support.partly))
        return tuple(sorted(found, key=lambda one: one.partly))
