"""A folder of scores is read only as it was written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import Label
from serving.batch.alarms import Alarm
from serving.batch.folder import ScoreFolder
from serving.batch.manifest import ScoreManifest
from serving.service.areas import ScoreStore


@pytest.fixture
def copy(scored: ScoreFolder, tmp_path: Path) -> ScoreFolder:
    shutil.copytree(scored.folder, tmp_path / "scores")
    return ScoreFolder.open(tmp_path / "scores")


def test_a_manifest_comes_back_as_it_was_written(scored: ScoreFolder) -> None:
    text = (scored.folder / "manifest.json").read_text(encoding="utf-8")
    manifest = ScoreManifest.from_json(text)
    assert manifest == scored.manifest
    assert manifest.to_json() == text
    warned = replace(manifest, alarms=(Alarm("old_data", Label("旧", "old"), ("520121",)),))
    assert ScoreManifest.from_json(warned.to_json()) == warned


def test_places_are_read_across_counties_in_their_order(scored: ScoreFolder) -> None:
    rows = scored.between(3, 12)
    assert sorted(set(rows["rank_region"])) == list(range(3, 13))
    assert rows["rank_region"].is_sorted()
    assert set(rows["county"]) <= set(scored.counties())
    assert scored.between(5, 4).height == 0


def test_a_changed_or_missing_file_is_not_read(copy: ScoreFolder) -> None:
    first, second, _ = copy.counties()
    path = copy.folder / f"{first}.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    (copy.folder / f"{second}.parquet").unlink()
    for county in (first, second):
        with pytest.raises(UserError, match="missing or changed"):
            copy.read(county)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "mopai-scores", "format": 99}'])
def test_what_is_no_manifest_is_refused(copy: ScoreFolder, text: str) -> None:
    (copy.folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="no folder of scores"):
        ScoreFolder.open(copy.folder)


def test_a_manifest_of_another_format_is_refused(copy: ScoreFolder) -> None:
    path = copy.folder / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**raw, "format": 1}), encoding="utf-8")
    with pytest.raises(UserError, match="no folder of scores"):
        ScoreFolder.open(copy.folder)


def test_no_folder_is_no_folder_of_scores(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder of scores"):
        ScoreFolder.open(tmp_path / "none")


def test_scores_put_aside_by_a_killed_run_are_read(copy: ScoreFolder) -> None:
    county = copy.counties()[0]
    rows = copy.read(county)
    aside = copy.folder.rename(copy.folder.with_name(".scores.previous"))
    found = ScoreFolder.open(copy.folder)
    assert found.folder == aside
    assert found.manifest == copy.manifest
    assert found.read(county).equals(rows)


def test_scores_put_aside_do_not_hide_the_ones_in_place(copy: ScoreFolder) -> None:
    (copy.folder.with_name(".scores.previous")).mkdir()
    assert ScoreFolder.open(copy.folder).folder == copy.folder


def test_the_service_follows_scores_that_are_aside_and_come_back(copy: ScoreFolder) -> None:
    store = ScoreStore(copy.folder)
    county, day = copy.counties()[0], copy.manifest.as_of
    before = store.area(county, day)
    aside = copy.folder.rename(copy.folder.with_name(".scores.previous"))
    assert ScoreStore(copy.folder).area(county, day) == store.area(county, day) == before
    aside.rename(copy.folder)
    current = store.current()
    assert current is not None
    assert current.folder == copy.folder
