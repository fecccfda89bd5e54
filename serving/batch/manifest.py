"""The manifest of a folder of scores: what was scored with what, what it warns of, and every file's sha256."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from features.definition import Definition, Label, Language
from models.bands import Cutoffs
from models.policy.policy import Policy
from models.policy.words import rule_words
from serving.batch.alarms import Alarm, CountyFacts
from serving.batch.output import KIND

FORMAT = 3
LANGUAGES: tuple[Language, Language] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class PolicyUsed:
    """A policy that held in some of the counties, with the words of its rules and levels."""

    id: str
    label: Label
    counties: tuple[str, ...]
    rules: Mapping[str, Label]
    levels: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class MissingCounty:
    """A county that could not be scored: what was wrong, and what to do."""

    county: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class ScoreManifest:
    """What a folder of scores is. ``files`` maps each file (relative) to its sha256.

    ``domains_without_model``: the support domains of which too few labels were known to say anything. ``missing``: the
    counties that could not be scored; no place counts them.
    """

    region: str
    as_of: dt.date
    simulated: bool
    model_id: str
    definition_name: str
    definition_version: str
    definition_hash: str
    ledger_hash: str
    cutoffs: Cutoffs
    policies: tuple[PolicyUsed, ...]
    counties: tuple[CountyFacts, ...]
    alarms: tuple[Alarm, ...]
    files: Mapping[str, str]
    domains_without_model: tuple[str, ...]
    missing: tuple[MissingCounty, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many children, households and duties there are, and children by what they got."""
        names: tuple[str, ...] = ("children", "households", "scored", "refused", "suspended", "no_score", "duties")
        names += ("overdue", "duty_households")
        return {name: sum(getattr(facts, name) for facts in self.counties) for name in names}

    def policy_of(self, county: str) -> PolicyUsed:
        """The policy that held in a county."""
        return next(policy for policy in self.policies if county in policy.counties)

    def newest_recorded_on(self) -> dt.date | None:
        """The last day anything was recorded in any of the counties."""
        days = [facts.newest_recorded_on for facts in self.counties if facts.newest_recorded_on is not None]
        return max(days, default=None)

    def to_json(self) -> str:
        """The manifest as written: the same content gives the same bytes."""
        content = {"kind": KIND, "format": FORMAT, "counts": self.counts(), **asdict(self)}
        content["cutoffs"] = self.cutoffs.to_json()
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ScoreManifest:
        """Read what ``to_json`` wrote; ValueError, KeyError or TypeError when it is something else."""
        raw: dict[str, Any] = json.loads(text)
        if (raw.pop("kind"), raw.pop("format")) != (KIND, FORMAT):
            raise ValueError("not a manifest of scores of this format")
        del raw["counts"]
        return cls(
            **raw
            | {
                "as_of": dt.date.fromisoformat(raw["as_of"]),
                "cutoffs": Cutoffs.from_json(raw["cutoffs"]),
                "policies": tuple(_policy(policy) for policy in raw["policies"]),
                "counties": tuple(facts_from_json(facts) for facts in raw["counties"]),
                "alarms": tuple(_alarm(alarm) for alarm in raw["alarms"]),
                "domains_without_model": tuple(raw["domains_without_model"]),
                "missing": tuple(MissingCounty(**one) for one in raw["missing"]),
            }
        )


def policy_used(policy: Policy, definition: Definition, rules: Sequence[str], counties: Sequence[str]) -> PolicyUsed:
    """A policy with the words of some of its rules, as readers without the policy file need them."""
    words = {rule: Label(*(rule_words(rule, policy, definition, language) for language in LANGUAGES)) for rule in rules}
    levels = {row.level: row.label for row in policy.levels.ranges} if policy.levels else {}
    return PolicyUsed(policy.id, policy.label, tuple(counties), words, levels)


def _policy(raw: Mapping[str, Any]) -> PolicyUsed:
    return PolicyUsed(
        id=raw["id"],
        label=Label(**raw["label"]),
        counties=tuple(raw["counties"]),
        rules={rule: Label(**words) for rule, words in raw["rules"].items()},
        levels={level: Label(**words) for level, words in raw["levels"].items()},
    )


def facts_from_json(raw: Mapping[str, Any]) -> CountyFacts:
    """What is known of a county, as JSON holds it."""
    newest = raw["newest_recorded_on"]
    return CountyFacts(**{**raw, "newest_recorded_on": dt.date.fromisoformat(newest) if newest else None})


def _alarm(raw: Mapping[str, Any]) -> Alarm:
    return Alarm(raw["kind"], Label(**raw["words"]), tuple(raw["counties"]))
