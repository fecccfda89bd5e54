"""Names are sealed, opened for those who visit, and never break a page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from features.identity.keys import load_key
from serving.review.access.viewer import Viewer
from serving.review.cases.persons import Persons, called, persons_key, persons_of, seal, unseal
from serving.review.cases.pinyin import pinyin_key
from serving.review.cases.vault_persons import store_persons
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.persons import HouseholdPersons
from tests.serving.review.families import (
    ADDRESS,
    ELDEST,
    FIRST,
    GONE,
    GUARDIAN,
    MIDDLE,
    NAMES,
    PHONE,
    SECOND,
    SECRETS,
    YOUNGEST,
)
from tests.serving.review.making import FAR_VILLAGE, NEXT_VILLAGE, NOW, VILLAGE, account, place

PLACES = (place(1), place(2), place(7, FAR_VILLAGE))
FAMILY = Persons({ELDEST: "曾小明"}, GUARDIAN, PHONE, ADDRESS)


@pytest.fixture
def folders(home: Path) -> Folders:
    return Folders(home, home / "ledger")


@pytest.fixture
def desk(database: Database, folders: Folders) -> Desk:
    with database.writing() as session:
        assert store_persons(session, folders, PLACES, NOW) == 1
    return Desk(database, folders=folders)


def seen(desk: Desk, viewer: Viewer) -> dict[str, Persons]:
    with desk.database.reading() as session:
        return dict(persons_of(session, desk, viewer, [FIRST, SECOND, FIRST]))


def person(database: Database, role: Role, *regions: str) -> Viewer:
    with database.writing() as session:
        return account(session, role, *regions)


def test_who_visits_reads_the_names(desk: Desk, database: Database) -> None:
    found = seen(desk, person(database, Role.CASEWORKER))
    assert found == {FIRST: Persons(NAMES, GUARDIAN, PHONE, ADDRESS)}, "who is on file says more than who moved away"
    assert list(found[FIRST].children) == [ELDEST, MIDDLE, YOUNGEST, GONE]


@pytest.mark.parametrize(
    ("role", "region"),
    [
        (Role.SUPERVISOR, FAR_VILLAGE[:9]),
        (Role.CASEWORKER, NEXT_VILLAGE),
        (Role.MODEL_OWNER, ""),
        (Role.AUDITOR, ""),
        (Role.ADMINISTRATOR, ""),
    ],
)
def test_nobody_else_does(desk: Desk, database: Database, role: Role, region: str) -> None:
    assert seen(desk, person(database, role, region)) == {}


def test_the_database_names_nobody(desk: Desk) -> None:
    with desk.database.reading() as session:
        blocks = list(session.scalars(select(HouseholdPersons.sealed)))
    assert len(blocks) == 1
    assert not [secret for secret in SECRETS if secret.encode() in blocks[0]]


def test_loading_again_replaces_and_forgets_who_is_no_longer_held(
    desk: Desk, database: Database, home: Path, tmp_path: Path
) -> None:
    with database.writing() as session:
        assert store_persons(session, desk.folders, PLACES, NOW) == 1
    shutil.copytree(home / "identities", tmp_path / "identities")
    (tmp_path / "identities" / "persons.vault").unlink()
    with database.writing() as session:
        assert store_persons(session, Folders(tmp_path, home / "ledger"), PLACES, NOW) == 0
    assert seen(desk, person(database, Role.CASEWORKER)) == {}


@pytest.mark.parametrize("folders_now", [Folders(), Folders(Path("/nowhere")), None], ids=["none", "nowhere", "no key"])
def test_without_a_key_nothing_is_kept_or_read(
    desk: Desk, database: Database, home: Path, tmp_path: Path, folders_now: Folders | None
) -> None:
    now = folders_now or Folders(tmp_path, home / "ledger")
    with database.writing() as session:
        assert store_persons(session, now, PLACES, NOW) == 0
    viewer = person(database, Role.CASEWORKER)
    assert seen(replace(desk, folders=now), viewer) == {}
    assert not (tmp_path / "identities").exists(), "asking must not make a key"
    assert FIRST in seen(desk, viewer), "what was kept stays"


def test_without_a_ledger_nobody_is_looked_up(database: Database, home: Path) -> None:
    with database.writing() as session:
        assert store_persons(session, Folders(home), PLACES, NOW) == 0
        assert store_persons(session, Folders(home, home / "none"), PLACES, NOW) == 0


def test_another_key_or_one_that_others_may_read_opens_nothing(
    desk: Desk, database: Database, home: Path, tmp_path: Path
) -> None:
    viewer = person(database, Role.CASEWORKER)
    load_key(tmp_path)
    assert seen(replace(desk, folders=Folders(tmp_path)), viewer) == {}
    shutil.copytree(home / "identities", tmp_path / "open" / "identities")
    (tmp_path / "open" / "identities" / "key").chmod(0o644)
    assert persons_key(Folders(tmp_path / "open")) is None


@pytest.mark.parametrize("block", [b"", b"short", b"x" * 60], ids=["empty", "short", "changed"])
def test_a_damaged_row_is_a_household_without_names(desk: Desk, database: Database, block: bytes) -> None:
    with database.writing() as session:
        session.execute(update(HouseholdPersons).values(sealed=block))
    assert seen(desk, person(database, Role.CASEWORKER)) == {}


def test_a_block_belongs_to_its_household() -> None:
    key = b"k" * 32
    block = seal(key, FIRST, FAMILY)
    assert unseal(key, FIRST, block) == FAMILY
    assert unseal(key, SECOND, block) is None
    assert seal(key, FIRST, FAMILY) != block, "no two blocks are alike"
    assert unseal(key, FIRST, seal(key, FIRST, Persons())) == Persons()


def test_what_was_sealed_by_another_version_is_no_name() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = b"k" * 32
    block = b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, b'{"other": 1}', FIRST.encode())
    assert unseal(key, FIRST, block) is None


def test_how_a_household_is_called() -> None:
    assert called(FAMILY, FIRST) == f"{GUARDIAN}家"
    assert called(FAMILY, FIRST, "en") == f"family of {GUARDIAN}"
    assert called(Persons({ELDEST: "", MIDDLE: "曾雨欣"}), FIRST) == "曾雨欣家"
    assert called(None, FIRST) == f"家庭 {FIRST}"
    assert called(Persons(), "h1234567_8901234_5678901", "en") == "household …5678901"


def test_surnames_are_read_as_surnames() -> None:
    assert pinyin_key("曾小明")[0] == ("zeng1", "曾")
    assert [sound for sound, _ in pinyin_key("尉迟恭")] == ["yu4", "chi2", "gong1"]
    read = {"单": "shan4", "解": "xie4", "仇": "qiu2", "区": "ou1", "查": "zha1", "任": "ren2", "朴": "piao2"}
    assert {name: pinyin_key(f"{name}明")[0][0] for name in read} == read
    names = ["周明", "Anna", "曾明", "单于明", "单明", "陈明", "仇明", "张明", "章明", "张二"]
    assert sorted(names, key=pinyin_key) == [
        "Anna", "单于明", "陈明", "仇明", "单明", "曾明", "张二", "张明", "章明", "周明",
    ]  # fmt: skip
    assert pinyin_key(" 王 ") == (("wang2", "王"),)
    assert pinyin_key("") == ()


def test_regions_of_sealed_rows_are_those_of_the_places(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert session.scalars(select(HouseholdPersons.region_code)).all() == [VILLAGE]
