"""The two state tables: households and children."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION
from features.simulator import words
from features.simulator.ink import Ink, Letters, bit_series, code_series, day_series, gaps
from features.simulator.population import Bits, Ints

HOUSEHOLD_WORDS: dict[str, type[words.Word]] = {
    "dwelling": words.Dwelling, "water": words.Water, "income_source": words.Income,
}  # fmt: skip
CHILD_WORDS: dict[str, type[words.Word]] = {
    "disability_kind": words.DisabilityKind, "illness": words.Illness, "schooling": words.Schooling,
    "guardian_type": words.Guardian, "guardianship_state": words.Guardianship, "father_state": words.Parent,
    "mother_state": words.Parent, "official_level": words.Level, "file_status": words.FileStatus,
    **{f"support_{code}": words.Support for code in words.Domain.codes()},
}  # fmt: skip


def households_table(ink: Ink) -> pl.DataFrame:
    """Every state of every household; a move is recorded on its day, since the transfer of the file records it."""
    log = ink.story.states.households.joined()
    homes = ink.story.scene.people.households
    home, day = log["household"], log["day"]
    missing = _Missing(ink, homes.entry, np.arange(len(homes)), home, day)
    letters = Letters()
    columns = {
        HOUSEHOLD: ink.names(letters.household, home),
        REGION: pl.Series(ink.story.scene.places.code).gather(log["village"]),
        "aid_received": bit_series(log["aid_received"], words.Aid, missing["aid_received"]),
    }
    for name in ("distance_school_km", "distance_clinic_km", "grandparents_at_home", "dibao", "registered_poor"):
        columns[name] = gaps(pl.Series(log[name]), missing[name])
    for name, word in HOUSEHOLD_WORDS.items():
        columns[name] = code_series(log[name], word, missing[name])
    moving = day == homes.move_day[home]
    recorded = np.where(moving, day, _recorded(ink, home, day, home, ink.known.household)).astype(np.int32)
    ids = ink.row_ids()
    frame = ink.finish(HOUSEHOLDS, columns, (day, recorded), home, ids)
    wrong = ink.wrong(ink.settings.recording.wrong_state, home)
    return ink.clerk.with_errors(frame, wrong, ink.settings.recording.wrong_household_columns, (HOUSEHOLD,), ids)


def children_table(ink: Ink) -> pl.DataFrame:
    """Every state of every child."""
    log = ink.story.states.children.joined()
    kids = ink.story.scene.people.children
    child, home, day = log["child"], log["household"], log["day"]
    missing = _Missing(ink, kids.entry, kids.household, child, day)
    letters = Letters()
    health = (log["disability_kind"] >= 0).astype(np.int8) + 2 * (log["illness"] >= 0).astype(np.int8)
    columns = {
        CHILD: ink.names(letters.child, child),
        HOUSEHOLD: ink.names(letters.household, home),
        "birth_date": day_series(kids.birth[child]),
        "sex": code_series(kids.sex[child], words.Sex),
        "ethnicity": code_series(kids.ethnicity[child], words.Ethnicity, missing["ethnicity"]),
        "health": code_series(health, words.Health, missing["health"]),
        "disability_grade": gaps(pl.Series(log["disability_grade"]), log["disability_grade"] < 0),
        "parents_away_since": day_series(log["parents_away_since"], missing["parents_away_since"]),
        "official_level_on": day_series(log["official_level_on"]),
        "official_level_by": pl.Series(ink.story.scene.places.visitor_code).gather(log["official_level_by"]),
        "model_refused_on": day_series(log["model_refused_on"]),
        "guardian_birth_year": gaps(
            pl.Series(log["guardian_birth_year"]), missing["guardian_birth_year"] | (log["guardian_birth_year"] == 0)
        ),
    }
    for name in ("hukou_registered", "boarding"):
        columns[name] = gaps(pl.Series(log[name]), missing[name])
    for name, word in CHILD_WORDS.items():
        columns[name] = code_series(log[name], word, missing.get(name))
    recorded = _recorded(ink, home, day, child, ink.known.child)
    ids = ink.row_ids()
    frame = ink.finish(CHILDREN, columns, (day, recorded), home, ids)
    wrong = ink.wrong(ink.settings.recording.wrong_state, home)
    return ink.clerk.with_errors(frame, wrong, ink.settings.recording.wrong_child_columns, (CHILD,), ids)


def _recorded(ink: Ink, home: Ints, day: Ints, subject: Ints, known: Ints) -> Ints:
    """Days on which state rows are recorded: the first when its subject becomes known, later ones with a delay."""
    rules = ink.settings.recording
    factor = ink.of_county(ink.story.scene.places.delay, home)
    recorded = np.maximum(day + ink.clerk.delays(rules.state_delay, factor, same_day=rules.same_day), known[subject])
    _, first = np.unique(subject, return_index=True)
    recorded[first] = known[subject[first]]
    return np.asarray(recorded, np.int32)


class _Missing:
    """Which rows lack which value: a person's value is missing until the record is completed."""

    def __init__(
        self,
        ink: Ink,
        entry: Ints,
        household_of: npt.NDArray[np.signedinteger],
        person: npt.NDArray[np.signedinteger],
        day: Ints,
    ) -> None:
        self._ink, self._entry, self._person, self._day = ink, entry, person, day
        self._factor = ink.of_county(ink.story.scene.places.missing, household_of)

    def __getitem__(self, column: str) -> Bits:
        share = self._ink.settings.recording.missing[column]
        until = self._ink.clerk.gaps(share, self._factor, self._entry)
        return np.asarray(self._day < until[self._person])

    def get(self, column: str) -> Bits | None:
        return self[column] if column in self._ink.settings.recording.missing else None
