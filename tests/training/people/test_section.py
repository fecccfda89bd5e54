"""The section tells shares with intervals, hides small counts, and says nothing of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from features.definition import Label
from features.ledger.store import LedgerStore
from models.release.current import Ground, Move
from tests.training.audited import audited
from tests.training.people.made import DEFINITION, decisions, facts, import_all
from tests.training.plans import small_plan
from training.audit.section import Section
from training.people.decided import Decided, decided
from training.people.section import people_section, section

MOVE = Move(
    "promote", "a" * 16, datetime(2026, 5, 1, tzinfo=UTC), Ground(criteria="demo", approvals=("甲 (x)", "乙 (y)"))
)


@pytest.fixture
def told(tmp_path: Path) -> Decided:
    store = LedgerStore.open(import_all(tmp_path, facts(), decisions()))
    return decided(store, DEFINITION, small_plan(), date(2018, 12, 31))


def table(made: Section, title: str) -> dict[str, tuple[str, ...]]:
    found = next(one for one in made.tables if one.title.en == title)
    return {
        row[0].en if isinstance(row[0], Label) else row[0]: tuple(
            cell.en if isinstance(cell, Label) else cell for cell in row[1:]
        )
        for row in found.rows
    }


def test_agreement_is_of_blind_ratings_with_an_interval(told: Decided) -> None:
    made = people_section(told, [MOVE], DEFINITION)
    assert made.figures["blind_ratings"] == 23
    assert made.figures["agreement"] == pytest.approx(15 / 23)
    assert made.figures["agreement_lower"] is not None
    assert made.figures["agreement_lower"] < 15 / 23 < (made.figures["agreement_upper"] or 0)
    assert made.findings[0].en.startswith("Of 23 own ratings before the band was seen, 65 % are the band (")
    counted = table(made, "Own ratings before the band was seen (places)")
    assert counted["go first"] == ("15", "<10", "0")


def test_overrides_by_reason_and_what_visits_found(told: Decided) -> None:
    made = people_section(told, [], DEFINITION)
    assert table(made, "Overrides by reason, and the next visit") == {
        "I know the family": ("11", "<10", "not estimable"),
        "season: harvest, school term": ("<10", "<10", "not estimable"),
    }
    assert made.figures["overrides"] == 12
    assert table(made, "What the next visit found")["Rating and band agree"][2] == "not estimable"


def test_of_one_person_no_interval_is_told(told: Decided) -> None:
    one = replace(told, ratings=told.ratings.with_columns(person=pl.lit("account-1")))
    made = people_section(one, [], DEFINITION)
    assert made.figures["agreement_lower"] is None
    assert made.findings[0].en.endswith("(one person).")


def test_few_ratings_are_not_estimable(told: Decided) -> None:
    few = replace(told, ratings=told.ratings.head(4), overrides=told.overrides.head(0))
    made = people_section(few, [], DEFINITION)
    assert set(made.figures.values()) == {None}
    assert made.findings[0].en.startswith("Own ratings before the band was seen: <10;")
    assert made.findings[1].en == "Places overruled and not taken back: 0."


def test_agreement_is_told_beyond_chance_too(told: Decided) -> None:
    """Everybody says go first: two thirds are the band, and none of it is more than chance."""
    made = people_section(told, [], DEFINITION)
    assert made.figures["kappa"] == pytest.approx(0.0)
    assert made.findings[1].en.startswith("Beyond chance (weighted kappa): 0.00 (")


def test_ratings_that_were_not_asked_for_do_not_count(told: Decided) -> None:
    """Given after the visit, they foretell nothing."""
    late = replace(told, ratings=told.ratings.with_columns(asked=pl.lit(value=False)))
    assert people_section(late, [], DEFINITION).figures["blind_ratings"] is None


def test_releases_are_told_by_number_not_by_name(told: Decided) -> None:
    made = people_section(told, [MOVE], DEFINITION)
    assert table(made, "Releases and approvals") == {"a" * 12: ("2026-05-01", "demo", "2", "no")}
    assert "甲" not in str(made)
    assert "account-" not in str(made)


def test_a_definition_without_decisions_tells_of_releases_alone(told: Decided) -> None:
    made = people_section(replace(told, ratings=told.ratings.head(0)), [MOVE], replace(DEFINITION, decisions={}))
    assert [one.title.en for one in made.tables] == ["Releases and approvals"]


@pytest.mark.slow
def test_an_audit_holds_it(ledger: Path) -> None:
    made = section(audited(ledger))
    assert made.findings[-1].en.startswith("All this only evaluates")
    assert made.figures["blind_ratings"] is None
