"""People who may sign: a key each. The private key stays with the person, the public one is registered in the home.

Ed25519 (RFC 8032). Whoever can write to the home can register people; who they are is vouched for outside.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from filelock import FileLock

from features.cli.console import UserError
from models.release.files import write_file
from models.release.manifest import json_bytes

FOLDER = "approvals"
PASSPHRASE_VARIABLE = "MOPAI_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret

_FORMAT = 1
_ID_DIGITS = 16
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign. ``key_id`` names the public key (hexadecimal)."""

    name: str
    key_id: str
    public_key: str
    registered_at: datetime

    def signed(self, message: bytes, signature: str) -> bool:
        """Whether this person's key made a signature (hexadecimal) of a message."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key)).verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class People:
    """The people registered in a home: ``<home>/approvals/people.json``, and where private keys are kept.

    ``keys`` may lie elsewhere (a stick each person carries).
    """

    home: Path
    keys: Path

    @staticmethod
    def of(home: Path, keys: Path | None = None) -> People:
        """The people of a home; private keys below it unless another folder is given."""
        return People(home, keys or home / FOLDER / "keys")

    @property
    def register_file(self) -> Path:
        """The file with names and public keys."""
        return self.home / FOLDER / "people.json"

    def all(self) -> tuple[Person, ...]:
        """Everybody registered, in that order.

        Raises:
            UserError: the file cannot be read, or one key or one name stands in it twice.
        """
        if not self.register_file.is_file():
            return ()
        try:
            people = _people(json.loads(self.register_file.read_bytes()))
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{self.register_file}: not a register of people ({error})", "restore it") from error
        for what in ([one.public_key for one in people], [identity(one.name) for one in people]):
            twice = [value for value, count in Counter(what).items() if count > 1]
            if twice:
                raise UserError(f"{self.register_file}: '{twice[0]}' stands for two people", "restore it")
        return people

    def find(self, name: str) -> Person:
        """The person of that name.

        Raises:
            UserError: nobody of that name is registered.
        """
        found = [one for one in self.all() if identity(one.name) == identity(name)]
        if not found:
            raise UserError(f"'{name}' has no key here", f'mopai models key --name "{name}"')
        return found[0]

    def add(self, name: str, passphrase: str, now: datetime) -> Person:
        """Make a key for a person and register its public half.

        Raises:
            UserError: the name is empty or registered already.
        """
        shown = _plain(name)
        if not shown:
            raise UserError("a key belongs to somebody", "give a name with --name")
        self.register_file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.register_file.parent / _LOCK):
            people = self.all()
            if any(identity(one.name) == identity(shown) for one in people):
                raise UserError(f"'{shown}' has a key already", "sign with it; it is never replaced")
            private = Ed25519PrivateKey.generate()
            public = private.public_key().public_bytes_raw()
            person = Person(shown, hashlib.sha256(public).hexdigest()[:_ID_DIGITS], public.hex(), now)
            _write_private(self._key_file(person), private, passphrase)
            write_file(self.register_file, _register_bytes((*people, person)))
        return person

    def sign(self, person: Person, message: bytes, passphrase: str) -> str:
        """A person's signature of a message, in hexadecimal.

        Raises:
            UserError: the private key is not there, locked by another passphrase, or not this person's.
        """
        path = self._key_file(person)
        try:
            private = form.load_pem_private_key(path.read_bytes(), passphrase.encode() or None)
        except FileNotFoundError as error:
            raise UserError(f"{path}: the private key is not here", "name the folder it is in with --keys") from error
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: cannot be opened with this passphrase", f"set {PASSPHRASE_VARIABLE}") from error
        if not isinstance(private, Ed25519PrivateKey) or not person.signed(
            message, signed := private.sign(message).hex()
        ):
            raise UserError(f"{path}: not the key registered for '{person.name}'", "name its folder with --keys")
        return signed

    def is_locked(self, person: Person) -> bool:
        """Whether a person's private key needs a passphrase."""
        path = self._key_file(person)
        return path.is_file() and b"ENCRYPTED" in path.read_bytes().partition(b"\n")[0]

    def _key_file(self, person: Person) -> Path:
        return self.keys / f"{person.key_id}.pem"


def identity(name: str) -> str:
    """What makes two spellings the same person: width, case and blanks do not count."""
    return _plain(name).casefold()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _write_private(path: Path, private: Ed25519PrivateKey, passphrase: str) -> None:
    """Only the owner may read it, from the first byte on."""
    lock = form.BestAvailableEncryption(passphrase.encode()) if passphrase else form.NoEncryption()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock))
        stream.flush()
        os.fsync(stream.fileno())


def _register_bytes(people: tuple[Person, ...]) -> bytes:
    rows = [
        {
            "name": one.name,
            "key_id": one.key_id,
            "public_key": one.public_key,
            "registered_at": one.registered_at.isoformat(timespec="seconds"),
        }
        for one in people
    ]
    return json_bytes({"format": _FORMAT, "people": rows})


def _people(raw: Mapping[str, Any]) -> tuple[Person, ...]:
    if raw["format"] != _FORMAT:
        raise ValueError(f"format {raw['format']!r}")
    return tuple(
        Person(one["name"], one["key_id"], one["public_key"], datetime.fromisoformat(one["registered_at"]))
        for one in raw["people"]
    )
