"""Workbooks as attackers send them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook

from tests.workbooks import first_sheet, township


def zip_bomb(path: Path, megabytes: int = 300) -> Path:
    """A small workbook whose sheet unpacks to hundreds of megabytes."""
    township(path, 3)
    parts = _parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name == "xl/worksheets/sheet1.xml":
                with archive.open(name, "w", force_zip64=True) as part:
                    part.write(content.replace(b"</sheetData></worksheet>", b""))
                    for _ in range(megabytes):
                        part.write(b" " * 1_000_000)
            else:
                archive.writestr(name, content)
    return path


def xml_entity(path: Path) -> Path:
    """A workbook whose sheet declares entities: one that reads a file, and one that grows."""
    township(path, 3)
    entities = (
        b'<!DOCTYPE worksheet [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">'
        b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    )
    parts = _parts(path)
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = entities + sheet.replace(b"<t>", b"<t>&file;&c;", 1)
    return _rewrite(path, parts | {"xl/worksheets/sheet1.xml": sheet})


def macro_book(path: Path) -> Path:
    """A workbook with a VBA project in it; give a path that ends in .xlsm, or in .xlsx to hide it."""
    township(path.with_suffix(".xlsx"), 3)
    parts = _parts(path.with_suffix(".xlsx"))
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    return _rewrite(path, parts | {"[Content_Types].xml": types, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 simulated"})


def external_link(path: Path) -> Path:
    """A workbook with a link to another file and a formula that calls a program through DDE."""
    township(path, 3)
    book = load_workbook(path)
    sheet = first_sheet(book)
    sheet["X5"] = '=DDE("cmd","/C calc","1")'
    sheet["Y5"] = "点此"
    sheet["Y5"].hyperlink = "file:///C:/Windows/System32/calc.exe"
    book.save(path)
    parts = _parts(path)
    link = (
        b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
    )
    return _rewrite(path, parts | {"xl/externalLinks/externalLink1.xml": link})


def formulas(path: Path) -> Path:
    """A tidy workbook in which every kind of dangerous beginning stands in a text cell."""
    book = Workbook()
    sheet = first_sheet(book)
    sheet.append(["姓名", "备注"])
    for text in DANGEROUS:
        sheet.append(["模拟甲", text])
        sheet.cell(sheet.max_row, 2).data_type = "s"
    book.save(path)
    return path


DANGEROUS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1+1", "＠SUM(1)",
    "=cmd|' /C calc'!A0", "=DDE(\"cmd\";\"/C calc\";\"1\")", " =1+1", "a;=1+1", "=HYPERLINK(\"http://x.example\")",
)  # fmt: skip


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rewrite(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path
