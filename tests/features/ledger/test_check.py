"""Each fault is found where it stands, and what hangs on it with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.check import CheckReport, Counts, check_folder
from features.ledger.importer import import_folder
from tests.features.ledger.senders import (
    ASSESSMENTS,
    CHILDREN,
    COUNTY,
    FINDINGS,
    GOOD,
    HOUSEHOLDS,
    VILLAGE,
    VISITS,
    bytes_of,
    found,
    send,
)

DEFINITION = load_definition()
OTHER = "other household"
SEEN = "2016-08-01,2016-08-01,2016-08-03"
Fault = tuple[str, int | None, str, str]


def check(tmp_path: Path, ledger: Path | None = None, **more: str) -> CheckReport:
    """Check a good county with rows added to its tables."""
    source = send(tmp_path / "source", **{name: text + more.get(name, "") for name, text in GOOD.items()})
    return check_folder(source, DEFINITION, ledger=ledger)


def test_a_good_county_has_no_fault(tmp_path: Path) -> None:
    report = check(tmp_path)
    assert report.good
    assert report.total == Counts(read=8, accepted=8, repeated=0, rejected=0)
    assert report.counts[f"{COUNTY}/children.csv"].read == 2


@pytest.mark.parametrize(
    ("table", "row", "fault"),
    [
        ("households", f"r3,,{VILLAGE},2016-07-01,2016-07-05,,,", ("households", 4, "household_id", "required")),
        ("households", "r3,h3,5201,2016-07-01,2016-07-05,,,", ("households", 4, "region_code", "pattern")),
        ("households", "r3,h3,520102001001,2016-07-01,2016-07-05,,,", ("households", 4, "region_code", "other county")),
        ("households", f"r3,h3,{VILLAGE},2016-07-09,2016-07-05,,,", ("households", 4, "valid_from", "order")),
        ("households", f"r3,h3,{VILLAGE},1850-07-09,2016-07-05,,,", ("households", 4, "valid_from", "range")),
        ("households", f"r1,h3,{VILLAGE},2016-07-01,2016-07-05,,,", ("households", 4, "row_id", "record number used")),
        ("households", f"r3,h1,{VILLAGE},2016-07-01,2016-07-05,,,", ("households", 4, "household_id", "contradiction")),
        ("children", "r3,c3,h9,2009-03-04,active,2016-07-01,2016-07-05", ("children", 4, "household_id", "reference")),
        ("children", "r3,c3,h1,2017-03-04,active,2016-07-01,2016-07-05", ("children", 4, "birth_date", "order")),
        ("children", "r3,c3,h1,2009-03-04,,2016-07-01,2016-07-05", ("children", 4, "file_status", "required")),
        ("visits", "r3,v3,h1,2016-09-01,routine,true,2016-08-01,2016-08-03", ("visits", 4, "visited_on", "order")),
        ("assessments", "r2,v9,c1,true,,2016-08-01,2016-08-03", ("assessments", 3, "visit_id", "reference")),
        ("assessments", "r2,v2,c1,true,,2016-08-01,2016-08-03", ("assessments", 3, "child_id", "other household")),
        ("findings", f"r2,f2,v9,h1,c1,living,1,open,{SEEN}", ("findings", 3, "visit_id", "reference")),
        ("findings", f"r2,f2,v1,h2,c1,living,1,open,{SEEN}", ("findings", 3, "household_id", OTHER)),
        ("findings", f"r2,f2,v1,h1,c2,living,1,open,{SEEN}", ("findings", 3, "child_id", OTHER)),
        ("findings", f"r2,f2,v1,h1,,living,4,open,{SEEN}", ("findings", 3, "severity", "range")),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_stands(table: str, row: str, fault: Fault, tmp_path: Path) -> None:
    report = check(tmp_path, **{table: row + "\n"})
    assert fault in found(report.faults)
    assert not report.good
    assert report.total.rejected >= 1


def test_a_closing_before_its_opening_is_a_fault(tmp_path: Path) -> None:
    header, row = FINDINGS.splitlines()
    source = send(tmp_path, **{**GOOD, "findings": f"{header},closes\n{row},2016-07-01\n"})
    assert ("findings", 2, "closes", "order") in found(check_folder(source, DEFINITION).faults)


def test_a_due_date_may_lie_ahead(tmp_path: Path) -> None:
    header, row = FINDINGS.splitlines()
    source = send(tmp_path, **{**GOOD, "findings": f"{header},due_on\n{row},2017-07-01\n"})
    assert check_folder(source, DEFINITION).good


def test_rows_of_another_definition_version_are_faults(tmp_path: Path) -> None:
    header, *rows = HOUSEHOLDS.splitlines()
    text = "\n".join([f"{header},definition_version", *(f"{row},1999.1" for row in rows)])
    report = check_folder(send(tmp_path, **{**GOOD, "households": text}), DEFINITION)
    assert ("households", 2, "definition_version", "version") in found(report.faults)


def test_what_hangs_on_a_rejected_row_is_rejected_with_that_reason(tmp_path: Path) -> None:
    households = HOUSEHOLDS.replace("sound", "castle")
    report = check_folder(send(tmp_path, **{**GOOD, "households": households}), DEFINITION)
    depends = {fault[0] for fault in found(report.faults) if fault[3] == "depends on a rejected row"}
    assert depends == {"children", "visits", "assessments", "findings"}
    assert report.total == Counts(read=8, accepted=3, repeated=0, rejected=5)


def test_all_faults_of_a_row_are_said_at_once(tmp_path: Path) -> None:
    report = check(tmp_path, children="r3,c3,h9,2017-03-04,active,2016-07-01,2016-07-05\n")
    assert found(report.faults) == {
        ("children", 4, "birth_date", "order"),
        ("children", 4, "household_id", "reference"),
    }


def test_the_same_row_twice_in_a_file_counts_once(tmp_path: Path) -> None:
    report = check(tmp_path, children=CHILDREN.splitlines()[1] + "\n")
    assert report.good
    assert report.total == Counts(read=9, accepted=8, repeated=1, rejected=0)


def test_corrections_take_back_rows_of_the_same_thing(tmp_path: Path) -> None:
    header, *rows = CHILDREN.splitlines()
    blank = [f"{row}," for row in rows]
    taking = "r3,c1,h1,,,2016-09-01,2016-09-01,r1"
    anew = "r4,c1,h1,2009-05-04,active,2016-07-01,2016-09-01,"
    text = "\n".join([f"{header},retracts", *blank, taking, anew])
    report = check_folder(send(tmp_path, **{**GOOD, "children": text}), DEFINITION)
    assert report.good, report.faults.to_dicts()


@pytest.mark.parametrize("named", ["r9", "r2", "r3"])
def test_a_retraction_must_name_a_row_of_the_same_thing(named: str, tmp_path: Path) -> None:
    taking = f"r3,c1,h1,,,2016-09-01,2016-09-01,{named}"
    header, *rows = CHILDREN.splitlines()
    text = "\n".join([f"{header},retracts", *(f"{row}," for row in rows), taking])
    report = check_folder(send(tmp_path, **{**GOOD, "children": text}), DEFINITION)
    assert found(report.faults) == {("children", 4, "retracts", "retracts")}


def test_references_may_lead_to_rows_already_in_the_ledger(tmp_path: Path) -> None:
    import_folder(send(tmp_path / "first"), tmp_path / "ledger", DEFINITION)
    later = send(tmp_path / "later", assessments=ASSESSMENTS.replace("r1,v1,c1", "r9,v2,c2"))
    assert check_folder(later, DEFINITION, ledger=tmp_path / "ledger").good
    assert not check_folder(later, DEFINITION, ledger=tmp_path / "none").good


def test_a_move_in_brings_rows_of_the_former_county(tmp_path: Path) -> None:
    here = f"r1,h1,520102001001,2016-07-01,2016-08-05,sound,true,\nr2,h1,{VILLAGE},2016-08-01,2016-08-05,sound,true,\n"
    households = HOUSEHOLDS.splitlines()[0] + "\n" + here
    assert check_folder(send(tmp_path, households=households), DEFINITION).good


def test_a_refused_file_is_named_and_its_dependents_are_rejected(tmp_path: Path) -> None:
    households = HOUSEHOLDS.replace("dwelling", "住所")
    report = check_folder(send(tmp_path, **{**GOOD, "households": households}), DEFINITION)
    assert report.refused == (f"{COUNTY}/households.csv",)
    assert ("children", 2, "household_id", "reference") in found(report.faults)


def test_checking_writes_nothing_but_rejects(tmp_path: Path) -> None:
    source = send(tmp_path / "source", **{**GOOD, "visits": VISITS.replace("routine", "chat")})
    before = bytes_of(tmp_path)
    check_folder(source, DEFINITION, ledger=tmp_path / "ledger")
    assert bytes_of(tmp_path) == before
    check_folder(source, DEFINITION, rejects=tmp_path / "rejects")
    assert (tmp_path / "rejects" / COUNTY / "visits.csv").exists()


def test_rejects_are_not_written_over(tmp_path: Path) -> None:
    send(tmp_path / "rejects")
    with pytest.raises(UserError, match="not empty"):
        check_folder(send(tmp_path / "source"), DEFINITION, rejects=tmp_path / "rejects")


def test_an_empty_table_is_no_fault(tmp_path: Path) -> None:
    source = send(tmp_path, **{**GOOD, "findings": FINDINGS.splitlines()[0] + "\n"})
    report = check_folder(source, DEFINITION)
    assert report.good
    assert report.counts[f"{COUNTY}/findings.csv"] == Counts(0, 0, 0, 0)
