"""How good a ranking is, from graded judgements; and how sure a difference between two systems is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RELEVANT = 2
"""Grade from which a measure counts as found by recall and reciprocal rank (2: the same topic, 3: the same measure)."""


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int = 5) -> float:
    """Normalised discounted cumulative gain of the first `k`, 0 to 1.

    Gain 2**grade - 1, discount log2(rank + 1) (Burges et al., ICML 2005); unjudged counts as grade 0. 0 where nothing
    was judged above 0.
    """
    ideal = _dcg(sorted(grades.values(), reverse=True)[:k])
    return _dcg([grades.get(found, 0) for found in ranking[:k]]) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Share of the relevant that stand among the first `k`, of at most `k` (with more, 1 could not be reached)."""
    relevant = {found for found, grade in grades.items() if grade >= RELEVANT}
    return len(relevant & set(ranking[:k])) / min(k, len(relevant)) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 over the rank of the first relevant, 0 if there is none."""
    ranks = (rank for rank, found in enumerate(ranking, 1) if grades.get(found, 0) >= RELEVANT)
    return 1 / next(ranks, float("inf"))


def judged_share(ranking: Sequence[str], grades: Mapping[str, int], k: int = 5) -> float:
    """Share of the first `k` that were judged at all; a system that finds unjudged measures is underrated."""
    return sum(found in grades for found in ranking[:k]) / max(1, len(ranking[:k]))


@dataclass(frozen=True)
class Difference:
    """Mean difference of two systems over the same queries and its 95% interval."""

    mean: float
    low: float
    high: float


def paired_bootstrap(ours: Sequence[float], theirs: Sequence[float], seed: int, rounds: int = 10_000) -> Difference:
    """Difference of means with a percentile bootstrap interval over queries (Sakai, SIGIR 2006).

    Raises:
        ValueError: when the two do not have one value for each of the same, at least one, queries.
    """
    if len(ours) != len(theirs) or not len(ours):
        raise ValueError(f"need one value a query of both systems, got {len(ours)} and {len(theirs)}")
    differences = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    picks = np.random.default_rng(seed).integers(0, len(differences), (rounds, len(differences)))
    low, high = np.percentile(differences[picks].mean(axis=1), [2.5, 97.5])
    return Difference(float(differences.mean()), float(low), float(high))


def _dcg(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / float(np.log2(rank + 1)) for rank, grade in enumerate(grades, 1))
