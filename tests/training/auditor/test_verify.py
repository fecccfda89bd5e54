"""The checker that goes with the folder: it stands alone and names what was changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.auditor.conftest import Handed
from training.auditor.verify import SUMS, faults


@pytest.fixture
def folder(handed: Handed, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(handed.folder, tmp_path / "copy"))


def sum_again(folder: Path) -> None:
    """What somebody does who changes a file and its checksum."""
    names = [line.split("  ", 1)[1] for line in (folder / SUMS).read_text(encoding="utf-8").splitlines()]
    lines = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_it_runs_alone(folder: Path) -> None:
    command = [sys.executable, "-I", str(folder / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "everything is as it is claimed to be" in done.stdout
    (folder / "card.md").write_text("better than it is", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == f"card.md: not the file whose sha256 is in {SUMS}\n"


def test_a_file_put_in_or_taken_out_is_named(folder: Path) -> None:
    (folder / "extra.txt").write_text("x", encoding="utf-8")
    (folder / "plan.json").unlink()
    assert list(faults(folder)) == [f"plan.json: not the file whose sha256 is in {SUMS}", f"extra.txt: not in {SUMS}"]


def test_a_changed_bundle_is_named_even_with_its_checksum(folder: Path) -> None:
    change(folder / "bundle" / "card.md", "#", "# ")
    sum_again(folder)
    assert list(faults(folder)) == ["bundle/card.md: not the file the manifest names"]
    manifest = folder / "bundle" / "manifest.json"
    digest = hashlib.sha256((folder / "bundle" / "card.md").read_bytes()).hexdigest()
    change(manifest, json.loads(manifest.read_bytes())["files"]["card.md"], digest)
    sum_again(folder)
    assert list(faults(folder)) == ["bundle/manifest.json: changed since it was written"]


def test_a_changed_audit_leaves_every_signature_without_its_object(folder: Path) -> None:
    change(folder / "audit.json", "0.081", "0.181")
    sum_again(folder)
    found = list(faults(folder))
    assert len(found) == 3
    assert all("signed for another bundle or audit" in one for one in found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"words":"read in full"', '"words":"read"', "row 1 (approval, Li Hua): the signature is not that of Li Hua"),
        ('"name":"Li Hua"', '"name":"王芳"', "row 1 (approval, 王芳): the signature is not that of 王芳"),
        ('"signature":"', '"signature":"zz', "row 1 (approval, Li Hua): the signature is not that of Li Hua"),
    ],
)
def test_a_changed_row_is_named(folder: Path, before: str, after: str, said: str) -> None:
    change(folder / "approvals" / "rows.jsonl", before, after)
    sum_again(folder)
    first, second = faults(folder)
    assert said in first
    assert "row 2" in second
    assert "the row before it was changed" in second


def test_a_key_that_is_not_registered_signs_nothing(folder: Path) -> None:
    people = folder / "approvals" / "people.json"
    raw = json.loads(people.read_bytes())
    people.write_text(json.dumps({**raw, "people": raw["people"][1:]}), encoding="utf-8")
    sum_again(folder)
    assert [one.split(": ")[1] for one in faults(folder)] == ["the signature is not that of Li Hua"] * 2
