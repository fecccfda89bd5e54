"""A promotion refused with everything that failed, one granted, and one by override that stays visible."""

from __future__ import annotations

import pytest

from features.cli.console import UserError
from models.release.current import ReleaseStore
from models.release.gate.promote import RefusedError, judge, promote_by_rule
from tests.models.release.gate.made import FIGURES, TODAY, Standing, criteria

REASON = "flood in three townships: visits must be ordered tomorrow"


def promote(standing: Standing, override: str = "", by: str = "") -> None:
    promote_by_rule(standing.store, standing.model_id[:6], criteria(), TODAY, override=override, by=by)


def test_a_model_that_has_not_passed_is_refused_with_the_whole_list(standing: Standing) -> None:
    standing.audit({"known.gain": -0.01, "groups.ratio": None})
    standing.sign("Li Hua")
    with pytest.raises(RefusedError) as caught:
        promote(standing)
    said = caught.value.message
    assert said.startswith(f"model {standing.model_id} is not promoted: 4 of 6 criteria of 'test' are not met")
    for words in (
        "增益 gain: seen -0.01, wanted above 0 and at most 0.5",
        "比例 ratio: seen not estimable, wanted at least 0.8",
        "影响评估 impact assessment: seen none",
        "批准人 approvals: seen Li Hua (owner), wanted 2 different people",
        f"next: mopai models approve {standing.model_id}",
        f"next: mopai models impact {standing.model_id}",
    ):
        assert words in said
    assert standing.store.pointer().model_id is None


def test_a_model_that_has_passed_comes_into_use_and_the_history_says_on_what(standing: Standing) -> None:
    standing.complete()
    promote(standing, by="Zhao")
    assert standing.store.current().name == standing.model_id
    move = ReleaseStore(standing.store.home).pointer().moves[-1].to_json()
    assert {name: move[name] for name in ("criteria", "criteria_sha256", "approvals", "by")} == {
        "criteria": "test",
        "criteria_sha256": "cd" * 32,
        "approvals": ("Li Hua (owner)", "王芳 (owner)"),
        "by": "Zhao",
    }
    assert "override" not in move
    assert not standing.store.list()[0].overrides


def test_an_override_that_is_not_needed_is_none(standing: Standing) -> None:
    standing.complete()
    promote(standing, override=REASON)
    assert standing.store.pointer().overrides(standing.model_id) == ()


def test_an_override_needs_two_people_and_stays_visible(standing: Standing) -> None:
    standing.audit({**FIGURES, "known.gain": -0.01})
    for people, said in ((0, "signed by: nobody"), (1, "signed by: Li Hua"), (1, "signed by: Li Hua")):
        if people:
            standing.sign("Li Hua", "override", REASON)
        with pytest.raises(RefusedError, match=said):
            promote(standing, override=REASON)
    standing.sign("王芳", "override", f"  {REASON} ")
    promote(standing, override=REASON)
    assert standing.store.current().name == standing.model_id
    (move,) = standing.store.list()[0].overrides
    assert move.ground.override == REASON
    assert move.ground.overridden_by == ("Li Hua (owner)", "王芳 (owner)")
    assert any("gain: seen -0.01" in line for line in move.ground.failed)
    standing.complete()
    promote(standing)
    assert len(standing.store.pointer().moves) == 2
    assert standing.store.pointer().moves[-1].ground.override == ""
    assert standing.store.list()[0].overrides == (move,), "a later regular promotion does not wash it away"


def test_an_override_is_for_the_reason_that_was_signed(standing: Standing) -> None:
    for name in ("Li Hua", "王芳"):
        standing.sign(name, "override", REASON)
    with pytest.raises(RefusedError, match="sign this very reason"):
        promote(standing, override="no time")
    with pytest.raises(RefusedError):
        promote(standing, override="  ")


def test_approvals_are_no_override(standing: Standing) -> None:
    standing.audit({**FIGURES, "known.gain": -0.01})
    for name in ("Li Hua", "王芳"):
        standing.sign(name, "approval", REASON)
    with pytest.raises(RefusedError, match="signed by: nobody"):
        promote(standing, override=REASON)


def test_no_override_helps_against_tampered_rows(standing: Standing) -> None:
    standing.complete()
    for name in ("Li Hua", "王芳"):
        standing.sign(name, "override", REASON)
    path = standing.rows.path
    path.write_text(path.read_text(encoding="utf-8").replace("owner", "boss", 1), encoding="utf-8")
    with pytest.raises(RefusedError, match="no override helps against: signed rows") as caught:
        promote(standing, override=REASON)
    assert "row 1 (impact, Li Hua): changed after it was signed" in caught.value.message
    assert standing.store.pointer().model_id is None


def test_a_verdict_changes_nothing(standing: Standing) -> None:
    standing.complete()
    verdict = judge(standing.store, standing.model_id, criteria(), TODAY)
    assert verdict.failed == ()
    assert standing.store.pointer().model_id is None


def test_an_unknown_model_is_an_error(standing: Standing) -> None:
    with pytest.raises(UserError, match="no model 'zz'"):
        promote_by_rule(standing.store, "zz", criteria(), TODAY)
