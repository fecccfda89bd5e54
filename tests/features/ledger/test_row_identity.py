"""New, known and contradicting rows."""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.definition import load_definition
from features.ledger.row_identity import mark_retractions, sort_out, with_row_ids
from tests.builders import make_tables, retraction

TABLE = load_definition().tables["children"]
EMPTY = make_tables()["children"]


def children(*rows: dict[str, object]) -> pl.DataFrame:
    return make_tables(children=rows)["children"]


def marks(rows: pl.DataFrame, stored: pl.DataFrame = EMPTY) -> dict[str, tuple[bool, bool]]:
    kept, _ = sort_out(rows, stored, TABLE)
    return {row["row_id"]: (row["number used"], row["key used"]) for row in kept.iter_rows(named=True)}


def test_a_row_without_number_gets_one_of_its_content() -> None:
    rows = children({"row_id": None}, {"row_id": "mine", "child_id": "c2"})
    numbered = with_row_ids(rows, TABLE)["row_id"].to_list()
    assert len(numbered[0]) == 32
    assert numbered[1] == "mine"
    assert with_row_ids(rows.with_columns(source=pl.lit("elsewhere")), TABLE)["row_id"][0] == numbered[0]
    assert with_row_ids(rows.with_columns(boarding=pl.lit(value=True)), TABLE)["row_id"][0] != numbered[0]


def test_the_number_is_the_hash_of_the_known_values() -> None:
    said = [
        "child_id=c1", "household_id=h1", "birth_date=2008-01-01", "file_status=active", "valid_from=2016-01-01",
        "recorded_on=2016-01-01",
    ]  # fmt: skip
    expected = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:32]
    assert with_row_ids(children({"row_id": None}), TABLE)["row_id"].to_list() == [expected]


@given(st.lists(st.sampled_from(["none", "relatives", "friends", None]), min_size=1, max_size=8))
def test_sending_the_same_again_leaves_nothing_new(guardians: list[str | None]) -> None:
    rows = with_row_ids(
        children(*({"child_id": f"c{n}", "guardian_type": g, "row_id": None} for n, g in enumerate(guardians))), TABLE
    )
    kept, repeated = sort_out(rows, rows, TABLE)
    assert kept.is_empty()
    assert repeated == len(guardians)


def test_one_number_for_two_contents_is_marked_on_both() -> None:
    rows = children({"row_id": "a"}, {"row_id": "a", "child_id": "c2"}, {"row_id": "b", "child_id": "c3"})
    kept, _ = sort_out(rows, EMPTY, TABLE)
    assert kept.select("row_id", "number used").rows() == [("a", True), ("a", True), ("b", False)]


def test_a_stored_number_with_other_content_is_marked() -> None:
    stored = children({"row_id": "a"})
    assert marks(children({"row_id": "a", "boarding": True, "valid_from": date(2016, 2, 1)}), stored) == {
        "a": (True, False)
    }


def test_two_rows_nobody_can_order_are_marked_against_each_other_and_the_store() -> None:
    one, other = {"row_id": "a", "boarding": True}, {"row_id": "b", "boarding": False}
    assert marks(children(one, other)) == {"a": (False, True), "b": (False, True)}
    assert marks(children(other), children(one)) == {"b": (False, True)}


def test_the_same_said_twice_under_two_numbers_is_no_contradiction() -> None:
    assert marks(children({"row_id": "a"}, {"row_id": "b"})) == {"a": (False, False), "b": (False, False)}


def test_a_row_taken_back_contradicts_nothing() -> None:
    day = date(2016, 1, 1)
    rows = children(
        {"row_id": "a", "boarding": True}, {"row_id": "b", "boarding": False}, retraction("children", "a", day)
    )
    assert not any(key for _, key in marks(rows).values())


def test_retractions_are_marked_by_what_is_wrong_with_them() -> None:
    day = date(2016, 5, 1)
    stored = children({"row_id": "a"}, {"row_id": "z", "child_id": "c2"})
    rows = children(
        retraction("children", "a", day),
        retraction("children", "nothing", day) | {"row_id": "r2"},
        retraction("children", "z", day) | {"row_id": "r3"},
        retraction("children", "r2", day) | {"row_id": "r4"},
        {"row_id": "plain", "valid_from": day},
    )
    marked = mark_retractions(rows, stored, TABLE)
    wrong = {
        row["row_id"]: [m for m in ("no target", "other key", "takes back a retraction") if row[m]]
        for row in marked.iter_rows(named=True)
    }
    assert wrong == {
        "children-retracts-a": [],
        "r2": ["no target"],
        "r3": ["other key"],
        "r4": ["takes back a retraction"],
    }
