"""A small ledger of one county whose households were rated, overruled and visited."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.ledger.contracts import table_schema
from features.ledger.importer import import_folder
from tests.builders import COUNTY, Tables, default_definition, make_tables, write_source

DEFINITION = default_definition()
DECIDED_ON, SEEN_ON = date(2018, 7, 5), date(2018, 7, 20)
LOOKED_AT = ";education;guardianship;living;medical;rehabilitation;"
HOMES = 24


def facts() -> Tables:
    """Every household is visited after; of every second one the child is assessed, of every fourth in need."""
    numbers = range(HOMES)
    return make_tables(
        children=[{"child_id": f"c{n}", "household_id": f"h{n}"} for n in numbers],
        visits=[{"visit_id": f"v{n}", "household_id": f"h{n}", "visited_on": SEEN_ON} for n in numbers],
        assessments=[
            {"visit_id": f"v{n}", "child_id": f"c{n}", "domains_assessed": LOOKED_AT} for n in numbers if n % 2 == 0
        ],
        findings=[
            {"finding_id": f"f{n}", "visit_id": f"v{n}", "household_id": f"h{n}", "child_id": f"c{n}", "opens": SEEN_ON}
            for n in numbers
            if n % 4 == 0
        ],
    )


def _rows(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    book = {"valid_from": DECIDED_ON, "recorded_on": DECIDED_ON, "source": "review", "definition_version": "2016.1"}
    made = [{**book, "row_id": f"{table}-{number}", "list_id": "l1", **row} for number, row in enumerate(rows)]
    return pl.DataFrame(made, schema=table_schema(DEFINITION, table))


def ratings(homes: int = HOMES) -> pl.DataFrame:
    """Two people rate every household blindly go first; the band of every third is another, the last was seen."""
    return _rows(
        "ratings",
        [
            {
                "rating_id": f"r{n}", "household_id": f"h{n}", "rater_id": f"account-{n % 2}", "rating": "go_first",
                "asked": True, "band_seen": n == homes - 1, "band": "soon" if n % 3 == 0 else "go_first",
                "model_id": "m1", "rated_on": DECIDED_ON,
            }
            for n in range(homes)
        ],
    )  # fmt: skip


def overrides() -> pl.DataFrame:
    """Twelve for one reason, one of them taken back later, and one for another."""
    reasons = [*["knows_family"] * 12, "season"]
    made = [
        {
            "override_id": f"o{n}", "household_id": f"h{n}", "by_id": "account-1", "wanted": "go_first",
            "reason": reason, "made_on": DECIDED_ON, "answered": False, "withdrawn": False,
        }
        for n, reason in enumerate(reasons)
    ]  # fmt: skip
    later = {**made[0], "withdrawn": True, "valid_from": SEEN_ON, "recorded_on": SEEN_ON}
    return _rows("overrides", [*made, later])


def import_all(folder: Path, *tables: Tables) -> Path:
    """A ledger made of these tables, one import after the other."""
    for number, part in enumerate(tables):
        source = write_source(part, folder / f"sent-{number}", COUNTY)
        assert import_folder(source, folder / "ledger", DEFINITION, workers=1).faults.is_empty()
    return folder / "ledger"


def decisions() -> Tables:
    """Both tables."""
    return {"ratings": ratings(), "overrides": overrides()}
