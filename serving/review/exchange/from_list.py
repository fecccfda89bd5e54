"""A list as ``mopai list`` makes it, put into words for the review database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from features.definition import Label
from features.definition.structure import CHILD, HOUSEHOLD, REGION
from models.policy.words import rule_words
from serving.batch.folder import ScoreFolder
from serving.cases import Case, FeatureWords, case_of
from serving.lists.run import MadeList
from serving.review.exchange.load import Place, Sheet
from serving.review.settings import settings
from serving.review.store.lists import Stratum


def sheet_of(made: MadeList, scores: ScoreFolder | None) -> Sheet:
    """The list with everything its pages will show; reasons come from the scores it was made with, if any."""
    pool = made.pool
    cases = {} if scores is None else _cases(made, scores)
    return Sheet(
        list_id=made.list_id,
        region_code=made.village or pool.scope,
        period_from=pool.period.start,
        period_to=pool.period.end,
        as_of=pool.as_of,
        frame_size=pool.frame.height,
        places=[_place(turn, row, made, cases) for turn, row in enumerate(made.listed.to_dicts(), start=1)],
        model_id=pool.model_id,
        data_newest_on=pool.newest,
        simulated=made.simulated,
    )


def _place(turn: int, row: Mapping[str, Any], made: MadeList, cases: Mapping[str, Case]) -> Place:
    duty = bool(row["duty"])
    return Place(
        household_id=row[HOUSEHOLD],
        region_code=row[REGION],
        place=turn,
        stratum=Stratum.BY_HAND if row["moved"] else Stratum(row["stratum"]),
        inclusion_probability=row["inclusion_probability"],
        driver_child_id=row[CHILD],
        band=None if duty else row["band"],
        duty_rule=row["duty_rule"] if duty else None,
        duty_due_on=row["duty_due_on"] if duty else None,
        last_visit_on=row["last_met_on"],
        new=bool(row["new"]),
        carried=row["kind"] == "carried",
        rating_asked=not duty and row["band"] is not None and _asks(made.list_id, row[HOUSEHOLD]),
        shown=_shown(row, made, cases.get(row[CHILD])),
    )


def _asks(list_id: str, household: str) -> bool:
    """Whether the place is one of the share that a person rates first; the same whenever the list is loaded."""
    drawn = hashlib.sha256(f"{list_id}|{household}".encode()).digest()
    return int.from_bytes(drawn[:8]) < settings().rating_share * 2**64


def _shown(row: Mapping[str, Any], made: MadeList, case: Case | None) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if row["duty"]:
        zh, en = (rule_words(row["duty_rule"], made.policy, made.definition, language) for language in ("zh", "en"))
        shown["duty"] = {"zh": zh, "en": en}
    if case is not None:
        shown |= {"up": _both(case.raising), "down": _both(case.lowering), "not_known": _both(case.not_known)}
    return shown


def _both(labels: tuple[Label, ...]) -> list[dict[str, str]]:
    return [{"zh": label.zh, "en": label.en} for label in labels]


def _cases(made: MadeList, scores: ScoreFolder) -> dict[str, Case]:
    """The children that give their households the place, in words."""
    county = made.pool.scope[:6]
    words, policy = FeatureWords.of(made.definition), scores.manifest.policy_of(county)
    rows = scores.read(county).filter(pl.col(CHILD).is_in(made.listed[CHILD].drop_nulls().implode()))
    return {row[CHILD]: case_of(row, policy, words) for row in rows.to_dicts()}
