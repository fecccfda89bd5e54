"""Text that no spreadsheet takes for a formula, and back again.

A cell that begins with ``= + - @``, their full-width twins, a tab or a line break can run a formula or a command when
a CSV file is opened (OWASP, "CSV Injection"). Such text gets an apostrophe in front, which spreadsheets read as "this
is text". The same is done inside a value after a semicolon, tab or line break, because spreadsheets of some countries
split a CSV file there. Numbers below zero are left alone; reading takes exactly the added apostrophes away.

XLSX cells carry their type, so there the text stays as it is and the cell says that it is text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl

_FORMULA: Final = "[=+@＝＋－＠-]"
_UNSEEN: Final = (
    r"[\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u00ad\u1680\u180e\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
"""Blanks, control and zero-width characters: a spreadsheet may drop them and see what follows first."""
_SPLITS: Final = r"[;\t\r\n]"

# Both Python and the regex crate of Polars understand these.
_BEGINS: Final = f"(^|{_SPLITS})('*{_UNSEEN}*{_FORMULA})"
_BREAK_FIRST: Final = r"^('*[\t\r\n])"
_ADDED: Final = f"(^|{_SPLITS})'('*{_UNSEEN}*{_FORMULA})"
_ADDED_FIRST: Final = r"^'('*[\t\r\n])"
_BELOW_ZERO: Final = r"-[0-9]{1,15}(?:\.[0-9]{1,15})?"

_FIRST = re.compile(f"'*{_UNSEEN}*{_FORMULA}|'*[\t\r\n]")
_NUMBER = re.compile(_BELOW_ZERO)


def neutral(text: pl.Expr) -> pl.Expr:
    """Text with an apostrophe wherever a spreadsheet that reads CSV could begin a formula; null stays null."""
    safe = text.str.replace_all(_BEGINS, "${1}'${2}").str.replace(_BREAK_FIRST, "'${1}")
    return pl.when(text.str.contains(f"^{_BELOW_ZERO}$")).then(text).otherwise(safe)


def restored(text: pl.Expr) -> pl.Expr:
    """The text as it was before ``neutral``."""
    return text.str.replace_all(_ADDED, "${1}${2}").str.replace(_ADDED_FIRST, "${1}")


def neutral_text(text: str) -> str:
    """One text as ``neutral`` makes it."""
    if _NUMBER.fullmatch(text):
        return text
    return re.sub(_BREAK_FIRST, r"'\1", re.sub(_BEGINS, r"\1'\2", text))


def restored_text(text: str) -> str:
    """One text as ``restored`` gives it back."""
    return re.sub(_ADDED_FIRST, r"\1", re.sub(_ADDED, r"\1\2", text))


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet that is handed this text alone might take it for a formula."""
    return _FIRST.match(text) is not None and _NUMBER.fullmatch(text) is None


def safe_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text and every heading neutral."""
    columns = [
        (neutral(pl.col(name)) if kind == pl.String else pl.col(name)).alias(neutral_text(name))
        for name, kind in frame.schema.items()
    ]
    return frame.select(columns)


def restored_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame read from a CSV file that ``write_csv`` wrote, as it was."""
    columns = [
        (restored(pl.col(name)) if kind == pl.String else pl.col(name)).alias(restored_text(name))
        for name, kind in frame.schema.items()
    ]
    return frame.select(columns)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a CSV file for people: UTF-8 with a mark, so that a spreadsheet shows Chinese, and no formula in it.

    A file that is there already is replaced as a whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    safe_frame(frame).write_csv(unfinished, include_bom=True)
    unfinished.replace(path)


_FOR_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767


def cell_text(text: str) -> str:
    """Text as a cell of a workbook can hold it: without characters XML forbids, at most 32,767 long."""
    return _FOR_XML.sub("", text)[:_LONGEST_CELL]
