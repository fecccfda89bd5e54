"""Nobody is dropped: small groups are brought together, the unrecorded stand alone."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.definition import load_definition
from features.definition.groups import AuditGroup, audit_groups
from training.fairness.grouping import NOT_KNOWN, OTHER_SMALL, group_rows, pair_rows
from training.fairness.settings import GroupRule

RULE = GroupRule(fewest_needs=3, fewest_children=2, widest_half_width=0.1)


def group(name: str) -> AuditGroup:
    return audit_groups(load_definition()).groups[name]


def rows(**members: Sequence[str | None]) -> pl.DataFrame:
    size = len(next(iter(members.values())))
    columns = {f"group_{name}": list(values) for name, values in members.items()}
    return pl.DataFrame({**columns, "label": [True] * size}, schema_overrides=dict.fromkeys(columns, pl.String))


def test_small_groups_are_brought_together_and_still_counted() -> None:
    found = group_rows(
        rows(guardian=["grandparents"] * 5 + ["friends"] * 2 + ["none"] + [None]), group("guardian"), RULE
    )
    assert found.members.to_list() == ["grandparents"] * 5 + [OTHER_SMALL] * 3 + [NOT_KNOWN]
    assert list(found.names) == ["grandparents", OTHER_SMALL, NOT_KNOWN]
    assert found.merged == ("friends", "none")
    assert found.names[OTHER_SMALL].en == "other small groups"


def test_one_small_group_keeps_its_name_and_so_does_a_small_reference() -> None:
    found = group_rows(rows(sex=["girl"] * 5 + ["boy"]), group("sex"), RULE)
    assert found.merged == ()
    assert list(found.names) == ["boy", "girl"]
    assert found.reference == "boy"


def test_labels_that_nobody_gave_are_no_needs() -> None:
    made = rows(guardian=["grandparents"] * 5 + ["relatives"] * 4 + ["friends"] * 4)
    made = made.with_columns(label=pl.when(pl.col("group_guardian") == "grandparents").then(True))
    assert group_rows(made, group("guardian"), RULE).merged == ("friends", "relatives")


def test_without_the_reference_nothing_is_compared() -> None:
    assert group_rows(rows(sex=["girl"] * 5), group("sex"), RULE).reference == ""


def test_a_county_is_compared_with_the_largest() -> None:
    found = group_rows(rows(county=["1"] * 3 + ["2"] * 4), group("county"), RULE)
    assert (found.reference, list(found.names)) == ("2", ["2", "1"])
    assert found.names["1"].zh == "1"
    nobody = group_rows(rows(county=[None]), group("county"), RULE)
    assert nobody.reference == ""


def test_pairs_combine_both_and_their_references() -> None:
    made = rows(sex=["boy"] * 3 + ["girl"] * 3 + [None], disability=["without"] * 6 + ["with"])
    found = pair_rows(made, group("sex"), group("disability"), RULE)
    assert found.name == "sex × disability"
    assert found.reference == "boy × without"
    assert set(found.members) == {"boy × without", "girl × without", "not_known × with"}
    assert found.names["girl × without"].zh == "女 × 无残疾"


def test_a_pair_with_a_county_is_compared_with_the_largest() -> None:
    made = rows(sex=["boy"] * 3 + ["girl"] * 4, county=["1"] * 7)
    assert pair_rows(made, group("sex"), group("county"), RULE).reference == "girl × 1"
