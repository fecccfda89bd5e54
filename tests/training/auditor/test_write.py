"""The folder holds everything to check the claims, nobody is named in it, and equal content has equal bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from models.release.gate.subject import audit_path
from tests.training.auditor.conftest import Handed, asked
from tests.training.gated import gated
from training.auditor.verify import SUMS, faults
from training.auditor.write import refuse_named, write_auditor_folder
from training.evidence import Evidence, read_evidence


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def evidence(handed: Handed) -> Evidence:
    return read_evidence(handed.made.home, handed.made.model_id, load_definition())


def test_everything_is_there_and_as_it_is_claimed_to_be(handed: Handed) -> None:
    held = files(handed.folder)
    assert {
        "README.md", "verify.py", "card.md", "audit.json", "audit.html", "plan.json", "definition/ledger.toml",
        "definition/features.toml", "criteria.toml", "verdict.json", "approvals/rows.jsonl", "approvals/people.json",
        "release.json", "bundle/manifest.json", "bundle/booster.txt", "metrics.json", "labels.json",
        "environment.json", SUMS,
    } <= held.keys()  # fmt: skip
    assert "equal_recall.json" in held
    assert not {"audit-part.json", "evidence.json"} & held.keys()
    assert list(faults(handed.folder)) == []
    readme = held["README.md"].decode()
    assert handed.made.model_id in readme
    assert "模拟数据" in readme
    for name in held.keys() - {"README.md"}:
        assert name.split("/")[0] in readme, name


def test_counts_and_versions_are_those_of_the_run(handed: Handed) -> None:
    held = files(handed.folder)
    test = evidence(handed).rows["test"]
    labels = json.loads(held["labels.json"])["test"]
    assert sum(day["children"] for day in labels.values()) == test.height
    assert sum(day["new_needs"] for day in labels.values()) == test["label"].sum()
    versions = json.loads(held["environment.json"])
    assert {"python", "mopai", "lightgbm", "polars"} <= versions.keys()
    assert json.loads(held["release.json"])["in_use"] is True
    assert all(one["met"] for one in json.loads(held["verdict.json"]))


def test_nobody_of_the_evidence_is_named_in_any_file(handed: Handed) -> None:
    """Looked for letter by letter, not as the program itself does it."""
    known = evidence(handed)
    text = b"\n".join(files(handed.folder).values()).decode(errors="replace")
    for frame in (*known.rows.values(), known.seen):
        for column in ("child_id", "household_id", "visit_id", "visitor_id"):
            if column in frame.columns:
                numbers = frame[column].drop_nulls().unique().to_list()
                assert numbers
                assert not [one for one in numbers if one in text]


@pytest.mark.parametrize("column", ["child_id", "household_id", "visitor_id"])
def test_a_file_that_names_somebody_stops_everything(handed: Handed, column: str) -> None:
    known = evidence(handed)
    one = known.rows["test"][column].drop_nulls()[0]
    for text in (f'{{"id": "{one}"}}', f"<td>{one}</td>", f"a/{one}/b"):
        with pytest.raises(UserError, match=f"card.md would name a {column}") as caught:
            refuse_named({"card.md": text.encode()}, known)
        assert one not in caught.value.message


def test_numbers_with_signs_in_them_and_those_learned_from_are_found_too(handed: Handed) -> None:
    known = evidence(handed)
    odd = replace(known, seen=pl.DataFrame({"child_id": ["A/0001:7"], "household_id": ["H-900001"]}))
    for text in ("see A/0001:7.", "(H-900001)"):
        with pytest.raises(UserError, match="would name a"):
            refuse_named({"card.md": text.encode()}, odd)
    refuse_named({"card.md": b"nobody"}, odd)


def test_an_audit_that_names_somebody_is_not_handed_on(ledger: Path, tmp_path: Path) -> None:
    made = gated(ledger, tmp_path / "home")
    child = read_evidence(made.home, made.model_id, load_definition()).rows["test"]["child_id"][0]
    made.audit(note=child)
    with pytest.raises(UserError, match=r"audit\.json would name a child_id"):
        write_auditor_folder(asked(made, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_same_again_has_the_same_bytes_and_times(handed: Handed, tmp_path: Path) -> None:
    again = write_auditor_folder(asked(handed.made, tmp_path / "deep" / "folder"))
    assert files(again) == files(handed.folder)
    times = {path.stat().st_mtime for path in (again, *again.rglob("*"))}
    assert len(times) == 1
    (again / "note.txt").write_text("left by a reader", encoding="utf-8")
    write_auditor_folder(asked(handed.made, again))
    assert files(again) == files(handed.folder)


def test_another_folder_is_left_alone(handed: Handed, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UserError, match="is no auditor's folder"):
        write_auditor_folder(asked(handed.made, tmp_path))
    assert (tmp_path / "thesis.txt").exists()


def test_a_model_that_was_not_audited_has_no_folder(ledger: Path, tmp_path: Path) -> None:
    made = gated(ledger, tmp_path / "home")
    audit_path(made.home, made.model_id).unlink()
    with pytest.raises(UserError, match="there is no audit") as caught:
        write_auditor_folder(asked(made, tmp_path / "out"))
    assert caught.value.hint == f"mopai audit --model {made.model_id}"


def test_a_model_nobody_signed_for_has_a_folder_that_says_so(ledger: Path, tmp_path: Path) -> None:
    made = gated(ledger, tmp_path / "home")
    for path in (made.home / "approvals").glob("*.json*"):
        path.unlink()
    folder = write_auditor_folder(asked(made, tmp_path / "out"))
    assert (folder / "approvals" / "rows.jsonl").read_bytes() == b""
    assert list(faults(folder)) == []
