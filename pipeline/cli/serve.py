"""`jucuo serve`: the web application."""

from __future__ import annotations

import secrets

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
    help="Address to listen on; any but this machine's own needs a token.",
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
    checked = check_token(host, token)
    import uvicorn

    from pipeline.web.app import create_app
    from pipeline.web.config import LOOPBACK, WebConfig

    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - only with a token, see check_token
    hosts = frozenset({"*"}) if everywhere and not names else LOOPBACK | {host, *names}
    config = WebConfig(context.workspace, settings, token=checked, hosts=hosts, database=database, warm=True)
    context.say(f"http://{'[' + host + ']' if ':' in host else host}:{port}  (Ctrl+C stops)")
    uvicorn.run(create_app(config), host=host, port=port, log_level="warning", server_header=False)


def check_token(host: str, token: str | None) -> str | None:
    """The token to ask for; raises JucuoError where one is needed and missing, or is too short."""
    if token is not None and len(token) < MIN_TOKEN:
        raise JucuoError(
            f"the token has {len(token)} characters, at least {MIN_TOKEN} are needed",
            f"For example --token {secrets.token_urlsafe(18)}",
        )
    if token is None and host not in LOCAL:
        raise JucuoError(
            f"{host} can be reached from other machines: without a token anybody could read and decide",
            f"Give one: --token {secrets.token_urlsafe(18)} (or JUCUO_TOKEN); "
            "or leave --host out to serve this machine only.",
        )
    return token
