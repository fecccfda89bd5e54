"""A list in the ledger: its whole frame, moves by hand, a list drawn anew, and what later estimates make of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.known import known_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.policy.lists.assignments import Move, assignment_rows, move_rows, on_list, revision_rows
from models.policy.lists.facts import list_facts
from models.policy.lists.period import Period
from models.policy.lists.pool import Ask, build_pool
from models.policy.lists.previous import previous_lists
from models.policy.lists.rules import ListRules
from models.policy.policy import load_policies, policy_for
from tests.builders import default_definition, schema
from tests.policy.cases import national
from tests.policy.lists.made import AS_OF, Child, pool_of
from training.design.assignments import frame_rows, listed_children
from training.design.estimate import prevalence
from training.design.pooling import pooled
from training.design.rules import load_rules
from training.design.sample import sample_of
from training.plan_loader import load_plan

DAY = AS_OF + timedelta(days=3)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """A list of a duty, two places by score and one by lot among twenty households."""
    children = [Child(0, score=0.0, duty=3), *(Child(number, score=-float(number)) for number in range(1, 20))]
    return assignment_rows(pool_of(children, 4, share=0.34), default_definition())


def rules() -> ListRules:
    found = national().lists
    assert found is not None
    return found


def drawn_by_lot(rows: pl.DataFrame) -> str:
    return str(rows.filter(pl.col("drawn") & (pl.col("stratum") == "random"))["household_id"][0])


def test_the_rows_are_those_of_the_definition_and_cover_the_frame_once(rows: pl.DataFrame) -> None:
    assert dict(rows.schema) == schema(default_definition().tables["assignments"])
    assert rows["household_id"].to_list() == [f"h{number:03}" for number in range(20)]
    assert set(rows["frame_size"]) == {20}
    assert rows["inclusion_probability"].sum() == pytest.approx(rows["drawn"].sum())
    assert rows.filter("drawn")["stratum"].value_counts().sort("stratum").rows() == [
        ("duty", 1),
        ("random", 1),
        ("score", 2),
    ]
    assert set(rows.filter(~pl.col("drawn"))["stratum"]) == {"random"}
    assert rows["row_id"].is_unique().all()


def test_a_move_by_hand_is_a_row_that_keeps_the_chance_of_the_lot(rows: pl.DataFrame) -> None:
    taken, put = drawn_by_lot(rows), str(rows.filter(~pl.col("drawn"))["household_id"][0])
    off = move_rows(rows, Move(taken, "remove", "away", DAY), rules())
    both = pl.concat([rows, off, move_rows(rows, Move(put, "add", "request", DAY), rules())])
    now = {row["household_id"]: row for row in on_list(both).to_dicts()}
    assert (now[taken]["listed"], now[taken]["removed_reason"], now[taken]["stratum"]) == (False, "away", "by_hand")
    assert (now[put]["listed"], now[put]["removed_reason"], now[put]["source"]) == (True, None, "by_hand:request")
    chances = dict(rows.select("household_id", "inclusion_probability").iter_rows())
    assert {now[home]["inclusion_probability"] for home in (taken, put)} == {chances[taken]}
    assert now[put]["valid_from"] == DAY


def test_a_household_may_come_back_on_the_same_day(rows: pl.DataFrame) -> None:
    taken = drawn_by_lot(rows)
    off = pl.concat([rows, move_rows(rows, Move(taken, "remove", "away"), rules())])
    back = pl.concat([off, move_rows(off, Move(taken, "add", "other"), rules())])
    assert on_list(off).filter(household_id=taken)["listed"].to_list() == [False]
    assert on_list(back).filter(household_id=taken)["listed"].to_list() == [True]
    again = pl.concat([back, move_rows(back, Move(taken, "remove", "away"), rules())])
    assert on_list(again).filter(household_id=taken)["listed"].to_list() == [False]
    # What stands of a household has an order: no two rows of the same days.
    standing = pl.DataFrame(known_rows(again, DAY).to_native()).filter(household_id=taken)
    assert not standing.select("valid_from", "recorded_on").is_duplicated().any()
    assert again["row_id"].is_unique().all()
    first = frame_rows({"assignments": again}, DAY).filter(household_id=taken)
    assert first.select("stratum", "drawn").rows() == [("random", True)]


def test_moves_that_make_no_sense_are_refused(rows: pl.DataFrame) -> None:
    taken = drawn_by_lot(rows)
    off = pl.concat([rows, move_rows(rows, Move(taken, "remove", "away", DAY), rules())])
    for move, says in (
        (Move("h000", "remove", "away"), "is a duty"),
        (Move("h999", "add", "other"), "not on this list's frame"),
        (Move(taken, "add", "other"), "already on the list"),
        (Move(taken, "remove", "because"), "reason 'because'"),
        (Move(taken, "add", "away"), "reason 'away'"),
    ):
        with pytest.raises(UserError, match=says):
            move_rows(rows, move, rules())
    with pytest.raises(UserError, match="not on the list"):
        move_rows(off, Move(taken, "remove", "away", DAY), rules())
    with pytest.raises(UserError, match="recorded later"):
        move_rows(off, Move(taken, "add", "other", AS_OF), rules())


def test_estimates_go_by_the_draw_whatever_hands_did_later(rows: pl.DataFrame) -> None:
    taken, put = drawn_by_lot(rows), str(rows.filter(~pl.col("drawn"))["household_id"][0])
    moves = [Move(taken, "remove", "away", DAY), Move(put, "add", "request", DAY)]
    moved = pl.concat([rows, *(move_rows(rows, move, rules()) for move in moves)])
    before, after = (frame_rows({"assignments": each}, DAY).sort("household_id") for each in (rows, moved))
    assert after.drop("removed_reason").equals(before.drop("removed_reason"))
    assert after.filter(household_id=taken)["removed_reason"].to_list() == ["away"]


def test_a_list_taken_back_is_in_no_estimate_and_stays_in_the_ledger(rows: pl.DataFrame) -> None:
    back = revision_rows(rows, DAY, "flood")
    both = {"assignments": pl.concat([rows, back])}
    assert frame_rows(both, DAY - timedelta(days=1)).height == 20
    assert frame_rows(both, DAY).is_empty()
    assert set(back["source"]) == {"revised:flood"}


def test_what_is_told_later_of_a_list_taken_back_makes_no_frame(rows: pl.DataFrame) -> None:
    """A visit that was typed in after the list was drawn anew still names the list it was made from."""
    home = drawn_by_lot(rows)
    told = rows.filter(household_id=home).with_columns(
        valid_from=DAY, recorded_on=DAY, row_id=pl.lit("review-1"), source=pl.lit("review"), visit_id=pl.lit("v1")
    )
    both = {"assignments": pl.concat([rows, revision_rows(rows, DAY, "flood"), told]), "visits": made_visits()}
    assert frame_rows(both, DAY).is_empty()
    assert previous_lists(both, rules(), Period.parse("2018-08"), DAY + timedelta(days=20)).drawn_on is None


def made_visits() -> pl.DataFrame:
    return pl.DataFrame(schema=schema(default_definition().tables["visits"]))


def test_lists_drawn_in_a_simulated_county_give_design_based_estimates(ledger: Path, tmp_path: Path) -> None:
    """Ledger, lists of every township, import, and what the lot says of all children of the frames."""
    definition, plan, day = load_definition(), load_plan(), date(2026, 2, 28)
    own = tmp_path / "ledger"
    shutil.copytree(ledger, own)
    store = LedgerStore.open(own)
    county = store.counties()[0]
    policy = policy_for(load_policies(), definition.name, county, day)
    facts = list_facts(store.read(county).tables, definition, policy, Period.parse("2026-03"), day, county=county)
    townships = facts.children["region_code"].str.slice(0, 9).unique().sort()
    pools = [build_pool(None, facts, policy, Ask(code, _room(facts.children, code))) for code in townships]
    made = pl.concat([assignment_rows(pool, definition) for pool in pools])
    made.write_parquet(tmp_path / "assignments.parquet")
    assert import_folder(tmp_path / "assignments.parquet", own, definition, county=county).faults.is_empty()

    cut = date(2026, 6, 30)
    children = listed_children(LedgerStore.open(own), definition, plan, cut).filter(pl.col("as_of") == day)
    on_file = facts.children.filter(pl.col("household_id").is_in(made["household_id"].implode()))
    assert sorted(children["child_id"]) == sorted(on_file["child_id"])
    assert set(children["list_id"]) == {pool.list_id for pool in pools}
    sample = sample_of(children)
    found = pooled(sample, children["as_of"].to_numpy(), prevalence(children.height), load_rules())
    assert found is not None
    assert found.estimate.frame == children.height
    assert found.estimate.at_random is not None
    assert 0 < found.estimate.at_random < 0.6


def _room(children: pl.DataFrame, township: str) -> int:
    homes: Mapping[str, int] = dict(
        children.filter(pl.col("region_code").str.starts_with(township)).group_by("household_id").len().iter_rows()
    )
    return int(0.8 * len(homes))
