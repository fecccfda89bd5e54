"""Identity numbers: GB 11643-1999 and what happens to them in spreadsheets."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.definition import load_identity
from features.identity.id_number import check_character, number_facts, tidy_number
from tests.features.identity.registers import number

SETTINGS = load_identity().section("id_number")


def facts(*sent: str | None) -> list[dict[str, Any]]:
    tidied = pl.DataFrame({"sent": sent}, schema={"sent": pl.String}).select(tidy_number(pl.col("sent"))).to_series()
    return number_facts(tidied, SETTINGS).to_dicts()


def by_hand(digits: str) -> str:
    """ISO 7064 MOD 11-2 in its recursive form, independent of the weights."""
    product = 0
    for digit in digits:
        product = ((product + int(digit)) * 2) % 11
    return "0123456789X"[(12 - product) % 11]


births = st.dates(date(1900, 1, 1), date(2030, 12, 31))
orders = st.integers(1, 999)


@settings(deadline=None)
@given(births, orders)
def test_a_sound_number_says_birth_and_sex(birth: date, order: int) -> None:
    sent = number(birth, order)
    (said,) = facts(sent)
    assert said == {"number": sent, "fault": None, "birth": birth, "odd": order % 2 == 1, "in_region": True}


@settings(deadline=None)
@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_character_is_that_of_iso_7064(digits: str) -> None:
    assert check_character(digits) == by_hand(digits)


@settings(deadline=None)
@given(births, orders, st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_seen(birth: date, order: int, place: int, shift: int) -> None:
    sound = number(birth, order)
    wrong = sound[:place] + str((int(sound[place]) + shift) % 10) + sound[place + 1 :]
    (said,) = facts(wrong)
    assert said["fault"] in ("id_checksum", "id_rounded")
    assert said["number"] is None


@settings(deadline=None)
@given(births, orders, st.integers(0, 15))
def test_any_two_neighbours_that_changed_places_are_seen(birth: date, order: int, place: int) -> None:
    sound = number(birth, order)
    swapped = sound[:place] + sound[place + 1] + sound[place] + sound[place + 2 :]
    (said,) = facts(swapped)
    assert (said["fault"] is None) == (swapped == sound)


@settings(deadline=None)
@given(st.dates(date(1920, 1, 1), date(1999, 12, 31)), orders)
def test_an_old_number_is_the_same_as_the_new_one(birth: date, order: int) -> None:
    new = number(birth, order)
    old = new[:6] + new[8:17]
    assert facts(old)[0]["number"] == new


def test_full_width_digits_small_x_blanks_and_apostrophes_are_read() -> None:
    sound = next(sent for order in range(1, 99) if (sent := number(date(2009, 3, 14), order)).endswith("X"))
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else "ｘ" for char in sound)
    grouped = f" '{sound[:6]} {sound[6:14]}-{sound[14:].lower()} "
    assert [said["number"] for said in facts(sound.lower(), wide, grouped)] == [sound] * 3


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ("520123200903140000", "id_rounded"),  # a spreadsheet kept 15 digits
        ("5.20123E+17", "id_rounded"),
        ("5.20123200903140E17", "id_rounded"),
        ("52012320090314001", "id_length"),
        ("5201232009031400177", "id_length"),
        ("无", "id_length"),
        ("52012320090314001Y", "id_length"),
        ("52012399133114" + "001" + check_character("52012399133114001"), "id_no_date"),
        (None, None),
        ("", None),
    ],
)
def test_what_is_wrong_is_named(sent: str | None, fault: str | None) -> None:
    (said,) = facts(sent)
    assert said["fault"] == fault
    assert said["number"] is None
    assert said["birth"] is None


def test_a_number_as_a_spreadsheet_writes_it_is_read() -> None:
    sound = next(sent for order in range(1, 99) if (sent := number(date(2009, 3, 14), order)).isdigit())
    assert facts(f"{sound}.0")[0]["number"] == sound


def test_a_rounded_number_whose_check_happens_to_fit_is_seen_by_its_neighbours() -> None:
    fits = next(
        sent
        for day in range(1, 29)
        for order in range(100, 1000, 100)
        if (sent := number(date(2009, 3, day), order)).endswith("000")
    )
    assert facts(fits)[0]["fault"] is None
    assert [said["fault"] for said in facts(fits, "520123200903140000")] == ["id_rounded", "id_rounded"]


def test_a_region_no_province_has_is_seen() -> None:
    assert facts(number(date(2009, 3, 14), 1, "990123"))[0]["in_region"] is False
