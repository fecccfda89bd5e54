"""The journal of a run: which counties are done, so that the same run goes on where it was killed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from features.ledger.manifest import sha256_of
from serving.batch.manifest import facts_from_json
from serving.batch.tasks import CountyScored, CountyTask

JOURNAL = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Journal:
    """The counties that a run into a folder has finished, one line each, under all that the run depends on.

    ``lines``: what was found of a run with the same ``binding``, by county. ``other_run``: what was found belonged to
    another run and is gone.
    """

    folder: Path
    lines: Mapping[str, str]
    other_run: bool

    @classmethod
    def open(cls, folder: Path, binding: str) -> Journal:
        """Read the journal in a folder; a folder of another run is emptied and begun anew.

        Args:
            folder: where the run puts its files; it exists.
            binding: a hash of everything that the files depend on.
        """
        head, *rest = _whole_lines(folder / JOURNAL) or [""]
        if head == _head(binding):
            return cls(folder, {json.loads(line)["county"]: line for line in rest}, other_run=False)
        other_run = (folder / JOURNAL).is_file()
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (folder / JOURNAL).write_text(_head(binding) + "\n", encoding="utf-8")
        return cls(folder, {}, other_run)

    def finished(self, tasks: Sequence[CountyTask]) -> dict[str, CountyScored]:
        """The tasks that need not be done again: their files are there, as they were when the journal noted them."""
        found = ((task, json.loads(self.lines[task.county])) for task in tasks if task.county in self.lines)
        return {
            task.county: CountyScored(task, facts_from_json(raw["facts"]), tuple(raw["rules"]), raw["files"])
            for task, raw in found
            if all(_is(self.folder / name, digest) for name, digest in raw["files"].items())
        }

    def note(self, scored: CountyScored) -> None:
        """Note a county whose files are written. A line that a kill cut off does not count."""
        line = {
            "county": scored.facts.county,
            "facts": asdict(scored.facts),
            "rules": scored.rules,
            "files": dict(scored.files),
        }
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """Leave only the files of the result."""
        for path in (*self.folder.glob("*.arrow"), self.folder / JOURNAL):
            path.unlink()


def _head(binding: str) -> str:
    return json.dumps({"binding": binding})


def _whole_lines(path: Path) -> list[str]:
    """The lines of a journal; what follows the last line break was cut off, and is cut away before more is noted."""
    if not path.is_file():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        path.write_bytes(whole)
    return whole.decode().splitlines()


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of(path) == digest
