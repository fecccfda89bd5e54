"""The ledger on the command line: results, JSON, exit codes, and where rejects go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.cli.console import UserError
from features.ledger.commands import EXIT_FAULTS, EXIT_PARTLY_IMPORTED, register
from tests.features.ledger.senders import COUNTY, GOOD, HOUSEHOLDS, send

WRONG = {**GOOD, "visits": GOOD["visits"].replace("report", "gossip")}


@pytest.fixture
def app() -> typer.Typer:
    root = typer.Typer()
    register(root)
    return root


def run(app: typer.Typer, *words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in ("ledger", *words)])
    if isinstance(result.exception, UserError):
        raise result.exception
    return result


def run_json(app: typer.Typer, *words: object) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run(app, *words, "--json").stdout)
    return content


@pytest.mark.parametrize("command", ["check", "import", "show", "map"])
def test_help_has_an_example(app: typer.Typer, command: str) -> None:
    result = run(app, command, "--help")
    assert result.exit_code == 0
    assert f"Example: mopai ledger {command}" in result.stdout


def test_check_of_a_good_source_ends_well(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "check", send(tmp_path / "s"))
    assert result.exit_code == 0
    assert "8 rows read: 8 new, 0 known already, 0 rejected" in result.stdout


def test_check_shows_faults_and_ends_badly(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "check", send(tmp_path / "s", **WRONG), "--faults", tmp_path / "out" / "faults.csv")
    assert result.exit_code == EXIT_FAULTS
    assert "gossip" in result.stdout
    assert "gossip" in (tmp_path / "out" / "faults.csv").read_text(encoding="utf-8")
    assert not (tmp_path / "home").exists()


def test_check_in_json_holds_every_fault(app: typer.Typer, tmp_path: Path) -> None:
    content = run_json(app, "check", send(tmp_path / "s", **WRONG))
    assert content["good"] is False
    assert content["total"] == {"read": 8, "accepted": 7, "repeated": 0, "rejected": 1}
    (fault,) = content["faults"]
    assert (fault["file"], fault["row"], fault["column"], fault["value"]) == (
        f"{COUNTY}/visits.csv",
        3,
        "purpose",
        "gossip",
    )


@pytest.mark.parametrize("command", ["check", "import"])
@pytest.mark.parametrize("person", ["王小明", "Zhang San", "12 Heping Road"])
def test_columns_that_are_shifted_show_nobody(app: typer.Typer, tmp_path: Path, command: str, person: str) -> None:
    shifted = HOUSEHOLDS.replace("poor,false,", f"{person},{person},{person}")
    source = send(tmp_path / "s", households=shifted)
    faults = tmp_path / "out" / "faults.csv"
    told = run(app, command, source, "--faults", faults)
    as_json = run(app, command, source, "--json")
    said = told.stdout + told.stderr + as_json.stdout + as_json.stderr
    assert f"(not shown: {len(person)} characters)" in faults.read_text(encoding="utf-8")
    assert person not in said + faults.read_text(encoding="utf-8")


def test_only_so_many_faults_are_shown_and_it_is_said(app: typer.Typer, tmp_path: Path) -> None:
    rows = "".join(f"x{n},h{n},52010100100{n % 10},2016-07-01,2016-07-05,hut,," + "\n" for n in range(50))
    result = run(app, "check", send(tmp_path / "s", households=HOUSEHOLDS + rows))
    assert "20 of 50 faults shown; all: --faults FILE or --json" in result.stdout


def test_a_refused_file_is_said(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "check", send(tmp_path / "s", households="name\n王小明\n"))
    assert f"{COUNTY}/households.csv: refused as a whole" in result.stdout
    assert "王小明" not in result.stdout


def test_import_goes_to_the_home_and_again_changes_nothing(app: typer.Typer, tmp_path: Path) -> None:
    source = send(tmp_path / "s")
    assert run(app, "import", source).exit_code == 0
    assert (tmp_path / "home" / "ledger" / "manifest.json").exists()
    content = run_json(app, "import", source)
    assert (content["total"]["accepted"], content["total"]["repeated"]) == (0, 8)
    assert (content["counties"], content["rejects"], content["simulated"]) == ([], None, False)


def test_import_with_rejects_says_where_they_are_and_has_a_code_of_its_own(app: typer.Typer, tmp_path: Path) -> None:
    source = send(tmp_path / "s", **WRONG)
    result = run(app, "import", source, "--ledger", tmp_path / "l")
    assert result.exit_code == EXIT_PARTLY_IMPORTED
    assert f"mopai ledger import {tmp_path / 'home' / 'rejects' / '001'}" in result.stdout.replace("\n", "")
    again = run_json(app, "import", source, "--ledger", tmp_path / "l")
    assert again["rejects"] == str(tmp_path / "home" / "rejects" / "002")


def test_import_of_nothing_good_fails(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "import", send(tmp_path / "s", visits=GOOD["visits"]), "--ledger", tmp_path / "l")
    assert result.exit_code == EXIT_FAULTS


def test_a_single_file_of_a_table(app: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "families.csv"
    path.write_text(HOUSEHOLDS, encoding="utf-8")
    result = run(app, "import", path, "--county", COUNTY, "--table", "households", "--ledger", tmp_path / "l")
    assert result.exit_code == 0


def test_show_lists_counties(app: typer.Typer, tmp_path: Path) -> None:
    run(app, "import", send(tmp_path / "s"))
    result = run(app, "show", "--verify")
    assert COUNTY in result.stdout
    assert "real rows" in result.stdout
    content = run_json(app, "show")
    county = content["counties"][COUNTY]
    assert county["rows"]["children"] == 2
    assert (county["first_valid"], county["last_recorded"]) == ("2016-07-01", "2016-08-03")
    assert content["simulated"] is False


def test_show_a_child_with_the_numbers_of_its_rows(app: typer.Typer, tmp_path: Path) -> None:
    run(app, "import", send(tmp_path / "s"))
    assert "birth_date=2009-03-04" in run(app, "show", "--child", "c1").stdout.replace("\n", "")
    rows = run_json(app, "show", "--child", "c1", "--as-of", "2016-07-31")["rows"]
    assert set(rows) == {"households", "children"}
    assert rows["children"][0]["row_id"] == "r1"


def test_map_then_check(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text("no,ward\n7,3\n", encoding="utf-8")
    (tmp_path / "m.toml").write_text(
        """
        [source]
        county = { constant = "520101" }
        [[tables.households]]
        columns.household_id = { format = "h{no}" }
        columns.region_code = { format = "520101001{ward:03}" }
        columns.valid_from = { constant = 2016-07-01 }
        columns.recorded_on = { constant = 2016-07-02 }
        """,
        encoding="utf-8",
    )
    words = ("map", tmp_path / "theirs.csv", "--mapping", tmp_path / "m.toml", "--out")
    result = run(app, *words, tmp_path / "out")
    assert "1  households" in result.stdout
    assert run(app, "check", tmp_path / "out").exit_code == 0
    assert run_json(app, *words, tmp_path / "out2") == {"out": str(tmp_path / "out2"), "rows": {"households": 1}}


def test_what_the_user_can_put_right_is_an_error_with_a_next_step(app: typer.Typer, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no ledger there"):
        run(app, "show", "--ledger", tmp_path / "nowhere")
    with pytest.raises(UserError, match="no definition 'other'"):
        run(app, "check", tmp_path, "--definition", "other")
