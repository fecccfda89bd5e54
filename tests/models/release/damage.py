"""Damage to a bundle, with and without a manifest that was made to match."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.release.manifest import BODY, FILES, MANIFEST, body_digest, content_id, digest

Json = dict[str, Any]


def edit_json(path: Path, change: Callable[[Json], None]) -> None:
    """Change a JSON file in place."""
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def edit_manifest(bundle: Path, change: Callable[[Json], None]) -> None:
    """Change what a manifest says, and its own checksum with it."""

    def signed(manifest: Json) -> None:
        change(manifest)
        manifest[BODY] = body_digest(manifest)

    edit_json(bundle / MANIFEST, signed)


def remake_manifest(bundle: Path) -> Path:
    """Let the manifest match whatever the files hold now, and name the folder by its new content."""
    contents = {name: (bundle / name).read_bytes() for name in FILES}

    def match(manifest: Json) -> None:
        manifest["files"] = {name: digest(content) for name, content in contents.items()}
        manifest["model_id"] = content_id(contents)

    edit_manifest(bundle, match)
    return bundle.rename(bundle.with_name(content_id(contents)))


def truncate(path: Path, share: float) -> None:
    """Keep the first ``share`` of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
