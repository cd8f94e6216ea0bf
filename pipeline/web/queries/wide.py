"""One row a measure with everything filters and lists need."""

from __future__ import annotations

import polars as pl

from pipeline.joined import with_documents, with_labels


def widen(
    measures: pl.DataFrame, documents: pl.DataFrame, assignments: pl.DataFrame, families: pl.DataFrame
) -> pl.DataFrame:
    """Measures joined with their documents, labels and family, sorted by (doc_id, ordinal).

    Adds `position` (0..n-1 in that order), `categories` (never null), `family_id`, and `cites` (titles cited).
    """
    membership = families.sort("similarity", "family_id", descending=[True, False]).unique(
        "measure_id", keep="first", maintain_order=True
    )
    joined = with_labels(with_documents(measures, documents), assignments)
    cites = pl.col("citations").list.eval(pl.element().struct.field("title"))
    return (
        joined.join(membership.select("measure_id", "family_id"), on="measure_id", how="left")
        .with_columns(cites=cites)
        .sort("doc_id", "ordinal")
        .with_row_index("position")
    )
