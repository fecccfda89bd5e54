"""From a real ledger: lists loaded, another capacity tried, the steps of a region, and moves by hand in the ledger."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from features.cli.app import build
from features.definition import load_definition
from serving.batch.folder import ScoreFolder
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, VisitList
from serving.review.store.migrate import upgrade
from serving.review.work.pool import PoolAsked, pool_of, pool_part, pools_of
from serving.review.work.pool_moves import Moving, move_place
from serving.review.work.pool_preview import NoPreviewError, preview
from serving.review.work.region_steps import counties_of, months_of, steps_of
from tests.serving.review.making import account
from tests.serving.review.supervising import browsing

NOW = datetime.now(UTC)
# More than the duties of the place, and fewer than its households.
VISITS = 120


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ledger with scores, and the lists of one county loaded."""

    folders: Folders
    county: str
    month: str
    database: Database
    lists: list[dict[str, object]]

    def run(self, *arguments: str) -> list[dict[str, object]]:
        """``mopai``, with a JSON answer's lists."""
        result = CliRunner().invoke(build(), [*arguments, "--json"])
        assert result.exit_code == 0, result.output
        found: list[dict[str, object]] = json.loads(result.stdout)["lists"]
        return found

    def options(self) -> list[str]:
        """The folders, as a person types them."""
        ledger, home = self.folders.ledger, self.folders.home
        return ["--period", self.month, "--ledger", str(ledger), "--home", str(home)]


