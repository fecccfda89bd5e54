"""``mopai ledger summary`` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from features.cli.console import UserError
from features.ledger.commands import register
from features.summary.write import SHEET

DAY = ("--as-of", "2025-06-30")


def run(*words: object) -> Result:
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["ledger", "summary", *map(str, words)])
    if isinstance(result.exception, UserError):
        raise result.exception
    return result


def test_a_summary_is_written_and_has_no_fault(ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "summary.xlsx"
    made = run("--ledger", ledger, "--all", *DAY, "--out", out, "--language", "en")
    assert made.exit_code == 0
    assert "3 places" in made.stdout
    assert "the identities hold in every row" in made.stdout
    assert "left out because a fact is not known" in made.stdout
    checked = run("--ledger", ledger, "--check", out, *DAY, "--language", "en")
    assert checked.exit_code == 0
    assert "4 rows checked by the identities and against the ledger\nno faults" in checked.stdout


def test_faults_are_said_in_the_readers_language(ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "summary.xlsx"
    county = json.loads(run("--ledger", ledger, "--all", *DAY, "--out", out, "--json").stdout)["rows"][0]["place"]
    assert run("--ledger", ledger, "--county", county, *DAY, "--out", out, "--json").exit_code == 0
    book = load_workbook(out)
    book[SHEET]["C8"] = 99_999
    book.save(out)
    said = run("--ledger", ledger, "--check", out, *DAY, "--language", "zh")
    assert said.exit_code == 1
    assert "C8" in said.stdout
    assert "勾稽不符：2 = 99999" in said.stdout
    assert "填报 99999，台账为" in said.stdout
    answer = json.loads(run("--check", out, "--json").stdout)
    assert answer["compared"] is False
    assert {fault["rule"] for fault in answer["faults"]} == {"identity", "sum_of_rows"}


@pytest.mark.parametrize(
    "words", [(), DAY, (*DAY, "--out", "x.xlsx"), (*DAY, "--out", "x.xlsx", "--all", "--county", "5")]
)
def test_half_a_request_says_what_is_missing(words: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="nothing to do") as refused:
        run(*words)
    assert refused.value.hint == "give --as-of DATE, --out FILE.xlsx, and either --county CODE or --all"


def test_help_has_an_example() -> None:
    assert "Example: mopai ledger summary" in run("--help").stdout
