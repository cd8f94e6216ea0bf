"""`jucuo compare`: what two bureaus share, and what became of one bureau's measures from year to year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.common import Context, common, with_settings
from pipeline.errors import JucuoError
from pipeline.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from pipeline.reuse import IssuerComparison

SHARES = ("raw_share_a", "raw_share_b", "distinctive_share_a", "distinctive_share_b")


@click.command()
@click.argument("issuer_a")
@click.argument("issuer_b", required=False)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="Passages and pairs to show.")
@click.option(
    "--origin",
    type=click.Choice(["central", "common_upstream", "horizontal", "series", "unknown"]),
    help="Only such passages.",
)
@click.option("--years", is_flag=True, help="ISSUER_A alone: measures kept, changed, dropped and added each year.")
@with_settings
@common
def compare(
    context: Context,
    issuer_a: str,
    issuer_b: str | None,
    top: int,
    origin: str | None,
    years: bool,  # noqa: FBT001 - click passes it by name
    settings: Settings,
) -> None:
    """What two bureaus share: how much of each one's text, their passages side by side, related measures."""
    if years and issuer_b is None:
        _show_years(context, issuer_a, top)
    elif issuer_b is not None and not years:
        _show_both(context, (issuer_a, issuer_b), top, origin, settings)
    else:
        raise JucuoError(
            "compare takes two bureaus, or one with --years",
            "Write `jucuo compare ISSUER_A ISSUER_B` or `jucuo compare ISSUER --years`.",
        )


def _show_both(context: Context, issuers: tuple[str, str], top: int, origin: str | None, settings: Settings) -> None:
    import polars as pl

    from pipeline.reuse import compare_issuers

    tables = {name: context.workspace.read(name) for name in ("documents", "reuse_pairs", "passages")}
    found = compare_issuers(
        *issuers,
        tables["documents"],
        tables["reuse_pairs"],
        passages=tables["passages"],
        params=settings.reuse,
    )
    passages = found.passages if origin is None else found.passages.filter(pl.col("origin") == origin)
    if context.as_json:
        context.result(_as_json(found, passages))
    else:
        _as_tables(context, found, passages, top)


def _as_json(found: IssuerComparison, passages: pl.DataFrame) -> dict[str, object]:
    return {
        "issuer_a": found.issuer_a,
        "issuer_b": found.issuer_b,
        **{name: round(getattr(found, name), 4) for name in SHARES},
        "passages": passages.to_dicts(),
        "pairs": found.pairs.to_dicts(),
    }


def _as_tables(context: Context, found: IssuerComparison, passages: pl.DataFrame, top: int) -> None:
    click.echo(
        f"{found.distinctive_share_a:.1%} of {found.issuer_a} and {found.distinctive_share_b:.1%} of {found.issuer_b} "
        f"is wording the two share beyond what is common; if everything equal counts, {found.raw_share_a:.1%} and "
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


def _show_years(context: Context, issuer: str, top: int) -> None:
    import polars as pl

    from pipeline.reuse import changes_over_years, count_changes

    tables = {name: context.workspace.read(name) for name in ("documents", "measures", "reuse_pairs")}
    changes = changes_over_years(issuer, tables["documents"], tables["measures"], tables["reuse_pairs"])
    counts = count_changes(changes)
    if context.as_json:
        context.result({"issuer": issuer, "years": counts.to_dicts(), "changes": changes.to_dicts()})
        return
    if changes.is_empty():
        context.say(f"{issuer} has plans of fewer than two known years with measures.")
        return
    context.table(f"{issuer} from year to year", counts.columns, counts.iter_rows())
    related = changes.filter(pl.col("relation").is_not_null())
    columns = ("year_from", "year_to", "status", "measure_from", "measure_to", "relation", "edit_similarity")
    title = f"Measures kept or changed ({min(top, related.height)} of {related.height}; --json has all)"
    context.table(title, columns, related.head(top).select(columns).iter_rows())
