"""Pairs worth checking: every pair that can be related up to a size, nearly every one beyond it.

Beyond, near texts are found by their sketches, and texts inside others by their rarest shingles only. What that
costs and misses, and where the switch pays, is measured in experiments/results/reuse-pairs.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.classes import Tokens, any_digit
from pipeline.reuse.join import join
from pipeline.reuse.meet import meet
from pipeline.reuse.sketch import sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Corpus
    from pipeline.settings import ReuseParams

SHORT = 32
"""Pairs of texts with fewer codes are always searched exactly: they have too few shingles to leave any out."""


def unique_pairs(pairs: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """Each unordered pair once, the smaller row first, sorted."""
    low, high = pairs.min(axis=1, initial=n).astype(np.int64), pairs.max(axis=1, initial=-1).astype(np.int64)
    keys = np.unique(low * n + high)
    return np.stack([keys // n, keys % n], axis=1).astype(np.int32)


def near(
    corpus: Corpus, params: ReuseParams, new: NDArray[np.bool_] | None = None, *, exact: bool = True
) -> NDArray[np.int32]:
    """Pairs of texts among which every (or, unless `exact`, nearly every) pair is that is near; (n, 2) rows.

    Args:
        corpus: normalised texts, compared with every digit alike.
        params: thresholds.
        new: (n_texts,) only pairs with at least one of these.
        exact: whether no pair may be missed.
    """
    if exact:
        return join(any_digit(corpus.codes), corpus.starts, params.near, new=new)
    sketches = sketch(corpus.codes, corpus.starts, params.sampled, params.rarest)
    found = meet(sketches, corpus.codes, corpus.starts, params.near, new)
    rows = np.flatnonzero(corpus.lengths < SHORT)
    short = corpus.take(rows)
    fresh = None if new is None else new[rows]
    pairs = rows[join(any_digit(short.codes), short.starts, params.near, new=fresh)].astype(np.int32)
    return np.concatenate([found, pairs])


def inside(
    tokens: Tokens, params: ReuseParams, new: NDArray[np.bool_] | None = None, *, exact: bool = True
) -> NDArray[np.int32]:
    """Pairs (x, y) among which every (or nearly every) pair is with x contained in y; arguments as for `near`."""
    return join(
        tokens.codes,
        tokens.starts,
        params.containment,
        within=True,
        min_length=params.min_contained,
        rarest=None if exact else params.rarest,
        new=new,
    )


def candidates(
    corpus: Corpus, tokens: Tokens, params: ReuseParams, new: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Pairs of texts among which every pair is that is near, or of which one contains the other; (n, 2) rows.

    Args:
        corpus: normalised texts, searched for near ones.
        tokens: the same texts with class tokens, searched for texts inside others.
        params: thresholds.
        new: (n_texts,) only pairs with at least one of these.
    """
    exact = len(corpus) <= params.exact_up_to
    pairs = np.concatenate([near(corpus, params, new, exact=exact), inside(tokens, params, new, exact=exact)])
    return unique_pairs(pairs, max(len(corpus), 1))
