"""What people did, in the ledger: exported once, learned from, and known to the next month's list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from features.definition import load_definition
from features.identity.definition import load_identity
from features.identity.vault import Vault
from features.ledger.store import LedgerStore
from serving.review.store.lists import ListItem, Stratum
from tests.browser.month.office import Office
from tests.browser.month.places import Chosen
from training.design.assignments import listed_children
from training.evidence import read_evidence
from training.people.decided import decided
from training.plan_loader import load_plan

_REVIEW = pl.col("source") == "review"


def export(office: Office) -> None:
    """What people did goes to the ledger; a second time there is nothing left to bring."""
    first = office.told("review", "export")
    assert first["refused"] == {}
    assert first["waiting"] == {}
    held = LedgerStore.open(office.home / "ledger").content_hash()
    second = office.told("review", "export")
    assert second == {"exported": {}, "waiting": {}, "refused": {}}
    assert LedgerStore.open(office.home / "ledger").content_hash() == held


def holds_what_people_did(office: Office, chosen: Chosen) -> None:
    """Visits, what was seen and found, moves by hand, the rating, the override and the refusal are rows now."""
    tables = office.tables()
    visits = _standing(tables["visits"])
    met = dict(visits.select("household_id", "met").iter_rows())
    assert met[chosen.finished.household_id] is True
    assert met[chosen.red.household_id] is True
    assert met[chosen.not_met.household_id] is False
    assert chosen.postponed.household_id not in met, "put off instead: nobody went"
    findings = _standing(tables["findings"])
    assert findings.select("domain", "severity", "status").unique().rows() == [("guardianship", 3, "open")]
    seen = _standing(tables["assessments"])
    assert seen["seen"].all()
    moves = tables["assignments"].filter(pl.col("source").str.starts_with("by_hand"))
    by_hand = {row["household_id"]: row for row in moves.to_dicts()}
    assert by_hand[chosen.put_on.household_id]["removed_reason"] is None
    assert by_hand[chosen.taken_off.household_id]["removed_reason"] == "away"
    (rating,) = _standing(tables["ratings"]).to_dicts()
    assert (rating["household_id"], rating["rating"], rating["band_seen"]) == (
        chosen.asked.household_id, "go_first", False,
    )  # fmt: skip
    (override,) = _standing(tables["overrides"]).to_dicts()
    assert (override["household_id"], override["reason"]) == (chosen.overruled.household_id, "knows_family")
    refused = tables["children"].filter(_REVIEW & pl.col("model_refused_on").is_not_null())
    assert refused["household_id"].unique().to_list() == [chosen.refused.household_id]


def was_learned_from(office: Office, model: str, chosen: Chosen) -> None:
    """Visits became labels of the newest as-of date, the list with its lot a design, ratings and overrides evidence."""
    definition, store = load_definition(), LedgerStore.open(office.home / "ledger")
    evidence = read_evidence(office.home, model, definition)
    assert evidence.cut == office.calendar.today
    newest = evidence.rows["test"].filter(pl.col("as_of") == office.calendar.learned_day)
    visits = _standing(office.tables()["visits"])["visit_id"]
    ours = newest.filter(pl.col("visit_id").is_in(visits.implode()))
    labels = {home: bool(rows["label"].any()) for (home,), rows in ours.group_by("household_id")}
    assert labels.get(chosen.red.household_id, True) is True
    assert labels.get(chosen.finished.household_id, False) is False
    assert labels, "a visit of this month labels a row that the model was judged on"
    listed = _listed(office, store)
    outcomes = listed.filter(pl.col("household_id") == chosen.red.household_id)
    assert outcomes["label"].any()
    assert outcomes["drawn"].all()
    by_lot = listed.filter(pl.col("stratum") == Stratum.RANDOM.value)
    assert by_lot.height > 0
    assert by_lot["inclusion_probability"].is_between(0, 1, closed="none").all()
    assert listed["household_id"].n_unique() > listed.filter(pl.col("drawn"))["household_id"].n_unique()
    told = decided(store, definition, evidence.plan, evidence.cut)
    assert (told.ratings.height, told.overrides.height) == (1, 1)


def next_list_is_as_it_should_be(places: Mapping[str, ListItem], chosen: Chosen, model: str) -> None:
    """Carried over what was not met, nothing left to do of what was done, no score where the family refused."""
    listed = {home: place for home, place in places.items() if place.listed}
    assert listed[chosen.not_met.household_id].carried
    assert listed[chosen.postponed.household_id].carried
    assert {place.visit_list.model_id for place in places.values()} == {model}
    finished = places.get(chosen.finished.household_id)
    assert finished is None or not finished.carried
    red = listed[chosen.red.household_id]
    assert red.is_duty, "an open severe need is followed up"
    refused = places.get(chosen.refused.household_id)
    assert refused is None or (refused.band is None and not refused.rating_asked)


def family_names(office: Office) -> list[str]:
    """The names of all children in the encrypted table."""
    identity, children = load_identity("left_behind"), office.tables()["children"]["child_id"].unique()
    held = Vault.open(office.home, identity).persons(children)
    return sorted(set(held[identity.roles["child_name"]].drop_nulls()))


def _standing(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that the review application wrote and nobody took back."""
    taken_back = rows["retracts"].drop_nulls()
    return rows.filter(_REVIEW & pl.col("retracts").is_null() & ~pl.col("row_id").is_in(taken_back.implode()))


def _listed(office: Office, store: LedgerStore) -> pl.DataFrame:
    """The frame of this month's list with what became of it, as if its horizon were over."""
    plan = load_plan(str(office.plan))
    days = (office.calendar.today - office.calendar.list_day).days
    short = replace(plan, label=replace(plan.label, horizon_days=days))
    rows = listed_children(store, load_definition(), short, office.calendar.today, office.calendar.list_day)
    return rows.filter(pl.col("list_id").str.starts_with(f"L{office.calendar.period}"))
