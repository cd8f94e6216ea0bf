"""What the workspace holds, in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.report.figures import UNKNOWN
from pipeline.web.queries.page_models import OverviewView


def _years(wide: pl.DataFrame, documents: pl.DataFrame) -> list[dict[str, Any]]:
    measures = wide.group_by("plan_year").agg(n_measures=pl.len())
    counted = documents.group_by("plan_year").agg(n_documents=pl.len(), n_issuers=pl.col("issuer").n_unique())
    joined = counted.join(measures, on="plan_year", how="left", nulls_equal=True)
    return joined.with_columns(pl.col("n_measures").fill_null(0)).sort("plan_year", nulls_last=True).to_dicts()


def _issuers(wide: pl.DataFrame, documents: pl.DataFrame) -> list[dict[str, Any]]:
    """Each issuer with its years and counts: which bureau the corpus has for which years."""
    name = pl.col("issuer").fill_null(UNKNOWN)
    counts = wide.group_by(name).agg(n_measures=pl.len())
    grouped = documents.group_by(name).agg(
        province=pl.col("province").drop_nulls().first(),
        n_documents=pl.len(),
        years=pl.col("plan_year").drop_nulls().unique().sort(),
    )
    joined = grouped.join(counts, on="issuer", how="left").with_columns(pl.col("n_measures").fill_null(0))
    return joined.sort("province", "issuer", nulls_last=True).to_dicts()


def overview(
    wide: pl.DataFrame,
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    families: pl.DataFrame,
    rejected: Sequence[Mapping[str, Any]],
    versions: Mapping[str, str],
) -> OverviewView:
    """Counts, coverage by year and bureau, what was set aside."""
    kinds = wide.group_by("kind").len().sort("kind")
    return OverviewView(
        n_documents=documents.height,
        n_issuers=documents["issuer"].n_unique(),
        n_measures=wide.height,
        n_without_category=wide.filter(pl.col("categories").list.len() == 0).height,
        n_passages=passages.height,
        n_families=families["family_id"].n_unique(),
        years=_years(wide, documents),
        kinds=dict(kinds.iter_rows()),
        issuers=_issuers(wide, documents),
        rejected=[dict(row) for row in rejected],
        versions=dict(versions),
    )
