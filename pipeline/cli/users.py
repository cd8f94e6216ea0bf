"""`jucuo review users`: who may sign in to the web application."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.review.accounts import Accounts


def database_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --database."""
    text = "Where decisions are kept: a database URL (default: SQLite in the workspace)."
    return click.option("--database", envvar="JUCUO_REVIEW_DB", help=text)(function)


def _password_options(function: Callable[..., Any]) -> Callable[..., Any]:
    made = click.option("--generate", is_flag=True, help="Make a password and print it, this once.")
    piped = click.option("--stdin", "piped", is_flag=True, help="Read the password from standard input.")
    return made(piped(function))


def open_accounts(context: Context, settings: Settings, database: str | None) -> Accounts:
    """The accounts of a workspace's review database, which is made if it is not there."""
    from pipeline.review.accounts import Accounts
    from pipeline.review.store import Store
    from pipeline.web.config import WebConfig

    return Accounts(Store(WebConfig(context.workspace, settings, database=database).database_url).engine)


def _password(*, generate: bool, piped: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if piped:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise JucuoError("there is no terminal to type a password at", "Use --generate, or --stdin and pipe it in.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@click.group()
def users() -> None:
    """Accounts: who may sign in and review under which name."""


@users.command()
@click.argument("name")
@_password_options
@click.option("--token", is_flag=True, help="Also make a token for programs, and print it, this once.")
@database_option
@with_settings
@common
def add(
    context: Context,
    name: str,
    database: str | None,
    settings: Settings,
    *,
    generate: bool,
    piped: bool,
    token: bool,
) -> None:
    """Add an account; from the first one on, everybody signs in. Asks for the password unless told otherwise."""
    accounts = open_accounts(context, settings, database)
    password = _password(generate=generate, piped=piped)
    back = accounts.add(name, password)
    _told(context, name, password if generate else None, accounts.new_token(name) if token else None)
    context.say(f"{name} is back, with the decisions recorded before" if back else f"{name} may sign in now")


@users.command()
@click.argument("name")
@_password_options
@database_option
@with_settings
@common
def password(
    context: Context, name: str, database: str | None, settings: Settings, *, generate: bool, piped: bool
) -> None:
    """Set another password; whoever is signed in under the account has to sign in again."""
    accounts = open_accounts(context, settings, database)
    new = _password(generate=generate, piped=piped)
    accounts.set_password(name, new)
    _told(context, name, new if generate else None, None)
    context.say(f"{name} has another password now")


@users.command()
@click.argument("name")
@click.option("--drop", is_flag=True, help="End the token, make no new one.")
@database_option
@with_settings
@common
def token(context: Context, name: str, database: str | None, settings: Settings, *, drop: bool) -> None:
    """A new token for programs that decide under the account's name, printed this once; the old one ends."""
    accounts = open_accounts(context, settings, database)
    if drop:
        accounts.drop_token(name)
        context.say(f"{name} has no token any more")
        return
    _told(context, name, None, accounts.new_token(name))


def _told(context: Context, name: str, password: str | None, token: str | None) -> None:
    """What was made and is shown only now, on standard output."""
    made = {key: value for key, value in (("password", password), ("token", token)) if value is not None}
    if context.as_json:
        context.result({"name": name, **made})
        return
    for key, value in made.items():
        click.echo(f"{key}: {value}")


@users.command("list")
@database_option
@with_settings
@common
def list_(context: Context, database: str | None, settings: Settings) -> None:
    """All accounts, removed ones too."""
    found = open_accounts(context, settings, database).listing()
    if context.as_json:
        shown = ("name", "added_at", "removed_at", "has_token")
        context.result([{key: getattr(account, key) for key in shown} for account in found])
        return
    if not found:
        context.say("Nobody has an account. Add one: jucuo review users add NAME")
        return
    rows = [(a.name, a.added_at[:10], (a.removed_at or "")[:10], "yes" if a.has_token else "") for a in found]
    context.table("Accounts", ("name", "added", "removed", "token"), rows)


@users.command()
@click.argument("name")
@database_option
@with_settings
@common
def remove(context: Context, name: str, database: str | None, settings: Settings) -> None:
    """End an account; its decisions stay, and its browsers and programs are turned away at once."""
    accounts = open_accounts(context, settings, database)
    accounts.remove(name)
    context.say(f"{name} cannot sign in any more")
    if not accounts.any():
        context.say("No account is left: on this machine nobody has to sign in now; other hosts need a token.")
