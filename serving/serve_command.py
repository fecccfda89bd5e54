"""``mopai serve``: the scoring service and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.cli.console import home as default_home
from features.cli.console import print_json

_EXAMPLE = "Example: mopai serve --scores scores --workers 2 --port 3000"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("serve", epilog=_EXAMPLE)(serve)


def serve(
    *,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="Folder of mopai score: shown on the page, read for village totals.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that answer.")] = 1,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 3000,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder with the releases; default MOPAI_HOME or ./.mopai.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="File of key hashes; made with a key if there is none.")
    ] = None,
    definition: Annotated[
        str | None, typer.Option("--definition", help="Ledger definition (name or folder) to answer for.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print address and key file as one JSON object.")] = False,
) -> None:
    """Serve scores with reasons over HTTP, and a page of the scored region. Ends with Ctrl+C.

    Requests need a key: Authorization: Bearer KEY. The first start makes one for its owner.
    """
    from serving.service.launch import Launch, check_port, ensure_keys
    from serving.service.launch import serve as become

    launch = Launch(home or default_home(), host, port, workers, key_file, scores, definition)
    check_port(launch)
    made = ensure_keys(launch)
    if json:
        print_json({"address": launch.address, "key_file": str(launch.keys), "owner_key": str(launch.owner_key)})
    else:
        typer.echo(f"地址 address: {launch.address}")
        typer.echo(f"密钥 API key: {made or 'in ' + str(launch.owner_key)}")
        if made:
            typer.echo(f"  kept in {launch.owner_key} (yours alone), its hash in {launch.keys}")
    become(launch)
