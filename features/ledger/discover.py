"""Which files a sender's folder holds, for which county and which table."""

from __future__ import annotations

import re
from pathlib import Path

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import COUNTY_DIGITS
from features.ledger.contracts import table_of
from features.ledger.read_source import SourceFile

SUFFIXES = (".csv", ".parquet")
_COUNTY = re.compile(rf"^[0-9]{{{COUNTY_DIGITS}}}$")
_LAYOUT = "a source is a folder with COUNTY/TABLE.csv (or .parquet), or with --county a folder of tables or one file"


def is_county(code: str) -> bool:
    """Whether a text is a county code: six digits."""
    return _COUNTY.match(code) is not None


def find_files(
    source: Path, definition: Definition, *, county: str | None = None, table: str | None = None
) -> tuple[SourceFile, ...]:
    """The files to read, by county, then in the order of the definition's tables.

    ``source`` is a folder of county folders, or with ``county`` a folder of tables or a single file, whose table is
    ``table`` or its name. Other folders and files that are no tables by their ending are left alone.

    Raises:
        UserError: nothing to read, no such table, a county code that is none, or one table in two files.
    """
    if not source.exists():
        raise UserError(f"{source}: no such file or folder", _LAYOUT)
    if county is not None and not is_county(county):
        raise UserError(f"county '{county}'", f"a county code has {COUNTY_DIGITS} digits")
    if source.is_file():
        return (_single(source, definition, county, table),)
    if county is None:
        folders = sorted(path for path in source.iterdir() if path.is_dir() and is_county(path.name))
        files = [file for folder in folders for file in _folder(folder, folder.name, definition, f"{folder.name}/")]
    elif (source / county).is_dir():
        files = _folder(source / county, county, definition, f"{county}/")
    else:
        files = _folder(source, county, definition, "")
    if not files:
        raise UserError(f"{source}: no ledger tables in it", _LAYOUT)
    return tuple(files)


def _single(path: Path, definition: Definition, county: str | None, table: str | None) -> SourceFile:
    if county is None:
        raise UserError(f"{path.name}: which county is it from?", "give --county and its six digits")
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path.name}: neither CSV nor Parquet", "save it as 'CSV UTF-8'")
    return SourceFile(county, table_of(definition, table or path.stem).name, path, path.name)


def _folder(folder: Path, county: str, definition: Definition, prefix: str) -> list[SourceFile]:
    found: dict[str, SourceFile] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        table = table_of(definition, path.stem).name
        if table in found:
            raise UserError(f"{prefix}{path.name}: '{table}' is also in {found[table].name}", "keep one of the two")
        found[table] = SourceFile(county, table, path, f"{prefix}{path.name}")
    return [found[name] for name in definition.stored_tables if name in found]
