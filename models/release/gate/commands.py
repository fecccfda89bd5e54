"""``mopai models key, approve, impact, promote, rollback``: who signs, and the gate before a release."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.cli.console import UserError, print_json
from features.cli.console import home as default_home

if TYPE_CHECKING:
    from models.release.gate.people import People, Person
    from models.release.gate.promote import Verdict
    from models.release.gate.rows import SignedRow, Statement
    from models.release.mirror import Mirror

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds everything a run writes; default MOPAI_HOME or ./.mopai."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
ModelId = Annotated[str, typer.Argument(metavar="MODEL_ID", help="A model id, or a beginning that only one has.")]
Name = Annotated[str, typer.Option("--name", help="The person's name.")]
Role = Annotated[str, typer.Option("--role", help="In which role the person signs.")]
Keys = Annotated[Path | None, typer.Option("--keys", help="Folder of private keys; default HOME/approvals/keys.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of the gate to ``mopai models``."""
    app.command(epilog="Example: mopai models key --name 'Li Hua'")(key)
    app.command(epilog="Example: mopai models approve 3f2a --name 'Li Hua' --role 'model owner'")(approve)
    app.command(epilog="Example: mopai models impact 3f2a --file assessment.pdf --dated 2026-05-01 --name 'Li Hua'")(
        impact
    )
    app.command(epilog="Example: mopai models promote 3f2a --criteria default")(promote)
    app.command(epilog="Example: mopai models rollback --name 'Li Hua'")(rollback)


