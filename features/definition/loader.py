"""Read a ledger definition from its folder of TOML files and say plainly what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from features.definition.model import Column, ColumnType, Definition, Label, Table, TableKind

DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"
DEFAULT_DEFINITION = "left_behind"

_COLUMN_KEYS = {
    "type", "zh", "en", "required", "codes", "min", "max", "pattern", "references", "protected", "purpose",
}  # fmt: skip


class DefinitionError(ValueError):
    """A definition that cannot be used: names the file, the place in it and what was wanted."""


def load_definition(name_or_folder: str | Path = DEFAULT_DEFINITION) -> Definition:
    """Load a definition by name (one that ships with the product) or by the path of its folder.

    Raises:
        DefinitionError: the folder or a file is missing, is not TOML, or breaks a rule; the message says where.
    """
    folder = Path(name_or_folder)
    if not folder.is_dir():
        folder = DEFINITIONS / str(name_or_folder)
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in DEFINITIONS.iterdir() if path.is_dir()))
        raise DefinitionError(f"no definition '{name_or_folder}': give a folder, or one of: {known}")
    ledger = _read_toml(folder / "ledger.toml")
    features = _read_toml(folder / "features.toml").get("features", {})
    return _build(folder, ledger, features)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DefinitionError(f"{path}: missing; a definition needs ledger.toml and features.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: not valid TOML: {error}") from error


def _build(folder: Path, ledger: Mapping[str, Any], features: Mapping[str, Any]) -> Definition:
    file = folder / "ledger.toml"
    head = _need(ledger, "definition", str(file))
    codes = {
        name: {code: _label(words, f"{file} [codes.{name}] {code}") for code, words in values.items()}
        for name, values in ledger.get("codes", {}).items()
    }
    tables = {name: _table(name, raw, codes, file) for name, raw in _need(ledger, "tables", str(file)).items()}
    for table in tables.values():
        for column in table.columns.values():
            if column.references is not None and column.references not in tables:
                raise DefinitionError(
                    f"{file} [tables.{table.name}] {column.name}: references '{column.references}', not a table here"
                )
    return Definition(
        name=str(_need(head, "name", f"{file} [definition]")),
        version=str(_need(head, "version", f"{file} [definition]")),
        label=_label(head, f"{file} [definition]"),
        purpose=str(head.get("purpose", "")),
        roles={name: tuple(values) for name, values in ledger.get("roles", {}).items()},
        domains={name: _label(words, f"{file} [domains] {name}") for name, words in ledger.get("domains", {}).items()},
        severities={
            int(level): _label(words, f"{file} [severities] {level}")
            for level, words in ledger.get("severities", {}).items()
        },
        codes=codes,
        tables=tables,
        features=dict(features),
        hash=_content_hash(ledger, features),
    )


def _table(name: str, raw: Mapping[str, Any], codes: Mapping[str, object], file: Path) -> Table:
    where = f"{file} [tables.{name}]"
    kind = _need(raw, "kind", where)
    if kind not in get_args(TableKind):
        raise DefinitionError(f"{where} kind: '{kind}', wanted one of {', '.join(get_args(TableKind))}")
    columns = {column: _column(column, spec, codes, where) for column, spec in _need(raw, "columns", where).items()}
    key = tuple(_need(raw, "key", where))
    for column in key:
        if column not in columns:
            raise DefinitionError(f"{where} key: '{column}' is not among the columns")
    return Table(name, kind, key, _label(raw, where), str(raw.get("purpose", "")), columns)


def _column(name: str, raw: Mapping[str, Any], codes: Mapping[str, object], where: str) -> Column:
    here = f"{where} {name}"
    unknown = set(raw) - _COLUMN_KEYS
    if unknown:
        raise DefinitionError(f"{here}: unknown key {', '.join(sorted(unknown))}")
    kind: ColumnType = _need(raw, "type", here)
    if kind not in get_args(ColumnType):
        raise DefinitionError(f"{here} type: '{kind}', wanted one of {', '.join(get_args(ColumnType))}")
    listed = raw.get("codes")
    if (kind in ("category", "categories")) != (listed is not None):
        raise DefinitionError(f"{here}: a category names its code list in 'codes', and nothing else does")
    if listed is not None and listed not in codes:
        raise DefinitionError(f"{here} codes: no code list '{listed}'")
    return Column(
        name=name,
        type=kind,
        label=_label(raw, here),
        required=bool(raw.get("required", False)),
        codes=listed,
        minimum=raw.get("min"),
        maximum=raw.get("max"),
        pattern=raw.get("pattern"),
        references=raw.get("references"),
        protected=bool(raw.get("protected", False)),
        purpose=str(raw.get("purpose", "")),
    )


def _label(raw: Mapping[str, Any], where: str) -> Label:
    return Label(zh=str(_need(raw, "zh", where)), en=str(_need(raw, "en", where)))


def _need(raw: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if key not in raw:
        raise DefinitionError(f"{where}: '{key}' is missing")
    return raw[key]


def _content_hash(ledger: Mapping[str, Any], features: Mapping[str, Any]) -> str:
    text = json.dumps([ledger, features], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
