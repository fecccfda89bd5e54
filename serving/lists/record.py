"""Lists in the ledger: what stands there for a period, and recording a new list before anybody sees it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import ASSIGNMENTS, RECORDED_ON, SOURCE
from features.known import known_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.policy.lists.assignments import LIST_SOURCE, assignment_rows, revision_rows
from models.policy.lists.draw import DRAWN
from models.policy.lists.period import Period
from models.policy.lists.pool import Pool
from models.policy.lists.previous import LIST, drawn_up, list_prefix

_REVISION = "-r"


@dataclass(frozen=True, slots=True)
class Standing:
    """A list that is in the ledger: its number, the place it is for, and all its rows."""

    list_id: str
    scope: str
    rows: pl.DataFrame

    @property
    def drawn(self) -> int:
        """How many households were drawn, before any move by hand."""
        return int(self.rows.filter(pl.col(SOURCE) == LIST_SOURCE)[DRAWN].sum())

    def is_of(self, pool: Pool) -> bool:
        """Whether it was made from the same inputs."""
        return self.list_id.split(_REVISION)[0] == pool.list_id


def standing_lists(store: LedgerStore, county: str, period: Period, scope: str) -> tuple[Standing, ...]:
    """The lists of a period that share households with a place: those of the place, of parts of it and of its whole."""
    rows = store.read(county, [ASSIGNMENTS]).tables[ASSIGNMENTS]
    prefix = list_prefix(period)
    mine = rows.filter(pl.col(LIST).str.starts_with(prefix))
    valid = drawn_up(pl.DataFrame(known_rows(mine, dt.date.max).to_native()))
    found = [
        Standing(str(key[0]), str(key[0])[len(prefix) :].split("-")[0], part)
        for key, part in valid.partition_by(LIST, as_dict=True).items()
    ]
    sharing = [one for one in found if one.scope.startswith(scope) or scope.startswith(one.scope)]
    return tuple(sorted(sharing, key=lambda one: one.list_id))


def record_pools(
    store: LedgerStore, pools: Sequence[Pool], definition: Definition, county: str, revise: str | None
) -> tuple[Standing, ...]:
    """Write the whole frames of lists to the ledger in one step: all or none, and the same lists again change nothing.

    Args:
        store: the ledger.
        pools: the lists as drawn.
        definition: the ledger's definition.
        county: its code.
        revise: why lists that stand are drawn anew; their rows are then taken back and kept. None: that is refused.

    Raises:
        UserError: another list stands for the period and place, or the rows could not be written.
    """
    standing, new = [], []
    for pool in pools:
        others = standing_lists(store, county, pool.period, pool.scope)
        same = next((one for one in others if one.is_of(pool)), None)
        if same is None and others and revise is None:
            raise _stands(others[0], pool)
        if same is None:
            number = f"{pool.list_id}{_REVISION}{_revisions(store, county, pool) + 1}" if others else pool.list_id
            rows = assignment_rows(replace(pool, list_id=number), definition)
            new += [revision_rows(one.rows, _after(one.rows, pool.as_of), str(revise)) for one in others] + [rows]
            same = Standing(number, pool.scope, rows)
        standing.append(same)
    if new:
        add_rows(store.folder, pl.concat(new), definition, county)
    return tuple(standing)


def _stands(other: Standing, pool: Pool) -> UserError:
    return UserError(
        f"a list of {pool.period.name} for {other.scope} stands already ({other.list_id}), and what the ledger, the "
        "scores, the policy or the capacity say now would give another",
        "go by the list that stands, or draw anew and log why: --revise REASON",
    )


def add_rows(ledger: Path, rows: pl.DataFrame, definition: Definition, county: str) -> None:
    """Add rows of assignments to a ledger by its own import; UserError when one of them is refused."""
    with tempfile.TemporaryDirectory(prefix="mopai-list-") as folder:
        path = Path(folder) / f"{ASSIGNMENTS}.parquet"
        rows.write_parquet(path)
        report = import_folder(path, ledger, definition, county=county, table=ASSIGNMENTS, workers=1)
    if not report.faults.is_empty():
        fault = report.faults.row(0, named=True)
        raise UserError(
            f"the list cannot be recorded: {fault['column']} {fault['rule']}", "check the ledger: mopai ledger check"
        )


def _revisions(store: LedgerStore, county: str, pool: Pool) -> int:
    rows = store.read(county, [ASSIGNMENTS]).tables[ASSIGNMENTS]
    numbers = rows.filter(pl.col(LIST).str.starts_with(f"{list_prefix(pool.period)}{pool.scope}"))[LIST].unique()
    return int(numbers.str.contains(_REVISION, literal=True).sum())


def _after(rows: pl.DataFrame, day: dt.date) -> dt.date:
    """A list is taken back on the day of the new one, and never before it was recorded."""
    days: list[dt.date] = [day, *rows[RECORDED_ON].to_list()]
    return max(days)
