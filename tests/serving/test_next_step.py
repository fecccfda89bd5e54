"""After scoring the next line to type is there, and it runs as it stands."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest
from serving.commands import register
from serving.next_step import after_score
from tests.serving.conftest import AS_OF

HOME = Path("home")
ASKED = ScoreRequest(HOME / "ledger", "", date(2018, 6, 30), Path("my scores"), HOME)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("", "--county 520001"), ("52", "--county 520001"), ("520002", "--county 520002"),
        ("52000200", "--county 520002"), ("520002003", "--township 520002003"),
        ("520002003004", "--village 520002003004"),
    ],
)  # fmt: skip
def test_the_list_is_of_the_place_that_was_scored(region: str, said: str) -> None:
    line = after_score(replace(ASKED, region=region), ("520001", "520002"), None)
    assert line == f"mopai list {said} --period 2018-07 --scores 'my scores' --out list.xlsx"


def test_what_was_given_is_given_again() -> None:
    asked = replace(ASKED, ledger=Path("L"), policy=Path("p.toml"), definition="other", as_of=date(2018, 12, 5))
    said = "--period 2018-12 --scores 'my scores' --ledger L --home home --policy p.toml --definition other"
    assert after_score(asked, ("520001",), HOME) == f"mopai list --county 520001 {said} --out list.xlsx"


def test_the_line_that_is_printed_last_runs(
    ledger: Path, released_home: Path, tmp_path: Path, scored: ScoreFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, run = Typer(), CliRunner()
    register(app)
    mine = shutil.copytree(ledger, tmp_path / "ledger")  # the list is recorded in it
    monkeypatch.chdir(tmp_path)
    where = ["--ledger", str(mine), "--home", str(released_home), "--as-of", AS_OF.isoformat()]
    told = run.invoke(app, ["score", *where, "--region", scored.counties()[0], "--out", "scores"])
    assert told.exit_code == 0, told.output
    last = told.stdout.strip().splitlines()[-1]
    assert last.startswith("下一步 next: mopai list ")
    listed = run.invoke(app, shlex.split(last.removeprefix("下一步 next: mopai ")))
    assert listed.exit_code == 0, listed.output
    assert list(tmp_path.glob("list*.xlsx"))
