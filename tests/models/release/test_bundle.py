"""Bundles: written whole, named by content, refused before anything is loaded here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.definition import load_definition
from models import domains, risk_model
from models.release import bundle as bundles
from models.release.bundle import load_bundle, verify_bundle, write_bundle
from models.release.golden import make_golden
from models.release.manifest import (
    BOOSTER,
    CALIBRATION,
    CONTRACT,
    CUTOFFS,
    DOMAINS,
    GOLDEN,
    REFERENCE,
    BundleError,
    json_bytes,
)
from tests.builders import default_definition
from tests.models import making
from tests.models.release.damage import Json, edit_json, edit_manifest, remake_manifest, truncate

WRITE_AND_WAIT = """
import sys, time
from pathlib import Path
import models.release.files as files
from tests.models import making
def wait(folder):
    print("ready", flush=True)
    time.sleep(60)
files._sync_folder = wait
making.small_bundle(Path(sys.argv[1]))
"""


@pytest.fixture
def nothing_loaded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail if this process reads a booster."""

    def refuse(text: str) -> None:
        pytest.fail(f"a booster of {len(text)} characters was loaded in this process")

    monkeypatch.setattr(risk_model, "_booster", refuse)
    monkeypatch.setattr(domains, "_booster", refuse)


def test_a_bundle_comes_back_as_it_was_written(sound_bundle: Path) -> None:
    content = making.bundle_content()
    read = load_bundle(sound_bundle, default_definition())
    assert read.model == content.model
    assert read.reference == content.reference
    assert read.domains == content.domains
    assert read.card == content.card
    assert read.manifest.windows == content.windows
    assert read.manifest.metrics == content.metrics
    assert read.model_id == sound_bundle.name
    matrix = making.rows(50, len(content.model.contract.names), seed=7)
    assert np.array_equal(read.model.score(matrix), content.model.score(matrix))
    assert np.array_equal(read.golden.rows, content.golden.rows, equal_nan=True)


def test_the_shipped_definition_is_used_when_none_is_given(sound_bundle: Path) -> None:
    assert load_bundle(sound_bundle).model_id == sound_bundle.name


def test_equal_content_has_one_folder_and_other_content_another(tmp_path: Path) -> None:
    first, again, other = (making.small_bundle(tmp_path, num_leaves=leaves) for leaves in (4, 4, 5))
    assert first == again != other
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == sorted({first.name, other.name})


def test_the_files_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, again = (making.small_bundle(tmp_path / name) for name in ("a", "b"))
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_a_damaged_folder_of_the_same_name_is_written_anew(tmp_path: Path) -> None:
    folder = making.small_bundle(tmp_path)
    truncate(folder / BOOSTER, 0.5)
    assert making.small_bundle(tmp_path) == folder
    assert verify_bundle(folder).model_id == folder.name


def test_a_figure_that_is_not_a_number_is_not_written(tmp_path: Path) -> None:
    content = replace(making.bundle_content(), metrics={"auc": float("nan")})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_bundle(tmp_path, content)
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_no_bundle_and_harms_no_later_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_AND_WAIT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    folder = making.small_bundle(tmp_path)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [folder]


