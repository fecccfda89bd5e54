"""Which files are called workbooks. Imports nothing heavy: the command line asks before anything else."""

from __future__ import annotations

from pathlib import Path

READ = (".xlsx", ".xls")
_NOT_READ = (".xlsm", ".xlsb", ".xltm", ".xltx", ".xlam", ".ods", ".et", ".numbers")
_NOT_SENT = ("~$", ".")
"""What the lock files of a spreadsheet program and hidden files begin with."""


def is_workbook(path: Path) -> bool:
    """Whether a file is called as a spreadsheet is, readable for us or not."""
    return path.suffix.lower() in (*READ, *_NOT_READ)


def sent_files(source: Path) -> list[Path]:
    """The files of a folder and of the county folders in it."""
    from features.ledger.discover import is_county

    folders = [source, *(path for path in source.iterdir() if path.is_dir() and is_county(path.name))]
    return [
        path
        for folder in folders
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(_NOT_SENT)
    ]


def holds_workbooks(source: Path) -> bool:
    """Whether a source is a workbook or a folder with workbooks, by what its files are called."""
    if source.is_dir():
        return any(is_workbook(path) for path in sent_files(source))
    return is_workbook(source)
