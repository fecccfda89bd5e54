"""A small report with every kind of cell, drawing and finding, and the evidence it speaks of."""

from __future__ import annotations

import polars as pl

from features.definition import Label
from tests.training.made import WINDOWS, make_part
from tests.training.plans import small_plan
from training.audit.report import AuditReport, make_report
from training.audit.section import Section, Table
from training.audit.svg import Bar, bars
from training.evidence import Evidence


def evidence() -> Evidence:
    """Evidence of made rows with a score and a probability; the visitor of each row is known."""
    rows = {
        window: make_part(dates).rows.with_columns(
            pl.col("days_since_visit").cast(pl.Float64).alias("model"),
            pl.lit(0.2).alias("probability"),
            pl.lit("visitor-0001").alias("visitor_id"),
        )
        for window, dates in (("calibrate", WINDOWS.calibrate), ("test", WINDOWS.test))
    }
    return Evidence(
        model_id="abc123",
        plan=small_plan(),
        definition_hash="d",
        data_hash="0123456789abcdef0123",
        simulated=True,
        cut=WINDOWS.cut,
        dates={"fit": ("2017-01-01", "2017-08-01"), "test": ("2018-07-01", "2018-08-01")},
        figures={},
        rows=rows,  # type: ignore[arg-type]  # windows by their names
        seen=rows["test"].select("child_id", "household_id").head(0),
    )


def sections() -> tuple[Section, ...]:
    """Two sections: one whole, one with findings alone."""
    words = Label("甲<乙", "one < two")
    table = Table(words, (words, Label("数", "figure")), ((words, "0.500"), ("text", Label("无", "none"))))
    whole = Section(
        key="first",
        title=Label("第一节", "Section one"),
        findings=(Label("主要的话。", "What matters."), Label("其次。", "Then this.")),
        tables=(table,),
        pictures=(bars(Label("图一", "Picture one"), [Bar(words, 0.5, 0.4, 0.6)]),),
        figures={"gain": 0.25, "lost": None, "infinite": float("inf")},
        data={"nested": [{"value": float("nan")}, (1, "two")]},
        files={"kept.json": "{}"},
    )
    return whole, Section("second", Label("第二节", "Section two"), (Label("仅此。", "Only this."),))


def report() -> AuditReport:
    """The report of both sections."""
    return make_report(evidence(), "left_behind", sections())
