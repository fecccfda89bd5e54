"""The key of the identities and what is made with it: pseudonyms and blind indexes, by HMAC-SHA256.

Whoever has the key can test whether a number belongs to a pseudonym, so it lies in a file only its owner reads. Without
it the table of identities cannot be read and a new import cannot find anybody again; a new key would number every child
anew. The ledger itself stays usable: it holds pseudonyms only. A copy of the file belongs in the safe of the office.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from features.cli.console import UserError

FOLDER = "identities"
KEY_FILE = "key"
_BYTES = 32
_GROUPS, _DIGITS = 3, 7


def identities_folder(home: Path) -> Path:
    """The folder of the key and of the table of identities."""
    return home / FOLDER


def load_key(home: Path) -> bytes:
    """The key of a home; made once, readable by its owner alone.

    Raises:
        UserError: others may read it, it is damaged, or it is gone while the table of identities is there.
    """
    folder = identities_folder(home)
    path = folder / KEY_FILE
    if not path.exists():
        if (folder / "persons.vault").exists():
            raise UserError(
                f"{path}: the key is gone, and without it the table of identities beside it cannot be read",
                "put the saved copy of the key back; if there is none, move the folder 'identities' away: every child "
                "then gets a new number with its next import",
            )
        _make_key(folder, path)
    return _read_key(path)


def _make_key(folder: Path, path: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # unlike a rename this never replaces the key another process made meanwhile
        except FileExistsError:
            pass
        finally:
            part.unlink()
    except OSError as error:
        raise UserError(f"{path}: the key cannot be written: {error.strerror}", "make room or give rights") from error


def _read_key(path: Path) -> bytes:
    try:
        rights = path.stat()
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise UserError(f"{path}: the key cannot be read: {error.strerror}", "run as the owner of the key") from error
    if rights.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UserError(f"{path}: others may read the key", f"take their rights away: chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise UserError(f"{path}: not a key of {_BYTES * 2} hexadecimal digits", "put the saved copy of the key back")
    return key


def derive(key: bytes, purpose: str) -> bytes:
    """A key of its own for one purpose (HKDF-SHA256, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), _BYTES, None, b"mopai " + purpose.encode()).derive(key)


def pseudonym(key: bytes, letter: str, words: str) -> str:
    """A number such as ``c1234567_8901234_5678901`` for what ``words`` say, the same whenever the key is.

    21 decimal digits of HMAC-SHA256: among ten million children two share a number with a chance below 1 in 10
    million. The groups keep it from looking like the number of a card or a telephone.
    """
    digest = hmac.digest(key, words.encode(), "sha256")
    digits = f"{int.from_bytes(digest) % 10 ** (_GROUPS * _DIGITS):0{_GROUPS * _DIGITS}d}"
    return letter + "_".join(digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS))


def blind(key: bytes, values: Iterable[str | None]) -> list[str | None]:
    """What values are looked up by without being told: 16 bytes of HMAC-SHA256 in hexadecimal; null stays null."""
    return [None if value is None else hmac.digest(key, value.encode(), "sha256")[:16].hex() for value in values]


def key_mark(key: bytes) -> str:
    """Eight bytes that tell keys apart and say nothing of them."""
    return hashlib.sha256(derive(key, "mark")).hexdigest()[:16]
