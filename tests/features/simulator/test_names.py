"""Made-up names: the same for the same numbers, siblings of one family, and nobody to call."""

from __future__ import annotations

from features.simulator.names import child_name, home_names


def test_the_same_numbers_have_the_same_names() -> None:
    assert home_names("H1") == home_names("H1")
    assert child_name("C1", "H1", girl=True) == child_name("C1", "H1", girl=True)


def test_siblings_share_a_family_name_and_girls_and_boys_are_called_otherwise() -> None:
    for number in range(200):
        home = f"H{number}"
        girl, boy = child_name(f"C{number}", home, girl=True), child_name(f"C{number}", home, girl=False)
        surname = home_names(home).surname
        assert girl.startswith(surname)
        assert boy.startswith(surname)
        assert girl != boy


def test_households_differ_and_nobody_can_be_called() -> None:
    homes = [home_names(f"H{number}") for number in range(500)]
    assert len({(home.guardian, home.phone, home.address) for home in homes}) == 500
    assert len({home.guardian for home in homes}) > 200
    assert all(len(home.phone) == 11 and home.phone.startswith("100") for home in homes)
    assert all("模拟" in home.address for home in homes)
    assert {home.guardian.startswith(home.surname) for home in homes} == {True, False}
