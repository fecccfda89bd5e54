"""The identity definition, and who may not know of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from features.definition import Definition, DefinitionError
from features.definition.loader import DEFINITIONS
from features.definition.structure import CHILDREN, HOUSEHOLDS
from features.identity.definition import IdentityDefinition, load_identity

ROOT = Path(__file__).parents[3]


def test_no_identity_field_is_a_ledger_column(identity: IdentityDefinition, definition: Definition) -> None:
    columns = {name for table in definition.tables.values() for name in table.columns}
    assert not identity.fields.keys() & columns
    wanted = {
        "name",
        "id_number",
        "guardian_name",
        "guardian_id_number",
        "guardian_phone",
        "father_name",
        "mother_name",
    }
    assert wanted | {"address", "household_no", "child_no"} <= identity.fields.keys()


def test_labels_say_one_thing_each(identity: IdentityDefinition, definition: Definition) -> None:
    labels = [text for field in identity.fields.values() for text in (field.label.zh, field.label.en)]
    ours = [
        text for table in (HOUSEHOLDS, CHILDREN) for column in definition.tables[table].columns.values()
        for text in {column.label.zh, column.label.en}
    ]  # fmt: skip
    assert len({*labels}) == len(labels)
    assert not {*labels} & {*ours}


def test_fields_by_kind(identity: IdentityDefinition) -> None:
    assert identity.of_kind("phone") == ("father_phone", "mother_phone", "guardian_phone")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = { kind = "name"', 'name = { kind = "nickname"', "kind: 'nickname'"),
        (', en = "child\'s name" }', " }", "'en' is missing"),
        ("[roles]", "[rolls]", "[roles] is missing"),
        ('sex = "sex"', "", "sex missing"),
        ('father_id_number = ""', 'father_name = ""', "father_name: not an ID number"),
        ("[find_again]", "[found]", "[find_again] is missing"),
        ("[roles]", "[roles", "not valid TOML"),
    ],
)
def test_a_definition_that_cannot_be_used_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    shutil.copytree(DEFINITIONS / "left_behind", tmp_path / "d")
    path = tmp_path / "d" / "identity.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=re.escape(message)):
        load_identity(tmp_path / "d").section("find_again")


def test_a_definition_without_identities_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="workbooks with names need it"):
        load_identity(tmp_path)


@pytest.mark.parametrize("package", ["models", "training", "serving", "features"])
def test_nobody_but_the_import_of_workbooks_and_people_at_work_knows_identities(package: str) -> None:
    """Neither features nor a model, neither tracking nor the scoring service can reach a name."""
    allowed = {"features/identity", "features/workbook"}
    speaks = re.compile(r"^\s*(?:from|import) features\.identity\b", re.MULTILINE)
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*.py")
        if speaks.search(path.read_text(encoding="utf-8"))
    ]
    # People at work see names: the review application, and the demonstration that makes its names up.
    allowed |= {"serving/review", "serving/demo_people.py"}
    assert [path for path in found if "/".join(path.split("/")[:2]) not in allowed] == []
