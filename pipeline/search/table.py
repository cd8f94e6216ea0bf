"""The columns a search needs: one frame of measures, one of documents, and which document each measure is in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import JucuoError

_DOCUMENT = (
    "doc_id",
    "title",
    "issuer",
    "joint_issuers",
    "province",
    "city",
    "county",
    "level",
    "doc_type",
    "plan_year",
)
_MEASURE = ("measure_id", "doc_id", "ordinal", "headline", "text", "heading_path", "kind")
_NAMES = pl.List(pl.String)


@dataclass(frozen=True)
class MeasureTable:
    """Measures and their documents.

    Attributes:
        measures: one row a measure, with `cited` titles and assigned `categories`.
        documents: one row a document.
        document_of: row of each measure's document, int64 (n_measures,).
    """

    measures: pl.DataFrame
    documents: pl.DataFrame
    document_of: np.ndarray

    def __len__(self) -> int:
        """Measures."""
        return len(self.measures)

    @property
    def texts(self) -> pl.Series:
        """Text of each measure."""
        return self.measures["text"]

    def record(self, row: int) -> dict[str, Any]:
        """Everything about a measure and its document."""
        document = self.documents.row(int(self.document_of[row]), named=True)
        return document | self.measures.row(row, named=True)

    @classmethod
    def of(
        cls, measures: pl.DataFrame, documents: pl.DataFrame, assignments: pl.DataFrame | None = None
    ) -> MeasureTable:
        """The columns a search needs of the tables of a workspace.

        Raises:
            JucuoError: when a measure's document is missing.
        """
        cited = pl.col("citations").list.eval(pl.element().struct.field("title")).alias("cited")
        columns = documents.select(_DOCUMENT)
        rows = measures.select("doc_id").join(
            columns.select("doc_id").with_row_index("row"), "doc_id", "left", maintain_order="left"
        )["row"]
        if rows.null_count():
            missing = measures.filter(rows.is_null())["doc_id"].unique().sort().head(3).to_list()
            raise JucuoError(f"documents are missing of measures: {', '.join(missing)}", "Run `jucuo run` again.")
        table = _with_categories(measures.select(*_MEASURE, cited), assignments)
        return cls(table, columns, rows.to_numpy().astype(np.int64))


def _with_categories(table: pl.DataFrame, assignments: pl.DataFrame | None) -> pl.DataFrame:
    if assignments is None:
        return table.with_columns(pl.lit([], _NAMES).alias("categories"))
    categories = (
        assignments.filter(pl.col("assigned"))
        .sort("measure_id", "category")
        .group_by("measure_id", maintain_order=True)
        .agg(pl.col("category").alias("categories"))
    )
    joined = table.join(categories, "measure_id", "left", maintain_order="left")
    return joined.with_columns(pl.col("categories").fill_null(pl.lit([], _NAMES)))


def digest_of(texts: pl.Series) -> str:
    """sha256 of texts in their order."""
    digest = hashlib.sha256()
    for text in texts.to_list():
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
