"""Ranking by meaning and wording: the search index asked in the terms of a request from the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.report.figures import UNKNOWN
from pipeline.search import Filters as IndexFilters
from pipeline.search import Query
from pipeline.web.queries.filters import NONE, Filters, select
from pipeline.web.queries.models import Reason, Span

if TYPE_CHECKING:
    from pipeline.search import Hit
    from pipeline.web.finding import Found, Request
    from pipeline.web.library import Library

MAX_RANKED = 100
"""Measures a ranking goes down to: everything is like everything to some degree, and each hit's reasons cost 1 ms."""


SHOWN_WORDS, LONG = 4, 12


def _index_filters(filters: Filters) -> IndexFilters:
    """What the index can filter by; it takes parts of names, so `select` still cuts the rest to the exact values."""
    return IndexFilters(
        issuer=None if UNKNOWN in filters.issuer else filters.issuer or None,
        province=filters.province or None,
        level=filters.level or None,
        year=filters.year or None,
        category=None if NONE in filters.category else filters.category or None,
        kind=filters.kind or None,
        cites=filters.cites or None,
    )


def _telling(hit: Hit) -> list[str]:
    """The most telling shared words; long stretches are marked in the text and named here by their beginning."""
    found = sorted(hit.shared, key=lambda s: -s.weight)[:SHOWN_WORDS]
    return [s.text if len(s.text) <= LONG else f"{s.text[: LONG - 1]}…" for s in found]


def reasons_of(hit: Hit) -> list[Reason]:
    """Why a hit is one, in the terms of pages and API."""
    reasons = hit.reasons
    found = [
        Reason(kind=reasons.relatedness, value=None),
        Reason(kind="meaning", value=reasons.meaning),
        Reason(
            kind="wording",
            value=reasons.wording,
            words=_telling(hit),
        ),
    ]
    return found + ([Reason(kind="phrase", words=list(reasons.terms))] if reasons.terms else [])


def by_meaning(library: Library, request: Request, top: int = MAX_RANKED) -> Found:
    """The measures nearest to a text or to a measure, best first; raises JucuoError when there is no index."""
    from pipeline.web.finding import Found

    query = Query(
        text=request.q or None,
        measure_id=request.like or None,
        filters=_index_filters(request.filters),
        other_issuers=request.others and bool(request.like),
        top=top,
        collapse=False,
    )
    # The encoder is handed over uncalled: a query by measure id never loads it (5 s).
    result = library.index.search(query, None if request.like else library.encode)
    hits = {hit.measure_id: hit for hit in result.hits}
    ranked = pl.DataFrame(
        {"measure_id": list(hits), "score": [hit.score for hit in hits.values()]},
        schema={"measure_id": pl.String, "score": pl.Float64},
    )
    rows = select(library.wide.join(ranked, on="measure_id"), request.filters)
    ordered = rows.sort("score", "doc_id", "ordinal", descending=[True, False, False])

    def why(measure_id: str) -> tuple[list[Reason], list[Span]]:
        hit = hits[measure_id]
        return reasons_of(hit), [Span(start=s.start, end=s.end) for s in hit.shared]

    return Found(ordered, ordered, result.explanation, why)
