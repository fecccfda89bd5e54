"""Turn a sender's own wide file into the ledger's tables by county, as a TOML mapping says.

A mapping has ``[source]`` (``county``: a value that is the six digits of the county; ``order``: columns to sort by;
``same = { per = "id", columns = [...] }``: columns taken as the same in all rows of one thing, by their first known
value), ``[values]`` that several columns share by name, and for each table one or more ``[[tables.NAME]]`` blocks:
``where`` (conditions), ``unique`` (ledger columns; the first row of each kind stays) and ``columns`` (ledger column ->
value, see ``mapping_values``, or the name of a shared one).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from features.cli.console import UserError
from features.definition import Definition, DefinitionError, Table
from features.definition.condition import Conditions
from features.ledger.contracts import all_columns, table_of
from features.ledger.discover import is_county
from features.ledger.mapping_values import Value

_COUNTY = "_county"


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one table: which of the sender's rows they come from and how each column is made."""

    table: str
    where: Conditions
    unique: tuple[str, ...]
    columns: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A whole mapping. ``same`` maps nothing to nothing when it is not declared."""

    county: Value
    order: tuple[str, ...]
    per: str | None
    same: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def columns_needed(self) -> set[str]:
        """The sender's columns without which the mapping cannot work."""
        needed = {*self.county.columns, *self.order, *self.same, *([self.per] if self.per else [])}
        for block in self.blocks:
            needed |= set(block.where.columns)
            needed |= {column for value in block.columns.values() for column in value.columns}
        return needed


def load_mapping(path: Path, definition: Definition) -> SourceMapping:
    """Read a mapping and check it against the ledger definition.

    Raises:
        UserError: there is no such file, it is not TOML, or it names what the definition does not have.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "give a mapping file with --mapping") from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: not valid TOML: {error}") from error
    source, tables = raw.get("source", {}), raw.get("tables", {})
    if "county" not in source or not tables:
        raise DefinitionError(f"{path}: wanted [source] with 'county', and [[tables.NAME]] blocks")
    same = source.get("same", {})
    values = {name: Value.parse(value, f"{path} [values] {name}") for name, value in raw.get("values", {}).items()}
    return SourceMapping(
        Value.parse(source["county"], f"{path} [source] county"),
        tuple(source.get("order", ())),
        same.get("per"),
        tuple(same.get("columns", ())),
        tuple(
            _block(table_of(definition, name), block, values, path)
            for name, blocks in tables.items()
            for block in blocks
        ),
    )


def _block(table: Table, raw: Mapping[str, Any], values: Mapping[str, Value], path: Path) -> Block:
    where = f"{path} [[tables.{table.name}]]"
    known = {column.name for column in all_columns(table)}
    columns = {
        column: _shared(value, values, f"{where} {column}")
        if isinstance(value, str)
        else Value.parse(value, f"{where} {column}")
        for column, value in raw.get("columns", {}).items()
    }
    foreign = {*columns, *raw.get("unique", ())} - known
    if foreign:
        raise DefinitionError(f"{where}: no column {', '.join(sorted(foreign))} in the ledger definition")
    return Block(table.name, Conditions.parse(raw.get("where", {}), where), tuple(raw.get("unique", ())), columns)


def _shared(name: str, values: Mapping[str, Value], where: str) -> Value:
    if name not in values:
        raise DefinitionError(f"{where}: no value '{name}' under [values]")
    return values[name]


def map_source(source: Path, mapping: SourceMapping, out: Path) -> dict[str, int]:
    """Write ``out/COUNTY/TABLE.parquet`` from one CSV or Parquet file; returns the number of rows by table.

    Raises:
        UserError: the file cannot be read, lacks a column, has a value the mapping does not list, gives a county
            code that is none, or ``out`` is not empty.
    """
    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out}: not empty", "give an empty or new folder with --out")
    frame = _prepare(_read(source), mapping, source)
    tables: dict[str, list[pl.DataFrame]] = {}
    for block in mapping.blocks:
        tables.setdefault(block.table, []).append(_rows(frame, block))
    for name, parts in tables.items():
        for (county,), rows in pl.concat(parts, how="diagonal_relaxed").partition_by(_COUNTY, as_dict=True).items():
            path = out / str(county) / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows.drop(_COUNTY).write_parquet(path)
    return {name: sum(part.height for part in parts) for name, parts in tables.items()}


def _read(source: Path) -> pl.DataFrame:
    try:
        if source.suffix.lower() == ".csv":
            return pl.read_csv(source, infer_schema=False)
        return pl.read_parquet(source)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(f"{source}: not a readable CSV or Parquet file", "look whether it is whole") from error


def _prepare(frame: pl.DataFrame, mapping: SourceMapping, source: Path) -> pl.DataFrame:
    """The sender's rows in order, with their county."""
    missing = mapping.columns_needed - set(frame.columns)
    if missing:
        raise UserError(f"{source}: no column {', '.join(sorted(missing))}", "correct the mapping, or send them")
    if mapping.order:
        frame = frame.sort(mapping.order, maintain_order=True)
    if mapping.per is not None:
        frame = frame.with_columns(pl.col(name).drop_nulls().first().over(mapping.per) for name in mapping.same)
    frame = frame.with_columns(mapping.county.expr().alias(_COUNTY))
    wrong = [code for code in frame[_COUNTY].unique() if code is None or not is_county(code)]
    if wrong:
        raise UserError(f"{mapping.county.where}: gives '{wrong[0]}'", "a county code has six digits")
    return frame


def _rows(frame: pl.DataFrame, block: Block) -> pl.DataFrame:
    chosen = frame
    if block.where.parts:
        chosen = nw.to_native(nw.from_native(frame).filter(block.where.expr()))
    for value in block.columns.values():
        unlisted: Sequence[str] = value.unlisted(chosen)
        if unlisted:
            raise UserError(f"{value.where}: no word for '{unlisted[0]}'", "list it in 'values', or give 'others'")
    rows = chosen.select(_COUNTY, *(value.expr().alias(name) for name, value in block.columns.items()))
    return rows.unique(block.unique, keep="first", maintain_order=True) if block.unique else rows
