"""Columns are proposed from headings and cells; no value is ever shown."""

from __future__ import annotations

import polars as pl
import pytest

from features.workbook.fields import PLACES
from features.workbook.headings import plain
from features.workbook.propose import Proposal, form_of, guess_word, legend, own_words, propose, unknown_words
from tests.features.workbook.books import language

WORDS = language().vocabulary({})
FIELDS = language().fields


def column(*cells: str) -> pl.Series:
    return pl.Series(list(cells), dtype=pl.String)


def found(**sent: pl.Series) -> dict[str, str]:
    return {one.heading: one.field for one in propose(sent, FIELDS, WORDS)}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("儿童姓名", "name"), ("娃娃名字", "name"), ("父亲情况/姓名", "father_name"), ("父亲/联系电话", "father_phone"),
        ("监护人信息/身份证号码", "guardian_id_number"), ("基本情况/身份证号码", "id_number"),
        ("父母情况/母亲", "mother_state"),
        ("监护情况/由谁监护", "guardian_type"), ("监护情况/监护人姓名", "guardian_name"),
        ("到学校距离（公里）", "distance_school_km"),
        ("是否为建档立卡贫困户", "registered_poor"), ("birth date", "birth_date"), ("所在村", "place_village"),
        ("序号", ""), ("备注", ""), ("天气", ""), ("出生日期\n(年月日)", "birth_date"), ("就学情况#2", "schooling"),
        ("Sex 性别", "sex"), ("身份证号 ID number", "id_number"), ("Father 父亲/姓名", "father_name"),
        ("监护人 Guardian/身份证号 ID", "guardian_id_number"), ("Mother/ID number", "mother_id_number"),
        ("父亲ID", ""), ("备用 spare", ""),
    ],
)  # fmt: skip
def test_headings_in_other_words(heading: str, field: str) -> None:
    assert found(**{heading: column()}) == {heading: field}


def test_a_group_nobody_knows_takes_no_field_from_the_child() -> None:
    """The left of equals is the child's; whose name stands below another group is for a person to say."""
    sent = {text: column("模拟甲") for text in ("基本情况/姓名", "Annex/姓名", "表叔/姓名", "儿童/性别")}
    proposals = {one.heading: one for one in propose(sent, FIELDS, WORDS)}
    assert {text: one.field for text, one in proposals.items()} == {
        "基本情况/姓名": "name", "Annex/姓名": "", "表叔/姓名": "", "儿童/性别": "sex",
    }  # fmt: skip
    assert proposals["基本情况/姓名"].sure == 90.0
    known = {"表叔/姓名": column("模拟甲"), "儿童/姓名": column("模拟乙")}
    assert [one.field for one in propose(known, FIELDS, WORDS)] == ["", "name"]


def test_each_of_our_own_words_is_itself() -> None:
    for name, one in FIELDS.items():
        for word in (name, one.label.zh, one.label.en, f"{one.label.zh}{one.label.en}"):
            assert own_words(FIELDS)[plain(word)] == name
            (proposal,) = propose({word: column()}, FIELDS, WORDS)
            assert (proposal.field, proposal.sure) == (name, 100.0), word


def test_every_listed_word_leads_to_its_field() -> None:
    """Two fields must not share a heading, or one would be taken for the other without a doubt."""
    for name, words in language().headings.words.items():
        assert name in FIELDS, name
        for word in words:
            (proposal,) = propose({word: column()}, FIELDS, WORDS)
            assert (proposal.field, proposal.sure) == (name, 100.0), word


def test_a_field_is_given_once_to_the_surest() -> None:
    assert found(姓名=column(), 儿童姓名=column()) == {"姓名": "name", "儿童姓名": ""} or found(
        姓名=column(), 儿童姓名=column()
    ) == {"姓名": "", "儿童姓名": "name"}
    taken = propose({"姓名": column()}, FIELDS, WORDS, taken=["name"])
    assert taken[0].field != "name"


def test_cells_that_do_not_fit_make_it_less_sure() -> None:
    (good,) = propose({"出生日期": column("2009年3月4日", "39876")}, FIELDS, WORDS)
    (bad,) = propose({"出生日期": column("模拟甲", "模拟乙")}, FIELDS, WORDS)
    assert (good.sure, bad.sure) == (100.0, 60.0)
    (codes,) = propose({"监护类型": column("1", "2", "1")}, FIELDS, WORDS)
    assert (codes.field, codes.sure) == ("guardian_type", 100.0)
    (names,) = propose({"监护类型": column(*(f"模拟{n}" for n in range(60)))}, FIELDS, WORDS)
    assert names.sure == 60.0
    (unknown,) = propose({"出生日期": column("/", "不详")}, FIELDS, WORDS)
    assert unknown.sure == 100.0


def test_a_form_shows_no_value() -> None:
    assert form_of(column("模拟 Zhang 2009-03-04 x很长很长")) == "字字 aaaaa 9999-99-99 "
    assert form_of(column()) == ""
    assert propose({"姓名": column("模拟甲")}, FIELDS, WORDS) == [Proposal("姓名", "name", 100.0, "字字字")]


def test_a_heading_explains_its_own_numbers() -> None:
    assert legend("性别(1男2女)", FIELDS["sex"], WORDS) == {"1": "boy", "2": "girl"}
    assert legend("低保（1：是，0：否）", FIELDS["dibao"], WORDS) == {"1": "true", "0": "false"}
    assert legend("性别(1甲2乙)", FIELDS["sex"], WORDS) == {}
    assert legend("姓名(1男2女)", FIELDS["name"], WORDS) == {}


def test_words_nobody_explained() -> None:
    assert unknown_words(FIELDS["health"], column("健康", "头晕", "发昏", "头晕"), WORDS) == ["发昏", "头晕"]
    assert unknown_words(FIELDS["aid_received"], column("低保、怪物", "无"), WORDS) == ["低保、怪物"]
    assert unknown_words(FIELDS["dibao"], column("是", "也许"), WORDS) == ["也许"]
    assert unknown_words(FIELDS["name"], column("模拟甲"), WORDS) == []
    assert unknown_words(FIELDS["health"], column(*(f"模拟{n}" for n in range(60))), WORDS) == []


def test_a_word_is_guessed_only_if_nearly_known() -> None:
    assert guess_word("外出务工(省外务工)", FIELDS["father_state"], WORDS) is None
    assert guess_word("省外务工者", FIELDS["father_state"], WORDS) == "away_other_province"
    assert guess_word("头晕目眩", FIELDS["health"], WORDS) is None


def test_places_are_fields() -> None:
    assert set(PLACES) <= FIELDS.keys()
    assert FIELDS["name"].personal
    assert not FIELDS["sex"].personal
