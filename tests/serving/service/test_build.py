"""``bentoml build`` packs the service, and what it packs answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_service_can_be_built(tmp_path: Path) -> None:
    environment = {**os.environ, "BENTOML_HOME": str(tmp_path), "BENTOML_DO_NOT_TRACK": "True"}
    command = [sys.executable, "-m", "bentoml", "build", "--version", "tested", "--output", "tag", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    packed = tmp_path / "bentos" / "mopai" / "tested" / "src"
    for wanted in ("serving/service/app.py", "serving/service/service.toml", "serving/page/page.css"):
        assert (packed / wanted).is_file()
    assert (packed / "features" / "definitions" / "left_behind" / "ledger.toml").is_file()
    assert not (packed / "tests").exists()
    assert not list(packed.rglob("__pycache__"))
