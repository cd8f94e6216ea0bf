"""`jucuo export`: everything a filter selects."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

FORMATS = ("csv", "xlsx", "jsonl", "parquet", "sqlite", "graphml")
TABLE_NAMES = ("measures", "documents", "assignments", "reuse_pairs", "passages", "families", "issuers")
EMPTY = {"issuers": "the documents selected have fewer than two known issuers"}
"""Why a table other than of measures can be empty."""


@click.command()
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; csv and jsonl default to stdout.",
)
@click.option(
    "--table",
    type=click.Choice(TABLE_NAMES),
    default="measures",
    show_default=True,
    help="Rows to export; issuers: what each two share. sqlite has all tables, graphml the issuers or else the pairs.",
)
@click.option("--issuer", help="Part of the issuer's name.")
@click.option("--province", help="Full name of the province.")
@click.option("--year", type=int, help="Year the measures are for.")
@click.option("--category", help="Category id; measures it is assigned to.")
@click.option("--kind", type=click.Choice(["plan", "achievement", "principle"]))
@with_settings
@common
def export(
    context: Context, fmt: str, output: Path | None, table: str, settings: Settings, **filters: str | int | None
) -> None:
    """Everything a filter selects, with ids, offsets and model versions."""
    from pipeline.stages import exporting

    selection = exporting.select(context.workspace, **filters)  # type: ignore[arg-type]
    if table == "issuers":
        selection = exporting.with_issuers(selection, settings.reuse)
    if output is None and fmt not in ("csv", "jsonl"):
        raise JucuoError(f"{fmt} cannot be printed", "Name a file with --output.")
    written = exporting.write(selection, table, fmt, output)
    if output is None:
        click.echo(written.text, nl=False)
    context.say(
        f"{written.rows} rows"
        + (f" written to {output}" if output else "")
        + ("" if written.rows else ": " + EMPTY.get(table, "no measure passes the filters"))
    )
