"""Two bureaus side by side, or one over the years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from pipeline.classification.codebook import Codebook
from pipeline.report.figures import UNKNOWN
from pipeline.web.queries.items import NotFoundError
from pipeline.web.queries.passages import between
from pipeline.web.queries.reuse_models import ComparisonView, PassageSide, PassageView, SharedTotals, YearChange


def issuers(wide: pl.DataFrame) -> list[str]:
    """Names of all issuers, sorted."""
    return wide["issuer"].fill_null(UNKNOWN).unique().sort().to_list()


def _covered(sides: Sequence[PassageSide]) -> int:
    """Characters of the union of spans, document by document."""
    total = 0
    reached: dict[str, int] = {}
    for side in sorted(sides, key=lambda s: (s.doc_id, s.start, s.end)):
        begin = max(side.start, reached.get(side.doc_id, 0))
        total += max(0, side.end - begin)
        reached[side.doc_id] = max(side.end, reached.get(side.doc_id, 0))
    return total


def _totals(documents: pl.DataFrame, issuer: str, sides: Sequence[PassageSide]) -> SharedTotals:
    own = documents.filter(pl.col("issuer").fill_null(UNKNOWN) == issuer)
    n_chars = int(own["text"].str.len_chars().sum())
    shared = _covered(sides)
    return SharedTotals(issuer=issuer, n_chars=n_chars, shared_chars=shared, share=shared / n_chars if n_chars else 0.0)


def _categories(wide: pl.DataFrame, codebook: Codebook, a: str, b: str) -> list[dict[str, Any]]:
    """Measures of each primary category in both bureaus, as counts and shares, in the codebook's order."""
    rows = wide.select(pl.col("issuer").fill_null(UNKNOWN), "primary").filter(pl.col("issuer").is_in([a, b]))
    counts = {(issuer, category): n for issuer, category, n in rows.group_by("issuer", "primary").len().iter_rows()}
    totals = dict(rows.group_by("issuer").len().iter_rows())
    table = []
    for category in codebook.categories:
        n_a, n_b = counts.get((a, category.id), 0), counts.get((b, category.id), 0)
        if n_a or n_b:
            shares = {"share_a": n_a / totals[a], "share_b": n_b / totals[b]}
            table.append({"category": category.id, "zh": category.zh, "en": category.en, "a": n_a, "b": n_b, **shares})
    return table


def _years(wide: pl.DataFrame, issuer: str) -> list[int]:
    own = wide.filter(pl.col("issuer").fill_null(UNKNOWN) == issuer)
    return own["plan_year"].drop_nulls().unique().sort().to_list()


def comparison(
    wide: pl.DataFrame, documents: pl.DataFrame, passages: pl.DataFrame, codebook: Codebook, a: str, b: str
) -> ComparisonView:
    """What two issuers share and how their measures differ in subject; raises NotFoundError."""
    known = set(issuers(wide))
    for name in (a, b):
        if name not in known:
            raise NotFoundError("issuer", name)
    shared: list[PassageView] = between(passages, documents, a, b)
    mine, others = [p.mine for p in shared], [p.other for p in shared]
    if a == b:  # either side of a passage is this bureau's text
        mine = others = [*mine, *others]
    return ComparisonView(
        a=_totals(documents, a, mine),
        b=_totals(documents, b, others),
        n_passages=len(shared),
        passages=shared,
        categories=_categories(wide, codebook, a, b),
        years_a=_years(wide, a),
        years_b=_years(wide, b),
    )


def changes(wide: pl.DataFrame, documents: pl.DataFrame, pairs: pl.DataFrame, issuer: str) -> list[YearChange]:
    """What an issuer kept, changed, dropped and added from each year's plan to the next."""
    if issuer == UNKNOWN:
        return []
    from pipeline.reuse import changes_over_years  # compiled code: only who asks for it waits for its import

    headline = dict(wide.select("measure_id", "headline").iter_rows())
    return [
        YearChange(**row, headline_from=headline.get(row["measure_from"]), headline_to=headline.get(row["measure_to"]))
        for row in changes_over_years(issuer, documents, wide, pairs).drop("issuer").iter_rows(named=True)
    ]
