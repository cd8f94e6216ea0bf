"""Shared passages of documents: the passages table, from scratch or from the passages known before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipeline.reuse.evidence import Evidence, gather
from pipeline.reuse.jit import in_threads
from pipeline.reuse.pieces import COLUMNS, pieces_of
from pipeline.reuse.rows import finish, located
from pipeline.reuse.seeds import ALL, HALF, NO, common_runs
from pipeline.reuse.standing import Standing, flipped, standing, unchanged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Ints
    from pipeline.settings import ReuseParams

_FOUND = ("i", "j", "a0", "a1", "b0", "b1", "matches", "n_chars")


@dataclass(frozen=True)
class Detected:
    """Passages, and what is needed to add documents to them or take some away.

    Attributes:
        passages: the passages table.
        standing: the corpus they were found in.
    """

    passages: pl.DataFrame
    standing: Standing


def _detect(known: Evidence, stake: NDArray[np.int8], params: ReuseParams) -> pl.DataFrame:
    """Passages of the documents with a stake (n_docs,): document rows, spans in the corpus's codes, figures."""
    starts = known.corpus.starts
    runs = common_runs(known.codes, starts, known.slots, known.hub, stake)
    change = np.flatnonzero((np.diff(runs[:, :2], axis=0) != 0).any(axis=1)) + 1
    bounds = np.concatenate([[0], change, [len(runs)]]) if len(runs) else np.zeros(1, np.int64)

    def work(first: int, last: int) -> Ints:
        """Passages of the pairs of documents `[first, last)`, (n, 8) as in `_FOUND`."""
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


def detect_passages(
    documents: pl.DataFrame, measures: pl.DataFrame, params: ReuseParams, central: pl.DataFrame | None = None
) -> Detected:
    """All shared passages of every two documents, with the standing of the corpus.

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
    found = _detect(known, np.full(len(documents), ALL, np.int8), params)
    return Detected(finish(known, found, measures), standing(known))


def find_passages(
    documents: pl.DataFrame, measures: pl.DataFrame, params: ReuseParams, central: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The passages table alone; arguments as for `detect_passages`."""
    return detect_passages(documents, measures, params, central).passages


def update_passages(
    before: Detected,
    documents: pl.DataFrame,
    measures: pl.DataFrame,
    params: ReuseParams,
    central: pl.DataFrame | None = None,
) -> Detected:
    """What `detect_passages` would find, from what was known before documents came, went or changed.

    Searched are pairs with a new or changed document, and pairs of which both have a run whose standing changed
    (say, because a tenth issuer uses it now). All other passages keep their spans; what depends on the whole corpus
    (information, origin, direction) is computed anew.

    Args:
        before: what was detected with the same parameters and central documents.
        documents: the documents table now.
        measures: the measures table now.
        params: as for `detect_passages`.
        central: as for `detect_passages`.
    """
    known = gather(documents, params, central)
    now, same = standing(known), unchanged(before.standing, documents)
    is_same = known.documents["doc_id"].is_in(same).to_numpy()
    stake = np.where(is_same, np.where(flipped(before.standing, now, known), HALF, NO), ALL).astype(np.int8)
    rows = located(known, before.passages.filter(pl.col("a_doc").is_in(same) & pl.col("b_doc").is_in(same)))
    settled = stake[rows["i"].to_numpy()] + stake[rows["j"].to_numpy()] < ALL
    kept = rows.filter(pl.Series(settled, dtype=pl.Boolean))
    found = _detect(known, stake, params).select(rows.columns)
    return Detected(finish(known, pl.concat([kept, found]), measures), now)
