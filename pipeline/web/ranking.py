"""Ranking by meaning and wording: the search index asked in the terms of a request from the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.search import Query
from pipeline.web.library import INDEXED, Library
from pipeline.web.queries.filters import Filters, select
from pipeline.web.queries.models import Reach, Reason, Span

if TYPE_CHECKING:
    import numpy as np

    from pipeline.search import Hit
    from pipeline.search.hits import Ranking
    from pipeline.web.finding import Found, Request, Why

DEEPER = 5
"""Each further step ranks so many times more."""

SHOWN_WORDS, LONG = 4, 12


def _telling(hit: Hit) -> list[str]:
    """The most telling shared words; long stretches are marked in the text and named here by their beginning."""
    found = dict.fromkeys(s.text for s in sorted(hit.shared, key=lambda s: -s.weight))
    return [text if len(text) <= LONG else f"{text[: LONG - 1]}…" for text in [*found][:SHOWN_WORDS]]


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
        Reason(kind="sentence", value=reasons.in_one_sentence),
    ]
    return found + ([Reason(kind="phrase", words=list(reasons.terms))] if reasons.terms else [])


def _positions(library: Library) -> tuple[np.ndarray, np.ndarray]:
    """Position in the wide frame of each row of the index, and the reverse, both int64 (n,)."""
    import numpy as np

    def make() -> tuple[np.ndarray, np.ndarray]:
        ids = library.index.table.measures.select("measure_id").with_row_index("row")
        both = library.wide.select("measure_id").join(ids, on="measure_id", maintain_order="left")
        row_of = both["row"].to_numpy().astype(np.int64)
        position_of = np.empty(len(row_of), np.int64)
        position_of[row_of] = np.arange(len(row_of))
        return position_of, row_of

    return library.kept("positions", INDEXED, make)


def _mask(library: Library, filters: Filters, row_of: np.ndarray) -> np.ndarray | None:
    """Which rows of the index exactly pass the filters; None when nothing is filtered."""
    import numpy as np

    if not filters.active:
        return None
    mask = np.zeros(len(row_of), bool)
    mask[row_of[select(library.wide, filters)["position"].to_numpy()]] = True
    return mask


def _reach(library: Library, depth: int, ranking: Ranking) -> Reach:
    asked = depth or library.settings.search.depth
    deeper = None if len(ranking.rows) >= ranking.n_candidates else min(asked * DEEPER, ranking.n_candidates)
    return Reach(depth=asked, candidates=ranking.n_candidates, deeper=deeper)


def by_meaning(library: Library, request: Request) -> Found:
    """Measures by nearness to a text or to a measure, best first; raises JucuoError when there is no index.

    All that the rankings hold down to the request's depth, filters applied before: a rare bureau's measures are ranked
    among themselves, not looked for among everybody's best.
    """
    from pipeline.web.finding import Found

    query = Query(
        text=request.q or None,
        measure_id=request.like or None,
        other_issuers=request.others and bool(request.like),
    )
    position_of, row_of = _positions(library)
    # The encoder is handed over uncalled: a query by measure id never loads it (5 s).
    encode = None if request.like else library.encode
    ranking = library.index.rank(query, encode, request.depth or None, _mask(library, request.filters, row_of))
    rows = library.wide[position_of[ranking.rows]].with_columns(score=pl.Series(ranking.scores))
    ordered = rows.sort("score", "doc_id", "ordinal", descending=[True, False, False])

    def why(shown: pl.DataFrame) -> list[Why]:
        hits = ranking.hits([(int(row), []) for row in row_of[shown["position"].to_numpy()]])
        return [(reasons_of(hit), [Span(start=s.start, end=s.end) for s in hit.shared]) for hit in hits]

    def measured(shown: pl.DataFrame) -> pl.DataFrame:
        reasons = ranking.reasons(row_of[shown["position"].to_numpy()])
        return shown.with_columns(
            meaning=pl.Series([r.meaning for r in reasons], dtype=pl.Float64),
            wording=pl.Series([r.wording for r in reasons], dtype=pl.Float64),
            relatedness=pl.Series([r.relatedness for r in reasons], dtype=pl.String),
        )

    reach = _reach(library, request.depth, ranking)
    return Found(ordered, ordered, ranking.explanation, why, reach, measured)
