"""API keys: who may ask for what. Only hashes are kept; a key is shown once, in the file made for its owner.

The key file is JSON: ``{"format": 1, "keys": [{"name", "sha256", "scopes"}]}``, readable by its owner alone. Keys are
random (256 bits), so a plain hash of one tells nothing about it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.cli.console import UserError

FORMAT = 1
SCOPES = ("score", "explain", "model", "docs", "metrics", "page")
_BYTES = 32
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key: its name, its hash and what it opens."""

    name: str
    sha256: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of a service."""

    keys: tuple[Key, ...]

    def holder(self, presented: str) -> Key | None:
        """The key that was presented; every key is compared, so that the time taken tells nothing."""
        seen = hashlib.sha256(presented.encode()).hexdigest()
        found = None
        for key in self.keys:
            if hmac.compare_digest(key.sha256, seen):
                found = key
        return found

    def seal(self) -> bytes:
        """A secret that every worker makes alike from the key file and that changes with it: signs page sessions."""
        return hashlib.sha256("".join(sorted(key.sha256 for key in self.keys)).encode() + b"session").digest()


@dataclass(slots=True)
class KeyStore:
    """The keys of a file as it is now: a key that was added or taken out counts from the next request on."""

    path: Path
    _read: tuple[int, KeyRing] = (0, KeyRing(()))

    def current(self) -> KeyRing:
        """The keys; none while the file cannot be read."""
        try:
            version = self.path.stat().st_mtime_ns
            if version != self._read[0]:
                self._read = (version, read_keys(self.path))
        except (OSError, UserError):
            return KeyRing(())
        return self._read[1]


def new_key(name: str, scopes: Iterable[str] = SCOPES) -> tuple[str, Key]:
    """Make a key: the secret for its owner and what is kept of it."""
    secret = secrets.token_urlsafe(_BYTES)
    return secret, Key(name, hashlib.sha256(secret.encode()).hexdigest(), tuple(scopes))


def read_keys(path: Path) -> KeyRing:
    """Read a key file.

    Raises:
        UserError: it is missing, others may read it, or it is not a key file.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise UserError(f"{path}: others may read it", f"chmod 600 {path}")
        raw = json.loads(path.read_text(encoding="utf-8"))
        return KeyRing(tuple(_key(each) for each in _listed(raw)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not a key file ({type(error).__name__})", "make one with: mopai serve") from error


def write_keys(path: Path, keys: Iterable[Key]) -> None:
    """Write a key file, whole or not at all."""
    content = {"format": FORMAT, "keys": [asdict(key) for key in keys]}
    write_private(path, json.dumps(content, indent=1) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


def _listed(raw: Mapping[str, Any]) -> list[Any]:
    if raw["format"] != FORMAT or not isinstance(raw["keys"], list):
        raise ValueError("format")
    return raw["keys"]


def _key(raw: Mapping[str, Any]) -> Key:
    if not set(raw["scopes"]) <= set(SCOPES):
        raise ValueError("scopes")
    return Key(str(raw["name"]), str(raw["sha256"]), tuple(raw["scopes"]))
