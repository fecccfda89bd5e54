"""The encrypted table of identities: who the pseudonyms are; apart from the ledger, and read by no model.

One sealed file. Persons lie in buckets by their pseudonym; of each bucket one block holds what they are looked up by
and one who they are, so that an import decrypts no name. Writing goes bucket by bucket.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from features.cli.console import Progress, UserError, silent
from features.definition.structure import CHILD
from features.identity.definition import IdentityDefinition
from features.identity.keys import identities_folder, load_key
from features.identity.known import HAS_NUMBER, KnownPersons, known_schema, with_indexes
from features.identity.sealed import SealedFile, packed, unpacked, write_sealed

FILE = "persons.vault"
_LOCK = "persons.lock"
_WAIT_SECONDS = 60.0
BUCKETS = 64
_BUCKET = "bucket"


@dataclass(frozen=True, slots=True)
class VaultChange:
    """What a write did to the table."""

    added: int
    changed: int
    removed: int
    total: int


@dataclass(frozen=True, slots=True)
class Vault:
    """The table of identities of one home."""

    folder: Path
    identity: IdentityDefinition
    key: bytes

    @classmethod
    def open(cls, home: Path, identity: IdentityDefinition) -> Vault:
        """The table of a home, with its key (made once). UserError: see ``load_key``."""
        return cls(identities_folder(home), identity, load_key(home))

    @property
    def path(self) -> Path:
        """The file of the table; not there before the first import."""
        return self.folder / FILE

    def known(self, progress: Progress = silent) -> KnownPersons:
        """All persons as they are looked up. UserError when the file is cut off, changed, or of another key."""
        if not self.path.exists():
            return KnownPersons.nobody(self.identity)
        sealed = SealedFile.open(self.path, self.key)
        return KnownPersons.nobody(self.identity).and_also(self._lookups(sealed, progress))

    def persons(self, children: Iterable[str]) -> pl.DataFrame:
        """Who some children are: one row per child that is known, with every identity field."""
        wanted = pl.DataFrame({CHILD: sorted(set(children))}, schema={CHILD: pl.String})
        empty = pl.DataFrame(schema={CHILD: pl.String})
        if not self.path.exists():
            return empty
        sealed = SealedFile.open(self.path, self.key)
        buckets = sorted({_bucket_of(child) for child in wanted[CHILD]})
        found = [unpacked(block) for block in sealed.read(2 * bucket + 1 for bucket in buckets)]
        return pl.concat([empty, *found], how="diagonal").join(wanted, on=CHILD, how="semi").sort(CHILD)

    def upsert(self, persons: pl.DataFrame, progress: Progress = silent) -> VaultChange:
        """Add persons and update those known: what is known of them now counts, what is not said now is kept.

        Doing it twice changes nothing. Readers see all of it or nothing; a write that is killed leaves the old table.

        Args:
            persons: as ``Identified.persons``; only of children whose rows are in the ledger.
            progress: told of buckets.
        """
        parts = in_buckets(persons)
        return self.upsert_buckets(parts.__getitem__, progress)

    def upsert_buckets(self, persons: Callable[[int], pl.DataFrame], progress: Progress = silent) -> VaultChange:
        """As ``upsert``, for more persons than one would hold at once: ``persons`` gives those of one bucket."""

        def merge(bucket: int, held: pl.DataFrame) -> pl.DataFrame:
            said = persons(bucket)
            new = said.unique(CHILD, keep="last", maintain_order=True).sort(CHILD)
            return held if new.is_empty() else self._merged(held, new)

        return self._rewrite(merge, progress)

    def forget(self, children: Iterable[str], progress: Progress = silent) -> VaultChange:
        """Remove persons, as the law gives them the right to ask."""
        gone = pl.DataFrame({CHILD: sorted(set(children))}, schema={CHILD: pl.String})
        return self._rewrite(lambda _, held: held.join(gone, on=CHILD, how="anti", maintain_order="left"), progress)

    def _merged(self, held: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
        """A bucket with new persons; of those known before, lookups are made anew from all that is known of them."""
        facts = [name for name in new.columns if not name.startswith("by_")]
        fresh = new.join(held, on=CHILD, how="anti", maintain_order="left")
        new = new.join(held, on=CHILD, how="semi", maintain_order="left")
        before = pl.concat([pl.DataFrame(schema=new.select(facts).schema), held], how="diagonal")
        now = new.select(facts).join(before, on=CHILD, how="left", suffix=" before", maintain_order="left")
        kept = [name for name in before.columns if name not in facts and not name.startswith("by_")]
        now = now.select(
            pl.col(CHILD),
            *(pl.coalesce(name, f"{name} before").alias(name) for name in facts if name != CHILD),
            *kept,
        ).with_columns(pl.col(self.identity.roles["child_number"]).is_not_null().alias(HAS_NUMBER))
        others = held.join(new.select(CHILD), on=CHILD, how="anti")
        return pl.concat([others, fresh, with_indexes(now, self.identity, self.key)], how="diagonal").sort(CHILD)

    def _rewrite(self, change: Callable[[int, pl.DataFrame], pl.DataFrame], progress: Progress) -> VaultChange:
        with self._locked():
            sealed = SealedFile.open(self.path, self.key) if self.path.exists() else None
            counts = _Counts()
            blocks = self._changed_blocks(sealed, change, counts, progress)
            write_sealed(self.path, blocks, 2 * BUCKETS, self.key)
        return VaultChange(counts.added, counts.changed, counts.removed, counts.total)

    def _changed_blocks(
        self,
        sealed: SealedFile | None,
        change: Callable[[int, pl.DataFrame], pl.DataFrame],
        counts: _Counts,
        progress: Progress,
    ) -> Iterator[bytes]:
        lookups = list(known_schema(self.identity))
        for bucket in range(BUCKETS):
            held = pl.DataFrame(schema={CHILD: pl.String}) if sealed is None else self._whole(sealed, bucket)
            now = change(bucket, held)
            counts.add(held, now)
            yield packed(now.select(name for name in lookups if name in now.columns))
            yield packed(now.select(name for name in now.columns if not name.startswith("by_")))
            progress(bucket + 1, BUCKETS)

    def _whole(self, sealed: SealedFile, bucket: int) -> pl.DataFrame:
        """Everything of a bucket: who they are, and what they are looked up by."""
        lookup, persons = (unpacked(block) for block in sealed.read((2 * bucket, 2 * bucket + 1)))
        by = [name for name in lookup.columns if name.startswith("by_")]
        return pl.concat([persons, lookup.select(by)], how="horizontal")

    def _lookups(self, sealed: SealedFile, progress: Progress) -> Iterator[pl.DataFrame]:
        for bucket in range(BUCKETS):
            yield self._lookup_part(sealed, bucket)
            progress(bucket + 1, BUCKETS)

    def _lookup_part(self, sealed: SealedFile, bucket: int) -> pl.DataFrame:
        """What a bucket's persons are looked up by; made anew where the definition has other keys than the file."""
        lookup = unpacked(next(sealed.read((2 * bucket,))))
        if lookup.is_empty():
            return pl.DataFrame(schema=known_schema(self.identity))
        if set(known_schema(self.identity)) <= set(lookup.columns):
            return lookup
        whole = self._whole(sealed, bucket)
        absent = [name for name in self.identity.fields if name not in whole.columns]
        return with_indexes(
            whole.with_columns(pl.lit(None, pl.String).alias(name) for name in absent), self.identity, self.key
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only writer; what a killed write left behind is removed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.folder / _LOCK, timeout=_WAIT_SECONDS, mode=0o600):
                for part in self.folder.glob(f"{FILE}.part-*"):
                    part.unlink()
                yield
        except Timeout as error:
            raise UserError(f"{self.folder}: another import is writing identities", "wait, then run again") from error
        except OSError as error:
            raise UserError(
                f"{self.folder}: {error.strerror or 'cannot be written'}", "make sure the folder can be written"
            ) from error


@dataclass(slots=True)
class _Counts:
    added: int = 0
    changed: int = 0
    removed: int = 0
    total: int = 0

    def add(self, held: pl.DataFrame, now: pl.DataFrame) -> None:
        """Compare a bucket before and after."""
        if not held.equals(now):
            added = now.join(held, on=CHILD, how="anti").height
            same = now.join(held, on=now.columns, how="semi", nulls_equal=True).height if held.width == now.width else 0
            self.added += added
            self.removed += held.join(now, on=CHILD, how="anti").height
            self.changed += now.height - added - same
        self.total += now.height


def _bucket_of(child: str) -> int:
    return zlib.crc32(child.encode()) % BUCKETS


def in_buckets(persons: pl.DataFrame) -> list[pl.DataFrame]:
    """Persons in the buckets of the table, each in the order they came."""
    places = pl.Series(_BUCKET, [_bucket_of(child) for child in persons[CHILD]], dtype=pl.Int64)
    parts = persons.with_columns(places).partition_by(_BUCKET, as_dict=True, include_key=False, maintain_order=True)
    return [parts.get((bucket,), persons.clear()) for bucket in range(BUCKETS)]
