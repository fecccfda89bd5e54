"""Write the auditor's folder in one step, after making sure that nobody of the evidence is named in it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import structure as s
from training.auditor.contents import folder_contents
from training.auditor.verify import SUMS
from training.card_sources import CardRequest, card_sources
from training.evidence import Evidence

_IDS = (s.CHILD, s.HOUSEHOLD, s.VISIT, s.VISITOR)
_WORD = re.compile(r"[^\s\"'<>,;:=()\[\]{}|\\/]+")
_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class AuditorRequest:
    """Whose folder, with which files of definition and criteria, and where to."""

    card: CardRequest
    definition: Path
    criteria: Path
    out: Path


def write_auditor_folder(request: AuditorRequest) -> Path:
    """Write everything an auditor needs; the same model on the same day gives the same bytes and times.

    An auditor's folder that is there already gives way; anything else stays.

    Raises:
        UserError: there is no such model, evidence or audit; ``out`` holds something else; or a file would name
            somebody of the evidence.
    """
    out = request.out
    if out.exists() and not (out / SUMS).is_file():
        raise UserError(f"{out}: is there and is no auditor's folder", "give another folder with --out")
    sources = card_sources(request.card)
    files = folder_contents(sources, request.definition, request.criteria)
    refuse_named(files, sources.evidence)
    _put(files, out, request.card.on)
    return out


def refuse_named(files: Mapping[str, bytes], evidence: Evidence) -> None:
    """Refuse files that name a child, household, visit or visitor of the evidence, whether judged or learned from.

    Raises:
        UserError: says which file and what kind of number, never which one.
    """
    known = {column: _known(evidence, column) for column in _IDS}
    for name, content in files.items():
        text = content.decode(errors="replace")
        words = set(_WORD.findall(text))
        for column, numbers in known.items():
            # A number that is no word of its own is looked for letter by letter.
            if not words.isdisjoint(numbers) or any(one in text for one in numbers if not _WORD.fullmatch(one)):
                raise UserError(
                    f"{name} would name a {column} of the evidence, so nothing is written",
                    "take it out of that file; a bundle or audit that names anybody must be made again",
                )


def _known(evidence: Evidence, column: str) -> set[str]:
    """A number of a few digits is no name: shorter ones cannot be told apart from counts."""
    frames = [frame for frame in (*evidence.rows.values(), evidence.seen) if column in frame.columns]
    values = pl.concat([frame[column] for frame in frames]).drop_nulls().unique()
    return {value for value in values if len(value) >= _SHORTEST_ID}


def _put(files: Mapping[str, bytes], out: Path, on: date) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=out.parent))
    try:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        draft.chmod(0o755)
        _set_times(draft, on)
        shutil.rmtree(out, ignore_errors=True)
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _set_times(folder: Path, on: date) -> None:
    """Times of the day it speaks for, so that an archive of the same folder is the same archive."""
    moment = datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (moment, moment))
