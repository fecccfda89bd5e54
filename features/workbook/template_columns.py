"""The sheets of the template and their columns, made from the ledger and the identity definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from features.definition import Column, Definition, Label
from features.definition.model import Language
from features.definition.structure import ASSIGNMENTS, CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, RECORDED_ON, REGION
from features.identity.definition import IdentityDefinition
from features.ledger.contracts import BOOKKEEPING
from features.workbook.words import wanted_words

Languages = Literal["zh", "en", "both"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")

_FIRST_ROLES = ("child_own_number", "household_number", "child_name", "child_number", "sex", "birth_date")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column to fill in. ``column`` is that of the ledger, None for who a person is; ``kind`` its type or kind."""

    name: str
    label: Label
    kind: str
    required: bool
    column: Column | None
    purpose: Label
    wanted: Label
    words: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """One sheet to fill in."""

    title: Label
    columns: tuple[TemplateColumn, ...]


def template_sheets(
    definition: Definition, identity: IdentityDefinition, settings: Mapping[str, Any]
) -> list[TemplateSheet]:
    """The register, one row a child, then the tables of events that people record."""
    made = _Maker(definition, identity, settings)
    events = [
        TemplateSheet(
            table.label, tuple(made.of_ledger(column) for column in (*table.columns.values(), _recorded_on()))
        )
        for table in definition.tables.values()
        if table.kind == "event" and table.name != ASSIGNMENTS
    ]
    return [TemplateSheet(Label(**settings["sheets"]["register"]), made.register()), *events]


def said(label: Label, languages: Languages, between: str = " ") -> str:
    """A label in one language or both."""
    if languages != "both":
        return label.text(languages)
    return label.zh if label.zh == label.en else f"{label.zh}{between}{label.en}"


def _recorded_on() -> Column:
    return next(column for column in BOOKKEEPING if column.name == RECORDED_ON)


@dataclass(frozen=True, slots=True)
class _Maker:
    definition: Definition
    identity: IdentityDefinition
    settings: Mapping[str, Any]

    def register(self) -> tuple[TemplateColumn, ...]:
        """First who and where, then the child, the household, and last the other persons."""
        tables = [self.definition.tables[name].columns for name in (CHILDREN, HOUSEHOLDS)]
        columns = {name: column for table in tables for name, column in table.items() if name not in (CHILD, HOUSEHOLD)}
        roles = [self.identity.roles[role] for role in _FIRST_ROLES if role in self.identity.roles]
        names = dict.fromkeys([*roles[:2], REGION, *roles[2:], *columns, *self.identity.fields])
        made = [
            self.of_ledger(columns[name]) if name in columns else self.of_identity(name)
            for name in names
            if name in columns or name in self.identity.fields
        ]
        return (*made, self.of_ledger(_recorded_on()))

    def of_identity(self, name: str) -> TemplateColumn:
        """A column that says who somebody is."""
        field = self.identity.fields[name]
        required = name == self.identity.roles["child_name"]
        purpose = Label(**self.settings["purpose"]["identity"])
        return TemplateColumn(name, field.label, field.kind, required, None, purpose, self._wanted(name), ())

    def of_ledger(self, column: Column) -> TemplateColumn:
        """A column of the ledger."""
        why = "protected" if column.protected else "used" if column.name in self._used() else "recorded"
        codes = self.definition.codes.get(column.codes or "", {})
        words = (_YES, _NO) if column.type == "boolean" else tuple(codes.values())
        purpose, wanted = Label(**self.settings["purpose"][why]), self._wanted(column.name)
        return TemplateColumn(column.name, column.label, column.type, column.required, column, purpose, wanted, words)

    def _wanted(self, name: str) -> Label:
        return Label(*(wanted_words(name, self.definition, self.identity, language) for language in LANGUAGES))

    def _used(self) -> set[str]:
        return set(_words_in(list(self.definition.features.values())))


_YES, _NO = Label("是", "yes"), Label("否", "no")


def _words_in(raw: object) -> list[str]:
    """Every word and key in a declaration."""
    if isinstance(raw, Mapping):
        return [word for key, value in raw.items() for word in (str(key), *_words_in(value))]
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [word for value in raw for word in _words_in(value)]
    return [str(raw)]


def note(column: TemplateColumn, settings: Mapping[str, Any]) -> str:
    """What the comment of a heading says, always in both languages: what may stand there, whether it must, and why."""
    need = Label(**settings["required"]["yes" if column.required else "no"])
    parts = []
    for language in LANGUAGES:
        lines = [
            f"{column.label.text(language)} ({need.text(language)})",
            column.wanted.text(language),
            column.purpose.text(language),
        ]
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts)
