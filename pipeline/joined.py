"""Measures with what their documents and categories say: the rows that exports and pages are made of."""

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


def with_documents(measures: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Measures with the columns of their document that people filter and cite by."""
    return measures.join(documents.select(DOCUMENT_COLUMNS), on="doc_id")


def with_labels(measures: pl.DataFrame, assignments: pl.DataFrame) -> pl.DataFrame:
    """Measures with their assigned `categories` by rank (never null), the primary, who assigned them, versions."""
    assigned = assignments.filter(pl.col("assigned")).sort("measure_id", "rank")
    labels = assigned.group_by("measure_id", maintain_order=True).agg(
        categories=pl.col("category"),
        primary=pl.col("category").filter(pl.col("primary")).first(),
        category_source=pl.col("source").first(),
        model_digest=pl.col("model_digest").first(),
        codebook=pl.col("codebook").first(),
    )
    return measures.join(labels, on="measure_id", how="left").with_columns(pl.col("categories").fill_null([]))
