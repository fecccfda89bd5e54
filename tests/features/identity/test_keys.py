"""The key of the identities and the pseudonyms made with it."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cli.console import UserError
from features.identity.children import PSEUDONYM
from features.identity.keys import blind, derive, key_mark, load_key, pseudonym
from features.ledger.faults import shown


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = load_key(tmp_path)
    path = tmp_path / "identities" / "key"
    assert len(key) == 32
    assert load_key(tmp_path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_imports_that_begin_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: load_key(tmp_path), range(16)))) == 1


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o666, 0o620])
def test_a_key_others_may_read_is_refused(tmp_path: Path, rights: int) -> None:
    load_key(tmp_path)
    path = tmp_path / "identities" / "key"
    path.chmod(rights)
    with pytest.raises(UserError, match="others may read the key") as refused:
        load_key(tmp_path)
    assert refused.value.hint == f"take their rights away: chmod 600 {path}"


def test_a_lost_key_is_not_quietly_replaced(tmp_path: Path) -> None:
    load_key(tmp_path)
    (tmp_path / "identities" / "key").unlink()
    (tmp_path / "identities" / "persons.vault").write_bytes(b"sealed")
    with pytest.raises(UserError, match="the key is gone") as refused:
        load_key(tmp_path)
    assert "every child then gets a new number" in refused.value.hint
    assert not (tmp_path / "identities" / "key").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "密钥"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: str) -> None:
    load_key(tmp_path)
    (tmp_path / "identities" / "key").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="not a key"):
        load_key(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "identities").write_text("a file")
    with pytest.raises(UserError, match="cannot be written"):
        load_key(tmp_path)


def test_a_key_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "identities" / "key").mkdir(parents=True)
    with pytest.raises(UserError, match="cannot be read"):
        load_key(tmp_path)


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.text(max_size=30))
def test_a_pseudonym_may_be_shown_and_looks_like_no_persons_number(key: bytes, words: str) -> None:
    made = pseudonym(key, "c", words)
    assert shown(made, free_text=True) == made
    assert re.fullmatch(PSEUDONYM, made)
    assert made == pseudonym(key, "c", words)


def test_keys_and_purposes_give_other_pseudonyms() -> None:
    one, other = b"a" * 32, b"b" * 32
    assert len({pseudonym(derive(key, use), "c", "x") for key in (one, other) for use in ("pseudonym", "index")}) == 4
    assert key_mark(one) != key_mark(other)
    assert one.hex() not in key_mark(one)


def test_what_is_not_known_has_no_index() -> None:
    first, nothing, same = blind(b"a" * 32, ["x", None, "x"])
    assert nothing is None
    assert first == same
    assert first is not None
    assert len(first) == 32


def test_the_key_is_flushed_from_no_leftover(tmp_path: Path) -> None:
    """A part written by a process that was killed is no key."""
    folder = tmp_path / "identities"
    folder.mkdir()
    (folder / f"key.{os.getpid()}.00000000").write_text("half")
    assert len(load_key(tmp_path)) == 32
