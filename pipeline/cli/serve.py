"""`jucuo serve`: the web application."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

MIN_TOKEN = 16
"""Characters of the shortest token we accept: 16 random ones are out of reach of guessing over a network."""

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any but this machine's own needs accounts or a token.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--token", envvar="JUCUO_TOKEN", help="What visitors must know (or JUCUO_TOKEN); at least 16 characters.")
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="Further host name the server answers to; may be repeated."
)
@click.option(
    "--database",
    envvar="JUCUO_REVIEW_DB",
    help="Where review decisions are kept: a database URL (default: SQLite in the workspace).",
)
@with_settings
@common
def serve(
    context: Context,
    host: str,
    port: int,
    token: str | None,
    names: tuple[str, ...],
    database: str | None,
    settings: Settings,
) -> None:
    """The web application over the workspace: search, evidence, review."""
    from pipeline.cli.users import open_accounts

    checked = check_token(host, token, accounts=lambda: open_accounts(context, settings, database).any())
    import uvicorn

    from pipeline.web.app import create_app
    from pipeline.web.config import LOOPBACK, WebConfig, kept_secret

    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - only with a token, see check_token
    hosts = frozenset({"*"}) if everywhere and not names else LOOPBACK | {host, *names}
    config = WebConfig(
        context.workspace,
        settings,
        token=checked,
        hosts=hosts,
        database=database,
        closed=host not in LOCAL,
        warm=True,
        secret=kept_secret(context.workspace),
    )
    context.say(f"http://{'[' + host + ']' if ':' in host else host}:{port}  (Ctrl+C stops)")
    uvicorn.run(create_app(config), host=host, port=port, log_level="warning", server_header=False)


def check_token(host: str, token: str | None, accounts: Callable[[], bool]) -> str | None:
    """The token to ask for; raises JucuoError where it is too short, or missing where nobody has an account either."""
    if token is not None and len(token) < MIN_TOKEN:
        raise JucuoError(
            f"the token has {len(token)} characters, at least {MIN_TOKEN} are needed",
            f"For example --token {secrets.token_urlsafe(18)}",
        )
    if token is None and host not in LOCAL and not accounts():
        raise JucuoError(
            f"{host} can be reached from other machines: without accounts or a token anybody could read and decide",
            "Give people accounts: jucuo review users add NAME; "
            f"or a token they share: --token {secrets.token_urlsafe(18)} (or JUCUO_TOKEN); "
            "or leave --host out to serve this machine only.",
        )
    return token
