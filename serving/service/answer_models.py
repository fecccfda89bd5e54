"""What the answers look like, for the documents and for clients in Python."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Worded(_Model):
    """A code with its words."""

    code: str | None
    text: str


class Reason(_Model):
    """What one declared feature adds to the score (log-odds), with the value and the day of the fact behind it."""

    feature: str
    value: float | None
    contribution: float
    date: dt.date | None
    text: str


class Feature(_Model):
    """A declared feature nothing is known of."""

    feature: str
    text: str


class Rule(_Model):
    """A rule that demands a visit by a day."""

    rule: str
    due_on: dt.date
    text: str


class Duty(_Model):
    """The most urgent visit that law or policy demands in the period, and all rules that do."""

    rule: str
    text: str
    due_on: dt.date
    overdue_days: int = Field(ge=0)
    rules: list[Rule]


class OfficialLevel(_Model):
    """The level people assessed; never a band of the score."""

    code: str | None
    text: str
    assessed_on: dt.date | None
    assessed_by: str | None


class Fault(_Model):
    """A fault of a row that was sent: where it stands and what was wanted."""

    table: str
    row: int = Field(ge=0, description="place of the row in its table, from 0")
    field: str | None
    rule: str
    wanted: str


class Domain(_Model):
    """A support domain in which a need is likely: what a visitor might ask about and bring."""

    domain: str
    text: str
    ask: list[str]
    bring: list[str]


class Record(_Model):
    """One child."""

    child_id: str
    status: Literal["scored", "refused", "suspended", "invalid", "not_in_cohort", "no_score"]
    reason: str | None = Field(description="why there is no score")
    reason_code: Literal["outside_support", "region_not_fit", "other_county", "not_known_then"] | None = Field(
        description="what kind of no_score it is"
    )
    facts_outside: list[Feature] = Field(description="facts beyond what the model has seen, three at most")
    household_id: str | None
    region_code: str | None
    rank: int | None = Field(ge=1, description="place of the household in this request: duties first, then the score")
    household_driver: bool | None = Field(description="whether this child gives its household the place")
    duty: Duty | None
    score: float | None = Field(description="log-odds; it orders visits and decides nothing")
    probability: float | None = Field(ge=0, le=1, description="calibrated chance that a visit now finds a new need")
    band: Worded | None
    official_level: OfficialLevel | None
    raised_by: list[Reason]
    lowered_by: list[Reason]
    not_known: list[Feature]
    domains_likely: list[Domain] | None = Field(description="null: nothing can be said of domains")
    data_age_days: int | None
    faults: list[Fault]


class Definition(_Model):
    """The ledger definition the answer speaks by."""

    name: str
    version: str


class _Head(_Model):
    model_id: str = Field(description="the release that made the answer")
    definition: Definition
    policy: str
    region_check: Literal["fit", "with_care", "not_fit", "not_checked"] = Field(
        description="whether the release was found to fit this county"
    )
    own_calibration: bool = Field(description="whether chances come from a pilot in this county")
    as_of: dt.date
    area_as_of: dt.date | None = Field(description="the day the village totals speak for; null: they are not known")
    language: Literal["zh", "en"]
    purpose: str


class Counts(_Model):
    """Children by status."""

    scored: int
    refused: int
    suspended: int
    invalid: int
    not_in_cohort: int
    no_score: int


class ScoreAnswer(_Head):
    """The children of a request: the scored in their order, then the others."""

    counts: Counts
    records: list[Record]
    faults: list[Fault] = Field(description="faults of rows that name no family")


class ExplainAnswer(_Head):
    """One child with every contribution; together with the mean score they add up to its score."""

    record: Record
    mean_score: float | None
    contributions: list[Reason]


class Cutoffs(_Model):
    """From which score on a band holds, and the time the cut-offs were chosen in."""

    go_first: float
    soon: float
    fitted_from: dt.date
    fitted_to: dt.date


class Release(_Model):
    """A move that brought the model into use."""

    action: Literal["promote", "rollback"]
    model_id: str
    moved_at: dt.datetime
    criteria: str = Field("", description="the criteria it was held against")
    criteria_sha256: str = ""
    approvals: list[str] = Field([], description="who approved, and in which role")
    failed: list[str] = Field([], description="what was not met when it came into use by override")
    override: str = Field("", description="the reason it came into use although it had not passed")
    overridden_by: list[str] = []
    by: str = ""


class ModelAnswer(_Model):
    """The release in use."""

    model_id: str
    definition: Definition
    windows: dict[str, str]
    metrics: dict[str, float | None] = Field(description="null: not estimable")
    cutoffs: Cutoffs
    features: list[str]
    card: str = Field(description="the model card, Markdown")
    releases: list[Release] | None = Field(
        description="when and on what ground it came into use, oldest first; null: the history cannot be read"
    )


class Error(_Model):
    """What kept the request from being answered."""

    code: str
    message: str


class ErrorAnswer(_Model):
    """A request that was not answered."""

    error: Error
