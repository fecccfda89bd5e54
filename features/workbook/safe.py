"""Refuse, before anything is parsed, a file that is no plain workbook; say of the others what only the file tells."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from features.cli.console import UserError
from features.workbook.limits import Limits, safe_limits
from features.workbook.names import READ
from features.workbook.scan import SheetFacts, count_columns, read_chunks, scan_sheet
from features.workbook.scan_old import OldFacts, scan_old

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_TEXT = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
_ENCRYPTED_FLAG = 1
_HALF = "it is damaged or was cut off"
_HALF_HINT = "send it again, uncut; if it opens in the spreadsheet program, save it there and send that"
_SAVE_AS = "open it in the spreadsheet program, save it as 'Excel workbook (.xlsx)', and send that"
_TAG = re.compile(rb"<(?:\w+:)?(?:sheet|Relationship)\b[^>]*>")
_SINCE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true)["']""")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True, slots=True)
class SafeWorkbook:
    """A workbook that may be parsed.

    Attributes:
        facts: what only the file says of a sheet, by its name; None of books before Excel 97, which do not tell.
        since_1904: whether days are counted from then, as old Macintosh books do.
    """

    path: Path
    facts: Mapping[str, SheetFacts] | None
    since_1904: bool


def require_safe(path: Path) -> SafeWorkbook:
    """Look at a workbook from outside; its formulas, macros and links are never run.

    Raises:
        UserError: it cannot be read here or should not be; the message says why and the hint what to do.
    """
    try:
        return _inspect(path)
    except UserError as error:
        raise UserError(f"{path.name}: {error.message}", error.hint) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise UserError(f"{path.name}: {_HALF}", _HALF_HINT) from error
    except OSError as error:
        raise UserError(
            f"{path.name}: {error.strerror or error}", "make sure the file is there and readable"
        ) from error


def _inspect(path: Path) -> SafeWorkbook:
    if path.suffix.lower() not in READ:
        raise UserError(f"'{path.suffix}' files are not read", _SAVE_AS)
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(_ZIP):
        facts, since_1904 = _inspect_package(path, safe_limits())
        return SafeWorkbook(path, facts, since_1904)
    if head.startswith(_OLE):
        old = _inspect_old(path, safe_limits())
        return SafeWorkbook(path, old.sheets, old.since_1904)
    raise _no_workbook(head)


def _no_workbook(head: bytes) -> UserError:
    if not head:
        return UserError("it is empty", _HALF_HINT)
    if _TEXT.match(head):
        return UserError("it is a web page or XML that is only called a workbook", _SAVE_AS)
    if b"\0" not in head:
        return UserError("it is text that is only called a workbook", f"name it .csv, or {_SAVE_AS}")
    return UserError("it is no workbook", _SAVE_AS)


def _inspect_package(path: Path, limits: Limits) -> tuple[dict[str, SheetFacts], bool]:
    """What its sheets say by name, and whether days count from 1904."""
    with zipfile.ZipFile(path) as package:
        entries = package.infolist()
        _require_small(entries, limits)
        for entry in entries:
            _refuse(limits, "parts", entry.filename)
        names = {entry.filename for entry in entries}
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
            raise UserError("it is a ZIP file but no Excel workbook", _SAVE_AS)
        sheets = {part: name for name, part in _sheet_parts(package).items()}
        facts: dict[str, SheetFacts] = {}
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels", ".vml")):
                _inspect_part(package, entry, sheets, facts)
        for part, name in sheets.items():
            if name in facts:
                _require_room(package, part, facts[name], limits)
        return facts, _SINCE_1904.search(_content(package, "xl/workbook.xml")) is not None


def _require_room(package: zipfile.ZipFile, part: str, facts: SheetFacts, limits: Limits) -> None:
    """Two cells far apart would make a parser reserve memory for all between them."""
    if facts.cells > limits.cells and not facts.beyond_zz:
        with package.open(part) as stream:
            facts.columns = count_columns(stream)
    if facts.cells > limits.cells:
        hint = "delete what stands far below or right of the table, or split the table into several files"
        raise UserError("a sheet spans more cells than fit in memory", hint)


def _require_small(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Sizes as the directory of the package declares them; reading stops where an entry is longer than declared."""
    bomb = "a workbook of that shape is no honest table; copy the rows into a new workbook and send that"
    if len(entries) > limits.entries:
        raise UserError(f"it holds {len(entries):,} parts, more than {limits.entries:,}", bomb)
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise UserError(f"unpacked it is larger than {limits.unpacked_bytes:,} bytes", "split it into several files")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise UserError("it is protected by a password", "remove the password, save, and send it again")
        large = entry.file_size >= limits.ratio_from_bytes
        if large and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise UserError(f"a part of it grows more than {limits.ratio:g}-fold when unpacked", bomb)


def _refuse(limits: Limits, where: Literal["parts", "streams"], name: str) -> None:
    for refusal in limits.refused:
        found = name.startswith(refusal.parts) if where == "parts" and refusal.parts else name in refusal.streams
        if found:
            raise UserError(refusal.what, refusal.hint)


def _inspect_part(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, sheets: Mapping[str, str], facts: dict[str, SheetFacts]
) -> None:
    with package.open(entry) as stream:
        if entry.filename in sheets:
            facts[sheets[entry.filename]] = scan_sheet(stream)
            return
        for content in read_chunks(stream):
            if entry.filename == "[Content_Types].xml" and b"macroEnabled" in content:
                refusal = safe_limits().refused[0]
                raise UserError(refusal.what, refusal.hint)


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of the package that holds each sheet."""
    targets = {
        tag[b"Id"]: tag[b"Target"].decode().lstrip("/").removeprefix("xl/")
        for tag in _tags(package, "xl/_rels/workbook.xml.rels")
        if tag.keys() >= {b"Id", b"Target"}
    }
    parts: dict[str, str] = {}
    for tag in _tags(package, "xl/workbook.xml"):
        number = next((value for key, value in tag.items() if key.endswith(b":id")), b"")
        if number in targets and b"name" in tag:
            parts[html.unescape(tag[b"name"].decode())] = f"xl/{targets[number]}"
    return parts


def _tags(package: zipfile.ZipFile, part: str) -> list[dict[bytes, bytes]]:
    tags = _TAG.findall(_content(package, part))
    return [{name: double or single for name, double, single in _ATTRIBUTE.findall(tag)} for tag in tags]


def _content(package: zipfile.ZipFile, part: str) -> bytes:
    """A part of the package, empty where it is missing."""
    try:
        stream = package.open(part)
    except KeyError:
        return b""
    with stream:
        return b"".join(read_chunks(stream))


def _inspect_old(path: Path, limits: Limits) -> OldFacts:
    """Names of streams stand in an OLE file as they are, in UTF-16, each in an entry of 64 bytes for the name."""
    content = path.read_bytes()
    for refusal in limits.refused:
        if any(_stream_name(name) in content for name in refusal.streams):
            raise UserError(refusal.what, refusal.hint)
    return scan_old(content)


def _stream_name(name: str) -> bytes:
    return name.encode("utf-16-le").ljust(64, b"\0")