@pytest.fixture(scope="module")
def loaded(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """A county's lists, loaded in one go with the home's own ledger and scores."""
    home = tmp_path_factory.mktemp("supervised")
    shutil.copytree(ledger, home / "ledger")
    shutil.copytree(released_home / "releases", home / "releases")
    shutil.copytree(scored.folder, home / "scores")
    url = f"sqlite:///{home / 'review.db'}"
    database = Database.open(url)
    upgrade(database)
    after = scored.manifest.as_of
    month = f"{after.year + after.month // 12}-{after.month % 12 + 1:02}"
    one = Loaded(Folders(home, home / "ledger", home / "scores"), scored.counties()[0], month, database, [])
    lists = one.run(
        "review", "load-list", "--place", one.county, "--period", month, "--home", str(home), "--visits", str(VISITS),
        "--database", url,
    )  # fmt: skip
    yield replace(one, lists=lists)
    database.engine.dispose()


@pytest.fixture
def supervisor(loaded: Loaded) -> Viewer:
    """Who supervises the county."""
    with loaded.database.writing() as session:
        return account(session, Role.SUPERVISOR, loaded.county, name=f"super-{uuid.uuid4().hex[:8]}")


def test_pools_of_a_county_come_in_one_go_and_again_change_nothing(loaded: Loaded) -> None:
    assert loaded.lists
    assert all(one["loaded"] and one["place"].startswith(loaded.county) for one in loaded.lists)  # type: ignore[attr-defined]
    assert all(one["households"] <= VISITS or one["overloaded"] for one in loaded.lists)  # type: ignore[operator]
    assert any(one["below_the_cut"] for one in loaded.lists)
    again = loaded.run(
        "review", "load-list", "--place", loaded.county, *loaded.options(), "--visits", str(VISITS),
        "--database", str(loaded.database.engine.url),
    )  # fmt: skip
    assert [one["loaded"] for one in again] == [False] * len(loaded.lists)


def test_another_capacity_is_counted_and_nobody_keeps_it(loaded: Loaded, supervisor: Viewer) -> None:
    with loaded.database.reading() as session:
        made = pools_of(session, supervisor)[0]
        pool = pool_of(session, supervisor, made.id, 5)
        assert pool.terms.visits == VISITS
        same, more = preview(loaded.folders, made, VISITS), preview(loaded.folders, made, VISITS + 5)
        assert (same.duties, same.certain, same.random) == (pool.terms.duties, pool.terms.certain, pool.terms.random)
        assert same.listed == pool.listed
        assert more.listed >= same.listed
        assert (more.expected or 0) >= (same.expected or 0) - 1
        none = replace(loaded.folders, ledger=None)
        bare = replace(loaded.folders, scores=None)
        lost = replace(loaded.folders, ledger=loaded.folders.home)
        for folders in (none, bare, lost):
            with pytest.raises(NoPreviewError, match="preview_no_ledger"):
                preview(folders, made, VISITS)
    with loaded.database.writing() as session, session.begin_nested() as undo:
        other = session.get_one(VisitList, made.id)
        other.terms = {**other.terms, "policy": "another"}
        with pytest.raises(NoPreviewError, match="preview_other_rules"):
            preview(loaded.folders, other, VISITS)
        undo.rollback()


def test_how_far_each_place_is(loaded: Loaded, supervisor: Viewer) -> None:
    with loaded.database.reading() as session:
        counties = counties_of(loaded.folders, supervisor)
        assert [(one.county, one.done()[3]) for one in counties] == [(loaded.county, True)]
        townships = steps_of(session, supervisor, loaded.folders, 9)
        villages = steps_of(session, supervisor, loaded.folders, 12, townships[0].code)
        assert sum(one.on_file or 0 for one in villages) == townships[0].on_file
        assert sum(one.scored or 0 for one in villages) == townships[0].scored
        assert sum(one.listed for one in villages) == townships[0].listed > 0
        months = months_of(session, supervisor, 0, 40)
        assert {one.visit_list.list_id for one in months} == {one["list_id"] for one in loaded.lists}
        assert all(one.random_arm == (one.terms.random > 0) and one.by_lot == one.terms.random for one in months)
        lost = Folders(loaded.folders.home, loaded.folders.home, loaded.folders.home)
        assert counties_of(lost, supervisor) == []
        assert {(one.on_file, one.scored) for one in steps_of(session, supervisor, lost, 9)} == {(None, None)}


def test_the_pages_of_a_real_list(loaded: Loaded, supervisor: Viewer) -> None:
    with loaded.database.reading() as session:
        key = pools_of(session, supervisor)[0].id
    with browsing(Desk(loaded.database, folders=loaded.folders), supervisor.name) as browser:
        assert '<th scope="col" class="n">125</th>' in browser.get(f"/supervise/capacity?list={key}")
        html = browser.get("/supervise/regions?page=1")
        assert f"County {loaded.county}" in html
        assert "Investigated and imported" in html
        assert 'name="list"' in browser.get(f"/supervise/pool?list={key}")


def test_moves_by_hand_are_in_the_ledger_as_the_command_s_own(loaded: Loaded, supervisor: Viewer) -> None:
    with loaded.database.writing() as session:
        made = next(one for one in pools_of(session, supervisor) if pool_of(session, supervisor, one.id, 5).below)
        key, list_id, scope = made.id, made.list_id, made.region_code
        below = pool_part(session, supervisor, PoolAsked(key, "below"), NOW).items[0]
        listed = session.scalars(
            select(ListItem).where(ListItem.list_pk == key, ListItem.listed, ListItem.duty_rule.is_(None))
        ).first()
        assert listed is not None
        added, taken = below.household_id, listed.household_id
        move_place(session, supervisor, Moving(below.id, below.version, add=True, reason="known_need"), NOW)
        move_place(session, supervisor, Moving(listed.id, listed.version, add=False, reason="away"), NOW)
    assert loaded.folders.ledger is not None
    report = export_outbox(loaded.database, loaded.folders.ledger, load_definition(), NOW)
    assert (dict(report.exported), dict(report.refused)) == ({"assignments": 2}, {})
    told = loaded.run(
        "list",
        "--township",
        scope,
        *loaded.options(),
        "--scores",
        str(loaded.folders.scores),
        "--capacity",
        str(VISITS),
    )[0]
    assert told["list_id"] == list_id
    assert {(move["household_id"], move["listed"], move["source"]) for move in told["moves"]} == {  # type: ignore[attr-defined]
        (added, True, "by_hand:known_need"), (taken, False, "by_hand:away"),
    }  # fmt: skip
