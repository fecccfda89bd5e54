"""Likely households against families that are known, quietly and without the network."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from features.definition import Definition, DefinitionError
from features.identity.decisions import NO_DECISIONS
from features.identity.definition import IdentityDefinition
from features.identity.identify import identify
from features.identity.known import KnownPersons
from features.identity.linkage import Likely, likely_pairs
from tests.features.identity.conftest import KEY
from tests.features.identity.registers import made_register

FIELDS = ("guardian_name", "guardian_phone", "father_name", "mother_name", "address", "region_code")


def couples(group_of: dict[int, object]) -> set[tuple[int, int]]:
    members = defaultdict(list)
    for row, group in group_of.items():
        members[group].append(row)
    return {pair for group in members.values() for pair in combinations(sorted(group), 2)}


@pytest.mark.parametrize(("families", "recall"), [(60, 0.7), (800, 0.85)])
def test_households_are_found_and_strangers_are_not_joined(
    definition: Definition, identity: IdentityDefinition, families: int, recall: float
) -> None:
    made = made_register(families, 3)
    found = identify(made.rows, identity, definition, KEY, KnownPersons.nobody(identity), NO_DECISIONS)
    joined = couples(dict(found.rows.select("_row", "household_id").rows()))
    true = couples(dict(made.family))
    right = len(joined & true)
    precision, recalled = right / len(joined), right / len(true)
    print(f"{made.rows.height} children: precision {precision:.4f}, recall {recalled:.4f}")  # noqa: T201 - shown with -s
    assert precision >= 0.99
    assert recalled >= recall
    pairs = found.uncertain.filter(kind="household").select("_row", "_row_other").rows()
    assert all(0.5 <= probability < 1 for probability in found.uncertain["probability"])
    assert sum(made.family[one] == made.family[other] for one, other in pairs) >= 0.8 * len(pairs)


def some_children(rows: int) -> pl.DataFrame:
    return pl.DataFrame(
        [{"child_id": f"c{row}", **dict.fromkeys(FIELDS), "guardian_phone": "13800001111"} for row in range(rows)],
        schema=dict.fromkeys(("child_id", *FIELDS), pl.String),
    )


def test_nothing_is_printed_fetched_or_written(
    identity: IdentityDefinition, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    pairs = likely_pairs(some_children(3), Likely.of(identity))
    assert pairs["first"].to_list() == ["c0", "c0", "c1"]
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_too_many_share_brings_nobody_together(identity: IdentityDefinition) -> None:
    likely = Likely.of(identity)
    assert likely_pairs(some_children(likely.most_in_a_block + 1), likely).is_empty()


def test_one_child_has_no_pair(identity: IdentityDefinition) -> None:
    assert likely_pairs(some_children(1), Likely.of(identity)).is_empty()


def test_a_block_of_a_field_that_is_not_compared_is_refused(identity: IdentityDefinition) -> None:
    from dataclasses import replace

    section = {**identity.section("likely_households"), "blocks": [["father_phone"]]}
    wrong = replace(identity, settings={**identity.settings, "likely_households": section})
    with pytest.raises(DefinitionError, match="'father_phone' is not among the fields"):
        Likely.of(wrong)


@pytest.mark.slow
def test_a_county_of_46_000_children_takes_a_minute_at_most(
    definition: Definition, identity: IdentityDefinition
) -> None:
    import time

    made = made_register(30_000, 4)
    begun = time.process_time()
    found = identify(made.rows, identity, definition, KEY, KnownPersons.nobody(identity), NO_DECISIONS)
    spent = time.process_time() - begun
    joined = couples(dict(found.rows.select("_row", "household_id").rows()))
    true = couples(dict(made.family))
    assert len(joined & true) >= 0.99 * len(joined)
    assert len(joined & true) >= 0.9 * len(true)
    assert spent < 60
