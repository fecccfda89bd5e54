"""Counties scored in one go: the same bytes, only counties that are scored alike, and no fault spreads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from features.cli.console import UserError
from features.ledger.store import LedgerStore
from models.release.regions import UNCHECKED
from serving.batch.county import Scoring
from serving.batch.engine import attempt_group
from serving.batch.groups import group_limits, groups_of
from serving.batch.run import definition_of, policies_of, policy_in_force, released
from serving.batch.tasks import AREA, CountyTask, score_counties
from tests.serving.conftest import AS_OF


def _tasks(ledger: Path, home: Path, staging: Path) -> dict[str, CountyTask]:
    (staging / AREA).mkdir(parents=True)
    store = LedgerStore.open(ledger)
    definition = definition_of(store, None)
    bundle, policies = released(home, None, definition), policies_of(None)
    return {
        county: CountyTask(
            store,
            county,
            "",
            Scoring.of(
                bundle,
                definition,
                policy_in_force(policies, definition, county, AS_OF),
                AS_OF,
                suspended=False,
                region=UNCHECKED,
            ),
            staging,
        )
        for county in store.counties()
    }


def test_counties_scored_together_have_the_bytes_of_each_alone(
    ledger: Path, released_home: Path, tmp_path: Path
) -> None:
    alone = [score_counties([task])[0] for task in _tasks(ledger, released_home, tmp_path / "alone").values()]
    together = score_counties(list(_tasks(ledger, released_home, tmp_path / "together").values()))
    assert [one.files for one in together] == [one.files for one in alone]
    assert [one.facts for one in together] == [one.facts for one in alone]
    assert [one.rules for one in together] == [one.rules for one in alone]
    assert len(alone) > 2


def test_a_damaged_county_does_not_take_its_group_with_it(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    tasks = _tasks(ledger, released_home, tmp_path / "staging")
    first, *others = tasks
    store = tasks[first].store
    lost = replace(store.manifest, counties={name: store.manifest.counties[name] for name in others})
    tasks[first] = replace(tasks[first], store=replace(store, manifest=lost))
    found = dict(attempt_group(tasks, [first, *others]))
    assert isinstance(found[first], UserError)
    assert all(not isinstance(found[name], UserError) for name in others)


def _many(ledger: Path, home: Path, staging: Path, rows: Mapping[str, int]) -> dict[str, CountyTask]:
    task = next(iter(_tasks(ledger, home, staging).values()))
    held = task.store.manifest.counties[task.county]
    counties = {
        county: {name: replace(table, rows=count if name == "children" else 0) for name, table in held.items()}
        for county, count in rows.items()
    }
    store = replace(task.store, manifest=replace(task.store.manifest, counties=counties))
    return {county: replace(task, store=store, county=county) for county in counties}


def test_small_counties_go_together_neighbours_apart(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    tasks = _many(ledger, released_home, tmp_path / "s", {f"{place:06d}": 10 for place in range(80)})
    groups = groups_of(tasks, 1)
    assert sorted(county for group in groups for county in group) == sorted(tasks)
    assert max(len(group) for group in groups) == group_limits().counties
    assert all(int(after) - int(before) > 1 for group in groups for before, after in pairwise(group))
    assert all(len(group) == 1 for group in groups_of(tasks, 40))


def test_a_large_county_stands_alone_and_comes_first(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    sizes = {f"{place:06d}": 10 for place in range(80)} | {"000017": group_limits().rows}
    groups = groups_of(_many(ledger, released_home, tmp_path / "s", sizes), 1)
    assert groups[0] == ("000017",)


def test_a_suspended_county_is_scored_apart(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    tasks = _many(ledger, released_home, tmp_path / "s", {f"{place:06d}": 10 for place in range(80)})
    tasks["000017"] = replace(tasks["000017"], scoring=replace(tasks["000017"].scoring, suspended=True))
    assert ("000017",) in groups_of(tasks, 1)
