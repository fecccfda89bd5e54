"""What the tests of identities share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

from features.definition import Definition, load_definition
from features.identity.decisions import NO_DECISIONS, Decisions
from features.identity.definition import IdentityDefinition, load_identity
from features.identity.identify import Identified, identify
from features.identity.known import KnownPersons

KEY = b"k" * 32
Identify = Callable[..., Identified]


@pytest.fixture(scope="session")
def definition() -> Definition:
    return load_definition()


@pytest.fixture(scope="session")
def identity() -> IdentityDefinition:
    return load_identity()


@pytest.fixture(scope="session")
def identified(definition: Definition, identity: IdentityDefinition) -> Identify:
    """Identify rows given as dictionaries, with what is known before."""

    def run(
        *rows: dict[str, Any],
        before: Sequence[Identified] = (),
        decisions: Decisions = NO_DECISIONS,
        key: bytes = KEY,
    ) -> Identified:
        known = KnownPersons.nobody(identity).and_also(earlier.persons for earlier in before)
        return identify(register(*rows), identity, definition, key, known, decisions)

    return run


def register(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a register; ``_row`` counts from 1 where it is not given."""
    numbered = [{"_row": place, **row} for place, row in enumerate(rows, start=1)]
    columns = list(dict.fromkeys(name for row in numbered for name in row))
    schema = {name: pl.Int64 if name == "_row" else pl.String for name in columns}
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in numbered], schema=schema)


def rules_of(found: Identified) -> list[tuple[Any, ...]]:
    """Row, field, rule, level and detail of every fault."""
    return found.faults.select("_row", "field", "rule", "level", "detail").rows()
