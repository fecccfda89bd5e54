"""The contracts of stored tables hold what the definition says."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.contracts import contract, empty_table, table_schema, without_spark
from tests.builders import make_tables, retraction

DEFINITION = load_definition()
with without_spark():
    from pandera.errors import SchemaErrors


def test_every_table_has_its_columns_then_the_bookkeeping() -> None:
    for name, table in DEFINITION.tables.items():
        schema = table_schema(DEFINITION, name)
        assert list(schema)[: len(table.columns)] == list(table.columns)
        assert list(schema)[len(table.columns) :] == [
            "row_id", "valid_from", "recorded_on", "retracts", "source", "definition_version",
        ]  # fmt: skip


def test_checks_do_not_bring_the_pandas_of_spark() -> None:
    """Where PySpark is installed, pandera would import it, warn of pandas and bind Spark to this machine."""
    look = (
        "import os, sys; from features.definition import load_definition as load; "
        "from features.ledger.contracts import contract; contract(load(), 'visits'); "
        "print('pyspark.pandas' in sys.modules, 'SPARK_LOCAL_IP' in os.environ)"
    )
    bare = {name: value for name, value in os.environ.items() if name != "SPARK_LOCAL_IP"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", look], capture_output=True, text=True, check=True, env=bare
    )
    assert done.stdout.split() == ["False", "False"]


def test_empty_tables_fit_their_contract() -> None:
    for name in DEFINITION.tables:
        contract(DEFINITION, name).validate(empty_table(DEFINITION, name), lazy=True)


def test_a_plain_ledger_fits_and_so_does_a_row_that_takes_back() -> None:
    tables = make_tables(children=[{}, retraction("children", "children-0", date(2016, 5, 1), file_status=None)])
    for name, frame in tables.items():
        contract(DEFINITION, name).validate(frame, lazy=True)


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("children", {"sex": "unknown"}),
        ("children", {"disability_grade": 9}),
        ("children", {"birth_date": date(1890, 1, 1)}),
        ("children", {"file_status": None}),
        ("households", {"region_code": "52"}),
        ("households", {"aid_received": "dibao"}),
        ("households", {"household_id": None}),
        ("findings", {"severity": 4}),
    ],
)
def test_a_row_the_definition_does_not_allow_breaks_the_contract(table: str, wrong: dict[str, object]) -> None:
    frame = make_tables(**{table: [wrong]})[table]
    with pytest.raises(SchemaErrors):
        contract(DEFINITION, table).validate(frame, lazy=True)


def test_another_type_or_column_breaks_the_contract() -> None:
    frame = make_tables(visits=[{}])["visits"]
    for wrong in (frame.with_columns(met=pl.lit("yes")), frame.with_columns(name=pl.lit("x")), frame.drop("met")):
        with pytest.raises(SchemaErrors):
            contract(DEFINITION, "visits").validate(wrong, lazy=True)


def test_a_table_the_definition_does_not_have_is_named() -> None:
    with pytest.raises(UserError, match="no table 'pets'") as raised:
        table_schema(DEFINITION, "pets")
    assert "households" in raised.value.hint
