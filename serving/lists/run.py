"""Make lists: read ledger and scores, draw, record the whole frame, and only then hand the list over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import COUNTY_DIGITS, HOUSEHOLD, REGION, TOWNSHIP_DIGITS, VILLAGE_DIGITS
from features.ledger.store import LedgerStore
from models.policy.equal_recall import EqualRecall, read_equal_recall
from models.policy.lists.assignments import Move, move_rows, on_list
from models.policy.lists.facts import ListFacts, list_facts, rules_of
from models.policy.lists.period import Period
from models.policy.lists.pool import Ask, Pool, build_pool
from models.policy.lists.route import STOP
from models.policy.policy import Policy
from serving.batch.alarms import Alarm
from serving.batch.folder import ScoreFolder
from serving.batch.run import definition_of, policies_of, policy_in_force
from serving.lists.kept import kept_capacity
from serving.lists.limits import require_near
from serving.lists.record import Standing, add_rows, record_pools, standing_lists

Kind = Literal["pool", "director"]
LISTED = "listed"


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Which list to make, and from what.

    ``scope``: a county (a list per township), a township or a village. ``scores``: a folder of scores; None makes the
    list without machine learning, as of ``as_of`` (default: the day before the period). ``moves``: by hand, after the
    draw. ``preview``: draw and count, record nothing and name nobody.
    """

    ledger: Path
    scope: str
    period: Period
    home: Path
    scores: Path | None = None
    as_of: dt.date | None = None
    visits: int | None = None
    kind: Kind = "pool"
    policy: Path | None = None
    definition: str | None = None
    equal_recall: Path | None = None
    moves: tuple[Move, ...] = ()
    revise: str | None = None
    preview: bool = False


@dataclass(frozen=True, slots=True)
class MadeList:
    """A list that is recorded. ``rows``: the frame in the order of the stops, with what stands now.

    ``rows`` adds to the pool's frame listed (now), moved (the latest row is a move by hand) and removed_reason.
    ``village``: the list is that of the director of this village alone; "" for a whole pool. ``standing``: None for a
    preview.
    """

    pool: Pool
    policy: Policy
    definition: Definition
    rows: pl.DataFrame
    village: str
    standing: Standing | None
    simulated: bool
    alarms: tuple[Alarm, ...]

    @property
    def list_id(self) -> str:
        """Its number in the ledger."""
        return self.pool.list_id if self.standing is None else self.standing.list_id

    @property
    def listed(self) -> pl.DataFrame:
        """The households to visit, in the order of the stops; those added by hand last."""
        return self.rows.filter(pl.col(LISTED))


def make_lists(request: ListRequest) -> tuple[MadeList, ...]:
    """Draw and record the lists a request asks for.

    Raises:
        UserError: nothing of the place is in ledger or scores, the day and the period do not fit, another list stands
            for them, or a move is not possible.
    """
    store, county = LedgerStore.open(request.ledger), _county(request)
    definition = definition_of(store, request.definition)
    folder = None if request.scores is None else ScoreFolder.open(request.scores)
    as_of = _as_of(request, folder)
    policy = policy_in_force(policies_of(request.policy), definition, county, as_of)
    tables = store.read(county).tables
    facts = list_facts(tables, definition, policy, request.period, as_of, county=county)
    known = facts.newest if folder is None else as_of
    if known is not None:
        require_near(request.period, known, scored=folder is not None)
    scores = None if folder is None else _scores(folder, county, request.scope, definition)
    asks = _asks(request, facts, store)
    if request.preview and (request.moves or request.revise is not None):
        raise UserError("a preview changes nothing", "leave --preview out, or --add, --remove and --revise")
    if len(asks) > 1 and request.moves:
        raise UserError("a move by hand belongs to one list", "give --township or --village")
    cutoffs = _cutoffs(request, scores)
    make = partial(build_pool, scores, facts, policy, cutoffs=cutoffs)
    pools = [_pool(make, ask, facts, store, request.home) for ask, _ in asks]
    standing: tuple[Standing | None, ...] = (None,) * len(pools)
    if not request.preview:
        standing = record_pools(store, pools, definition, county, request.revise)
    alarms = () if folder is None else folder.manifest.alarms
    made = []
    for (_, village), pool, stands in zip(asks, pools, standing, strict=True):
        rows = _rows_now(pool, stands, request, policy, definition)
        mine = rows.filter(pl.col(REGION).str.starts_with(village))
        made.append(MadeList(pool, policy, definition, mine, village, stands, store.simulated, alarms))
    return tuple(made)


