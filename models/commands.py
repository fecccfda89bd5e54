"""``mopai models``: which bundles are kept, which is in use, and moving that one pointer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from features.cli.console import home as default_home
from features.cli.console import print_json
from models.release.gate.commands import Home, Json, add_commands, mirror_json

if TYPE_CHECKING:
    from models.release.current import KeptBundle

models_app = typer.Typer(no_args_is_help=True, help="Show the models that are kept and choose the one in use.")
add_commands(models_app)


def register(app: typer.Typer) -> None:
    """Add ``mopai models`` to the command line."""
    app.add_typer(models_app, name="models")


@models_app.command("list", epilog="Example: mopai models list --json")
def list_models(*, home: Home = None, json: Json = False) -> None:
    """Show the models that are kept: as-of windows, main figures, and which one is in use."""
    from models.release.current import ReleaseStore
    from models.release.mirror import read_mirror

    store = ReleaseStore(home or default_home())
    bundles, mirror, released = store.list(), read_mirror(store.home), store.pointer().model_id
    if json:
        print_json({"released": released, "mlflow": mirror_json(mirror, released), "models": _models_json(bundles)})
        return
    _print_models(bundles)
    if mirror is not None:
        typer.echo(f"MLflow champion: {mirror.champion or 'none'} ({mirror.state(released)})")


def _models_json(bundles: tuple[KeptBundle, ...]) -> list[dict[str, Any]]:
    return [
        {
            "model_id": kept.model_id,
            "released": kept.released,
            "overrides": [move.to_json() for move in kept.overrides],
            "definition": f"{kept.manifest.definition_name} {kept.manifest.definition_version}"
            if kept.manifest
            else None,
            "windows": dict(kept.manifest.windows) if kept.manifest else {},
            "metrics": dict(kept.manifest.metrics) if kept.manifest else {},
            "fault": kept.fault or None,
        }
        for kept in bundles
    ]


def _print_models(bundles: tuple[KeptBundle, ...]) -> None:
    if not bundles:
        typer.echo("no model is kept yet; next: mopai train")
    for kept in bundles:
        typer.echo("  ".join((kept.model_id, *_use(kept))))
        for line in _lines(kept):
            typer.echo(f"    {line}")


def _lines(kept: KeptBundle) -> Iterator[str]:
    """What is known of a model, a line each."""
    manifest = kept.manifest
    if manifest is None:
        yield f"refused: {kept.fault}"
        return
    yield f"definition {manifest.definition_name} {manifest.definition_version}"
    yield from (f"{name} {value}" for name, value in manifest.windows.items())
    yield from (f"{name} {_figure(value)}" for name, value in _shown(manifest.metrics).items())


def _use(kept: KeptBundle) -> tuple[str, ...]:
    """Whether a model is in use; an override is shown for ever, also when the model no longer is."""
    overrides = (
        f"OVERRIDE {move.moved_at:%Y-%m-%d}: {move.ground.override} ({', '.join(move.ground.overridden_by)})"
        for move in kept.overrides
    )
    return (*(["in use"] if kept.released else []), *overrides)


def _shown(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    """The figures a person chooses by; a run has a hundred more."""
    raw = tomllib.loads(Path(__file__).with_name("listing.toml").read_text(encoding="utf-8"))
    return {name: value for name, value in metrics.items() if any(fnmatch(name, like) for like in raw["figures"])}


def _figure(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.3g}"
