"""A ledger that a test may write lists to, and requests for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.policy.lists.period import Period
from serving.batch.folder import ScoreFolder
from serving.lists.run import ListRequest, MadeList, make_lists
from tests.builders import COUNTY, default_definition, make_tables, write_source
from tests.serving.conftest import AS_OF

PERIOD = Period.parse(f"{AS_OF + timedelta(days=1):%Y-%m}")
Ask = Callable[..., ListRequest]


@pytest.fixture
def ask(ledger: Path, scored: ScoreFolder, tmp_path: Path) -> Ask:
    """Makes requests for one township of a ledger of its own, with scores unless told otherwise."""
    own = tmp_path / "ledger"
    shutil.copytree(ledger, own)
    base = ListRequest(own, township_of(scored), PERIOD, tmp_path / "home", scores=scored.folder)

    def make(**changes: Any) -> ListRequest:
        return replace(base, **changes)

    return make


def township_of(scored: ScoreFolder) -> str:
    """The township of the first county with the most children."""
    codes = scored.read(scored.counties()[0])["region_code"].str.slice(0, 9)
    return str(codes.value_counts().sort("count", "region_code").tail(1)["region_code"][0])


def one(request: ListRequest) -> MadeList:
    """The only list of a request."""
    (made,) = make_lists(request)
    return made


def room(request: ListRequest, more: int) -> int:
    """A capacity that leaves so many visits after the duties."""
    return one(replace(request, preview=True, revise=None, moves=())).pool.capacity.duties + more


@pytest.fixture
def two_towns(tmp_path: Path) -> ListRequest:
    """A request for a county of two townships and three villages, without scores; eight children each."""
    villages = [f"{COUNTY}001001", f"{COUNTY}001002", f"{COUNTY}002001"]
    homes = [{"household_id": f"h{number}", "region_code": villages[number % 3]} for number in range(24)]
    children = [{"child_id": f"c{number}", "household_id": f"h{number}"} for number in range(24)]
    visits = [
        {"visit_id": f"v{number}", "household_id": f"h{number}", "visited_on": date(2018, 5, 1)} for number in range(24)
    ]
    tables = make_tables(households=homes, children=children, visits=visits)
    source = write_source({name: rows for name, rows in tables.items() if rows.height}, tmp_path / "sent")
    import_folder(source, tmp_path / "towns", default_definition())
    return ListRequest(tmp_path / "towns", COUNTY, Period.parse("2018-07"), tmp_path / "home")


def rows_in_ledger(request: ListRequest) -> pl.DataFrame:
    """The assignments that lists of the period left in the ledger."""
    rows = LedgerStore.open(request.ledger).read(request.scope[:6]).tables["assignments"]
    return rows.filter(pl.col("list_id").str.starts_with("L2"))
