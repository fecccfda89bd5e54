"""A list in words: in both languages, with what warns, what is left out, and nothing of the score."""

from __future__ import annotations

import csv
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from rich.console import Console

from features.definition import Label, Language
from models.policy.lists.assignments import Move
from models.policy.lists.equal import EqualOrder
from serving.lists import words
from serving.lists.manifest import list_manifest, write_manifest
from serving.lists.page import render_lists
from serving.lists.run import ListRequest, MadeList, make_lists
from serving.lists.sheet import write_table, write_workbook
from serving.lists.terminal import print_list
from serving.lists.view import ListView, view_of
from tests.serving.conftest import AS_OF
from tests.serving.lists.conftest import Ask, one, room

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture
def made(ask: Ask) -> MadeList:
    """A township's list with room for twenty visits after duties, one household taken off and one put on."""
    visits = room(ask(), 20)
    first = one(ask(visits=visits))
    off = str(first.listed.filter(~pl.col("duty"))["household_id"][0])
    put = str(first.rows.filter(~pl.col("listed"))["household_id"][0])
    day = AS_OF + timedelta(days=1)
    return one(ask(visits=visits, moves=(Move(off, "remove", "refused", day), Move(put, "add", "request", day))))


def all_text(view: ListView) -> str:
    return "\n".join(str(getattr(view, field.name)) for field in fields(view))


def test_a_list_says_of_what_it_is_made(made: MadeList) -> None:
    view = view_of(made, "en")
    facts = dict(view.facts)
    assert facts["List"] == made.list_id
    assert facts["Model"] == made.pool.model_id
    assert facts["As of"] == str(AS_OF)
    assert facts["Households listed"] == str(made.listed.height)
    assert facts["By lot, and the chance"].startswith(f"{made.pool.capacity.random} (0.")
    assert view.simulated == "Simulated data: no real child or family"
    assert sum(count for _, count in view.counts) == made.listed.height == len(view.rows)
    assert [row.cells["turn"] for row in view.rows[:3]] == ["1", "2", "3"]


def test_every_visit_has_its_reason_and_its_day(made: MadeList) -> None:
    rows = {row.cells["household"]: row for row in view_of(made, "en").rows}
    for source in made.listed.to_dicts():
        row = rows[source["household_id"]]
        assert row.kind == (source["kind"] or "by_hand")
        assert row.cells["why"]
        if source["duty"]:
            assert row.cells["due"].startswith(str(source["duty_due_on"]))
            assert ("overdue" in row.cells["due"]) == (source["duty_overdue_days"] > 0)
        if source["members"] > 1:
            assert row.cells["child"].endswith(f"(+{source['members'] - 1})")


def test_moves_by_hand_are_told_with_their_reason(made: MadeList) -> None:
    view = view_of(made, "en")
    assert view.rows[-1].kind == "by_hand"
    assert view.rows[-1].cells["marks"] == "the family asked for a visit"
    assert any("taken off by hand: " in note and "does not want the visit" in note for note in view.notes)


def test_neither_score_nor_band_is_on_a_list(made: MadeList) -> None:
    for language in LANGUAGES:
        text = all_text(view_of(made, language))
        assert "go first" not in text
        assert "优先" not in text
        assert not [value for value in made.listed["score"].drop_nulls().to_list() if f"{value:.3f}" in text]


def test_chinese_and_english_say_the_same_and_no_word_of_the_other(made: MadeList) -> None:
    chinese, english = (view_of(made, language) for language in LANGUAGES)
    assert len(chinese.notes) == len(english.notes)
    assert len(chinese.warnings) == len(english.warnings)
    assert all("\u4e00" <= letter <= "\u9fff" for letter in chinese.title)
    assert not [letter for letter in all_text(english) if "\u4e00" <= letter <= "\u9fff"]
    labels = [value for value in vars(words).values() if isinstance(value, Label)]
    assert all(label.zh and label.en for label in labels)


def test_overload_and_too_many_for_one_director_are_told(two_towns: ListRequest) -> None:
    visits = [dict(row) for row in make_lists(replace(two_towns, preview=True))[0].pool.villages.to_dicts()]
    assert visits
    later = replace(two_towns, scope="520001001", as_of=None, period=replace(two_towns.period), visits=2)
    made = one(later)
    heavy = replace(made, pool=replace(made.pool, capacity=replace(made.pool.capacity, duties=5, visits=2)))
    assert any("5 households with a visit due, room for 2" in warning for warning in view_of(heavy, "en").warnings)
    assert made.policy.lists is not None
    slow = replace(made, policy=replace(made.policy, lists=replace(made.policy.lists, per_director=0)))
    assert any("more than one director's 0" in warning for warning in view_of(slow, "en").warnings)


def test_without_a_model_and_without_a_lot_the_list_says_so(two_towns: ListRequest) -> None:
    made = one(replace(two_towns, scope="520001002", visits=1))
    facts = dict(view_of(made, "en").facts)
    assert facts["Model"] == "none: by due day, level and lot"
    assert facts["By lot, and the chance"] == "no random arm: needs that the list misses cannot be estimated"
    assert not view_of(made, "en").simulated
    assert words.OWN_RATING.en not in view_of(made, "en").notes


