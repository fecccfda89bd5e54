"""What a form cannot say: combinations of facts that are impossible or strange, as data of the identity definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import narwhals as nw
import polars as pl

from features.definition import Column, Definition, DefinitionError, Label
from features.definition.condition import Conditions
from features.definition.structure import CHILDREN, HOUSEHOLDS, RECORDED_ON, VALID_FROM
from features.identity.definition import IdentityDefinition
from features.identity.register_faults import Level, register_faults
from features.ledger.parse import parse

_RULE_KEYS = {"level", "field", "detail", "when", "source"}


def _years(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whole years from a day to another; somebody born on 29 February is older from 1 March."""
    early = (second.dt.month().cast(pl.Int64) * 100 + second.dt.day()) < (
        first.dt.month().cast(pl.Int64) * 100 + first.dt.day()
    )
    return second.dt.year() - first.dt.year() - early.cast(pl.Int64)


DERIVED: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "years": _years,
    "days": lambda first, second: (second - first).dt.total_days(),
    "born_later": lambda first, second: second.dt.year() - first,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One combination. ``detail`` names the column whose value is said beside it ("" for none)."""

    code: str
    level: Level
    field: str
    detail: str
    when: Conditions


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an identity definition with the numbers they speak of: name -> kind, first and second column."""

    rules: tuple[Rule, ...]
    derived: Mapping[str, tuple[str, str, str]]

    @classmethod
    def of(cls, identity: IdentityDefinition, definition: Definition) -> Rules:
        """Read the rules. DefinitionError names one with an unknown key, level, column or way to make a number."""
        columns = _columns(definition)
        derived = {
            name: _derived(raw, columns, f"{identity.where} [derived] {name}")
            for name, raw in identity.settings.get("derived", {}).items()
        }
        known = {*columns, *derived}
        rules = tuple(
            _rule(code, raw, known, f"{identity.where} [rules.{code}]")
            for code, raw in identity.settings.get("rules", {}).items()
        )
        return cls(rules, derived)

    def faults(self, rows: pl.DataFrame, definition: Definition) -> list[pl.DataFrame]:
        """The rows that break a rule, rule by rule. A value that cannot be read breaks none; it has a fault already."""
        typed = _typed(rows, definition).with_columns(
            DERIVED[kind](pl.col(first), pl.col(second)).alias(name)
            for name, (kind, first, second) in self.derived.items()
        )
        frame = nw.from_native(typed)
        return [
            register_faults(
                frame.filter(rule.when.expr()).to_native(),
                rule.field,
                rule.code,
                level=rule.level,
                value=rule.field,
                detail=pl.col(rule.detail) if rule.detail else "",
            )
            for rule in self.rules
        ]


def _columns(definition: Definition) -> dict[str, Column]:
    """The columns of a register by name, with the day its facts hold from."""
    days = [Column(name, "date", Label(name, name)) for name in (VALID_FROM, RECORDED_ON)]
    tables = [definition.tables[name].columns.values() for name in (HOUSEHOLDS, CHILDREN)]
    return {column.name: column for columns in (days, *tables) for column in columns}


def _typed(rows: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """The columns of the ledger with their types; one that was not sent is not known."""
    typed = []
    for name, column in _columns(definition).items():
        sent = rows[name] if name in rows.columns else pl.Series(name, [None] * rows.height, dtype=pl.String)
        values, _ = parse(column, definition.codes.get(column.codes or "", {}), sent)
        typed.append(values.alias(name))
    return rows.with_columns(typed)


def _derived(raw: Mapping[str, Any], columns: Mapping[str, Column], where: str) -> tuple[str, str, str]:
    kind, *others = raw
    if others or kind not in DERIVED:
        raise DefinitionError(f"{where}: wanted one of {', '.join(DERIVED)}")
    first, second = raw[kind]
    for name in (first, second):
        if name not in columns:
            raise DefinitionError(f"{where}: no column '{name}'")
    return kind, first, second


def _rule(code: str, raw: Mapping[str, Any], known: set[str], where: str) -> Rule:
    unknown = set(raw) - _RULE_KEYS
    if unknown:
        raise DefinitionError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    for key in ("level", "field", "when", "source"):
        if key not in raw:
            raise DefinitionError(f"{where}: '{key}' is missing")
    if raw["level"] not in get_args(Level):
        raise DefinitionError(f"{where} level: '{raw['level']}', wanted one of {', '.join(get_args(Level))}")
    when = Conditions.parse(raw["when"], where)
    detail = str(raw.get("detail", ""))
    for name in (raw["field"], *when.columns, *([detail] if detail else [])):
        if name not in known:
            raise DefinitionError(f"{where}: no column '{name}'")
    return Rule(code, raw["level"], raw["field"], detail, when)
