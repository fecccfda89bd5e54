"""A sender's mapping is a file that people read, change and confirm."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cli.console import UserError
from features.workbook.senders import (
    SenderMapping,
    confirm_sender,
    load_sender,
    save_sender,
    sender_file,
    with_new,
)
from tests.features.workbook.books import language

FIELDS = language().fields
MAPPING = SenderMapping(
    "白云", False, {'姓"名': "name", "性别": "sex", "备注": ""}, ("性别",),
    {"sex": {"1": "boy", "x": "?", "不": ""}}, {"大寨": "520101001201", "小寨": "?"},
)  # fmt: skip
text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f"), max_size=12)


def kept(mapping: SenderMapping, path: Path) -> SenderMapping:
    save_sender(path, mapping, FIELDS, {"性别": 88.0})
    return load_sender(path, FIELDS)


def test_what_is_written_is_read_and_only_by_its_owner(tmp_path: Path) -> None:
    path = sender_file(tmp_path, "白云")
    assert kept(MAPPING, path) == MAPPING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = path.read_text(encoding="utf-8")
    assert '"性别" = "sex"  # 性别 sex; 88 of 100 sure' in said
    assert "# boy, girl" in said
    assert "# not read" in said


@settings(max_examples=40)
@given(st.dictionaries(text, st.sampled_from(["name", "sex", ""])), st.dictionaries(text, text), st.lists(text))
def test_any_words_survive(columns: dict[str, str], regions: dict[str, str], missing: list[str]) -> None:
    import tempfile

    mapping = SenderMapping("x", True, columns, tuple(missing), {"dibao": {"对对": "true"}}, regions)
    with tempfile.TemporaryDirectory() as folder:
        assert kept(mapping, Path(folder) / "x.toml") == mapping


def test_undecided_words_and_places_do_not_count() -> None:
    assert MAPPING.decided_values == {"sex": {"1": "boy", "不": ""}}
    assert MAPPING.decided_regions == {"大寨": "520101001201"}


def test_confirming_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    save_sender(path, MAPPING, FIELDS, {})
    path.write_text(path.read_text(encoding="utf-8") + "# my own remark\n", encoding="utf-8")
    confirm_sender(path)
    assert load_sender(path, FIELDS).confirmed
    assert path.read_text(encoding="utf-8").endswith("# my own remark\n")


def test_a_proposal_adds_and_never_changes() -> None:
    confirmed = SenderMapping("x", True, {"姓名": "name"}, (), {"sex": {"1": "boy"}}, {"大寨": "520101001201"})
    again = SenderMapping("x", False, {"姓名": "child_no"}, (), {"sex": {"1": "?"}}, {"大寨": "?"})
    assert with_new(confirmed, again) == confirmed
    more = with_new(confirmed, SenderMapping("x", columns={"性别": "sex"}))
    assert not more.confirmed
    assert more.columns == {"性别": "sex", "姓名": "name"}


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a" * 65, ".x", "a b"])
def test_a_sender_is_a_file_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--sender"):
        sender_file(tmp_path, name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("sender = ", "not readable as TOML"),
        ('sender = "x"\nconfirmed = true\n', "'columns' is missing"),
        ('sender = "x"\nconfirmed = "yes"\n[columns]\n', "'confirmed' is missing or not"),
        ('sender = "x"\nconfirmed = true\ncolums = 1\n[columns]\n', "'colums' is not known"),
        ('sender = "x"\nconfirmed = true\n[columns]\na = 1\n', "in quotation marks"),
        ('sender = "x"\nconfirmed = true\n[columns]\na = "nome"\n', "no field 'nome'"),
        ('sender = "x"\nconfirmed = true\n[columns]\n[values.sexx]\na = "boy"\n', "no such field"),
    ],
)
def test_slips_of_the_hand_are_named(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_sender(path, FIELDS)
    assert said in caught.value.message
    assert caught.value.hint


def test_no_mapping_yet(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no mapping of this sender"):
        load_sender(tmp_path / "x.toml", FIELDS)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "senders").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        save_sender(tmp_path / "senders" / "x.toml", MAPPING, FIELDS, {})
