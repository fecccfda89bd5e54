"""What an intake of workbooks is asked for, and how its steps are called while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.cli.console import Progress
from features.definition import Label
from features.definition.model import Language as Tongue
from features.identity.decisions import Decisions
from features.workbook.books import Book
from features.workbook.reading import Reading

READ = Label("读取", "reading")
NAME = Label("认定是谁", "who is meant")
KNOWN = Label("读取已知人员", "who is known")
TABLES = Label("分到台账各表", "tables of the ledger")
CHECK = Label("核对", "checking")
WRITE = Label("核对并写入台账", "checking and writing")
PERSONS = Label("写入身份信息", "writing identities")
BOOKS = Label("汇总", "results")


@dataclass(frozen=True, slots=True)
class IntakeRequest:
    """What to take in. ``imports`` false only checks: nothing is written, not even a key."""

    books: Sequence[Book]
    reading: Reading
    home: Path
    ledger: Path
    decisions: Decisions
    imports: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """Tells a listener of the steps of an intake, each with its name in one language."""

    progress: Progress
    tongue: Tongue

    def of(self, step: Label) -> Progress:
        """A listener for one step."""

        def told(done: int, total: int, note: str = "") -> None:
            self.progress(done, total, f"{step.text(self.tongue)} {note}".strip())

        return told
