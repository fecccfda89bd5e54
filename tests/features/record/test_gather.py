"""Measures over plain rows: what counts as a row, and what no row gives."""

from __future__ import annotations

from features.definition.condition import Conditions
from features.operators.passes import Pass
from features.operators.plan import Measure
from features.operators.rows import AGO, CHANGED
from features.record.gather import Gathering, holds

ROWS = (
    {AGO: 5, "severity": 2, "domain": "living", CHANGED + "domain": True},
    {AGO: 40, "severity": None, "domain": None, CHANGED + "domain": False},
    {AGO: 90, "severity": 3, "domain": "medical", CHANGED + "domain": False},
)


def measured(rows: tuple[dict[str, object], ...] = ROWS, **changes: object) -> float | None:
    """One measure in a pass that reaches back a year."""
    whole = Measure("events", "findings", "child_id", "count", before=365)
    measure = Measure(
        **{"source": "events", "table": "findings", "key": "child_id", "how": "count", "before": 365} | changes
    )  # type: ignore[arg-type]
    each = Pass("events", "findings", "child_id", (whole, measure), ("whole", "asked"))
    return Gathering.of_pass(each).gather(rows)["asked"]


def test_rows_are_counted_in_their_window() -> None:
    assert measured() == 3
    assert measured(before=90) == 2
    assert measured(after=40) == 2
    assert measured(after=91) == 0


def test_rows_are_counted_by_what_they_say() -> None:
    assert measured(where=Conditions.parse({"severity": {"at_least": 2}}, "here")) == 2
    assert measured(where=Conditions.parse({"domain": {"not_in": ["living"]}}, "here")) == 1
    assert measured(changed=("domain",)) == 1


def test_extremes_and_sums_take_known_values() -> None:
    assert measured(how="max", column="severity") == 3
    assert measured(how="min", column=AGO) == 5
    assert measured(how="sum", column="severity") == 5
    assert measured(how="any") == 1


def test_no_row_is_nothing_counted_and_no_extreme() -> None:
    assert measured((), how="any") == 0
    assert measured((), how="sum", column="severity") == 0
    assert measured((), how="max", column="severity") is None


def test_conditions_hold_only_for_what_is_known() -> None:
    living = Conditions.parse({"domain": "living"}, "here")
    assert holds(living, {"domain": "living"})
    assert not holds(living, {"domain": None})
    assert not holds(Conditions.parse({"domain": {"not": "living"}}, "here"), {})
    assert holds(Conditions(), {})
