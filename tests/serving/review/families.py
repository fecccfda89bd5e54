"""A home with a small ledger, scores and a table of identities, all invented; households are those of ``making``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.definition import Label, load_definition
from features.identity.definition import load_identity
from features.identity.known import HAS_NUMBER, with_indexes
from features.identity.vault import Vault
from features.ledger.importer import import_folder
from features.ledger.manifest import sha256_of
from models.bands import Cutoffs
from serving.batch.alarms import CountyFacts
from serving.batch.manifest import PolicyUsed, ScoreManifest
from serving.batch.output import MANIFEST
from tests.serving.review.making import COUNTY, NEXT_VILLAGE, VILLAGE

FIRST, SECOND, THIRD = (f"H001001-{number:03}" for number in (1, 2, 3))
ELDEST, MIDDLE, YOUNGEST, GONE, LONE = "C001", "C001B", "C001C", "C001D", "C002"
FOURTH, REFUSED = "H001001-004", "C004"
NAMES = {ELDEST: "曾小明", MIDDLE: "曾雨欣", YOUNGEST: "曾家豪", GONE: "曾思远"}
GUARDIAN, PHONE, ADDRESS = "仇桂兰", "13800001111", "桥头村三组8号"
SECRETS = (*NAMES.values(), GUARDIAN, PHONE, ADDRESS)


def make_home(home: Path) -> Path:
    """Write ledger, scores and identities of a home."""
    sent = home / "sent" / COUNTY
    sent.mkdir(parents=True)
    for name, rows in _tables().items():
        pl.DataFrame(_booked(name[0], rows), infer_schema_length=None).write_csv(sent / f"{name}.csv")
    report = import_folder(home / "sent", home / "ledger", load_definition(), workers=1)
    assert report.faults.is_empty(), report.faults
    _identities(home)
    make_scores(home / "scores")
    return home


def _tables() -> dict[str, list[dict[str, Any]]]:
    first = {"household_id": FIRST, "region_code": VILLAGE, "dwelling": "poor", "aid_received": "dibao;medical"}
    second = {"household_id": SECOND, "region_code": VILLAGE}
    third = {"household_id": THIRD, "region_code": VILLAGE}
    return {
        "households": [
            first | {"dwelling": "sound"},
            first | {"valid_from": "2018-05-01", "distance_school_km": 2.5, "dibao": True},
            second,
            third,
            third | {"valid_from": "2018-06-20", "region_code": NEXT_VILLAGE},
            {"household_id": FOURTH, "region_code": VILLAGE},
        ],
        "children": _children(),
        "visits": [
            {"visit_id": "V1", "household_id": FIRST, "visited_on": "2018-04-02", "purpose": "routine", "met": True},
            {"visit_id": "V2", "household_id": FIRST, "visited_on": "2018-05-07", "purpose": "report", "met": False},
            {"visit_id": "V3", "household_id": FIRST, "visited_on": "2018-05-09", "purpose": "routine", "met": True},
            {"visit_id": "V3", "household_id": FIRST, "visited_on": "2018-05-09", "purpose": "routine", "met": True,
             "retracts": "v2"},
        ],
        "assessments": [
            {"visit_id": "V1", "child_id": ELDEST, "seen": True, "domains_assessed": "living;education"},
            {"visit_id": "V1", "child_id": MIDDLE, "seen": False, "domains_assessed": ""},
        ],
        "findings": _findings(),
        "assignments": [
            {"list_id": "L-old", "household_id": FIRST, "as_of": "2018-03-31", "stratum": "score", "frame_size": 9,
             "inclusion_probability": 1.0, "drawn": True},
            {"list_id": "L-old", "household_id": SECOND, "as_of": "2018-03-31", "stratum": "score", "frame_size": 9,
             "inclusion_probability": 0.0, "drawn": False},
        ],
    }  # fmt: skip


def _children() -> list[dict[str, Any]]:
    common = {
        "household_id": FIRST, "sex": "girl", "guardian_type": "grandparents", "health": "healthy",
        "father_state": "away_other_province", "mother_state": "away_in_province", "file_status": "active",
    }  # fmt: skip
    eldest = common | {
        "child_id": ELDEST, "birth_date": "2005-07-06", "official_level": "yellow", "schooling": "primary",
        "official_level_on": "2018-01-10", "official_level_by": "W9",
    }  # fmt: skip
    return [
        eldest,
        eldest | {"valid_from": "2018-06-10", "official_level": "red", "official_level_on": "2018-06-09",
                  "schooling": "junior", "support_medical": "partly_covered",
                  "support_education": "eligible_not_covered"},
        common | {"child_id": MIDDLE, "birth_date": "2008-01-31", "household_id": SECOND},
        common | {"child_id": MIDDLE, "birth_date": "2008-01-31", "valid_from": "2018-02-01", "health": "disabled"},
        common | {"child_id": YOUNGEST, "birth_date": "2018-01-20"},
        common | {"child_id": GONE, "birth_date": "2003-01-20", "file_status": "moved"},
        common | {"child_id": REFUSED, "household_id": FOURTH, "birth_date": "2011-05-05"},
        {"child_id": LONE, "household_id": SECOND, "birth_date": "2010-02-28", "file_status": "active"},
    ]  # fmt: skip


def _findings() -> list[dict[str, Any]]:
    def finding(number: int, **other: Any) -> dict[str, Any]:
        usual = {"visit_id": "V1", "household_id": FIRST, "child_id": ELDEST, "severity": 2, "status": "open",
                 "opens": "2018-04-02"}  # fmt: skip
        return {"finding_id": f"F{number}", **usual, **other}

    return [
        finding(1, domain="medical", due_on="2018-07-20", action="联系卫生院"),
        finding(2, domain="living", child_id=None, severity=3, due_on="2018-06-30"),
        finding(3, domain="education"),
        finding(4, domain="guardianship"),
        finding(4, domain="guardianship", status="closed", closes="2018-05-01", valid_from="2018-05-01"),
    ]


def _booked(prefix: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = list(dict.fromkeys([name for row in rows for name in row] + ["valid_from", "retracts"]))
    book = {"recorded_on": "2018-06-25", "source": "form", "definition_version": "2016.1"}
    return [
        {"row_id": f"{prefix}{at}", **book, **{name: row.get(name) for name in columns},
         "valid_from": row.get("valid_from", "2018-01-01")}
        for at, row in enumerate(rows)
    ]  # fmt: skip


def _identities(home: Path) -> None:
    identity = load_identity()
    vault = Vault.open(home, identity)
    rows = pl.DataFrame(
        {"child_id": list(NAMES), "name": list(NAMES.values()), "household_id": FIRST, "county": COUNTY,
         "guardian_name": [None, GUARDIAN, None, "别人"], "guardian_phone": PHONE, "address": ADDRESS,
         "birth_date": "2008-01-31", "region_code": VILLAGE, HAS_NUMBER: False}
    )  # fmt: skip
    absent = [pl.lit(None, pl.String).alias(name) for name in identity.fields if name not in rows.columns]
    vault.upsert(with_indexes(rows.with_columns(absent), identity, vault.key))


def make_scores(folder: Path, as_of: date = date(2018, 6, 30)) -> None:
    """Scores of the first household's children: the eldest go first, the middle one refused, the youngest soon."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{COUNTY}.parquet"
    pl.DataFrame([_scored(ELDEST, "go_first"), _scored(MIDDLE, None), _scored(YOUNGEST, "soon")]).write_parquet(path)
    definition = load_definition()
    label = Label("国家", "national")
    manifest = ScoreManifest(
        region=COUNTY,
        as_of=as_of,
        simulated=True,
        model_id="m1",
        definition_name=definition.name,
        definition_version=definition.version,
        definition_hash=definition.hash,
        ledger_hash="",
        cutoffs=Cutoffs(1.0, 0.0, date(2017, 1, 1), date(2017, 6, 1)),
        policies=(PolicyUsed("national", label, (COUNTY,), {}, {"red": Label("红色", "red")}),),
        counties=(CountyFacts(COUNTY, 3, 1, 2, 1, 0, 0, 0, 0, date(2018, 6, 25), -0.2, 0.4),),
        alarms=(),
        files={path.name: sha256_of(path)},
        domains_without_model=(),
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def _scored(child: str, band: str | None) -> dict[str, Any]:
    reason = {"feature": "age", "value": 12.0, "contribution": 0.4, "date": date(2018, 6, 1)}
    fewer = {"feature": "boarding", "value": 0.0, "contribution": -0.2, "date": date(2018, 6, 1)}
    said = band is not None
    return {
        "child_id": child, "household_id": FIRST, "region_code": VILLAGE,
        "status": "scored" if said else "refused", "duty": False, "band": band, "official_level": "red",
        "official_level_on": date(2018, 6, 9), "official_level_by": "W9", "reasons_up": [reason] if said else [],
        "reasons_down": [fewer] if said else [], "not_known": ["dwelling"] if said else [], "data_age_days": 5,
        "domains_likely": ["medical"] if said else None,
    }  # fmt: skip
