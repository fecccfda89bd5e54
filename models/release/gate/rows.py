"""Signed rows: who approved a model, asked for an override, or recorded an impact assessment. Rows are only added.

Each row is signed together with the sha256 of the row before it, so a row that is changed, taken out of the middle
or put elsewhere is found and named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from features.cli.console import UserError
from models.release.files import write_file
from models.release.gate.people import FOLDER, People, Person
from models.release.gate.subject import Binding
from models.release.manifest import digest

Kind = Literal["approval", "override", "impact"]
_FORMAT = 1
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that lies elsewhere: how to find it, the day it is dated, and its sha256."""

    reference: str
    dated: date
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person signs: in which role, in which words (of an override, the reason), of which document."""

    kind: Kind
    role: str
    words: str
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class SignedRow:
    """A row as it was signed. ``fault`` says why it does not count; empty in a sound row."""

    number: int
    statement: Statement
    name: str
    key_id: str
    binding: Binding
    signed_at: datetime
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """The row as people and reports are shown it."""
        statement = self.statement
        return {
            "number": self.number,
            "kind": statement.kind,
            "name": self.name,
            "role": statement.role,
            "words": statement.words,
            "document": _document_json(statement.document),
            "key_id": self.key_id,
            "model_id": self.binding.model_id,
            "body_sha256": self.binding.body_sha256,
            "audit_sha256": self.binding.audit_sha256,
            "signed_at": self.signed_at.isoformat(timespec="seconds"),
            "fault": self.fault or None,
        }


@dataclass(frozen=True, slots=True)
class SignedRows:
    """The signed rows of one model: ``<home>/approvals/<model_id>.jsonl``."""

    people: People
    model_id: str

    @property
    def path(self) -> Path:
        """The file, a row per line."""
        return self.people.home / FOLDER / f"{self.model_id}.jsonl"

    def read(self) -> tuple[SignedRow, ...]:
        """Every row, checked: signature, person, and the row before it."""
        known = {one.key_id: one for one in self.people.all()}
        rows, previous = [], ""
        for number, line in enumerate(self._lines(), start=1):
            rows.append(_checked(line, number, previous, known))
            previous = digest(line)
        return tuple(rows)

    def add(
        self, person: Person, statement: Statement, binding: Binding, now: datetime, passphrase: str = ""
    ) -> SignedRow:
        """Sign a statement and add it.

        Raises:
            UserError: a row before it was tampered with, or the person's key cannot be used.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.parent / _LOCK):
            if broken := [row for row in self.read() if row.fault]:
                raise UserError(f"{self.path}: {named(broken[0])}", "restore the file before anything is added to it")
            lines = self._lines()
            content = _content(person, statement, binding, now, digest(lines[-1]) if lines else "")
            signature = self.people.sign(person, _message(content), passphrase)
            line = _message({**content, "signature": signature})
            write_file(self.path, b"".join(one + b"\n" for one in (*lines, line)))
        return self.read()[-1]

    def _lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines() if self.path.is_file() else []


def named(row: SignedRow) -> str:
    """A faulty row in words: which it is, whose it says it is, and what is wrong."""
    return f"row {row.number} ({row.statement.kind}, {row.name}): {row.fault}"


def _content(person: Person, statement: Statement, binding: Binding, now: datetime, previous: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "kind": statement.kind,
        "model_id": binding.model_id,
        "body_sha256": binding.body_sha256,
        "audit_sha256": binding.audit_sha256,
        "name": person.name,
        "key_id": person.key_id,
        "role": statement.role,
        "words": statement.words,
        "document": _document_json(statement.document),
        "signed_at": now.isoformat(timespec="seconds"),
        "previous": previous,
    }


def _document_json(document: Document | None) -> dict[str, str] | None:
    if document is None:
        return None
    return {"reference": document.reference, "dated": document.dated.isoformat(), "sha256": document.sha256}


def _message(content: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: the fields sorted, no blanks."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _checked(line: bytes, number: int, previous: str, known: Mapping[str, Person]) -> SignedRow:
    try:
        content: dict[str, Any] = json.loads(line)
        signature = str(content.pop("signature"))
        row = _row(content, number, _fault(content, signature, previous, known))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fault = f"cannot be read ({type(error).__name__})"
        nothing, nobody = Statement("approval", "", ""), Binding("", "", None)
        return SignedRow(number, nothing, "?", "", nobody, datetime.fromtimestamp(0, UTC), fault)
    return row


def _fault(content: Mapping[str, Any], signature: str, previous: str, known: Mapping[str, Person]) -> str:
    person = known.get(str(content["key_id"]))
    if person is None:
        return "signed with a key that is not registered"
    if person.name != content["name"]:
        return f"the key is that of {person.name}"
    if not person.signed(_message(content), signature):
        return "changed after it was signed: the signature does not match"
    if content["previous"] != previous:
        return "the row before it was changed or taken out"
    return ""


def _row(content: Mapping[str, Any], number: int, fault: str) -> SignedRow:
    raw = content["document"]
    document = None if raw is None else Document(raw["reference"], date.fromisoformat(raw["dated"]), raw["sha256"])
    return SignedRow(
        number,
        Statement(content["kind"], content["role"], content["words"], document),
        content["name"],
        content["key_id"],
        Binding(content["model_id"], content["body_sha256"], content["audit_sha256"]),
        datetime.fromisoformat(content["signed_at"]),
        fault,
    )
