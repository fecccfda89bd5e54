"""What senders write, as data beside a definition, and what is said when that data is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.definition import DefinitionError, load_definition
from features.definition.loader import DEFINITIONS
from features.identity.definition import load_identity
from features.workbook.fields import register_fields, table_fields
from features.workbook.headings import load_headings, plain, plain_value

FILE = DEFINITIONS / "left_behind" / "headings.toml"


def test_plain_forms() -> None:
    assert plain("村（居） 代码*") == "村代码"
    assert plain("（备注）") == "备注"
    assert plain_value(" Ａ 级\n") == "a级"


def test_every_word_of_values_leads_to_a_code_of_the_definition() -> None:
    headings, definition = load_headings(), load_definition()
    fields = register_fields(definition, load_identity())
    for name, words in headings.values.items():
        if name in definition.codes:
            allowed = set(definition.codes[name])
        elif name == "boolean" or fields[name].type == "boolean":
            allowed = {"true", "false"}
        else:
            allowed = set(fields[name].codes) or {"1", "2", "3", "4"}
        assert set(words.values()) <= allowed | {""}, name


def test_units_and_headings_name_fields() -> None:
    headings = load_headings()
    fields = register_fields(load_definition(), load_identity())
    assert set(headings.units) <= fields.keys()
    assert set(headings.words) == fields.keys()


def test_fields_of_a_table_have_its_codes() -> None:
    fields = table_fields(load_definition(), "visits")
    assert "routine" in fields["purpose"].codes
    assert fields["recorded_on"].type == "date"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[layout]", "[layout", "not valid TOML"),
        ("[ignored]", "[other]", "'ignored' is missing"),
        ("least = 70.0", "leest = 70.0", "missing or not known"),
    ],
)
def test_slips_in_the_data_are_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "headings.toml").write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=said):
        load_headings(tmp_path)


def test_a_definition_without_headings(tmp_path: Path) -> None:
    shutil.copy(FILE, tmp_path / "other.toml")
    with pytest.raises(DefinitionError, match="workbooks need it"):
        load_headings(tmp_path)
