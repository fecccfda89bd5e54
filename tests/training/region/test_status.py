"""How far each county is, from manifests and verdicts, rolled up to the country."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.manifest import Manifest
from features.ledger.store import LedgerStore
from models.release.region_status import STEPS, StatusRequest, region_status
from tests.training.region.conftest import AS_OF
from training.region.check import CheckRequest, check_region
from training.region.plan import read_plan
from training.region.status_report import print_status, write_status


@pytest.fixture
def scores(tmp_path: Path, county: str) -> Path:
    """Two folders of scores, of which only the manifests matter."""
    for name, day, scored in (("old", "2026-01-31", 3), ("new", "2026-02-28", 7)):
        folder = tmp_path / name
        folder.mkdir()
        content = {"as_of": day, "counties": [{"county": county, "scored": scored}]}
        (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


@pytest.fixture
def plan(tmp_path: Path, county: str) -> Path:
    path = tmp_path / "plan.csv"
    path.write_text(f"county,children\n{county},900\n530101,\n", encoding="utf-8")
    return path


def test_each_step_is_told_with_day_and_count(ledger: Path, home: Path, county: str, scores: Path, plan: Path) -> None:
    check_region(CheckRequest(ledger, home, county, AS_OF, load_definition(), workers=1))
    found = region_status(StatusRequest(ledger, home, "", (scores / "new", scores / "old"), read_plan(plan)))
    states = {one.county: one for one in found.counties}
    one = states[county]
    assert one.done() == (True,) * 6
    assert (one.scored_as_of, one.scored, one.expected) == ("2026-02-28", 7, 900)
    tables = LedgerStore.open(ledger).read(county).tables
    lists = tables["assignments"]
    newest = lists.filter(lists["as_of"] == lists["as_of"].max()).filter("drawn")
    assert one.drawn == newest["household_id"].n_unique()
    assert one.visits == tables["visits"].height
    assert states["530101"].done() == (False,) * 6
    others = [state for code, state in states.items() if code not in (county, "530101")]
    assert all(state.done()[2:4] == (False, False) for state in others)


def test_counties_add_up_to_prefectures_provinces_and_the_country(ledger: Path, home: Path, plan: Path) -> None:
    found = region_status(StatusRequest(ledger, home, plan=read_plan(plan)))
    levels = {(level, code): (count, steps) for level, code, count, steps in found.rolled_up()}
    assert levels["country", ""][0] == len(found.counties) == 4
    assert levels["province", "53"] == (1, (0,) * len(STEPS))
    for level in ("province", "prefecture"):
        parts = [steps for (name, _), (_, steps) in levels.items() if name == level]
        assert tuple(map(sum, zip(*parts, strict=True))) == levels["country", ""][1]


def test_a_region_narrows_it_and_an_unknown_one_is_refused(ledger: Path, home: Path, county: str) -> None:
    assert [one.county for one in region_status(StatusRequest(ledger, home, county)).counties] == [county]
    with pytest.raises(UserError, match="no county of region '99'"):
        region_status(StatusRequest(ledger, home, "99"))


def test_page_and_terminal_say_it_in_both_languages(
    ledger: Path, home: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = region_status(StatusRequest(ledger, home, plan=read_plan(plan)))
    write_status(tmp_path / "status.html", found)
    html = (tmp_path / "status.html").read_text(encoding="utf-8")
    for words in ("已摸排", "investigated", "prefecture 5301", "530101", "not checked"):
        assert words in html
    assert json.loads((tmp_path / "status.json").read_text(encoding="utf-8"))["counties"]
    print_status(replace(found, counties=found.counties * 8))
    shown = capsys.readouterr().out
    assert "530101" in shown
    assert "more counties" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code\n520101\n", "no column 'county'"),
        ("county\n5201\n", "line 2 county: '5201'"),
        ("county,children\n520101,many\n", "line 2 children: 'many'"),
        ("", "cannot be read as CSV"),
    ],
)
def test_a_faulty_plan_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_plan(path)


def test_a_folder_without_scores_is_refused(ledger: Path, home: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder of scores"):
        region_status(StatusRequest(ledger, home, scores=(tmp_path,)))


@pytest.mark.slow
def test_a_country_of_counties_is_told_in_seconds(ledger: Path, home: Path, tmp_path: Path, county: str) -> None:
    held = LedgerStore.open(ledger)
    codes = [str(code) for code in range(110_001, 112_801)]
    counties = dict.fromkeys(codes, held.manifest.counties[county])
    country = tmp_path / "ledger"
    country.mkdir()
    (country / f"county={county}").symlink_to(ledger / f"county={county}")
    manifest: Manifest = replace(held.manifest, counties=counties)
    (country / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    begun = time.monotonic()
    found = region_status(StatusRequest(country, home))
    assert len(found.counties) == 2_800
    assert time.monotonic() - begun < 60