@pytest.mark.usefixtures("nothing_loaded_here")
class TestRefusedBeforeAnythingIsLoadedHere:
    """Each of these ends before this process reads the booster."""

    def test_half_a_booster(self, bundle: Path) -> None:
        truncate(bundle / BOOSTER, 0.5)
        with pytest.raises(BundleError, match="changed since it was written"):
            load_bundle(bundle)

    def test_half_a_booster_whose_manifest_was_made_to_match(self, bundle: Path) -> None:
        truncate(bundle / BOOSTER, 0.5)
        with pytest.raises(BundleError, match="in a process of its own, ended with"):
            load_bundle(remake_manifest(bundle))

    def test_a_wrong_golden_score(self, bundle: Path) -> None:
        edit_json(bundle / GOLDEN, lambda raw: raw["scores"].__setitem__(0, 5.0))
        with pytest.raises(BundleError, match="golden vectors"):
            load_bundle(remake_manifest(bundle))

    def test_half_a_booster_of_a_domain(self, bundle: Path) -> None:
        def halve(raw: Json) -> None:
            one = raw["domains"][0]
            one["booster"] = one["booster"][: len(one["booster"]) // 2]

        edit_json(bundle / DOMAINS, halve)
        with pytest.raises(BundleError, match="in a process of its own, ended with"):
            load_bundle(remake_manifest(bundle))

    def test_another_calibration_of_a_domain(self, bundle: Path) -> None:
        edit_json(bundle / DOMAINS, lambda raw: raw["domains"][0]["calibration"].update(slope=0.5))
        with pytest.raises(BundleError, match="do not reproduce the chances of their golden vectors"):
            load_bundle(remake_manifest(bundle))

    def test_a_booster_of_a_domain_grown_on_other_features(self, bundle: Path) -> None:
        other = making.small_model().booster_text
        edit_json(bundle / DOMAINS, lambda raw: raw["domains"][0].update(booster=other))
        with pytest.raises(BundleError, match="domain 'living' was not grown on the features"):
            load_bundle(remake_manifest(bundle))

    def test_a_contract_changed_by_hand(self, bundle: Path) -> None:
        edit_json(bundle / CONTRACT, lambda raw: raw["directions"].__setitem__(0, 1))
        with pytest.raises(BundleError, match="contract was changed after it was written"):
            load_bundle(remake_manifest(bundle))

    def test_a_contract_exchanged_for_that_of_other_features(self, bundle: Path) -> None:
        (bundle / CONTRACT).write_bytes(json_bytes(making.numbered(6).to_json()))
        with pytest.raises(BundleError, match="not the 6 of the feature contract"):
            load_bundle(remake_manifest(bundle))

    def test_a_contract_that_is_not_the_one_of_the_manifest(self, bundle: Path) -> None:
        edit_manifest(bundle, lambda raw: raw.update(contract_hash="0" * 64))
        with pytest.raises(BundleError, match="not the one the manifest names"):
            load_bundle(bundle)

    def test_a_contract_that_is_foreign_to_the_definition(self, sound_bundle: Path) -> None:
        definition = default_definition()
        fewer = replace(definition, features=dict(list(definition.features.items())[:5]))
        with pytest.raises(BundleError, match="not those of left_behind") as caught:
            load_bundle(sound_bundle, fewer)
        assert "train a model for this definition" in caught.value.hint

    def test_a_bundle_of_a_definition_that_is_not_here(self, bundle: Path) -> None:
        edit_manifest(bundle, lambda raw: raw["definition"].update(name="martian"))
        with pytest.raises(BundleError, match="made for a definition that is not here"):
            load_bundle(bundle)

    @pytest.mark.parametrize("name", [CALIBRATION, CUTOFFS, CONTRACT, DOMAINS])
    @pytest.mark.parametrize("text", ["{}", "[]", "null", "half"])
    def test_a_part_that_does_not_hold_what_it_should(self, bundle: Path, name: str, text: str) -> None:
        (bundle / name).write_text(text)
        with pytest.raises(BundleError, match=rf"{name}: does not hold what a bundle keeps there"):
            load_bundle(remake_manifest(bundle))

    def test_a_calibration_that_falls(self, bundle: Path) -> None:
        edit_json(bundle / CALIBRATION, lambda raw: raw.update(slope=-1.0))
        with pytest.raises(BundleError, match="must rise with the score"):
            load_bundle(remake_manifest(bundle))

    def test_a_booster_that_is_no_text(self, bundle: Path) -> None:
        (bundle / BOOSTER).write_bytes(b"\xff\xfe tree")
        with pytest.raises(BundleError, match="utf-8"):
            load_bundle(remake_manifest(bundle))


@pytest.mark.parametrize("name", [GOLDEN, REFERENCE])
def test_vectors_and_reference_that_do_not_hold_what_they_should(bundle: Path, name: str) -> None:
    (bundle / name).write_text("{}")
    with pytest.raises(BundleError, match="does not hold what a bundle keeps there"):
        load_bundle(remake_manifest(bundle))


def test_a_bundle_that_passes_in_the_child_must_pass_here_too(
    sound_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = making.small_model()
    monkeypatch.setattr(bundles, "read_golden", lambda *_: make_golden(wrong))
    with pytest.raises(Exception, match="feature contract has"):
        load_bundle(sound_bundle)


def test_definition_files_say_what_the_manifest_says(sound_bundle: Path) -> None:
    raw = json.loads((sound_bundle / "definition.json").read_bytes())
    assert raw == {"name": "left_behind", "version": load_definition().version, "hash": load_definition().hash}
