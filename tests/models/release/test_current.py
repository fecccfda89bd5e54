"""The one pointer: promotion, rollback, two at once, and bundles that must not come into use."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cli.console import UserError
from models.release.current import Ground, Pointer, ReleaseStore
from models.release.manifest import BOOSTER, MANIFEST, BundleError
from tests.models import making
from tests.models.release.damage import edit_json, truncate

MOMENT = datetime(2016, 8, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three bundles and no release."""
    home = tmp_path_factory.mktemp("kept")
    for leaves in (4, 5, 6):
        making.small_bundle(ReleaseStore(home).bundles, num_leaves=leaves)
    return home


@pytest.fixture
def store(kept: Path, tmp_path: Path) -> ReleaseStore:
    """A copy of it to move the pointer of."""
    return ReleaseStore(Path(shutil.copytree(kept, tmp_path / "home")))


def ids(store: ReleaseStore) -> list[str]:
    return [bundle.model_id for bundle in store.list()]


def test_before_the_first_release_there_is_none(store: ReleaseStore) -> None:
    with pytest.raises(UserError, match="no model is released") as caught:
        store.current()
    assert "mopai models promote" in caught.value.hint
    assert not any(bundle.released for bundle in store.list())


def test_an_empty_home_holds_nothing(tmp_path: Path) -> None:
    assert ReleaseStore(tmp_path / "nowhere").list() == ()


def test_promote_and_rollback_move_one_pointer_and_keep_its_history(store: ReleaseStore) -> None:
    first, second, third = ids(store)
    for model_id in (first, second, third):
        assert store.promote(model_id) == model_id
        assert store.current() == store.bundles / model_id
    assert [bundle.model_id for bundle in store.list() if bundle.released] == [third]
    assert store.rollback() == second
    assert store.rollback() == first
    assert store.current().name == first
    with pytest.raises(UserError, match="no earlier release"):
        store.rollback()
    moves = [(move.action, move.model_id) for move in store.pointer().moves]
    promoted, back = "promote", "rollback"
    assert moves == [(promoted, first), (promoted, second), (promoted, third), (back, second), (back, first)]


def test_promoting_what_is_in_use_changes_nothing(store: ReleaseStore) -> None:
    store.promote(ids(store)[0])
    before = store.pointer()
    store.promote(ids(store)[0])
    assert store.pointer() == before


def test_another_ground_for_what_is_in_use_is_written_down_once(store: ReleaseStore) -> None:
    chosen, ground = ids(store)[0], Ground(criteria="ours", override="a flood", overridden_by=("Li", "Wang"))
    store.promote(chosen)
    for _ in range(2):
        store.promote(chosen, ground)
    store.promote(chosen)
    pointer = ReleaseStore(store.home).pointer()
    assert [move.ground for move in pointer.moves] == [Ground(), ground]
    assert pointer.earlier == ()
    assert pointer.overrides(chosen) == (pointer.moves[1],)


def test_an_override_stays_with_a_bundle_that_is_no_longer_in_use(store: ReleaseStore) -> None:
    first, second, _ = ids(store)
    store.promote(first)
    store.promote(second, Ground(override="a flood", overridden_by=("Li", "Wang"), failed=("gain",)))
    store.rollback("Zhao")
    (store.bundles / second / MANIFEST).write_text("{")
    listed = {kept.model_id: kept for kept in ReleaseStore(store.home).list()}
    assert listed[second].overrides[0].ground.failed == ("gain",)
    assert listed[first].overrides == ()
    assert store.pointer().moves[-1].ground == Ground(by="Zhao")


def test_a_beginning_that_only_one_has_is_enough(store: ReleaseStore) -> None:
    for name in ("aaaa000000000000", "aaaa111111111111"):
        (store.bundles / name).mkdir()
    assert store.resolve("aaaa1") == "aaaa111111111111"
    assert store.resolve("aaaa000000000000") == "aaaa000000000000"
    with pytest.raises(UserError, match="begins 2 model ids: aaaa000000000000, aaaa111111111111"):
        store.resolve("aaaa")


@pytest.mark.parametrize("asked", ["ffffzz", "", "../bundles", "."])
def test_an_unknown_id_is_told_what_is_known(store: ReleaseStore, asked: str) -> None:
    with pytest.raises(UserError, match=f"known: {', '.join(ids(store))}"):
        store.promote(asked)


def test_an_unknown_id_where_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none is kept yet"):
        ReleaseStore(tmp_path).promote("abcd")


def test_a_damaged_bundle_never_comes_into_use(store: ReleaseStore) -> None:
    first, second, _ = ids(store)
    store.promote(first)
    truncate(store.bundles / second / BOOSTER, 0.9)
    with pytest.raises(BundleError, match="changed since it was written"):
        store.promote(second)
    assert store.current().name == first


