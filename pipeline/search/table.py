"""The columns a search needs, one row a measure."""

from __future__ import annotations

import hashlib

import polars as pl

_DOCUMENT = ("title", "issuer", "joint_issuers", "province", "city", "county", "level", "doc_type", "plan_year")
_MEASURE = ("measure_id", "doc_id", "ordinal", "headline", "text", "heading_path", "kind")
NAMES = pl.List(pl.String)


def measure_table(
    measures: pl.DataFrame, documents: pl.DataFrame, assignments: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Measures in their order with the columns of their document, `cited` titles and assigned `categories`."""
    cited = pl.col("citations").list.eval(pl.element().struct.field("title")).alias("cited")
    columns = documents.select("doc_id", *_DOCUMENT)
    table = measures.select(*_MEASURE, cited).join(columns, "doc_id", "left", maintain_order="left")
    if assignments is None:
        return table.with_columns(pl.lit([], NAMES).alias("categories"))
    categories = (
        assignments.filter(pl.col("assigned"))
        .sort("measure_id", "category")
        .group_by("measure_id", maintain_order=True)
        .agg(pl.col("category").alias("categories"))
    )
    joined = table.join(categories, "measure_id", "left", maintain_order="left")
    return joined.with_columns(pl.col("categories").fill_null(pl.lit([], NAMES)))


def digest_of(texts: list[str]) -> str:
    """sha256 of texts in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
