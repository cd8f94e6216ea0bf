"""Shared passages of documents: the passages table, from scratch or from the passages known before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse.chains import COLUMNS, pieces_of
from pipeline.reuse.evidence import Evidence, gather
from pipeline.reuse.jit import in_threads
from pipeline.reuse.rows import finish, located
from pipeline.reuse.seeds import ALL, HALF, NO, common_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Ints
    from pipeline.settings import ReuseParams

_FOUND = ("i", "j", "a0", "a1", "b0", "b1", "matches", "n_chars")
_META = ("text", "issuer", "level", "plan_year", "published")
"""What a document's passages depend on; a document whose values differ counts as another one."""


def _detect(known: Evidence, stake: NDArray[np.int8], params: ReuseParams) -> pl.DataFrame:
    """Passages of the documents with a stake (n_docs,): document rows, spans in the corpus's codes, figures."""
    starts = known.corpus.starts
    runs = common_runs(known.codes, starts, known.slots, known.hub, stake)
    change = np.flatnonzero((np.diff(runs[:, :2], axis=0) != 0).any(axis=1)) + 1
    bounds = np.concatenate([[0], change, [len(runs)]]) if len(runs) else np.zeros(1, np.int64)

    def work(first: int, last: int) -> Ints:
        found = [np.empty((0, len(_FOUND)), np.int64)]
        for group in range(first, last):
            mine = runs[bounds[group] : bounds[group + 1]]
            i, j = int(mine[0, 0]), int(mine[0, 1])
            out = np.empty((len(mine) + 64, COLUMNS), np.int64)
            n = pieces_of(
                mine, known.corpus.codes, starts, known.slots, known.kinds, known.hub, params.min_passage, out
            )
            found.append(np.column_stack([np.full((n, 2), (i, j)), out[:n, :6]]))
        return np.concatenate(found)

    groups = len(bounds) - 1
    middle = int(np.searchsorted(bounds, len(runs) // 2))
    parts = in_threads(work, [(0, middle), (middle, groups)] if 0 < middle < groups else [(0, groups)])
    frame = pl.DataFrame(np.concatenate(parts), schema=dict.fromkeys(_FOUND, pl.Int64), orient="row")
    return frame.with_columns(identity=pl.col("matches") / pl.col("n_chars")).drop("matches")


def find_passages(
    documents: pl.DataFrame, measures: pl.DataFrame, params: ReuseParams, central: pl.DataFrame | None = None
) -> pl.DataFrame:
    """All shared passages of every two documents.

    Args:
        documents: the documents table with texts, offset maps, issuers and dates.
        measures: the measures table; says which measure holds a passage.
        params: thresholds.
        central: further central documents (`text`, `published` or `plan_year`) beside those of national level; what
            they say is `central`, and no passage of theirs is reported.

    Returns:
        The passages table, sorted by documents and offsets. `a` is the earlier document, or the smaller id where
        that is unknown.
    """
    known = gather(documents, params, central)
    return finish(known, _detect(known, np.full(len(documents), ALL, np.int8), params), measures)


def _flipped(before: Evidence, now: Evidence) -> NDArray[np.bool_]:
    """(n_docs now,) documents with a run that became common or central, or no longer is, or has another hub."""

    def status(known: Evidence, name: str) -> pl.DataFrame:
        slots, first = np.unique(known.slots[known.slots >= 0], return_index=True)
        hub = known.hub[slots]
        ids = known.documents["doc_id"].gather(pl.Series(np.maximum(hub, 0)))
        return pl.DataFrame(
            {
                "gram": known.grams[known.slots >= 0][first],
                name: pl.Series(known.kinds[slots]),
                f"{name}_hub": pl.select(pl.when(pl.Series(hub) >= 0).then(ids)).to_series(),
            }
        )

    both = status(before, "old").join(status(now, "new"), on="gram")
    # A run that is new or gone stands in no pair of unchanged documents.
    grams = both.filter((pl.col("old") != pl.col("new")) | pl.col("old_hub").ne_missing(pl.col("new_hub")))["gram"]
    has = np.isin(now.grams, grams.to_numpy()) & (now.slots >= 0)
    doc_of = np.repeat(np.arange(len(now.corpus)), now.corpus.lengths)
    return np.bincount(doc_of[has], minlength=len(now.corpus)) > 0


def update_passages(
    previous: pl.DataFrame,
    before: pl.DataFrame,
    documents: pl.DataFrame,
    measures: pl.DataFrame,
    params: ReuseParams,
    *,
    central: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table `find_passages` would make, from the passages known before documents came or went.

    Searched are pairs with a new or changed document, and pairs of which both have a run whose standing changed
    (say, because a tenth issuer uses it now). All other passages keep their spans; what depends on the whole corpus
    (information, origin, direction) is computed anew.

    Args:
        previous: the table before, made with the same parameters and central documents.
        before: the documents table before.
        documents: the documents table now.
        measures: the measures table now.
        params: as for `find_passages`.
        central: as for `find_passages`.
    """
    now, old = gather(documents, params, central), gather(before, params, central)
    same = documents.select("doc_id", *_META).join(
        before.select("doc_id", *_META), on=["doc_id", *_META], how="inner", nulls_equal=True
    )
    unchanged = now.documents["doc_id"].is_in(same["doc_id"].to_list()).to_numpy()
    stake = np.where(unchanged, np.where(_flipped(old, now), HALF, NO), ALL).astype(np.int8)
    rows = located(now, previous.filter(pl.col("a_doc").is_in(same["doc_id"]) & pl.col("b_doc").is_in(same["doc_id"])))
    settled = stake[rows["i"].to_numpy()] + stake[rows["j"].to_numpy()] < ALL
    found = _detect(now, stake, params)
    return finish(
        now, pl.concat([rows.filter(pl.Series(settled, dtype=pl.Boolean)), found.select(rows.columns)]), measures
    )