def test_a_damaged_bundle_never_comes_back_into_use(store: ReleaseStore) -> None:
    first, second, _ = ids(store)
    store.promote(first)
    store.promote(second)
    truncate(store.bundles / first / BOOSTER, 0.9)
    with pytest.raises(BundleError, match="changed since it was written"):
        store.rollback()
    assert store.current().name == second


def test_a_bundle_under_the_name_of_another_never_comes_into_use(store: ReleaseStore) -> None:
    first, second, _ = ids(store)
    shutil.rmtree(store.bundles / first)
    (store.bundles / second).rename(store.bundles / first)
    with pytest.raises(BundleError, match=f"holds the model {second}"):
        store.promote(first)


def test_a_released_bundle_that_is_gone_is_said_to_be_gone(store: ReleaseStore) -> None:
    released = store.promote(ids(store)[0])
    shutil.rmtree(store.bundles / released)
    with pytest.raises(UserError, match="not among the bundles"):
        store.current()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_pointer_that_cannot_be_read_is_no_release(store: ReleaseStore, text: str) -> None:
    store.promote(ids(store)[0])
    (store.home / "releases" / "current.json").write_text(text)
    with pytest.raises(UserError, match="not a release pointer"):
        store.current()


def test_a_bundle_whose_manifest_cannot_be_read_is_listed_with_its_fault(store: ReleaseStore) -> None:
    broken, *others = ids(store)
    (store.bundles / broken / MANIFEST).write_text("{")
    listed = store.list()
    assert listed[0].manifest is None
    assert "not readable" in listed[0].fault
    assert [bundle.fault for bundle in listed[1:]] == ["", ""]
    assert [bundle.model_id for bundle in listed[1:]] == others


def test_many_at_once_leave_one_whole_history(store: ReleaseStore) -> None:
    wanted = ids(store) * 2
    with ThreadPoolExecutor(len(wanted)) as pool:
        promoted = list(pool.map(ReleaseStore(store.home).promote, wanted))
    assert promoted == wanted
    pointer = store.pointer()
    assert pointer.model_id == pointer.moves[-1].model_id
    assert [*pointer.earlier, pointer.model_id] == [move.model_id for move in pointer.moves]
    assert set(wanted) == {move.model_id for move in pointer.moves}
    json.loads((store.home / "releases" / "current.json").read_bytes())


def test_a_bundle_from_elsewhere_is_checked_and_kept(sound_bundle: Path, tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path)
    assert store.install(sound_bundle) == sound_bundle.name
    assert store.install(sound_bundle) == sound_bundle.name
    assert ids(store) == [sound_bundle.name]
    assert store.install(store.bundles / sound_bundle.name) == sound_bundle.name
    store.promote(sound_bundle.name)
    for path in sound_bundle.iterdir():
        assert (store.current() / path.name).read_bytes() == path.read_bytes()


def test_a_bundle_that_is_kept_already_stays_as_it_is(bundle: Path, tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path / "home")
    target = store.bundles / store.install(bundle)
    before = [(path.name, path.stat().st_ino) for path in sorted(target.iterdir())]
    store.install(bundle)
    assert [(path.name, path.stat().st_ino) for path in sorted(target.iterdir())] == before


def test_a_bundle_that_is_kept_but_damaged_is_replaced(bundle: Path, tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path / "home")
    target = store.bundles / store.install(bundle)
    truncate(target / BOOSTER, 0.5)
    store.install(bundle)
    assert (target / BOOSTER).read_bytes() == (bundle / BOOSTER).read_bytes()


def test_a_damaged_bundle_from_elsewhere_is_not_kept(bundle: Path, tmp_path: Path) -> None:
    edit_json(bundle / MANIFEST, lambda raw: raw.update(format=9))
    store = ReleaseStore(tmp_path)
    with pytest.raises(BundleError, match="format 9"):
        store.install(bundle)
    assert store.list() == ()


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from("abc"), st.none()), max_size=20))
def test_rollback_undoes_promotions_one_by_one(steps: list[str | None]) -> None:
    """Against a plain stack: a name promotes, None rolls back."""
    pointer = Pointer()
    stack: list[str] = []
    for step in steps:
        if step is not None:
            pointer = pointer.promoted(step, MOMENT)
            stack += [step] if [step] != stack[-1:] else []
        elif len(stack) > 1:
            pointer = pointer.rolled_back(MOMENT)
            stack.pop()
        assert pointer.model_id == (stack[-1] if stack else None)
        assert list(pointer.earlier) == stack[:-1]
