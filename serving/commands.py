"""``mopai score``, ``mopai explain`` and ``mopai demo``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.cli.console import UserError, print_json, progress_bar
from features.cli.console import home as default_home
from serving.lists.command import register_list
from serving.receive import register_receive
from serving.review.commands import register as register_review
from serving.serve_command import register as register_serve

if TYPE_CHECKING:
    from features.definition import Definition
    from serving.batch.manifest import ScoreManifest
    from serving.batch.run import ScoreRequest

Ledger = Annotated[Path | None, typer.Option("--ledger", help="Ledger folder.", show_default="MOPAI_HOME/ledger")]
AsOf = Annotated[
    datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day to speak for: only what was known then counts.")
]
Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds everything a run writes; default MOPAI_HOME or ./.mopai."),
]
Release = Annotated[str | None, typer.Option("--release", help="Model id to use instead of the one in use.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Policy file to use instead of the dated ones.")]
DefinitionName = Annotated[
    str | None,
    typer.Option("--definition", help="Ledger definition (name or folder) if the ledger's own is not shipped."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this package to the command line."""
    app.command("score", epilog=_SCORE_EXAMPLE)(score)
    app.command("explain", epilog=_EXPLAIN_EXAMPLE)(explain)
    app.command("demo", epilog="Example: mopai demo --children 30000")(demo)
    register_list(app)
    register_serve(app)
    register_receive(app)
    register_review(app)


_SCORE_EXAMPLE = "Example: mopai score --ledger ledger --region 520003 --as-of 2018-06-30 --out scores --top 10"
# Scores were written, but not of every county.
_INCOMPLETE = 3

_EXPLAIN_EXAMPLE = "Example: mopai explain --ledger ledger --child C000123 --as-of 2018-06-30 --lang both"


