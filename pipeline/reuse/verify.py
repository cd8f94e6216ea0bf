"""Checking candidate pairs: every figure and the relation, from the two texts alone.

Nothing here depends on other documents, so a pair keeps its figures when the corpus grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.reuse.filters import allowed
from pipeline.reuse.jit import THREADS, blocks, in_threads
from pipeline.reuse.matching import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.reuse.classes import Tokens
    from pipeline.reuse.text import Corpus, Ints
    from pipeline.settings import ReuseParams

BLOCK = 20_000
"""Pairs a thread compares at once."""
NONE, IDENTICAL, NEAR, CONTAINS, CONTAINED = range(5)
NAMES = ("none", "identical", "near", "contains", "contained")


@dataclass(frozen=True)
class Overlap:
    """What two texts share, by aligned tokens; all (n,).

    Attributes:
        matched: tokens with a counterpart.
        cost_a: tokens of a without one, plus breaks between moved parts.
        cost_b: the same for b.
        distinctive: matched tokens outside boilerplate.
        length_a: tokens of a.
        length_b: tokens of b.
    """

    matched: Ints
    cost_a: Ints
    cost_b: Ints
    distinctive: Ints
    length_a: Ints
    length_b: Ints

    @property
    def containment_a(self) -> NDArray[np.float64]:
        """Share of a covered by b."""
        return np.asarray(self.matched / np.maximum(self.length_a, 1))

    @property
    def containment_b(self) -> NDArray[np.float64]:
        """Share of b covered by a."""
        return np.asarray(self.matched / np.maximum(self.length_b, 1))

    @property
    def distinctive_share(self) -> NDArray[np.float64]:
        """Share of the overlap that is not boilerplate; 0 where nothing is shared."""
        return np.asarray(self.distinctive / np.maximum(self.matched, 1))


def edit_similarity(
    corpus: Corpus, left: NDArray[np.int32], right: NDArray[np.int32], cutoff: float = 0.0
) -> NDArray[np.float64]:
    """1 - Levenshtein distance / longer length on normalised text, (n,); 0 where it is below `cutoff` (faster)."""
    text, starts = corpus.string(), corpus.starts

    def work(first: int, last: int) -> NDArray[np.float64]:
        a = [text[starts[row] : starts[row + 1]] for row in left[first:last]]
        b = [text[starts[row] : starts[row + 1]] for row in right[first:last]]
        similarity = process.cpdist(
            a, b, scorer=Levenshtein.normalized_similarity, score_cutoff=cutoff, workers=THREADS, dtype=np.float64
        )
        return np.asarray(similarity, np.float64)

    parts = [work(first, last) for first, last in blocks(len(left), BLOCK)]
    return np.concatenate(parts) if parts else np.empty(0)


def overlap(
    tokens: Tokens, left: NDArray[np.int32], right: NDArray[np.int32], common: NDArray[np.bool_] | None = None
) -> Overlap:
    """Align each pair; `common` (n_tokens,) marks boilerplate, by default nothing."""
    marks = np.zeros(len(tokens.codes), bool) if common is None else common

    def work(first: int, last: int) -> Ints:
        return overlaps(tokens.codes, tokens.starts, left[first:last], right[first:last], marks)

    parts = in_threads(work, blocks(len(left), BLOCK)) or [np.empty((0, 4), np.int64)]
    matched, cost_a, cost_b, distinctive = np.concatenate(parts).T
    return Overlap(matched, cost_a, cost_b, distinctive, tokens.lengths[left], tokens.lengths[right])


def relations(edit: NDArray[np.float64], shared: Overlap, params: ReuseParams) -> NDArray[np.int64]:
    """The relation of a to b as an index into `NAMES`.

    Text counts as contained when its missing characters and the breaks between moved parts stay within
    `1 - containment` of its length: scattered words that happen to recur cost a break each and do not add up.
    Two texts that each hold the other are near, as judges call them (`data/labels/pairs`): clauses changed places.
    """
    a_in_b = (shared.cost_a <= allowed(shared.length_a, params.containment)) & (shared.length_a >= params.min_contained)
    b_in_a = (shared.cost_b <= allowed(shared.length_b, params.containment)) & (shared.length_b >= params.min_contained)
    choices = [
        (edit >= 1.0, IDENTICAL),
        ((edit >= params.near) | (a_in_b & b_in_a), NEAR),
        (b_in_a, CONTAINS),
        (a_in_b, CONTAINED),
    ]
    return np.select([condition for condition, _ in choices], [name for _, name in choices], NONE)