def test_left_out_equal_recall_and_detours_are_put_into_words(two_towns: ListRequest) -> None:
    made = one(replace(two_towns, scope="520001001", visits=9))
    left = {"refused": 2, "moved": 1, "unknown": 1}
    villages = made.pool.villages.with_columns(pl.Series("given_up", [0.25, None], dtype=pl.Float64))
    for equal, wanted in (
        (EqualOrder("ethnicity", ""), "equal recall by ethnicity"),
        (EqualOrder("ethnicity", "too_old"), "not for this day"),
    ):
        pool = replace(made.pool, left_out=left, villages=villages, equal=equal)
        view = view_of(replace(made, pool=pool), "en")
        assert any(wanted in note for note in view.notes)
    assert any(
        "model refused and no visit due 2; moved away 1; no longer in this county's ledger 1" in note
        for note in view.notes
    )
    assert [one["cost"] for one in view.villages] == [
        "a detour: 0.2 more needs expected than at the next households on the way",
        "a detour",
    ]


def test_marks_name_the_new_and_those_without_a_score(made: MadeList) -> None:
    rows = made.rows.with_columns(pl.lit(value=True).alias("new"), pl.lit("no_score").alias("status"))
    waits = rows.with_columns(pl.lit(AS_OF).alias("waits_since"))
    marks = view_of(replace(made, rows=waits), "en").rows[0].cells["marks"]
    assert marks == f"new; waiting since {AS_OF}; no score: outside what the model knows"


def test_a_finding_ahead_shows_its_day(made: MadeList) -> None:
    other = made.rows.with_columns(
        pl.lit("finding").alias("kind"), pl.lit(value=False).alias("duty"), pl.lit(AS_OF).alias("finding_due_on")
    )
    cells = view_of(replace(made, rows=other), "en").rows[0].cells
    assert (cells["why"], cells["due"]) == ("open finding to follow up", str(AS_OF))


def test_a_preview_names_nobody(ask: Ask) -> None:
    made = one(ask(preview=True))
    view = view_of(made, "en")
    assert view.rows == ()
    assert view.warnings[0].startswith("Preview")
    homes = made.pool.frame["household_id"].to_list()
    text = all_text(view) + str(list_manifest(made))
    assert not [home for home in homes if home in text]


def test_the_workbook_has_a_row_per_visit_to_tick_and_no_formula(made: MadeList, tmp_path: Path) -> None:
    view = _hostile(view_of(made, "en"))
    write_workbook(view, tmp_path / "a.xlsx", AS_OF)
    write_workbook(view, tmp_path / "b.xlsx", AS_OF)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["list"]
    assert sheet.page_setup.orientation == "landscape"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.value is not None]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(line for line, row in enumerate(values) if row[0] == "no.")
    assert values[top][-4:] == ["visited", "not met", "postponed", "remarks"]
    assert len(values) - top - 1 == len(view.rows)
    assert values[top + 1][-4:-1] == ["☐", "☐", "☐"]
    assert values[top + 1][4] == "=1+1"
    about = [cell.value for row in book["about"].iter_rows() for cell in row]
    assert made.list_id in about


def test_the_table_is_text_that_no_spreadsheet_runs(made: MadeList, tmp_path: Path) -> None:
    write_table(_hostile(view_of(made, "en")), tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == made.listed.height
    assert rows[0]["why"] == "'=1+1"
    assert "visited" not in rows[0]


def test_the_page_is_whole_in_itself_and_escapes_what_it_says(made: MadeList) -> None:
    view = _hostile(view_of(made, "en"))
    view = replace(view, rows=(replace(view.rows[0], cells={**view.rows[0].cells, "why": "<b>x</b>"}), *view.rows[1:]))
    html = render_lists([view, view_of(made, "en")])
    assert html.count("<article>") == 2
    assert "<script" not in html
    assert "http" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert '<html lang="en">' in html
    assert len(render_lists([view_of(made, "zh")]).encode()) < 1_100 * made.listed.height + 12_000


def test_the_terminal_shows_every_visit(made: MadeList) -> None:
    console = Console(record=True, width=80, file=None, quiet=False)
    with console.capture() as captured:
        print_list(view_of(made, "en"), console)
    text = captured.get()
    assert all(home in text for home in made.listed["household_id"])
    assert "Simulated data" in text


def test_the_manifest_keeps_what_the_list_was_made_of(made: MadeList, tmp_path: Path) -> None:
    content = list_manifest(made)
    capacity: Any = content["capacity"]
    assert capacity["random"] == made.pool.capacity.random
    others = made.pool.frame.filter(pl.col("stratum") == "random")
    assert content["inclusion_probability"] == others["inclusion_probability"][0]
    assert len(content["moves"]) == 2  # type: ignore[arg-type]
    path = write_manifest(made, tmp_path)
    assert path.read_text(encoding="utf-8") == write_manifest(made, tmp_path).read_text(encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    from features.cli.console import UserError

    with pytest.raises(UserError, match="cannot be written"):
        write_manifest(made, tmp_path / "file")


def _hostile(view: ListView) -> ListView:
    first = view.rows[0]
    return replace(view, rows=(replace(first, cells={**first.cells, "why": "=1+1"}), *view.rows[1:]))
