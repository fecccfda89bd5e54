"""Cells as people write them become what the ledger reads, or stay as they are; never anything else."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.workbook.cells import Vocabulary, counted_from_1900, normalised, read_dates
from tests.features.workbook.books import language

WORDS = language().vocabulary({})
EPOCH = date(1899, 12, 30)
FULL_WIDTH = str.maketrans("0123456789.-/", "０１２３４５６７８９．－／")


def made(field: str, *sent: str | None, words: Vocabulary = WORDS) -> list[str | None]:
    return normalised(language().fields[field], pl.Series("x", sent, dtype=pl.String), words).to_list()


@given(st.dates(date(1955, 1, 1), date(2099, 12, 31)), st.data())
def test_a_day_is_read_in_every_way_it_is_written(day: date, data: st.DataObject) -> None:
    y, m, d = day.year, day.month, day.day
    ways = [
        day.isoformat(), f"{y}年{m}月{d}日", f"{y} 年 {m} 月 {d} 号", f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{y}-{m}-{d}",
        f"{day:%Y%m%d}", f"{day:%Y.%m.%d}", f"{day.isoformat()} 00:00:00", f" {day.isoformat()}T09:30 ",
    ]  # fmt: skip
    if date(1954, 10, 3) <= day <= date(2119, 1, 11):
        ways += [str((day - EPOCH).days), f"{(day - EPOCH).days}.25"]
    way = data.draw(st.sampled_from(ways))
    way = data.draw(st.sampled_from([way, way.translate(FULL_WIDTH), f"　{way}\n"]))
    assert made("birth_date", way) == [day.isoformat()]


@given(st.text(max_size=14))
def test_what_is_no_day_is_left_as_it_is(text: str) -> None:
    (found,) = read_dates(pl.Series([text])).to_list()
    if found != text:
        assert date.fromisoformat(found).isoformat() == found
        assert any(letter.isdigit() for letter in text)


@pytest.mark.parametrize(
    "text", ["2016-02-30", "2016年7月", "16.7.31", "20161331", "2016-13-01", "去年年底", "99999", "7/31/2016", "2016"]
)
def test_no_day_is_guessed(text: str) -> None:
    assert made("birth_date", text) == [text]


def test_nobody_is_called_unknown() -> None:
    """Two children whose parents are 不详 would be of one household, and so would all with the number 无."""
    for field in ("name", "father_name", "household_no", "child_no", "address", "guardian_phone", "id_number"):
        assert made(field, "不详", " 无 ", "N/A", "--", "无忧", "12") == [None, None, None, None, "无忧", "12"], field


def test_days_counted_from_1904() -> None:
    assert read_dates(counted_from_1900(pl.Series(["38841", "38841.5", "2016-07-31", "", None]))).to_list() == [
        "2010-05-05", "2010-05-05", "2016-07-31", "", None,
    ]  # fmt: skip


@given(st.integers(1, 10**17))
def test_full_width_digits_are_the_same_number(number: int) -> None:
    assert made("id_number", str(number).translate(FULL_WIDTH)) == [str(number)]


@given(st.decimals(0, 199, places=3))
def test_units_are_converted_and_nothing_else_changes(distance: object) -> None:
    text = f"{distance}"
    (kilometres,), (metres,) = made("distance_school_km", f"{text}公里"), made("distance_school_km", f"{text} 米")
    assert kilometres is not None
    assert metres is not None
    assert float(kilometres) == pytest.approx(float(text))
    assert float(metres) == pytest.approx(float(text) / 1000, abs=1e-6)


@pytest.mark.parametrize(
    ("field", "sent", "ours"),
    [
        ("distance_school_km", "1,200", "1200"), ("distance_school_km", "3里", "3里"),
        ("distance_school_km", "约3公里", "约3公里"),
        ("distance_school_km", "3-5公里", "3-5公里"), ("distance_school_km", "1,2", "1,2"),
        ("grandparents_at_home", "2人", "2"), ("guardian_birth_year", "1955年", "1955"),
        ("disability_grade", "２级", "2"),
        ("sex", "女孩 ", "girl"), ("sex", "boy", "boy"), ("sex", "不明白", "不明白"),
        ("boarding", "走读", "false"), ("boarding", "√", "true"), ("hukou_registered", "有", "true"),
        ("aid_received", "无", ";"), ("aid_received", "低保、医疗", "dibao;medical"),
        ("aid_received", "低保和怪物", "dibao;怪物"),
        ("disability_kind", "无", None), ("guardian_type", "无", "none"), ("guardian_type", "（祖父母）", "(祖父母)"),
        ("guardian_type", "父母一方(无监护能力)", "one_parent"), ("guardianship_state", "较差", "较差"),
        ("sex", "/", None), ("birth_date", "不详", None), ("region_code", "—", None),
        ("id_number", "52010120090711001x", "52010120090711001X"), ("id_number", "'5201 0120", "52010120"),
        ("guardian_phone", "199 0000\n0001", "19900000001"), ("name", " 模拟　甲\n", "模拟 甲"), ("name", "无", None),
        ("address", "模拟村３号（西）", "模拟村3号（西）"), ("household_no", "００１", "001"), ("name", "", None),
    ],
)  # fmt: skip
def test_words_and_numbers(field: str, sent: str, ours: str | None) -> None:
    assert made(field, sent, None) == [ours, None]


def test_a_senders_own_words_go_first() -> None:
    words = language().vocabulary({"sex": {"1": "girl", "男": ""}, "region_code": {"大寨": "520101001201"}})
    words = Vocabulary(words.headings, words.codes, {**words.sender, "parents_away_since": {"前年": "2014-01-01"}})
    assert made("sex", "1", "男", "女", words=words) == ["girl", None, "girl"]
    assert made("region_code", "大寨", "别处", words=words) == ["520101001201", "别处"]
    assert made("parents_away_since", "前年", "2014.2.1", words=words) == ["2014-01-01", "2014-02-01"]


def test_serials_of_the_last_days_a_spreadsheet_knows() -> None:
    assert made("birth_date", "20000", "79999") == [
        (EPOCH + timedelta(days=20_000)).isoformat(), (EPOCH + timedelta(days=79_999)).isoformat(),
    ]  # fmt: skip