def key(
    *,
    name: Name,
    ask: Annotated[bool, typer.Option("--ask-passphrase", help="Ask for a passphrase that locks the key.")] = False,
    keys: Keys = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a key for a person who approves releases. MOPAI_KEY_PASSPHRASE locks it, if set."""
    from models.release.gate.people import PASSPHRASE_VARIABLE, People

    people = People.of(home or default_home(), keys)
    asked = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True) if ask else ""
    person = people.add(name, asked or os.environ.get(PASSPHRASE_VARIABLE, ""), _now())
    place = people.keys / f"{person.key_id}.pem"
    if json:
        print_json({"name": person.name, "key_id": person.key_id, "public_key": person.public_key, "key": str(place)})
        return
    typer.echo(f"{person.name}: key {person.key_id}; keep the private key to yourself: {place}")


def approve(
    model_id: ModelId,
    *,
    name: Name,
    role: Role,
    statement: Annotated[str, typer.Option("--statement", help="What the person says to it.")] = "",
    override: Annotated[
        str, typer.Option("--override", help="Sign a reason to release it although it has not passed.")
    ] = "",
    keys: Keys = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Sign for a model: an approval of this bundle and this audit, or with --override the reason for an exception."""
    from models.release.gate.rows import Statement

    kind, words = ("override", override) if override else ("approval", statement)
    signed = Statement("override" if override else "approval", role, words)
    _say_signed(_sign(model_id, name, signed, home or default_home(), keys), json=json)
    if not json:
        typer.echo(f"{kind}; next: mopai models promote {model_id}{' --override REASON' if override else ''}")


def impact(  # noqa: PLR0913 - each is an option that a person types
    model_id: ModelId,
    *,
    file: Annotated[Path, typer.Option("--file", help="The document; only its sha256 is kept.")],
    name: Name,
    dated: Annotated[
        datetime | None, typer.Option("--dated", formats=["%Y-%m-%d"], help="Day of the document; today if left out.")
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="Where it is filed; the file's name if left out.")] = "",
    role: Role = "impact assessment",
    keys: Keys = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Record the impact assessment of a model: reference, date, who records it, and the document's sha256."""
    from models.release.gate.rows import Document, Statement
    from models.release.manifest import digest

    if not file.is_file():
        raise UserError(f"{file}: no such document", "name the impact assessment with --file")
    document = Document(reference or file.name, (dated or _now()).date(), digest(file.read_bytes()))
    statement = Statement("impact", role, "", document)
    _say_signed(_sign(model_id, name, statement, home or default_home(), keys), json=json)


def promote(
    model_id: ModelId,
    *,
    criteria: Annotated[str, typer.Option("--criteria", help="Criteria: a name that ships, or a file.")] = "default",
    override: Annotated[
        str, typer.Option("--override", help="Release although it has not passed, for this reason; two must sign it.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Who promotes; recorded.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Bring a model into use if it meets its criteria; otherwise say everything that is missing and change nothing."""
    from models.release.current import ReleaseStore
    from models.release.gate.criteria import load_criteria
    from models.release.gate.promote import RefusedError, promote_by_rule

    store, rule = ReleaseStore(home or default_home()), load_criteria(criteria)
    try:
        verdict = promote_by_rule(store, model_id, rule, _now().date(), override=override, by=name)
    except RefusedError as refused:
        if not json:
            raise
        released = store.pointer().model_id
        print_json({"action": "promote", "refused": True, "released": released, **_verdict_json(refused.verdict)})
        raise typer.Exit(1) from refused
    if not json:
        _print_verdict(verdict)
    _say_moved("promote", verdict.model_id, store.home, _verdict_json(verdict) if json else None)


def rollback(
    *,
    name: Annotated[str, typer.Option("--name", help="Who asks for it; recorded.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Bring the model that was in use before back into use. Nothing stands before it: it is the way to safety."""
    from models.release.current import ReleaseStore

    store = ReleaseStore(home or default_home())
    _say_moved("rollback", store.rollback(name), store.home, {} if json else None)


def mirror_json(mirror: Mirror | None, released: str | None) -> dict[str, str | None] | None:
    """The MLflow aliases beside the release, as data."""
    if mirror is None:
        return None
    return {"champion": mirror.champion, "challenger": mirror.challenger, "state": mirror.state(released)}


def _sign(model_id: str, name: str, statement: Statement, home: Path, keys: Path | None) -> SignedRow:
    from models.release.current import ReleaseStore
    from models.release.gate.people import People
    from models.release.gate.rows import SignedRows
    from models.release.gate.subject import read_subject

    store, people = ReleaseStore(home), People.of(home, keys)
    chosen, now = store.resolve(model_id), _now()
    subject = read_subject(store, chosen, now.date())
    if subject.audit_fault and statement.kind != "override":
        raise UserError(
            f"model {chosen}: {subject.audit_fault}, and a signature is of what the audit shows",
            f"mopai audit --model {chosen}",
        )
    person = people.find(name)
    return SignedRows(people, chosen).add(person, statement, subject.binding, now, _passphrase(people, person))


def _passphrase(people: People, person: Person) -> str:
    from models.release.gate.people import PASSPHRASE_VARIABLE

    if not people.is_locked(person):
        return ""
    given = os.environ.get(PASSPHRASE_VARIABLE, "")
    if given or not sys.stdin.isatty():
        return given
    return str(typer.prompt(f"Passphrase of {person.name}", hide_input=True, err=True))


def _say_signed(row: SignedRow, *, json: bool) -> None:
    if json:
        print_json(row.to_json())
        return
    bound = row.binding
    audit = "none" if bound.audit_sha256 is None else f"sha256 {bound.audit_sha256[:12]}..."
    typer.echo(
        f"signed by {row.name} ({row.statement.role}) with key {row.key_id}: model {bound.model_id}, "
        f"bundle sha256 {bound.body_sha256[:12]}..., audit {audit}"
    )


def _say_moved(action: str, model_id: str, home: Path, told: dict[str, object] | None) -> None:
    """Let MLflow follow, and say it: ``told`` is what the JSON says besides; None for people."""
    from models.release.mirror import mirror_release

    mirror = mirror_release(home, model_id)
    if told is None:
        typer.echo(f"in use: {model_id}")
        return
    print_json({"action": action, "released": model_id, "mlflow": mirror_json(mirror, model_id), **told})


def _print_verdict(verdict: Verdict) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "criterion", "seen", "wanted", "met", title=f"criteria: {verdict.criteria.name}", title_justify="left"
    )
    for one in verdict.findings:
        table.add_row(f"{one.label.zh} {one.label.en}", one.seen, one.wanted, "yes" if one.met else "OVERRIDDEN")
    Console().print(table)


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    return {
        "model_id": verdict.model_id,
        "criteria": verdict.criteria.name,
        "criteria_sha256": verdict.criteria.sha256,
        "approvals": list(verdict.approvals),
        "findings": [one.to_json() for one in verdict.findings],
    }


def _now() -> datetime:
    return datetime.now(UTC)
