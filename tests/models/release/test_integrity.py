"""The first load in a child process: what would crash or mislead the serving process ends there."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.release import integrity
from models.release.integrity import check_in_child
from models.release.integrity_child import main
from models.release.limits import limits
from models.release.manifest import BOOSTER, GOLDEN, BundleError
from tests.models.release.damage import edit_json, remake_manifest, truncate


def test_a_sound_bundle_passes(sound_bundle: Path) -> None:
    check_in_child(sound_bundle)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_truncated_booster_with_a_manifest_to_match_harms_only_the_child(bundle: Path, share: float) -> None:
    truncate(bundle / BOOSTER, share)
    with pytest.raises(BundleError, match=r"ended with (signal SIG\w+|exit code \d+)"):
        check_in_child(remake_manifest(bundle))


def test_a_changed_digit_with_a_manifest_to_match_does_not_reproduce_the_golden_vectors(bundle: Path) -> None:
    # Even where no golden row reaches the leaf, it moves the mean score, and so every contribution.
    text = (bundle / BOOSTER).read_text()
    changed = re.sub(r"(leaf_value=-?0\.)(\d)", lambda found: f"{found[1]}{9 - int(found[2])}", text, count=1)
    assert changed != text
    (bundle / BOOSTER).write_text(changed)
    with pytest.raises(BundleError, match=r"does not reproduce the (score|contributions) of its golden vectors"):
        check_in_child(remake_manifest(bundle))


def test_a_wrong_golden_score_is_refused(bundle: Path) -> None:
    edit_json(bundle / GOLDEN, lambda raw: raw["scores"].__setitem__(0, raw["scores"][0] + 1e-3))
    with pytest.raises(BundleError, match="does not reproduce the score of its golden vectors"):
        check_in_child(remake_manifest(bundle))


def test_a_child_that_takes_too_long_is_ended(sound_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = replace(limits(), child_timeout_seconds=0.01)
    monkeypatch.setattr(integrity, "limits", lambda: hasty)
    with pytest.raises(BundleError, match=r"took more than 0\.01 s and was ended"):
        check_in_child(sound_bundle)


def test_a_child_that_cannot_start_is_a_refusal(sound_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(BundleError, match="ended with exit code 1"):
        check_in_child(sound_bundle)


@pytest.mark.parametrize(
    ("returncode", "words"), [(-9, "signal SIGKILL"), (-11, "signal SIGSEGV"), (-99, "signal 99"), (1, "exit code 1")]
)
def test_an_ending_is_named(returncode: int, words: str) -> None:
    assert integrity.ending(returncode).startswith(words)


def test_the_child_says_why_on_standard_error(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / BOOSTER).unlink()
    assert main(str(bundle)) == integrity.REFUSED
    assert capsys.readouterr().err.endswith(f"missing {BOOSTER}\n")


def test_the_child_is_content_with_a_sound_bundle(sound_bundle: Path) -> None:
    assert main(str(sound_bundle)) == 0
