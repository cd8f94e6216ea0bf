"""Pairs worth checking: every pair that can be related up to a size, nearly every one beyond it.

Beyond, near texts are found by their sketches, and texts inside others by their rarest shingles only. What that
costs and misses, and where the switch pays, is measured in experiments/results/reuse-pairs.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reuse.classes import Tokens, any_digit
from pipeline.reuse.join import Signed, join, signed
from pipeline.reuse.meet import meet
from pipeline.reuse.sketch import Sketches, sketch
from pipeline.reuse.sought import add_signatures, add_sketches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.text import Corpus, Ints
    from pipeline.settings import ReuseParams

SHORT = 32
"""Pairs of texts with fewer codes are always searched exactly: they have too few shingles to leave any out."""
EXACT = 0
"""Stands for the shingles of a text where no pair can be missed, whatever shingles it is sought by."""


@dataclass(frozen=True)
class Candidates:
    """Pairs worth checking, and by what the texts were sought.

    Attributes:
        pairs: (n, 2) rows, the smaller first, each once; at least one of each pair is in `stale`.
        sought: (n_texts,) digest of the shingles that each text was sought by, or `EXACT`.
        stale: (n_texts,) texts that are new, or sought by other shingles than before.
    """

    pairs: NDArray[np.int32]
    sought: NDArray[np.uint64]
    stale: NDArray[np.bool_]


def unique_pairs(pairs: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """Each unordered pair once, the smaller row first, sorted."""
    low, high = pairs.min(axis=1, initial=n).astype(np.int64), pairs.max(axis=1, initial=-1).astype(np.int64)
    keys = np.unique(low * n + high)
    return np.stack([keys // n, keys % n], axis=1).astype(np.int32)


@dataclass(frozen=True)
class _Sketched:
    """Texts ready for the search beyond the switch: sketches of all, signatures of the short ones (`rows`)."""

    corpus: Corpus
    share: float
    sketches: Sketches
    rows: Ints
    short: Signed

    def pairs(self, new: NDArray[np.bool_] | None) -> NDArray[np.int32]:
        """Pairs among which nearly every near one is."""
        found = meet(self.sketches, self.corpus.codes, self.corpus.starts, self.share, new)
        fresh = None if new is None else new[self.rows]
        return np.concatenate([found, self.rows[self.short.pairs(fresh)].astype(np.int32)])


def _sketched(corpus: Corpus, params: ReuseParams) -> _Sketched:
    sketches = sketch(corpus.codes, corpus.starts, params.sampled, params.rarest)
    rows = np.flatnonzero(corpus.lengths < SHORT)
    short = corpus.take(rows)
    return _Sketched(corpus, params.near, sketches, rows, signed(any_digit(short.codes), short.starts, params.near))


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
    return _sketched(corpus, params).pairs(new)


def _inside(tokens: Tokens, params: ReuseParams, rarest: int | None) -> Signed:
    """Texts ready to be searched for others that they hold: every one, or nearly every one with the `rarest` only."""
    least = params.min_contained
    return signed(tokens.codes, tokens.starts, params.containment, within=True, min_length=least, rarest=rarest)


def candidates(
    corpus: Corpus,
    tokens: Tokens,
    params: ReuseParams,
    new: NDArray[np.bool_],
    before: NDArray[np.uint64] | None = None,
) -> Candidates:
    """Pairs of texts among which every (nearly every) pair is that is near, or of which one contains the other.

    Whether a pair is among them follows from its two texts and from the shingles they are sought by, and from nothing
    else. Shingles are chosen by how rare they are, so another document can change those of a text: such a text is
    searched for again, and the pairs known of it before are to be dropped. Then nothing is left that a search from
    the beginning would not find, and nothing is missing that it would.

    Args:
        corpus: normalised texts, searched for near ones.
        tokens: the same texts with class tokens, searched for texts inside others.
        params: thresholds.
        new: (n_texts,) only pairs with at least one of these, or with a text that is sought otherwise than before.
        before: (n_texts,) `sought` as it was; that of a new text does not count.
    """
    sought = np.full(len(corpus), EXACT, np.uint64)
    if len(corpus) <= params.exact_up_to:
        stale = _stale(new, before, sought)
        parts = [near(corpus, params, stale), _inside(tokens, params, None).pairs(stale)]
    else:
        sketched, inside = _sketched(corpus, params), _inside(tokens, params, params.rarest)
        add_sketches(sought, sketched.sketches)
        add_signatures(sought, sketched.rows, sketched.short.signatures.values())
        add_signatures(sought, np.arange(len(corpus)), inside.signatures.values())
        stale = _stale(new, before, sought)
        parts = [sketched.pairs(stale), inside.pairs(stale)]
    return Candidates(unique_pairs(np.concatenate(parts), max(len(corpus), 1)), sought, stale)


def _stale(new: NDArray[np.bool_], before: NDArray[np.uint64] | None, sought: NDArray[np.uint64]) -> NDArray[np.bool_]:
    return new if before is None else new | (before != sought)
