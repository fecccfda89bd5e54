"""Made-up townships: children on file with duties and scores, without a ledger behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from models.policy.lists.facts import ListFacts
from models.policy.lists.period import Period
from models.policy.lists.pool import Ask, Pool, build_pool
from models.policy.lists.previous import Previous
from models.policy.policy import Policy
from tests.builders import default_definition
from tests.policy.cases import national

AS_OF = date(2018, 6, 30)
PERIOD = Period.parse("2018-07")
TOWN = "520001001"

_CHILD = {
    "region_code": pl.String, "refused": pl.Boolean, "official_level": pl.String, "level_place": pl.Int32,
    "duty": pl.Boolean, "duty_rule": pl.String, "duty_due_on": pl.Date, "duty_overdue_days": pl.Int32,
    "duty_severity": pl.Int32, "finding_due_on": pl.Date, "next_due_on": pl.Date, "last_met_on": pl.Date,
    "known_on": pl.Date, "new": pl.Boolean,
}  # fmt: skip
_WAITS = {"household_id": pl.String, "as_of": pl.Date, "drawn": pl.Boolean, "waits": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a made-up township. ``duty``: days from the as-of date to its due day; None: none."""

    home: int
    village: int = 1
    score: float | None = None
    duty: int | None = None
    finding: int | None = None
    next_due: int | None = None
    level: int = 4
    refused: bool = False
    waits: bool = False
    new: bool = False


def facts_of(children: Sequence[Child]) -> ListFacts:
    """The ledger's part of a list for the children, in their order."""
    rows = [_row(number, child) for number, child in enumerate(children)]
    waits = {f"h{child.home:03}" for child in children if child.waits}
    listed = [
        {"household_id": home, "as_of": AS_OF - timedelta(days=31), "drawn": True, "waits": True}
        for home in sorted(waits)
    ]
    gone = pl.DataFrame(schema={"household_id": pl.String, "region_code": pl.String, "why": pl.String})
    schema = {"child_id": pl.String, "household_id": pl.String, **_CHILD}
    return ListFacts(
        county="520001",
        as_of=AS_OF,
        period=PERIOD,
        definition=default_definition(),
        children=pl.DataFrame(rows, schema=schema, orient="row"),
        gone=gone,
        previous=Previous(pl.DataFrame(listed, schema=_WAITS, orient="row"), AS_OF - timedelta(days=31)),
        newest=AS_OF,
    )


def scores_of(children: Sequence[Child], *, model_id: str = "m1") -> pl.DataFrame:
    """Scores of the children that have one and did not refuse."""
    rows = [
        {
            "child_id": f"c{number:03}",
            "score": child.score,
            "status": "scored" if child.score is not None else "no_score",
        }
        for number, child in enumerate(children)
    ]
    frame = pl.DataFrame(rows, schema={"child_id": pl.String, "score": pl.Float64, "status": pl.String}, orient="row")
    chance = 1 / (1 + (-pl.col("score")).exp())
    return frame.with_columns(chance.alias("probability"), pl.lit(model_id).alias("model_id"))


def pool_of(
    children: Sequence[Child],
    visits: int,
    *,
    share: float = 0.2,
    scored: bool = True,
    seed: str = "",
    scope: str = TOWN,
) -> Pool:
    """The list of the children's township."""
    scores = scores_of(children) if scored else None
    return build_pool(scores, facts_of(children), policy_with(random_share=share), Ask(scope, visits, seed))


def policy_with(**rules: Any) -> Policy:
    """The national policy with other rules for lists."""
    policy = national()
    assert policy.lists is not None
    return replace(policy, lists=replace(policy.lists, **rules))


def places(pool: Pool) -> dict[str, int]:
    """household_id -> place of those on the list."""
    return dict(pool.listed.select("household_id", "place").iter_rows())


def kinds(pool: Pool) -> Mapping[str, str]:
    """household_id -> why it is on the list, in order."""
    return dict(pool.listed.select("household_id", "kind").iter_rows())


def _row(number: int, child: Child) -> dict[str, Any]:
    due = None if child.duty is None else AS_OF + timedelta(days=child.duty)
    return {
        "child_id": f"c{number:03}",
        "household_id": f"h{child.home:03}",
        "region_code": f"{TOWN}{child.village:03}",
        "refused": child.refused,
        "official_level": None,
        "level_place": child.level,
        "duty": due is not None,
        "duty_rule": None if due is None else "red_item:no_guardian",
        "duty_due_on": due,
        "duty_overdue_days": None if due is None else max(0, -(child.duty or 0)),
        "duty_severity": None if due is None else 0,
        "finding_due_on": None if child.finding is None else AS_OF + timedelta(days=child.finding),
        "next_due_on": None if child.next_due is None else AS_OF + timedelta(days=child.next_due),
        "last_met_on": None,
        "known_on": AS_OF - timedelta(days=400),
        "new": child.new,
    }
