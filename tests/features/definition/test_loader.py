"""A definition is read whole or refused with the place of its fault."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import DefinitionError, VisitHelp, load_definition
from features.definition.feature import feature_specs
from features.definition.loader import DEFINITIONS, references_of

DEFAULT = DEFINITIONS / "left_behind"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "mine"))


def change(folder: Path, old: str, new: str, file: str = "ledger.toml") -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_default_covers_the_registration_form() -> None:
    definition = load_definition()
    assert set(definition.domains) == {"living", "education", "medical", "rehabilitation", "guardianship"}
    children = definition.tables["children"].columns
    form = {
        "sex", "ethnicity", "birth_date", "hukou_registered", "health", "disability_kind", "disability_grade",
        "illness", "boarding", "schooling", "guardian_type", "guardianship_state", "father_state", "mother_state",
    }  # fmt: skip
    assert form <= children.keys()
    assert {"income_source", "dibao", "aid_received"} <= definition.tables["households"].columns.keys()
    assert (definition.dates_from, definition.dates_to) == (date(1980, 1, 1), date(2099, 12, 31))


def test_names_of_persons_have_no_column() -> None:
    words = ("name", "phone", "address", "id_number", "姓名", "电话", "身份证")
    for table in load_definition().tables.values():
        for column in table.columns.values():
            assert not any(word in (column.name, column.label.zh) for word in words)


def test_every_word_is_said_in_chinese_and_english() -> None:
    definition = load_definition()
    labels = [table.label for table in definition.tables.values()]
    labels += [column.label for table in definition.tables.values() for column in table.columns.values()]
    labels += [label for codes in definition.codes.values() for label in codes.values()]
    labels += [words for one in definition.visit_help.values() for words in (*one.ask, *one.bring)]
    for label in labels:
        assert label.zh
        assert any("一" <= letter <= "鿿" for letter in label.zh)
        assert label.en.isascii()


def test_every_domain_says_what_to_ask_and_to_bring() -> None:
    definition = load_definition()
    assert list(definition.visit_help) == list(definition.domains)
    for one in definition.visit_help.values():
        assert one.ask
        assert one.bring
        assert all(len(words.zh) <= 24 and len(words.en) <= 80 for words in (*one.ask, *one.bring))
    assert any("vaccination" in words.en for words in definition.visit_help["medical"].bring)


def test_a_domain_may_say_nothing_of_a_visit_and_nothing_foreign(folder: Path) -> None:
    change(folder, "[severities]", '[domains.play]\nzh = "玩"\nen = "play"\n\n[severities]')
    assert load_definition(folder).visit_help["play"] == VisitHelp()
    change(folder, 'en = "play"', 'en = "play"\nbring = ["a ball"]')
    with pytest.raises(DefinitionError, match=r"\[domains\.play\] bring: wanted a list of words, each as"):
        load_definition(folder)
    change(folder, 'bring = ["a ball"]', "bring = [{ zh = '球' }]")
    with pytest.raises(DefinitionError, match=r"\[domains\.play\] bring: 'en' is missing"):
        load_definition(folder)
    change(folder, "bring = [{ zh = '球' }]", "take = []")
    with pytest.raises(DefinitionError, match=r"\[domains\.play\]: unknown key take"):
        load_definition(folder)


def test_a_folder_is_loaded_like_a_name(folder: Path) -> None:
    assert load_definition(folder) == load_definition()


def test_comments_and_layout_change_no_hash(folder: Path) -> None:
    change(folder, "[definition]", "# a remark\n\n[definition]")
    assert load_definition(folder).hash == load_definition().hash


def test_a_label_changes_the_hash_but_not_that_of_stored_rows(folder: Path) -> None:
    change(folder, 'en = "dwelling"', 'en = "house"')
    changed, before = load_definition(folder), load_definition()
    assert changed.hash != before.hash
    assert changed.ledger_hash == before.ledger_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("poor = {", 'hut = { zh = "草房", en = "hut" }\npoor = {'),
        ("max = 200", "max = 300"),
        ("dates_from = 1980-01-01", "dates_from = 1970-01-01"),
    ],
)
def test_what_stored_rows_depend_on_changes_both_hashes(old: str, new: str, folder: Path) -> None:
    change(folder, old, new)
    assert load_definition(folder).ledger_hash != load_definition().ledger_hash


def test_what_people_decided_is_stored_but_outdates_nothing_and_is_no_fact(folder: Path) -> None:
    before = load_definition()
    assert set(before.decisions) == {"ratings", "overrides"}
    assert not before.decisions.keys() & before.tables.keys()
    text = (folder / "ledger.toml").read_text(encoding="utf-8")
    (folder / "ledger.toml").write_text(text.partition("[decisions.codes")[0], encoding="utf-8")
    without = load_definition(folder)
    assert (without.hash, without.ledger_hash) == (before.hash, before.ledger_hash)
    assert (without.decisions, without.stored_tables) == ({}, without.tables)


def test_what_people_decided_holds_no_free_text() -> None:
    numbers = {"rating_id", "override_id", "list_id", "household_id", "rater_id", "by_id", "model_id"}
    for table in load_definition().decisions.values():
        for column in table.columns.values():
            assert column.type != "string" or column.name in numbers


def test_no_feature_can_name_what_people_decided(folder: Path) -> None:
    text = (folder / "features.toml").read_text(encoding="utf-8")
    wanted = (
        'operator = "count"\ntable = "ratings"\nwindows = [90]\nzh = "评"\nen = "r"\nunit = { zh = "次", en = "x" }\n'
    )
    (folder / "features.toml").write_text(f"{text}\n[features.rated]\n{wanted}", encoding="utf-8")
    with pytest.raises(DefinitionError, match="no table 'ratings'"):
        feature_specs(load_definition(folder))


def test_one_name_is_not_a_fact_and_a_decision(folder: Path) -> None:
    change(folder, "[decisions.tables.ratings", "[decisions.tables.visits")
    change(folder, "[decisions.tables.ratings.columns", "[decisions.tables.visits.columns")
    with pytest.raises(DefinitionError, match="there is a table of facts of that name"):
        load_definition(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[definition]", "[definition", "not valid TOML"),
        ('name = "left_behind"', "", "'name' is missing"),
        ('kind = "state"', 'kind = "thing"', "kind: 'thing', wanted one of state, event"),
        ('key = ["household_id"]', 'key = ["house"]', "'house' is not among the columns"),
        ('type = "boolean"', 'type = "truth"', "type: 'truth', wanted one of"),
        ('type = "boolean"', 'type = "boolean", colour = 1', "unknown key colour"),
        ('codes = "dwelling"', 'codes = "dwellings"', "no code list 'dwellings'"),
        ('type = "category", codes = "dwelling"', 'type = "category"', "names its code list in 'codes'"),
        ('references = "households"', 'references = "homes"', "references 'homes', not a table here"),
        ('references = "households"', 'references = "assessments"', "whose key is more than one column"),
        ('zh = "住房", en = "dwelling"', 'en = "dwelling"', "'zh' is missing"),
        ('zh = "住房", en = "dwelling"', 'zh = "饮水", en = "dwelling"', "'饮水' could mean 'dwelling' or 'water'"),
        ('zh = "简陋"', 'zh = "危房"', "'危房' could mean 'poor' or 'dangerous'"),
        ("dates_from = 1980-01-01", 'dates_from = "1980"', "wanted a date such as 2016-07-31"),
        ("[limits]", "[limit]", "'limits' is missing"),
    ],
)
def test_a_definition_at_fault_is_refused_with_the_place(old: str, new: str, message: str, folder: Path) -> None:
    change(folder, old, new)
    with pytest.raises(DefinitionError, match=message.replace("[", r"\[")) as raised:
        load_definition(folder)
    assert "ledger.toml" in raised.value.message


def test_references_in_a_circle_are_refused(folder: Path) -> None:
    change(
        folder,
        "region_code = {",
        'head = { type = "string", references = "children", zh = "户主", en = "head" }\nregion_code = {',
    )
    with pytest.raises(DefinitionError, match="go round in a circle"):
        load_definition(folder)


def test_a_definition_that_is_not_there() -> None:
    with pytest.raises(DefinitionError, match=r"no definition 'elsewhere': give a folder, or one of: .*left_behind"):
        load_definition("elsewhere")


def test_a_file_that_is_not_there(folder: Path) -> None:
    (folder / "features.toml").unlink()
    with pytest.raises(DefinitionError, match=r"features\.toml: missing"):
        load_definition(folder)


def test_a_faulty_definition_is_the_users_to_put_right() -> None:
    assert issubclass(DefinitionError, UserError)


def test_the_tables_a_table_names() -> None:
    assert references_of(load_definition().tables["findings"]) == {"visits", "households", "children"}
    assert references_of(load_definition().tables["households"]) == set()
