"""Accounts, for administrators. They see users, and nothing of any child."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.accounts import (
    AccountFaultError,
    NewAccount,
    accounts_of,
    add_account,
    find_account,
    first_password,
    set_locked,
    set_password,
)
from serving.review.store.accounts import Role
from serving.review.web.ask import Ask, see
from serving.review.web.render import page

WHOLE_COUNTRY = "all"


def show(ask: Ask) -> Response:
    """Every account within the administrator's regions."""
    return _page(ask)


def add(ask: Ask) -> Response:
    """Make an account and show its first password once."""
    form = {name: value.strip() for name, value in ask.form.items()}
    if form.get("role") not in set(Role):
        return _page(ask, "regions_bad")
    new = NewAccount(
        form.get("name", ""),
        form.get("person", ""),
        Role(form["role"]),
        read_regions(form.get("regions", "").split()),
        form.get("email") or None,
    )
    password = first_password()
    try:
        add_account(ask.session, ask.viewer, new, password, ask.now)
    except AccountFaultError as error:
        return _page(ask, error.code)
    return page(ask, "first_password.html.jinja", name=new.name, password=password)


def change(ask: Ask) -> Response:
    """Lock an account, open it again, or give it a new first password."""
    name, wanted = ask.form.get("name", ""), ask.form.get("do", "")
    account = find_account(ask.session, ask.viewer, name)
    if wanted == "reset":
        password = first_password()
        set_password(ask.session, ask.viewer, account.name, password, ask.now)
        return page(ask, "first_password.html.jinja", name=account.name, password=password)
    try:
        set_locked(ask.session, ask.viewer, account.name, ask.now, locked=wanted == "lock")
    except AccountFaultError as error:
        return _page(ask, error.code)
    return see("/accounts")


def read_regions(given: list[str]) -> tuple[str, ...]:
    """Region codes as typed; the word for the whole country becomes the empty code."""
    return tuple("" if region == WHOLE_COUNTRY else region for region in given)


def _page(ask: Ask, fault: str | None = None) -> Response:
    return page(
        ask,
        "accounts.html.jinja",
        status=200 if fault is None else 400,
        fault=fault,
        accounts=accounts_of(ask.session, ask.viewer),
        roles=list(Role),
        form=ask.form,
    )
