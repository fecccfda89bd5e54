"""Signed rows: added, checked, and named when tampered with."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from features.cli.console import UserError
from models.release.gate.rows import named
from tests.models.release.gate.made import ASSESSED, NOW, Standing


@pytest.fixture
def signed(standing: Standing) -> Standing:
    """Three rows by two people."""
    standing.complete()
    return standing


def rewrite(standing: Standing, change: Callable[[list[str]], list[str]]) -> None:
    path = standing.rows.path
    lines = change(path.read_text(encoding="utf-8").splitlines())
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def edited(line: str, **fields: object) -> str:
    return json.dumps({**json.loads(line), **fields}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_rows_are_kept_in_order_with_all_that_was_signed(signed: Standing) -> None:
    rows = signed.rows.read()
    assert [(row.number, row.statement.kind, row.name, row.fault) for row in rows] == [
        (1, "impact", "Li Hua", ""),
        (2, "approval", "Li Hua", ""),
        (3, "approval", "王芳", ""),
    ]
    assert rows[0].statement.document == ASSESSED
    assert rows[0].binding == rows[2].binding
    assert rows[0].signed_at == NOW
    shown = rows[0].to_json()
    assert shown["document"] == {"reference": "assessment.pdf", "dated": "2018-08-01", "sha256": "ab" * 32}
    assert rows[1].to_json()["document"] is None
    assert shown["fault"] is None


def test_a_model_nobody_signed_for_has_no_rows(standing: Standing) -> None:
    assert standing.rows.read() == ()


@pytest.mark.parametrize("field", ["role", "words", "audit_sha256", "body_sha256", "signed_at", "kind"])
def test_a_changed_field_is_found_and_named(signed: Standing, field: str) -> None:
    value = "2018-09-02T12:00:00+00:00" if field == "signed_at" else "override"
    rewrite(signed, lambda lines: [lines[0], edited(lines[1], **{field: value}), lines[2]])
    rows = signed.rows.read()
    assert rows[0].fault == ""
    assert "changed after it was signed" in rows[1].fault
    assert "the row before it" in rows[2].fault
    assert named(rows[1]).startswith("row 2 (")
    assert "Li Hua" in named(rows[1])


def test_a_row_under_another_name_is_found(signed: Standing) -> None:
    rewrite(signed, lambda lines: [lines[0], edited(lines[1], name="王芳"), lines[2]])
    assert signed.rows.read()[1].fault == "the key is that of Li Hua"


def test_a_row_taken_out_of_the_middle_or_moved_is_found(signed: Standing) -> None:
    rewrite(signed, lambda lines: [lines[0], lines[2]])
    assert "the row before it" in signed.rows.read()[1].fault
    rewrite(signed, lambda lines: lines[::-1])
    assert all("the row before it" in row.fault for row in signed.rows.read())


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"signature": "00"}', "\ufeff"])
def test_a_line_that_is_no_row_is_found(signed: Standing, line: str) -> None:
    rewrite(signed, lambda lines: [*lines, line])
    assert "cannot be read" in signed.rows.read()[3].fault


def test_a_person_who_is_no_longer_registered_does_not_count(signed: Standing) -> None:
    raw = json.loads(signed.people.register_file.read_bytes())
    raw["people"] = raw["people"][:1]
    signed.people.register_file.write_text(json.dumps(raw), encoding="utf-8")
    assert [row.fault for row in signed.rows.read()] == ["", "", "signed with a key that is not registered"]


def test_nothing_is_added_to_rows_that_were_tampered_with(signed: Standing) -> None:
    rewrite(signed, lambda lines: [edited(lines[0], role="x"), *lines[1:]])
    before = signed.rows.path.read_bytes()
    with pytest.raises(UserError, match=r"row 1 \(impact, Li Hua\): changed after it was signed"):
        signed.sign("Li Hua")
    assert signed.rows.path.read_bytes() == before
