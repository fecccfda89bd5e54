"""One county looked at: counted against the ledger by other means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.ledger.store import LedgerStore
from features.table import build_feature_table
from tests.training.monitor.conftest import AS_OF
from training.monitor.county import CountyJob, CountyWatch, labels_known_for, newest_recorded, watch_county
from training.monitor.run import MonitorRequest, watched_release
from training.monitor.scored import ScoredDay, score_earlier


@pytest.fixture(scope="module")
def job(ledger: Path, request_: MonitorRequest) -> CountyJob:
    store = LedgerStore.open(ledger)
    return CountyJob(store, store.counties()[0], watched_release(request_)[1], AS_OF)


@pytest.fixture(scope="module")
def seen(job: CountyJob) -> CountyWatch:
    return watch_county(job)


def test_the_cohort_is_counted_now_and_a_month_before(job: CountyJob, seen: CountyWatch) -> None:
    tables, definition = job.store.read(job.county).tables, job.watched.definition
    now, before = (
        build_feature_table(tables, definition, day, county=job.county).frame
        for day in (AS_OF, AS_OF - timedelta(days=30))
    )
    assert (seen.children, seen.children_before) == (now.height, before.height)
    assert seen.households == now["household_id"].n_unique()
    assert seen.newest_recorded_on == newest_recorded(tables, AS_OF) <= AS_OF


def test_every_input_is_compared_with_its_reference(job: CountyJob, seen: CountyWatch) -> None:
    assert tuple(one.name for one in seen.features) == job.watched.model.contract.names
    told = [one for one in seen.features if one.drift is not None]
    assert len(told) > len(seen.features) / 2
    age = next(one for one in seen.features if one.name == "age")
    assert age.drift is not None
    assert age.drift.effect < 0.3


def test_facts_of_an_area_are_as_many_as_its_villages(seen: CountyWatch) -> None:
    by_name = {one.name: one for one in seen.features}
    own, area = by_name["distance_school"].drift, by_name["village_poor"].drift
    assert own is not None
    assert own.design_effect < 5
    assert area is None or area.design_effect > 5


def test_the_list_of_the_day_and_of_a_day_whose_labels_are_in(job: CountyJob, seen: CountyWatch) -> None:
    plan = job.watched.plan
    assert seen.expected.places == round(plan.capacity.share * seen.score.scored)
    assert seen.realised.as_of == labels_known_for(plan, AS_OF) == AS_OF - timedelta(days=120)
    assert 0 < seen.realised.at_k.assessed <= seen.realised.at_k.places
    assert seen.strata["duty"].drawn > 0
    assert seen.overridden is None


def test_scores_that_were_used_take_the_place_of_our_own(job: CountyJob, seen: CountyWatch) -> None:
    watched = job.watched
    day = labels_known_for(watched.plan, AS_OF)
    tables = job.store.read(job.county).tables
    earlier = score_earlier(tables, job.county, watched.model, watched.definition, day)
    turned = earlier.rows.with_columns(-pl.col("score"), 1 - pl.col("probability"))
    same = watch_county(replace(job, earlier=earlier))
    other = watch_county(replace(job, earlier=ScoredDay(day, turned)))
    assert same.realised == seen.realised
    assert other.realised.at_k.found < seen.realised.at_k.found


def test_a_county_of_a_few_households_is_not_judged(job: CountyJob) -> None:
    few = replace(job.watched, limits=replace(job.watched.limits, least_clusters=1_000_000))
    found = watch_county(replace(job, watched=few))
    assert all(one.drift is None and one.unknown is None for one in found.features)
    assert found.score.drift is None
    assert found.score.scored > 0


def test_before_anything_was_recorded_there_is_nobody(job: CountyJob) -> None:
    found = watch_county(replace(job, as_of=date(2010, 1, 1)))
    assert (found.children, found.children_before, found.newest_recorded_on) == (0, 0, None)
    assert found.score.lowest is None
    assert found.expected.places == 0
    assert found.groups == {}
