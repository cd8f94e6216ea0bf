"""The report page: what the pipe found in a corpus, for people who will not open a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.report.differences import Piece, differences
from pipeline.report.figures import HeatMap, categories_by_issuer, issuer_of, shared_between_issuers

MAX_FAMILIES = 12
MAX_VARIANTS = 6


@dataclass(frozen=True)
class ReportInput:
    """The tables a report is made from; `shares` is what `reuse.share_matrix` returns, `categories` id to name."""

    documents: pl.DataFrame
    measures: pl.DataFrame
    assignments: pl.DataFrame
    passages: pl.DataFrame
    shares: pl.DataFrame
    families: pl.DataFrame
    rejected: Sequence[Mapping[str, str]]
    categories: Mapping[str, str]
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    """One wording of a family; `pieces` mark what the medoid does not have."""

    measure_id: str
    issuer: str
    year: int | None
    pieces: list[Piece]
    is_medoid: bool
    similarity: float


@dataclass(frozen=True)
class FamilyView:
    """A family as the report shows it; `hidden` variants are in the table but not on the page."""

    family_id: str
    n_members: int
    n_issuers: int
    first_year: int | None
    variants: list[Variant]
    hidden: int


def _largest(families: pl.DataFrame) -> list[str]:
    if families.is_empty():
        return []
    ranked = families.unique("family_id").sort("n_issuers", "n_members", "family_id", descending=[True, True, False])
    return ranked["family_id"].head(MAX_FAMILIES).to_list()


def _family(rows: pl.DataFrame) -> FamilyView:
    ordered = rows.sort("is_medoid", "plan_year", "measure_id", descending=[True, False, False], nulls_last=True)
    medoid = ordered["text"][0]
    variants = [
        Variant(
            row["measure_id"],
            row["issuer"],
            row["plan_year"],
            [Piece(row["text"], changed=False)] if row["is_medoid"] else differences(medoid, row["text"]),
            row["is_medoid"],
            row["similarity"],
        )
        for row in ordered.head(MAX_VARIANTS).iter_rows(named=True)
    ]
    head = ordered.row(0, named=True)
    return FamilyView(
        head["family_id"],
        head["n_members"],
        head["n_issuers"],
        head["first_year"],
        variants,
        max(0, rows.height - MAX_VARIANTS),
    )


def largest_families(families: pl.DataFrame, measures: pl.DataFrame, documents: pl.DataFrame) -> list[FamilyView]:
    """The families found in most bureaus, with their wordings side by side."""
    joined = families.join(measures.select("measure_id", "doc_id", "text"), on="measure_id").join(
        issuer_of(documents), on="doc_id"
    )
    return [_family(joined.filter(pl.col("family_id") == family)) for family in _largest(families)]


def _document_rows(documents: pl.DataFrame, measures: pl.DataFrame) -> list[dict[str, Any]]:
    counts = measures.group_by("doc_id").agg(
        n_measures=pl.len(),
        n_achievements=(pl.col("kind") == "achievement").sum(),
        n_damaged_measures=pl.col("flags").list.contains("damaged").sum(),
    )
    columns = (
        "doc_id",
        "title",
        "issuer",
        "plan_year",
        "doc_type",
        "source_path",
        "n_removed_chars",
        "n_repaired",
        "n_damaged",
    )
    joined = documents.select(columns).join(counts, on="doc_id", how="left").sort("source_path")
    return joined.with_columns(pl.col("n_measures", "n_achievements", "n_damaged_measures").fill_null(0)).to_dicts()


def _uncategorised(measures: pl.DataFrame, assignments: pl.DataFrame) -> int:
    assigned = assignments.filter(pl.col("assigned"))["measure_id"].unique()
    return measures.filter(~pl.col("measure_id").is_in(assigned.to_list())).height


def render(tables: ReportInput) -> str:
    """The report as one self-contained HTML page; every document text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    heat: HeatMap = categories_by_issuer(tables.documents, tables.measures, tables.assignments, dict(tables.categories))
    return environment.get_template("report.html.j2").render(
        documents=_document_rows(tables.documents, tables.measures),
        n_measures=tables.measures.height,
        n_issuers=tables.documents["issuer"].n_unique(),
        n_uncategorised=_uncategorised(tables.measures, tables.assignments),
        n_passages=tables.passages.height,
        n_families=tables.families["family_id"].n_unique(),
        heat=heat,
        shared=shared_between_issuers(tables.shares),
        families=largest_families(tables.families, tables.measures, tables.documents),
        rejected=tables.rejected,
        versions=tables.versions,
    )
