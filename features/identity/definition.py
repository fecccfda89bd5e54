"""The identity definition: the fields that say who a person is, how they are compared, and what contradicts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from features.definition import DEFAULT_DEFINITION, DefinitionError, Label
from features.definition.loader import DEFINITIONS

FieldKind = Literal["name", "id_number", "phone", "address", "number"]
FILE = "identity.toml"


@dataclass(frozen=True, slots=True)
class IdentityField:
    """One field of the registration form that says who somebody is; never a ledger column."""

    name: str
    kind: FieldKind
    label: Label


@dataclass(frozen=True, slots=True)
class IdentityDefinition:
    """Fields and roles as declared in ``identity.toml``; other sections are in ``settings``, read where they are used.

    ``roles`` says which field is what to the code: child_name, child_number, birth_date, sex, household_number.
    ``other_numbers`` maps an ID number field of another person to the column with that person's year of birth ("").
    """

    fields: Mapping[str, IdentityField]
    roles: Mapping[str, str]
    other_numbers: Mapping[str, str]
    settings: Mapping[str, Any]
    where: str

    def of_kind(self, kind: FieldKind) -> tuple[str, ...]:
        """The names of the fields of one kind, in order."""
        return tuple(field.name for field in self.fields.values() if field.kind == kind)

    def section(self, name: str) -> Mapping[str, Any]:
        """One section of the file. DefinitionError when it is missing."""
        if name not in self.settings:
            raise DefinitionError(f"{self.where}: [{name}] is missing")
        found: Mapping[str, Any] = self.settings[name]
        return found


def load_identity(name_or_folder: str | Path = DEFAULT_DEFINITION) -> IdentityDefinition:
    """Load the identity fields that belong to a ledger definition, by the same name or folder.

    Raises:
        DefinitionError: the file is missing, is not TOML, or breaks a rule; the message says where.
    """
    folder = Path(name_or_folder)
    if not folder.is_dir():
        folder = DEFINITIONS / str(name_or_folder)
    path = folder / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(f"{path}: missing; workbooks with names need it") from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: not valid TOML: {error}") from error
    return _build(raw, str(path))


def _build(raw: Mapping[str, Any], where: str) -> IdentityDefinition:
    for section in ("fields", "roles", "other_numbers"):
        if section not in raw:
            raise DefinitionError(f"{where}: [{section}] is missing")
    fields = {name: _field(name, declared, f"{where} [fields] {name}") for name, declared in raw["fields"].items()}
    missing = {"child_name", "child_number", "birth_date", "sex", "household_number"} - set(raw["roles"])
    if missing:
        raise DefinitionError(f"{where} [roles]: {', '.join(sorted(missing))} missing")
    for name in raw["other_numbers"]:
        if name not in fields or fields[name].kind != "id_number":
            raise DefinitionError(f"{where} [other_numbers] {name}: not an ID number among the fields")
    settings = {name: value for name, value in raw.items() if name not in ("fields", "roles", "other_numbers")}
    return IdentityDefinition(fields, dict(raw["roles"]), dict(raw["other_numbers"]), settings, where)


def _field(name: str, raw: Mapping[str, Any], where: str) -> IdentityField:
    if raw.get("kind") not in get_args(FieldKind):
        raise DefinitionError(f"{where} kind: '{raw.get('kind')}', wanted one of {', '.join(get_args(FieldKind))}")
    for key in ("zh", "en"):
        if key not in raw:
            raise DefinitionError(f"{where}: '{key}' is missing")
    return IdentityField(name, raw["kind"], Label(raw["zh"], raw["en"]))
