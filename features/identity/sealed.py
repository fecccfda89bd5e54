"""A file of encrypted blocks: nobody without the key reads one, and a changed, moved, missing or cut-off one is seen.

Each file has a key of its own (HKDF-SHA256 from the home's key and 16 random bytes in the header), so the number of a
block serves as its nonce. AES-256-GCM covers the header and the block's number with every block: blocks cannot change
places, come from another file, or be left out. Not seen is a whole older file put back in place of a newer one.
"""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from features.cli.console import UserError
from features.identity.keys import derive, key_mark

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAGIC = b"MOPAI-ID"
_HEADER = struct.Struct(">8s16s16sI")  # magic, mark of the key, salt, number of blocks
_LENGTH = struct.Struct(">Q")
_RESTORE = "put a saved copy of the file back, together with the key it was written with"


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derive(key, "sealed file " + salt.hex()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def write_sealed(path: Path, blocks: Iterable[bytes], count: int, key: bytes) -> None:
    """Write ``count`` blocks beside ``path`` and put them in its place in one step; only the owner may read it.

    Raises:
        UserError: there is no room, or the folder cannot be written; what was there before is still there.
    """
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with _only_ours(part) as file:
            header = _HEADER.pack(_MAGIC, key_mark(key).encode(), salt := secrets.token_bytes(16), count)
            file.write(header)
            cipher = _cipher(key, salt)
            for number, block in enumerate(blocks):
                sealed = cipher.encrypt(_nonce(number), block, header)
                file.write(_LENGTH.pack(len(sealed)) + sealed)
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {error.strerror}; it is as it was", "make room or give rights, then run again"
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _only_ours(part: Path) -> Iterator[BinaryIO]:
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file opened for reading; ``places`` has the position and length of each block."""

    path: Path
    header: bytes
    places: tuple[tuple[int, int], ...]
    cipher: AESGCM

    @classmethod
    def open(cls, path: Path, key: bytes) -> SealedFile:
        """Read where the blocks are. UserError when it is no such file, cut off, or of another key."""
        try:
            with path.open("rb") as file:
                header = file.read(_HEADER.size)
                if len(header) != _HEADER.size or not header.startswith(_MAGIC):
                    raise UserError(f"{path}: no table of identities, or cut off", _RESTORE)
                _, mark, salt, count = _HEADER.unpack(header)
                if mark != key_mark(key).encode():
                    raise UserError(f"{path}: written with another key", _RESTORE)
                places = tuple(_places(file, count, path))
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}", "run as the owner of the file") from error
        return cls(path, header, places, _cipher(key, salt))

    def read(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Decrypt some blocks, in the order asked for. UserError when one was changed."""
        from cryptography.exceptions import InvalidTag

        with self.path.open("rb") as file:
            for number in numbers:
                position, length = self.places[number]
                file.seek(position)
                try:
                    yield self.cipher.decrypt(_nonce(number), file.read(length), self.header)
                except InvalidTag as error:
                    raise UserError(f"{self.path}: block {number} was changed or damaged", _RESTORE) from error


def _places(file: BinaryIO, count: int, path: Path) -> Iterator[tuple[int, int]]:
    size = os.fstat(file.fileno()).st_size
    position = _HEADER.size
    for _ in range(count):
        file.seek(position)
        length = file.read(_LENGTH.size)
        if len(length) == _LENGTH.size:
            position += _LENGTH.size + _LENGTH.unpack(length)[0]
            yield position - _LENGTH.unpack(length)[0], _LENGTH.unpack(length)[0]
        if len(length) < _LENGTH.size or position > size:
            raise UserError(f"{path}: cut off", _RESTORE)
    if position != size:
        raise UserError(f"{path}: holds more than it says", _RESTORE)


def packed(frame: pl.DataFrame) -> bytes:
    """A frame as one block."""
    block = BytesIO()
    frame.write_ipc(block, compression="zstd")
    return block.getvalue()


def unpacked(block: bytes) -> pl.DataFrame:
    """The frame of a block."""
    return pl.read_ipc(BytesIO(block))
