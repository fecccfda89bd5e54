"""The answers in words: what a request gets back, in the language it asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.definition import Label, Language
from features.definition.structure import CHILD, HOUSEHOLD, REGION
from models.bands import BANDS
from models.domains import LIKELY
from models.policy.ordering import DRIVER
from models.policy.words import level_words, rule_words
from models.reasons import Reason
from models.sentences import sentence
from serving.batch.county import DATA_AGE, FACTS_OUTSIDE, NO_SCORE, REFUSED, SCORED, SUSPENDED, WHY_NO_SCORE
from serving.cases import PURPOSE, REFUSED_WORDS, SUSPENDED_WORDS, no_score_words
from serving.service.loaded import Loaded
from serving.service.query import Query
from serving.service.record_scores import ScoreRow
from serving.service.score import INVALID, NOT_IN_COHORT, NOT_KNOWN_THEN, OTHER_COUNTY, RANK, Scored

_WHY: Mapping[str, Label] = {
    REFUSED: REFUSED_WORDS,
    SUSPENDED: SUSPENDED_WORDS,
    INVALID: Label(
        "这一家庭有无法读取的记录，见所列错误；更正后再次发送",
        "rows of this family are faulty: correct them, send them again",
    ),
    NOT_IN_COHORT: Label(
        "不属于评分范围：档案已结或年龄已满", "not among those scored: the file is closed or the age is reached"
    ),
    NOT_KNOWN_THEN: Label("该日期尚无这名儿童的登记", "nothing was known of the child on that day"),
    OTHER_COUNTY: Label("家庭不在所问的县", "the household does not live in the county asked for"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one answer: its release, the policy in force and the language."""

    loaded: Loaded
    scored: Scored
    language: Language

    def record(self, row: ScoreRow) -> dict[str, Any]:
        """A scored child, or one for whom the model was refused or suspended, or whom it cannot speak of."""
        return {
            CHILD: row[CHILD],
            "status": row["status"],
            "reason": self._why(row),
            "reason_code": row[WHY_NO_SCORE],
            FACTS_OUTSIDE: [self._feature(name) for name in row[FACTS_OUTSIDE] or ()],
            HOUSEHOLD: row[HOUSEHOLD],
            REGION: row[REGION],
            RANK: row[RANK],
            DRIVER: row[DRIVER],
            "duty": self._duty(row),
            "score": row["score"],
            "probability": row["probability"],
            "band": None
            if row["band"] is None
            else {"code": row["band"], "text": BANDS[row["band"]].text(self.language)},
            "official_level": self._level(row),
            "raised_by": self.reasons(row["reasons_up"] or ()),
            "lowered_by": self.reasons(row["reasons_down"] or ()),
            "not_known": [self._feature(name) for name in row["not_known"] or ()],
            LIKELY: None if row[LIKELY] is None else [self._domain(name) for name in row[LIKELY]],
            DATA_AGE: row[DATA_AGE],
            "faults": [],
        }

    def unscored(self, child: str, query: Query) -> dict[str, Any]:
        """A child without a score: its status, why, and the faults of its family if there are any."""
        status, reason = self.scored.unscored[child]
        nothing = dict.fromkeys(
            (
                HOUSEHOLD,
                REGION,
                RANK,
                DRIVER,
                "duty",
                "score",
                "probability",
                "band",
                "official_level",
                LIKELY,
                DATA_AGE,
            )
        )
        return {
            CHILD: child,
            "status": status,
            "reason": _WHY[reason or status].text(self.language),
            "reason_code": reason,
            FACTS_OUTSIDE: [],
            **nothing,
            "raised_by": [],
            "lowered_by": [],
            "not_known": [],
            "faults": [fault.answer(self.language) for fault in query.rows.invalid.get(child, ())],
        }

    def reasons(self, reasons: Iterable[Reason]) -> list[dict[str, Any]]:
        """Reasons with their sentences."""
        return [{**reason, "text": sentence(reason, self.loaded.definition, self.language)} for reason in reasons]

    def head(self) -> dict[str, Any]:
        """What holds for the whole answer."""
        scoring = self.scored.scoring
        return {
            "model_id": scoring.model_id,
            "definition": {"name": scoring.definition.name, "version": scoring.definition.version},
            "policy": scoring.policy.id,
            "region_check": scoring.region.standing,
            "own_calibration": scoring.region.calibration is not None,
            "as_of": scoring.as_of,
            "area_as_of": self.scored.area_as_of,
            "language": self.language,
            "purpose": PURPOSE.text(self.language),
        }

    def _why(self, row: ScoreRow) -> str | None:
        if row["status"] == SCORED:
            return None
        said = no_score_words(row[WHY_NO_SCORE], row[FACTS_OUTSIDE] or (), self.loaded.labels)
        return (said or _WHY[row["status"]]).text(self.language)

    def _duty(self, row: ScoreRow) -> dict[str, Any] | None:
        if not row["duty"]:
            return None
        rules = [{**each, "text": self._rule(each["rule"])} for each in row["duty_rules"]]
        return {
            "rule": row["duty_rule"],
            "text": rules[0]["text"],
            "due_on": row["duty_due_on"],
            "overdue_days": row["duty_overdue_days"],
            "rules": rules,
        }

    def _rule(self, rule: str) -> str:
        return rule_words(rule, self.scored.scoring.policy, self.loaded.definition, self.language)

    def _level(self, row: ScoreRow) -> dict[str, Any]:
        text = level_words(row["official_level"], self.scored.scoring.policy, self.language)
        day, person = row["official_level_on"], row["official_level_by"]
        return {"code": row["official_level"], "text": text, "assessed_on": day, "assessed_by": person}

    def _domain(self, name: str) -> dict[str, Any]:
        definition = self.loaded.definition
        found = definition.visit_help[name]
        return {
            "domain": name,
            "text": definition.domains[name].text(self.language),
            "ask": [words.text(self.language) for words in found.ask],
            "bring": [words.text(self.language) for words in found.bring],
        }

    def _feature(self, name: str) -> dict[str, str]:
        return {"feature": name, "text": self.loaded.labels[name].text(self.language)}


def score_answer(query: Query, scored: Scored, loaded: Loaded) -> dict[str, Any]:
    """The answer to ``/v1/score``: the scored in their order, then the others in the order they were sent."""
    words = Words(loaded, scored, query.language)
    records = [words.record(row) for row in scored.rows]
    records += [words.unscored(child, query) for child in scored.unscored]
    return {
        **words.head(),
        "counts": _counts(records),
        "records": records,
        "faults": [fault.answer(query.language) for fault in query.rows.unattributed],
    }


def _counts(records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts = dict.fromkeys((SCORED, REFUSED, SUSPENDED, INVALID, NOT_IN_COHORT, NO_SCORE), 0)
    for record in records:
        counts[record["status"]] += 1
    return counts
