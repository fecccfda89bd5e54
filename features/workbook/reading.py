"""What reading a workbook needs to know: whose it is, by which mapping, for which county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from features.definition import Definition, load_definition
from features.identity.definition import IdentityDefinition, load_identity
from features.workbook.cells import Vocabulary
from features.workbook.fields import Field, register_fields, table_fields
from features.workbook.headings import Headings, load_headings
from features.workbook.senders import SenderMapping


@dataclass(frozen=True)
class Language:
    """A ledger definition with everything that says how workbooks speak of it."""

    definition: Definition
    identity: IdentityDefinition
    headings: Headings

    @classmethod
    def load(cls, name_or_folder: str | Path) -> Language:
        """Load all of it by the definition's name or folder. DefinitionError when something is missing."""
        return cls(load_definition(name_or_folder), load_identity(name_or_folder), load_headings(name_or_folder))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of a register."""
        return register_fields(self.definition, self.identity)

    def fields_of(self, table: str) -> dict[str, Field]:
        """The fields of a sheet that is a ledger table."""
        return table_fields(self.definition, table)

    def vocabulary(self, values: Mapping[str, Mapping[str, str]]) -> Vocabulary:
        """The words of one sender."""
        return Vocabulary.of(self.definition, self.headings, values)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the workbooks of one sender. ``mapping`` has no columns where the template's headings are used."""

    language: Language
    county: str
    sender: str
    mapping: SenderMapping
    recorded_on: date | None = None
