"""What travels to the executors: the four packages with their data files, and the bundle, each as one archive."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from serving.spark.bootstrap import content_of, package_files

if TYPE_CHECKING:
    from pyspark import SparkContext

# Whose numbers the scores are: with another version of one of these the same ledger may give another last digit.
LIBRARIES = ("lightgbm", "narwhals", "numba", "numpy", "polars", "pyarrow")
_DIGITS = 16
_ALWAYS = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Parcel:
    """The names by which executors find the packages and the bundle, and what these and the libraries must be."""

    packages: str
    content: str
    bundle: str
    versions: tuple[tuple[str, str], ...]


def send_parcel(context: SparkContext, bundle: Path, folder: Path) -> Parcel:
    """Archive the packages as they run here and a bundle, and let the executors of a session have both.

    Args:
        context: the session.
        bundle: the folder of the bundle.
        folder: a folder for the archives that outlives the session.
    """
    root = Path(__file__).parents[2]
    code = archive(package_files(root), "packages", folder)
    model = archive(((path, path.name) for path in sorted(bundle.iterdir()) if path.is_file()), "bundle", folder)
    for path in (code, model):
        context.addArchive(str(path))
    return Parcel(code.name, content_of(root), model.name, versions())


def versions() -> tuple[tuple[str, str], ...]:
    """The versions of Python and of the libraries that make the numbers, as they are here."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (("python", python), *((name, importlib.metadata.version(name)) for name in LIBRARIES))


def archive(files: Iterable[tuple[Path, str]], kind: str, folder: Path) -> Path:
    """Write files into an archive named by its content, so that two runs of one session never mix theirs."""
    unnamed = folder / f"{kind}.unfinished"
    with zipfile.ZipFile(unnamed, "w", zipfile.ZIP_DEFLATED) as target:
        for path, name in files:
            target.writestr(zipfile.ZipInfo(name, _ALWAYS), path.read_bytes(), zipfile.ZIP_DEFLATED)
    digest = hashlib.sha256(unnamed.read_bytes()).hexdigest()[:_DIGITS]
    return unnamed.replace(folder / f"mopai-{kind}-{digest}.zip")
