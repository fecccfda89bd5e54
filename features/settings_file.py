"""Settings kept beside their code as TOML, read into frozen words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from features.cli.console import UserError

Settings = TypeVar("Settings")


def read_settings(path: Path, kind: TypeAdapter[Settings]) -> Settings:
    """Read a TOML file of settings.

    Raises:
        UserError: there is no such file, it is not TOML, or a value is missing or cannot be used; says where.
    """
    try:
        return kind.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: cannot be read as TOML ({error})", "correct the file, or give another") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UserError(f"{path} {place}: {first['msg']}", "correct the file") from error
