"""The section on groups: figures, words and tables, and nobody dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.definition.groups import AuditGroups, audit_groups
from tests.fairness.simulated import LATER, lots_of, window
from tests.training.audited import audited
from tests.training.plans import small_plan
from training.fairness.compare import Comparison, compare_groups, compare_pairs
from training.fairness.drawn import drawn_rows
from training.fairness.groups_section import describe, figures, section
from training.fairness.groups_tables import group_tables, pair_table
from training.fairness.listed import with_places
from training.fairness.settings import fairness_rule

RULE = fairness_rule()
ALL = audit_groups(load_definition())
DECLARED = AuditGroups({name: ALL.groups[name] for name in ("sex", "ethnicity")}, (("sex", "ethnicity"),), ())
STRICT = replace(RULE, groups=replace(RULE.groups, fewest_needs=10_000))


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return with_places(window(LATER, 2), small_plan())


@pytest.fixture(scope="module")
def compared(rows: pl.DataFrame) -> tuple[Comparison, ...]:
    return compare_groups(rows, drawn_rows(rows, lots_of(rows, 0.5)), DECLARED, RULE, 1)


def test_figures_are_the_worst_of_all_groups(compared: tuple[Comparison, ...]) -> None:
    found = figures(compared)
    minority = compared[1].others[0].measured
    assert found["least_recall_ratio"] == minority.ratios["recall"].value
    assert found["least_recall_ratio_lower"] == minority.ratios["recall"].lower
    assert found["least_selection_ratio"] == minority.ratios["selection_rate"].value
    assert found["least_recall_ratio_by_lot"] == pytest.approx(found["least_recall_ratio"], abs=0.25)


def test_without_groups_or_lots_nothing_is_estimable(rows: pl.DataFrame) -> None:
    assert set(figures(()).values()) == {None}
    bounded = compare_groups(rows, drawn_rows(rows, lots_of(rows, 0.0)), DECLARED, RULE, 1)
    assert figures(bounded)["least_recall_ratio_by_lot"] is None


def test_a_group_that_is_found_less_often_is_said_first(compared: tuple[Comparison, ...]) -> None:
    made = describe(compared, (), RULE)
    assert "ethnicity: minority" in made.findings[0].en
    assert "少数民族" in made.findings[0].zh
    assert "sex" not in made.findings[0].en
    assert "4 of 4 groups" in made.findings[1].en


def test_where_nothing_is_behind_it_says_so(rows: pl.DataFrame, compared: tuple[Comparison, ...]) -> None:
    assert "no group's recall is clearly below" in describe(compared[:1], (), RULE).findings[0].en
    thin = compare_groups(rows, drawn_rows(rows, lots_of(rows, 0.5)), DECLARED, STRICT, 1)
    made = describe(thin, (), STRICT)
    assert any("'too few'" in words.en for words in made.findings)
    assert made.pictures == ()


def test_every_child_is_counted_in_the_tables(rows: pl.DataFrame, compared: tuple[Comparison, ...]) -> None:
    for each in compared:
        table, other = group_tables(each, RULE)
        assert sum(int(str(row[1]).replace(",", "")) for row in table.rows) == rows.height
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(len(row) == len(other.columns) for row in other.rows)


def test_a_few_children_are_not_told(rows: pl.DataFrame) -> None:
    few = rows.with_columns(
        pl.when(pl.int_range(pl.len()) < 5).then(pl.lit(None)).otherwise("group_sex").alias("group_sex")
    )
    (each, _) = compare_groups(few, drawn_rows(few, lots_of(few, 0.5)), DECLARED, RULE, 1)
    table, other = group_tables(each, RULE)
    assert table.rows[-1][1] == "<10"
    assert [getattr(cell, "en", "") for cell in table.rows[-1][3:]] == ["too few"] * 5
    assert [getattr(cell, "en", "") for cell in other.rows[-1][1:]] == ["too few"] * 6
    made = describe((each,), (), RULE)
    assert made.data["sex"]["groups"]["not_known"]["children"] is None  # type: ignore[index]


def test_pairs_have_a_table_where_precise_enough(rows: pl.DataFrame) -> None:
    (pair,) = compare_pairs(rows, drawn_rows(rows, lots_of(rows, 0.5)), DECLARED, RULE, 1)
    table = pair_table(pair, RULE)
    assert table is not None
    assert len(table.rows) == 4
    assert pair_table(pair, STRICT) is not None
    narrow = replace(RULE, groups=replace(RULE.groups, widest_half_width=0.0))
    assert pair_table(pair, narrow) is None
    assert "4 of 4 combinations" in describe((), (pair,), RULE).findings[-1].en


@pytest.mark.slow
def test_the_section_of_a_trained_model(ledger: Path) -> None:
    made = section(audited(ledger))
    assert made.key == "groups"
    assert {"least_recall_ratio", "least_recall_ratio_lower", "least_selection_ratio"} <= set(made.figures)
    assert len(made.tables) >= 14
    for words in made.findings:
        assert any("一" <= letter <= "鿿" for letter in words.zh)
    none = section(replace(audited(ledger), definition=replace(load_definition(), audit={})))
    assert "declares no groups" in none.findings[0].en
    assert set(none.figures.values()) == {None}