def score(  # noqa: PLR0913 - each is an option that a person types
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="Folder for the scores; earlier scores there are replaced.")],
    *,
    ledger: Ledger = None,
    region: Annotated[
        str, typer.Option("--region", help="Region code or its beginning; empty: the whole ledger.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="The whole ledger, whatever it holds.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default one per core.")] = None,
    policy: PolicyFile = None,
    release: Release = None,
    definition: DefinitionName = None,
    home: Home = None,
    page: Annotated[Path | None, typer.Option("--page", help="Also write the top as a self-contained page.")] = None,
    page_households: Annotated[int, typer.Option(min=1, help="Households on the page.")] = 25,
    top: Annotated[int, typer.Option("--top", min=0, help="Households to show in the terminal.")] = 0,
    engine: Annotated[
        Literal["local", "spark"], typer.Option("--engine", help="Processes of this machine, or a Spark cluster.")
    ] = "local",
    master: Annotated[str | None, typer.Option("--master", help="URL of the cluster: spark://HOST:7077.")] = None,
    spark_conf: Annotated[
        list[str] | None, typer.Option("--spark-conf", help="Spark setting KEY=VALUE; may be given several times.")
    ] = None,
    json: Json = False,
) -> None:
    """Rank the children of a region: duties first, then by score, each with its reasons.

    A run that was killed goes on where it was when the same command is given again. A county that cannot be scored
    does not stop the others: it is named at the end, and the exit code is 3.

    With --engine spark the executors of a cluster score the counties, with the same files as a result. Ledger and
    --out must lie on storage that all its machines mount under the same path.
    """
    from serving.batch.run import ScoreRequest, score_region
    from serving.spark.choice import chosen_engine

    if everything and region:
        raise UserError(f"--all and --region {region} do not go together", "give one of them")
    kept = home or default_home()
    request = ScoreRequest(
        ledger or kept / "ledger", region, as_of.date(), out, kept, release, policy, definition, workers
    )
    with (
        chosen_engine(engine, master, spark_conf or (), kept) as where,
        progress_bar("counties", quiet=json) as progress,
    ):
        manifest = score_region(request, progress, where, tell=_on_stderr)
    written = _write_page(request, page, page_households) if page is not None else None
    if json:
        print_json(_score_json(manifest, request, written))
    else:
        _show(manifest, request, top)
        if written is not None:
            typer.echo(str(written))
        if manifest.counties:
            _show_next(manifest, request, home)
    if manifest.missing:
        raise typer.Exit(_INCOMPLETE)


def explain(  # noqa: PLR0913 - each is an option that a person types
    child: Annotated[str, typer.Option("--child", help="Number of the child.")],
    as_of: AsOf,
    *,
    ledger: Ledger = None,
    lang: Annotated[Literal["zh", "en", "both"], typer.Option("--lang", help="Language of the words.")] = "both",
    policy: PolicyFile = None,
    release: Release = None,
    definition: DefinitionName = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Explain one child: duty, official level, band, and what raised and lowered its place."""
    from serving.explain_case import ExplainRequest, explain_case

    kept = home or default_home()
    explained = explain_case(
        ExplainRequest(ledger or kept / "ledger", child, as_of.date(), kept, release, policy, definition)
    )
    if json:
        print_json(explained.to_json())
        return
    from rich.console import Console

    from serving.terminal import print_case

    print_case(explained, ("zh", "en") if lang == "both" else (lang,), Console())


def demo(
    *,
    children: Annotated[int, typer.Option("--children", min=1000, help="Children to simulate.")] = 30_000,
    serve: Annotated[bool, typer.Option("--serve", help="End with page and service, in the background.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Only end what an earlier --serve left running.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show the whole circle on a simulated province: import, train, promote, and rank a county never seen before."""
    from datetime import UTC

    from serving.demo import run_demo
    from serving.demo_server import stop as stop_server
    from serving.review.settings import settings

    folder = (home or default_home()) / "demo"
    if stop:
        ended = stop_server(folder)
        print_json({"stopped": ended}) if json else typer.echo("stopped" if ended else "nothing was running")
        return
    today = settings().day_of(datetime.now(UTC))
    shown = run_demo(folder, children, today, quiet=json, serve=serve)
    if json:
        print_json(shown)


def _on_stderr(words: str) -> None:
    typer.echo(words, err=True)


def _write_page(request: ScoreRequest, page: Path, households: int) -> Path:
    from serving.batch.folder import ScoreFolder
    from serving.page.render import render_page, write_page

    write_page(page, render_page(ScoreFolder.open(request.out), _definition(request), households))
    return page


def _show(manifest: ScoreManifest, request: ScoreRequest, top: int) -> None:
    from rich.console import Console

    from serving.batch.folder import ScoreFolder
    from serving.listing import top_of
    from serving.terminal import print_summary, print_top

    console = Console()
    if top:
        print_top(top_of(ScoreFolder.open(request.out), _definition(request), top), manifest, console)
    print_summary(manifest, request.out, console)


def _show_next(manifest: ScoreManifest, request: ScoreRequest, home: Path | None) -> None:
    from serving.next_step import after_score

    counties = tuple(sorted(facts.county for facts in manifest.counties))
    typer.echo(f"下一步 next: {after_score(request, counties, home)}")


def _definition(request: ScoreRequest) -> Definition:
    from features.ledger.store import LedgerStore
    from serving.batch.run import definition_of

    return definition_of(LedgerStore.open(request.ledger), request.definition)


def _score_json(manifest: ScoreManifest, request: ScoreRequest, page: Path | None) -> dict[str, object]:
    return {
        "out": str(request.out),
        "page": None if page is None else str(page),
        "region": manifest.region,
        "as_of": manifest.as_of,
        "simulated": manifest.simulated,
        "model_id": manifest.model_id,
        "policies": [policy.id for policy in manifest.policies],
        "counts": manifest.counts(),
        "missing": [{"county": one.county, "what": one.what, "hint": one.hint} for one in manifest.missing],
        "warnings": [
            {"kind": alarm.kind, "zh": alarm.words.zh, "en": alarm.words.en, "counties": list(alarm.counties)}
            for alarm in manifest.alarms
        ],
    }
