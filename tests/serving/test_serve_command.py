"""``mopai serve``: what it makes and says, what the scoring service is not given, and that both end when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from features.cli.console import UserError
from features.identity.keys import load_key
from serving.review.store.migrate import upgrade
from serving.review.user_commands import open_database
from serving.serve_command import ReviewOptions
from serving.service.launch import READS, Launch, check_port, ensure_keys, set_apart


def launch(home: Path, port: int = 3999) -> Launch:
    return Launch(home, "127.0.0.1", port, 2, scores=home / "scores", definition="left_behind")


def test_the_first_start_makes_a_key_and_later_ones_keep_it(tmp_path: Path) -> None:
    made = ensure_keys(launch(tmp_path))
    assert made is not None
    assert launch(tmp_path).owner_key.read_text().strip() == made
    assert launch(tmp_path).owner_key.stat().st_mode & 0o777 == 0o600
    assert ensure_keys(launch(tmp_path)) is None


def test_keys_that_cannot_be_written_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        ensure_keys(launch(tmp_path / "file"))


def test_a_port_in_use_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="cannot be served"):
        check_port("127.0.0.1", taken.getsockname()[1])


def test_workers_get_their_settings_and_no_tracking(tmp_path: Path) -> None:
    made = launch(tmp_path).environment({"OMP_NUM_THREADS": "3"})
    assert made["BENTOML_DO_NOT_TRACK"] == "True"
    assert made["OMP_NUM_THREADS"] == "3"
    assert made["MOPAI_HOME"] == str(tmp_path / "scoring")
    assert made["MOPAI_KEY_FILE"] == str(tmp_path / "service-keys.json")
    assert made["MOPAI_WORKERS"] == "2"
    assert made["MOPAI_SCORES"] == str(tmp_path / "scores")
    assert made["MOPAI_DEFINITION"] == "left_behind"
    assert launch(tmp_path).command()[1:4] == ["-m", "bentoml", "serve"]


def test_a_taken_port_ends_the_command_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "features.cli.app", "serve", "--home", str(tmp_path)]
        done = subprocess.run([*command, "--port", str(taken.getsockname()[1])], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"cannot be served" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_scoring_service_has_a_home_without_identities(tmp_path: Path) -> None:
    load_key(tmp_path)
    for part in ("review", "releases", "ledger"):
        (tmp_path / part).mkdir()
    set_apart(launch(tmp_path))
    set_apart(launch(tmp_path))
    own = tmp_path / "scoring"
    assert sorted(link.name for link in own.iterdir() if link.is_symlink()) == sorted(READS)
    held = {path.name for path in own.rglob("*")}
    assert held <= {*READS, "ledger", "manifest.json"}
    assert (own / "releases").is_dir()
    assert not (own / "regions").exists()
    (tmp_path / "regions").mkdir()
    assert (own / "regions").is_dir()


def test_the_scoring_service_is_not_told_of_the_review_database(tmp_path: Path) -> None:
    own = {"MOPAI_REVIEW_DATABASE": "postgresql+psycopg://mopai:secret@db/mopai", "PATH": "/bin"}
    made = launch(tmp_path).environment(own)
    assert "secret" not in " ".join(made.values())
    assert str(tmp_path) not in {made["MOPAI_HOME"], made["BENTOML_HOME"]}


def test_the_scoring_service_holds_no_code_that_opens_identities() -> None:
    code = (
        "import sys, serving.service.app\n"
        "closed = ('features.identity.vault', 'features.identity.keys', 'serving.review', 'sqlalchemy')\n"
        "print([name for name in sys.modules if name.startswith(closed)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_home_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "scoring").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        set_apart(launch(tmp_path))


def test_the_pages_are_told_all_but_the_databases_url(tmp_path: Path) -> None:
    review = ReviewOptions("127.0.0.1", 3001, tmp_path / "ledger", "sqlite:///secret.db", None, "http://tracking")
    command = review.command(launch(tmp_path), "http://scoring")
    assert command[3:5] == ["review", "serve"]
    assert "--provider" not in command
    pairs = dict(zip(command[5::2], command[6::2], strict=True))
    assert pairs == {
        "--host": "127.0.0.1", "--port": "3001", "--home": str(tmp_path), "--ledger": str(tmp_path / "ledger"),
        "--scores": str(tmp_path / "scores"), "--scoring": "http://scoring", "--tracking": "http://tracking",
        "--definition": "left_behind",
    }  # fmt: skip
    assert review.environment()["MOPAI_REVIEW_DATABASE"] == "sqlite:///secret.db"
    own = replace(launch(tmp_path), definition="own_region")
    told = review.command(own, "http://scoring")
    assert told[told.index("--definition") + 1] == "own_region"


def serving(home: Path, *options: str) -> subprocess.Popen[str]:
    """``mopai serve`` in a folder."""
    command = [sys.executable, "-m", "features.cli.app", "serve", "--home", str(home), *options]
    environment = {name: value for name, value in os.environ.items() if name != "MOPAI_REVIEW_DATABASE"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def ports() -> tuple[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return str(one.getsockname()[1]), str(two.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_command_serves_both_and_ends_both(tmp_path: Path, number: signal.Signals) -> None:
    port, review_port = ports()
    with serving(tmp_path, "--port", port, "--review-port", review_port, "--json") as process:
        assert process.stdout is not None
        told = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        family = psutil.Process(process.pid).children(recursive=True)
        assert httpx.get(f"{told['review']}/sign-in").status_code == 200
        assert httpx.get(f"{told['address']}/livez").status_code == 200
        assert (tmp_path / "review" / "review.db").is_file()
        assert "key" not in told
        opened = [file.path for one in family for file in one.open_files()]
        assert [path for path in opened if path.startswith(str(tmp_path / "identities"))] == []
        process.send_signal(number)
        assert process.wait(30) == 0
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)


def test_pages_alone_need_no_release(tmp_path: Path) -> None:
    _, port = ports()
    with serving(tmp_path, "--only", "review", "--review-port", port) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        assert "mopai review user add" in process.stdout.readline()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.1)
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert not (tmp_path / "service-keys.json").exists()


def test_a_database_of_another_version_ends_both_before_they_start(tmp_path: Path) -> None:
    database = open_database(tmp_path, None, current=False)
    upgrade(database, "r0001")
    port, review_port = ports()
    with serving(tmp_path, "--port", port, "--review-port", review_port) as process:
        assert process.wait(30) == 1
        assert process.stderr is not None
        assert "mopai review upgrade" in process.stderr.read()
