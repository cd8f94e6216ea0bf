"""One row a measure with everything filters and lists need."""

from __future__ import annotations

import polars as pl

DOCUMENT_COLUMNS = (
    "doc_id",
    "source_path",
    "sha256",
    "title",
    "issuer",
    "joint_issuers",
    "province",
    "city",
    "county",
    "level",
    "plan_year",
    "published",
    "posted",
)


def labels_of(assignments: pl.DataFrame) -> pl.DataFrame:
    """Assigned categories of each measure: ids by rank, the primary, who assigned them, versions."""
    assigned = assignments.filter(pl.col("assigned")).sort("measure_id", "rank")
    return assigned.group_by("measure_id", maintain_order=True).agg(
        categories=pl.col("category"),
        primary=pl.col("category").filter(pl.col("primary")).first(),
        category_source=pl.col("source").first(),
        model_digest=pl.col("model_digest").first(),
        codebook=pl.col("codebook").first(),
    )


def widen(
    measures: pl.DataFrame, documents: pl.DataFrame, assignments: pl.DataFrame, families: pl.DataFrame
) -> pl.DataFrame:
    """Measures joined with their documents, labels and family, sorted by (doc_id, ordinal).

    Adds `position` (0..n-1 in that order), `categories` (never null), `family_id`, and `cites` (titles cited).
    """
    membership = families.sort("similarity", "family_id", descending=[True, False]).unique(
        "measure_id", keep="first", maintain_order=True
    )
    joined = (
        measures.join(documents.select(DOCUMENT_COLUMNS), on="doc_id")
        .join(labels_of(assignments), on="measure_id", how="left")
        .join(membership.select("measure_id", "family_id"), on="measure_id", how="left")
    )
    cites = pl.col("citations").list.eval(pl.element().struct.field("title"))
    return (
        joined.with_columns(pl.col("categories").fill_null([]), cites=cites)
        .sort("doc_id", "ordinal")
        .with_row_index("position")
    )
