"""The demonstration's server: started in the background, answering to its key, found again and stopped."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from features.cli.console import UserError
from serving import demo_server
from serving.batch.folder import ScoreFolder
from serving.demo_server import free_port, start, stop


@pytest.mark.slow
def test_it_serves_until_it_is_stopped(released_home: Path, scored: ScoreFolder, tmp_path: Path) -> None:
    shutil.copytree(released_home, tmp_path, dirs_exist_ok=True)
    served = start(tmp_path, scored.folder)
    try:
        signed = {"Authorization": f"Bearer {served.key}"}
        assert httpx.get(f"{served.address}/v1/model", headers=signed, timeout=10).status_code == 200
        assert httpx.get(f"{served.address}/v1/model", timeout=10).status_code == 401
        assert served.key not in (tmp_path / "serving.json").read_text()
    finally:
        assert stop(tmp_path)
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.address, timeout=2)
    assert not stop(tmp_path)


def test_a_port_in_use_gives_way_to_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port


def test_a_process_number_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "serving.json").write_text(json.dumps({"pid": other.pid}))
        assert not stop(tmp_path)
        assert other.poll() is None
        assert other.stdin is not None
        other.communicate(b"\n")
    (tmp_path / "serving.json").write_text(json.dumps({"pid": other.pid}))
    assert not stop(tmp_path)


def test_a_server_that_cannot_start_is_said_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service-keys.json").write_text("half a fi")
    monkeypatch.setattr(demo_server, "READY_WITHIN_SECONDS", 20.0)
    with pytest.raises(UserError, match="did not become ready") as caught:
        start(tmp_path, tmp_path / "scores")
    assert str(tmp_path / "serve.log") in caught.value.hint
