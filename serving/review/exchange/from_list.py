"""A list as ``mopai list`` makes it, put into words for the review database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from features.definition import Label
from features.definition.structure import CHILD, HOUSEHOLD, REGION
from models.policy.lists.facts import rules_of
from models.policy.words import rule_words
from serving.batch.folder import ScoreFolder
from serving.cases import Case, FeatureWords, case_of
from serving.lists.run import LISTED, MadeList
from serving.review.exchange.load import Place, Sheet
from serving.review.exchange.terms import Terms
from serving.review.store.lists import Stratum
from serving.review.supervise import supervise_settings


def sheet_of(made: MadeList, scores: ScoreFolder | None) -> Sheet:
    """The list with everything its pages will show, and the next households of its frame below the cut.

    Reasons come from the scores it was made with, if any.
    """
    pool, kept = made.pool, _kept(made)
    ways = {row[REGION]: _way(row) for row in pool.villages.to_dicts()}
    cases = {} if scores is None else _cases(made, kept, scores)
    return Sheet(
        list_id=made.list_id,
        region_code=pool.scope,
        period_from=pool.period.start,
        period_to=pool.period.end,
        as_of=pool.as_of,
        frame_size=pool.frame.height,
        places=[_place(turn, row, made, cases, ways) for turn, row in enumerate(kept.to_dicts(), start=1)],
        model_id=pool.model_id,
        data_newest_on=pool.newest,
        simulated=made.simulated,
        terms=_terms(made),
    )


def _kept(made: MadeList) -> pl.DataFrame:
    """The households to visit and, below them, those taken off by hand and the next in order."""
    taken = pl.col("moved") & ~pl.col(LISTED)
    others = made.rows.filter(~pl.col(LISTED) & ~taken).sort("order").head(supervise_settings().pool.below_the_cut)
    return pl.concat([made.listed, made.rows.filter(taken), others])


def _place(
    turn: int, row: Mapping[str, Any], made: MadeList, cases: Mapping[str, Case], ways: Mapping[str, Mapping[str, Any]]
) -> Place:
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
        rating_asked=not duty and row["band"] is not None and _asks(made, row[HOUSEHOLD]),
        shown=_shown(row, made, cases.get(row[CHILD])) | {"village": ways.get(row[REGION], {})},
        listed=row[LISTED],
        kind=row["kind"],
        probability=row["probability"],
        moved_reason=(str(row["source"]).partition(":")[2] or None) if row["moved"] else None,
    )


def _asks(made: MadeList, household: str) -> bool:
    """Whether the place is one of the share that a person rates first; the same whenever the list is loaded."""
    drawn = hashlib.sha256(f"{made.list_id}|{household}".encode()).digest()
    return int.from_bytes(drawn[:8]) < rules_of(made.policy).rating_share * 2**64


def _shown(row: Mapping[str, Any], made: MadeList, case: Case | None) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if row["duty"]:
        zh, en = (rule_words(row["duty_rule"], made.policy, made.definition, language) for language in ("zh", "en"))
        shown["duty"] = {"zh": zh, "en": en}
    if case is not None:
        shown |= {"up": _both(case.raising), "down": _both(case.lowering), "not_known": _both(case.not_known)}
        if case.likely is not None:
            shown["likely"] = [
                {"name": _words(one.name), "ask": _both(one.ask), "bring": _both(one.bring)} for one in case.likely
            ]
    return shown


def _way(row: Mapping[str, Any]) -> dict[str, Any]:
    """What going to a village costs and finds, as ``village_costs`` gives it."""
    return {name: row[name] for name in ("visits", "duties", "moved", "detour", "given_up")}


def _terms(made: MadeList) -> Terms:
    rules, pool = rules_of(made.policy), made.pool
    return Terms(
        policy=pool.policy_id,
        visits=pool.capacity.visits,
        duties=pool.capacity.duties,
        random=pool.capacity.random,
        certain=pool.capacity.certain,
        per_director=rules.per_director,
        add_reasons={code: _words(label) for code, label in rules.add_reasons.items()},
        remove_reasons={code: _words(label) for code, label in rules.remove_reasons.items()},
    )


def _both(labels: tuple[Label, ...]) -> list[dict[str, str]]:
    return [_words(label) for label in labels]


def _words(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _cases(made: MadeList, kept: pl.DataFrame, scores: ScoreFolder) -> dict[str, Case]:
    """The children that give their households the place, in words."""
    county = made.pool.scope[:6]
    words, policy = FeatureWords.of(made.definition), scores.manifest.policy_of(county)
    rows = scores.read(county).filter(pl.col(CHILD).is_in(kept[CHILD].drop_nulls().implode()))
    return {row[CHILD]: case_of(row, policy, words) for row in rows.to_dicts()}
