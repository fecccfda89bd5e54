"""The encrypted table: what is in it, who can read it, and what becomes of it when something goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.cli.console import UserError
from features.identity import vault as module
from features.identity.definition import IdentityDefinition
from features.identity.keys import load_key
from features.identity.known import known_schema
from features.identity.sealed import SealedFile, write_sealed
from features.identity.vault import Vault, VaultChange
from tests.features.identity.conftest import KEY, Identify

VILLAGE = "520123001001"


def people(identified: Identify, count: int, **more: str) -> pl.DataFrame:
    rows = [{"name": f"某{n}", "birth_date": "2009-03-14", "region_code": VILLAGE, **more} for n in range(count)]
    return identified(*rows).persons


@pytest.fixture
def vault(tmp_path: Path, identity: IdentityDefinition) -> Vault:
    path = tmp_path / "identities" / "key"
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_text(KEY.hex())
    return Vault.open(tmp_path, identity)


def test_persons_come_back_as_they_were(vault: Vault, identified: Identify, identity: IdentityDefinition) -> None:
    sent = people(identified, 30, guardian_phone="13800001111")
    assert vault.known().frame.is_empty()
    assert vault.persons(sent["child_id"]).is_empty()
    assert vault.upsert(sent) == VaultChange(added=30, changed=0, removed=0, total=30)
    assert vault.known().frame.equals(sent.select(*known_schema(identity)))
    some = sent["child_id"].head(5)
    assert (
        vault.persons([*some, "c0000000_0000000_0000000"])
        .select("child_id", "name", "guardian_phone")
        .equals(sent.head(5).select("child_id", "name", "guardian_phone"))
    )


def test_the_file_names_nobody_and_is_the_owners(vault: Vault, identified: Identify) -> None:
    sent = people(identified, 3, guardian_phone="13800001111")
    vault.upsert(sent)
    content = vault.path.read_bytes()
    for value in ("某1", "13800001111", *sent["child_id"], *sent["by_name__birth_date"]):
        assert value.encode() not in content
    assert vault.path.stat().st_mode & 0o777 == 0o600
    assert vault.folder.stat().st_mode & 0o777 == 0o700


def test_twice_is_once_and_what_is_not_said_is_kept(vault: Vault, identified: Identify) -> None:
    sent = people(identified, 3, guardian_phone="13800001111", guardian_name="王五")
    vault.upsert(sent)
    assert vault.upsert(sent) == VaultChange(added=0, changed=0, removed=0, total=3)
    less = people(identified, 1, guardian_phone="13900002222")
    assert vault.upsert(less) == VaultChange(added=0, changed=1, removed=0, total=3)
    (now,) = vault.persons(less["child_id"]).to_dicts()
    assert (now["guardian_name"], now["guardian_phone"]) == ("王五", "13900002222")
    both = people(identified, 1, guardian_phone="13900002222", guardian_name="王五")
    index = "by_guardian_name__guardian_phone__region_code"
    known = vault.known().frame.join(both, on="child_id", how="semi")
    assert known[index].item() != sent.filter(pl.col("child_id") == known["child_id"].item())[index].item()


def test_persons_can_be_removed(vault: Vault, identified: Identify) -> None:
    sent = people(identified, 3)
    vault.upsert(sent)
    assert vault.forget([sent["child_id"][0], "c9"]) == VaultChange(added=0, changed=0, removed=1, total=2)
    assert vault.persons(sent["child_id"])["child_id"].to_list() == sent["child_id"].to_list()[1:]


def test_another_key_opens_nothing(vault: Vault, identified: Identify, tmp_path: Path) -> None:
    vault.upsert(people(identified, 3))
    other = replace(vault, key=load_key(tmp_path / "other"))
    with pytest.raises(UserError, match="written with another key") as refused:
        other.known()
    assert "saved copy" in refused.value.hint


def test_a_definition_with_other_keys_still_finds_everybody(
    vault: Vault, identified: Identify, identity: IdentityDefinition
) -> None:
    sent = people(identified, 5, address="3组")
    vault.upsert(sent)
    households = {**identity.section("households"), "certain": [["address", "region_code"]]}
    changed = replace(identity, settings={**identity.settings, "households": households})
    known = replace(vault, identity=changed).known().frame
    assert known["by_address__region_code"].n_unique() == 1
    assert known["by_address__region_code"].null_count() == 0
    assert known["child_id"].to_list() == sent["child_id"].to_list()


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_or_missing_byte_is_seen(tmp_path: Path, data: st.DataObject) -> None:
    key, path = b"k" * 32, tmp_path / "file"
    blocks = [b"first block", b"", b"third block of another length"]
    write_sealed(path, iter(blocks), 3, key)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                whole[:place],
                whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :],
                whole + b"x",
            ]
        )
    )
    path.write_bytes(damaged)
    with pytest.raises(UserError, match=r"cut off|changed or damaged|another key|more than it says|no table"):
        list(SealedFile.open(path, key).read(range(3)))
    path.write_bytes(whole)
    assert list(SealedFile.open(path, key).read(range(3))) == blocks


def test_blocks_cannot_change_places_or_files(tmp_path: Path) -> None:
    key = b"k" * 32
    for name in ("one", "other"):
        write_sealed(tmp_path / name, iter([b"a" * 40, b"b" * 40]), 2, key)
    one = (tmp_path / "one").read_bytes()
    head, size = len(one) - 2 * (8 + 56), 8 + 56
    first, second = one[head : head + size], one[head + size :]
    foreign = (tmp_path / "other").read_bytes()[head : head + size]
    for mixed in (second + first, first + first, foreign + second):
        (tmp_path / "one").write_bytes(one[:head] + mixed)
        with pytest.raises(UserError, match="changed or damaged"):
            list(SealedFile.open(tmp_path / "one", key).read(range(2)))


_WRITER = """
import sys, time, polars as pl
from pathlib import Path
from features.identity.definition import load_identity
from features.identity.vault import Vault
def slowly(done, total, note=""):
    print(done, flush=True)
    time.sleep(0.05)
