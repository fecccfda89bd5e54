"""Lists recorded in a real ledger: once, whole, and before anybody sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from models.policy.equal_recall import EqualRecall, write_equal_recall
from models.policy.lists.assignments import Move
from models.policy.lists.period import Period
from serving.batch.folder import ScoreFolder
from serving.lists.kept import manifest_path
from serving.lists.limits import require_near
from serving.lists.manifest import write_manifest
from serving.lists.run import ListRequest, make_lists
from tests.policy.cases import policy_file
from tests.serving.conftest import AS_OF
from tests.serving.lists.conftest import PERIOD, Ask, one, room, rows_in_ledger


def test_the_whole_frame_is_in_the_ledger_and_the_same_list_again_changes_nothing(ask: Ask) -> None:
    made = one(ask())
    rows = rows_in_ledger(ask())
    assert set(rows["list_id"]) == {made.list_id}
    assert sorted(rows["household_id"]) == sorted(made.pool.frame["household_id"])
    assert set(rows["model_id"]) == {made.pool.model_id}
    again = one(ask())
    assert again.list_id == made.list_id
    assert again.rows.equals(made.rows)
    assert rows_in_ledger(ask()).equals(rows)


def test_another_list_for_the_same_month_is_refused_or_logged_with_its_reason(ask: Ask) -> None:
    first = one(ask())
    with pytest.raises(UserError, match="stands already"):
        make_lists(ask(visits=3))
    assert set(rows_in_ledger(ask())["list_id"]) == {first.list_id}
    second = one(ask(visits=3, revise="flood"))
    rows = rows_in_ledger(ask())
    assert second.list_id.endswith("-r1")
    assert rows.filter(source="revised:flood")["retracts"].is_unique().all()
    assert rows.filter(source="revised:flood").height == first.pool.frame.height
    assert one(ask(revise="flood")).list_id == second.list_id
    third = one(ask(visits=first.pool.capacity.visits, revise="again"))
    assert third.list_id == f"{first.list_id}-r2"
    assert third.listed["household_id"].equals(first.listed["household_id"])


def test_a_list_that_stands_keeps_its_capacity_where_none_is_asked_for(ask: Ask) -> None:
    made = one(ask(visits=25))
    again = one(ask())
    assert (again.list_id, again.listed.height) == (made.list_id, made.listed.height)


def test_a_list_made_again_is_as_overloaded_as_it_was(two_towns: ListRequest) -> None:
    """A year later every visit is due: whatever the room was, all duties are drawn, and the ledger has no more."""
    year = replace(two_towns, scope="520001002", period=Period.parse("2019-05"), visits=3)
    made = one(year)
    assert made.pool.capacity.duties == made.listed.height == 8
    write_manifest(made, year.home)
    again = one(replace(year, visits=None))
    assert again.list_id == made.list_id
    assert again.pool.capacity == made.pool.capacity
    assert again.pool.capacity.overloaded
    manifest_path(year.home, made.list_id).write_text("{}")
    assert one(replace(year, visits=None)).list_id == made.list_id


def test_a_county_gets_a_list_per_township_in_one_step(two_towns: ListRequest) -> None:
    made = make_lists(two_towns)
    assert [one.pool.scope for one in made] == ["520001001", "520001002"]
    rows = rows_in_ledger(two_towns)
    assert set(rows["list_id"]) == {one.list_id for one in made}
    assert rows["household_id"].is_unique().all()
    with pytest.raises(UserError, match="one list"):
        make_lists(replace(two_towns, moves=(Move("h1", "add", "other"),)))


def test_a_county_records_all_its_lists_or_none(two_towns: ListRequest) -> None:
    village = one(replace(two_towns, scope="520001002001", kind="director", visits=3))
    assert village.pool.capacity.visits == 3
    with pytest.raises(UserError, match="for 520001002001 stands already"):
        make_lists(two_towns)
    assert set(rows_in_ledger(two_towns)["list_id"]) == {village.list_id}
    made = make_lists(replace(two_towns, revise="the whole county goes by pools"))
    taken_back = rows_in_ledger(two_towns).filter(pl.col("retracts").is_not_null())
    assert set(taken_back["list_id"]) == {village.list_id}
    assert [one.list_id.endswith("-r1") for one in made] == [False, True]


def test_a_director_gets_the_village_part_of_the_pool_or_a_list_of_their_own(ask: Ask) -> None:
    pool = one(ask(visits=30))
    village = str(pool.listed["region_code"][0])
    mine = one(ask(scope=village, kind="director"))
    assert mine.list_id == pool.list_id
    assert mine.listed["household_id"].equals(pool.listed.filter(region_code=village)["household_id"])
    assert rows_in_ledger(ask()).height == pool.pool.frame.height
    neighbour = next(code for code in pool.pool.frame["region_code"].unique() if code != village)
    later = Period.parse(f"{PERIOD.end + timedelta(days=1):%Y-%m}")
    own = one(ask(scope=neighbour, kind="director", scores=None, as_of=AS_OF, period=later))
    assert own.pool.scope == neighbour
    assert set(own.pool.frame["region_code"]) == {neighbour}


def test_moves_by_hand_are_logged_and_shown(ask: Ask) -> None:
    visits = room(ask(), 10)
    made = one(ask(visits=visits))
    off = str(made.listed.filter(~pl.col("duty"))["household_id"][0])
    put = str(made.rows.filter(~pl.col("listed"))["household_id"][0])
    day = AS_OF + timedelta(days=2)
    moves = (Move(off, "remove", "away", day), Move(put, "add", "known_need", day))
    moved = one(ask(moves=moves))
    assert moved.listed.height == made.listed.height
    assert off not in moved.listed["household_id"]
    assert moved.listed["household_id"][-1] == put
    assert one(ask()).listed["household_id"].equals(moved.listed["household_id"])
    logged = rows_in_ledger(ask()).filter(stratum="by_hand").sort("source")
    assert logged.select("household_id", "source", "removed_reason").rows() == [
        (off, "by_hand:away", "away"),
        (put, "by_hand:known_need", None),
    ]


def test_a_hand_may_change_its_mind_on_the_very_day_the_list_speaks_for(two_towns: ListRequest) -> None:
    """Without a day the move is of the as-of date, where the draw has its line; and a later word of a day counts."""
    town = replace(two_towns, scope="520001002", visits=4)
    home = str(one(town).listed.filter(~pl.col("duty"))["household_id"][0])
    listed = []
    for direction, reason in (("remove", "away"), ("add", "other"), ("remove", "away")):
        move = Move(home, direction, reason)  # type: ignore[arg-type]
        listed.append(home in one(replace(town, moves=(move,))).listed["household_id"])
    assert listed == [False, True, False]
    assert home not in one(town).listed["household_id"]


def test_a_preview_records_nothing(ask: Ask) -> None:
    made = one(ask(preview=True))
    assert made.standing is None
    assert rows_in_ledger(ask()).is_empty()
    with pytest.raises(UserError, match="changes nothing"):
        make_lists(ask(preview=True, revise="x"))


def test_without_scores_the_list_speaks_for_the_day_before_the_month(ask: Ask) -> None:
    made = one(ask(scores=None))
    assert made.pool.as_of == PERIOD.start - timedelta(days=1)
    assert made.pool.model_id is None
    assert set(rows_in_ledger(ask())["model_id"]) == {None}
    assert made.alarms == ()


def test_the_next_month_carries_over_who_was_not_met(ask: Ask) -> None:
    visits = room(ask(scores=None), 60)
    made = one(ask(scores=None, visits=visits))
    later = Period.parse(f"{PERIOD.end + timedelta(days=1):%Y-%m}")
    following = one(ask(scores=None, visits=visits + 200, period=later))
    waits = following.pool.frame.filter(pl.col("waits_since") == made.pool.as_of)["household_id"]
    assert set(waits) == set(made.listed["household_id"]) & set(following.pool.frame["household_id"])
    assert following.pool.counts()["carried"] > 0


def test_cutoffs_of_the_audit_are_found_in_the_home_and_used_where_the_policy_asks(ask: Ask, tmp_path: Path) -> None:
    switch = '[lists.equal_recall]\ngroup = "ethnicity"\ndays = 400\nsource = "test"\n[lists.add_reasons]'
    policy = policy_file(tmp_path, ("[lists.add_reasons]", switch))
    assert one(ask(policy=policy, preview=True)).pool.equal.why_not == "no_cutoffs"
    plain = one(ask(preview=True))
    assert plain.pool.equal.why_not == "off"
    model = str(plain.pool.model_id)
    day = AS_OF - timedelta(days=100)
    kept = EqualRecall(model, "ethnicity", "region", {"han": 9.0}, -9.0, 0.1, day, day, by_lot=True, refused="")
    path = tmp_path / "home" / "evidence" / model / "equal_recall.json"
    path.parent.mkdir(parents=True)
    path.write_text(write_equal_recall([kept]), encoding="utf-8")
    equal = one(ask(policy=policy, preview=True))
    assert equal.pool.equal.used
    assert equal.pool.capacity == plain.pool.capacity
    assert equal.pool.list_id != plain.pool.list_id
    with pytest.raises(UserError, match="No such file"):
        one(ask(policy=policy, equal_recall=tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scope": "5201"}, "place '5201'"),
        ({"scope": "52012x"}, "place '52012x'"),
        ({"kind": "director"}, "director's list"),
        ({"as_of": date(2020, 1, 1)}, "the scores speak for"),
        ({"period": Period.parse("2020-01")}, "was over"),
    ],
)
def test_requests_that_do_not_fit_are_refused(ask: Ask, changes: dict[str, object], says: str) -> None:
    with pytest.raises(UserError, match=says):
        make_lists(ask(**changes))
    assert rows_in_ledger(ask()).is_empty()


def test_a_place_without_families_or_scores_is_refused(ask: Ask, scored: ScoreFolder, tmp_path: Path) -> None:
    county = ask().scope[:6]
    with pytest.raises(UserError, match="no household to visit"):
        make_lists(ask(scope=f"{county}999"))
    with pytest.raises(UserError, match="no county"):
        make_lists(ask(scope="110101", scores=None))
    for change, says in (
        ({"region": "999999"}, "no scores of"),
        ({"region": f"{ask().scope}001"}, "alone"),
        ({"definition_hash": "x"}, "another version"),
    ):
        folder = tmp_path / says[:5].strip()
        folder.mkdir()
        manifest = replace(scored.manifest, **change)  # type: ignore[arg-type]
        (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
        with pytest.raises(UserError, match=says):
            make_lists(ask(scores=folder))


def test_rows_the_ledger_refuses_stop_the_list(ask: Ask) -> None:
    from serving.lists.record import add_rows

    one(ask())
    rows = rows_in_ledger(ask()).head(1)
    broken = rows.with_columns(pl.lit("nobody").alias("household_id"), pl.lit("r").alias("row_id"))
    with pytest.raises(UserError, match="cannot be recorded: household_id"):
        add_rows(ask().ledger, broken, load_definition(), ask().scope[:6])
    assert json.dumps(rows_in_ledger(ask())["row_id"].to_list()).count('"r"') == 0


def test_a_mistyped_year_draws_and_records_nothing(ask: Ask, two_towns: ListRequest) -> None:
    far = Period.parse(f"{AS_OF.year + 13}-{PERIOD.start:%m}")
    for request, known in (
        (ask(period=far), "the scores speak for"),
        (replace(two_towns, period=far), "the newest record in the ledger is of"),
        (replace(two_towns, period=far, as_of=date(2018, 6, 30)), "the newest record in the ledger is of"),
        (replace(two_towns, period=far, preview=True), "the newest record"),
    ):
        with pytest.raises(UserError, match=rf"{far.name} is \d\d\d months ahead: {known}") as refused:
            make_lists(request)
        assert "at most 12 months ahead" in refused.value.hint
        assert rows_in_ledger(request).is_empty()


def test_a_year_ahead_is_a_list_and_a_month_more_is_none() -> None:
    for scored in (True, False):
        require_near(Period.parse("2019-06"), date(2018, 6, 1), scored=scored)
        with pytest.raises(UserError, match="2019-07 is 13 months ahead"):
            require_near(Period.parse("2019-07"), date(2018, 6, 30), scored=scored)
