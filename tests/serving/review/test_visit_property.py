"""Whatever is recorded, corrected and taken back, the ledger shows exactly what stands, and labels follow from that."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from features.definition import load_definition
from features.ledger.store import LedgerStore
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk
from serving.review.exchange.export import export_outbox
from serving.review.store.database import Database
from serving.review.work.visit_entry import Look
from serving.review.work.visits import mark_of, standing_visits, take_back_visit
from tests.serving.review.making import NOW, account, loaded, place, sheet
from tests.serving.review.visiting import (
    COUNTY,
    DOMAINS,
    ELDER,
    OLD_NEED,
    TODAY,
    YOUNGER,
    answer,
    desk_of,
    need,
    place_of,
    record,
    stands,
    told,
)
from training.labels import visit_outcomes
from training.plan_loader import load_plan

DAYS = [date(2018, 7, day) for day in (2, 3, 4, 5)]


def look_at(child: str) -> st.SearchStrategy[Look]:
    """A child who was not seen, or was seen and looked at in some domains."""
    some = st.sets(st.sampled_from(DOMAINS)).map(lambda chosen: tuple(sorted(chosen)))
    return st.just(Look(child, seen=False)) | st.builds(Look, st.just(child), st.just(value=True), some)


looks = st.tuples(look_at(ELDER), look_at(YOUNGER))
needs = st.lists(
    st.builds(need, st.sampled_from(DOMAINS), st.integers(0, 3), st.sampled_from([ELDER, YOUNGER, None])), max_size=2
).map(tuple)
steps = st.lists(
    st.tuples(
        st.sampled_from(["record", "correct", "take_back"]), st.sampled_from(DAYS), looks, needs,
        st.booleans(), st.booleans(), st.integers(0, 5),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Village:
    """A database, a ledger and somebody who visits."""

    database: Database
    desk: Desk
    viewer: Viewer
    ledger: Path

    def go(self, session: Session, step: tuple[object, ...], now: datetime) -> None:
        """Do one thing; what cannot be done in this state is left out."""
        what, day, looked, found, met, settles, which = step
        visits = standing_visits(session, self.viewer, place_of(session))
        chosen = visits[which % len(visits)] if visits else None  # type: ignore[operator]
        if what == "take_back":
            if chosen is not None:
                item = place_of(session)
                take_back_visit(session, self.viewer, item.id, chosen.id, mark_of(visits), now)
            return
        said: dict[str, object] = {"visited_on": day, "met": met, "found": found, "now": now}
        said |= {"looks": looked} if met else {"looks": (), "reason": "nobody_home"}
        if what == "correct" and chosen is not None:
            kept = chosen.standing_findings[:1]
            again = tuple(replace(one, finding_id=old.finding_id) for one, old in zip(found, kept, strict=False))  # type: ignore[call-overload]
            said |= {"visit_pk": chosen.id, "found": again + found[len(again) :]}  # type: ignore[index]
        elif settles and OLD_NEED in self.open_needs(session):
            said["answers"] = (answer(session, self.desk, self.viewer),)
        record(session, self.desk, self.viewer, **said)

    def open_needs(self, session: Session) -> set[str]:
        """The needs the page would show as open."""
        from serving.review.work.visit_scene import scene_of

        return set(scene_of(session, self.desk, self.viewer, place_of(session), TODAY).household.open_needs)


@contextmanager
def village(database: Path, ledger: Path) -> Iterator[Village]:
    """A fresh copy of everything."""
    with tempfile.TemporaryDirectory(prefix="mopai-visits-") as name:
        folder = Path(name)
        shutil.copy(database, folder / "review.db")
        shutil.copytree(ledger, folder / "ledger")
        opened = Database.open(f"sqlite:///{folder / 'review.db'}")
        loaded(opened, sheet(place(1)))
        with opened.writing() as session:
            viewer = account(session)
        yield Village(opened, desk_of(opened, folder / "ledger"), viewer, folder / "ledger")
        opened.engine.dispose()


def expected(session: Session, viewer: Viewer) -> dict[str, set[tuple[object, ...]]]:
    """What stands in the database, told independently of the code that makes the facts."""
    visits = standing_visits(session, viewer, place_of(session))
    return {
        "visits": {(one.visit_id, one.visited_on, one.met, one.purpose) for one in visits},
        "assessments": {
            (one.visit_id, child.child_id, child.seen, frozenset(child.domains))
            for one in visits if one.met for child in one.seen
        },
        "findings": {
            (found.finding_id, one.visit_id, found.child_id, found.domain, found.severity, found.severity > 0)
            for one in visits for found in one.standing_findings
        },
        "settled": {follow.finding_id for one in visits for follow in one.follow_ups if follow.closed},
    }  # fmt: skip


def shown(ledger: Path) -> dict[str, set[tuple[object, ...]]]:
    """What the ledger shows of this application."""
    rows = {table: stands(ledger, table) for table in ("visits", "assessments", "findings")}
    findings = rows["findings"].filter(pl.col("finding_id") != OLD_NEED)
    for table, key in (("visits", ["visit_id"]), ("assessments", ["visit_id", "child_id"])):
        assert not rows[table].select(key).is_duplicated().any(), table
    return {
        "visits": set(rows["visits"].select("visit_id", "visited_on", "met", "purpose").rows()),
        "assessments": {
            (visit, child, seen, frozenset(filter(None, (domains or "").split(";"))))
            for visit, child, seen, domains in rows["assessments"].select(
                "visit_id", "child_id", "seen", "domains_assessed"
            ).rows()
        },
        "findings": {
            (number, visit, child, domain, severity, status == "open")
            for number, visit, child, domain, severity, status in findings.select(
                "finding_id", "visit_id", "child_id", "domain", "severity", "status"
            ).rows()
        },
        "settled": set(rows["findings"].filter(pl.col("finding_id") == OLD_NEED)["finding_id"]),
    }  # fmt: skip


@pytest.mark.slow
@given(steps=steps, exports=st.sets(st.integers(0, 5), max_size=2))
@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_the_ledger_shows_exactly_what_stands(
    sqlite_template: Path, small_ledger: Path, steps: list[tuple[object, ...]], exports: set[int]
) -> None:
    """Exports come in between, as days do; after the last one nothing is left over and nothing is missing."""
    definition = load_definition()
    with village(sqlite_template, small_ledger) as here:
        for turn, step in enumerate(steps):
            now = NOW + timedelta(days=turn % 3, minutes=turn)
            with here.database.writing() as session:
                here.go(session, step, now)
            if turn in exports:
                assert not export_outbox(here.database, here.ledger, definition, now).refused
        assert not export_outbox(here.database, here.ledger, definition, NOW + timedelta(days=9)).refused
        with here.database.reading() as session:
            wanted = expected(session, here.viewer)
            assert len(told(session, "assignments")) == bool(wanted["visits"])
        assert shown(here.ledger) == wanted
        _labels_follow(here.ledger, wanted)


def _labels_follow(ledger: Path, wanted: dict[str, set[tuple[object, ...]]]) -> None:
    """A child has a label exactly where somebody met it and looked at every domain."""
    plan = load_plan("demo")
    outcomes = visit_outcomes(LedgerStore.open(ledger).read(COUNTY).tables, load_definition(), plan, date(2030, 1, 1))
    own = outcomes.children.filter(pl.col("visit_id").str.starts_with("review-"))
    labelled = set(own.filter(pl.col("label").is_not_null()).select("visit_id", "child_id").rows())
    whole = {
        (visit, child) for visit, child, seen, domains in wanted["assessments"] if seen and domains == set(DOMAINS)
    }
    assert labelled == whole
