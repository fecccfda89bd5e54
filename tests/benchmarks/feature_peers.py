"""The benchmark's features written by hand, as a careful analyst would: once in plain pandas, once in Polars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import polars as pl

from tests.benchmarks.feature_data import DOMAINS, GUARDIANS, GUARDIANSHIP

Pandas = Mapping[str, pd.DataFrame]
Polars = Mapping[str, pl.DataFrame]

WINDOWS = (90, 180, 365, 730)
ORDER = ["valid_from", "recorded_on", "row_id"]
LEVELS = {code: float(place) for place, code in enumerate(GUARDIANSHIP)}
DWELLINGS = {"sound": 0.0, "poor": 1.0, "dangerous": 2.0}
MINIMUM = 5


# ---------------------------------------------------------------- pandas
def pandas_features(tables: Pandas, as_of: date) -> pd.DataFrame:
    """The features in plain pandas: filters, groupby, map."""
    day = pd.Timestamp(as_of)
    known = {name: _pandas_known(frame, day) for name, frame in tables.items()}
    states = known["children"].sort_values(ORDER).drop_duplicates(["child_id", "valid_from"], keep="last")
    households = known["households"].sort_values(ORDER).drop_duplicates("household_id", keep="last")
    children = states.drop_duplicates("child_id", keep="last")
    cohort = children.merge(households, on="household_id", how="left", suffixes=("", "_home"))
    born = cohort["birth_date"]
    cohort = cohort[(cohort["file_status"] == "active") & (born > day - pd.DateOffset(years=16))]
    cohort = cohort.sort_values("child_id", ignore_index=True)
    out = pd.DataFrame({"child_id": cohort["child_id"]})
    _pandas_state(out, cohort, day)
    _pandas_history(out, states, day)
    _pandas_visits(out, cohort, known, day)
    _pandas_findings(out, cohort, known["findings"], day)
    _pandas_around(out, cohort)
    return out


def _pandas_known(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    recorded = frame[frame["recorded_on"] <= day]
    taken = recorded["retracts"].dropna()
    facts = recorded[recorded["retracts"].isna() & (recorded["valid_from"] <= day)]
    return facts[~facts["row_id"].isin(taken)]


def _pandas_state(out: pd.DataFrame, cohort: pd.DataFrame, day: pd.Timestamp) -> None:
    out["age"] = np.floor((day - cohort["birth_date"]).dt.days / 365.2425 * 10) / 10
    out["boarding"] = cohort["boarding"].astype("float64")
    for code in GUARDIANS:
        out[f"guardian__{code}"] = (
            (cohort["guardian_type"] == code).astype(float).where(cohort["guardian_type"].notna())
        )
    out["guardian_age"] = day.year - cohort["guardian_birth_year"]
    out["guardianship"] = cohort["guardianship_state"].map(LEVELS)
    out["parents_away"] = (day - cohort["parents_away_since"]).dt.days.clip(upper=3650)
    out["dwelling"] = cohort["dwelling"].map(DWELLINGS)
    out["distance_school"] = cohort["distance_school_km"]
    out["dibao"] = cohort["dibao"].astype("float64")


def _pandas_history(out: pd.DataFrame, states: pd.DataFrame, day: pd.Timestamp) -> None:
    ordered = states.sort_values(["child_id", "valid_from"])
    changed = pd.DataFrame({"child_id": ordered["child_id"], "ago": (day - ordered["valid_from"]).dt.days})
    for column in ("guardian_type", "guardianship_state"):
        before = ordered.groupby("child_id")[column].shift()
        changed[column] = ordered[column].notna() & before.notna() & (ordered[column] != before)
    for window in (180, 365, 730):
        recent = changed[changed["guardian_type"] & (changed["ago"] < window)]
        out[f"guardian_changed_{window}d"] = out["child_id"].isin(recent["child_id"]).astype(float)
    either = changed[(changed["guardian_type"] | changed["guardianship_state"]) & (changed["ago"] < 730)]
    out["guardianship_change_ago"] = out["child_id"].map(either.groupby("child_id")["ago"].min())


def _pandas_visits(out: pd.DataFrame, cohort: pd.DataFrame, known: Pandas, day: pd.Timestamp) -> None:
    visits = known["visits"].sort_values(ORDER).drop_duplicates("visit_id", keep="last")
    visits = visits.assign(ago=(day - visits["visited_on"]).dt.days)
    recent = visits[(visits["ago"] >= 0) & (visits["ago"] < 730)]
    met = recent[recent["met"]]
    home = cohort["household_id"]
    for window in WINDOWS:
        counts = met[met["ago"] < window].groupby("household_id").size()
        out[f"visits_{window}d"] = home.map(counts).fillna(0)
    out["visits_met_share"] = home.map(recent.groupby("household_id")["met"].mean())
    out["last_visit"] = home.map(met.groupby("household_id")["ago"].min())
    looks = known["assessments"].sort_values(ORDER).drop_duplicates(["visit_id", "child_id"], keep="last")
    seen = looks[looks["seen"]].merge(recent[["visit_id", "ago"]], on="visit_id")
    for window in WINDOWS:
        counts = seen[seen["ago"] < window].groupby("child_id").size()
        out[f"seen_{window}d"] = out["child_id"].map(counts).fillna(0)
    out["last_seen"] = out["child_id"].map(seen.groupby("child_id")["ago"].min())


def _pandas_findings(out: pd.DataFrame, cohort: pd.DataFrame, known: pd.DataFrame, day: pd.Timestamp) -> None:
    rows = known.sort_values(ORDER).drop_duplicates("finding_id", keep="last")
    rows = rows.assign(ago=(day - rows["opens"]).dt.days)
    rows = rows[(rows["ago"] >= 0) & (rows["ago"] < 730)]
    shared = (
        rows[rows["child_id"].isna()]
        .drop(columns="child_id")
        .merge(cohort[["child_id", "household_id"]], on="household_id")
    )
    rows = pd.concat([rows[rows["child_id"].notna()], shared], ignore_index=True)
    for window in WINDOWS:
        counts = rows[rows["ago"] < window].groupby("child_id").size()
        out[f"findings_{window}d"] = out["child_id"].map(counts).fillna(0)
    by_domain = rows.pivot_table(index="child_id", columns="domain", values="ago", aggfunc="size")
    for domain in DOMAINS:
        out[f"findings_of_{domain}"] = out["child_id"].map(by_domain[domain]).fillna(0)
    severe = rows[rows["severity"] >= 2]
    out["findings_severe_365d"] = out["child_id"].map(severe[severe["ago"] < 365].groupby("child_id").size()).fillna(0)
    out["worst_730d"] = out["child_id"].map(rows.groupby("child_id")["severity"].max()).fillna(0)
    still = rows[(rows["status"] == "open") & ~(rows["closes"] <= day)]
    out["open"] = out["child_id"].map(still.groupby("child_id").size()).fillna(0)


def _pandas_around(out: pd.DataFrame, cohort: pd.DataFrame) -> None:
    home = cohort["household_id"]
    out["siblings"] = home.map(home.value_counts()) - 1.0
    out["youngest"] = out["age"].groupby(home).transform("min")
    homes = cohort.drop_duplicates("household_id")
    for name, column in (("village_poor", "registered_poor"), ("village_distance_school", "distance_school_km")):
        value = homes[column].astype("float64")
        area = value.groupby(homes["region_code"]).agg(["sum", "count"])
        own = cohort[column].astype("float64")
        others = cohort["region_code"].map(area["count"]) - own.notna()
        rest = cohort["region_code"].map(area["sum"]) - own.fillna(0)
        out[name] = (rest / others).where(others >= MINIMUM)


# ---------------------------------------------------------------- Polars
def polars_features(tables: Polars, as_of: date) -> pl.DataFrame:
    """The features in Polars: one lazy query, one aggregation per table."""
    known = {name: _polars_known(frame.lazy(), as_of) for name, frame in tables.items()}
    states = (
        known["children"].sort("child_id", *ORDER).unique(["child_id", "valid_from"], keep="last", maintain_order=True)
    )
    states = states.collect().lazy()
    children = states.unique("child_id", keep="last", maintain_order=True)
    homes = known["households"].sort(ORDER).unique("household_id", keep="last", maintain_order=True)
    homes = homes.select("household_id", "region_code", "dwelling", "distance_school_km", "dibao", "registered_poor")
    cohort = (
        children.join(homes, on="household_id", how="left")
        .filter(pl.col("file_status") == "active", pl.col("birth_date") > as_of.replace(year=as_of.year - 16))
        .sort("child_id")
        .collect()
        .lazy()
    )
    per_child = [
        _polars_history(states, as_of),
        _polars_seen(known, as_of),
        _polars_findings(known["findings"], cohort, as_of),
    ]
    joined = cohort.join(_polars_visits(known["visits"], as_of), on="household_id", how="left")
    for frame in per_child:
        joined = joined.join(frame, on="child_id", how="left")
    counts = pl.col("^(visits|seen|findings|guardian_changed|worst|open).*$").exclude("visits_met_share")
    full = joined.with_columns(counts.fill_null(0), *_polars_state(as_of)).join(
        _polars_area(cohort), on="region_code", how="left"
    )
    rest = {
        name: pl.col(f"{name}_sum") - pl.col(column).cast(pl.Float64).fill_null(0) for name, column in _AREA.items()
    }
    others = {name: pl.col(f"{name}_count") - pl.col(column).is_not_null() for name, column in _AREA.items()}
    return full.with_columns(
        siblings=pl.len().over("household_id") - 1.0,
        youngest=pl.col("age").min().over("household_id"),
        **{name: pl.when(others[name] >= MINIMUM).then(rest[name] / others[name]) for name in _AREA},
    ).sort("child_id").collect()  # fmt: skip


_AREA = {"village_poor": "registered_poor", "village_distance_school": "distance_school_km"}


def _polars_known(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    recorded = frame.filter(pl.col("recorded_on") <= as_of)
    taken = recorded.filter(pl.col("retracts").is_not_null()).select(row_id="retracts")
    facts = recorded.filter(pl.col("retracts").is_null(), pl.col("valid_from") <= as_of)
    return facts.join(taken, on="row_id", how="anti")


def _ago(column: str, as_of: date) -> pl.Expr:
    return (pl.lit(as_of) - pl.col(column)).dt.total_days()


def _polars_state(as_of: date) -> Sequence[pl.Expr]:
    return [
        ((_ago("birth_date", as_of) / 365.2425 * 10).floor() / 10).alias("age"),
        pl.col("boarding").cast(pl.Float64),
        *((pl.col("guardian_type") == code).cast(pl.Float64).alias(f"guardian__{code}") for code in GUARDIANS),
        (as_of.year - pl.col("guardian_birth_year")).alias("guardian_age"),
        pl.col("guardianship_state").replace_strict(LEVELS, default=None).alias("guardianship"),
        _ago("parents_away_since", as_of).clip(upper_bound=3650).alias("parents_away"),
        pl.col("dwelling").replace_strict(DWELLINGS, default=None),
        pl.col("distance_school_km").alias("distance_school"),
        pl.col("dibao").cast(pl.Float64),
    ]


def _polars_history(states: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    same = pl.col("child_id") == pl.col("child_id").shift()
    changed = {
        name: ((pl.col(name) != pl.col(name).shift()) & same).fill_null(False)
        for name in ("guardian_type", "guardianship_state")
    }
    rows = states.sort("child_id", "valid_from").select("child_id", ago=_ago("valid_from", as_of), **changed)
    either = pl.col("guardian_type") | pl.col("guardianship_state")
    guardian = {days: pl.col("guardian_type") & (pl.col("ago") < days) for days in (180, 365, 730)}
    return (
        rows.filter(pl.col("ago") < 730)
        .group_by("child_id")
        .agg(
            *(mask.any().cast(pl.Int8).alias(f"guardian_changed_{days}d") for days, mask in guardian.items()),
            pl.col("ago").filter(either).min().alias("guardianship_change_ago"),
        )
    )


def _polars_visits(known: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    rows = known.sort(ORDER).unique("visit_id", keep="last").with_columns(ago=_ago("visited_on", as_of))
    return (
        rows.filter(pl.col("ago").is_between(0, 729))
        .group_by("household_id")
        .agg(
            *((pl.col("met") & (pl.col("ago") < days)).sum().alias(f"visits_{days}d") for days in WINDOWS),
            pl.col("met").mean().alias("visits_met_share"),
            pl.col("ago").filter(pl.col("met")).min().alias("last_visit"),
        )
    )


def _polars_seen(known: Mapping[str, pl.LazyFrame], as_of: date) -> pl.LazyFrame:
    visits = (
        known["visits"].sort(ORDER).unique("visit_id", keep="last").select("visit_id", ago=_ago("visited_on", as_of))
    )
    looks = known["assessments"].sort(ORDER).unique(["visit_id", "child_id"], keep="last").filter("seen")
    return (
        looks.join(visits.filter(pl.col("ago").is_between(0, 729)), on="visit_id")
        .group_by("child_id")
        .agg(
            *((pl.col("ago") < days).sum().alias(f"seen_{days}d") for days in WINDOWS),
            pl.col("ago").min().alias("last_seen"),
        )
    )


def _polars_findings(known: pl.LazyFrame, cohort: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    rows = known.sort(ORDER).unique("finding_id", keep="last").with_columns(ago=_ago("opens", as_of))
    rows = rows.filter(pl.col("ago").is_between(0, 729))
    shared = (
        rows.filter(pl.col("child_id").is_null())
        .drop("child_id")
        .join(cohort.select("child_id", "household_id"), on="household_id")
    )
    together = pl.concat([rows.filter(pl.col("child_id").is_not_null()), shared], how="diagonal")
    still = (pl.col("status") == "open") & ~(pl.col("closes") <= as_of).fill_null(False)
    return together.group_by("child_id").agg(
        *((pl.col("ago") < days).sum().alias(f"findings_{days}d") for days in WINDOWS),
        *((pl.col("domain") == domain).sum().alias(f"findings_of_{domain}") for domain in DOMAINS),
        ((pl.col("severity") >= 2) & (pl.col("ago") < 365)).sum().alias("findings_severe_365d"),
        pl.col("severity").max().alias("worst_730d"),
        still.sum().alias("open"),
    )


def _polars_area(cohort: pl.LazyFrame) -> pl.LazyFrame:
    homes = cohort.unique("household_id").group_by("region_code")
    return homes.agg(
        *(pl.col(column).sum().cast(pl.Float64).alias(f"{name}_sum") for name, column in _AREA.items()),
        *(pl.col(column).count().cast(pl.Int64).alias(f"{name}_count") for name, column in _AREA.items()),
    )
