"""The sections on new counties and households, on the shared trained model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.audited import audited
from training.audit.section import Section
from training.counties.section import household_section, section


@pytest.fixture(scope="module")
def counties(ledger: Path) -> Section:
    return section(audited(ledger))


def test_the_figures_that_rules_read_are_there(counties: Section) -> None:
    figures = counties.figures
    assert counties.key == "new_county"
    assert {"price", "price_lower", "price_upper", "precision_at_k", "prefecture_price"} <= set(figures)
    price = figures["price"]
    assert price is not None
    assert (figures["price_lower"] or -1) <= price <= (figures["price_upper"] or 1)
    assert price == pytest.approx((figures["known_precision_at_k"] or 0) - (figures["precision_at_k"] or 0))


def test_every_sentence_and_cell_stands_in_both_languages_and_nobody_is_named(counties: Section, ledger: Path) -> None:
    for words in counties.findings:
        assert any("一" <= letter <= "鿿" for letter in words.zh)
        assert words.en.isascii()
    said = json.dumps(counties.data, ensure_ascii=False)
    child = audited(ledger).evidence.rows["test"]["child_id"][0]
    assert child not in said
    assert all(len(row) == len(table.columns) for table in counties.tables for row in table.rows)


def test_a_ledger_of_one_county_says_not_estimable(ledger: Path) -> None:
    context = audited(ledger)
    dataset = replace(context.dataset, counties=context.dataset.counties[:1])
    alone = section(replace(context, rows=lambda: dataset))
    assert alone.figures["price"] is None
    assert alone.figures["prefecture_price"] is None
    assert any("not estimable" in words.en and "1 of the counties" in words.en for words in alone.findings)


def test_new_households_have_a_section_of_their_own(ledger: Path) -> None:
    found = household_section(audited(ledger))
    assert found.key == "new_household"
    assert found.figures["price"] is not None
    assert "households dealt by seeded hash into" in str(found.data["household"])
