"""Suspend the scores of counties, and lift a suspension by name and with a reason. Every step is kept for ever."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from features.cli.console import UserError
from features.definition import Label
from models.release.suspensions import (
    Suspension,
    read_suspensions,
    suspension_json,
    suspensions_file,
    write_suspensions,
)
from training.monitor.alarm import Alarm

LOG = "suspensions.jsonl"

_LOCK = ".lock"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Lift:
    """A person ends the suspension of a county and says why."""

    county: str
    name: str
    reason: str


def suspend(home: Path, hard: Mapping[str, Sequence[Alarm]], as_of: date, model_id: str) -> tuple[Suspension, ...]:
    """Suspend the counties with a hard alarm; returns those that were not suspended before.

    A county that a person lifted for this day and release stays lifted: looking again changes nothing.
    """
    with _locked(home):
        held = dict(read_suspensions(home))
        lifted = _lifted(home, as_of, model_id)
        fresh = [
            _suspension(county, alarms, as_of, model_id)
            for county, alarms in sorted(hard.items())
            if county not in held and county not in lifted
        ]
        for one in fresh:
            _log(home, {"action": "suspend", "county": one.county, **suspension_json(one)})
            held[one.county] = one
        if fresh:
            write_suspensions(home, held)
        return tuple(fresh)


def lift(home: Path, wanted: Lift) -> Suspension:
    """End the suspension of a county and write down who did it and why. Returns what was lifted.

    Raises:
        UserError: the county is not suspended, or name or reason are empty.
    """
    if not wanted.name.strip() or not wanted.reason.strip():
        raise UserError("a suspension is lifted by somebody, for a reason", "give --name and --reason")
    with _locked(home):
        held = dict(read_suspensions(home))
        if wanted.county not in held:
            known = ", ".join(sorted(held)) or "none"
            raise UserError(f"county '{wanted.county}' is not suspended", f"suspended: {known}")
        one = held.pop(wanted.county)
        said = {"name": wanted.name.strip(), "reason": wanted.reason.strip()}
        _log(home, {"action": "lift", "county": one.county, **said, **suspension_json(one)})
        write_suspensions(home, held)
        return one


def suspension_log(home: Path) -> tuple[Mapping[str, Any], ...]:
    """Everything that was suspended and lifted, the oldest first; a line that a power cut tore is left out."""
    path = _folder(home) / LOG
    if not path.is_file():
        return ()
    return tuple(line for text in path.read_text(encoding="utf-8").splitlines() if (line := _line(text)) is not None)


def _line(text: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError:
        return None
    return found


def _suspension(county: str, alarms: Sequence[Alarm], as_of: date, model_id: str) -> Suspension:
    shown = alarms[:_SHOWN]
    reason = Label("；".join(alarm.words.zh for alarm in shown), "; ".join(alarm.words.en for alarm in shown))
    return Suspension(county, as_of, model_id, tuple(dict.fromkeys(alarm.kind for alarm in alarms)), reason)


def _lifted(home: Path, as_of: date, model_id: str) -> set[str]:
    about = (as_of.isoformat(), model_id)
    return {
        str(line["county"])
        for line in suspension_log(home)
        if line["action"] == "lift" and (line["since"], line["model_id"]) == about
    }


def _log(home: Path, line: Mapping[str, Any]) -> None:
    """Add a line, on the disk before anything changes; after a torn line a new one is begun."""
    content = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **line}
    path = _folder(home) / LOG
    before = path.read_bytes() if path.is_file() else b""
    torn = bool(before) and not before.endswith(b"\n")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, (("\n" if torn else "") + json.dumps(content, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder(home: Path) -> Path:
    return suspensions_file(home).parent


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    _folder(home).mkdir(parents=True, exist_ok=True)
    with FileLock(_folder(home) / _LOCK):
        yield
