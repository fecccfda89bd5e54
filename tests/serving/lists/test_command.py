"""``mopai list`` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from features.cli.app import build
from features.cli.console import UserError
from serving.lists.run import ListRequest
from tests.serving.lists.conftest import Ask


def run(*words: str) -> Result:
    return CliRunner().invoke(build(), ["list", *words])


def words_of(request: ListRequest, *more: str) -> list[str]:
    place = {6: "--county", 9: "--township", 12: "--village"}[len(request.scope)]
    scores = [] if request.scores is None else ["--scores", str(request.scores)]
    return [
        "--ledger", str(request.ledger), *scores, place, request.scope, "--period", request.period.name,
        "--home", str(request.home), *more,
    ]  # fmt: skip


def test_json_holds_the_list_and_its_manifest_is_kept(ask: Ask) -> None:
    result = run(*words_of(ask(), "--language", "en", "--json"))
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads(result.stdout)
    (made,) = content["lists"]
    assert made["simulated"]
    assert len(made["visits"]) == made["capacity"]["duties"] + made["capacity"]["random"] + made["capacity"]["certain"]
    (kept,) = content["kept"]
    assert json.loads(Path(kept).read_text(encoding="utf-8"))["list_id"] == made["list_id"]


def test_a_list_is_written_where_and_as_one_asks(two_towns: ListRequest, tmp_path: Path) -> None:
    for suffix, files in ((".html", 1), (".xlsx", 2), (".csv", 2)):
        folder = tmp_path / suffix[1:]
        result = run(*words_of(two_towns, "--out", str(folder / f"july{suffix}")))
        assert result.exit_code == 0, result.output
        assert len(list(folder.iterdir())) == files
        assert str(folder) in result.stdout.replace("\n", "")


def test_moves_by_hand_are_typed_with_their_reason(two_towns: ListRequest) -> None:
    words = words_of(two_towns)
    words[words.index("--county") : words.index("--county") + 2] = ["--township", "520001002"]
    result = run(*words, "--capacity", "4", "--json")
    first = json.loads(result.stdout)["lists"][0]["visits"][0]["household"]
    moved = run(*words, "--remove", f"{first}=away", "--on", "2018-07-02", "--json")
    assert moved.exit_code == 0, moved.output
    (made,) = json.loads(moved.stdout)["lists"]
    assert made["moves"] == [{"household_id": first, "listed": False, "source": "by_hand:away"}]
    assert len(made["visits"]) == 3


def test_a_preview_shows_counts_alone(ask: Ask) -> None:
    result = run(*words_of(ask(), "--preview", "--language", "en"))
    assert result.exit_code == 0, result.output
    assert "Preview" in result.stdout
    assert "H000" not in result.stdout
    refused = run(*words_of(ask(), "--preview", "--out", "list.csv"))
    assert isinstance(refused.exception, UserError)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--period", "2018-07"], "which place"),
        (["--period", "2018-07", "--county", "520001", "--township", "520001001"], "which place"),
        (["--period", "2018-07", "--township", "520001"], "place '520001'"),
        (["--period", "2018-07", "--county", "520001", "--out", "list.doc"], "list.doc"),
        (["--period", "2018-07", "--township", "520001001", "--add", "h1"], "--add 'h1'"),
        (["--period", "2018-7", "--township", "520001001"], "period '2018-7'"),
    ],
)
def test_what_makes_no_sense_is_said(more: list[str], says: str) -> None:
    result = run(*more)
    assert result.exit_code != 0
    assert isinstance(result.exception, UserError)
    assert says in result.exception.message


def test_a_file_that_cannot_be_written_is_said(two_towns: ListRequest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run(*words_of(two_towns, "--out", str(tmp_path / "file" / "list.html")))
    assert isinstance(result.exception, UserError)
    assert "cannot be written" in result.exception.message


def test_help_has_an_example() -> None:
    assert "Example: mopai list" in run("--help").output.replace("\n", " ")
