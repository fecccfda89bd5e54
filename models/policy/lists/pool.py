"""A township's pool: which visits happen in a period. A director's list: the order of one person's visits."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from features.definition.structure import HOUSEHOLD, REGION, VILLAGE_DIGITS
from models.policy.equal_recall import EqualRecall
from models.policy.lists.draw import DRAWN, KIND, KINDS, PLACE, Capacity, draw, share_out
from models.policy.lists.equal import EqualOrder, adjusted_scores, equal_order
from models.policy.lists.facts import ListFacts, rules_of
from models.policy.lists.period import Period
from models.policy.lists.places import FRAME_COLUMNS, day_after, household_frame, scored_children
from models.policy.lists.previous import list_prefix
from models.policy.lists.route import STOP, village_costs, with_stops
from models.policy.ordering import lots
from models.policy.policy import Policy

MODEL = "model_id"


@dataclass(frozen=True, slots=True)
class Ask:
    """Which list is asked for.

    ``scope``: a township's or a village's code. ``visits``: the capacity; None takes the policy's. ``seed``: of the
    lots; "" takes the policy's.
    """

    scope: str
    visits: int | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """A list as it was drawn: everything later estimates need, before anybody sees it.

    ``frame``: every household that could have been listed, in order, with ``FRAME_COLUMNS`` and kind, stratum,
    inclusion_probability, drawn, place and stop. ``villages``: as ``village_costs`` gives them. ``left_out``: how many
    are on no frame, by why: households whose every child refused the model and has no duty, and households that
    waited but have nobody on file.
    """

    list_id: str
    scope: str
    period: Period
    as_of: dt.date
    policy_id: str
    model_id: str | None
    seed: str
    capacity: Capacity
    frame: pl.DataFrame
    villages: pl.DataFrame
    left_out: Mapping[str, int]
    equal: EqualOrder
    newest: dt.date | None

    @property
    def random_arm(self) -> bool:
        """Some places fell by lot: without any, what lists miss can never be estimated."""
        return self.capacity.random > 0

    @property
    def listed(self) -> pl.DataFrame:
        """The households on the list, by place."""
        return self.frame.filter(pl.col(DRAWN)).sort(PLACE)

    def counts(self) -> dict[str, int]:
        """Households on the list by why they are there, and the size of the frame."""
        kinds = self.listed[KIND]
        return {"frame": self.frame.height} | {kind: int((kinds == kind).sum()) for kind in KINDS}


def build_pool(
    scores: pl.DataFrame | None, facts: ListFacts, policy: Policy, ask: Ask, cutoffs: Sequence[EqualRecall] = ()
) -> Pool:
    """Draw the list of a township (or of one village, as its director's own list).

    Args:
        scores: child_id, status, score, probability, band and model_id of the county, with the group columns that
            equal recall may ask for; None without machine learning: then days, levels and the lot order.
        facts: the ledger's part.
        policy: the rules in force.
        ask: which list.
        cutoffs: equal-recall cut-offs on offer; read only where the policy switches them on.
    """
    rules = rules_of(policy)
    seed = ask.seed or policy.tie_seed
    children = scored_children(facts, scores).filter(pl.col(REGION).str.starts_with(ask.scope).fill_null(value=False))
    model_id = _model_of(scores)
    equal = equal_order(rules.equal_recall, cutoffs, children, model_id, facts.as_of)
    homes = household_frame(adjusted_scores(children, equal), facts, seed)
    refused = homes["refused_by_all"] & ~homes["duty"]
    frame = homes.filter(~refused).select(FRAME_COLUMNS)
    visits = ask.visits if ask.visits is not None else _capacity(frame, policy, ask.scope)
    duties = int(frame["duty"].sum())
    capacity = share_out(visits, duties, frame.height - duties, rules.random_share)
    ahead = day_after(facts.period.end, rules.findings_ahead_days)
    lot = lots(frame[HOUSEHOLD], f"{seed}|lot|{ask.scope}|{facts.period.name}", facts.as_of)
    drawn = with_stops(draw(frame, capacity, ahead, lot))
    pool = Pool(
        list_id="",
        scope=ask.scope,
        period=facts.period,
        as_of=facts.as_of,
        policy_id=policy.id,
        model_id=model_id,
        seed=seed,
        capacity=capacity,
        frame=drawn,
        villages=village_costs(drawn),
        left_out=_left_out(facts, ask.scope, int(refused.sum())),
        equal=equal,
        newest=facts.newest,
    )
    return _numbered(pool)


def director_list(pool: Pool, village: str) -> pl.DataFrame:
    """The order of one person's visits: those of a village on its township's pool, with ``turn`` from 1."""
    mine = pool.listed.filter(pl.col(REGION).str.starts_with(village))
    return mine.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("turn"))


def overloaded_villages(pool: Pool, policy: Policy) -> pl.DataFrame:
    """The villages of a pool whose visits are more than one director's: region_code, visits, duties."""
    room = rules_of(policy).per_director
    return pool.villages.filter(pl.col("visits") > room).select(REGION, "visits", "duties")


def _capacity(frame: pl.DataFrame, policy: Policy, scope: str) -> int:
    rules = rules_of(policy)
    if len(scope) >= VILLAGE_DIGITS:
        return rules.per_director
    return rules.capacity_of(frame[REGION].str.slice(0, VILLAGE_DIGITS).n_unique())


def _model_of(scores: pl.DataFrame | None) -> str | None:
    if scores is None or MODEL not in scores.columns or not scores["score"].is_finite().any():
        return None
    return str(scores[MODEL].drop_nulls().unique().sort().item(0))


def _left_out(facts: ListFacts, scope: str, refused: int) -> dict[str, int]:
    gone = facts.gone.filter(pl.col(REGION).str.starts_with(scope).fill_null(value=False))
    counts = gone["why"].fill_null("unknown").value_counts().sort("why")
    return ({"refused": refused} if refused else {}) | dict(counts.iter_rows())


def _numbered(pool: Pool) -> Pool:
    """The pool with its number: the same inputs give the same one, and any other input another."""
    told = (HOUSEHOLD, "child_id", REGION, "score", KIND, "stratum", "inclusion_probability", DRAWN, PLACE, STOP)
    content: dict[str, Any] = {
        "as_of": pool.as_of,
        "policy": pool.policy_id,
        "model": pool.model_id,
        "seed": pool.seed,
        "places": (pool.capacity.duties, pool.capacity.random, pool.capacity.certain),
        "equal": asdict(pool.equal),
        "frame": pool.frame.select(told).rows(),
    }
    digest = hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()[:12]
    return replace(pool, list_id=f"{list_prefix(pool.period)}{pool.scope}-{digest}")
