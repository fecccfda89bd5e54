"""Made-up names for the children of a simulated county, in the encrypted table where real names lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition.structure import (
    CHILD,
    CHILDREN,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    REGION,
    ROW_ID,
    VALID_FROM,
)
from features.identity.definition import load_identity
from features.identity.known import COUNTY, HAS_NUMBER, with_indexes
from features.identity.vault import Vault
from features.ledger.store import LedgerStore
from features.simulator.names import child_name, home_names

_LAST = [VALID_FROM, RECORDED_ON, ROW_ID]


def name_people(home: Path, ledger: Path, county: str) -> int:
    """Give every child of a simulated county a name, a guardian's name, a telephone number and an address.

    Returns:
        How many children there are.

    Raises:
        UserError: the ledger is of real families.
    """
    store = LedgerStore.open(ledger)
    if not store.simulated:
        raise UserError(f"{ledger}: not simulated", "names are made up for simulated ledgers alone")
    identity = load_identity(store.definition_name)
    vault = Vault.open(home, identity)
    tables = store.read(county, [CHILDREN, HOUSEHOLDS]).tables
    children, homes = _now(tables[CHILDREN], CHILD), _now(tables[HOUSEHOLDS], HOUSEHOLD)
    born, sex = identity.roles["birth_date"], identity.roles["sex"]
    girl = identity.settings["sex_of_order"]["even"]
    rows = children.join(homes.select(HOUSEHOLD, REGION), on=HOUSEHOLD, how="left")
    said = [_said(row, identity.roles, girl=row[sex] == girl) for row in rows.select(CHILD, HOUSEHOLD, sex).to_dicts()]
    persons = pl.DataFrame(said, schema=dict.fromkeys(identity.fields, pl.String)).with_columns(
        *(rows[name] for name in (CHILD, HOUSEHOLD, REGION)),
        rows[born].cast(pl.String),
        pl.lit(county).alias(COUNTY),
        pl.lit(value=False).alias(HAS_NUMBER),
    )
    vault.upsert(with_indexes(persons, identity, vault.key))
    return persons.height


def _said(row: Mapping[str, str], roles: Mapping[str, str], *, girl: bool) -> dict[str, str]:
    """What the form would say of a child."""
    home = home_names(row[HOUSEHOLD])
    return {
        roles["child_name"]: child_name(row[CHILD], row[HOUSEHOLD], girl=girl),
        roles["guardian_name"]: home.guardian,
        roles["guardian_phone"]: home.phone,
        roles["home_address"]: home.address,
    }


def _now(table: pl.DataFrame, key: str) -> pl.DataFrame:
    """The last row of each."""
    return table.sort(_LAST).unique(key, keep="last", maintain_order=True)
