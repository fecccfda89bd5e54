"""The county summary: counted so that its identities hold, written, read back and checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.summary.check import check_summary, letters, read_summary
from features.summary.count import LEFT_OUT, REGISTERED, TOTAL, Summary, mark_columns, require_identities, summarise
from features.summary.layout import load_layout
from features.summary.write import SHEET, write_summary

DAY = date(2025, 6, 30)
DEFINITION = load_definition()
LAYOUTS = {name: load_layout(name) for name in ("annex3", "annex3_health")}
FACTS = ("sex", "schooling", "hukou_registered", "boarding", "guardian_type", "guardianship_state", "health")


def values(column: str) -> st.SearchStrategy[Any]:
    known = DEFINITION.tables["children"].columns[column]
    codes = DEFINITION.code_values(known)
    return st.none() | (st.sampled_from(codes) if codes else st.booleans())


children = st.lists(
    st.fixed_dictionaries(
        {"birth_date": st.dates(date(2009, 7, 1), DAY), **{column: values(column) for column in FACTS}}
    ),
    min_size=1,
    max_size=30,
)


def state(rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds = {
        column: pl.Boolean if DEFINITION.tables["children"].columns[column].type == "boolean" else pl.String
        for column in FACTS
    }
    return pl.DataFrame(rows, schema={"birth_date": pl.Date, **kinds})


@settings(deadline=None, max_examples=60)
@given(children, st.sampled_from(list(LAYOUTS)))
def test_whatever_is_known_the_counted_keep_every_identity_and_the_others_say_why(
    rows: list[dict[str, Any]], name: str
) -> None:
    layout = LAYOUTS[name]
    marked = mark_columns(state(rows), layout, DAY)
    counted = marked.filter(~pl.col(LEFT_OUT))
    sums = {number: int(counted[str(number)].sum()) for number in layout.numbers}
    for first, other in layout.equations():
        assert sum(sums[n] for n in first) == sum(sums[n] for n in other)
    reasons = pl.any_horizontal(pl.col(f"lacks_{part.name}") for part in layout.breakdowns)
    assert marked.select((reasons == pl.col(LEFT_OUT)).all()).item()
    for row, is_left_out in zip(rows, marked[LEFT_OUT], strict=True):
        facts = [row[column] for column in FACTS if column not in ("boarding", "health")]
        if None in facts:
            assert is_left_out
        elif row["boarding"] is not None and row["health"] is not None:
            assert not is_left_out


@pytest.fixture(scope="module")
def made(ledger: Path) -> Summary:
    return summarise(LedgerStore.open(ledger), DEFINITION, LAYOUTS["annex3"], DAY)


@pytest.fixture
def sent(made: Summary, tmp_path: Path) -> Path:
    path = tmp_path / "summary.xlsx"
    write_summary(made, path)
    return path


def changed(path: Path, cell: str, value: object) -> Path:
    book = load_workbook(path)
    book[SHEET][cell] = value
    book.save(path)
    return path


def test_counts_add_up_to_the_children_on_file(made: Summary) -> None:
    total = made.frame.row(-1, named=True)
    assert total["place"] == TOTAL
    assert total["1"] + total[LEFT_OUT] == total[REGISTERED] > 500
    assert made.left_out == total[LEFT_OUT] > 0
    assert made.frame.head(-1)["1"].sum() == total["1"]
    assert made.frame["16"].sum() == 0


def test_counts_that_break_an_identity_do_not_leave(made: Summary) -> None:
    require_identities(made)
    wrong = replace(made, frame=made.frame.with_columns(pl.col("7") + 1))
    with pytest.raises(UserError, match=r"columns \(5,\) and \(6, 7\) differ"):
        require_identities(wrong)


def test_townships_of_a_county_add_up_to_its_row(made: Summary, ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    county = store.counties()[0]
    townships = summarise(store, DEFINITION, LAYOUTS["annex3"], DAY, county=county)
    assert townships.frame["place"][:-1].str.starts_with(county).all()
    own = made.frame.filter(pl.col("place") == county).drop("place")
    assert townships.frame.tail(1).drop("place").equals(own)


def test_before_the_first_day_nobody_is_on_file(ledger: Path) -> None:
    with pytest.raises(UserError, match="nobody is on file on 1999-01-01"):
        summarise(LedgerStore.open(ledger), DEFINITION, LAYOUTS["annex3"], date(1999, 1, 1))


def test_the_workbook_says_everything_in_both_languages_and_is_without_fault(made: Summary, sent: Path) -> None:
    book = load_workbook(sent)
    assert book.sheetnames == [SHEET, "未计入 left out", "列说明 columns"]
    assert "模拟数据" in book[SHEET]["A2"].value
    assert [book[SHEET].cell(5, column).value for column in range(2, 34)] == list(range(1, 33))
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
    read = read_summary(sent, made.layout)
    assert len(read.rows) == made.frame.height
    assert check_summary(read, made.layout, [made]).is_empty()


def test_a_broken_identity_is_named_with_its_cell(made: Summary, sent: Path) -> None:
    girls = made.frame["4"][0]
    faults = check_summary(read_summary(changed(sent, "E8", girls + 1), made.layout), made.layout, [made])
    place = made.frame["place"][0]
    said = faults.select("cell", "place", "rule").rows()
    assert ("C8", place, "identity") in said
    assert ("E11", TOTAL, "sum_of_rows") in said
    (identity,) = faults.filter(rule="identity").to_dicts()
    assert identity["seen"] == f"2 = {made.frame['2'][0]}"
    assert identity["wanted"] == f"3+4 = {made.frame['2'][0] + 1}"


def test_counts_beyond_what_unknown_facts_explain_differ_from_the_ledger(made: Summary, sent: Path) -> None:
    row = made.frame.row(0, named=True)
    at_most = row["30"] + row[REGISTERED] - row["1"]
    within = check_summary(read_summary(changed(sent, "AE8", at_most), made.layout), made.layout, [made])
    assert within.filter(rule="ledger").is_empty()
    beyond = check_summary(read_summary(changed(sent, "AE8", at_most + 1), made.layout), made.layout, [made])
    assert beyond.filter(rule="ledger").select("cell", "seen", "wanted").rows() == [
        ("AE8", str(at_most + 1), f"{row['30']}-{at_most}")
    ]


def test_vocational_schools_are_compared_together(made: Summary, sent: Path) -> None:
    row = made.frame.row(0, named=True)
    changed(sent, "P8", 0)
    faults = check_summary(read_summary(changed(sent, "Q8", row["15"]), made.layout), made.layout, [made])
    assert faults.filter(rule="ledger").is_empty()


@pytest.mark.parametrize("value", ["张三", None, -1, 1.5, "=1+1"])
def test_a_cell_without_a_count_is_named_and_no_text_repeated(made: Summary, sent: Path, value: object) -> None:
    faults = check_summary(read_summary(changed(sent, "D8", value), made.layout), made.layout)
    assert ("D8", "not_a_count") in faults.select("cell", "rule").rows()
    assert "张三" not in faults.write_csv()


def test_a_workbook_that_is_no_summary_is_refused(made: Summary, sent: Path) -> None:
    with pytest.raises(UserError, match="no sheet with the column numbers 1 to 32"):
        read_summary(changed(sent, "D5", "x"), made.layout)


def test_a_summary_of_a_county_without_its_numbers_in_the_ledger_is_checked_by_identities_alone(
    made: Summary, sent: Path
) -> None:
    read = read_summary(changed(sent, "A8", "某某县"), made.layout)
    assert read.rows[0].place == ""
    assert check_summary(read, made.layout, [made]).is_empty()


def test_a_place_that_cannot_be_written_is_said(made: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_summary(made, tmp_path / "file" / "summary.xlsx")


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(column: int, name: str) -> None:
    assert letters(column) == name
