"""`jucuo families`: shared measures over bureaus and years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.common import Context, common
from pipeline.errors import JucuoError

if TYPE_CHECKING:
    import polars as pl


@click.command()
@click.option("--family", "family_id", help="Show one family with all its members.")
@click.option("--issuer", help="Only families with a member of this issuer (part of the name suffices).")
@click.option(
    "--min-issuers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Only families found in so many issuers.",
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many families to list.")
@common
def families(context: Context, family_id: str | None, issuer: str | None, min_issuers: int, top: int) -> None:
    """Families of near-identical measures: who has them, since when (earliest in this corpus)."""
    import polars as pl

    rows = _members(context)
    if family_id is not None:
        rows = rows.filter(pl.col("family_id") == family_id)
        if rows.is_empty():
            raise JucuoError(f"there is no family {family_id}", "List them with `jucuo families`.")
    if issuer is not None:
        having = rows.filter(pl.col("issuer").str.contains(issuer, literal=True))["family_id"].unique()
        rows = rows.filter(pl.col("family_id").is_in(having.to_list()))
    rows = rows.filter(pl.col("n_issuers") >= min_issuers)
    heads = rows.filter(pl.col("is_medoid")).sort("n_issuers", "n_members", "family_id", descending=[True, True, False])
    chosen = heads if family_id else heads.head(top)
    members = rows.filter(pl.col("family_id").is_in(chosen["family_id"].to_list()))
    if context.as_json:
        context.result(_as_json(chosen, members))
    elif family_id:
        columns = ("measure_id", "issuer", "plan_year", "similarity", "relation", "text")
        context.table(
            f"Family {family_id}",
            ("measure", "issuer", "year", "similarity", "relation", "text"),
            members.select(columns).iter_rows(),
        )
    else:
        columns = ("family_id", "n_issuers", "n_members", "first_year", "first_issuer", "headline")
        context.table(
            "Families",
            ("family", "issuers", "members", "first year", "first issuer", "wording"),
            chosen.select(columns).iter_rows(),
        )
    if chosen.is_empty():
        context.say("No family: no two measures are near enough (reuse.near), or the filters leave none.")
    elif heads.height > chosen.height:
        context.say(f"{chosen.height} of {heads.height} families; --top shows more.")


def _members(context: Context) -> pl.DataFrame:
    measures = context.workspace.read("measures").select("measure_id", "doc_id", "headline", "text")
    documents = context.workspace.read("documents").select("doc_id", "issuer", "plan_year")
    joined = context.workspace.read("families").join(measures, on="measure_id").join(documents, on="doc_id")
    return joined.sort("family_id", "plan_year", "measure_id", nulls_last=True)


def _as_json(heads: pl.DataFrame, members: pl.DataFrame) -> list[dict[str, object]]:
    fields = ("measure_id", "issuer", "plan_year", "is_medoid", "similarity", "relation", "text")
    by_family = members.partition_by("family_id", as_dict=True)
    return [
        {
            **{name: head[name] for name in ("family_id", "n_members", "n_issuers", "first_year", "first_issuer")},
            "members": by_family[(head["family_id"],)].select(fields).to_dicts(),
        }
        for head in heads.iter_rows(named=True)
    ]
