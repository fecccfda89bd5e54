"""A list as people read it: its facts, its warnings, and a row of words per visit, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.definition import Label, Language
from features.definition.structure import CHILD, FILE_STATUS, HOUSEHOLD, REGION, TOWNSHIP_DIGITS
from models.policy.lists.facts import FINDING_DUE, LEVEL
from models.policy.lists.facts import rules_of as _rules
from models.policy.lists.pool import overloaded_villages
from models.policy.lists.previous import WAITS_SINCE
from models.policy.words import level_words, rule_words
from serving.lists import words as w
from serving.lists.run import LISTED, MadeList


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit in words; ``kind`` is the code of why it is listed."""

    kind: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListView:
    """A list in one language. ``warnings`` come first; ``notes`` at the end. ``villages`` are rows of cells."""

    language: Language
    title: str
    simulated: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    rows: tuple[VisitRow, ...]
    villages: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...]

    def say(self, label: Label) -> str:
        """A label in the language of the list."""
        return label.text(self.language)


def view_of(made: MadeList, language: Language) -> ListView:
    """Put a list into words; a preview has no rows."""
    words = _Words(made, language)
    shown = made.standing is not None
    return ListView(
        language=language,
        title=(w.TITLE_DIRECTOR if made.village else w.TITLE_POOL).text(language),
        simulated=w.SIMULATED.text(language) if made.simulated else "",
        facts=tuple(words.facts()),
        warnings=tuple(words.warnings()),
        counts=tuple(words.counts()),
        rows=tuple(words.rows()) if shown else (),
        villages=tuple(words.villages()),
        notes=tuple(words.notes()),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    made: MadeList
    language: Language

    def facts(self) -> Iterator[tuple[str, str]]:
        pool = self.made.pool
        age = self._say(w.DAYS_BEFORE, day=pool.newest, days=(pool.as_of - pool.newest).days) if pool.newest else "-"
        drawn_by_lot = f"{pool.capacity.random} ({self._chance()})" if pool.random_arm else self._say(w.NO_LOT)
        values = {
            "list": self.made.list_id,
            "place": self.made.village or pool.scope,
            "period": f"{pool.period.start} - {pool.period.end}",
            "as_of": str(pool.as_of),
            "newest": age,
            "model": pool.model_id or self._say(w.NO_MODEL),
            "policy": pool.policy_id,
            "capacity": str(pool.capacity.visits),
            "listed": str(self.made.listed.height),
            "frame": str(pool.frame.height),
            "lot": drawn_by_lot,
        }
        yield from ((w.FACTS[name].text(self.language), value) for name, value in values.items())

    def warnings(self) -> Iterator[str]:
        pool = self.made.pool
        if self.made.standing is None:
            yield self._say(w.PREVIEW)
        if pool.capacity.overloaded:
            yield self._say(w.OVERLOAD, duties=pool.capacity.duties, visits=pool.capacity.visits)
        if len(pool.scope) <= TOWNSHIP_DIGITS:
            room = _rules(self.made.policy).per_director
            for row in overloaded_villages(pool, self.made.policy).to_dicts():
                if row[REGION].startswith(self.made.village):
                    yield self._say(w.VILLAGE_OVER, village=row[REGION], visits=row["visits"], room=room)
        yield from (alarm.words.text(self.language) for alarm in self.made.alarms)

    def counts(self) -> Iterator[tuple[str, int]]:
        listed = self.made.listed.with_columns(
            pl.when(pl.col("kind").is_null()).then(pl.lit("by_hand")).otherwise(pl.col("kind")).alias("kind")
        )
        for kind, label in {**w.KIND_WORDS, "by_hand": w.BY_HAND}.items():
            count = int((listed["kind"] == kind).sum())
            if count:
                yield label.text(self.language), count

    def rows(self) -> Iterator[VisitRow]:
        for turn, row in enumerate(self.made.listed.to_dicts(), start=1):
            yield VisitRow(row["kind"] or "by_hand", self._cells(turn, row))

    def villages(self) -> Iterator[Mapping[str, str]]:
        for row in self.made.pool.villages.to_dicts():
            if row[REGION].startswith(self.made.village):
                yield {
                    "village": row[REGION],
                    "visits": str(row["visits"]),
                    "duties": str(row["duties"]),
                    "moved": f"{row['moved']:+.0f}",
                    "cost": self._cost(row),
                }

    def notes(self) -> Iterator[str]:
        pool = self.made.pool
        yield self._say(w.PURPOSE)
        if self.made.standing is not None:
            yield self._say(w.RECORDED)
        if pool.model_id is not None:
            yield self._say(w.OWN_RATING)
        if pool.left_out:
            reasons = self._join(f"{self._left(why)} {count}" for why, count in pool.left_out.items())
            yield f"{self._say(w.LEFT_OUT)}{self._colon}{reasons}"
        taken = self.made.rows.filter(pl.col("moved") & ~pl.col(LISTED))
        labels = _rules(self.made.policy).remove_reasons
        for row in taken.to_dicts():
            why = labels[row["removed_reason"]].text(self.language)
            yield f"{self._say(w.TAKEN_OFF)}{self._colon}{row[HOUSEHOLD]} ({why})"
        yield from self._equal()

    def _equal(self) -> Iterator[str]:
        equal = self.made.pool.equal
        if equal.used:
            yield self._say(w.EQUAL_USED, group=equal.group)
        elif equal.why_not != "off":
            yield self._say(w.EQUAL_WHY, why=self._say(w.EQUAL_NOT[equal.why_not]))

    def _cells(self, turn: int, row: Mapping[str, Any]) -> Mapping[str, str]:
        others = self._say(w.OTHERS, count=row["members"] - 1) if row["members"] > 1 else ""
        return {
            "turn": str(turn),
            "household": row[HOUSEHOLD],
            "child": row[CHILD] + others,
            "village": row[REGION],
            "why": self._why(row),
            "due": self._due(row),
            "last": str(row["last_met_on"] or "-"),
            "level": level_words(row[LEVEL], self.made.policy, self.language),
            "marks": self._join(self._marks(row)),
        }

    def _why(self, row: Mapping[str, Any]) -> str:
        if row["duty"]:
            return rule_words(row["duty_rule"], self.made.policy, self.made.definition, self.language)
        return self._say(w.KIND_WORDS[row["kind"]]) if row["kind"] else self._say(w.BY_HAND)

    def _due(self, row: Mapping[str, Any]) -> str:
        if row["duty"] and row["duty_overdue_days"]:
            return self._say(w.OVERDUE, day=row["duty_due_on"], days=row["duty_overdue_days"])
        day = row["duty_due_on"] if row["duty"] else row[FINDING_DUE] if row["kind"] == "finding" else None
        return str(day or "")

    def _marks(self, row: Mapping[str, Any]) -> Iterator[str]:
        if row["new"]:
            yield self._say(w.NEW)
        if row[WAITS_SINCE] is not None:
            yield self._say(w.WAITS, day=row[WAITS_SINCE])
        if row["status"] in w.STATUS_WORDS:
            yield self._say(w.STATUS_WORDS[row["status"]])
        if row["moved"]:
            code = str(row["source"]).partition(":")[2]
            yield _rules(self.made.policy).add_reasons[code].text(self.language)

    def _cost(self, row: Mapping[str, Any]) -> str:
        if not row["detour"]:
            return ""
        if row["given_up"] is None:
            return self._say(w.DETOUR)
        return self._say(w.DETOUR_FINDS, given_up=f"{row['given_up']:.1f}")

    def _left(self, why: str) -> str:
        known = {"refused": w.LEFT_REFUSED, "unknown": w.LEFT_UNKNOWN}
        return (known.get(why) or self._status(why)).text(self.language)

    def _status(self, code: str) -> Label:
        column = self.made.definition.tables["children"].columns[FILE_STATUS]
        return self.made.definition.codes[str(column.codes)].get(code, Label(code, code))

    def _chance(self) -> str:
        chances = self.made.pool.frame.filter(pl.col("stratum") == "random")["inclusion_probability"]
        return f"{chances[0]:.3f}"

    def _say(self, label: Label, **values: object) -> str:
        text = label.text(self.language)
        return text.format(**values) if values else text

    def _join(self, parts: Iterator[str]) -> str:
        return ("；" if self.language == "zh" else "; ").join(parts)

    @property
    def _colon(self) -> str:
        return "：" if self.language == "zh" else ": "
