"""The county of the benchmark ``pages``: lists, sealed names, ledger and scores of 20,000 invented households."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from features.definition import load_definition
from features.identity.keys import load_key
from features.ledger.importer import import_folder
from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.desk import Folders
from serving.review.exchange.load import Place, Sheet, load_sheet
from serving.review.store.database import Database
from serving.review.store.lists import Stratum
from serving.review.store.migrate import upgrade
from tests.serving.review.making import account, place

VILLAGE, COUNTY, HOUSEHOLDS, TOWNSHIPS = "520101001001", "520101", 20_000, 20
# A list each month: the older ones stay in the database.
MONTHS = 3


def fill(url: str, home: Path, mine: int) -> None:
    """Twenty townships' lists that make up the county; the director's village has ``mine`` households of the first."""
    database = Database.open(url)
    upgrade(database)
    load_key(home)
    key = persons_key(Folders(home))
    assert key is not None
    now, each = datetime.now(UTC), HOUSEHOLDS // TOWNSHIPS
    with database.writing() as session:
        account(session, name="director")
        for number in range(TOWNSHIPS):
            here = mine if number == 0 else 0
            for month in reversed(range(MONTHS)):
                sheet = _sheet(number, each, here, now.date() - timedelta(days=30 * month))
                load_sheet(session, sheet, now)
            persons = {one.household_id: _family(turn) for turn, one in enumerate(sheet.places)}
            keep_persons(session, key, sheet.places, persons, now)
    database.engine.dispose()


def write_ledger(folder: Path, mine: int) -> Path:
    """The ledger of the county: each household with two children, three visits and a finding."""
    each, today = HOUSEHOLDS // TOWNSHIPS, datetime.now(UTC).date()
    places = [
        one for number in range(TOWNSHIPS) for one in _sheet(number, each, mine if not number else 0, today).places
    ]
    homes = pl.DataFrame(
        {"household_id": [p.household_id for p in places], "region_code": [p.region_code for p in places]}
    )
    children = pl.concat(
        homes.select("household_id", child_id=pl.lit(f"{turn}") + pl.col("household_id"), birth_date=pl.lit(born))
        for turn, born in ((1, "2010-05-05"), (2, "2013-02-28"))
    ).with_columns(sex=pl.lit("girl"), file_status=pl.lit("active"), guardian_type=pl.lit("grandparents"))
    visits = pl.concat(
        homes.select("household_id", visit_id=pl.lit(f"v{turn}") + pl.col("household_id"), visited_on=pl.lit(str(on)))
        for turn, on in enumerate(today - timedelta(days=90 * back) for back in (1, 2, 3))
    ).with_columns(purpose=pl.lit("routine"), met=pl.lit(value=True))
    findings = homes.select(
        "household_id", visit_id=pl.lit("v0") + pl.col("household_id"), child_id=pl.lit("1") + pl.col("household_id"),
        finding_id=pl.lit("f") + pl.col("household_id"), severity=2, status=pl.lit("open"), domain=pl.lit("medical"),
        opens=pl.lit(str(today - timedelta(days=90))),
    )  # fmt: skip
    sent = folder / "sent" / COUNTY
    sent.mkdir(parents=True)
    for name, rows in {"households": homes, "children": children, "visits": visits, "findings": findings}.items():
        day = pl.lit(str(today - timedelta(days=90)))
        book = rows.with_row_index("row_id").with_columns(
            row_id=pl.lit(name[0]) + pl.col("row_id").cast(pl.String), valid_from=day, recorded_on=day,
            source=pl.lit("form"), definition_version=pl.lit("2016.1"),
        )  # fmt: skip
        book.write_csv(sent / f"{name}.csv")
    report = import_folder(folder / "sent", folder / "ledger", load_definition(), workers=1)
    assert report.faults.is_empty(), report.faults
    return folder / "ledger"


def _sheet(number: int, each: int, mine: int, today: date) -> Sheet:
    township = f"{COUNTY}{number + 1:03}"
    places = [_place(turn, VILLAGE if turn < mine else f"{township}{turn % 12 + 2:03}", today) for turn in range(each)]
    return Sheet(
        list_id=f"L{number}-{today}", region_code=township, period_from=today - timedelta(days=5),
        period_to=today + timedelta(days=25), as_of=today - timedelta(days=6), frame_size=4 * each,
        places=places, model_id="m", data_newest_on=today - timedelta(days=9), simulated=True,
    )  # fmt: skip


def _place(turn: int, village: str, today: date) -> Place:
    home = {"household_id": f"h{village}_{turn:05}"}
    if turn % 10 < 2:
        due = today + timedelta(days=turn % 40 - 5)
        return place(turn + 1, village, duty_rule="interval:yellow", duty_due_on=due, **home)
    stratum = Stratum.RANDOM if turn % 10 == 9 else Stratum.SCORE
    return place(turn + 1, village, stratum=stratum, rating_asked=turn % 5 == 3, band="soon", **home)


def _family(turn: int) -> Persons:
    surname, given = "王李张刘陈杨赵黄周吴"[turn % 10], "秀英桂兰建国志强小明"
    return Persons({f"c{turn}": surname + given[turn % 9]}, surname + given[turn % 8 : turn % 8 + 2])
