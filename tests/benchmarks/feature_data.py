"""Made-up ledger tables of any size for the feature benchmark, vectorised: histories, late recording, retractions."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from features.known import day_number
from tests.builders import Tables, default_definition, schema

AS_OF = date(2016, 7, 1)
VILLAGE_HOUSEHOLDS = 60
RETRACTED = 0.005
GUARDIANS = ("grandparents", "relatives", "friends", "one_parent", "none")
GUARDIANSHIP = ("none", "parent_incapable", "entrusted_insufficient", "fair", "good")
DOMAINS = ("living", "education", "medical", "guardianship")

Days = npt.NDArray[np.int64]


def make_data(children: int, seed: int = 1) -> Tables:
    """Tables with about ``children`` children in use on ``AS_OF``, 1.4 per household, and four visits per household."""
    random = np.random.default_rng(seed)
    homes = max(1, int(children / 1.4))
    home_of = random.integers(0, homes, children)
    visits = homes * 4
    visit_home = random.integers(0, homes, visits)
    visited = day_number(AS_OF) - random.integers(-20, 900, visits)
    looks = random.integers(0, children, visits * 2)
    needs = int(children * 0.8)
    return {
        "households": _households(random, homes),
        "children": _children(random, children, home_of),
        "visits": _visits(random, visit_home, visited),
        "assessments": _assessments(random, looks, visited),
        "findings": _findings(random, needs, children, home_of, visited),
        "assignments": pl.DataFrame(schema=schema(default_definition().tables["assignments"])),
    }


def _households(random: np.random.Generator, homes: int) -> pl.DataFrame:
    rows = np.concatenate([np.arange(homes), random.integers(0, homes, homes // 4)])
    far = pl.Series(random.integers(1, 200, len(rows)) / 10)
    columns = {
        "household_id": _ids("h", rows),
        "region_code": _ids("520001", rows // VILLAGE_HOUSEHOLDS, digits=6),
        "dwelling": _codes(random, ("sound", "poor", "dangerous"), len(rows)),
        "distance_school_km": far.set(pl.Series(random.random(len(rows)) < 0.03), None),
        "dibao": pl.Series(random.random(len(rows)) < 0.05),
        "registered_poor": pl.Series(random.random(len(rows)) < 0.1),
    }
    return _table("households", columns, day_number(AS_OF) - random.integers(1, 1000, len(rows)), random)


def _children(random: np.random.Generator, children: int, home_of: Days) -> pl.DataFrame:
    rows = np.concatenate([np.arange(children), random.integers(0, children, children)])
    count = len(rows)
    missing = random.random(count) < 0.02
    columns = {
        "child_id": _ids("c", rows),
        "household_id": _ids("h", home_of[rows]),
        "birth_date": _dates(day_number(AS_OF) - 100 - (rows * 7919) % 5600),
        "boarding": pl.Series(random.random(count) < 0.2).set(pl.Series(missing), None),
        "guardian_type": _codes(random, GUARDIANS, count),
        "guardian_birth_year": pl.Series(random.integers(1930, 1990, count)),
        "guardianship_state": _codes(random, GUARDIANSHIP, count),
        "parents_away_since": _dates(day_number(AS_OF) - random.integers(0, 4000, count)),
        "file_status": pl.Series(["active"]).new_from_index(0, count),
    }  # fmt: skip
    return _table("children", columns, day_number(AS_OF) - random.integers(1, 1000, count), random)


def _visits(random: np.random.Generator, home: Days, visited: Days) -> pl.DataFrame:
    columns = {
        "visit_id": _ids("v", np.arange(len(home))),
        "household_id": _ids("h", home),
        "visited_on": _dates(visited),
        "purpose": _codes(random, ("routine", "interval", "report"), len(home), missing=0.0),
        "met": pl.Series(random.random(len(home)) < 0.85),
    }
    return _table("visits", columns, visited, random)


def _assessments(random: np.random.Generator, looks: Days, visited: Days) -> pl.DataFrame:
    visit = np.arange(len(looks)) % len(visited)
    columns = {
        "visit_id": _ids("v", visit),
        "child_id": _ids("c", looks),
        "seen": pl.Series(random.random(len(looks)) < 0.8),
    }
    return _table("assessments", columns, visited[visit], random)


def _findings(random: np.random.Generator, needs: int, children: int, home_of: Days, visited: Days) -> pl.DataFrame:
    child = random.integers(0, children, needs)
    visit = random.integers(0, len(visited), needs)
    again = np.flatnonzero(random.random(needs) < 0.4)
    rows = np.concatenate([np.arange(needs), again])
    closed = np.arange(len(rows)) >= needs
    opens = visited[visit[rows]]
    closes = opens + 1 + (rows * 31) % 200
    whole = (rows * 13) % 10 == 0
    domain = _codes(random, DOMAINS, needs, missing=0.0)
    columns = {
        "finding_id": _ids("f", rows),
        "visit_id": _ids("v", visit[rows]),
        "household_id": _ids("h", home_of[child[rows]]),
        "child_id": _ids("c", child[rows]).set(pl.Series(whole), None),
        "domain": domain.gather(rows),
        "severity": pl.Series(1 + (rows * 17) % 3).cast(pl.Int64),
        "status": pl.Series(np.where(closed, "closed", "open")),
        "opens": _dates(opens),
        "closes": _dates(closes).set(pl.Series(~closed), None),
    }  # fmt: skip
    return _table("findings", columns, np.where(closed, closes, opens), random)


def _table(name: str, columns: dict[str, pl.Series], valid_from: Days, random: np.random.Generator) -> pl.DataFrame:
    """The whole typed table: columns not made are null; one row in five is recorded late, a few are taken back."""
    types = schema(default_definition().tables[name])
    count = len(valid_from)
    late = np.where(random.random(count) < 0.2, random.integers(1, 60, count), 0)
    book = {
        "row_id": _ids(name[0] + "r", np.arange(count)),
        "valid_from": _dates(valid_from),
        "recorded_on": _dates(valid_from + late),
    }
    made = {**columns, **book}
    typed = (pl.col(key) if key in made else pl.lit(None).alias(key) for key in types)
    frame = pl.DataFrame(made).select(typed).cast(types)
    chosen = frame.filter(pl.Series(random.random(count) < RETRACTED))
    back = chosen.with_columns(
        retracts=pl.col("row_id"),
        row_id=pl.concat_str(pl.lit("x"), "row_id"),
        recorded_on=pl.col("recorded_on") + pl.duration(days=5),
    )
    return pl.concat([frame, back]).sample(fraction=1.0, shuffle=True, seed=3)


def _ids(prefix: str, numbers: Days, digits: int = 8) -> pl.Series:
    text = pl.Series("id", numbers).cast(pl.String).str.zfill(digits)
    return text.to_frame().select(pl.concat_str(pl.lit(prefix), "id")).to_series()


def _dates(days: Days) -> pl.Series:
    return pl.Series(days).cast(pl.Int32).cast(pl.Date)


def _codes(random: np.random.Generator, codes: tuple[str, ...], count: int, missing: float = 0.02) -> pl.Series:
    drawn = random.integers(0, len(codes), count)
    return pl.Series(codes).gather(drawn).set(pl.Series(random.random(count) < missing), None)
