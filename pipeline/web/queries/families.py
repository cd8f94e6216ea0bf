"""Families of near-identical measures."""

from __future__ import annotations

import polars as pl

from pipeline.report.figures import UNKNOWN
from pipeline.web.queries.items import SHORT_ID, NotFoundError, items
from pipeline.web.queries.reuse_models import FamilyItem, FamilyMember, FamilyView


def _members(families: pl.DataFrame, wide: pl.DataFrame) -> pl.DataFrame:
    return families.select("family_id", "measure_id", "is_medoid", "similarity", "relation").join(
        wide.drop("family_id"), on="measure_id"
    )


def listing(families: pl.DataFrame, wide: pl.DataFrame) -> list[FamilyItem]:
    """All families, those found in most bureaus first."""
    if families.is_empty():
        return []
    heads = families.unique("family_id", keep="first", maintain_order=True).select(
        "family_id", "n_members", "n_issuers", "first_year", "first_issuer"
    )
    shown = families.select("family_id", "measure_id", "is_medoid").join(
        wide.select("measure_id", "headline", "text", "plan_year", pl.col("issuer").fill_null(UNKNOWN)), on="measure_id"
    )
    wording = pl.when(pl.col("headline") == "").then(pl.col("text").str.slice(0, 40)).otherwise(pl.col("headline"))
    grouped = shown.group_by("family_id").agg(
        headline=wording.sort_by("is_medoid", "measure_id", descending=[True, False]).first(),
        years=pl.col("plan_year").drop_nulls().unique().sort(),
        issuers=pl.col("issuer").unique().sort(),
    )
    ordered = heads.join(grouped, on="family_id").sort(
        "n_issuers", "n_members", "family_id", descending=[True, True, False]
    )
    return [FamilyItem.model_validate(row) for row in ordered.iter_rows(named=True)]


def family_view(families: pl.DataFrame, wide: pl.DataFrame, family_id: str) -> FamilyView:
    """A family with its members, earliest first; raises NotFoundError."""
    own = families.filter(pl.col("family_id") == family_id) if SHORT_ID.fullmatch(family_id) else families.head(0)
    if own.is_empty():
        raise NotFoundError("family", family_id)
    rows = _members(own, wide).sort("plan_year", "published", "measure_id", nulls_last=True)
    measures = items(rows.with_columns(family_id=pl.lit(family_id)))
    details = rows.select("is_medoid", "similarity", "relation").iter_rows(named=True)
    head = own.row(0, named=True)
    return FamilyView(
        **{name: head[name] for name in ("family_id", "n_members", "n_issuers", "first_year", "first_issuer")},
        members=[FamilyMember(measure=m, **d) for m, d in zip(measures, details, strict=True)],
    )
