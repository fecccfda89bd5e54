"""What is missing for a cluster is said with the line that brings it."""

from __future__ import annotations

import os
import socket
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

import serving
from features.cli.console import UserError
from serving.spark.bootstrap import PACKAGES, SAID, content_of, package_files, use_packages
from serving.spark.choice import chosen_engine
from serving.spark.jobs import in_words
from serving.spark.parcel import archive, versions
from serving.spark.session import PYTHON, PYTHON_VARIABLE, choose_python, spark_context, spark_settings

ROOT = Path(serving.__file__).parents[1]


def _refusal(master: str, folder: Path) -> UserError:
    with pytest.raises(UserError) as caught, spark_context(master, {}, folder):
        pass
    return caught.value


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert "pip install 'mopai[spark]'" in _refusal("local[1]", tmp_path).hint


def test_without_java_its_line_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "apt-get install openjdk" in _refusal("local[1]", tmp_path).hint


def test_a_cluster_that_nobody_answers_for_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    master = f"spark://127.0.0.1:{port},127.0.0.1"
    assert _refusal(master, tmp_path).message == f"no Spark cluster answers at {master}"


def test_settings_are_keys_with_values() -> None:
    assert spark_settings(["spark.a=b=c", "spark.d="]) == {"spark.a": "b=c", "spark.d": ""}
    for wrong in ("spark.a", "a=b"):
        with pytest.raises(UserError, match=r"wanted spark\.KEY=VALUE"):
            spark_settings([wrong])


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with chosen_engine("local", None, (), tmp_path) as engine:
        assert engine is None
    with pytest.raises(UserError, match="go with --engine spark"), chosen_engine("local", "spark://a:1", (), tmp_path):
        pass
    with pytest.raises(UserError, match="no cluster is named"), chosen_engine("spark", None, (), tmp_path):
        pass


def test_what_an_executor_said_becomes_an_error_to_act_on() -> None:
    error = in_words(f"Traceback\n  RuntimeError: {SAID}executor a has b|install c\n more")
    assert (error.message, error.hint) == ("executor a has b", "install c")
    assert "log" in in_words("something else").hint


def test_the_packages_travel_with_their_data_and_equal_content_has_one_name(tmp_path: Path) -> None:
    first, second = (archive(package_files(ROOT), "packages", tmp_path) for _ in range(2))
    assert first == second
    names = zipfile.ZipFile(first).namelist()
    assert "features/definitions/left_behind/ledger.toml" in names
    assert "models/policy/policies/national.toml" in names
    assert not [name for name in names if "__pycache__" in name]


def test_what_is_installed_is_used_if_it_is_the_same_and_else_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.path)
    monkeypatch.setattr(sys, "path", list(before))
    use_packages(content_of(ROOT), "/came")
    assert sys.path == before
    use_packages("other", "/came")
    assert sys.path == ["/came", *before]


def test_content_is_that_of_code_and_data_under_their_names(tmp_path: Path) -> None:
    files = [tmp_path / package / "one.toml" for package in PACKAGES]
    for file in files:
        file.parent.mkdir()
        file.write_text("a")
    first = content_of(tmp_path)
    (files[0].parent / "__pycache__").mkdir()
    (files[0].parent / "__pycache__" / "one.pyc").write_text("compiled")
    assert content_of(tmp_path) == first
    files[0].write_text("b")
    changed = content_of(tmp_path)
    files[0].rename(files[0].with_name("two.toml"))
    assert len({first, changed, content_of(tmp_path)}) == 3


def test_the_python_of_executors_is_the_one_named_or_on_one_machine_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, "before")
    choose_python("spark://a:1", {})
    choose_python("local[1]", {})
    assert os.environ[PYTHON_VARIABLE] == "before"
    choose_python("spark://a:1", {PYTHON: "named"})
    assert os.environ[PYTHON_VARIABLE] == "named"
    monkeypatch.delenv(PYTHON_VARIABLE)
    choose_python("local[1]", {})
    assert os.environ[PYTHON_VARIABLE] == sys.executable


def test_executors_must_have_the_libraries_that_make_the_numbers() -> None:
    assert dict(versions())["polars"] == pl.__version__
