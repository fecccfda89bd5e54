"""The tables: what may be told, and "not estimable" for what may not."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from features.definition import load_definition
from tests.training.design.made import Shape, make_rows
from training.audit.section import Table
from training.audit.svg import NOT_ESTIMABLE
from training.design.listed import ranked_list
from training.design.prefectures import Place, places_of
from training.design.rules import load_rules
from training.design.tables import bounds, place_table, ranking_table, said, strata_table, stratum_rows
from training.plan_loader import load_plan

RULES = load_rules()


def whole(table: Table) -> None:
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_an_estimate_is_said_with_its_interval_only_when_it_is_estimable() -> None:
    found = places_of(make_rows(Shape(households=3_000)), RULES)[0].prevalence
    assert found is not None
    assert found.estimable
    assert "to" in said(found).en
    assert "–" in said(found).zh
    assert said(replace(found, estimable=False)) == NOT_ESTIMABLE
    assert said(None) == bounds(None) == NOT_ESTIMABLE
    assert "%" not in said(found, share=False).en


def test_every_row_of_a_ranking_has_its_null_share_and_bounds() -> None:
    lists = [ranked_list(make_rows(Shape()), name, load_plan(), RULES) for name in ("last_finding", "overdue_first")]
    table = ranking_table(lists, RULES)
    whole(table)
    assert [getattr(row[0], "en", "") for row in table.rows] == ["last finding first", "overdue first"]
    assert all(str(row[6]).endswith("%") and "[" in str(row[7]) for row in table.rows)
    unseen = replace(lists[0], precision=None, recorded=replace(lists[0].recorded, assessed=0.0))
    assert ranking_table([unseen], RULES).rows[0][6:] == ("–", "–")


def test_prefectures_say_how_far_lists_were_pooled() -> None:
    table = place_table([*places_of(make_rows(Shape()), RULES), Place("5299", None)])
    whole(table)
    assert getattr(table.rows[0][0], "en", "") == "all"
    assert table.rows[-1][:2] == ("5299", NOT_ESTIMABLE)


def test_strata_are_named_by_the_definition_and_counted() -> None:
    rows = make_rows(Shape())
    table = strata_table(rows, load_definition())
    whole(table)
    assert [getattr(row[0], "en", "") for row in table.rows] == ["duty", "random"]
    counted = stratum_rows(rows)
    assert counted["frame"].sum() == rows.height
    assert counted["drawn"].sum() == rows["drawn"].sum()
    silent = rows.with_columns(pl.lit(value=False).alias("drawn"))
    assert strata_table(silent, load_definition()).rows[0][4:] == ("–", "–")
