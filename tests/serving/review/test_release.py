"""What the model's owner is shown, read from a home: models, gate, audit, monitoring, counties. Nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.definition import Label, load_definition
from features.ledger.importer import import_folder
from models.release.gate.promote import promote_by_rule
from models.release.regions import Acceptance, Reason, RegionVerdict, verdict_file, write_verdict
from models.release.suspensions import Suspension, suspensions_file, write_suspensions
from serving.review.access.viewer import Viewer
from serving.review.release.kept import Figure, figures_of, find_model, kept_models, subject_of
from serving.review.release.report import audit_page, audit_sections
from serving.review.release.standing import standing_of
from serving.review.release.watch import county_standings, sees, standing_counts, suspended, watched
from serving.review.store.accounts import Role
from tests.builders import COUNTY, make_tables, write_source
from tests.models.release.gate.made import ASSESSED, NOW, TODAY, Standing, criteria

OWNER = Viewer(1, "owner", Role.MODEL_OWNER, ("",))
FAR = Viewer(2, "far", Role.MODEL_OWNER, ("990101",))
WORDS = {"zh": "甲", "en": "one"}


@pytest.fixture
def stood(tmp_path: Path) -> Standing:
    made = Standing.make(tmp_path / "home")
    made.audit({"known.gain_over_best": 0.02, "known.gain_over_best_lower": 0.01, "known.gain_over_best_upper": 0.03,
                "new_county.price": None})  # fmt: skip
    return made


def test_models_are_told_with_what_they_were_judged_on(stood: Standing) -> None:
    kept = kept_models(stood.store.home)
    assert [one.model_id for one in kept.models] == [stood.model_id]
    assert kept.released is None
    assert kept.others[0].windows == {"test to": date(2018, 8, 1)}
    stood.store.promote(stood.model_id)
    released = kept_models(stood.store.home).released
    assert released is not None
    assert (released.model_id, released.fault, released.overridden) == (stood.model_id, False, False)
    assert kept_models(stood.store.home).others == ()
    assert find_model(stood.store.home, stood.model_id[:4]) is None


def test_a_damaged_bundle_is_listed_with_its_fault_and_states_nothing(stood: Standing) -> None:
    (stood.store.bundles / stood.model_id / "manifest.json").write_text("{}")
    found = find_model(stood.store.home, stood.model_id)
    assert found is not None
    assert found.fault
    assert found.windows == {}
    assert subject_of(stood.store.home, stood.model_id, TODAY) is None


def test_figures_are_those_that_were_measured_and_say_what_is_not_estimable(stood: Standing) -> None:
    subject = subject_of(stood.store.home, stood.model_id, TODAY)
    assert subject is not None
    figures = {one.name: one for one in figures_of(subject)}
    assert figures["gain"] == Figure("gain", "points", 0.02, 0.01, 0.03)
    assert figures["new_county"].value is None
    assert "agreement" not in figures


def test_the_gate_says_what_is_missing_and_who_signed(stood: Standing) -> None:
    home, model = stood.store.home, stood.model_id
    subject = subject_of(home, model, TODAY)
    assert subject is not None
    seen = standing_of(home, subject, stood.store.pointer(), TODAY)
    assert (seen.criteria, seen.approved, seen.people, seen.signatures) == ("default", 0, 2, ())
    lines = {line.kind: line for line in seen.lines if line.kind != "figure"}
    assert set(lines) == {"audit", "data", "impact", "approvals"}
    assert (lines["audit"].met, lines["audit"].next) == (True, "")
    assert (lines["impact"].wanted, lines["approvals"].wanted) == ("365", "2")
    assert lines["approvals"].next.startswith(f"mopai models approve {model}")
    figures = {line.label.en: line for line in seen.lines if line.kind == "figure"}
    assert figures["gain over the best baseline at k"].met
    assert figures["gain over the best baseline at k"].wanted == "≥ 0.02"
    assert figures["calibration slope"].wanted == "≥ 0.8, ≤ 1.25"
    assert all("#" not in line.next for line in seen.lines)
    assert seen.failed == sum(not line.met for line in seen.lines) > 2
    stood.sign("Li Hua")
    stood.sign("Li Hua", words="again")
    stood.sign("Wang Min", kind="impact", document=ASSESSED)
    signed = standing_of(home, subject, stood.store.pointer(), TODAY)
    assert [(one.name, one.kind, one.state) for one in signed.signatures] == [
        ("Li Hua", "approval", "other"), ("Li Hua", "approval", "counts"), ("Wang Min", "impact", "counts")
    ]  # fmt: skip
    assert signed.approved == 1


def test_a_signature_of_another_audit_or_a_changed_row_counts_for_nothing(stood: Standing) -> None:
    home, model = stood.store.home, stood.model_id
    stood.sign("Li Hua")
    stood.audit({"known.gain_over_best": 0.03})
    subject = subject_of(home, model, TODAY)
    assert subject is not None
    seen = standing_of(home, subject, stood.store.pointer(), TODAY)
    assert [one.state for one in seen.signatures] == ["other"]
    rows = home / "approvals" / f"{model}.jsonl"
    rows.write_text(rows.read_text().replace('"role":"owner"', '"role":"other"'))
    broken = standing_of(home, subject, stood.store.pointer(), TODAY)
    assert [one.state for one in broken.signatures] == ["broken"]
    assert "rows" in {line.kind for line in broken.lines}
    (home / "approvals" / "people.json").write_text("{")
    unreadable = standing_of(home, subject, stood.store.pointer(), TODAY)
    assert (unreadable.readable, unreadable.signatures) == (False, ())


def test_the_criteria_are_those_of_the_last_promotion_while_they_are_unchanged(stood: Standing) -> None:
    stood.audit()
    for name in ("Li Hua", "Wang Min"):
        stood.sign(name)
    stood.sign("Li Hua", kind="impact", document=ASSESSED)
    promote_by_rule(stood.store, stood.model_id, criteria(), TODAY)
    subject = subject_of(stood.store.home, stood.model_id, TODAY)
    assert subject is not None
    pointer = stood.store.pointer()
    # Criteria of a region's own file are not here by name.
    assert standing_of(stood.store.home, subject, pointer, TODAY).criteria == "default"
    ground = replace(pointer.moves[-1].ground, criteria="demo")
    changed = replace(pointer, moves=(replace(pointer.moves[-1], ground=ground),))
    assert standing_of(stood.store.home, subject, changed, TODAY).criteria == "default"
    from models.release.gate.criteria import load_criteria

    same = replace(ground, criteria_sha256=load_criteria("demo").sha256)
    unchanged = replace(pointer, moves=(replace(pointer.moves[-1], ground=same),))
    assert standing_of(stood.store.home, subject, unchanged, TODAY).criteria == "demo"


def test_an_audit_is_read_as_data(stood: Standing) -> None:
    home, model = stood.store.home, stood.model_id
    assert audit_sections(home, model) == ()
    assert audit_page(home, model) is None
    table = {"title": WORDS, "columns": [WORDS, "n"], "rows": [[WORDS, "0.5"]]}
    section = {"title": WORDS, "findings": [WORDS], "tables": [table], "pictures": [WORDS], "figures": {}, "data": {}}
    stood.audit(sections={"known": section})
    (found,) = audit_sections(home, model)
    assert (found.key, found.title.zh, found.findings[0].en, found.pictures) == ("known", "甲", "one", 1)
    assert found.tables[0].rows == ((Label("甲", "one"), "0.5"),)
    folder = home / "evidence" / model
    (folder / "audit.html").write_text("<p>")
    assert audit_page(home, model) == b"<p>"
    (folder / "audit.json").write_text(json.dumps({"model_id": "other", "sections": {}}))
    assert audit_sections(home, model) == ()


def report(home: Path, name: str, alarms: list[tuple[str, str | None]], realised: object = None) -> None:
    folder = suspensions_file(home).parent / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "as_of": name, "model_id": "m1", "realised": realised,
        "expected": {"precision": 0.3, "lower": 0.2, "upper": 0.4},
        "alarms": [{"level": level, "county": county, **WORDS} for level, county in alarms],
    }  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(content))


def test_the_last_report_of_monitoring_is_told_of_the_viewer_s_counties(tmp_path: Path) -> None:
    assert watched(tmp_path, OWNER) is None
    report(tmp_path, "2026-05-31", [])
    found = {"precision": 0.3, "least": 0.1, "most": 0.7}
    report(tmp_path, "2026-06-30", [("warn", COUNTY), ("info", None), ("hard", "990101")], found)
    seen = watched(tmp_path, OWNER)
    assert seen is not None
    assert (seen.as_of, seen.expected, seen.realised) == (date(2026, 6, 30), (0.3, 0.2, 0.4), (0.3, 0.1, 0.7))
    assert [(one.level, one.county) for one in seen.alarms] == [("hard", "990101"), ("warn", COUNTY), ("info", "")]
    far = watched(tmp_path, FAR)
    assert far is not None
    assert [one.county for one in far.alarms] == ["990101", ""]
    report(tmp_path, "2026-07-31", [("of another kind", None)])
    assert watched(tmp_path, OWNER) is None


def test_suspensions_are_told_and_an_unreadable_file_is_no_peace(tmp_path: Path) -> None:
    assert suspended(tmp_path, OWNER) == ()
    one = Suspension(COUNTY, date(2026, 6, 30), "m1", ("drift",), Label("甲", "one"))
    write_suspensions(tmp_path, {COUNTY: one})
    found = suspended(tmp_path, OWNER)
    assert found is not None
    assert [(held.county, held.reason.zh) for held in found] == [(COUNTY, "甲")]
    assert suspended(tmp_path, FAR) == ()
    suspensions_file(tmp_path).write_text("{")
    assert suspended(tmp_path, OWNER) is None


def test_counties_that_need_a_look_come_first(tmp_path: Path) -> None:
    for county in (COUNTY, "520002", "520003"):
        region = county + "001001"
        tables = make_tables(
            households=[{"household_id": f"h{county}", "region_code": region}],
            children=[{"child_id": f"c{county}", "household_id": f"h{county}"}],
        )
        source = write_source(tables, tmp_path / "sent", county)
    assert import_folder(source, tmp_path / "ledger", load_definition(), workers=1).faults.is_empty()
    assert county_standings(tmp_path, None, "m1", OWNER) == ()
    assert county_standings(tmp_path, tmp_path / "none", "m1", OWNER) == ()
    verdict = RegionVerdict(
        "520002", "not_fit", "2026-06-30", "m1", "x", "y", (Reason("inputs", Label("甲", "one")),), 10, "2026-07-01",
        Acceptance("Li Hua", "known", "2026-07-02"),
    )  # fmt: skip
    write_verdict(tmp_path, verdict)
    verdict_file(tmp_path, "520003").write_text("{")
    found = county_standings(tmp_path, tmp_path / "ledger", "m1", OWNER)
    assert [(one.county, one.standing, one.accepted) for one in found] == [
        ("520003", "broken", False), ("520002", "not_fit", True), (COUNTY, "not_checked", False)
    ]  # fmt: skip
    assert (found[1].checked_on, found[1].reasons[0].en) == (date(2026, 6, 30), "one")
    assert standing_counts(found) == {"broken": 1, "not_fit": 1, "not_checked": 1}
    assert county_standings(tmp_path, tmp_path / "ledger", "m1", FAR) == ()


@pytest.mark.parametrize(
    ("region", "seen"), [("", True), ("52", True), (COUNTY, True), (COUNTY + "001", True), ("99", False)]
)
def test_a_county_concerns_who_is_within_it_or_around_it(region: str, *, seen: bool) -> None:
    assert sees(Viewer(1, "x", Role.SUPERVISOR, (region,)), COUNTY) is seen
    assert NOW.date() == TODAY
