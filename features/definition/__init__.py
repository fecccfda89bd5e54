"""The ledger definition: data that says what a ledger holds, and the words of the domain."""

from features.definition.loader import DEFAULT_DEFINITION, DefinitionError, load_definition
from features.definition.model import Column, Definition, Label, Language, Table, VisitHelp

__all__ = [
    "DEFAULT_DEFINITION",
    "Column",
    "Definition",
    "DefinitionError",
    "Label",
    "Language",
    "Table",
    "VisitHelp",
    "load_definition",
]
