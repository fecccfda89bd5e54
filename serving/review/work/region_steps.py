"""How far each village, township and county of a viewer is: on file, scored, listed, visited, month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition.structure import (
    COUNTY_DIGITS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    REGION,
    RETRACTS,
    ROW_ID,
    VALID_FROM,
)
from features.known import known_rows, latest_rows
from features.ledger.store import LedgerStore
from models.release.region_status import CountyStatus, StatusRequest, region_status
from serving.batch.folder import ScoreFolder
from serving.review.access.viewer import May, Viewer, within
from serving.review.desk import Folders
from serving.review.exchange.terms import Terms
from serving.review.store.lists import ListItem, Status, Stratum, VisitList

_SCORED = "scored"


@dataclass(frozen=True, slots=True)
class Steps:
    """Households of a village or township by step; None where this machine does not know."""

    code: str
    on_file: int | None
    scored: int | None
    listed: int
    visited: int


@dataclass(frozen=True, slots=True)
class Month:
    """A list that was made: households listed and visited, places by lot as drawn and as they stand, moves by hand."""

    visit_list: VisitList
    terms: Terms
    listed: int
    visited: int
    by_lot: int
    by_lot_kept: int
    moved: int

    @property
    def random_arm(self) -> bool:
        """Whether any place fell by lot."""
        return self.by_lot > 0 or self.terms.random > 0


def counties_of(folders: Folders, viewer: Viewer) -> Sequence[CountyStatus]:
    """How far the counties of the viewer's regions are; none where this machine has no ledger of them."""
    viewer.require(May.SUPERVISE)
    if folders.ledger is None or folders.home is None:
        return ()
    scores = () if folders.scores is None else (folders.scores,)
    found: list[CountyStatus] = []
    for code in sorted({region[:COUNTY_DIGITS] for region in viewer.regions}):
        try:
            found += region_status(StatusRequest(folders.ledger, folders.home, code, scores)).counties
        except UserError:
            continue
    return found


def steps_of(session: Session, viewer: Viewer, folders: Folders, digits: int, under: str = "") -> Sequence[Steps]:
    """The villages or townships (by ``digits``) of the viewer that begin with ``under``, by code."""
    place = func.substr(ListItem.region_code, 1, digits)
    rows = session.execute(
        select(
            place,
            func.count(ListItem.household_id.distinct()),
            func.count(case((ListItem.status == Status.DONE, ListItem.household_id)).distinct()),
        )
        .where(
            within(viewer, May.SUPERVISE, ListItem.region_code),
            ListItem.region_code.startswith(under, autoescape=True),
            ListItem.listed,
        )
        .group_by(place)
    )
    counts = {str(code): (listed, visited) for code, listed, visited in rows}
    on_file, scored = _on_file(folders, viewer), _scored(folders, viewer)
    held = {code for part in (on_file, scored) if part is not None for code in part}
    codes = {code[:digits] for code in held if code.startswith(under) and viewer.covers(code)} | counts.keys()
    return [
        Steps(code, _under(on_file, code), _under(scored, code), *counts.get(code, (0, 0))) for code in sorted(codes)
    ]


def months_of(session: Session, viewer: Viewer, first: int, count: int) -> Sequence[Month]:
    """The lists made for the viewer's regions, the newest month first."""
    by_lot = or_(ListItem.kind == "random", ListItem.stratum == Stratum.RANDOM)
    listed = ListItem.listed
    drawn = and_(by_lot, or_(listed, ListItem.kind == "random"))
    sums = (
        listed, and_(listed, ListItem.status == Status.DONE), drawn, and_(by_lot, listed),
        ListItem.moved_reason.is_not(None),
    )  # fmt: skip
    rows = session.execute(
        select(VisitList, *(func.sum(case((one, 1), else_=0)) for one in sums))
        .join(ListItem, ListItem.list_pk == VisitList.id)
        .where(within(viewer, May.SUPERVISE, ListItem.region_code))
        .group_by(VisitList.id)
        .order_by(VisitList.period_from.desc(), VisitList.region_code, VisitList.id.desc())
        .offset(first)
        .limit(count)
    )
    return [Month(one, Terms.read(one.terms), *map(int, counts)) for one, *counts in rows]


def _on_file(folders: Folders, viewer: Viewer) -> Mapping[str, int] | None:
    """Households on file by village; None where this machine has no ledger."""
    if folders.ledger is None:
        return None
    counts: dict[str, int] = {}
    try:
        store = LedgerStore.open(folders.ledger)
        for code in _counties(viewer, store.counties()):
            rows = store.scan(code, HOUSEHOLDS).select(HOUSEHOLD, REGION, VALID_FROM, RECORDED_ON, ROW_ID, RETRACTS)
            counts |= _by_village(rows.collect())
    except UserError:
        return None
    return counts


def _by_village(rows: pl.DataFrame) -> dict[str, int]:
    latest = pl.DataFrame(latest_rows(known_rows(rows, dt.date.max), (HOUSEHOLD,)).to_native())
    return dict(latest.drop_nulls(REGION).group_by(REGION).len().iter_rows())


def _scored(folders: Folders, viewer: Viewer) -> Mapping[str, int] | None:
    """Households with a scored child by village; None where this machine has no scores."""
    if folders.scores is None:
        return None
    counts: dict[str, int] = {}
    try:
        scores = ScoreFolder.open(folders.scores)
        for code in _counties(viewer, scores.counties()):
            mine = scores.read(code).filter(pl.col("status") == _SCORED).drop_nulls(REGION)
            counts |= dict(mine.group_by(REGION).agg(pl.col(HOUSEHOLD).n_unique()).iter_rows())
    except UserError:
        return None
    return counts


def _counties(viewer: Viewer, held: Sequence[str]) -> list[str]:
    wanted = {region[:COUNTY_DIGITS] for region in viewer.regions}
    return [code for code in held if code in wanted]


def _under(counts: Mapping[str, int] | None, place: str) -> int | None:
    if counts is None:
        return None
    return sum(number for code, number in counts.items() if code.startswith(place))
