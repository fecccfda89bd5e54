"""Keys: only hashes are kept, only their owner reads them, and a change counts at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from features.cli.console import UserError
from serving.service.keys import SCOPES, KeyRing, KeyStore, new_key, read_keys, write_keys


def test_a_key_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    secret, key = new_key("owner")
    write_keys(tmp_path / "keys.json", [key])
    written = (tmp_path / "keys.json").read_text()
    assert secret not in written
    ring = read_keys(tmp_path / "keys.json")
    assert ring.holder(secret) == key
    assert ring.holder(secret + "x") is None
    assert ring.holder("") is None
    assert set(key.scopes) == set(SCOPES)


def test_two_keys_differ_and_so_do_their_seals() -> None:
    (one, first), (other, second) = new_key("a"), new_key("b")
    assert one != other
    assert KeyRing((first,)).seal() != KeyRing((first, second)).seal()
    assert KeyRing((first, second)).seal() == KeyRing((second, first)).seal()


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, [new_key("owner")[1]])
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(UserError, match="others may read it"):
        read_keys(path)


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"format": 2, "keys": []}', '{"format": 1, "keys": 5}', '{"format": 1, "keys": [{"name": "a"}]}',
     '{"format": 1, "keys": [{"name": "a", "sha256": "0", "scopes": ["all"]}]}'],
)  # fmt: skip
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(UserError, match="not a key file"):
        read_keys(path)


def test_a_key_counts_from_the_moment_it_is_written_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    store = KeyStore(path)
    (one, first), (other, second) = new_key("a"), new_key("b", ("score",))
    assert store.current().holder(one) is None
    write_keys(path, [first])
    assert store.current().holder(one) == first
    write_keys(path, [second])
    os.utime(path, ns=(1, 1))
    assert store.current().holder(one) is None
    assert store.current().holder(other) == second
    path.write_text(json.dumps({}))
    os.utime(path, ns=(2, 2))
    assert store.current().keys == ()
