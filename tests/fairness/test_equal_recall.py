"""Equal recall in a simulated town: equal within sampling error, at a price, and refused where too little is known."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from features.definition import load_definition
from features.definition.groups import audit_groups
from tests.fairness.simulated import EARLIER, LATER, lots_of, window
from tests.training.plans import small_plan
from training.fairness.equal_recall import (
    ADJUSTED,
    FEW_NEEDS,
    NO_LOTS,
    WIDE,
    EqualRecallRequest,
    equal_recall,
    listed_at_level,
)
from training.fairness.settings import fairness_rule
from training.fairness.tally import RECALL

GROUPS = audit_groups(load_definition()).groups
RULE = fairness_rule().equal_recall


def request(chance: float = 0.5, households: int = 6_000, **rule: object) -> EqualRecallRequest:
    earlier = window(EARLIER, 1, households=households)
    return EqualRecallRequest(
        model_id="m",
        earlier=earlier,
        later=window(LATER, 2, households=households),
        frames=lots_of(earlier, chance),
        plan=small_plan(),
        rule=replace(RULE, **rule),  # type: ignore[arg-type]  # fields of the rule
    )


def test_recall_is_equal_within_sampling_error_and_it_costs_precision() -> None:
    found = equal_recall(request(), GROUPS["ethnicity"])
    assert found.names == ("han", "minority")
    unequal, equal = (measured[1].ratios[RECALL] for measured in (found.plain, found.equal))
    assert unequal.upper is not None
    assert unequal.upper < 0.8
    assert equal.lower is not None
    assert equal.upper is not None
    assert equal.lower < 1 < equal.upper
    assert found.price.upper is not None
    assert found.price.upper < 0
    assert found.price.value == pytest.approx((found.precision_equal.value or 0) - (found.precision_plain.value or 0))


def test_the_same_number_of_children_is_listed() -> None:
    found = equal_recall(request(), GROUPS["ethnicity"])
    plain, equal = (sum(one.counts["listed"] for one in measured) for measured in (found.plain, found.equal))
    assert plain == equal == round(6_000 * small_plan().capacity.share)


def test_cutoffs_from_lots_may_be_used_and_are_off() -> None:
    found = equal_recall(request(), GROUPS["ethnicity"])
    cutoffs = found.cutoffs
    assert found.reasons == ()
    assert cutoffs is not None
    assert (cutoffs.by_lot, cutoffs.refused, cutoffs.switched_on) == (True, "", False)
    assert cutoffs.cutoffs["minority"] < cutoffs.cutoffs["han"]
    assert (cutoffs.fitted_from, cutoffs.fitted_to) == (EARLIER, EARLIER)


def test_without_random_places_they_are_refused() -> None:
    found = equal_recall(request(chance=0.0), GROUPS["ethnicity"])
    assert NO_LOTS in found.reasons
    assert found.cutoffs is not None
    assert not found.cutoffs.by_lot
    assert NO_LOTS in found.cutoffs.refused


def test_a_wide_interval_is_refused() -> None:
    assert WIDE in equal_recall(request(widest_ratio=0.01), GROUPS["ethnicity"]).reasons
    assert WIDE in equal_recall(request(households=900), GROUPS["ethnicity"]).reasons


def test_too_few_needs_fit_nothing() -> None:
    few = equal_recall(request(), GROUPS["disability"])
    assert (few.cutoffs, few.reasons, few.price.value) == (None, (FEW_NEEDS,), None)
    no_reference = request()
    earlier = no_reference.earlier.with_columns(pl.lit(None, pl.String).alias("group_ethnicity"))
    assert equal_recall(replace(no_reference, earlier=earlier), GROUPS["ethnicity"]).reasons == (FEW_NEEDS,)


@pytest.mark.parametrize(("level", "unit"), [("county", 6), ("township", 9)])
def test_places_are_counted_within_a_county_or_township(level: str, unit: int) -> None:
    rows = window(LATER, 2).with_columns(pl.col("model").alias(ADJUSTED))
    listed = listed_at_level(rows, small_plan(), level, ADJUSTED)  # type: ignore[arg-type]  # one of the levels
    shares = listed.group_by(pl.col("region_code").str.slice(0, unit)).agg(pl.col("listed").mean())["listed"]
    assert shares.to_list() == pytest.approx([small_plan().capacity.share] * len(shares), abs=0.001)


def test_a_group_not_recorded_is_kept_on_the_list() -> None:
    made = request()
    unknown = pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit(None, pl.String)).otherwise("group_ethnicity")
    later = made.later.with_columns(unknown.alias("group_ethnicity"))
    found = equal_recall(
        replace(made, later=later, earlier=made.earlier.with_columns(unknown.alias("group_ethnicity"))),
        GROUPS["ethnicity"],
    )
    assert found.names == ("han", "minority")
    assert found.cutoffs is not None
    assert min(found.cutoffs.cutoffs.values()) <= found.cutoffs.otherwise <= max(found.cutoffs.cutoffs.values())


def test_a_county_has_no_declared_reference() -> None:
    made = request()
    rows = [frame.with_columns(pl.col("county").alias("group_county")) for frame in (made.earlier, made.later)]
    found = equal_recall(replace(made, earlier=rows[0], later=rows[1]), GROUPS["county"])
    assert found.names == ("520001", "520002", "520003")
