"""The first thing that runs on an executor: it makes the packages of the driver importable.

What is installed there is used if its content is the driver's, since its compiled loops are kept from run to run; else
what came with the session is used. All of this module is sent by value and imports nothing of the product: over there
it may be another one, or none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

PACKAGES = ("features", "models", "serving")
SAID = "mopai says: "
"""Begins the one line by which an executor tells the driver why it cannot work; it holds no value of a ledger."""

Versions = tuple[tuple[str, str], ...]
Task = Callable[[Iterable[Any]], Iterator[Any]]


def package_files(root: Path) -> Iterator[tuple[Path, str]]:
    """The files of the packages that scoring needs below a folder, with their names there, in order."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path, str(path.relative_to(root))


def content_of(root: Path) -> str:
    """The sha256 of those files with their names."""
    content = hashlib.sha256()
    for path, name in package_files(root):
        content.update(hashlib.sha256(name.encode() + b"\0" + path.read_bytes()).digest())
    return content.hexdigest()


def use_packages(content: str, sent: str) -> None:
    """Make the packages importable: those installed here if their content is as wanted, else those in ``sent``."""
    found = importlib.util.find_spec(PACKAGES[-1])
    if found is None or found.origin is None or content_of(Path(found.origin).parents[1]) != content:
        sys.path.insert(0, sent)


def on_executor(packages: str, content: str, versions: Versions, function: str, errand: bytes) -> Task:
    """A task for executors: a function of the worker module, given what all tasks share and the items of its own.

    Args:
        packages: the archive of the packages, by its name in the session.
        content: their content (``content_of``).
        versions: what the executor must have, as on the driver.
        function: the name of the worker's function.
        errand: its first argument, pickled; it is read only where the packages are found.
    """

    def task(items: Iterable[Any]) -> Iterator[Any]:
        import importlib.metadata
        import os
        import socket

        from pyspark import SparkFiles

        for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
            os.environ[name] = "1"
        if "serving.spark.worker" not in sys.modules:
            use_packages(content, SparkFiles.get(packages))

        def here(name: str) -> str:
            if name == "python":
                return f"{sys.version_info.major}.{sys.version_info.minor}"
            try:
                return importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                return "missing"

        unlike = [f"{name} {here(name)} (wanted {wanted})" for name, wanted in versions if here(name) != wanted]
        if unlike:
            raise RuntimeError(
                f"{SAID}executor {socket.gethostname()} has {', '.join(unlike)}"
                "|install what the driver has on every machine of the cluster: pip install 'mopai[spark]'"
            )
        worker = importlib.import_module("serving.spark.worker")
        yield from getattr(worker, function)(errand, items)

    return task
