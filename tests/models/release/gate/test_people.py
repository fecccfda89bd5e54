"""People and their keys: one each, private halves readable by the owner alone."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.cli.console import UserError
from models.release.gate.people import People, identity
from tests.models.release.gate.made import NOW

MESSAGE = "名单 list".encode()


def edit(people: People, change: Callable[[dict[str, Any]], object]) -> None:
    raw = json.loads(people.register_file.read_bytes())
    change(raw)
    people.register_file.write_text(json.dumps(raw), encoding="utf-8")


def test_a_signature_is_of_one_message_and_one_person(tmp_path: Path) -> None:
    people = People.of(tmp_path)
    li, wang = people.add("Li Hua", "", NOW), people.add("王芳", "", NOW)
    signature = people.sign(li, MESSAGE, "")
    assert people.find("Li Hua") == li
    assert people.all() == (li, wang)
    assert li.signed(MESSAGE, signature)
    assert not li.signed(MESSAGE + b".", signature)
    assert not wang.signed(MESSAGE, signature)
    assert not li.signed(MESSAGE, "not hexadecimal")


def test_only_its_owner_reads_a_private_key(tmp_path: Path) -> None:
    people = People.of(tmp_path)
    person = people.add("Li Hua", "", NOW)
    path = people.keys / f"{person.key_id}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(people.keys.stat().st_mode) == 0o700
    assert "PRIVATE" not in people.register_file.read_text(encoding="utf-8")


def test_keys_may_lie_elsewhere(tmp_path: Path) -> None:
    carried = People.of(tmp_path / "home", tmp_path / "stick")
    person = carried.add("Li Hua", "", NOW)
    assert person.signed(MESSAGE, carried.sign(person, MESSAGE, ""))
    with pytest.raises(UserError, match="the private key is not here") as caught:
        People.of(tmp_path / "home").sign(person, MESSAGE, "")
    assert "--keys" in caught.value.hint


def test_a_locked_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    people = People.of(tmp_path)
    person, other = people.add("Li Hua", "correct horse", NOW), people.add("王芳", "", NOW)
    assert people.is_locked(person)
    assert not people.is_locked(other)
    assert person.signed(MESSAGE, people.sign(person, MESSAGE, "correct horse"))
    for wrong in ("", "battery"):
        with pytest.raises(UserError, match="cannot be opened with this passphrase"):
            people.sign(person, MESSAGE, wrong)
    with pytest.raises(UserError, match="cannot be opened with this passphrase"):
        people.sign(other, MESSAGE, "needless")


@pytest.mark.parametrize("again", ["Li Hua", " li  hua ", "Ｌｉ Hua"])
def test_the_same_person_has_one_key(tmp_path: Path, again: str) -> None:
    people = People.of(tmp_path)
    people.add("Li Hua", "", NOW)
    with pytest.raises(UserError, match="has a key already"):
        people.add(again, "", NOW)
    assert identity(again) == "li hua"


def test_a_key_belongs_to_somebody_and_a_stranger_has_none(tmp_path: Path) -> None:
    people = People.of(tmp_path)
    with pytest.raises(UserError, match="belongs to somebody"):
        people.add("  ", "", NOW)
    with pytest.raises(UserError, match="'Zhao' has no key here") as caught:
        people.find("Zhao")
    assert 'mopai models key --name "Zhao"' in caught.value.hint


def test_a_key_file_of_somebody_else_does_not_sign(tmp_path: Path) -> None:
    people = People.of(tmp_path)
    person = people.add("Li Hua", "", NOW)
    foreign = Ed25519PrivateKey.generate()
    path = people.keys / f"{person.key_id}.pem"
    path.write_bytes(foreign.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    with pytest.raises(UserError, match="not the key registered for 'Li Hua'"):
        people.sign(person, MESSAGE, "")


@pytest.mark.parametrize("field", ["name", "public_key"])
def test_one_key_or_name_for_two_people_is_refused(tmp_path: Path, field: str) -> None:
    people = People.of(tmp_path)
    for name in ("Li Hua", "王芳"):
        people.add(name, "", NOW)
    edit(people, lambda raw: raw["people"][1].update({field: raw["people"][0][field]}))
    with pytest.raises(UserError, match="stands for two people"):
        people.all()


@pytest.mark.parametrize(
    "change", [lambda raw: raw.update(format=2), lambda raw: raw["people"][0].pop("name"), lambda raw: raw.clear()]
)
def test_a_register_that_cannot_be_read_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    people = People.of(tmp_path)
    people.add("Li Hua", "", NOW)
    edit(people, change)
    with pytest.raises(UserError, match="not a register of people"):
        people.all()
