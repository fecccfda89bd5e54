"""The order of households, as properties on made-up children."""

from __future__ import annotations

import datetime as dt
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.policy.ordering import DRIVER, household_places, in_order, lots

AS_OF = dt.date(2018, 6, 30)
SCHEMA = {
    "child_id": pl.String, "household_id": pl.String, "village": pl.String, "duty": pl.Boolean, "duty_due_on": pl.Date,
    "duty_severity": pl.Int32, "score": pl.Float64, "tie": pl.UInt64,
}  # fmt: skip


@st.composite
def children(draw: st.DrawFn) -> pl.DataFrame:
    """Children with few different days, severities, scores and lots, so that ties are common."""
    size = draw(st.integers(1, 14))
    rows = []
    for number in range(size):
        duty = draw(st.booleans())
        household = draw(st.integers(0, 6))
        rows.append(
            {
                "child_id": f"c{number:02d}",
                "household_id": f"h{household}",
                "village": f"v{household % 2}",
                "duty": duty,
                "duty_due_on": AS_OF + dt.timedelta(days=draw(st.integers(-2, 2))) if duty else None,
                "duty_severity": draw(st.integers(0, 2)) if duty else None,
                "score": draw(st.none() | st.sampled_from([-2.0, -1.0, 0.5, 1.0])),
            }
        )
    frame = pl.DataFrame(rows, schema={name: kind for name, kind in SCHEMA.items() if name != "tie"})
    return frame.with_columns(lots(frame["child_id"], "seed", AS_OF))


def _places(frame: pl.DataFrame, *within: str) -> dict[str, int]:
    places = household_places(frame, {"place": within})
    return dict(zip(places["child_id"], places["place"], strict=True))


@given(children(), st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_nothing(frame: pl.DataFrame, random: Random) -> None:
    order = list(range(frame.height))
    random.shuffle(order)
    assert household_places(frame, {"place": []}).equals(household_places(frame[order], {"place": []}))
    within = {"place": ["village"]}
    assert household_places(frame, within).equals(household_places(frame[order], within))


@given(children(), st.data())
def test_raising_a_score_never_lowers_a_place(frame: pl.DataFrame, data: st.DataObject) -> None:
    scored = frame.filter(pl.col("score").is_not_null())["child_id"].to_list()
    if not scored:
        return
    child = data.draw(st.sampled_from(scored))
    rise = data.draw(st.sampled_from([0.25, 1.0, 100.0]))
    raised = frame.with_columns(
        pl.when(pl.col("child_id") == child).then(pl.col("score") + rise).otherwise(pl.col("score"))
    )
    for within in ((), ("village",)):
        assert _places(raised, *within)[child] <= _places(frame, *within)[child]


@given(children(), st.data())
def test_no_score_displaces_a_duty_or_moves_duties_among_themselves(frame: pl.DataFrame, data: st.DataObject) -> None:
    other = data.draw(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=frame.height, max_size=frame.height))
    changed = frame.with_columns(pl.Series("score", other, dtype=pl.Float64))
    before, after = in_order(frame), in_order(changed)
    duties = frame["duty"].sum()
    assert before["duty"][:duties].all()
    assert before["child_id"][:duties].to_list() == after["child_id"][:duties].to_list()


@given(children())
def test_refused_children_without_a_duty_come_after_every_scored_one(frame: pl.DataFrame) -> None:
    rest = in_order(frame).filter(~pl.col("duty"))
    known = rest["score"].is_not_null().to_list()
    assert known == sorted(known, reverse=True)


@given(children())
def test_a_household_takes_the_place_of_its_highest_child_who_is_named(frame: pl.DataFrame) -> None:
    places = household_places(frame, {"place": []})
    first = in_order(frame)["child_id"].to_list()
    for (_,), family in places.group_by("household_id"):
        assert family["place"].n_unique() == 1
        drivers = family.filter(pl.col(DRIVER))["child_id"].to_list()
        assert drivers == [min(family["child_id"], key=first.index)]
    assert sorted(set(places["place"])) == list(range(1, frame["household_id"].n_unique() + 1))


@given(children())
def test_places_in_a_village_keep_the_order_of_the_county(frame: pl.DataFrame) -> None:
    joined = household_places(frame, {"place": ["village"]}).sort("place")
    county = _places(frame)
    for (_,), village in joined.group_by("village", maintain_order=True):
        overall = [county[child] for child in village["child_id"]]
        assert overall == sorted(overall)
        assert sorted(set(village["place"])) == list(range(1, village["household_id"].n_unique() + 1))


def test_duties_go_by_day_then_severity_then_lot() -> None:
    rows = [
        ("late_mild", True, dt.date(2018, 1, 1), 2, 0.0, 1),
        ("late_severe", True, dt.date(2018, 1, 1), 0, -5.0, 1),
        ("soon", True, dt.date(2018, 7, 1), 0, 9.0, 1),
        ("score_high", False, None, None, 2.0, 9),
        ("tie_second", False, None, None, 1.0, 7),
        ("tie_first", False, None, None, 1.0, 3),
        ("refused", False, None, None, None, 1),
    ]
    columns = ("child_id", "duty", "duty_due_on", "duty_severity", "score", "tie")
    frame = pl.DataFrame(rows, schema=list(columns), orient="row").with_columns(
        pl.col("child_id").alias("household_id")
    )
    assert in_order(frame)["child_id"].to_list() == [
        "late_severe", "late_mild", "soon", "score_high", "tie_first", "tie_second", "refused",
    ]  # fmt: skip


def test_lots_are_the_same_on_every_machine_and_differ_by_seed_and_day() -> None:
    ids = pl.Series(["a", "b"])
    assert lots(ids, "seed", AS_OF).to_list() == LOTS
    assert lots(ids, "other", AS_OF).to_list() != LOTS
    assert lots(ids, "seed", dt.date(2018, 7, 1)).to_list() != LOTS
    assert lots(ids.reverse(), "seed", AS_OF).to_list() == LOTS[::-1]


LOTS = [16754848702716183901, 9047694092568090041]