Vault.open(Path(sys.argv[1]), load_identity()).upsert(pl.read_parquet(sys.argv[2]), slowly)
"""


def test_a_write_that_is_killed_leaves_the_old_table_and_the_next_one_tidies_up(
    vault: Vault, identified: Identify, tmp_path: Path
) -> None:
    before = people(identified, 3)
    vault.upsert(before)
    old = vault.path.read_bytes()
    people(identified, 20).write_parquet(tmp_path / "more.parquet")
    arguments = [sys.executable, "-c", _WRITER, str(tmp_path), str(tmp_path / "more.parquet")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        while writer.stdout.readline().strip() != "20":
            pass
        os.kill(writer.pid, signal.SIGKILL)
    assert len(list(vault.folder.glob("persons.vault.part-*"))) == 1
    assert vault.path.read_bytes() == old
    assert vault.known().frame.height == 3
    assert vault.upsert(people(identified, 20)).total == 20
    assert list(vault.folder.glob("persons.vault.part-*")) == []


_NO_ROOM = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from features.cli.console import UserError
exec(open(sys.argv[3]).read().split("# then")[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    vault.upsert(more)
except UserError as error:
    print(error.message)
"""


def test_without_room_the_table_stays_as_it_was(vault: Vault, identified: Identify, tmp_path: Path) -> None:
    vault.upsert(people(identified, 3))
    old = vault.path.read_bytes()
    people(identified, 400).write_parquet(tmp_path / "more.parquet")
    begin = tmp_path / "begin.py"
    begin.write_text(
        "import sys, polars as pl\nfrom pathlib import Path\n"
        "from features.identity.definition import load_identity\nfrom features.identity.vault import Vault\n"
        "vault = Vault.open(Path(sys.argv[1]), load_identity())\nmore = pl.read_parquet(sys.argv[2])\n"
    )
    arguments = [sys.executable, "-c", _NO_ROOM, str(tmp_path), str(tmp_path / "more.parquet"), str(begin)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "cannot be written: File too large; it is as it was" in done.stdout
    assert vault.path.read_bytes() == old
    assert list(vault.folder.glob("*.part-*")) == []


def test_two_writers_wait_for_each_other(vault: Vault, identified: Identify, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.2)
    with FileLock(vault.folder / "persons.lock"), pytest.raises(UserError, match="another import is writing"):
        vault.upsert(people(identified, 1))
    assert vault.upsert(people(identified, 1)).added == 1


def test_a_folder_that_is_a_file_is_said(vault: Vault, identified: Identify, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("")
    blocked = replace(vault, folder=tmp_path / "blocked" / "inside")
    with pytest.raises(UserError, match="Not a directory"):
        blocked.upsert(people(identified, 1))


def test_a_file_that_is_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        SealedFile.open(tmp_path / "folder", b"k" * 32)


@pytest.mark.slow
def test_a_hundred_thousand_persons_take_seconds(vault: Vault) -> None:
    count = 100_000
    sent = pl.DataFrame({"child_id": [f"c{n:07d}_0000000_0000000" for n in range(count)]}).with_columns(
        pl.lit("h1").alias("household_id"), pl.lit(value=True).alias("has_number"), pl.lit("520123").alias("county"),
        pl.lit(VILLAGE).alias("region_code"), pl.lit("2009-03-14").alias("birth_date"),
        *(pl.lit(None, pl.String).alias(name) for name in vault.identity.fields if name != "name"),
        pl.col("child_id").alias("name"),
    )  # fmt: skip
    begun = time.process_time()
    assert vault.upsert(sent).added == count
    assert vault.known().frame.height == count
    assert time.process_time() - begun < 30
