"""`jucuo compare`: what two bureaus share."""

from __future__ import annotations

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.settings import Settings


@click.command()
@click.argument("issuer_a")
@click.argument("issuer_b")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="Passages and pairs to show.")
@click.option(
    "--origin",
    type=click.Choice(["central", "common_upstream", "horizontal", "series", "unknown"]),
    help="Only such passages.",
)
@with_settings
@common
def compare(context: Context, issuer_a: str, issuer_b: str, top: int, origin: str | None, settings: Settings) -> None:
    """What two bureaus share: how much of each one's text, their passages side by side, related measures."""
    import polars as pl

    from pipeline.reuse import compare_issuers

    tables = {name: context.workspace.read(name) for name in ("documents", "reuse_pairs", "passages")}
    found = compare_issuers(
        issuer_a,
        issuer_b,
        tables["documents"],
        tables["reuse_pairs"],
        passages=tables["passages"],
        params=settings.reuse,
    )
    passages = found.passages if origin is None else found.passages.filter(pl.col("origin") == origin)
    shares = {
        name: round(getattr(found, name), 4)
        for name in ("raw_share_a", "raw_share_b", "distinctive_share_a", "distinctive_share_b")
    }
    if context.as_json:
        context.result(
            {
                "issuer_a": issuer_a,
                "issuer_b": issuer_b,
                **shares,
                "passages": passages.to_dicts(),
                "pairs": found.pairs.to_dicts(),
            }
        )
        return
    click.echo(
        f"{found.distinctive_share_a:.1%} of {issuer_a} and {found.distinctive_share_b:.1%} of {issuer_b} is wording "
        f"the two share beyond what is common; if everything equal counts, {found.raw_share_a:.1%} and "
        f"{found.raw_share_b:.1%}."
    )
    columns = ("origin", "direction", "n_chars", "a_issuer", "a_text", "b_issuer", "b_text")
    if passages.height:
        context.table(
            f"Passages ({min(top, passages.height)} of {passages.height})",
            ("origin", "first", "chars", "A", "text", "B", "text"),
            passages.head(top).select(columns).iter_rows(),
        )
    else:
        context.say("No shared passage: nothing reaches reuse.min_passage characters, or --origin leaves none.")
    if found.pairs.height:
        scores = ("a", "b", "relation", "edit_similarity", "distinctive")
        context.table("Measures", scores, found.pairs.head(top).select(scores).iter_rows())
