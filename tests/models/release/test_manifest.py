"""The manifest: what a bundle says of itself, and every way it can be wrong, found before anything is loaded."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from features.cli.console import UserError
from models.release.manifest import (
    BODY,
    BOOSTER,
    CALIBRATION,
    CARD,
    FILES,
    GOLDEN,
    KERNEL,
    MANIFEST,
    BundleError,
    content_id,
    digest,
    read_contents,
    read_manifest,
    trees_digest,
)
from tests.models.release.damage import Json, edit_json, edit_manifest, remake_manifest, truncate


def test_a_sound_bundle_is_read_whole(sound_bundle: Path) -> None:
    manifest, contents = read_contents(sound_bundle)
    assert set(contents) == set(FILES)
    assert manifest.model_id == sound_bundle.name
    assert {name: digest(content) for name, content in contents.items()} == dict(manifest.sha256)


def test_the_manifest_is_written_as_it_was_read(sound_bundle: Path) -> None:
    assert read_manifest(sound_bundle).to_bytes() == (sound_bundle / MANIFEST).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_half_a_file_is_refused(bundle: Path, name: str) -> None:
    truncate(bundle / name, 0.5)
    with pytest.raises(BundleError, match=rf"{re.escape(name)}: changed since it was written"):
        read_contents(bundle)


@pytest.mark.parametrize("name", FILES)
def test_one_changed_character_is_refused(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises(BundleError, match=rf"{re.escape(name)}: changed since it was written"):
        read_contents(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=rf"missing {re.escape(name)}"):
        read_contents(bundle)


def test_an_extra_file_is_named(bundle: Path) -> None:
    (bundle / "extra.py").write_text("print('hello')")
    with pytest.raises(BundleError, match=r"holds extra\.py, which the manifest does not name"):
        read_contents(bundle)


def test_a_link_in_place_of_a_file_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / CARD).rename(tmp_path / "elsewhere")
    (bundle / CARD).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="not a plain file"):
        read_contents(bundle)


def test_a_folder_in_place_of_a_file_is_refused(bundle: Path) -> None:
    (bundle / CARD).unlink()
    (bundle / CARD).mkdir()
    with pytest.raises(BundleError, match="not a plain file"):
        read_contents(bundle)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "\x00", '{"format": 1'])
def test_a_manifest_that_is_not_a_json_object_is_refused(bundle: Path, text: str) -> None:
    (bundle / MANIFEST).write_text(text)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        read_manifest(bundle)


def test_bytes_that_are_no_text_are_refused(bundle: Path) -> None:
    (bundle / MANIFEST).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match="not readable as JSON"):
        read_manifest(bundle)


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="not a bundle"):
        read_manifest(tmp_path)


def _set(key: str, value: object) -> Callable[[Json], None]:
    return lambda manifest: manifest.update({key: value})


def _drop(key: str) -> Callable[[Json], None]:
    return lambda manifest: manifest.pop(key)


def _file(name: str, value: object) -> Callable[[Json], None]:
    return lambda manifest: manifest["files"].update({name: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("format", 2), "manifest format 2, this version reads format 3"),
        (_set("format", "2"), "manifest format '2'"),
        (_drop("format"), "manifest format None"),
        (_set("model_id", "0123456789abcdef"), "the content is"),
        (_set("model_id", "../../../../etc"), "not an identity"),
        (_set("model_id", 7), "incomplete"),
        (_drop("windows"), "incomplete"),
        (_set("metrics", {"auc": "high"}), "incomplete"),
        (_set("metrics", []), "incomplete"),
        (_drop("definition"), "incomplete"),
        (_set("files", ["booster.txt"]), "'files' is missing"),
        (_drop("files"), "'files' is missing"),
        (_file("../outside.txt", "0" * 64), "names the file '../outside.txt'"),
        (_file("/etc/passwd", "0" * 64), "names the file '/etc/passwd'"),
        (_file("sub/booster.txt", "0" * 64), "names the file 'sub/booster.txt'"),
        (_file(BOOSTER, "0" * 63), "not a sha256"),
        (_file(BOOSTER, None), "not a sha256"),
        (lambda manifest: manifest["files"].pop(GOLDEN), "says nothing of golden.json"),
    ],
)
def test_a_manifest_that_lies_is_refused(bundle: Path, change: Callable[[Json], None], message: str) -> None:
    edit_manifest(bundle, change)
    with pytest.raises(BundleError, match=re.escape(message)):
        read_contents(bundle)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["metrics"].update(dict.fromkeys(manifest["metrics"], 0.123)),
        lambda manifest: manifest["windows"].update(added="2016-08-01"),
        _set("contract_hash", "0" * 64),
        _drop(BODY),
        _set(BODY, "0" * 64),
        _set("added", 1),
    ],
)
def test_a_manifest_whose_own_words_were_changed_is_refused(bundle: Path, change: Callable[[Json], None]) -> None:
    edit_json(bundle / MANIFEST, change)
    with pytest.raises(BundleError, match=r"manifest\.json: changed since it was written"):
        read_manifest(bundle)


def test_the_layout_of_a_manifest_does_not_count(bundle: Path) -> None:
    before = read_manifest(bundle)
    raw = json.loads((bundle / MANIFEST).read_bytes())
    (bundle / MANIFEST).write_text(json.dumps(raw, sort_keys=True), encoding="utf-8")
    assert read_manifest(bundle) == before


def test_a_refusal_is_an_error_with_a_next_step_and_crosses_processes(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_manifest(tmp_path)
    sent = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made on this line
    assert isinstance(sent, BundleError)
    assert (sent.message, sent.hint) == (caught.value.message, caught.value.hint)
    assert sent.hint


def test_the_identity_is_that_of_the_content_and_not_of_threads_or_card(bundle: Path) -> None:
    _, contents = read_contents(bundle)
    identity = content_id(contents)
    threads = {**contents, BOOSTER: contents[BOOSTER].replace(b"[num_threads: 1]", b"[num_threads: 8]")}
    assert threads[BOOSTER] != contents[BOOSTER]
    assert trees_digest(threads[BOOSTER]) == trees_digest(contents[BOOSTER])
    assert content_id(threads) == identity
    assert content_id({**contents, CARD: b"other"}) == identity
    for name in FILES:
        if name not in (CARD, KERNEL):
            assert content_id({**contents, name: contents[name][1:]}) != identity


def test_other_content_has_another_name(bundle: Path) -> None:
    edit_json(bundle / CALIBRATION, lambda raw: raw.update(slope=0.5))
    assert remake_manifest(bundle).name != bundle.name
