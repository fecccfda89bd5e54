"""Workbooks on the command line: from a foreign workbook to the ledger, with what is said on the way."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.cli.console import UserError
from features.ledger.commands import EXIT_FAULTS, EXIT_PARTLY_IMPORTED, register
from tests import attacks, workbooks
from tests.features.workbook.books import COUNTY, workbook

DAY = ("--recorded-on", "2016-08-01", "--county", COUNTY)
HEAD = ["娃娃名字", "男女", "哪年哪月生", "村代码"]
ROW = ["模拟甲", "男", "2009.3.4", "520101001201"]


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


def refusal(app: typer.Typer, *words: object) -> UserError:
    with pytest.raises(UserError) as caught:
        run(app, *words)
    return caught.value


def content(app: typer.Typer, *words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(app, *words, "--json").stdout)
    return found


def confirmed(app: typer.Typer, path: Path, sender: str = "baiyun") -> tuple[str, str]:
    run(app, "columns", path, "--sender", sender)
    run(app, "columns", path, "--sender", sender, "--confirm")
    return "--sender", sender


def test_help_has_an_example(app: typer.Typer) -> None:
    assert "Example: mopai ledger columns" in run(app, "columns", "--help").stdout


def test_from_a_foreign_workbook_to_the_ledger(app: typer.Typer, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW])
    assert "columns" in refusal(app, "import", path, *DAY).hint
    told = run(app, "columns", path, "--sender", "baiyun", "--language", "zh")
    assert "娃娃名字" in told.stdout
    assert "未确认" in told.stdout
    assert "字字字" in told.stdout
    assert "模拟甲" not in told.stdout
    assert "not confirmed" in refusal(app, "import", path, *DAY, "--sender", "baiyun").message
    assert "(confirmed)" in run(app, "columns", path, "--sender", "baiyun", "--confirm", "--language", "en").stdout
    result = run(app, "import", path, *DAY, "--sender", "baiyun")
    assert result.exit_code == 0
    assert "1 row read: 1 new, 0 known already, 0 rejected" in result.stdout
    again = content(app, "import", path, *DAY, "--sender", "baiyun")
    assert again["total"] == {"read": 1, "accepted": 0, "repeated": 1, "rejected": 0}
    assert (again["counties"], again["simulated"], again["good"]) == ([], False, True)


def test_every_step_names_the_next(app: typer.Typer, tmp_path: Path) -> None:
    """What is printed can be typed as it stands, but for what only a person knows."""
    path = workbook(tmp_path / "a b.xlsx", [HEAD, ROW])
    run(app, "columns", path, "--sender", "baiyun")
    told = run(app, "columns", path, "--sender", "baiyun", "--county", COUNTY, "--confirm", "--language", "en").stdout
    step = f"mopai ledger check '{path}' --county {COUNTY} --sender baiyun --recorded-on "
    assert f"next, check it: {step}YYYY-MM-DD\n" in told
    told = run(app, *shlex.split(step)[2:], "2016-08-01", "--language", "zh").stdout
    step = f"mopai ledger import '{path}' --county {COUNTY} --sender baiyun --recorded-on 2016-08-01"
    assert f"下一步，导入（没有错的行）： {step} --report report --rejects rejects\n" in told
    told = run(app, *shlex.split(step)[2:], "--language", "en").stdout
    assert f"mopai score --region {COUNTY} --as-of YYYY-MM-DD --out scores --page page.html\n" in told
    bad = workbook(tmp_path / "bad.xlsx", [HEAD, ["模拟甲", "男", "?", "520101001201"]])
    result = run(app, "import", bad, *DAY, "--sender", "baiyun")
    assert result.exit_code == EXIT_FAULTS
    assert "mopai score" not in result.stdout


def test_nothing_is_confirmed_unseen(app: typer.Typer, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW])
    assert "not there before" in refusal(app, "columns", path, "--sender", "x", "--confirm").message
    run(app, "columns", path, "--sender", "x", "--confirm")
    more = workbook(tmp_path / "b.xlsx", [[*HEAD, "身体"], [*ROW, "健康"]])
    assert "not there before" in refusal(app, "columns", more, "--sender", "x", "--confirm").message
    found = content(app, "columns", more, "--sender", "x")
    assert found["confirmed"] is False
    assert found["columns"][-1] == {"heading": "身体", "field": "health", "sure": 100, "form": "字字"}
    assert "not confirmed" in refusal(app, "check", path, *DAY, "--sender", "x").message


def test_fields_are_listed(app: typer.Typer) -> None:
    assert "guardian_type" in run(app, "columns", "--fields").stdout
    fields = {one["name"]: one for one in content(app, "columns", "--fields")["fields"]}
    assert fields["sex"]["codes"] == ["boy", "girl"]
    assert "--sender NAME" in refusal(app, "columns").hint


def test_faults_and_answers(app: typer.Typer, tmp_path: Path) -> None:
    path = workbooks.township(tmp_path / "a.xlsx").path
    sender = confirmed(app, path)
    checked = run(app, "check", path, *DAY, *sender, "--language", "zh")
    assert checked.exit_code == EXIT_FAULTS
    assert "读到 19 行：13 行新收" in checked.stdout
    words = ("import", path, *DAY, *sender, "--report", tmp_path / "out", "--rejects", tmp_path / "rejects")
    imported = run(app, *words)
    assert imported.exit_code == EXIT_PARTLY_IMPORTED
    assert f"mopai ledger import {tmp_path}/rejects/a-to-correct.xlsx" in imported.stdout
    assert (tmp_path / "out" / "marked.xlsx").exists()
    assert "is there already" in refusal(app, *words).message


def test_many_faults_are_not_all_shown(app: typer.Typer, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, *[[f"模拟{n}", "不明白", "x", "5"] for n in range(30)]])
    told = run(app, "check", path, *DAY, *confirmed(app, path), "--language", "en")
    assert "faults shown; all: --report FOLDER or --json" in told.stdout
    assert told.stdout.count("a.xlsx") == 20


def test_a_folder_with_a_broken_workbook(app: typer.Typer, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    workbook(folder / "a.xlsx", [HEAD, ROW])
    sender = confirmed(app, folder / "a.xlsx")
    attacks.xml_entity(folder / "b.xlsx")
    result = run(app, "import", folder, *DAY, *sender)
    assert result.exit_code == EXIT_PARTLY_IMPORTED
    assert "b.xlsx: refused: b.xlsx: its XML declares" in result.stdout
    found = content(app, "import", folder, *DAY, *sender)
    assert list(found["refused_files"]) == ["b.xlsx"]
    (folder / "a.xlsx").unlink()
    attacks.xml_entity(folder / "c.xlsx")
    assert run(app, "import", folder, *DAY, *sender).exit_code == EXIT_FAULTS


@pytest.mark.slow
def test_nobody_is_named_in_what_is_said(app: typer.Typer, tmp_path: Path) -> None:
    """Names, ID numbers and phones of every ugly workbook, and of one with shifted columns."""
    books = [
        workbooks.township(tmp_path / "a.xlsx"),
        workbooks.villages(tmp_path / "b.xlsx"),
        workbooks.old_book(tmp_path / "c.xls"),
    ]
    people = [child for book in books for child in book.children.values()]
    shifted = workbook(
        tmp_path / "d.xlsx",
        [HEAD, *[[one.id_number, one.name, one.family.guardian, one.family.phone] for one in people[:5]]],
    )
    said = ""
    for number, path in enumerate([*(book.path for book in books), shifted]):
        name = f"s{number}"
        for words in (("columns", path, "--sender", name), ("columns", path, "--sender", name, "--confirm")):
            result = run(app, *words)
            said += result.stdout + result.stderr
        said += run(app, "columns", path, "--sender", name, "--json").stdout
        for extra in ((), ("--json",)):
            result = run(app, "import", path, *DAY, "--sender", name, *extra)
            said += result.stdout + result.stderr
    told = said.replace("\n", "").replace(" ", "")
    for one in people:
        for word in (one.name, one.id_number, one.family.guardian, one.family.guardian_id, one.family.phone):
            assert word not in told


@pytest.mark.parametrize("option", ["--faults", "--table"])
def test_options_of_csv_mean_nothing_here(app: typer.Typer, tmp_path: Path, option: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW])
    assert "--report" in refusal(app, "check", path, *DAY, option, "x").hint


def test_the_template_filled_in_needs_no_mapping(app: typer.Typer, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "t.xlsx"
    run(app, "template", "--out", path)
    book = openpyxl.load_workbook(path)
    sheet = next(one for one in book.worksheets if one.title.startswith("登记表"))
    filled = {
        "儿童姓名": "模拟甲",
        "出生日期": "2009-03-04",
        "行政区划代码": "520101001201",
        "登记日期": "2016-08-01",
        "档案状态": "在册",
    }
    row = [
        next((value for word, value in filled.items() if str(cell.value).lstrip("*").strip().startswith(word)), None)
        for cell in sheet[1]
    ]
    sheet.append(row)
    book.save(path)
    found = content(app, "import", path, "--county", COUNTY)
    assert found["total"] == {"read": 1, "accepted": 1, "repeated": 0, "rejected": 0}, found["faults"]
