"""How one sender's workbooks are read, as a file that a person checks, corrects by hand and confirms."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from features.workbook.fields import Field

FOLDER = "senders"
NOT_READ = ""
UNDECIDED = "?"
"""A word or a place that a person has still to say something of; until then it stays as sent."""

_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.-]{0,63}")
_CONFIRMED = re.compile(r"^confirmed\s*=\s*(?:true|false)", re.MULTILINE)
_FIELDS = "mopai ledger columns --fields lists them"
_SECTIONS = {"sender", "confirmed", "columns", "may_be_missing", "values", "regions"}


@dataclass(frozen=True, slots=True)
class SenderMapping:
    """One sender's words.

    Attributes:
        columns: heading as sent -> field, "" for a column that is not read.
        may_be_missing: headings that are not in every workbook of this sender.
        values: field -> word as sent -> ours; "" = nothing known, "?" = undecided.
        regions: place as sent ("township/village" or the sheet's name) -> region code, or "?".
    """

    sender: str
    confirmed: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    may_be_missing: Sequence[str] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)

    @property
    def decided_values(self) -> dict[str, dict[str, str]]:
        """Only the words somebody has decided on."""
        return {
            name: {w: ours for w, ours in words.items() if ours != UNDECIDED} for name, words in self.values.items()
        }

    @property
    def decided_regions(self) -> dict[str, str]:
        """Only the places somebody has given a code."""
        return {place: code for place, code in self.regions.items() if code not in (UNDECIDED, "")}


def sender_file(home: Path, sender: str) -> Path:
    """Where a sender's mapping lies. UserError: a name that is no file name."""
    if not _NAME.fullmatch(sender):
        raise UserError(f"--sender '{sender}'", "letters, digits, '-', '_' and '.', at most 64")
    return home / FOLDER / f"{sender}.toml"


def load_sender(path: Path, fields: Mapping[str, Field]) -> SenderMapping:
    """Read a sender's mapping, written here and maybe changed by hand.

    Raises:
        UserError: it is missing, is no TOML, or names a field there is not; with the place and what was wanted.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path}: no mapping of this sender yet", "mopai ledger columns FILE --sender NAME") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: not readable as TOML: {error}", "put the line right, or delete the file") from error
    _require_shape(raw, path)
    mapping = SenderMapping(
        sender=raw["sender"],
        confirmed=raw["confirmed"],
        columns=raw["columns"],
        may_be_missing=tuple(raw.get("may_be_missing", ())),
        values=raw.get("values", {}),
        regions=raw.get("regions", {}),
    )
    for heading, name in mapping.columns.items():
        if name != NOT_READ and name not in fields:
            raise UserError(
                f"{path} [columns] {heading}: no field '{name}'", "mopai ledger columns --fields lists them"
            )
    for name in mapping.values:
        if name not in fields:
            raise UserError(f"{path} [values.{name}]: no such field", "mopai ledger columns --fields lists them")
    return mapping


def _require_shape(raw: Mapping[str, Any], path: Path) -> None:
    unknown = set(raw) - _SECTIONS
    if unknown:
        raise UserError(f"{path}: '{min(unknown)}' is not known", f"wanted: {', '.join(sorted(_SECTIONS))}")
    shapes = {"sender": str, "confirmed": bool, "columns": dict}
    for name, shape in shapes.items():
        if not isinstance(raw.get(name), shape):
            raise UserError(f"{path}: '{name}' is missing or not of the right kind", "delete the file and begin again")
    tables = [raw["columns"], raw.get("regions", {}), *raw.get("values", {}).values()]
    if not all(isinstance(table, dict) and all(isinstance(word, str) for word in table.values()) for table in tables):
        raise UserError(f"{path}: every entry is a word in quotation marks", 'such as "儿童姓名" = "name"')


def save_sender(path: Path, mapping: SenderMapping, fields: Mapping[str, Field], sure: Mapping[str, float]) -> None:
    """Write a mapping with what a person needs to check it beside each line; readable by its owner only."""
    text = _rendered(mapping, fields, sure)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".unfinished")
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        unfinished.replace(path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror})", "make sure MOPAI_HOME can be written"
        ) from error


def confirm_sender(path: Path) -> None:
    """Set a mapping confirmed; everything else in the file, comments too, stays as it is."""
    text = path.read_text(encoding="utf-8")
    path.write_text(_CONFIRMED.sub("confirmed = true", text, count=1), encoding="utf-8")


def with_new(mapping: SenderMapping, proposed: SenderMapping) -> SenderMapping:
    """A mapping with what a proposal adds; whatever a person has said stays, and only the new is to be confirmed."""
    columns = {**proposed.columns, **mapping.columns}
    values = {
        name: {**proposed.values.get(name, {}), **mapping.values.get(name, {})}
        for name in {**mapping.values, **proposed.values}
    }
    regions = {**proposed.regions, **mapping.regions}
    missing = tuple(dict.fromkeys((*mapping.may_be_missing, *proposed.may_be_missing)))
    joined = replace(mapping, columns=columns, values=values, regions=regions, may_be_missing=missing)
    return joined if joined == mapping else replace(joined, confirmed=False)


def _rendered(mapping: SenderMapping, fields: Mapping[str, Field], sure: Mapping[str, float]) -> str:
    lines = [
        "# How the workbooks of this sender are read. 此报送单位的工作簿如何读取。",
        "# Check every line, correct it by hand, then: mopai ledger columns FILE --sender NAME --confirm",
        "# 逐行核对，可手工修改，然后确认。",
        f"sender = {_quoted(mapping.sender)}",
        f"confirmed = {'true' if mapping.confirmed else 'false'}",
        "",
        "# Headings that may be missing from a workbook without anybody being asked. 可以缺少的列。",
        f"may_be_missing = [{', '.join(map(_quoted, mapping.may_be_missing))}]",
        "",
        '# heading in the workbook = field; "" = this column is not read. 表头 = 字段；空 = 不读取。',
        "[columns]",
        *(_column_line(heading, name, fields, sure) for heading, name in mapping.columns.items()),
    ]
    for name, words in mapping.values.items():
        lines += [
            "",
            f"# {_said(fields, name)}",
            '# word in the workbook = ours; "" = nothing known; "?" = not decided. 原词 = 代码；空 = 不详；? = 未定。',
            f"# {', '.join(_codes(fields[name]))}" if name in fields else "#",
            f"[values.{name}]",
            *(f"{_quoted(word)} = {_quoted(ours)}" for word, ours in words.items()),
        ]
    if mapping.regions:
        lines += [
            "",
            '# place = region code of 12 digits; "?" = still to fill in. 地名 = 12 位区划代码。',
            "[regions]",
            *(f"{_quoted(place)} = {_quoted(code)}" for place, code in mapping.regions.items()),
        ]
    return "\n".join(lines) + "\n"


def _column_line(heading: str, name: str, fields: Mapping[str, Field], sure: Mapping[str, float]) -> str:
    line = f"{_quoted(heading)} = {_quoted(name)}"
    if name == NOT_READ:
        return f"{line}  # not read 不读取"
    how = f"; {sure[heading]:.0f} of 100 sure" if heading in sure else ""
    return f"{line}  # {_said(fields, name)}{how}"


def _said(fields: Mapping[str, Field], name: str) -> str:
    return f"{fields[name].label.zh} {fields[name].label.en}" if name in fields else name


def _codes(one: Field) -> tuple[str, ...]:
    return ("true", "false") if one.type == "boolean" else one.codes


def _quoted(text: str) -> str:
    """A TOML basic string: the same escapes as JSON."""
    return json.dumps(text, ensure_ascii=False)