def _pool(make: Callable[[Ask], Pool], ask: Ask, facts: ListFacts, store: LedgerStore, home: Path) -> Pool:
    """The list as drawn; one that stands with a capacity of its own keeps it where no other is asked for."""
    pool = make(ask)
    if pool.frame.is_empty():
        raise UserError(f"no household to visit in {ask.scope}", "look at the codes with: mopai ledger show")
    if ask.visits is not None:
        return pool
    stands = [one for one in standing_lists(store, facts.county, facts.period, ask.scope) if one.scope == ask.scope]
    if not stands:
        return pool
    kept = kept_capacity(home, stands[0].list_id)
    if kept is None and stands[0].is_of(pool):
        return pool
    # The ledger knows how many were drawn, not how many there was room for: less than the duties, or more than all.
    again = make(replace(ask, visits=stands[0].drawn if kept is None else kept))
    return again if stands[0].is_of(again) else pool


def _county(request: ListRequest) -> str:
    digits = (COUNTY_DIGITS, TOWNSHIP_DIGITS, VILLAGE_DIGITS)
    if not (request.scope.isascii() and request.scope.isdecimal() and len(request.scope) in digits):
        raise UserError(f"place '{request.scope}'", "wanted 6 digits of a county, 9 of a township or 12 of a village")
    if request.kind == "director" and len(request.scope) != VILLAGE_DIGITS:
        raise UserError(f"a director's list for {request.scope}", "give --village and its twelve digits")
    return request.scope[:COUNTY_DIGITS]


def _as_of(request: ListRequest, folder: ScoreFolder | None) -> dt.date:
    if folder is None:
        return request.as_of or request.period.start - dt.timedelta(days=1)
    made = folder.manifest.as_of
    if request.as_of not in (None, made):
        raise UserError(f"the scores speak for {made}, not for {request.as_of}", "score that day, or leave --as-of out")
    return made


def _scores(folder: ScoreFolder, county: str, scope: str, definition: Definition) -> pl.DataFrame:
    manifest = folder.manifest
    if county not in folder.counties() or not scope.startswith(manifest.region[: len(scope)]):
        raise UserError(f"{folder.folder}: no scores of {scope}", f"score its county: mopai score --region {county}")
    if len(manifest.region) > len(scope):
        raise UserError(f"{folder.folder}: scores of {manifest.region} alone", f"score the whole of {scope}")
    if manifest.definition_hash != definition.hash:
        raise UserError(f"{folder.folder}: scored with another version of the definition", "score the region again")
    return folder.read(county)


def _asks(request: ListRequest, facts: ListFacts, store: LedgerStore) -> list[tuple[Ask, str]]:
    """The lists to draw, each with the village it is cut down to."""
    if len(request.scope) == COUNTY_DIGITS:
        townships = facts.children[REGION].drop_nulls().str.slice(0, TOWNSHIP_DIGITS).unique().sort()
        return [(Ask(code, request.visits), "") for code in townships]
    village = request.scope if len(request.scope) == VILLAGE_DIGITS else ""
    if village:
        township = village[:TOWNSHIP_DIGITS]
        standing = standing_lists(store, facts.county, request.period, village)
        if any(one.scope == township for one in standing):
            return [(Ask(township, request.visits), village)]
    return [(Ask(request.scope, request.visits), village)]


def _cutoffs(request: ListRequest, scores: pl.DataFrame | None) -> tuple[EqualRecall, ...]:
    """The cut-offs given, or those the audit of the scores' model left in the home."""
    path = request.equal_recall
    if path is None and scores is not None and scores.height:
        path = request.home / "evidence" / str(scores["model_id"][0]) / "equal_recall.json"
        if not path.is_file():
            return ()
    if path is None:
        return ()
    try:
        return read_equal_recall(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "give the file an audit wrote: equal_recall.json") from error


def _rows_now(
    pool: Pool, standing: Standing | None, request: ListRequest, policy: Policy, definition: Definition
) -> pl.DataFrame:
    """The frame with what stands now, moves of this request logged first."""
    if standing is None:
        rows = pool.frame.select(HOUSEHOLD, pl.col("drawn").alias(LISTED))
        nobody = pl.lit(None, pl.String)
        now = rows.with_columns(
            pl.lit(value=False).alias("moved"), nobody.alias("removed_reason"), nobody.alias("source")
        )
    else:
        kept = standing.rows
        for move in request.moves:
            logged = move_rows(kept, move, rules_of(policy))
            add_rows(request.ledger, logged, definition, pool.scope[:COUNTY_DIGITS])
            kept = pl.concat([kept, logged])
        moved = pl.col("stratum") == "by_hand"
        now = on_list(kept).select(HOUSEHOLD, LISTED, moved.alias("moved"), "removed_reason", "source")
    joined = pool.frame.join(now, on=HOUSEHOLD, how="left", maintain_order="left")
    return joined.sort(STOP, "order", nulls_last=True)
