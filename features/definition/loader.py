"""Read a ledger definition from its folder of TOML files and say plainly what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

from features.cli.console import UserError
from features.definition.model import Column, ColumnType, Definition, Label, Table, TableKind, VisitHelp

DEFINITIONS = Path(__file__).resolve().parent.parent / "definitions"
DEFAULT_DEFINITION = "left_behind"

_COLUMN_KEYS = {
    "type", "zh", "en", "required", "codes", "min", "max", "pattern", "references", "protected", "purpose", "future",
}  # fmt: skip
_DOMAIN_KEYS = {"zh", "en", "ask", "bring"}


class DefinitionError(UserError):
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
    return _build(folder, ledger, _read_toml(folder / "features.toml"))


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
    decided = ledger.get("decisions", {})
    codes = _code_lists({**decided.get("codes", {}), **ledger.get("codes", {})}, file)
    tables = {name: _table(name, raw, codes, file) for name, raw in _need(ledger, "tables", str(file)).items()}
    decisions = {name: _table(name, raw, codes, file) for name, raw in decided.get("tables", {}).items()}
    if twice := tables.keys() & decisions.keys():
        raise DefinitionError(f"{file} [decisions.tables.{min(twice)}]: there is a table of facts of that name")
    _check_references({**tables, **decisions}, file)
    limits = _need(ledger, "limits", str(file))
    return Definition(
        name=str(_need(head, "name", f"{file} [definition]")),
        version=str(_need(head, "version", f"{file} [definition]")),
        label=_label(head, f"{file} [definition]"),
        purpose=str(head.get("purpose", "")),
        roles={name: tuple(values) for name, values in ledger.get("roles", {}).items()},
        domains={name: _label(words, f"{file} [domains] {name}") for name, words in ledger.get("domains", {}).items()},
        visit_help={
            name: _visit_help(raw, f"{file} [domains.{name}]") for name, raw in ledger.get("domains", {}).items()
        },
        severities={
            int(level): _label(words, f"{file} [severities] {level}")
            for level, words in ledger.get("severities", {}).items()
        },
        codes=codes,
        tables=tables,
        decisions=decisions,
        cohort=dict(ledger.get("cohort", {})),
        audit=dict(ledger.get("audit", {})),
        simple_orders=dict(ledger.get("simple_orders", {})),
        features=dict(features.get("features", {})),
        feature_settings={name: value for name, value in features.items() if name != "features"},
        # What people decided is no input of anything that is fitted or scored: it outdates no model and no scores.
        hash=_content_hash([{name: part for name, part in ledger.items() if name != "decisions"}, features]),
        ledger_hash=_content_hash(_structure(ledger)),
        dates_from=_day(limits, "dates_from", f"{file} [limits]"),
        dates_to=_day(limits, "dates_to", f"{file} [limits]"),
    )


def _code_lists(raw: Mapping[str, Any], file: Path) -> dict[str, dict[str, Label]]:
    codes = {
        name: {code: _label(words, f"{file} [codes.{name}] {code}") for code, words in values.items()}
        for name, values in raw.items()
    }
    for name, values in codes.items():
        _check_words(values.items(), f"{file} [codes.{name}]")
    return codes


def _check_references(tables: Mapping[str, Table], file: Path) -> None:
    """Every reference names a table with a one-column key that can be read before it."""
    for table in tables.values():
        for column in table.columns.values():
            if column.references is None:
                continue
            where = f"{file} [tables.{table.name}] {column.name}"
            if column.references not in tables:
                raise DefinitionError(f"{where}: references '{column.references}', not a table here")
            if len(tables[column.references].key) != 1:
                raise DefinitionError(f"{where}: references '{column.references}', whose key is more than one column")
    waiting = {table.name: references_of(table) for table in tables.values()}
    while waiting:
        ready = [name for name, needs in waiting.items() if not needs & waiting.keys()]
        if not ready:
            raise DefinitionError(f"{file}: the references of {', '.join(sorted(waiting))} go round in a circle")
        for name in ready:
            del waiting[name]


def references_of(table: Table) -> set[str]:
    """The other tables whose keys this table names."""
    return {column.references for column in table.columns.values() if column.references} - {table.name}


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
    _check_words(((column.name, column.label) for column in columns.values()), where)
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
        future=bool(raw.get("future", False)),
    )


def _visit_help(raw: Mapping[str, Any], where: str) -> VisitHelp:
    unknown = set(raw) - _DOMAIN_KEYS
    if unknown:
        raise DefinitionError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    return VisitHelp(**{name: _labels(raw.get(name, []), f"{where} {name}") for name in ("ask", "bring")})


def _labels(raw: object, where: str) -> tuple[Label, ...]:
    if not isinstance(raw, list) or not all(isinstance(words, Mapping) for words in raw):
        raise DefinitionError(f'{where}: wanted a list of words, each as {{ zh = "...", en = "..." }}')
    return tuple(_label(words, where) for words in raw)


def _label(raw: Mapping[str, Any], where: str) -> Label:
    return Label(zh=str(_need(raw, "zh", where)), en=str(_need(raw, "en", where)))


def _need(raw: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 - TOML values have many types
    if key not in raw:
        raise DefinitionError(f"{where}: '{key}' is missing")
    return raw[key]


def _day(raw: Mapping[str, Any], key: str, where: str) -> date:
    value = _need(raw, key, where)
    if type(value) is not date:
        raise DefinitionError(f"{where} {key}: '{value}', wanted a date such as 2016-07-31, without quotes")
    return value


def _check_words(words: Iterable[tuple[str, Label]], where: str) -> None:
    """No label may mean two things: senders write labels instead of names."""
    meaning: dict[str, str] = {}
    for name, label in words:
        for word in {name, label.zh, label.en}:
            if meaning.setdefault(word, name) != name:
                raise DefinitionError(f"{where}: '{word}' could mean '{meaning[word]}' or '{name}'")


def _structure(ledger: Mapping[str, Any]) -> dict[str, Any]:
    """What stored rows depend on: no labels, no purposes."""
    tables = {
        name: {
            "kind": raw["kind"],
            "key": raw["key"],
            "columns": {
                column: {key: value for key, value in spec.items() if key not in ("zh", "en", "purpose")}
                for column, spec in raw["columns"].items()
            },
        }
        for name, raw in ledger["tables"].items()
    }
    codes = {name: list(values) for name, values in ledger.get("codes", {}).items()}
    return {"definition": ledger["definition"]["name"], "tables": tables, "codes": codes, "limits": ledger["limits"]}


def _content_hash(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
