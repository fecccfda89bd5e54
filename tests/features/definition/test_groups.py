"""The groups an audit compares are declared in the definition, or refused with the place of the fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.definition import DefinitionError, load_definition
from features.definition.groups import audit_groups
from features.definition.loader import DEFINITIONS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS / "left_behind", tmp_path / "mine"))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "ledger.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_default_compares_the_seven_groups_of_a_child() -> None:
    groups = audit_groups(load_definition()).groups
    assert list(groups) == [
        "age_band", "sex", "ethnicity", "disability", "guardian", "children_in_household", "county",
    ]  # fmt: skip
    assert {group.reference for group in groups.values()} == {
        "6_to_11", "boy", "han", "without", "grandparents", "one", None,
    }  # fmt: skip


def test_codes_are_brought_together_and_without_bands_are_groups_themselves() -> None:
    groups = audit_groups(load_definition()).groups
    assert groups["ethnicity"].codes["dong"] == "minority"
    assert groups["ethnicity"].codes["han"] == "han"
    assert groups["guardian"].codes["friends"] == "friends"
    assert groups["disability"].column == "health"


def test_bands_end_below_a_number_and_have_words() -> None:
    age = audit_groups(load_definition()).groups["age_band"]
    assert (age.kind, age.column, age.below) == ("age", "birth_date", (6.0, 12.0))
    assert age.names["below_6"].zh == "6岁以下"


def test_a_definition_without_audit_compares_nothing(folder: Path) -> None:
    text = (folder / "ledger.toml").read_text(encoding="utf-8")
    kept = (
        text[: text.index("[audit]")]
        + text[text.index("# ---------------------------------------------------------------- tables") :]
    )
    (folder / "ledger.toml").write_text(kept, encoding="utf-8")
    found = audit_groups(load_definition(folder))
    assert (dict(found.groups), found.pairs, found.equal_recall) == ({}, (), ())


def test_groups_leave_a_stored_ledger_usable(folder: Path) -> None:
    change(folder, 'reference = "boy"', 'reference = "girl"')
    assert load_definition(folder).ledger_hash == load_definition().ledger_hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "sex"', 'source = "birth_date"', "source: 'birth_date' is no category column"),
        ('source = "sex"', 'sauce = "sex"', "unknown key sauce"),
        ('reference = "boy"', 'reference = "man"', "no group 'man'"),
        ('reference = "boy"\n', "", "'reference' is missing"),
        ('"hui", "other"]', '"hui"]', "code 'other' is in none"),
        ('"hui", "other"]', '"hui", "other", "han"]', "in two bands"),
        ("below = 12", "below = 5", "rising order"),
        ('6_to_11 = { below = 12, zh', "6_to_11 = { zh", "rising order"),
        ('equal_recall = ["ethnicity"', 'equal_recall = ["tribe"', "'tribe' is not one of its groups"),
        ('pairs = [["sex"', 'pairs = [["gender"', "'gender' is not one of its groups"),
        ('birth_column = "birth_date"\nage_below = 16\n', "", "age needs the birth_column"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(folder: Path, old: str, new: str, said: str) -> None:
    change(folder, old, new)
    definition = load_definition(folder)
    with pytest.raises(DefinitionError) as caught:
        audit_groups(definition)
    assert said in f"{caught.value.message} {caught.value.hint}"
