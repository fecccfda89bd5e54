"""One child explained: the same numbers as the batch, from the child's own household and its county's area table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.area import area_table
from features.cli.console import UserError
from features.definition import Label
from features.definition.structure import CHILD, CHILDREN, FINDING, HOUSEHOLD, RETRACTS, VISIT, VISITS
from features.ledger.store import LedgerStore
from models.domains import LIKELY
from models.release.regions import county_sha256, region_state
from models.release.suspensions import read_suspensions
from serving.batch.county import Scoring, score_children
from serving.batch.known import Tables
from serving.batch.manifest import PolicyUsed, policy_used
from serving.batch.run import definition_of, policies_of, policy_in_force, released
from serving.cases import PURPOSE, Case, FeatureWords, case_of


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """Which child of which ledger on which day, with which release and policy."""

    ledger: Path
    child_id: str
    as_of: dt.date
    home: Path
    release: str | None = None
    policy: Path | None = None
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainedCase:
    """A child's row as the batch writes it (without the ranks, which need the whole region), and its words.

    ``without_model``: the support domains with too few labels for a model.
    """

    row: dict[str, Any]
    case: Case
    county: str
    as_of: dt.date
    simulated: bool
    policy: PolicyUsed
    words: FeatureWords
    without_model: tuple[str, ...]

    @property
    def not_estimable(self) -> tuple[Label, ...]:
        """The names of the domains with too few labels."""
        return tuple(self.words.definition.domains[name] for name in self.without_model)

    def to_json(self) -> dict[str, Any]:
        """The row and its words as JSON values; numbers as exact as the batch has them."""
        row = {name: value for name, value in self.row.items() if name not in ("duty_severity", "tie")}
        labels = self.words.labels
        rules = [
            {**rule, "zh": self.policy.rules[rule["rule"]].zh, "en": self.policy.rules[rule["rule"]].en}
            for rule in row["duty_rules"] or ()
        ]
        return row | {
            "county": self.county,
            "simulated": self.simulated,
            "policy": self.policy.id,
            "duty_rules": rules,
            "reasons_up": self._reasons("reasons_up"),
            "reasons_down": self._reasons("reasons_down"),
            "not_known": [
                {"feature": name, "zh": labels[name].zh, "en": labels[name].en} for name in row["not_known"] or ()
            ],
            LIKELY: self._likely(),
            "domains_without_model": list(self.without_model),
            "purpose": {"zh": PURPOSE.zh, "en": PURPOSE.en},
        }

    def _likely(self) -> list[dict[str, Any]] | None:
        if self.case.likely is None:
            return None
        named = zip(self.row[LIKELY], self.case.likely, strict=True)
        return [{"domain": domain, **asdict(words)} for domain, words in named]

    def _reasons(self, column: str) -> list[dict[str, Any]]:
        words = [(reason, self.words.reason(reason)) for reason in self.row[column] or ()]
        return [{**reason, "zh": said.zh, "en": said.en} for reason, said in words]


def explain_case(request: ExplainRequest) -> ExplainedCase:
    """Score and explain one child.

    Raises:
        UserError: there is no ledger or release, the ledger does not know the child, or the child is not among those
            scored on that day.
    """
    store = LedgerStore.open(request.ledger)
    definition = definition_of(store, request.definition)
    homes = list(_homes(store, request.child_id))
    if not homes:
        raise UserError(f"{request.ledger}: the ledger knows no such child", "check the number given with --child")
    bundle = released(request.home, request.release, definition)
    policies, suspended = policies_of(request.policy), read_suspensions(request.home)
    for county in homes:
        policy = policy_in_force(policies, definition, county, request.as_of)
        region = region_state(request.home, county, bundle.model_id, county_sha256(store, county))
        scoring = Scoring.of(bundle, definition, policy, request.as_of, suspended=county in suspended, region=region)
        row = _scored_row(store, county, request.child_id, scoring)
        if row is not None:
            return _explained(row, county, store, scoring)
    raise UserError(
        f"the child is not among those scored on {request.as_of}",
        "its file is closed, it is too old, or it was recorded later: give another --as-of",
    )


def household_tables(tables: Tables, child_id: str) -> dict[str, pl.DataFrame]:
    """The rows of a county's tables about a child's households and everyone who ever lived in them.

    Retractions stay whatever they speak of: they need not name a household.
    """
    children = tables[CHILDREN].filter(pl.col(CHILD).is_not_null())
    people, homes = {child_id}, set[str]()
    while True:
        homes = set(children.filter(pl.col(CHILD).is_in(people))[HOUSEHOLD].drop_nulls())
        found = set(children.filter(pl.col(HOUSEHOLD).is_in(homes))[CHILD]) | people
        if found == people:
            break
        people = found
    visits = set(tables[VISITS].filter(pl.col(HOUSEHOLD).is_in(homes))[VISIT])
    return {name: _about(frame, people, homes, visits) for name, frame in tables.items()}


def _about(frame: pl.DataFrame, people: set[str], homes: set[str], visits: set[str]) -> pl.DataFrame:
    keys = ((CHILD, people), (HOUSEHOLD, homes), (VISIT, visits))
    tests = [pl.col(name).is_in(list(values)) for name, values in keys if name in frame.columns]
    about = pl.any_horizontal(pl.col(RETRACTS).is_not_null(), *tests)
    if FINDING in frame.columns:
        # A finding is whole: a later row of it may say that it belongs to another household.
        about |= pl.col(FINDING).is_in(frame.filter(about)[FINDING].implode())
    return frame.filter(about)


def _homes(store: LedgerStore, child_id: str) -> Iterator[str]:
    """The counties that know a child, the one it lives in now first."""
    now = store.find_child(child_id)
    if now is None:
        return
    yield now
    for county in store.counties():
        if county != now and _knows(store, county, child_id):
            yield county


def _knows(store: LedgerStore, county: str, child_id: str) -> bool:
    return not store.scan(county, CHILDREN).filter(pl.col(CHILD) == child_id).head(1).collect().is_empty()


def _scored_row(store: LedgerStore, county: str, child_id: str, scoring: Scoring) -> dict[str, Any] | None:
    tables = store.read(county).tables
    area = area_table(tables, scoring.definition, scoring.as_of, county=county)
    scored = score_children(household_tables(tables, child_id), county, scoring, area)
    rows: Sequence[dict[str, Any]] = scored.filter(pl.col(CHILD) == child_id).to_dicts()
    return rows[0] if rows else None


def _explained(row: dict[str, Any], county: str, store: LedgerStore, scoring: Scoring) -> ExplainedCase:
    rules = [rule["rule"] for rule in row["duty_rules"] or ()]
    words = FeatureWords.of(scoring.definition)
    used = policy_used(scoring.policy, scoring.definition, rules, [county])
    without_model = tuple(one.domain for one in scoring.domains.not_fitted)
    return ExplainedCase(
        row, case_of(row, used, words), county, row["as_of"], store.simulated, used, words, without_model
    )
