"""Check this folder without the program that made it: checksums, the bundle's manifest, and every signature.

Run in the folder: python verify.py   (needs only the package cryptography)
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SUMS = "SHA256SUMS"


def faults(folder: Path) -> Iterator[str]:
    """Everything in the folder that is not as it is claimed to be."""
    yield from _checksums(folder)
    yield from _bundle(folder)
    yield from _signatures(folder)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def _canonical(content: dict[str, Any], *, ascii_only: bool) -> bytes:
    return json.dumps(content, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":")).encode()


def _checksums(folder: Path) -> Iterator[str]:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    claimed = {name: checksum for checksum, name in (line.split("  ", 1) for line in lines)}
    for name, checksum in claimed.items():
        if _sha256(folder / name) != checksum:
            yield f"{name}: not the file whose sha256 is in {SUMS}"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(present - claimed.keys() - {SUMS}):
        yield f"{name}: not in {SUMS}"


def _bundle(folder: Path) -> Iterator[str]:
    manifest = json.loads((folder / "bundle" / "manifest.json").read_bytes())
    body = {name: value for name, value in manifest.items() if name != "body_sha256"}
    if hashlib.sha256(_canonical(body, ascii_only=True)).hexdigest() != manifest["body_sha256"]:
        yield "bundle/manifest.json: changed since it was written"
    for name, checksum in manifest["files"].items():
        if _sha256(folder / "bundle" / name) != checksum:
            yield f"bundle/{name}: not the file the manifest names"


def _signatures(folder: Path) -> Iterator[str]:
    people = json.loads((folder / "approvals" / "people.json").read_bytes())["people"]
    known = {person["key_id"]: person for person in people}
    body = json.loads((folder / "bundle" / "manifest.json").read_bytes())["body_sha256"]
    audit, previous = _sha256(folder / "audit.json"), ""
    for number, line in enumerate((folder / "approvals" / "rows.jsonl").read_bytes().splitlines(), start=1):
        row = json.loads(line)
        where = f"approvals/rows.jsonl, row {number} ({row['kind']}, {row['name']})"
        if not _signed(row, known):
            yield f"{where}: the signature is not that of {row['name']}"
        if row["previous"] != previous:
            yield f"{where}: the row before it was changed or taken out"
        if (row["body_sha256"], row["audit_sha256"]) != (body, audit):
            yield f"{where}: signed for another bundle or audit; it does not count"
        previous = hashlib.sha256(line).hexdigest()


def _signed(row: dict[str, Any], known: dict[str, Any]) -> bool:
    person = known.get(row["key_id"])
    if person is None or person["name"] != row["name"]:
        return False
    message = _canonical({name: value for name, value in row.items() if name != "signature"}, ascii_only=False)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(person["public_key"])).verify(
            bytes.fromhex(row["signature"]), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


if __name__ == "__main__":
    found = list(faults(Path(__file__).resolve().parent))
    sys.stdout.write("\n".join(found or ["everything is as it is claimed to be 一切与所述相符"]) + "\n")
    sys.exit(1 if found else 0)
